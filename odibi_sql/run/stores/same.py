"""Whether what was made anew is, byte for byte, what is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from odibi_sql.run.stores.staging import files_in

_BLOCK = 2**20
TOKEN = re.compile(r"-[0-9a-f]{8}(?=\.|$)")  # what tells the files of a version from those of another


def is_same(one: Path, other: Path) -> bool:
    """Whether two files, or the files of two folders, are the same byte for byte, but for tokens in their names."""
    if one.is_dir() != other.is_dir():
        return False
    if not one.is_dir():
        return _sizes([one]) == _sizes([other]) and _has_same_bytes(one, other)
    ones, others = _by_name(one), _by_name(other)
    if ones is None or others is None or ones.keys() != others.keys():
        return False
    pairs = [(file, others[name]) for name, file in ones.items()]
    if _sizes(pair[0] for pair in pairs) != _sizes(pair[1] for pair in pairs):
        return False
    return all(_has_same_bytes(*pair) for pair in pairs)


def _by_name(folder: Path) -> dict[str, Path] | None:
    """Return the files of a folder by their names without tokens, None where two have one name then."""
    files: dict[str, Path] = {}
    for file in files_in(folder):
        name = file.relative_to(folder).with_name(TOKEN.sub("", file.name)).as_posix()
        if name in files:
            return None
        files[name] = file
    return files


def _sizes(files: Iterable[Path]) -> list[int]:
    return [file.stat().st_size for file in files]


def _has_same_bytes(one: Path, other: Path) -> bool:
    with one.open("rb") as left, other.open("rb") as right:
        while True:
            block = left.read(_BLOCK)
            if block != right.read(_BLOCK):
                return False
            if not block:
                return True
