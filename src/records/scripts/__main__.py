"""``python -m records.scripts`` is the command ``records``."""

from .command import main

main()
