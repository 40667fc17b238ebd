"""Objects on this machine, in `.odibi/objects` of a project: each version of one is a file of its own.

A file is downloaded beside its name and put there whole, so that several processes share the folder. Folders of a key
stay as they are: `year=2025` gives a column. What was not used for longest is removed, while no other process runs.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import msgspec

from odibi_sql.objects.client import SHARE, Seen, download, environment
from odibi_sql.objects.location import parse
from odibi_sql.objects.problem import ObjectProblem

FOLDER = ".odibi/objects"
_LONGEST = 200  # bytes of a part of a path: file systems take 255
_RECENT = 3600.0  # seconds in which what was used is kept, whatever the limit
_WHERE = ("ENDPOINT", "BASE_URL", "ACCOUNT_NAME")  # in the name of a variable that says which store is meant
_held: dict[str, int] = {}  # the lock of each mirror that this process uses
_lock = threading.Lock()


class Wanted(msgspec.Struct, frozen=True):
    """A version of an object, and where it is to be: a path from the project's folder."""

    seen: Seen
    place: str


def place_of(seen: Seen) -> str:
    """Return where a version of an object is put, from the project's folder."""
    location = parse(seen.url)
    *folders, name = location.key.split("/")
    which = seen.e_tag or seen.changed
    world = [each for each in environment(location.scheme) if any(word in each[0] for word in _WHERE)]
    facts = msgspec.json.encode([seen.url, seen.size, which, world])  # lists do not tell the version
    stem, dot, ending = name.partition(".")
    tag = hashlib.sha256(facts).hexdigest()[:16]
    bucket = quote(location.root.partition("://")[2], safe="@.-_")
    file = f"{_short(stem)}-{tag}{dot}{ending[-60:]}"
    return "/".join((FOLDER, location.scheme, bucket, *map(_short, folders), file))


def _short(part: str) -> str:
    """Return a part of a key as a file system takes it; one that names a column stays, or is refused by it."""
    if len(os.fsencode(part)) <= _LONGEST or "=" in part:
        return part
    return f"{part[:40]}-{hashlib.sha256(part.encode()).hexdigest()[:16]}"


def fetch(root: Path, wanted: Iterable[Wanted]) -> None:
    """Download what is not here yet, side by side. Raises ObjectProblem, OSError."""
    asked = {each.place: each for each in wanted}
    if not asked:
        return
    _hold(root)
    missing = [each for each in asked.values() if not _is_here(root / each.place, each.seen.size)]
    if len(missing) == 1:
        _fetch(root, missing[0])
    elif missing:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(SHARE) as pool:
            for done in [pool.submit(_fetch, root, each) for each in missing]:
                done.result()


def adopt(root: Path, file: Path, place: Path) -> None:
    """Move a file that was put to an object to where that is read from. Raises ObjectProblem."""
    _hold(root)
    _make_folder(place.parent)
    file.replace(place)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ObjectProblem(f"`{folder}` cannot be made: {(error.strerror or str(error)).lower()}") from error


def _is_here(file: Path, size: int) -> bool:
    try:
        if file.stat().st_size != size:
            return False
        os.utime(file)  # it is used
    except OSError:
        return False
    return True


def _fetch(root: Path, wanted: Wanted) -> None:
    with arriving(root / wanted.place) as file:
        download(wanted.seen, file)


@contextmanager
def arriving(place: Path) -> Iterator[Path]:
    """Give a file beside a place; in the end it is put there. Raises ObjectProblem where there is no room for it."""
    _make_folder(place.parent)
    file = place.with_name(f".{secrets.token_hex(8)}")
    try:
        yield file
        file.replace(place)
    finally:
        file.unlink(missing_ok=True)


def without_places(text: str, urls: Mapping[str, str], root: Path) -> str:
    """Return a text that names objects by their locations: `urls` has those of places of the mirror."""
    if FOLDER not in text:
        return text
    for place, url in urls.items():
        text = text.replace(str(root / place), url).replace(place, url)
    return text


def make_room(root: Path, limit: int) -> None:
    """Remove what was not used for longest, until all of it takes at most `limit` bytes.

    Nothing is removed while another process uses the folder, nor what was used a short time ago.
    """
    folder = root / FOLDER
    if not folder.is_dir():
        return
    with _alone(root) as is_alone:
        if is_alone:
            _remove_oldest(folder, limit)


def _remove_oldest(folder: Path, limit: int) -> None:
    now = time.time()
    found = []
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                file = Path(parent) / name
                status = file.stat()
                if name != ".lock":
                    found.append((status.st_mtime, status.st_size, file))
    size = sum(each[1] for each in found)
    for used, bytes_, file in sorted(found, key=lambda each: each[0]):
        is_left_over = file.name.startswith(".")  # of a process that was killed while it downloaded
        if used > now - _RECENT or (size <= limit and not is_left_over):
            continue
        with suppress(OSError):
            file.unlink()
            size -= bytes_


def _hold(root: Path) -> None:
    """Tell other processes that this one uses the mirror, for as long as it lives."""
    key = str(root.absolute())
    with _lock:
        if key not in _held:
            folder = root / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
            _flock(handle, "shared")
            _held[key] = handle


@contextmanager
def _alone(root: Path) -> Iterator[bool]:
    _hold(root)
    with _lock:
        handle = _held[str(root.absolute())]
        try:
            yield _flock(handle, "alone")
        finally:
            _flock(handle, "shared")


def _flock(handle: int, how: str) -> bool:
    try:
        import fcntl
    except ImportError:  # not on this system
        return how == "shared"
    try:
        fcntl.flock(handle, fcntl.LOCK_SH if how == "shared" else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
