"""The first line of a csv: which columns a file has, found without an engine."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from odibi_sql.diagnostics import did_you_mean
from odibi_sql.ir import FileGroup, Options, Schema, SourceProblem
from odibi_sql.sources.files import lines_of, open_text, option_of

_CANDIDATES = ";\t|"  # for the delimiter, where the first line has no comma


class Header(msgspec.Struct, frozen=True):
    """The first record of a file: the names of its columns, or values where the file has no header."""

    file: str
    cells: tuple[str, ...]


def read_headers(files: tuple[str, ...], root: Path, options: Options) -> tuple[list[Header], Options]:
    """Return the first record of each file that has one, and the options with the delimiter that was found."""
    options = _with_delimiter(files, root, options)
    headers = [Header(file, cells) for file in files if (cells := _first_record(file, root, options))]
    return headers, options


def _with_delimiter(files: tuple[str, ...], root: Path, options: Options) -> Options:
    if any(name == "delimiter" for name, _ in options):
        return options
    for file in files:
        line = _first_line(file, root, options)
        if line:
            found = "," if "," in line else max(_CANDIDATES, key=line.count)
            return (*options, ("delimiter", found)) if found in line and found != "," else options
    return options


def _first_line(file: str, root: Path, options: Options) -> str:
    return next(_text_lines(file, root, options), "")


def _first_record(file: str, root: Path, options: Options) -> tuple[str, ...]:
    """Return the cells of the first record; none of an empty file. Raises SourceProblem where they are no text."""
    quote, escape = str(option_of(options, "quote", '"')), str(option_of(options, "escape", '"'))
    reader = csv.reader(
        _text_lines(file, root, options),
        delimiter=str(option_of(options, "delimiter", ",")),
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=None if escape in ("", quote) else escape,
        doublequote=escape in ("", quote),
    )
    try:
        return tuple(next(reader, ()))
    except csv.Error as error:
        raise SourceProblem(f"the first line of `{file}` is no csv: {error}") from error


def _text_lines(file: str, root: Path, options: Options) -> Iterator[str]:
    encoding = str(option_of(options, "encoding", "utf-8"))
    compression = str(option_of(options, "compression", "auto"))
    comment = str(option_of(options, "comment", ""))
    try:
        with open_text(root / file, compression, encoding) as text:
            for line in lines_of(text, int(option_of(options, "skip", 0))):
                if not (comment and line.startswith(comment)):
                    yield line
    except UnicodeError as error:
        raise SourceProblem(f"`{file}` is not {encoding}", _encoding_hint(encoding)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise SourceProblem(f"`{file}` cannot be read: {_reason(error)}") from error


def _encoding_hint(encoding: str) -> str:
    others = [each for each in ("utf-8", "latin-1", "utf-16") if each != encoding]
    return f"say how it is written: (encoding: '{others[0]}') or (encoding: '{others[1]}')"


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def group_named(headers: list[Header], hive: tuple[str, ...], declared: Schema | None) -> list[FileGroup]:
    """Return the files whose first lines name the columns, those of equal headers together.

    Raises SourceProblem where a column that is needed is there twice.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for header in headers:
        groups.setdefault(_unique(header, hive, declared), []).append(header.file)
    return [FileGroup(pattern=None, files=tuple(files), header=names) for names, files in groups.items()]


def group_unnamed(headers: list[Header], hive: tuple[str, ...], declared: Schema | None) -> list[FileGroup]:
    """Return the files without a header as one group: the declared columns in order, or `column0`, `column1`, …

    Raises SourceProblem where a file has another number of columns.
    """
    width = len(headers[0].cells)
    names = tuple(f"column{place}" for place in range(width))
    if declared is not None:
        names = tuple(name for name in declared.names if name not in hive)
    for header in headers:
        if len(header.cells) != len(names):
            expected = "are declared" if declared is not None else f"are in `{headers[0].file}`"
            raise SourceProblem(f"`{header.file}` has {len(header.cells)} columns, {len(names)} {expected}")
    return [FileGroup(pattern=None, files=tuple(each.file for each in headers), header=names)]


def _unique(header: Header, hive: tuple[str, ...], declared: Schema | None) -> tuple[str, ...]:
    """Return the names of a header, each once (also for an engine to which `a` and `A` are one name)."""
    taken = {name.lower() for name in hive}
    names: list[str] = []
    for place, cell in enumerate(header.cells):
        name = cell if cell else f"column{place}"
        is_needed = name in declared if declared is not None else bool(cell) and cell not in hive
        if name in names and is_needed:
            raise SourceProblem(f"`{header.file}` has two columns called `{name}`", "rename one of them in the file")
        while name.lower() in taken:
            if is_needed and name not in hive:
                raise SourceProblem(
                    f"`{header.file}` has two columns called `{name}`, but for capitals",
                    "rename one of them in the file",
                )
            name = f"{name}_"
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def check_declared(groups: list[FileGroup], declared: Schema, hive: tuple[str, ...]) -> None:
    """Raise SourceProblem where a file lacks a declared column."""
    for group in groups:
        for name in declared.names:
            if name not in group.header and name not in hive:
                raise SourceProblem(
                    f"`{group.files[0]}` has no column `{name}`", did_you_mean(name, (*group.header, *hive))
                )
