"""Functions that choose between values. Those that compute only what they need stand in `evaluate`."""

from __future__ import annotations

from typing import Any

from interpreter.operators import Args, Operator
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


CONDITIONS: dict[str, Operator] = {
    "nullif": _nullif,
    "nvl2": lambda args, expr: args[2] if args[0] is None else args[1],
    "greatest": _extreme(max),
    "least": _extreme(min),
    "require": _require,
}
