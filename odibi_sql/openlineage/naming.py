"""What datasets and runs are called: a place of files is one dataset, whichever pipeline reads or writes it.

Source: https://openlineage.io/docs/spec/naming
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable
from pathlib import Path

import msgspec

from odibi_sql import ir

_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://(?P<authority>[^/]*)/*(?P<path>.*)", re.IGNORECASE | re.DOTALL)


class Name(msgspec.Struct, frozen=True):
    """A dataset as OpenLineage names it."""

    namespace: str
    name: str


def run_id(root: Path, run: str) -> str:
    """Return the UUID of a run: always the same for the same project and name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"odibi:{root.resolve()}:{run}"))


def name_of_source(source: ir.FileSource, root: Path) -> Name | None:
    """Return the name of files: of one file itself, of several the folder that they are in. None: there are none."""
    places = [each for group in source.groups for each in ([group.pattern] if group.pattern else group.files)]
    if not places:
        return None
    names = [name_of(_before_wildcards(each), root) for each in places]
    first = names[0]
    if all(each == first for each in names):
        return first
    return Name(first.namespace, _common(each.name for each in names if each.namespace == first.namespace))


def name_of(place: str, root: Path) -> Name:
    """Return the name of a path, relative to the project `root` where it is, or of an object."""
    found = _SCHEME.fullmatch(place)
    if found is None:
        return Name("file", os.path.normpath(root.resolve() / place))
    if found["scheme"].lower() == "file":
        return Name("file", os.path.normpath(f"/{found['path']}"))
    authority = (
        found["authority"].rpartition("@")[2] if found["scheme"].lower() in ("http", "https") else found["authority"]
    )
    return Name(f"{found['scheme'].lower()}://{authority}", found["path"].rstrip("/") or "/")


def _before_wildcards(place: str) -> str:
    wildcard = re.search(r"[*?\[]", place)
    return place if wildcard is None else place[: place.rfind("/", 0, wildcard.start()) + 1] or "."


def _common(paths: Iterable[str]) -> str:
    return os.path.commonpath(list(paths))
