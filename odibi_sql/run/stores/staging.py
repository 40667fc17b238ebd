"""Places beside a target where it is made ready, and what killed runs left there."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
_NAME = re.compile(rf"\.odibi-{_HOST}-(\d+)-([0-9a-f]{{12}})-(.*)", re.DOTALL)
_MOMENT = 0.1  # seconds from an exchange to the end of the old folder
_ours: set[str] = set()  # the tokens of this process that are in use
_retired: dict[Path, float] = {}  # since when
_spared: set[Path] = set()


@contextmanager
def staging(final: Path) -> Iterator[Path]:
    """Give a hidden name beside `final` that nothing has; whatever stands there in the end is removed."""
    token = secrets.token_hex(6)
    place = final.with_name(f".odibi-{_HOST}-{os.getpid()}-{token}-{final.name}")
    _ours.add(token)
    try:
        yield place
    finally:
        if place not in _retired and place not in _spared:
            remove(place)
            _ours.discard(token)


def without_staging(message: str) -> str:
    """Return a message with the names of targets instead of those that they are made ready under."""
    return re.sub(rf"\.odibi-{_HOST}-\d+-[0-9a-f]{{12}}-", "", message)


def spare(place: Path) -> None:
    """Leave what stands at a name where it is in the end: it is written down that it will be put in its place."""
    _spared.add(place)


def retire(place: Path) -> None:
    """Keep an old folder that was exchanged for a new one a moment longer: a reader may be about to list it."""
    _retired[place] = time.monotonic()


def clear_retired() -> None:
    """Remove the folders that were retired, each when its moment is over."""
    for place in list(_retired):
        since = _retired.pop(place, None)
        if since is not None:
            time.sleep(max(0.0, since + _MOMENT - time.monotonic()))
            remove(place)
            _ours.discard(place.name.split("-")[3])


def clear_stale(final: Path) -> None:
    """Remove what runs that were killed on this machine left beside `final`."""
    clear_stale_in(final.parent, final.name)


def clear_stale_in(folder: Path, name: str | None = None) -> None:
    """Remove what they left in a folder; of one name alone, where it is given."""
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        found = _NAME.fullmatch(entry.name)
        if found is not None and name in (None, found[3]) and not _is_in_use(int(found[1]), found[2]):
            remove(Path(entry.path))


def _is_in_use(process: int, token: str) -> bool:
    if process == os.getpid():
        return token in _ours
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove(place: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def files_at(place: Path) -> Iterator[Path]:
    """Give the file at a place, or those under it where it is a folder, as `files_in` does."""
    if place.is_dir():
        yield from files_in(place)
    else:
        yield place


def files_in(folder: Path) -> Iterator[Path]:
    """Give the files under a folder, sorted, without hidden ones."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent) / name
