"""The command line: each command asks one rule or runs one operation."""

import warnings

# Pyramid 2.1 imports pkg_resources; who types a command need not read about it.
warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
