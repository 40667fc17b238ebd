"""The values at the edges of each type, and those that parameters of a name are given."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

from odibi_sql import ir
from odibi_sql.ir import Interval

D, T = datetime.date, datetime.datetime
LEAST, MOST = -(2**63), 2**63 - 1
NAN, INF = math.nan, math.inf
TEXTS = [
    *("", " ", "a", "abc", "ABC", "aXbXc", "odibi", "  x ", "a,b,,c", "éÉ", "straße", "ẞ", "İi", "ıI", "ΑΣΣ", "ﬁŉǰ"),
    *(
        "ǆǅǄ",
        "ᾳᾼ",
        "ÿŸ",
        "ſK",
        "a😀b",
        "e\u0301x",
        "\n",
        "a\nb",
        "a\t",
        "x%_\\y",
        "a.b|c",
        "true",
        "$1",
        "ñandú",
        "日本",
    ),
]
MOMENTS = [
    *(T(1, 1, 1), T(1582, 10, 15), T(1900, 3, 1, 6), T(1968, 2, 29, 12), T(1969, 12, 29), T(1970, 1, 1)),
    *(T(1969, 12, 31, 23, 59, 59, 999999), T(1999, 12, 31, 23, 59, 59, 1), T(2000, 2, 29), T(2021, 1, 3, 0, 0, 1)),
    *(T(2024, 2, 29, 10, 37, 12, 345678), T(2024, 12, 30), T(2025, 1, 31, 22, 30), T(9999, 12, 31, 23, 59, 59, 999999)),
]
DAYS = [
    *(D(1, 1, 1), D(1582, 10, 15), D(1969, 12, 31), D(1970, 1, 1), D(2000, 2, 29), D(2023, 12, 31), D(2024, 2, 29)),
    *(D(2024, 12, 30), D(2025, 1, 31), D(2021, 1, 3), D(9999, 12, 31)),
]
FLOATS = [
    *(0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 2.7, 1.005, 0.1, 1e-7, 5e-324, 1.7976931348623157e308, NAN),
    *(123456.789, 1e15 + 0.5, 1e16, 2.0**53 + 2, -9.223372036854775e18, 9.3e18, 1e100, INF, -INF, math.pi, 8.41e21),
]
FLOATS32 = [0.0, -0.0, 0.5, -2.5, 0.10000000149011612, 16777216.0, 3.4028234663852886e38, 1e10, NAN, INF, -INF]
INTEGERS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 100, 1250, 2**31, -(2**31) - 1, 2**53 + 1, MOST, MOST - 1, LEAST, LEAST + 1]
DECIMALS = ["0.00", "0.01", "-0.01", "0.50", "-0.50", "1.00", "2.50", "-2.50", "12.34", "-99999999.99", "99999999.99"]
WIDE = [
    *("0E-10", "0.0000000001", "-0.5000000000", "1.0000000000", "9007199254740993.2500000000"),
    "9999999999999999999999999999.9999999999",
]

EDGES: dict[ir.Type, list[Any]] = {
    ir.BOOL: [True, False],
    ir.INT8: [0, 1, -1, 3, 127, -128],
    ir.INT16: [0, 7, -7, 32767, -32768],
    ir.INT32: [0, 1, -1, 3, -7, 2**31 - 1, -(2**31)],
    ir.INT64: INTEGERS,
    ir.FLOAT32: FLOATS32,
    ir.FLOAT64: FLOATS,
    ir.Decimal(10, 2): [Decimal(each) for each in DECIMALS],
    ir.Decimal(38, 10): [
        Decimal(each).quantize(Decimal("1e-10")) if len(each) < 30 else Decimal(each) for each in WIDE
    ],
    ir.STRING: TEXTS,
    ir.BINARY: [b"", b"a", b"\x00\xff", "né😀".encode(), b"\xc3", b"abc"],
    ir.DATE: DAYS,
    ir.TIMESTAMP: MOMENTS,
    ir.TIMESTAMPTZ: MOMENTS,
    ir.Array(ir.INT64): [[], [1], [3, None, 1, 3], [None], [2, 1], [None, None, 5], [-1, 10, MOST]],
    ir.Array(ir.STRING): [[], ["a"], ["b", None, "a", "b"], [None], ["", "é", "Z"]],
    ir.Array(ir.FLOAT64): [[], [1.5], [NAN, 1.0, None, INF], [0.0, -0.0], [NAN, NAN]],
    ir.Array(ir.Decimal(10, 2)): [[], [Decimal("1.50")], [Decimal("2.25"), None, Decimal("-0.01")]],
    ir.Array(ir.Array(ir.INT64)): [[], [[1], [2, 3]], [[1], None], [[None], []], [[2, 1], [2]]],
    ir.Array(ir.Struct((ir.Member("key", ir.STRING), ir.Member("value", ir.INT64)))): [
        *([], [{"key": "a", "value": 1}], [{"key": "b", "value": None}, {"key": "a", "value": 2}]),
    ],
    ir.Map(ir.STRING, ir.INT64): [{}, {"a": 1}, {"b": 2, "a": None}, {"": 0, "é": 5}],
}
TYPES = tuple(EDGES)

SMALL = [0, 1, -1, 2, -2, 3, 5, 9, -9]
# What a parameter of this name is given instead: values of a column.
GIVEN: dict[str, list[Any]] = {
    "count": SMALL,
    "start": SMALL,
    "end": SMALL,
    "length": [0, 1, -1, 2, 4, 7],
    "position": SMALL,
    "step": [0, 1, 2, -1, -3],
    "amount": [0, 1, -1, 12, -13, 31, 1000],
    "year": [1, 4, 1900, 1970, 2000, 2023, 2024, 9999],
    "month": [1, 2, 12, 0, 13],
    "day": [1, 28, 29, 31, 0, 32],
    "hour": [0, 23, 24],
    "minute": [0, 59, 60],
    "second": [0, 59, 1, 60],
    "code": [0, 1, 65, 97, 233, 8364, 0x1F600, 0xD800, 0x110000, -1],
    "search": ["", "a", "b", "X", "é", "😀", "an", "\n", "ab", "i"],
    "prefix": ["", "a", "é", "ab", "od"],
    "suffix": ["", "c", "É", "b"],
    "replacement": ["", "x", "yz", "😀", "\\1$"],
    "characters": ["", " ", "x", "ac", "é"],
    "separator": [",", "X", "ab", "é"],
    "pad": [" ", "xy", "é"],
    "days": [0, 1, -1, 31, 366, -1000, 100000],
    "months": [0, 1, -1, 11, 12, -13, 1200],
    "seconds": [0, -1, 59, 951782400, -62135596800, 253402300799, MOST],
    "milliseconds": [0, -1, 1500, -1500, 951782400123],
    "microseconds": [0, -1, 1, 951782400123456, -62135596800000000],
}
# … and the constants, where it has to be known when compiled.
CONSTANTS: dict[str, list[Any]] = {
    "digits": [0, 1, 2, -2, 15],
    "fraction": [0, 0.25, 0.5, 1],
    "buckets": [1, 2, 5],
    "offset": [0, 1, 2],
    "position": [1, 2],
    "separator": [",", ".", "|", "", "ab", "\\"],
    "group": [0, 1],
    "pattern": [
        *(
            "a",
            "^a",
            "b$",
            "[a-z]+",
            "(a)(b)?",
            r"\d+",
            r"\w+",
            r"\bb",
            "(?i)abc",
            "(?i)é",
            ".",
            "[^a-z]",
            "a|b|",
            "x*",
        ),
        *("(?i)k", r"^.$", r"\.", "[éÉ]", "a{2}", ".+?", "(.)"),
    ],
    "replacement": ["", "<\\0>", "$1", "\\\\", "$"],
    "format": ["%Y-%m-%d", "%d/%m/%Y %H:%M:%S.%f", "%Y%m%d", "%j %y %H %M %S"],
    "zone": ["UTC", "Europe/Paris", "America/New_York"],
    "precision": [1, 5, 12],
    "width": [Interval(0, 0, 900_000_000), Interval(0, 1, 0), Interval(0, 7, 0)],
    "name": ["a", "b c"],
    "path": ["$", "$.a", "$.a.b", "$.a[1]", "$[0]", '$."a b"'],
}
DOCUMENTS = [
    *('{"a": 1}', '{"a": {"b": "x\\ny"}}', '{"a": [1, 2.5, null]}', "[1, 2]", "[]", "{}", "null", "true", '"é"', "3"),
    *('{"a b": true}', '{"a": null}', '{"a": "1"}', "{", "", "nope", '{"a": {"b": {"c": []}}}', "-0.5", '{"a": ""}'),
    *('{"a": 1e7}', '{"a": 1.50}', '{"a": -1.5E-7}', '{"a": 0.0001}', '{"a": "1e7"}', '{"a": -0.0}', '{"a": 1e22}'),
    *('{"a": 12345678901234567890123456789012345678901}', '{"a": 9223372036854775808}', '{"a": 5e-324}', "[-0, 1.0]"),
    *("NaN", "[-Infinity]", "[1,]", '{"a": 1,}', '{"a": 1, "a": 2}', '[{"b": {"a": null, "\\u0061": 2}}]', "{'a': 1}"),
    *(
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"a\tb"',
        '"\\/\\u0001\\u001F"',
        "[1] x",
        "1 2",
        "//",
        "01",
        "+1",
        ".5",
        "\u00a01",
    ),
    *(
        ' {"a": {"b": 1, "B": 2}} ',
        '{"a": "NaN,]"}',
        '["a,]", "\\",]"]',
        "[1], [2]",
        '1}, {"a": 2',
        "\ufeff1",
        "[1,,2]",
    ),
]
