"""Putting what is ready in place of what is there, in one step that survives a crash."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from odibi_sql.run.stores.staging import retire, staging

_AT_CWD = -100
_EXCHANGE = 2
_MOMENT = 0.03  # seconds in which a reader that has listed a folder lists those in it


def put(ready: Path, final: Path) -> None:
    """Put what is at `ready`, whole and flushed, in place of `final`, which can be there.

    A reader sees the one or the other. On Linux the names of two folders are exchanged in one step, and the old one is
    retired. Where the file system cannot, there is a moment between two renames in which nothing is at `final`.
    """
    if not ready.is_dir():
        ready.replace(final)
    elif not final.exists():
        ready.rename(final)
    elif exchange(ready, final):
        retire(ready)
    else:
        _put_in_two_steps(ready, final)
    _flush(final.parent)


def exchange_whole(ready: Path, final: Path) -> bool:
    """Exchange what is at `ready` and at `final`, in one step and on the disk; False where that cannot be had."""
    if not exchange(ready, final):
        return False
    _flush(ready.parent)
    _flush(final.parent)
    return True


def make_folders(ready: Path, final: Path) -> float:
    """Make in `final`, empty, the folders that are in `ready` alone; return from when on the two can be exchanged.

    A reader lists a folder first and those in it afterwards, by their names. If the exchange comes in between, it has
    to know of all folders that are new: then it sees all of what is new, or misses a file that it has listed.
    """
    if not ready.is_dir() or not final.is_dir():
        return 0.0
    is_new = False
    for parent, folders, _ in os.walk(ready):
        for name in folders:
            place = final / Path(parent).relative_to(ready) / name
            with suppress(OSError):  # of a folder that is not ours to change; or it is there
                place.mkdir()
                is_new = True
    return time.monotonic() + _MOMENT if is_new else 0.0


def _put_in_two_steps(ready: Path, final: Path) -> None:
    with staging(final) as aside:
        final.rename(aside)
        try:
            ready.rename(final)
        except OSError:
            aside.rename(final)
            raise


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; return False where this system or file system cannot."""
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


@cache
def _renameat2() -> Callable[..., int] | None:
    try:
        call: Callable[..., int] = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return None
    return call


def flush(place: Path) -> None:
    """Make sure that a file, or a folder and all in it, is on the disk."""
    if not place.is_dir():
        _flush(place)
        return
    for parent, _, names in os.walk(place):
        for name in names:
            _flush(Path(parent) / name)
        _flush(Path(parent))


def _flush(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
