"""An application served on loopback by a thread, as the server serves it, and stopped without leaving a thread behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from waitress.server import create_server


@contextmanager
def served(app, **settings) -> Iterator[int]:
    """Serve an application and yield the port; every connection is closed at the end, those still open too."""
    server = create_server(app, host="127.0.0.1", port=0, **settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        parts = list(server._map.values())
        # Only the serving thread may touch what it waits on.
        server.trigger.pull_trigger(server._map.clear)
        thread.join(10)
        server.task_dispatcher.shutdown()
        for part in parts:
            part.close()
