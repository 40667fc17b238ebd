"""A statement of a plan bound to files: paths become absolute, patterns the files that the check found.

A plan says `read_csv('data/*.csv', …)` as the pipeline does. What runs reads exactly the files that the plan's
sources name, wherever the process stands. And it reads values exactly: in a csv or JSON DuckDB takes `1.5` for the
BIGINT 2, and leaves the time of day out of a DATE and the zone out of a TIMESTAMP, so these are read as text and held
to their type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from odibi_sql.ir import FileGroup, FileSource

_MISFIT = "\x1fmisfit\x1f"  # begins the engine's message for a value that does not fit its column
_READERS = {"read_csv": "csv", "read_json": "json", "read_ndjson": "json", "read_parquet": "parquet"}
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|[A-Za-z_][A-Za-z_0-9]*|\s+|.""", re.DOTALL)
_WHOLE = re.compile(r"(TINYINT|SMALLINT|INTEGER|INT|BIGINT)", re.IGNORECASE)
_DAY = "[0-9]+[-/][0-9]+[-/][0-9]+"
_CLOCK = "[0-9:]+([.][0-9]{1,6}0*)?(Z|[+-]00(:?00)?)?"  # UTC at most: another zone would be left out
_DECIMAL = re.compile(r"DECIMAL\((\d+), *(\d+)\)", re.IGNORECASE)


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that can run, and the text readers in it that were made exact (for finding what did not fit)."""

    sql: str
    readers: tuple[str, ...] = ()


def bind(sql: str, sources: Iterable[FileSource], root: Path) -> Bound:
    """Return `sql` with its files put in. What is in quotes or comments stays as it is."""
    tokens = _TOKEN.findall(sql)
    files = _Files.of(sources, root)
    out: list[str] = []
    readers: list[str] = []
    at = 0
    while at < len(tokens):
        call = _call(tokens, at)
        if call is not None:
            reader = _bound_call(tokens[at].lower(), tokens[at:call], files)
            exact = _exact(reader, files.comma)
            readers += [reader] if exact != reader else []
            out.append(exact)
            at = call
        elif _unquoted(tokens[at]) in files.by_text and tokens[at].startswith("'") and _follows_from(out):
            out.append(f"read_parquet({files.listed([tokens[at]])}{files.hive(tokens[at])})")
            at += 1
        else:
            out.append(tokens[at])
            at += 1
    return Bound(sql="".join(out), readers=tuple(readers))


class _Files(msgspec.Struct, frozen=True):
    by_text: dict[str, tuple[str, ...]]
    plain: frozenset[str]  # texts of parquet files whose folders give no columns
    comma: bool  # a source writes decimals with a comma
    root: Path

    @classmethod
    def of(cls, sources: Iterable[FileSource], root: Path) -> _Files:
        by_text: dict[str, tuple[str, ...]] = {}
        plain: set[str] = set()
        comma = False
        for source in sources:
            comma |= dict(source.options).get("decimal") == ","
            for group in source.groups:
                texts = _texts(group)
                by_text |= texts
                plain |= set() if source.hive else set(texts)
        return cls(by_text, frozenset(plain), comma, root)

    def listed(self, literals: Iterable[str]) -> str:
        """Return a list of absolute paths for the paths of a statement."""
        paths = [path for literal in literals for path in self._paths(_unquoted(literal))]
        return f"[{', '.join(map(quoted, paths))}]"

    def hive(self, literal: str) -> str:
        return ", hive_partitioning = false" if _unquoted(literal) in self.plain else ""

    def _paths(self, text: str) -> Iterator[str]:
        if text in self.by_text:
            for file in self.by_text[text]:
                yield literal_path(str(self.root / file))
        elif Path(text).is_absolute():
            yield text
        else:
            yield f"{literal_path(str(self.root))}/{text}"


def _texts(group: FileGroup) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {file: (path,) for file, path in zip(group.files, group.paths, strict=True)}
    return texts if group.pattern is None else texts | {group.pattern: group.paths}


def _call(tokens: list[str], at: int) -> int | None:
    """Return where the call of a reader that begins at `at` ends, or None where there is none."""
    if tokens[at].lower() not in _READERS:
        return None
    opened = _next(tokens, at + 1)
    if opened == len(tokens) or tokens[opened] != "(":
        return None
    depth = 0
    for place in range(opened, len(tokens)):
        depth += (tokens[place] == "(") - (tokens[place] == ")")
        if depth == 0:
            return place + 1
    return None


def _next(tokens: list[str], at: int) -> int:
    while at < len(tokens) and (tokens[at].isspace() or tokens[at].startswith(("--", "/*"))):
        at += 1
    return at


def _follows_from(out: list[str]) -> bool:
    for token in reversed(out):
        if not token.isspace():
            return token.upper() in ("FROM", "JOIN")
    return False


def _bound_call(reader: str, tokens: list[str], files: _Files) -> str:
    """Return the call with the paths of its first argument put in."""
    start = _next(tokens, _next(tokens, 1) + 1)
    end = start + 1
    if tokens[start] == "[":
        end = tokens.index("]", start) + 1
    literals = [each for each in tokens[start:end] if each.startswith("'")]
    if not literals:
        return "".join(tokens)
    rest = "".join(tokens[end:])
    if "=" in str(files.root) and "hive_partitioning" not in (each.lower() for each in tokens):
        rest = f", hive_partitioning = false{rest}"
    return f"{reader}({files.listed(literals)}{rest}"


def _exact(call: str, comma: bool) -> str:
    """Return a reader of text with its whole numbers and decimals held to their types."""
    tokens = _TOKEN.findall(call)
    if _READERS[tokens[0].lower()] == "parquet":
        return call
    said = {each.lower() for each in tokens}
    formatted = {type_ for type_ in ("DATE", "TIMESTAMP") if f"{type_.lower()}format" in said}
    held: list[str] = []
    for place, name, type_ in list(_column_types(tokens)):
        if type_.upper() in formatted:
            continue
        check = _held(name, type_, comma)
        if check is not None:
            tokens[place] = "'VARCHAR'"
            held.append(check)
    return f"(SELECT * REPLACE ({', '.join(held)}) FROM {''.join(tokens)})" if held else call


def misfit_of(message: str) -> tuple[str, str, str] | None:
    """Return column, type (the engine's) and value, where a value of a text file did not fit its column."""
    before, found, rest = message.partition(_MISFIT)
    if not found or before not in ("", "Invalid Input Error: "):
        return None
    column, type_, value = rest.split("\x1f", 2)
    return column, type_, value.partition("\n\nLINE ")[0]


def all_text(call: str) -> str:
    """Return a reader of text with all its columns as text."""
    tokens = _TOKEN.findall(call)
    for place, _, _ in list(_column_types(tokens)):
        tokens[place] = "'VARCHAR'"
    return "".join(tokens)


def _column_types(tokens: list[str]) -> Iterator[tuple[int, str, str]]:
    """Give place, name and type of each entry of `columns = {'name': 'TYPE', …}`."""
    lowered = [each.lower() for each in tokens]
    if "columns" not in lowered:
        return
    at = lowered.index("{", lowered.index("columns")) + 1
    name: str | None = None
    while tokens[at] != "}":
        if tokens[at].isspace() or tokens[at] in ":,":
            pass
        elif name is None:
            name = _unquoted(tokens[at])
        else:
            yield at, name, _unquoted(tokens[at])
            name = None
        at += 1


def _held(name: str, type_: str, comma: bool) -> str | None:
    """Return the column held to its type, an error where a value does not fit; None where DuckDB itself does so."""
    column = named(name)
    text = f"replace({column}, ',', '.')" if comma else column
    condition = _fits(text, column, type_.upper())
    if condition is None:
        return None
    misfit = quoted(f"{_MISFIT}{name}\x1f{type_}\x1f")
    value = f"coalesce(CASE WHEN {condition} THEN TRY_CAST({text} AS {type_}) END, error({misfit} || {column}))"
    return f"{value} AS {column}"


def _fits(number: str, text: str, type_: str) -> str | None:
    """Return the condition under which a cast of a text to `type_` loses nothing; the quick test first."""
    decimal = _DECIMAL.fullmatch(type_)
    if _WHOLE.fullmatch(type_):
        return f"NOT contains({number}, '.') OR regexp_full_match({number}, ' *[+-]?[0-9]+[.]0* *')"
    if decimal is not None:
        digits = decimal[2]
        return (
            f"contains({number}, '.') AND strlen({number}) - instr({number}, '.') <= {digits}"
            f" OR regexp_full_match({number}, ' *[+-]?[0-9]*([.][0-9]{{0,{digits}}}0*)?([eE][+]?[0-9]+)? *')"
        )
    if type_ == "DATE":
        return f"strlen({text}) <= 10 OR regexp_full_match({text}, ' *{_DAY}([ T][0:.]+)? *')"
    if type_ == "TIMESTAMP":
        return f"strlen({text}) = 19 AND {text}[17] = ':' OR regexp_full_match({text}, ' *{_DAY}([ T]{_CLOCK})? *')"
    return None


def _unquoted(token: str) -> str:
    quote = token[:1]
    return token[1:-1].replace(quote * 2, quote) if quote in ("'", '"') and quote else token


def quoted(text: str) -> str:
    """Return `text` as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Return `name` as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def listed_files(files: Iterable[str | Path]) -> str:
    """Return files as a list of SQL, each standing for itself."""
    return f"[{', '.join(quoted(literal_path(str(each))) for each in files)}]"


def literal_path(path: str) -> str:
    """Return a path in which `*`, `?` and `[` stand for themselves where DuckDB reads patterns."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in path)
