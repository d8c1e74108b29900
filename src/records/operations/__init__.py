"""What happens: one function a verb; the only code that writes.

Every operation takes the act it is done in, then its subject, then plain values by keyword; it returns what it made,
or :class:`~records.domain.findings.Refused` with everything that speaks against it. Nothing here commits.
"""
