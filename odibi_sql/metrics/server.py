"""An endpoint for Prometheus, which reads the records anew each time it is asked."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from odibi_sql.metrics.prometheus import hold_installed, registry_of
from odibi_sql.metrics.totals import MetricsProblem, totals_of
from odibi_sql.run.state.database import StateProblem

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = "127.0.0.1"
PORT = 9478
_TIMEOUT = 10.0  # seconds for a client to say what it wants


@contextmanager
def serving(root: Path, host: str = LOOPBACK, port: int = PORT) -> Iterator[WSGIServer]:
    """Give a server of the metrics of a project: `serve_forever` answers until `shutdown`. Port 0 takes a free one.

    Raises MetricsProblem where prometheus-client is not installed, or the address cannot be had.
    """
    hold_installed()
    kind = _Server6 if ":" in host else _Server
    try:
        server = kind((host, port), _Handler)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise MetricsProblem(f"cannot listen on `{host}:{port}`: {reason}") from error
    server.set_app(application(root))
    try:
        yield server
    finally:
        server.server_close()


def application(root: Path) -> WSGIApplication:
    """Return what answers `/metrics`, in the format that the client asks for; 503 where metrics cannot be read."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in ("/metrics", "/", ""):
            return _said(start, "404 Not Found", "metrics are at /metrics")
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return _said(start, "405 Method Not Allowed", "metrics are there to be read")
        try:
            registry = registry_of(totals_of(root))
        except (MetricsProblem, StateProblem) as problem:
            return _said(start, "503 Service Unavailable", problem.reason)
        from prometheus_client import make_wsgi_app

        return make_wsgi_app(registry)(environ, start)  # type: ignore[no-any-return]

    return answer


def _said(start: StartResponse, status: str, text: str) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{text}\n".encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the network for the name of this machine, which may take long."""
        from socketserver import TCPServer

        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _TIMEOUT

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a scrape is no news."""
