"""Functions on DuckDB and on Spark, at their edges: both answer what the reference interpreter says."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
from function_harness import connect
from interpreter import RunFailure
from interpreter.added import ADDED_AGGREGATES
from interpreter.functions import FUNCTIONS
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE, Resolved, resolve
from odibi_sql.functions.resolve import parameters_of
from odibi_sql.lower import load_dialect
from odibi_sql.lower.calls import lower_call
from odibi_sql.lower.literals import lower_literal
from odibi_sql.lower.printer import print_statement
from odibi_sql.lower.typed import cast_to

Day, Moment = datetime.date, datetime.datetime
S, I, F, B, D, T, Z, L = (ir.STRING, ir.INT64, ir.FLOAT64, ir.BOOL, ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ, ir.DURATION)  # noqa: E741
ENTRY = ir.Struct((ir.Member("key", S), ir.Member("value", I)))
MOST, LEAST, NAN, INF = 2**63 - 1, -(2**63), float("nan"), float("inf")
Ask = Callable[[str], list[Any]]

MOMENTS = [
    *(Moment(2024, 2, 29, 13, 5, 6, 12), Moment(1969, 12, 31, 23, 59, 59, 999999), Moment(1970, 1, 1)),
    *(Moment(2023, 12, 31, 0, 0, 1), Moment(2000, 1, 31, 12), Moment(999, 3, 9), Moment(1, 1, 2), Moment(9999, 12, 30)),
    *(Moment(2024, 1, 31, 10), Moment(2024, 2, 29, 9), Moment(2024, 3, 3), Moment(2023, 2, 28, 10)),
]
DAYS = sorted({each.date() for each in MOMENTS})
UNITS = ["microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"]
FORMATS = ["%Y-%m-%dT%H:%M:%S.%fZ", "%d/%m/%y %I:%M %p", "%a %A %b %B %j", 'it\'s 100%% "%Y" [é] #%d', "%Y%m%d"]
READ = {
    "%Y-%m-%d": ["2024-1-5", "2024-01-05", " 2024-1-5", "2024-1-5 ", "24-1-5", "2024-02-30", "2023-02-29", "2024-13-1"]
    + ["2024-001-5", "0001-01-01", "9999-12-31", "", "x", "2024-1-5\n", "2024-0-5", "2024-1-05x", "２024-1-5", None],
    "%Y%m%d": ["20240105", "2024115", "202413", "20240230"],
    "%d.%m.%Y %H:%M:%S.%f": ["5.1.2024 7:5:9.5", "05.01.2024 23:59:59.123456", "5.1.2024 24:0:0.0", "5.1.2024 7:5:60.0"]
    + ["5.1.2024 7:5:9.1234567", "5.1.2024 7:60:9.1", "5.1.2024  7:5:9.5", "5.1.2024 7:5:9."],
    "%b %d %Y %I:%M %p": ["Jan 05 2024 01:02 PM", "jan 5 2024 12:00 am", "FEB 30 2024 1:00 AM", "Sept 5 2024 1:00 AM"]
    + ["Jan 5 2024 13:00 PM", "Jan 5 2024 0:30 AM", "May 5 2024 12:30 pm", "Mai 5 2024 12:30 pm"],
    "%d %B %Y": ["5 february 2024", "5 May 2024", "5 Feb 2024", "31 September 2024"],
    "%Y-%m": ["2024-2", "2024-02", "2024-02-01"],
    "on %Y's (%m)": ["on 2024's (3)", "ON 2024's (3)", "on 2024's 3"],
    "%Y%%": ["2024%", "2024%%", "2024"],
}
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC"]
CLOCKS = [
    *(Moment(2025, 3, 30, 2, 30), Moment(2025, 3, 30, 3), Moment(2025, 3, 30, 1, 59, 59), Moment(2025, 10, 26, 2, 30)),
    *(Moment(2025, 10, 26, 1, 30), Moment(2025, 10, 26, 3), Moment(2025, 3, 9, 2, 15), Moment(2025, 11, 2, 1, 15)),
    *(Moment(2025, 4, 6, 1, 45), Moment(2025, 10, 5, 2, 10), Moment(2011, 12, 30, 12), Moment(2011, 12, 29, 23, 59)),
    *(Moment(2011, 12, 31), Moment(1970, 1, 1), Moment(2024, 2, 29, 12, 0, 0, 1), Moment(2025, 3, 31, 2, 30)),
    *(Moment(2025, 10, 27, 2, 30), Moment(2025, 11, 3, 1, 15), Moment(1985, 7, 1), Moment(2037, 7, 1)),
]
PLACES = [(57.64911, 10.40744), (42.6, -5.6), (0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (-0.0, -0.0), (91.0, 0.0)]
PLACES += [
    (-33.8688, 151.2093),
    (45.0, 90.0),
    (11.25, -11.25),
    (0.0, 180.1),
    (NAN, 0.0),
    (INF, 0.0),
    (89.9999999, -179.9),
]
HASHES = [
    "u4pruydqqvj8",
    "ezs42",
    "s",
    "zzzzzzzzzzzz",
    "000000000000",
    "",
    "a",
    "EZS42",
    "ezs42 ",
    "0123456789bcd",
    "7z",
]
URLS = ["https://me:pw@odibi.org:8080/a/b;c?x=1&y=2&x=3#top?", "http://[::1]:80/", "http://odibi.org", "//odibi.org/a"]
URLS += [
    "mailto:me@odibi.org",
    "",
    "a b",
    "http://h?q#f",
    "http://h/?",
    "http://h:/p?a.b=1&axb=2&c==3&d",
    "x://u@h@i/p",
]
TEXTS = ["", " ", "a", "  a \t\n b\rc ", "a.b.c", ".a.", "...", "né😀.x", "aaa", "a\u00a0b"]
ARRAYS = [[3, 1, None, 3], [], [None], [2, 2], None]


def product(*sides: Any) -> list[tuple[Any, ...]]:
    return list(itertools.product(*sides))


CASES: list[tuple[str, tuple[ir.Type, ...], list[tuple[Any, ...]]]] = [
    ("date_format", (T, S), product([*MOMENTS, None], FORMATS)),
    ("date_format", (D, S), product(DAYS, FORMATS)),
    ("date_format", (Z, S), product(MOMENTS, FORMATS[:1])),
    *((name, (S, S), [(text, form) for form, texts in READ.items() for text in texts])
      for name in ("try_parse_timestamp", "try_parse_date")),
    ("to_timezone", (Z, S), product([*CLOCKS, None], ZONES)),
    ("from_timezone", (T, S), product([*CLOCKS, None], ZONES)),
    ("at_time_zone", (Z, S), product(CLOCKS[:3], ZONES)),
    ("at_time_zone", (T, S), product(CLOCKS[:3], ZONES)),
    *(("date_bin", (L, type_), product(widths, times)) for type_, times, widths in [
        (T, [*MOMENTS, None], [ir.Interval(0, 0, 900_000_000), ir.Interval(0, 7, 0), ir.Interval(0, 1, 3_600_000_001)]),
        (Z, MOMENTS, [ir.Interval(0, 0, 7_000_000)]), (D, DAYS, [ir.Interval(0, 7, 0), ir.Interval(0, 1, 0)])]),
    ("date_bin", (L, T, T), product([ir.Interval(0, 0, 3_600_000_000)], MOMENTS, [Moment(2024, 1, 1, 0, 20)])),
    ("elapsed", (S, T, T), product(UNITS, MOMENTS[:6], [*MOMENTS[7:], None])),
    ("elapsed", (S, D, D), product(["day", "month", "year"], DAYS, DAYS)),
    *(("add_days", (type_, I), product(times[2:6], [0, 1, -31, 366, None])) for type_, times in
      [(T, MOMENTS), (D, DAYS), (Z, MOMENTS)]),
    *(("add_months", (type_, I), product(times, [0, 1, -1, 13])) for type_, times in
      [(T, MOMENTS[8:]), (D, DAYS[3:-1]), (Z, MOMENTS[8:])]),
    ("seconds_between", (T, T), product(MOMENTS, MOMENTS[:4])),
    ("seconds_between", (D, D), product(DAYS, DAYS[:2])),
    *((name, (type_,), [(each,) for each in [*times, None]]) for name in ("epoch_day", "days_in_month", "is_weekend")
      for type_, times in [(T, MOMENTS), (D, DAYS), (Z, MOMENTS)]),
    ("from_epoch_day", (I,), [(-1,), (0,), (19782,), (-719162,), (None,)]),
    *((name, (type_, S), product(times[1:6], ["monday", "thursday", "sunday"])) for name in ("next_day", "previous_day")
      for type_, times in [(T, MOMENTS), (D, DAYS[1:])]),
    ("geohash", (F, F, I), [(*place, count) for place in [*PLACES, (None, 1.0)] for count in (1, 2, 5, 11, 12)]),
    ("geohash_lat", (S,), [(each,) for each in [*HASHES, None]]),
    ("geohash_lon", (S,), [(each,) for each in [*HASHES, None]]),
    ("haversine", (F, F, F, F), [(*one, *other) for one, other in product(PLACES, PLACES)]),
    *((name, (I, I), product([0, 1, -1, MOST, LEAST, 2**32, None], repeat)) for name, repeat in
      [(each, [0, 1, -1, MOST, LEAST, 2**32]) for each in ("try_add", "try_subtract", "try_multiply")]),
    *((name, (type_,), [(each,) for each in values]) for name in ("nullif_zero", "zero_if_null") for type_, values in
      [(I, [0, 5, None]), (F, [0.0, -0.0, 2.5, NAN, None])]),
    ("width_bucket", (F, F, F, I), product([-1.0, 0.0, 2.5, 9.99, 10.0, NAN, None], [0.0, 10.0], [10.0], [1, 4, 3, 0])),
    ("equal_null", (S, S), product(["a", "b", None], ["a", None])),
    ("equal_null", (F, F), product([0.0, 1.0, NAN, None], [-0.0, NAN, None])),
    *((name, (S,), [(each,) for each in [*TEXTS, None]]) for name in ("nullif_blank", "normalize_space")),
    ("overlay", (S, S, I), product(TEXTS, ["", "XY"], [0, 1, 3, 99, -1])),
    ("overlay", (S, S, I, I), product(TEXTS[4:8], ["", "XY"], [1, 3], [0, 1, -5, 99, None])),
    ("substring_index", (S, S, I), product([*TEXTS, None], [".", "aa"], [0, 1, 2, 9, -1, -2, -9, None])),
    ("remove_prefix", (S, S), product([*TEXTS, None], ["", "a", ".a", "né😀", None])),
    ("remove_suffix", (S, S), product([*TEXTS, None], ["", "c", "a.", ".x", None])),
    ("parse_url", (S, S), product([*URLS, None], ["protocol", "host", "port", "path", "query", "fragment"])),
    ("url_parameter", (S, S), product([*URLS, None], ["x", "y", "a.b", "c", "d"])),
    ("array_remove", (ir.Array(I), I), product(ARRAYS, [3, 9, None])),
    ("array_except", (ir.Array(I), ir.Array(I)), product(ARRAYS, ARRAYS)),
    ("array_repeat", (I, I), product([7, None], [0, 1, 3, -1, None])),
    ("map_entries", (ir.Map(S, I),), [({"a": 1, "b": None},), ({},), (None,)]),
    ("map_from_entries", (ir.Array(ENTRY),),
     [([{"key": "a", "value": 1}, {"key": "b", "value": None}],), ([],), (None,)]),
]  # fmt: skip
FAIL: list[tuple[str, tuple[ir.Type, ...], list[tuple[Any, ...]]]] = [
    ("parse_date", (S, S), [("2024-02-30", "%Y-%m-%d"), (" 2024-2-3", "%Y-%m-%d"), ("24-2-3", "%Y-%m-%d")]),
    ("parse_timestamp", (S, S), [("2024-2-3 25", "%Y-%m-%d %H"), ("2024-2-3", "%Y-%m-%d %H")]),
    ("map_from_entries", (ir.Array(ENTRY),), [([{"key": "a", "value": 1}, {"key": "a", "value": 2}],)]),
]


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> tuple[str, Ask]:
    if request.param == "duckdb":
        connection = connect()
        return "duckdb", lambda sql: connection.execute(sql).fetchall()
    session = request.getfixturevalue("spark")
    return "spark", lambda sql: session.sql(sql).collect()  # type: ignore[no-any-return]


def test_each_function_of_these_chapters_is_asked() -> None:
    modules = ("time_text", "time_zones", "time_steps", "text_parts", "number_bounds", "geo")
    there = {name for name, each in CATALOGUE.items() if _module(each) in modules}
    assert there <= {name for name, *_ in (*CASES, *FAIL)}


def _module(function: Any) -> str:
    return str(function.result.__module__).rpartition(".")[2] if function.ibis_form is None else ""


@pytest.mark.parametrize(
    ("name", "types", "rows"), CASES, ids=[f"{name}-{types[0]}-{i}" for i, (name, types, _) in enumerate(CASES)]
)
def test_both_engines_say_what_is_meant(
    name: str, types: tuple[ir.Type, ...], rows: list[tuple[Any, ...]], engine: tuple[str, Ask]
) -> None:
    found = asked(name, types, rows, *engine)
    wrong = [(row, value, meant(name, types, row)) for row, value in zip(rows, found, strict=True)]
    assert not [each for each in wrong if not alike(each[1], each[2])][:9]


@pytest.mark.parametrize(("name", "types", "row"), [(name, types, row) for name, types, rows in FAIL for row in rows])
def test_what_does_not_fit_fails_the_run(
    name: str, types: tuple[ir.Type, ...], row: tuple[Any, ...], engine: tuple[str, Ask]
) -> None:
    with pytest.raises(RunFailure):
        meant(name, types, row)
    with pytest.raises(Exception, match=r"fit|parse|range|DUPLICATE|unique"):
        asked(name, types, [row], *engine)


GROUPS = {
    "weighted_avg": ((F, F), [[(1.0, 1.0), (3.0, 3.0), (None, 5.0), (7.0, None)], [(1.0, 0.0)], [(None, None)]]),
    "collect_set": ((I,), [[(2,), (1,), (None,), (2,)], [(None,)], [(5,)]]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_aggregates(name: str, engine: tuple[str, Ask]) -> None:
    types, groups = GROUPS[name]
    for rows in groups:
        [value] = asked(name, types, rows, *engine, is_aggregate=True)
        assert alike(value, ADDED_AGGREGATES[name]([list(row) for row in rows])), rows


def meant(name: str, types: tuple[ir.Type, ...], row: tuple[Any, ...]) -> Any:
    args = tuple(ir.Literal(type=type_, value=None) for type_ in types)
    return FUNCTIONS[name](list(row), ir.Call(type=result_of(name, types, row), function=name, args=args))


def result_of(name: str, types: tuple[ir.Type, ...], row: tuple[Any, ...]) -> ir.Type:
    parameters = parameters_of(CATALOGUE[name], len(types)) or ()
    known = tuple(value if each.is_constant else None for each, value in zip(parameters, row, strict=True))
    resolved = resolve(CATALOGUE[name], types, (True,) * len(types), known)
    assert isinstance(resolved, Resolved), resolved
    return resolved.type


def asked(
    name: str,
    types: tuple[ir.Type, ...],
    rows: list[tuple[Any, ...]],
    engine: str,
    ask: Ask,
    *,
    is_aggregate: bool = False,
) -> list[Any]:
    """Return what an engine gives for each row, the constants of a row in its call."""
    parameters = parameters_of(CATALOGUE[name], len(types)) or ()
    at = [i for i, each in enumerate(parameters) if each.is_constant]
    groups: dict[Any, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(tuple(row[j] for j in at), []).append(i)
    found: list[Any] = [None] * len(rows)
    for values, places in groups.items():
        known = tuple(dict(zip(at, values, strict=True)).get(i) for i in range(len(types)))
        sql = statement(name, types, [rows[i] for i in places], known, engine, is_aggregate=is_aggregate)
        answers = [plain(answer) for _, answer in sorted(ask(sql), key=lambda row: row[0])]
        if is_aggregate:
            return answers
        for i, answer in zip(places, answers, strict=True):
            found[i] = answer
    return found


def statement(
    name: str, types: tuple[ir.Type, ...], rows: list[tuple[Any, ...]], known: Any, engine: str, *, is_aggregate: bool
) -> str:
    dialect = load_dialect(engine)
    args = [
        lower_literal(ir.Literal(type=type_, value=known[i]), dialect).sql
        if known[i] is not None
        else exp.column(f"c{i}")
        for i, type_ in enumerate(types)
    ]
    call = lower_call(CATALOGUE[name], types, args, known, engine)
    if isinstance(result_of(name, types, rows[0]), ir.TimestampTz):
        call = cast_to(call, ir.TIMESTAMP, dialect)
    columns = [i for i in range(len(types)) if known[i] is None]
    names = ", ".join(["place", *(f"c{i}" for i in columns)])
    lines = [", ".join([str(i), *(written(row[j], types[j], engine) for j in columns)]) for i, row in enumerate(rows)]
    source = f"(VALUES {', '.join(f'({each})' for each in lines)}) AS given({names})"
    return f"SELECT {'0' if is_aggregate else 'place'}, {call.sql(dialect.sqlglot)} FROM {source}"


def written(value: Any, type_: ir.Type, engine: str) -> str:
    """Return a value as a constant of the engine, with its type."""
    dialect = load_dialect(engine)
    made = f"CAST({{}} AS {dialect.type_name(type_)})"
    if value is None:
        return made.format("NULL")
    match type_:
        case ir.Array(element=element):
            items = ", ".join(written(each, element, engine) for each in value)
            return made.format(f"[{items}]" if engine == "duckdb" else f"ARRAY({items})")
        case ir.Map(key=key, value=kind):
            keys, values = written([*value], ir.Array(key), engine), written([*value.values()], ir.Array(kind), engine)
            return f"MAP({keys}, {values})" if engine == "duckdb" else f"MAP_FROM_ARRAYS({keys}, {values})"
        case ir.Struct(members=members):
            items = ", ".join(written(value[each.name], each.type, engine) for each in members)
            return made.format(f"ROW({items})" if engine == "duckdb" else f"STRUCT({items})")
    literal = lower_literal(ir.Literal(type=type_, value=value), dialect).sql
    return made.format(literal.sql(dialect.sqlglot))


def plain(value: Any) -> Any:
    """Return a value of an engine as the interpreter has it."""
    if hasattr(value, "asDict"):
        return value.asDict()
    return [plain(each) for each in value] if isinstance(value, list) else value


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return bool(one == other and type(one) is type(other))


def test_every_character_of_a_text_stays(engine: tuple[str, Ask]) -> None:
    name, ask = engine
    told = "a\a\b\f\v\t\n\r\\ \\f '\"{é😀"
    literal = lower_literal(ir.Literal(type=S, value=told), load_dialect(name)).sql
    [(found,)] = ask(print_statement(exp.select(literal.as_("x")), load_dialect(name)))
    assert found == told
