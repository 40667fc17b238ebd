"""Texts, patterns and numbers at their edges: Spark answers what DuckDB answers, all of a kind in one statement."""

from __future__ import annotations

import datetime
import sys
from typing import Any

import pyarrow as pa
import pytest
from function_harness import connect
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE
from odibi_sql.lower import load_dialect
from odibi_sql.lower.calls import literal, lower_call
from odibi_sql.lower.typed import cast_to

S, I, F = ir.STRING, ir.INT64, ir.FLOAT64  # noqa: E741
NAN, INF = float("nan"), float("inf")
TEXTS = [
    None,
    "",
    "a",
    "aab",
    "a1b22",
    "2025-11-01",
    "a\nb",
    "a\n",
    "a\u0085b",
    "a\u2028",
    "é a",
    "a_b c",
    "K\u212ak ſsS",
]
TEXTS += ["ßẞ", "a.b$c\\d", "😀a😀", "e\u0301", "\u00a0 x\u3000", "ΣΑΣ ὈΔΟΣ", "İıi ﬁ ᾳ", "x  y"]
PATTERNS = [
    "a",
    "a|ab",
    "(a)(b)?",
    "(a|b)+",
    "a$",
    "a.b",
    r"\w+",
    r"\W",
    r"\ba\b",
    r"a\B",
    "(?i)k",
    "(?i)[a-c]+",
    "(?i)ß",
]
PATTERNS += ["([0-9]+)-([0-9]+)", "(a{1,2}){2}", r"[\]-]", r"\.", r"\$", r"\\", "(a|)b", "(?i)[^à-ÿ]", r"(?i)[-\w]+"]
FLOATS = [None, 0.0, -0.0, 0.5, -0.5, 1.5, -2.5, 1.005, 2.345, 1e15, 1e22, -1e300, 5e-324, INF, -INF, NAN]
FLOATS += [0.49999999999999994, 4503599627370497.5, 1250.0, 1.7976931348623157e308]
WHOLES = [None, 0, 1, -1, 2, -7, 15, 63, 64, 2**31, 2**63 - 10, 10 - 2**63]
DOCUMENTS = [
    None,
    "",
    "{",
    "null",
    "[1]",
    "[]",
    "{}",
    "1,2",
    "1],[2",
    '{"a":1} x',
    '{"a":1}{"a":2}',
    '"s"',
    '{"a":null}',
]
DOCUMENTS += [
    '{"a":1.0}',
    '{"a":1e5}',
    '{"a":"x\\n\\u00e9"}',
    '{"a":{"z": 1, "b":[1, {"x": "y"}]}}',
    '{"any name":{"x.y":[0,true]}}',
]
Call = tuple[str, tuple[ir.Type, ...], tuple[Any, ...]]

