"""Typed expressions as text."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

INT, FLOAT, DECIMAL, STRING, BOOL = "int64", "float64", "decimal(10, 2)", "string", "bool"
DATE, TIMESTAMP, ARRAY = "date", "timestamp", "array<int64>"
TYPES = (INT, FLOAT, DECIMAL, STRING, BOOL, DATE, TIMESTAMP)
ORDERED = ("=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from")

# Edge values, as a table has them. Its floats are sums of powers of two, of like size: they add up exactly.
VALUES: dict[str, tuple[str, ...]] = {
    INT: ("0", "1", "-1", "2", "3", "7", "4611686018427387904", "-9223372036854775807"),
    FLOAT: ("0.0", "-0.0", "1.5", "-2.25", "4.0", "cast('NaN' as float64)", "cast('inf' as float64)"),
    DECIMAL: ("0.00", "1.25", "-0.01", "99999999.99", "2.50", "-3.10"),
    STRING: ("''", "'a'", "'B'", "'é'", "'7'", "' 7 '", "'a b'", "'ab'", "'x''y'", "'😀'"),
    BOOL: ("true", "false"),
    DATE: ("date '2024-02-29'", "date '2025-01-31'", "date '1969-12-31'", "date '2025-12-29'", "date '1900-03-01'"),
    TIMESTAMP: (
        "timestamp '2024-02-29 23:59:59.999999'",
        "timestamp '1969-12-31 23:59:59.5'",
        "timestamp '2025-01-31 10:00:00'",
        "timestamp '2025-03-30 02:30:00'",
    ),
    ARRAY: ("[1, null, 3]", "[2]", "[3, 3, 1]"),
}
# Constants in expressions: small, so that little overflows.
LITERALS: dict[str, tuple[str, ...]] = {
    **VALUES,
    INT: ("0", "1", "-1", "2", "3", "10"),
    FLOAT: ("0.0", "1.5", "-2.0", "0.25"),
    DECIMAL: ("1.25", "-0.5", "3.00"),
}
# What gives a type: a template, and the types of its holes. `INT` results stay small where the operands are.
CALLS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    INT: (
        ("({} % {})", (INT, INT)),
        ("({} // {})", (INT, INT)),
        ("abs({} % 1000)", (INT,)),
        ("sign({})", (INT,)),
        ("(({} % 1000) + ({} % 1000))", (INT, INT)),
        ("(({} % 1000) * ({} % 1000))", (INT, INT)),
        ("greatest({}, {})", (INT, INT)),
        ("least({}, {})", (INT, INT)),
        ("length({})", (STRING,)),
        ("strpos({}, {})", (STRING, STRING)),
        ("try_cast({} as int64)", (STRING,)),
        ("cast({} as int64)", (DECIMAL,)),
        ("cast({} as int64)", (BOOL,)),
        ("year({})", (DATE,)),
        ("day_of_week({})", (DATE,)),
        ("week({})", (DATE,)),
        ("quarter({})", (TIMESTAMP,)),
        ("hour({})", (TIMESTAMP,)),
        ("epoch({})", (TIMESTAMP,)),
        ("date_diff('day', {}, {})", (DATE, DATE)),
        ("date_diff('hour', {}, {})", (TIMESTAMP, TIMESTAMP)),
        ("({} - {})", (DATE, DATE)),
        ("unicode({})", (STRING,)),
        ("array_length({})", (ARRAY,)),
        ("{}[1]", (ARRAY,)),
        ("array_position({}, {})", (ARRAY, INT)),
    ),
    FLOAT: (
        ("({} / {})", (INT, INT)),
        ("({} + {})", (FLOAT, FLOAT)),
        ("({} - {})", (FLOAT, FLOAT)),
        ("({} * {})", (FLOAT, FLOAT)),
        ("({} / {})", (FLOAT, FLOAT)),
        ("({} // {})", (FLOAT, FLOAT)),
        ("({} % {})", (FLOAT, FLOAT)),
        ("(- {})", (FLOAT,)),
        ("abs({})", (FLOAT,)),
        ("floor({})", (FLOAT,)),
        ("ceil({})", (FLOAT,)),
        ("round({}, 1)", (FLOAT,)),
        ("sqrt({})", (FLOAT,)),
        ("greatest({}, {})", (FLOAT, FLOAT)),
        ("cast({} as float64)", (INT,)),
        ("cast({} as float64)", (DECIMAL,)),
        ("try_cast({} as float64)", (STRING,)),
    ),
    DECIMAL: (
        ("cast(({} + {}) % 1000 as decimal(10, 2))", (DECIMAL, DECIMAL)),
        ("try_cast({} * {} as decimal(10, 2))", (DECIMAL, DECIMAL)),
        ("try_cast({} / {} as decimal(10, 2))", (DECIMAL, DECIMAL)),
        ("(- {})", (DECIMAL,)),
        ("abs({})", (DECIMAL,)),
        ("cast({} % 1000 as decimal(10, 2))", (INT,)),
        ("try_cast({} as decimal(10, 2))", (STRING,)),
        ("least({}, {})", (DECIMAL, DECIMAL)),
    ),
    STRING: (
        ("upper({})", (STRING,)),
        ("lower({})", (STRING,)),
        ("({} || {})", (STRING, STRING)),
        ("concat({}, {})", (STRING, STRING)),
        ("trim({})", (STRING,)),
        ("reverse({})", (STRING,)),
        ("substring({}, 2)", (STRING,)),
        ("left({}, 1)", (STRING,)),
        ("right({}, 2)", (STRING,)),
        ("replace({}, 'a', {})", (STRING, STRING)),
        ("lpad({}, 4, '*')", (STRING,)),
        ("split_part({}, ' ', 1)", (STRING,)),
        ("regexp_extract({}, '[a-z]+')", (STRING,)),
        ("regexp_replace({}, '[0-9]', '#')", (STRING,)),
        ("nullif({}, {})", (STRING, STRING)),
        ("cast({} as string)", (INT,)),
        ("cast({} as string)", (DECIMAL,)),
        ("cast({} as string)", (BOOL,)),
        ("cast({} as string)", (DATE,)),
        ("cast({} as string)", (TIMESTAMP,)),
        ("md5({})", (STRING,)),
    ),
    DATE: (
        ("({} + interval '1' month)", (DATE,)),
        ("({} - interval '7' day)", (DATE,)),
        ("date_trunc('month', {})", (DATE,)),
        ("date_trunc('week', {})", (DATE,)),
        ("last_day({})", (DATE,)),
        ("cast({} as date)", (TIMESTAMP,)),
        ("try_cast({} as date)", (STRING,)),
        ("greatest({}, {})", (DATE, DATE)),
    ),
    TIMESTAMP: (
        ("({} + interval '90' minute)", (TIMESTAMP,)),
        ("({} - interval '1' month)", (TIMESTAMP,)),
        ("date_trunc('hour', {})", (TIMESTAMP,)),
        ("date_trunc('week', {})", (TIMESTAMP,)),
        ("cast({} as timestamp)", (DATE,)),
        ("least({}, {})", (TIMESTAMP, TIMESTAMP)),
    ),
    BOOL: (
        ("({} and {})", (BOOL, BOOL)),
        ("({} or {})", (BOOL, BOOL)),
        ("(not {})", (BOOL,)),
        ("({} is true)", (BOOL,)),
        ("({} is not false)", (BOOL,)),
        ("({} between {} and {})", (INT, INT, INT)),
        ("({} in (1, 2, {}))", (INT, INT)),
        ("({} not in ('a', 'é'))", (STRING,)),
        ("({} like '%a%')", (STRING,)),
        ("({} ilike 'A_')", (STRING,)),
        ("starts_with({}, {})", (STRING, STRING)),
        ("contains({}, {})", (STRING, STRING)),
        ("regexp_matches({}, '^[a-z]')", (STRING,)),
        ("is_nan({})", (FLOAT,)),
        ("array_contains({}, {})", (ARRAY, INT)),
        ("try_cast({} as bool)", (STRING,)),
    ),
    ARRAY: (
        ("array_sort({})", (ARRAY,)),
        ("array_distinct({})", (ARRAY,)),
        ("array_concat({}, {})", (ARRAY, ARRAY)),
        ("[{}, {}]", (INT, INT)),
    ),
}


class Col(msgspec.Struct, frozen=True):
    """A column of what is made: its name and type, and whether its floats sum up to the same in any order."""

    name: str
    type: str
    is_summable: bool = True


Cols = tuple[Col, ...]


class Maker:
    """Draws for one pipeline. Names are never used twice, so that each means one thing."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0

    def one_of(self, *choices: Any) -> Any:
        """Return one of these; examples shrink to the first."""
        return self.draw(st.sampled_from(choices))

    def chance(self, one_in: int) -> bool:
        """Return True once in so many times; examples shrink to False."""
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def some(self, choices: Any, least: int = 0, most: int = 3) -> list[Any]:
        """Return some of these, each once."""
        choices = list(choices)
        if len(choices) < least or not choices:
            return choices
        most = max(least, min(most, len(choices)))
        return self.draw(st.lists(st.sampled_from(choices), unique=True, min_size=least, max_size=most))

    def name(self, letter: str = "c") -> str:
        """Return a name that nothing has."""
        self.count += 1
        return f"{letter}{self.count}"


