"""Functions of the catalogue that tests use: arguments in, a value out."""

from __future__ import annotations

import math
from typing import Any

from interpreter.added import ADDED
from interpreter.numbers import fitted
from interpreter.operators import Args, Operator, strict
from interpreter.times import truncated
from interpreter.values import identity, rank
from interpreter.world import RunFailure
from odibi_sql import ir


def _nullif(args: Args, expr: ir.Call) -> Any:
    one, other = args
    return None if identity(one) == identity(other) else one


def _extreme(choose: Any) -> Operator:
    def function(args: Args, expr: ir.Call) -> Any:
        values = [each for each in args if each is not None]
        return choose(values, key=rank) if values else None

    return function


def _require(args: Args, expr: ir.Call) -> Any:
    if args[0] is None:
        raise RunFailure("null where a value has to be")
    return args[0]


def _rounded(function: Any) -> Operator:
    def operate(args: Args, expr: ir.Call) -> Any:
        if args[0] is None or (isinstance(args[0], float) and not math.isfinite(args[0])):
            return args[0]
        return fitted(function(args[0]), expr.type)

    return operate


def _substring(text: str, start: int, length: int | None = None) -> str:
    end = len(text) if length is None else start - 1 + length
    return text[max(start - 1, 0) : max(end, 0)]


def _part(name: str) -> Operator:
    return strict(lambda value: getattr(value, name))


FUNCTIONS: dict[str, Operator] = {
    "lower": strict(str.lower),
    "upper": strict(str.upper),
    "length": strict(len),
    "trim": strict(lambda text: text.strip(" ")),
    "ltrim": strict(lambda text: text.lstrip(" ")),
    "rtrim": strict(lambda text: text.rstrip(" ")),
    "reverse": strict(lambda text: text[::-1]),
    "replace": strict(str.replace),
    "starts_with": strict(str.startswith),
    "ends_with": strict(str.endswith),
    "contains": strict(lambda text, part: part in text),
    "substring": strict(_substring),
    "concat": lambda args, expr: "".join(each for each in args if each is not None),
    "nullif": _nullif,
    "greatest": _extreme(max),
    "least": _extreme(min),
    "abs": lambda args, expr: None if args[0] is None else fitted(abs(args[0]), expr.type),
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "sign": strict(lambda x: (x > 0) - (x < 0)),
    "is_nan": strict(math.isnan),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "hour": _part("hour"),
    "minute": _part("minute"),
    "second": _part("second"),
    "date_trunc": strict(truncated),
    "require": _require,
    **ADDED,
}
