"""Decimals on Spark are exact, or the run fails: held to Python's."""

from __future__ import annotations

import decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lower_build import call, col, project, rows
from spark_build import FAILS, by_reference, on_spark

from odibi_sql import ir

D = decimal.Decimal
WIDE = decimal.Context(prec=100)
TYPES = [
    ir.Decimal(*each) for each in ((10, 2), (12, 4), (18, 0), (38, 10), (38, 0), (20, 12), (5, 5), (38, 20), (30, 25))
]


def edges(type_: ir.Decimal) -> list[D]:
    """Return the numbers of a decimal that are most likely to be taken wrongly."""
    unit, most = (
        D(1).scaleb(-type_.scale),
        WIDE.subtract(D(10) ** (type_.precision - type_.scale), D(1).scaleb(-type_.scale)),
    )
    found = [
        unit,
        most,
        D(3) * unit,
        D(7) * unit,
        WIDE.divide(most, D(3)),
        WIDE.divide(most, D(10 ** (type_.precision // 2))),
    ]
    found += [D(0), *(each for each in (D("0.5"), D(1), D("12.34"), D(3)) if each <= most)]
    fitted = [each.quantize(unit, context=WIDE) for each in found]
    return [*fitted, *(each.copy_negate() for each in fitted)]


def result(name: str, one: ir.Decimal, other: ir.Decimal) -> ir.Decimal | None:
    """Return the type that the page gives."""
    before, scale = max(one.precision - one.scale, other.precision - other.scale), max(one.scale, other.scale)
    match name:
        case "+" | "-":
            return ir.Decimal(min(38, before + scale + 1), scale)
        case "*":
            whole = one.scale + other.scale
            return ir.Decimal(min(38, one.precision + other.precision), whole) if whole <= 38 else None
        case "/":
            return ir.Decimal(38, max(12, one.scale))
        case "//":
            return ir.Decimal(min(38, one.precision - one.scale + other.scale), 0)
    return ir.Decimal(min(38, before + scale), scale)


NAMES = ("+", "-", "*", "/", "//", "%")


@settings(deadline=None, max_examples=3, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TYPES), st.sampled_from(TYPES))
@example(ir.Decimal(38, 10), ir.Decimal(38, 10))
@example(ir.Decimal(12, 2), ir.Decimal(10, 2))
@example(ir.Decimal(38, 20), ir.Decimal(38, 20))
def test_decimals(spark: Any, one: ir.Decimal, other: ir.Decimal) -> None:
    """A quotient of long decimals is given where it has 10 digits before the point, and is exact wherever it is."""
    types = {name: found for name in NAMES if (found := result(name, one, other)) is not None}
    values = [(left, right) for left in edges(one) for right in edges(other)]
    for name, type_ in types.items():
        wanted = [by_reference(_over(one, other, [pair], name, type_)) for pair in values]
        good = [pair for pair, each in zip(values, wanted, strict=True) if each != FAILS]
        small = [pair for pair in good if name not in ("/", "//") or _is_small(*pair)]
        expected = by_reference(_over(one, other, small, name, type_))
        found = on_spark(spark, _over(one, other, small, name, type_))
        assert found != FAILS, f"{one} {name} {other} fails for one of {small}"
        wrong = [each for each in zip(small, found, expected, strict=True) if each[1] != each[2]]
        assert not wrong, f"{one} {name} {other}: (values, Spark, reference): {wrong[:3]}"


def _is_small(left: D, right: D) -> bool:
    return right == 0 or (abs(WIDE.divide(left, right)) < D(10) ** 10 and max(abs(left), abs(right)) < D(10) ** 9)


def _over(one: ir.Decimal, other: ir.Decimal, values: list[Any], name: str, type_: ir.Decimal) -> ir.Relation:
    base = rows({"a": one, "b": other}, *values)
    return project(base, found=call(name, col(base, "a"), col(base, "b"), type_=type_))
