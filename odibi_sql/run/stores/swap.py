"""Putting what is ready in place of what is there, in one step that survives a crash."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from odibi_sql.run.stores.staging import retire, staging

_AT_CWD = -100
_EXCHANGE = 2


def put_file(ready: Path, final: Path) -> None:
    """Put the file `ready` in place of `final`, which can be there: a reader sees the one or the other."""
    _flush(ready)
    if final.exists():
        shutil.copymode(final, ready)
    ready.replace(final)
    _flush(final.parent)


def put_folder(ready: Path, final: Path) -> None:
    """Put the folder `ready` in place of `final`, which can be there; the old one is retired then.

    On Linux the two names are exchanged in one step. Where the file system cannot, there is a moment between two
    renames in which nothing is at `final`.
    """
    flush_tree(ready)
    if not final.exists():
        ready.rename(final)
    elif exchange(ready, final):
        retire(ready)
    else:
        _put_in_two_steps(ready, final)
    _flush(final.parent)


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


def flush_tree(folder: Path) -> None:
    """Make sure that a folder and all in it is on the disk."""
    for parent, _, names in os.walk(folder):
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
