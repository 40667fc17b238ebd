"""A log file for several processes: lines are whole, and its size is bounded."""

from __future__ import annotations

import logging
import os
from pathlib import Path

SIZE = 10 * 2**20  # bytes of a file
KEPT = 5  # older files beside it


class LogFile(logging.Handler):
    """Adds a line for each record. A file that is full becomes `FILE.1`, that one `FILE.2`, and so on.

    A process whose file was renamed by another goes on in the new one. Where a line cannot be written, OSError is
    raised to who logs.
    """

    def __init__(self, file: Path, size: int = SIZE, kept: int = KEPT) -> None:
        """Raise OSError where the file cannot be written."""
        super().__init__()
        self.file = file.absolute()
        self._size = size
        self._kept = kept
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._opened()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line at once."""
        line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        if not self._is_current():
            self._open_again()
        held = os.fstat(self._handle).st_size
        if held and held + len(line) > self._size:
            rotate(self.file, self._size - len(line), self._kept)
            self._open_again()
        while line:
            line = line[os.write(self._handle, line) :]

    def close(self) -> None:
        """Let go of the file."""
        with self.lock or _Nothing():
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1
        super().close()

    def _opened(self) -> int:
        return os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)

    def _open_again(self) -> None:
        os.close(self._handle)
        self._handle = -1
        self._handle = self._opened()

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._handle), self.file.stat())
        except FileNotFoundError:
            return False


def rotate(file: Path, size: int = SIZE, kept: int = KEPT) -> bool:
    """Rename a file of more than `size` bytes to `FILE.1`, that one to `FILE.2`, and so on; `kept` stay.

    Return whether it was. Several processes may ask for it at one time. Raises OSError.
    """
    if not _is_over(file, size):
        return False
    handle = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock(handle)
        if not _is_over(file, size):  # another process was faster
            return False
        for number in range(kept, 1, -1):
            older = file.with_name(f"{file.name}.{number - 1}")
            if older.exists():
                older.replace(file.with_name(f"{file.name}.{number}"))
        if kept:
            file.replace(file.with_name(f"{file.name}.1"))
        else:
            file.unlink()
        return True
    finally:
        os.close(handle)


def _is_over(file: Path, size: int) -> bool:
    try:
        return file.stat().st_size > size
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:  # not on this system
        return
    fcntl.flock(handle, fcntl.LOCK_EX)


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
