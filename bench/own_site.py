"""Serve an instance that was filled before, as in an office: waitress with four threads, nothing beside it.

python bench/own_site.py INSTANCE PORT
"""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path

from waitress import serve

import office
from records import main

THREADS = 4

if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.ERROR)
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    app = main(
        {"__script__": "serve"},
        **office.settings(folder, **{"session.secure": "false", "records.background": "false"}),
    )
    # As `records serve` does it, and the peers here too.
    gc.collect()
    gc.freeze()
    serve(app, host="127.0.0.1", port=port, threads=THREADS, ident="")
