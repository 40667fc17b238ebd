"""The catalog of files on this machine and of objects in stores: what is at a location, with which columns."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.diagnostics import did_you_mean, listed
from odibi_sql.ir import Described, FileGroup, FileSource, Schema, SourceProblem, SourceRequest
from odibi_sql.ir.formats import FORMATS
from odibi_sql.objects import is_object, place_of
from odibi_sql.sources import engine
from odibi_sql.sources.csv_header import check_declared, group_named, group_unnamed, read_headers
from odibi_sql.sources.csv_types import discover_types
from odibi_sql.sources.files import Found, find_files, nothing_there, option_of, sizes
from odibi_sql.sources.hive import hive_columns
from odibi_sql.sources.json_files import absent_members, discover_members
from odibi_sql.sources.objects import as_objects, fetched, find_objects, named_as_objects, no_objects
from odibi_sql.sources.parquet_files import look_at
from odibi_sql.sources.remembered import Memory, key_of

_WORTH_REMEMBERING = 64  # headers of so many files take longer to read than what was remembered


class LocalCatalog:
    """The files under `root`, where relative locations start. It answers the same request the same way as long as
    it lives; what an engine had to be asked for is remembered in `root/.odibi/schemas.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._answers: dict[SourceRequest, Described] = {}
        self._memory = Memory(self.root / ".odibi" / "schemas.json")

    @cached_property
    def _connection(self) -> Any:
        return engine.connect()

    @property
    def has_asked(self) -> bool:
        """Whether an engine was needed so far."""
        return "_connection" in self.__dict__

    def describe(self, request: SourceRequest) -> Described:
        """Return what is at the location of `request`. Raises SourceProblem."""
        if request not in self._answers:
            self._answers[request] = self._remembered_or_found(request)
        return self._answers[request]

    def _remembered_or_found(self, request: SourceRequest) -> Described:
        if request.format not in FORMATS:
            raise SourceProblem(f"`{request.format}` is no format", did_you_mean(request.format, FORMATS))
        found = _found(request, self.root)
        if not _is_worth_remembering(request, found):
            return self._find_out(request, found)
        key, stamp = key_of(request), _stamp(found, self.root)
        known = self._memory.recall(key, stamp)
        if known is None:
            known = self._find_out_of_objects(request, found) if found.seen else self._find_out(request, found)
            self._memory.keep(key, stamp, known)
        return known

    def _find_out_of_objects(self, request: SourceRequest, found: Found) -> Described:
        with named_as_objects(found, self.root):
            return as_objects(self._find_out(request, fetched(found, self.root)), found, self.root)

    def _find_out(self, request: SourceRequest, found: Found) -> Described:
        empty = tuple(name for name, size, _ in sizes(found.files, self.root) if size == 0)
        files = tuple(each for each in found.files if each not in set(empty))
        if not files:
            return self._nothing(request, found)
        fields = hive_columns(files, request.options, request.declared)
        hive = tuple(each for each in fields if request.declared is None or each.name in request.declared)
        match request.format:
            case "csv":
                described = self._csv(request, files, hive)
            case "parquet":
                described = self._parquet(request, files, hive)
            case _:
                described = self._json(request, files, hive)
        source = replace(described.source, groups=_with_pattern(described.source.groups, found.pattern))
        warnings = (*described.warnings, *(f"`{each}` is empty" for each in empty))
        return replace(described, source=source, warnings=warnings)

    def _nothing(self, request: SourceRequest, found: Found) -> Described:
        """Return the description of no rows, which needs a declared schema."""
        if request.declared is None:
            if found.files:
                hint = "declare its columns: `schema (…)`"
                raise SourceProblem(f"`{request.location}` is empty, so there are no columns to discover", hint)
            problem = _missing(request.location, self.root)
            raise SourceProblem(problem.reason, problem.hint or "or declare the columns: `schema (…)`")
        source = FileSource(format=request.format, groups=(), columns=request.declared, options=request.options)
        what = "is empty" if found.files else "has no files yet"
        return Described(
            source=source,
            schema=request.declared,
            is_discovered=False,
            warnings=(f"`{request.location}` {what}, so there are no rows",),
        )

    def _csv(self, request: SourceRequest, files: tuple[str, ...], hive: tuple[ir.Field, ...]) -> Described:
        names, declared = tuple(each.name for each in hive), request.declared
        headers, options = read_headers(files, self.root, request.options)
        if not headers:
            raise SourceProblem(f"`{files[0]}` has no first line", "declare its columns: `schema (…)`")
        has_header = bool(option_of(options, "header", True))
        groups = (group_named if has_header else group_unnamed)(headers, names, declared)
        if declared is not None:
            check_declared(groups, declared, names)
            return _described(request, groups, declared, names, options=options)
        types, options = discover_types(self._connection, groups, self.root, options)
        columns = ir.schema_of([*(ir.Field(name, type_) for name, type_ in types.items()), *hive])
        return _described(request, groups, columns, names, options=options, warnings=_gaps(groups, names, columns))

    def _json(self, request: SourceRequest, files: tuple[str, ...], hive: tuple[ir.Field, ...]) -> Described:
        names, declared = tuple(each.name for each in hive), request.declared
        groups = [FileGroup(pattern=None, files=files)]
        if declared is not None:
            warnings = absent_members(files[0], self.root, request.options, declared, names)
            return _described(request, groups, declared, names, warnings=warnings)
        fields = discover_members(self._connection, request.format, files, self.root, request.options)
        columns = ir.schema_of([*(each for each in fields if each.name not in names), *hive])
        return _described(request, groups, columns, names)

    def _parquet(self, request: SourceRequest, files: tuple[str, ...], hive: tuple[ir.Field, ...]) -> Described:
        names, declared = tuple(each.name for each in hive), request.declared
        found = look_at(self._connection, files, self.root, declared, names)
        columns = declared if declared is not None else ir.schema_of([*found.fields, *hive])
        groups = [FileGroup(pattern=None, files=files)]
        return _described(
            request, groups, columns, names, casts=found.casts, by_name=found.by_name, warnings=found.warnings
        )


def _found(request: SourceRequest, root: Path) -> Found:
    if is_object(request.location):
        return find_objects(request.location, request.format)
    try:
        return find_files(request.location, request.format, root)
    except (OSError, ValueError) as error:
        raise SourceProblem(f"`{request.location}` cannot be read: {error}") from error


def _missing(location: str, root: Path) -> SourceProblem:
    return no_objects(location) if is_object(location) else nothing_there(location, root)


def _stamp(found: Found, root: Path) -> list[list[Any]]:
    """Return what the files are known by: of objects, each version has its own place."""
    if found.seen:
        return [[each.url, each.size, place_of(each)] for each in found.seen]
    return [list(each) for each in sizes(found.files, root)]


def _is_worth_remembering(request: SourceRequest, found: Found) -> bool:
    asks = request.declared is None or request.format == "parquet" or len(found.files) > _WORTH_REMEMBERING
    return bool(found.files) and (asks or bool(found.seen) or found.files[0].endswith(".zst"))


def _gaps(groups: list[FileGroup], hive: tuple[str, ...], columns: Schema) -> tuple[str, ...]:
    """Return a warning for each layout of files that lacks columns which others have."""
    warnings = []
    for group in groups:
        missing = [name for name in columns.names if name not in group.header and name not in hive]
        if missing:
            files = f"`{group.files[0]}`" + (f" and {len(group.files) - 1} more" if len(group.files) > 1 else "")
            warnings.append(f"{files} lacks {listed(missing)}, which other files have: null there")
    return tuple(warnings)


def _with_pattern(groups: tuple[FileGroup, ...], pattern: str) -> tuple[FileGroup, ...]:
    return (replace(groups[0], pattern=pattern),) if len(groups) == 1 else groups


def _described(
    request: SourceRequest,
    groups: list[FileGroup],
    columns: Schema,
    hive: tuple[str, ...],
    *,
    options: ir.Options | None = None,
    warnings: tuple[str, ...] = (),
    casts: tuple[str, ...] = (),
    by_name: bool = False,
) -> Described:
    source = FileSource(
        format=request.format,
        groups=tuple(groups),
        columns=columns,
        options=request.options if options is None else options,
        hive=tuple(sorted(hive)),
        casts=casts,
        by_name=by_name,
    )
    is_discovered = request.declared is None
    return Described(source=source, schema=columns, is_discovered=is_discovered, warnings=warnings)
