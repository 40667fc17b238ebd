"""Aggregates that compute: of values, none of them null and at least one, and of pairs."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from interpreter.numbers import fitted, mean, total
from interpreter.values import identity, rank
from interpreter.world import RunFailure
from odibi_sql import ir

Pairs = list[list[Any]]


def _exact(values: list[Any]) -> list[Fraction]:
    if any(isinstance(each, float) and not math.isfinite(each) for each in values):
        raise RunFailure("a statistic of what is not finite")
    return [Fraction(each) for each in values]


def _about(values: list[Any], power: int) -> Fraction:
    """Return the sum of the powers of the distances from the mean, exactly."""
    numbers = _exact(values)
    middle = sum(numbers) / len(numbers)
    return sum(((each - middle) ** power for each in numbers), Fraction(0))


def _rounded(number: Fraction) -> float:
    try:
        return float(number)
    except OverflowError as problem:
        raise RunFailure("a statistic beyond float64") from problem


def _variance(is_sample: bool, is_root: bool) -> Any:
    def function(values: list[Any], more: list[Any], type_: ir.Type) -> float | None:
        count = len(values) - is_sample
        if count <= 0:
            return None
        found = _rounded(_about(values, 2) / count)
        return math.sqrt(found) if is_root else found

    return function


def _kurtosis(values: list[Any], more: list[Any], type_: ir.Type) -> float | None:
    spread = _about(values, 2)
    return float(_about(values, 4) * len(values) / spread**2 - 3) if spread else None


def _percentile(values: list[Any], more: list[Any], type_: ir.Type) -> float:
    numbers = sorted((float(each) for each in values), key=rank)
    position = (len(numbers) - 1) * float(more[0] if more else 0.5)
    low, high = numbers[math.floor(position)], numbers[math.ceil(position)]
    return (
        low
        if low == high or identity(low) == identity(high)
        else low + (high - low) * (position - math.floor(position))
    )


def _percentile_disc(values: list[Any], more: list[Any], type_: ir.Type) -> Any:
    ordered = sorted(values, key=rank)
    return ordered[max(math.ceil(len(ordered) * Fraction(str(more[0]))) - 1, 0)]


def _mode(values: list[Any], more: list[Any], type_: ir.Type) -> Any:
    counts: dict[Any, int] = {}
    for each in values:
        counts[identity(each)] = counts.get(identity(each), 0) + 1
    most = max(counts.values())
    return min((each for each in values if counts[identity(each)] == most), key=rank)


def _bits(combine: Callable[[int, int], int]) -> Any:
    return lambda values, more, type_: functools.reduce(combine, values)


OF_VALUES: dict[str, Any] = {
    "sum": lambda values, more, type_: fitted(total(values), type_),
    "avg": lambda values, more, type_: mean(values),
    "mode": _mode,
    "median": _percentile,
    "percentile": _percentile,
    "percentile_disc": _percentile_disc,
    "stddev_samp": _variance(is_sample=True, is_root=True),
    "stddev_pop": _variance(is_sample=False, is_root=True),
    "var_samp": _variance(is_sample=True, is_root=False),
    "var_pop": _variance(is_sample=False, is_root=False),
    "kurtosis_pop": _kurtosis,
    "bit_and": _bits(operator.and_),
    "bit_or": _bits(operator.or_),
    "bit_xor": _bits(operator.xor),
}


def _together(pairs: Pairs) -> tuple[Fraction, Fraction, Fraction]:
    """Return the sums of squares of y and of x, and of products, about the means."""
    ys, xs = (_exact([each[side] for each in pairs]) for side in (0, 1))
    y, x = sum(ys) / len(ys), sum(xs) / len(xs)
    both = sum(((one - y) * (other - x) for one, other in zip(ys, xs, strict=True)), Fraction(0))
    return sum(((each - y) ** 2 for each in ys), Fraction(0)), sum(((each - x) ** 2 for each in xs), Fraction(0)), both


def _covariance(is_sample: bool) -> Callable[[Pairs], float | None]:
    def function(pairs: Pairs) -> float | None:
        count = len(pairs) - is_sample
        return float(_together(pairs)[2] / count) if count > 0 else None

    return function


def _of_some(function: Callable[[Pairs], float | None]) -> Callable[[Pairs], float | None]:
    return lambda pairs: function(pairs) if pairs else None


def _corr(pairs: Pairs) -> float | None:
    of_y, of_x, both = _together(pairs)
    return float(both) / math.sqrt(of_y * of_x) if of_y and of_x else None


def _slope(pairs: Pairs) -> float | None:
    _, of_x, both = _together(pairs)
    return float(both / of_x) if of_x else None


def _intercept(pairs: Pairs) -> float | None:
    _, of_x, both = _together(pairs)
    if not of_x:
        return None
    ys, xs = (_exact([each[side] for each in pairs]) for side in (0, 1))
    return float(sum(ys) / len(ys) - both / of_x * sum(xs) / len(xs))


def _r2(pairs: Pairs) -> float | None:
    of_y, of_x, both = _together(pairs)
    if not of_x:
        return None
    return float(both**2 / (of_x * of_y)) if of_y else 1.0


OF_PAIRS: dict[str, Callable[[Pairs], Any]] = {
    "covar_samp": _covariance(is_sample=True),
    "covar_pop": _covariance(is_sample=False),
    "corr": _of_some(_corr),
    "regr_slope": _of_some(_slope),
    "regr_intercept": _of_some(_intercept),
    "regr_r2": _of_some(_r2),
    "regr_count": len,
}
