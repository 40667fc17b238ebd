"""A webhook on loopback that answers as it is told to: with a status, with nothing, or by hanging up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG, CLOSE = -1, -2


class Listener:
    """What came, and what comes next: statuses in their order, 200 after the last."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.headers: dict[str, str] = {}  # of the next answers
        self.got: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.times: list[float] = []
        self.over = threading.Event()
        self.port = 0

    @property
    def texts(self) -> list[str]:
        return [str(message["text"]) for _, _, message in self.got]

    def url(self, path: str = "/services/T000/secret") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def listening() -> Iterator[Listener]:
    """Give a webhook for the time of the block."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            listener.got.append((self.path, dict(self.headers), json.loads(content)))
            listener.times.append(time.monotonic())
            status = listener.answers.pop(0) if listener.answers else 200
            if status == HANG:
                listener.over.wait(30)
            if status > 0:
                self.send_response(status)
                for name, value in listener.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(self.path.encode())  # a server may say the address itself

        do_GET = do_POST  # noqa: N815  the name is that of the library

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        listener.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