def literal(make: Maker, type_: str) -> str:
    """Return a constant that has this type by itself, or is cast to it."""
    value = make.one_of(*LITERALS[type_])
    return f"cast({value} as {type_})" if type_ in (DECIMAL, ARRAY) else str(value)


def expression(make: Maker, cols: Cols, type_: str, depth: int = 2) -> str:
    """Return an expression of this type over the columns; of nothing but constants only where no column is at hand."""
    own = [col.name for col in cols if col.type == type_]
    if depth == 0 or make.chance(3) or type_ not in CALLS:
        return make.one_of(*own) if own else literal(make, type_)
    shape = make.one_of("call", "call", "call", "case", "coalesce")
    if type_ == BOOL and shape == "call" and make.chance(2):
        shape = make.one_of("compare", "null")
    match shape:
        case "case":
            parts = [expression(make, cols, each, depth - 1) for each in (BOOL, type_, type_)]
            return "case when {} then {} else {} end".format(*parts)
        case "coalesce":
            return f"coalesce({expression(make, cols, type_, depth - 1)}, {literal(make, type_)})"
        case "compare":
            compared = make.one_of(*TYPES)
            left, right = (expression(make, cols, compared, depth - 1) for _ in range(2))
            return f"({left} {make.one_of(*ORDERED)} {right})"
        case "null":
            return f"({expression(make, cols, make.one_of(*TYPES), depth - 1)} is {make.one_of('', 'not ')}null)"
    template, types = make.one_of(*CALLS[type_])
    return str(template.format(*(expression(make, cols, each, depth - 1) for each in types)))


