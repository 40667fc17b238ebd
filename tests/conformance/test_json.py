"""JSON that is made by lot, whole and damaged: both engines give what the reference gives, at every path."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import pytest

from conformance.cases import Case
from conformance.engines import DuckDB, Engine, Spark
from conformance.scalar import Difference, run_cases
from odibi_sql import ir

TEXTS = int(os.environ.get("ODIBI_JSON", "400"))  # so many texts
CALLS = (
    *(
        "json_extract({0}, '$.a')",
        "json_extract({0}, '$.a.b')",
        "json_extract({0}, '$[1]')",
        "json_extract({0}, '$[0].a')",
    ),
    *("json_extract_string({0}, '$.a')", "json_extract_string({0}, '$.b[0]')", "json_extract_string({0}, '$[0]')"),
    *("json_extract_string({0}, '$.\"a b\"')", "json_valid({0})", "parse_json({0})", "try_cast({0} as json)"),
    *(
        "json_array_length({0})",
        "json_keys({0})",
        "json_array_length(json_extract({0}, '$.a'))",
        "json_valid('[' || {0} || ']')",
    ),
    *("json_keys(json_extract({0}, '$[0]'))", "json_extract_string(parse_json({0}), '$.a')"),
)
NAMES = ['"a"', '"a"', '"b"', '"a b"', '"A"', '"\\u0061"', '""', '"é"', '"\\""', '"c"']
NUMBERS = [
    "0",
    "-0",
    "7",
    "-12",
    "1.0",
    "1.50",
    "1e7",
    "1E-7",
    "-2.5e+3",
    "0.0001",
    "1e22",
    "12345678901234567890",
    "9" * 40,
]
TEXTS_IN = [
    '""',
    '"x"',
    '"1"',
    '"1e7"',
    '"a,]"',
    '"NaN"',
    '"\\n\\u0001"',
    '"\\ud83d\\ude00"',
    '"😀/\\/"',
    '"{"',
    '"\\\\"',
    '"é\\u00e9"',
]
DAMAGE = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "'",
    "0",
    "e",
    ".",
    "-",
    "NaN",
    "inf",
    " ",
    "\t",
    "\n",
    "\x00",
    "\\ud800",
    "/",
    "//",
    "\u00a0",
]


def document(lot: random.Random, depth: int = 3) -> str:
    """Return a JSON text; now and then a name is twice in an object."""
    space = lot.choice(["", "", " ", "\n\t "])
    kind = lot.choice(["object", "object", "array", "number", "text", "word"] if depth else ["number", "text", "word"])
    match kind:
        case "object":
            members = [f"{lot.choice(NAMES)}:{document(lot, depth - 1)}" for _ in range(lot.randrange(4))]
            return f"{space}{{{space}{','.join(members)}}}{space}"
        case "array":
            return f"{space}[{','.join(document(lot, depth - 1) for _ in range(lot.randrange(4)))}{space}]"
        case "number":
            return space + lot.choice(NUMBERS)
        case "text":
            return lot.choice(TEXTS_IN) + space
    return lot.choice(["true", "false", "null"])


def damaged(lot: random.Random, text: str) -> str:
    """Return the text with a few characters left out, put in or exchanged."""
    for _ in range(lot.choice([1, 1, 2])):
        at = lot.randrange(len(text) + 1)
        text = text[:at] + lot.choice(["", *DAMAGE]) + text[at + lot.randrange(2) :]
    return text


def texts() -> list[str]:
    """Return the texts: most are JSON, or nearly."""
    lot = random.Random(os.environ.get("ODIBI_SEED", "json"))
    made = [document(lot) for _ in range(TEXTS)]
    return [each if at % 2 else damaged(lot, each) for at, each in enumerate(made)]


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return DuckDB() if request.param == "duckdb" else Spark(request.getfixturevalue("spark"))


def is_one_document(difference: Difference) -> bool:
    """Whether it is the text of an array or an object, in which numbers and escapes are written in the engine's way."""
    one, other = difference.expected, difference.found
    if not isinstance(one, str) or not isinstance(other, str) or one[:1] not in ("[", "{") or other[:1] != one[:1]:
        return False
    return bool(json.loads(one) == json.loads(other))


def test_json_by_lot(engine: Engine) -> None:
    rows: tuple[tuple[Any, ...], ...] = tuple((each,) for each in texts())
    outcome = run_cases([Case(call, (ir.STRING,), rows) for call in CALLS], engine, lambda text: 0)
    differences = [each for each in outcome.differences if not is_one_document(each)]
    assert not differences, "\n".join(map(str, differences[:20]))
    assert outcome.rows == len(rows) * len(CALLS)