OF_TEXT: list[Call] = [
    *((name, (S,), (None,)) for name in ("upper", "lower", "initcap", "length", "octet_length", "trim", "ltrim")),
    *((name, (S,), (None,)) for name in ("rtrim", "reverse", "unicode", "is_blank", "md5", "sha1", "sha256", "hex")),
    *((name, (S,), (None,)) for name in ("stable_hash", "to_base64", "encode")),
    *(("substring", (S, I, I), (None, start, size)) for start in (1, 2, -2, -9, 9) for size in (-1, 0, 2, 99)),
    *((name, (S, I), (None, count)) for name in ("left", "right", "repeat") for count in (-2, 0, 2, 99)),
    *((name, (S, I, S), (None, size, "xyz")) for name in ("lpad", "rpad") for size in (-1, 0, 1, 7)),
    *(("split", (S, S), (None, separator)) for separator in ("", "a", ".", "\\", "$", "\\E", " ", "|")),
    *(("split_part", (S, S, I), (None, "a", place)) for place in (1, 2, -1, 9)),
    *((name, (S, S), (None, "a")) for name in ("strpos", "count_text", "contains", "starts_with", "ends_with")),
    *(("translate", (S, S, S), (None, "aaé\\b", to)) for to in ("", "xy", "123456")),
    *((name, (S, S), (None, each)) for name in ("regexp_matches", "regexp_full_match") for each in PATTERNS),
    *(("regexp_extract", (S, S, I), (None, each, 0)) for each in PATTERNS),
    *((name, (S, S), (None, each)) for name in ("regexp_count", "regexp_extract_all") for each in PATTERNS),
    *(("regexp_extract_all", (S, S, I), (None, each, 1)) for each in PATTERNS if "(a" in each),
    *(("regexp_replace", (S, S, S), (None, each, r"<\0>$1\\")) for each in PATTERNS),
    *(("regexp_replace_first", (S, S, S), (None, each, r"<\0>$1\\")) for each in PATTERNS),
    *(("regexp_replace_first", (S, S, S), (None, each, r"\10\1")) for each in PATTERNS if "(a" in each),
]
OF_FLOAT: list[Call] = [
    *((name, (F,), (None,)) for name in ("abs", "sign", "round", "floor", "ceil", "trunc", "sqrt", "is_nan", "is_inf")),
    *((name, (F,), (None,)) for name in ("is_finite", "degrees", "radians", "greatest", "least")),
    *(("round", (F, I), (None, digits)) for digits in (-15, -3, -1, 0, 1, 2, 15)),
    *((name, (F, F), (None, other)) for name in ("mod", "greatest", "least", "nullif") for other in (0.0, 2.0, INF)),
    *((name, (F, F, F), (None, -0.5, 2.0)) for name in ("clamp",)),
    *(("power", (F, F), (one, None)) for one in (1.0, -1.0)),
]
OF_WHOLE: list[Call] = [
    *((name, (I,), (None,)) for name in ("abs", "sign", "round", "floor", "bit_count", "bitwise_not", "is_even")),
    *((name, (I, I), (None, 5)) for name in ("mod", "greatest", "least", "bitwise_and", "bitwise_or", "bitwise_xor")),
    *(("shift_right", (I, I), (None, count)) for count in (-1, 0, 3, 63, 64)),
    ("round", (I, I), (None, -1)),
]
OF_DOCUMENT: list[Call] = [
    *((name, (S,), (None,)) for name in ("json_valid", "parse_json", "json_array_length", "json_keys")),
    *(
        (name, (S, S), (None, path))
        for name in ("json_extract", "json_extract_string")
        for path in ("$.a", "$.a.b", "$[0]", '$."any name"."x.y"[1]', "$.a.b[1].x")
    ),
]
CASED = [each for each in map(chr, range(sys.maxunicode + 1)) if each.upper() != each or each.lower() != each]


@pytest.mark.parametrize(
    ("values", "calls"),
    [
        pytest.param(pa.array(TEXTS, pa.string()), OF_TEXT, id="texts"),
        pytest.param(pa.array(CASED, pa.string()), OF_TEXT[:3], id="capitals"),
        pytest.param(pa.array(FLOATS, pa.float64()), OF_FLOAT, id="floats"),
        pytest.param(pa.array(WHOLES, pa.int64()), OF_WHOLE, id="whole numbers"),
        pytest.param(pa.array(DOCUMENTS, pa.string()), OF_DOCUMENT, id="documents"),
    ],
)
def test_spark_answers_as_duckdb(values: pa.Array, calls: list[Call], spark: Any) -> None:
    rows = pa.table({"place": range(len(values)), "x": values})
    connection = connect()
    connection.register("given", rows)
    spark.createDataFrame(rows).createOrReplaceTempView("given")
    expected = connection.execute(query(calls, "duckdb")).fetchall()
    found = spark.sql(query(calls, "spark")).collect()
    differing = [
        (call, value, left, right)
        for value, left_row, right_row in zip(values.to_pylist(), expected, found, strict=True)
        for call, left, right in zip(calls, left_row, right_row, strict=True)
        if shown(left) != shown(right)
    ]
    assert differing == []


def query(calls: list[Call], dialect: str) -> str:
    """Return the statement that asks all calls of each row; `x` stands for the argument that is no constant."""
    columns = [f"{call_sql(*call, dialect)} AS c{at}" for at, call in enumerate(calls)]
    return f"SELECT {', '.join(columns)} FROM given ORDER BY place"


def call_sql(name: str, types: tuple[ir.Type, ...], constants: tuple[Any, ...], dialect_name: str) -> str:
    dialect = load_dialect(dialect_name)
    args = [
        exp.column("x") if value is None else _typed(value, type_, dialect)
        for value, type_ in zip(constants, types, strict=True)
    ]
    sql: str = lower_call(CATALOGUE[name], types, args, constants, dialect_name).sql(dialect.sqlglot)
    return sql


def _typed(value: Any, type_: ir.Type, dialect: Any) -> Any:
    return cast_to(literal(str(value)), type_, dialect) if type_ == F else literal(value)


def shown(value: Any) -> str:
    """Return a value as text: NaN is equal to itself then, 0.0 is not to -0.0, bytes are of one kind."""
    if isinstance(value, bytearray):
        return repr(bytes(value))
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)
