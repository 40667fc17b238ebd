"""Which objects a location names, and what they look like: as the same files on this machine would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec.structs import replace

from odibi_sql import objects
from odibi_sql.diagnostics import nearest
from odibi_sql.ir import Copy, Described, FileGroup, SourceProblem
from odibi_sql.objects import ObjectProblem, Seen, Wanted
from odibi_sql.sources.files import GLOB_CHARACTERS, Found, in_folder


def find_objects(location: str, format_name: str) -> Found:
    """Return the objects at a location: one, those that a pattern names, or those of the format in a folder.

    Names are taken, and left out, as those of files. Raises SourceProblem.
    """
    with told():
        if not GLOB_CHARACTERS.isdisjoint(location):
            seen = _matches(location)
            return Found(pattern=location, files=tuple(each.url for each in seen), seen=tuple(seen))
        one = None if objects.parse(location).key in ("", "/") or location.endswith("/") else objects.look(location)
        if one is not None:
            return Found(pattern=location, files=(location,), seen=(one,))
        return _in_folder(location, format_name)


@contextmanager
def told() -> Iterator[None]:
    """Raise what an object store does not do as SourceProblem."""
    try:
        yield
    except ObjectProblem as problem:
        raise SourceProblem(problem.reason, problem.hint) from problem


def _matches(pattern: str) -> list[Seen]:
    """Return the objects that a pattern names, or the one that is called as it is written."""
    fixed = re.split(r"[*?\[]", pattern)[0].rpartition("/")[0]
    parts = pattern[len(fixed) + 1 :].split("/")
    whole = objects.parse(pattern)
    if len(fixed) < len(whole.root):
        raise ObjectProblem(f"`{pattern}` has a pattern for the bucket", "name one bucket")
    is_deep = len(parts) > 1 or "**" in parts
    every = {each.url: each for each in objects.listed(f"{fixed}/", is_deep=is_deep)}
    if pattern in every:
        return [every[pattern]]
    names = {url: url[len(fixed) + 1 :].split("/") for url in every}
    return [every[url] for url, each in names.items() if not each[-1].startswith("_") and _meets(each, parts)]


def _meets(names: list[str], pattern: list[str]) -> bool:
    """Whether a path is one that a pattern takes; what begins with a dot is, where the pattern says so."""
    if not pattern or not names:
        return not pattern and not names
    if pattern[0] == "**":
        if len(pattern) > 1 and _meets(names, pattern[1:]):
            return True
        return not names[0].startswith(".") and (_meets(names[1:], pattern) or (len(names) == 1 and len(pattern) == 1))
    if names[0].startswith(".") and not pattern[0].startswith("."):
        return False
    return fnmatchcase(names[0], pattern[0]) and _meets(names[1:], pattern[1:])


def _in_folder(location: str, format_name: str) -> Found:
    base = location.rstrip("/")
    by_name = {each.url[len(base) + 1 :]: each for each in objects.listed(f"{base}/", is_deep=True)}
    folders = {name.rpartition("/")[0] for name in by_name}  # some tools put an empty object there for each
    names = [name for name in by_name if not _is_hidden(name) and not (by_name[name].size == 0 and name in folders)]
    if not names:
        return Found(pattern=location, files=())
    found = in_folder(location, names, format_name)
    return replace(found, seen=tuple(by_name[each[len(base) + 1 :]] for each in found.files))


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "_")) or not part for part in name.split("/"))


def no_objects(location: str) -> SourceProblem:
    """Return the problem that nothing is at a location, with the nearest name of what is there."""
    whole = objects.parse(location)
    parent, rest = whole.root, whole.key.rstrip("/").split("/")
    with told():
        names = objects.names_below(f"{parent}/")
        while rest[0] in names and len(rest) > 1:
            parent = f"{parent}/{rest.pop(0)}"
            names = objects.names_below(f"{parent}/")
    names = [each for each in names if not each.startswith(".")]
    near = nearest(rest[0], names)
    if near is not None and near != rest[0]:
        return SourceProblem(f"nothing is at `{location}`", f"did you mean `{'/'.join([parent, near, *rest[1:]])}`?")
    listing = ", ".join(f"`{each}`" for each in names[:8]) + (" …" if len(names) > 8 else "")
    hint = f"`{parent}` has {listing}" if names else f"`{parent}` is empty"
    return SourceProblem(f"no object matches `{location}`", hint)


def fetched(found: Found, root: Path) -> Found:
    """Return what was found as files of this machine, which are there then. Raises SourceProblem."""
    wanted = [Wanted(each, objects.place_of(each)) for each in found.seen]
    with told():
        objects.fetch(root, wanted)
    return replace(found, files=tuple(each.place for each in wanted), seen=())


def as_objects(described: Described, found: Found, root: Path) -> Described:
    """Return what was found out of fetched files as what is known of the objects."""
    copies = {place: (each, place) for each in found.seen for place in [objects.place_of(each)]}
    urls = {place: each.url for place, (each, _) in copies.items()}
    groups = tuple(_group(each, copies) for each in described.source.groups)
    warnings = tuple(objects.without_places(each, urls, root) for each in described.warnings)
    return replace(described, source=replace(described.source, groups=groups), warnings=warnings)


def _group(group: FileGroup, copies: dict[str, tuple[Seen, str]]) -> FileGroup:
    seen = [copies[file] for file in group.files]
    files = tuple(each.url for each, _ in seen)
    versions = tuple(Copy(place=place, size=each.size, e_tag=each.e_tag, version=each.version) for each, place in seen)
    return replace(group, files=files, copies=versions)


@contextmanager
def named_as_objects(found: Found, root: Path) -> Iterator[None]:
    """Raise a SourceProblem about fetched files as one about the objects."""
    try:
        yield
    except SourceProblem as problem:
        urls = {objects.place_of(each): each.url for each in found.seen}
        reason, hint = (objects.without_places(each, urls, root) for each in (problem.reason, problem.hint))
        raise SourceProblem(reason, hint) from problem
