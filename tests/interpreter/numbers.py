"""Numbers that have to fit their type: what does not fails the run."""

from __future__ import annotations

import decimal
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
    if math.isfinite(value) and abs(value) > 3.4028235677973366e38:
        raise RunFailure(f"{value} is no float32")
    return float(struct.unpack("f", struct.pack("f", value))[0])
