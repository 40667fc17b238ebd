"""Where a run reads and writes: no target is written twice, and none is read in the run that writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from odibi_sql import syntax
from odibi_sql.check.context import Context
from odibi_sql.check.templates import filled
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.stores_errors import SameTarget, TargetIsProject, TargetIsSource
from odibi_sql.ir.formats import FORMATS, is_file_of
from odibi_sql.objects import shortest

Target = tuple[str, bool, Span]  # a path in its shortest form, whether it is a folder, where it is written
Source = tuple[str, str, Span]  # a path or a pattern in its shortest form, the ingest, where it is written


def check_locations(context: Context, statements: Sequence[syntax.Statement]) -> None:
    """Report targets that are written twice, one inside another, and those that the same run reads."""
    targets = list(_targets(context, statements))
    sources = list(_sources(context, statements))
    _check_twice(context, targets)
    _check_projects(context, statements)
    by_path = {source[0]: source for source in reversed(sources)}
    inside = {folder: source for source in reversed(sources) for folder in _folders(source[0])}
    patterns = [(re.split(r"[*?\[]", source[0])[0], source) for source in sources if re.search(r"[*?\[]", source[0])]
    for target in targets:
        source = _reader(target, by_path, inside, patterns)
        if source is not None:
            more = ((source[2], f"`{source[1]}` reads it"),)
            context.report(TargetIsSource(span=target[2], path=f'"{target[0]}"', ingest=source[1], more=more))


def _targets(context: Context, statements: Sequence[syntax.Statement]) -> Iterator[Target]:
    for each in statements:
        if isinstance(each, syntax.Store) and each.connection is None:
            path, format_ = filled(context, each.location), FORMATS.get(each.format.text)
            if path is not None and format_ is not None:
                is_folder = bool(each.partition) or not is_file_of(format_, path)
                yield shortest(path), is_folder, each.location.span


def _sources(context: Context, statements: Sequence[syntax.Statement]) -> Iterator[Source]:
    for each in statements:
        if isinstance(each, syntax.Ingest) and isinstance(each.source, syntax.FilesFrom):
            path = filled(context, each.source.location)
            if path is not None:
                yield shortest(path), each.name.text, each.source.location.span


def _check_projects(context: Context, statements: Sequence[syntax.Statement]) -> None:
    for each in statements:
        path = filled(context, each.location) if isinstance(each, syntax.Store) and each.connection is None else None
        if not isinstance(each, syntax.Store) or path is None:
            continue
        parts = shortest(path).split("/")
        if set(parts) <= {".", ".."}:
            what = "the folder of the pipeline" if parts == ["."] else "a folder around the pipeline"
        elif parts[0] == ".odibi":
            what = "what odibi keeps for itself"
        else:
            continue
        context.report(TargetIsProject(span=each.location.span, what=what, dataset=each.dataset.text))


def _check_twice(context: Context, targets: Sequence[Target]) -> None:
    written: dict[str, Target] = {}
    for target in targets:
        first = written.setdefault(target[0], target)
        if first is not target:
            _report_twice(context, target, first)
    for target in targets:
        around = next((written[each] for each in _folders(target[0]) if each in written), None)
        if around is not None:
            _report_twice(context, target, around)


def _report_twice(context: Context, target: Target, first: Target) -> None:
    more = ((first[2], "also written here"),)
    context.report(SameTarget(span=target[2], path=f'"{target[0]}"', more=more))


def _reader(
    target: Target, by_path: dict[str, Source], inside: dict[str, Source], patterns: Sequence[tuple[str, Source]]
) -> Source | None:
    """Return an ingest that reads what a store writes: its path, a folder around it, or a pattern that meets it."""
    path, is_folder, _ = target
    for each in (path, *_folders(path)):
        if each in by_path:
            return by_path[each]
    if is_folder and path in inside:
        return inside[path]
    for start, source in patterns:
        near = path.startswith(start) or (is_folder and start.startswith(path))
        if near and _meets(path.split("/"), source[0].split("/"), is_folder=is_folder):
            return source
    return None


def _folders(path: str) -> list[str]:
    """Return the folders around a path, the innermost first."""
    parts = path.split("/")
    return [folder for end in range(len(parts) - 1, 0, -1) if (folder := "/".join(parts[:end]))]


def _meets(target: list[str], pattern: list[str], *, is_folder: bool) -> bool:
    """Whether a path, or a file somewhere in it where it is a folder, can be one that a pattern takes."""
    if not pattern:
        return not target
    if not target:
        return is_folder
    if pattern[0] == "**":
        rests = (target[start:] for start in range(len(target) + 1))
        return any(_meets(rest, pattern[1:], is_folder=is_folder) for rest in rests)
    return fnmatchcase(target[0], pattern[0]) and _meets(target[1:], pattern[1:], is_folder=is_folder)
