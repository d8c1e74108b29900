"""What the office decided: dated tables with the clause beside each row, and one typed reader a table."""

from .clocks import holidays, intake_rules, national_calendar, notices
from .code_patterns import code_patterns
from .retention import retention_rows
from .verification import checks, elements

__all__ = [
    "checks",
    "code_patterns",
    "elements",
    "holidays",
    "intake_rules",
    "national_calendar",
    "notices",
    "retention_rows",
]
