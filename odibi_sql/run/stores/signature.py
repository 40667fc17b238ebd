"""What stands for the files of a target without reading them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec


class Signature(msgspec.Struct, frozen=True):
    """`seal`: names, sizes and times of change: the same after a move or a copy that keeps times.

    `strict`: the inodes too and, where `is_timed`, when each inode last changed: a file that was rewritten with another
    content has another one, even if its size and its time of change were put back.
    """

    seal: str
    strict: str
    is_timed: bool


def signature(place: Path, is_timed: bool = True) -> Signature | None:
    """Return the signature of a file or folder, None where nothing is there.

    A rename or a hard link counts as a change of the inode (ext4, xfs, btrfs): a signature of a file is timed when the
    file is in its place, one of a folder when none of its files is shared with another folder. Moving the folder
    around files leaves them as they are.
    """
    facts = _facts(place)
    if facts is None:
        return None
    weak = [fact[:3] for fact in facts]
    strict = facts if is_timed else [fact[:4] for fact in facts]
    return Signature(_digest(weak), _digest(strict), is_timed)


def seal_of(place: Path) -> str:
    """Return the seal of what is there, "" where nothing is."""
    seen = signature(place)
    return seen.seal if seen is not None else ""


_Fact = tuple[str, int, int, int, int]


def _facts(place: Path) -> list[_Fact] | None:
    try:
        if place.is_dir():
            return _facts_of_folder(str(place))
        status = place.stat()
    except FileNotFoundError:
        return None
    return [("", status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)]


def _facts_of_folder(folder: str) -> list[_Fact]:
    facts: list[_Fact] = []
    waiting = [(folder, "")]
    while waiting:
        path, name = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    waiting.append((entry.path, f"{name}{entry.name}/"))
                else:
                    status = entry.stat()
                    inode = (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
                    facts.append((name + entry.name, *inode))
    return sorted(facts)


def _digest(facts: object) -> str:
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:32]
