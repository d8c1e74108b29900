"""What the office decided: dated tables with the clause beside each row, and one typed reader a table."""

from .clocks import holidays, intake_rules, national_calendar, notices
from .retention import retention_rows
from .verification import checks, elements

__all__ = [
    "checks",
    "elements",
    "holidays",
    "intake_rules",
    "national_calendar",
    "notices",
    "retention_rows",
]
