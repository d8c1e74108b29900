"""The command line: each command asks one rule or runs one operation."""
