"""Decimals of up to 38 digits mean on every engine what they mean in the reference, to the last digit."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest

from conformance.cases import Case
from conformance.engines import DuckDB, Engine, Spark
from conformance.groups import run_groups
from conformance.scalar import run_cases
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError

WIDE = [ir.Decimal(38, 0), ir.Decimal(38, 38), ir.Decimal(38, 10), ir.Decimal(38, 19)]
TYPES = [*WIDE, ir.Decimal(20, 4), ir.Decimal(4, 2), ir.Decimal(2, 2)]
ALONE = ["-{0}", "abs({0})", "sign({0})", "{0} > 0", "{0} <= 0", "{0} = 0", "{0} in (0, null)", "not ({0} < 0)"]
ALONE += ["sqrt({0})", "ln({0})", "log10({0})", "log2({0})", "power({0}, 2)", "floor({0})", "ceil({0})", "trunc({0})"]
ALONE += ["coalesce({0}, 0)", "greatest({0}, 0)", "least(0, {0})", "clamp({0}, 0, 0)", "nullif({0}, 0)"]
ALONE += ["nullif_zero({0})", "zero_if_null({0})", "case when {0} < 0 then 0 else {0} end", "-(-{0})", "to_text({0})"]
ALONE += [f"round({{0}}, {digits})" for digits in (0, 1, 5, -1, -2, -3)] + ["round({0})"]
PAIRS = ["{0} + {1}", "{0} - {1}", "{0} % {1}", "{0} < {1}", "{0} = {1}", "greatest({0}, {1})"]
PAIRS += ["{0} between {1} and {0}", "clamp({0}, {1}, {1})", "{0} is distinct from {1}"]
BESIDE = ["{0} < {1}", "{0} = {1}", "{0} >= {1}", "{0} + {1}", "{0} - {1}", "coalesce({0}, {1})", "{0} % {1}"]
PRODUCTS = ["{0} * {1}"]
QUOTIENTS = ["{0} / {1}", "{0} // {1}"]  # of more digits they can fail on the way
# What an aggregate is given: how the sums end up, and what is left open: the order of the rows decides whether a part
# of the sum has more digits than fit.
GROUPS = ["sum({0})", "avg({0})", "sum(distinct {0})", "min({0})", "max({0})", "median({0})"]
GROUPS += ["sum({0}) over (partition by g order by at)", "avg({0}) over (partition by g)"]
NEAR = ("sqrt", "ln", "log10", "log2", "power", "median")


def values(type_: ir.Decimal) -> list[Decimal | None]:
    """Return the ends of a decimal, what is next to zero, and digits in all of its places."""
    digits = ["0", "1", "-1", "5", "-5", "9" * type_.precision, "-" + "9" * type_.precision]
    digits += [("1234567890" * 4)[: type_.precision], "-" + ("9876543210" * 4)[: type_.precision]]
    digits += [f"-5{'0' * (type_.precision - 1)}", "4" + "9" * (type_.precision - 1), f"{10**type_.scale}"]
    found = [Decimal(f"{each}e-{type_.scale}") for each in digits if len(each.lstrip("-")) <= type_.precision]
    return [None, *found]


def alone(type_: ir.Decimal) -> list[Case]:
    return [Case(text, (type_,), tuple((each,) for each in values(type_))) for text in ALONE]


def pairs(type_: ir.Decimal) -> list[Case]:
    rows = tuple(itertools.product(values(type_), values(type_)))
    numbers = [0, 1, -7, 2**63 - 1] if type_.precision - type_.scale > 18 else [0]  # others do not fit in any decimal
    whole = tuple((each, number) for each in values(type_) for number in numbers)
    is_short = 2 * type_.scale <= 38
    texts = [*PAIRS, *(PRODUCTS if is_short else []), *(QUOTIENTS if type_.precision < 20 else [])]
    return [*(Case(text, (type_, type_), rows) for text in texts), *(Case(t, (type_, ir.INT64), whole) for t in BESIDE)]


def groups(type_: ir.Decimal) -> list[Case]:
    most, least = Decimal(f"{'9' * type_.precision}e-{type_.scale}"), Decimal(f"1e-{type_.scale}")
    less, more = most.copy_negate(), least.copy_negate()
    several = [
        (None, None),
        (most,),
        (most, less, None),
        (most, least),
        (less, more),
        (most, most),
        (least, least, more),
    ]
    return [Case(text, (type_,), tuple(tuple((each,) for each in group) for group in several)) for text in GROUPS]


@pytest.mark.parametrize("type_", TYPES, ids=str)
@pytest.mark.parametrize("made", [alone, pairs, groups], ids=["alone", "pairs", "groups"])
def test_duckdb(made: Any, type_: ir.Decimal) -> None:
    agree(made, type_, DuckDB())


@pytest.fixture(scope="module")
def spark_engine(spark: Any) -> Spark:
    return Spark(spark)


@pytest.mark.parametrize(
    ("made", "type_"),
    [(alone, WIDE[0]), (alone, WIDE[1]), (pairs, WIDE[0]), (pairs, WIDE[1]), (pairs, TYPES[-2]), (groups, WIDE[2])],
)
def test_spark(made: Any, type_: ir.Decimal, spark_engine: Spark) -> None:
    agree(made, type_, spark_engine)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_quotient_of_more_digits_than_there_are_is_refused(engine: str) -> None:
    text = "ingest t from values (x decimal(38, 38)) (0.5)\ntransform a from t | derive y = x / x"
    with pytest.raises(CompileError) as caught:
        api.compile(api.from_text(text), goals=["a"], engine=engine)
    assert [each.code for each in caught.value.diagnostics] == ["not-on-this-engine"]


def agree(made: Any, type_: ir.Decimal, engine: Engine) -> None:
    run = run_groups if made is groups else run_cases
    outcome = run(made(type_), engine, lambda text: 2 if text.startswith(NEAR) else 0)
    assert outcome.rows
    assert not outcome.refused
    assert not outcome.differences, "\n".join(map(str, outcome.differences[:20]))
