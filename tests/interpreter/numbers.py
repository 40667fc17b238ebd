"""Numbers that have to fit their type: what does not fails the run."""

from __future__ import annotations

import decimal
import fractions
import math
import struct
from typing import Any

from interpreter.world import RunFailure
from odibi_sql import ir

WIDE = decimal.Context(prec=100)


def fitted(value: Any, type_: ir.Type) -> Any:
    """Return a number as one of the type: decimals rounded half away from zero to its scale. Raises RunFailure."""
    if value is None:
        return None
    match type_:
        case ir.Integer(bits=bits):
            if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
                raise RunFailure(f"{value} is no {type_}")
            return int(value)
        case ir.Float(bits=bits):
            return _float32(float(value)) if bits == 32 else float(value)
        case ir.Decimal(precision=precision, scale=scale):
            with decimal.localcontext(WIDE):
                exact = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-scale), decimal.ROUND_HALF_UP)
                if abs(exact) >= decimal.Decimal(10) ** (precision - scale):
                    raise RunFailure(f"{value} is no {type_}")
                return exact
    return value


def _float32(value: float) -> float:
    """Return the nearest float32: infinity where the value is nearer to that than to any other."""
    if math.isfinite(value) and abs(value) >= 3.4028235677973366e38:
        return math.copysign(math.inf, value)
    return float(struct.unpack("f", struct.pack("f", value))[0])


def total(values: list[Any]) -> Any:
    """Return the sum; of floats the exact one, rounded once, so that it does not depend on the order."""
    if isinstance(values[0], float):
        return math.fsum(values) if all(map(math.isfinite, values)) else sum(values)
    with decimal.localcontext(WIDE):
        return sum(values)


def mean(values: list[Any]) -> float:
    """Return the mean as a float: of exact numbers the exact one, rounded once."""
    if isinstance(values[0], float):
        return float(total(values)) / len(values)
    found = total(values)
    if isinstance(values[0], decimal.Decimal):
        found = fitted(found, ir.Decimal(38, -int(values[0].as_tuple().exponent)))
    return float(fractions.Fraction(found) / len(values))
