"""The operators and casts: expressions with `{0}`, `{1}` for columns, and the types of these."""

from __future__ import annotations

import itertools

from conformance.cases import Case, crossed, edges
from odibi_sql import ir
from odibi_sql.check.casts import can_cast

DECIMAL, WIDE = ir.Decimal(10, 2), ir.Decimal(38, 10)
NUMBERS = (ir.INT64, ir.INT32, ir.INT8, ir.FLOAT64, ir.FLOAT32, DECIMAL)
ORDERED = (*NUMBERS, ir.STRING, ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ, ir.BOOL, ir.BINARY)
SCALARS = (*NUMBERS, WIDE, ir.BOOL, ir.STRING, ir.BINARY, ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ)
TIMES = (ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ)
SPANS = ("1 month", "1 day", "90 minutes", "1 year", "7 days", "0.000001 seconds")
Kinds = tuple[ir.Type, ...]
Texts = dict[str, list[tuple[str, Kinds]]]


def _pairs(name: str, kinds: Kinds) -> list[tuple[str, Kinds]]:
    return [(f"{{0}} {name} {{1}}", (kind, kind)) for kind in kinds]


OPERATORS: Texts = {
    **{name: _pairs(name, NUMBERS) for name in ("+", "-", "*", "/", "//", "%")},
    **{name: _pairs(name, ORDERED) for name in ("=", "<>", "<", "<=", ">", ">=", "is distinct from")},
    "negate": [("-{0}", (kind,)) for kind in NUMBERS],
    "||": [*_pairs("||", (ir.STRING, ir.BINARY, ir.Array(ir.INT64)))],
    "and": [("{0} and {1}", (ir.BOOL, ir.BOOL))],
    "or": [("{0} or {1}", (ir.BOOL, ir.BOOL))],
    "not": [("not {0}", (ir.BOOL,)), ("{0} is true", (ir.BOOL,)), ("{0} is not false", (ir.BOOL,))],
    "is null": [("{0} is null", (kind,)) for kind in ORDERED],
    "in": [
        ("{0} in (1, 2, null)", (ir.INT64,)),
        ("{0} not in (1, 2)", (ir.INT64,)),
        ("{0} in ('a', 'é', '')", (ir.STRING,)),
    ],
    "between": [("{0} between {1} and {2}", (kind,) * 3) for kind in (ir.INT64, ir.FLOAT64, ir.STRING, ir.DATE)],
    "like": [
        (f"{{0}} {how} '{pattern}'", (ir.STRING,))
        for how in ("like", "ilike", "not like")
        for pattern in ("a%", "%b%", "_", "", "%", "x!%", "é_", "a_b")
    ]
    + [("{0} like 'x!%%' escape '!'", (ir.STRING,))],
    "case": [("case when {0} > {1} then {0} when {1} is null then 0 else {1} end", (ir.INT64, ir.INT64))],
    "[]": [
        ("{0}[1]", (ir.Array(ir.INT64),)),
        ("{0}[3]", (ir.Array(ir.STRING),)),
        ("{0}['a']", (ir.Map(ir.STRING, ir.INT64),)),
    ],
    "array": [("[{0}, {1}]", (ir.INT64, ir.INT64)), ("{{a: {0}, b: {1}}}", (ir.INT64, ir.STRING))],
    "time + duration": [(f"{{0}} {sign} {span}", (kind,)) for kind in TIMES for sign in "+-" for span in SPANS],
    "time - time": _pairs("-", TIMES),
}


def operator_cases(name: str) -> list[Case]:
    """Return the cases of an operator."""
    return [_case(text, types) for text, types in OPERATORS[name]]


def cast_names() -> list[str]:
    """Return a name for each type that values are cast to."""
    return [f"cast to {to}" for to in SCALARS]


def cast_cases(name: str) -> list[Case]:
    """Return the casts to a type, and the same with `try_cast`, of each type that can become it."""
    to = next(each for each in SCALARS if f"cast to {each}" == name)
    kinds = [each for each in SCALARS if each != to and can_cast(each, to)]
    cases = [_case(f"{how}({{0}} as {to})", (kind,)) for kind, how in itertools.product(kinds, ("cast", "try_cast"))]
    if isinstance(to, ir.Integer | ir.Float | ir.Decimal):
        cases.append(_case(f"try_cast({{0}} as array<{to}>)", (ir.Array(ir.FLOAT64),)))
        cases.append(_case(f"try_cast({{0}} as array<{to}>)", (ir.Array(ir.STRING),)))
    return [_with_texts(each) for each in cases]


# Texts that are nearly numbers, dates and the like.
READ = [
    *(
        "55e-7",
        "6e-05",
        "5E-324",
        "0e99999999999",
        "-72.7977610014099342339002089607e-3",
        "150089876247066399959397313473e-12",
    ),
    *(" +.75e-1 ", "9.9e37", "12345678.905e0", "0.00000000000000000000000000000000000001e45", "-1e-3000000000000"),
    *("7", " 7 ", "-7.9", "+5", ".5", "5.", "1e3", "1E-2", "1e400", "1e39", "1_000", "0x1F", "1,5", "inf", "-Infinity"),
    *(
        "nan",
        "9223372036854775807.5",
        "9223372036854775808",
        "-9223372036854775808",
        "0.005",
        "99999999.995",
        "7\n",
        "128",
    ),
    *("２", "true", " T", "no", "Y", "0", "2", "2025-11-01", "2025-1-5", "2025-02-29", "2000-02-29", "0000-01-01"),
    *(
        "2025/11/01",
        "2025-11-01 10:00",
        "2025-11-01T23:59:59.999999",
        "2025-11-01 10:00:00.1234567",
        "2025-11-01 24:00",
    ),
    *("2025-11-01 10:00:00Z", "2025-11-01 10:00:00+02:00", "2025-11-01 10:00:00-0530", "2025-11-01 10:00:00 UTC"),
    *(
        "2025-11-01 10:00+02:00",
        "9999-12-31 23:59:59.999999",
        "0001-01-01",
        "infinity",
        "epoch",
        "today",
        "12025-01-01",
    ),
]


def _with_texts(case: Case) -> Case:
    if case.types != (ir.STRING,):
        return case
    return Case(case.text, case.types, (*((each,) for each in READ), *case.rows))


def _case(text: str, types: Kinds) -> Case:
    return Case(text, types, crossed([edges(each) for each in types], text))
