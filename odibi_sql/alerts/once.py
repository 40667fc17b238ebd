"""What was sent lately, kept for all processes of a project: the same is not sent again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

_LONGEST = 1000  # failures that are remembered
_SENDING = 60.0  # seconds that a process may take to send


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One failure, by its digest."""

    at: float  # seconds since 1970
    is_sent: bool = False  # False: a process is about to, or was killed before it could
    held_back: int = 0  # how often it came again since


class Once:
    """Says whether something is to be sent now, in `.odibi/alerts.json` of a project."""

    def __init__(self, root: Path, seconds: float) -> None:
        self._file = root / ".odibi" / "alerts.json"
        self._seconds = seconds

    def claim(self, digest: str) -> int | None:
        """Return how often the same was held back since it was sent last; None where it is to be held back now.

        Who claims says in the end `confirm` or `release`. Raises OSError.
        """
        with self._locked() as sent:
            now, before = time.time(), sent.get(digest)
            held_back = 0 if before is None else before.held_back
            if before is not None and self._is_recent(before, now):
                sent[digest] = replace(before, held_back=held_back + 1)
                return None
            sent[digest] = _Sent(at=now, held_back=held_back)
            return held_back

    def confirm(self, digest: str) -> None:
        """It was sent. Raises OSError."""
        with self._locked() as sent:
            sent[digest] = _Sent(at=time.time(), is_sent=True)

    def release(self, digest: str) -> None:
        """It was not sent: the next one is to be, and tells of this one too. Raises OSError."""
        with self._locked() as sent:
            before = sent.get(digest)
            if before is not None:
                sent[digest] = replace(before, at=0.0, held_back=before.held_back + 1)

    def _is_recent(self, before: _Sent, now: float) -> bool:
        return 0 <= now - before.at < (self._seconds if before.is_sent else _SENDING)

    @contextmanager
    def _locked(self) -> Iterator[dict[str, _Sent]]:
        """Give what was sent, to be changed, while no other process looks."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
            with os.fdopen(os.dup(handle), "r+b") as stream:
                sent = _decoded(stream.read())
                yield sent
                newest = sorted(sent.items(), key=lambda each: each[1].at)[-_LONGEST:]
                stream.seek(0)
                stream.write(msgspec.json.encode(dict(newest)))
                stream.truncate()
        finally:
            os.close(handle)


def _decoded(content: bytes) -> dict[str, _Sent]:
    """Return what a file says; one that a killed process left half written says nothing: a failure is sent again."""
    try:
        return msgspec.json.decode(content, type=dict[str, _Sent])
    except (msgspec.DecodeError, UnicodeError):
        return {}


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # not on this system
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