AGGREGATES: tuple[tuple[str, str, str], ...] = (  # template, type of its hole, type of the result
    ("count()", INT, INT),
    ("count({})", STRING, INT),
    ("count(distinct {})", FLOAT, INT),
    ("count(distinct {})", STRING, INT),
    ("sum({} % 100)", INT, INT),
    ("min({})", STRING, STRING),
    ("max({})", FLOAT, FLOAT),
    ("min({})", DATE, DATE),
    ("max({})", TIMESTAMP, TIMESTAMP),
    ("bool_and({})", BOOL, BOOL),
    ("bool_or({})", BOOL, BOOL),
    ("count_if({})", BOOL, INT),
    ("cast(sum({} % 1000) as decimal(10, 2))", DECIMAL, DECIMAL),
    ("avg({} % 100)", INT, FLOAT),
    ("mode({})", INT, INT),
    ("median({} % 100)", INT, FLOAT),
    ("first({})", INT, INT),
    ("last({})", STRING, STRING),
    ("string_agg({}, ',')", STRING, STRING),
    ("arg_max({}, {})", STRING, STRING),
)


def aggregate(make: Maker, cols: Cols) -> tuple[str, str]:
    """Return an aggregate and its type; sums of floats are of columns that are summable."""
    summable = [col.name for col in cols if col.type == FLOAT and col.is_summable]
    if summable and make.chance(6):
        return f"{make.one_of('sum', 'avg')}({make.one_of(*summable)})", FLOAT
    template, type_, result = make.one_of(*AGGREGATES)
    holes = [expression(make, cols, type_, 1) for _ in range(template.count("{}"))]
    call = template.format(*holes)
    is_bare = call.endswith(")") and not call.startswith("cast(")
    if is_bare and make.chance(4):
        call = f"{call} filter (where {expression(make, cols, BOOL, 1)})"
    return call, result


WINDOWS: tuple[tuple[str, str, str, bool], ...] = (  # template, type of its hole, type of the result, takes a frame
    ("row_number()", INT, INT, False),
    ("rank()", INT, INT, False),
    ("dense_rank()", INT, INT, False),
    ("lag({})", INT, INT, False),
    ("lead({}, 2)", STRING, STRING, False),
    ("first_value({})", DATE, DATE, True),
    ("last_value({})", INT, INT, True),
    ("sum({} % 100)", INT, INT, True),
    ("count()", INT, INT, True),
    ("max({})", STRING, STRING, True),
    ("min({})", FLOAT, FLOAT, True),
    ("ntile(2)", INT, INT, False),
)
FRAMES = (
    "",
    " rows between 1 preceding and current row",
    " rows between unbounded preceding and unbounded following",
    " rows between 1 following and 2 following",
)


def window(make: Maker, cols: Cols, *, is_sql: bool = False) -> tuple[str, str]:
    """Return a window call and its type. Without a frame, SQL's own is a range, in which no row is the last."""
    template, type_, result, takes_frame = make.one_of(*WINDOWS)
    call = template.format(*(expression(make, cols, type_, 1) for _ in range(template.count("{}"))))
    partition = make.some([col.name for col in cols if col.type != ARRAY], 0, 2)
    by = f"partition by {', '.join(partition)} " if partition else ""
    order = f"order by {sort_keys(make, cols)}"
    frames = FRAMES[1:] if is_sql and "_value" in template else FRAMES
    frame = make.one_of(*frames) if takes_frame else ""
    return f"{call} over ({by}{order}{frame})", result


def sort_keys(make: Maker, cols: Cols) -> str:
    """Return keys to sort by."""
    names = make.some([col.name for col in cols if col.type != ARRAY], 1, 2) or [cols[0].name]
    return ", ".join(f"{name}{make.one_of('', ' desc')}{make.one_of('', '', ' nulls first')}" for name in names)
