"""In and out: guides as files, notices on paper, packages, sample papers; nothing here decides or writes records."""
