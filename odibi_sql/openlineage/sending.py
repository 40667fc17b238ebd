"""Where events go: lines of a file, or an endpoint that speaks HTTP."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Sender = Callable[[Any], None]
_TIMEOUT = 5.0  # seconds


class NotInstalled(Exception):
    """The client of OpenLineage is not there. `reason` and `hint` are for the reader."""

    def __init__(self, missing: str) -> None:
        self.reason = f"OpenLineage needs the package `{missing}`"
        self.hint = "install it with `pip install 'odibi-sql[openlineage]'`"
        super().__init__(self.reason)


def sender_to(target: str) -> Sender:
    """Return what sends an event to a file (one JSON object a line, added) or to an `http://` or `https://` URL.

    A URL without a path is that of a server, whose endpoint is `/api/v1/lineage`; `OPENLINEAGE_API_KEY` is its key.
    Raises NotInstalled, ValueError where the URL is none. A sender raises where it cannot send.
    """
    try:
        from openlineage.client.serde import Serde
    except ImportError as error:
        raise NotInstalled(error.name or "openlineage-python") from error
    if target.lower().startswith(("http://", "https://")):
        return _to_endpoint(target)
    file = Path(target)
    return lambda event: _add_line(file, Serde.to_json(event))


def _to_endpoint(url: str) -> Sender:
    from openlineage.client.transport.http import HttpConfig, HttpTransport

    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"`{url}` names no server; write it as `http://localhost:5000`")
    retry = {"total": 1, "connect": 1, "read": 0}  # what may have arrived is not sent again
    config: dict[str, Any] = {"url": url, "timeout": _TIMEOUT, "retry": retry}
    if parts.path not in ("", "/"):
        config["endpoint"] = parts.path + (f"?{parts.query}" if parts.query else "")
    key = os.environ.get("OPENLINEAGE_API_KEY")
    if key:
        config["auth"] = {"type": "api_key", "api_key": key}
    transport = HttpTransport(HttpConfig.from_dict(config))

    def send(event: Any) -> None:
        transport.emit(event)

    return send


def _add_line(file: Path, line: str) -> None:
    """Add a line in one write, so that runs side by side do not mix theirs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)
