"""The types of the columns of csv files that no schema is declared for: those that all values seen have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odibi_sql import ir
from odibi_sql.ir import FileGroup, Options
from odibi_sql.sources import engine
from odibi_sql.sources.files import option_of, sizes

_INTEGER = r"[+-]?(0|[1-9][0-9]*)"  # "007" is a text
_FLOAT = r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|INF|Infinity)"
_CLOCK = r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = f"{_DAY}{_CLOCK}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)"
_FILES_LOOKED_AT = 64

# What is tried, the narrowest first. Each is a condition over VALUE, a text that is not null (NUMBER: with a point).
_KINDS: tuple[tuple[ir.Type, str], ...] = (
    (ir.BOOL, "lower(VALUE) in ('true', 'false')"),
    (ir.INT64, f"try_cast(VALUE as bigint) is not null and regexp_full_match(VALUE, '{_INTEGER}')"),
    (ir.Decimal(38, 0), f"length(VALUE) < 39 and regexp_full_match(VALUE, '{_INTEGER}')"),
    (ir.FLOAT64, f"try_cast(NUMBER as double) is not null and regexp_full_match(NUMBER, '{_FLOAT}')"),
    (ir.DATE, "IS_DATE"),
    (ir.TIMESTAMP, "IS_TIMESTAMP"),
    (ir.TIMESTAMPTZ, f"try_cast(VALUE as timestamptz) is not null and regexp_full_match(VALUE, '{_INSTANT}')"),
)


class Seen:
    """What was seen of one column: which kinds all its values have so far."""

    def __init__(self) -> None:
        self.count = 0
        self.quoted_empty = 0
        self.kinds = [True] * len(_KINDS)

    @property
    def type(self) -> ir.Type:
        """The narrowest type that holds all values; string where there were none."""
        fitting = (type_ for (type_, _), fits in zip(_KINDS, self.kinds, strict=True) if fits)
        return next(fitting, ir.STRING) if self.count else ir.STRING


def discover_types(
    connection: Any, groups: list[FileGroup], root: Path, options: Options
) -> tuple[dict[str, ir.Type], Options]:
    """Return the type of every column by its name, and the options with `quoted_null` where the files need it.

    Small files are looked at whole, large ones by their first rows. Raises SourceProblem.
    """
    seen: dict[str, Seen] = {}
    for group in groups:
        _look(connection, group, root, options, seen)
    types = {name: column.type for name, column in seen.items()}
    needs_quoted_null = any(column.quoted_empty and column.type != ir.STRING for column in seen.values())
    if needs_quoted_null and not any(name == "quoted_null" for name, _ in options):
        options = (*options, ("quoted_null", True))
    return types, options


def _look(connection: Any, group: FileGroup, root: Path, options: Options, seen: dict[str, Seen]) -> None:
    values = f"UNPIVOT ({_sample(group, root, options)}) ON COLUMNS(*) INTO NAME place VALUE v"
    query = f"SELECT place, {_counts('v', options)} FROM ({values}) GROUP BY place"  # side by side it is O(columns²)
    about = f"`{group.pattern or group.files[0]}`"
    found = {place: facts for place, *facts in engine.rows(connection, query, about, root)}
    for place, name in enumerate(group.header):
        column = seen.setdefault(name, Seen())
        if f"c{place}" in found:
            count, quoted_empty, *kinds = found[f"c{place}"]
            column.count += count
            column.quoted_empty += quoted_empty
            column.kinds = [old and new is not False for old, new in zip(column.kinds, kinds, strict=True)]


def _counts(column: str, options: Options) -> str:
    value = column if option_of(options, "null", "") else f"nullif({column}, '')"
    number = f"replace({value}, ',', '.')" if option_of(options, "decimal", ".") == "," else value
    conditions = {
        "VALUE": value,
        "NUMBER": number,
        "IS_DATE": _time(value, "date", _DAY, options),
        "IS_TIMESTAMP": _time(value, "timestamp", f"{_DAY}({_CLOCK})?", options),
    }
    kept = f"filter (where {value} is not null)"
    kinds = [f"bool_and({_filled(condition, conditions)}) {kept}" for _, condition in _KINDS]
    return ", ".join([f"count({value})", f"count(*) filter ({column} = '')", *kinds])


def _filled(condition: str, words: dict[str, str]) -> str:
    for word, meaning in words.items():
        condition = condition.replace(word, meaning)
    return condition


def _time(value: str, kind: str, iso: str, options: Options) -> str:
    format_ = option_of(options, f"{kind}_format", "")
    if format_:
        return f"try_strptime({value}, {engine.quoted(str(format_))}) is not null"
    return f"regexp_full_match({value}, '{iso}') and try_cast({value} as {kind}) is not null"


def _sample(group: FileGroup, root: Path, options: Options) -> str:
    total = sum(size for _, size, _ in sizes(group.files, root))
    if total <= engine.WHOLE:
        return text_query(group.files, group, root, options)
    step = -(-len(group.files) // _FILES_LOOKED_AT)
    chosen = group.files[::step]
    limit = engine.SAMPLE_ROWS // len(chosen)
    return " UNION ALL ".join(f"({text_query((each,), group, root, options)} LIMIT {limit})" for each in chosen)


def text_query(files: tuple[str, ...], group: FileGroup, root: Path, options: Options) -> str:
    """Return a query of the files as text, columns c0, c1, …: a null is null, a quoted empty text is empty."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(group.header)))
    said = {
        "auto_detect": "false",
        "hive_partitioning": "false",
        "header": str(bool(option_of(options, "header", True))).lower(),
        "delim": engine.quoted(str(option_of(options, "delimiter", ","))),
        "quote": engine.quoted(str(option_of(options, "quote", '"'))),
        "escape": engine.quoted(str(option_of(options, "escape", '"'))),
        "nullstr": engine.quoted(str(option_of(options, "null", ""))),
        "skip": str(option_of(options, "skip", 0)),
        "comment": engine.quoted(str(option_of(options, "comment", ""))),
        "encoding": engine.quoted(str(option_of(options, "encoding", "utf-8"))),
        "compression": engine.quoted(str(option_of(options, "compression", "auto"))),
        "allow_quoted_nulls": str(bool(option_of(options, "quoted_null", False))).lower(),
    }
    paths = engine.path_list([str(root / each) for each in files])
    arguments = ", ".join(f"{name} = {value}" for name, value in said.items())
    return f"SELECT * FROM read_csv({paths}, {arguments}, columns = {{{columns}}})"
