"""Functions of numbers. What has no value among the real numbers is null; what overflows a float is infinite."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from typing import Any

from interpreter.numbers import fitted
from interpreter.operators import OPERATORS, Args, Operator, strict
from interpreter.values import is_less
from interpreter.world import RunFailure
from odibi_sql import ir

INF = math.inf


def _real(function: Callable[..., float], overflow: float = INF) -> Operator:
    """Make a function of floats: null of null and outside of where it has a value, NaN of NaN."""

    def operate(args: Args, expr: ir.Call) -> Any:
        if any(each is None for each in args):
            return None
        numbers = [float(each) for each in args]
        if any(map(math.isnan, numbers)):
            return math.nan
        try:
            return function(*numbers)
        except OverflowError:
            return overflow if numbers[0] >= 0 else -overflow
        except (ValueError, ZeroDivisionError):
            return None

    return operate


def _log_to(args: Args, expr: ir.Call) -> Any:
    if args[0] is None or args[1] is None:
        return None
    base, x = (float(each) for each in args)
    if base <= 0 or base == 1 or x <= 0:
        return None
    if math.isnan(base) or math.isnan(x):
        return math.nan
    return _of_log(x) / _of_log(base) if not (x == INF and base == INF) else math.nan


def _of_log(x: float) -> float:
    return INF if x == INF else math.log(x)


def _exp(x: float) -> float:
    return 0.0 if x == -INF else math.exp(x)


def _power(args: Args, expr: ir.Call) -> Any:
    if args[0] is None or args[1] is None:
        return None
    x, y = (float(each) for each in args)
    if x < 0 and math.isfinite(y) and y != math.trunc(y):
        return None
    if x == 0 and y < 0:  # as a limit; Python has an error for it
        is_odd = math.isfinite(y) and y % 2 == 1
        return math.copysign(INF, x) if is_odd else INF
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0 and y % 2 == 1 else INF
    except ValueError:
        return None


def _abs(args: Args, expr: ir.Call) -> Any:
    return None if args[0] is None else fitted(_absolute(args[0]), expr.type)


def _absolute(x: Any) -> Any:
    return x.copy_abs() if isinstance(x, decimal.Decimal) else abs(x)  # abs rounds a decimal to 28 digits


def _sign(args: Args, expr: ir.Call) -> Any:
    x = args[0]
    if x is None or x != x:
        return x
    sign = (x > 0) - (x < 0)
    return float(sign) if isinstance(x, float) else sign


def _round(args: Args, expr: ir.Call) -> Any:
    x, digits = args[0], args[1] if len(args) > 1 else 0
    if x is None or (isinstance(x, float) and not math.isfinite(x)):
        return x
    if isinstance(x, float):
        return fitted(_round_float(x, digits), expr.type)
    with decimal.localcontext(decimal.Context(prec=100)):
        rounded = decimal.Decimal(x).quantize(decimal.Decimal(1).scaleb(-digits), decimal.ROUND_HALF_UP)
    return fitted(rounded, expr.type)


def _round_float(x: float, digits: int) -> float:
    """Return x * 10^digits rounded and divided again, in floats; x itself where that overflows."""
    scale = 10.0 ** abs(digits)
    scaled = x * scale if digits >= 0 else x / scale
    if not math.isfinite(scaled):
        return x
    whole = float(decimal.Decimal(scaled).to_integral_value(decimal.ROUND_HALF_UP))
    return whole / scale if digits >= 0 else whole * scale


def _rounded(function: Any) -> Operator:
    def operate(args: Args, expr: ir.Call) -> Any:
        if args[0] is None or (isinstance(args[0], float) and not math.isfinite(args[0])):
            return args[0]
        return fitted(function(args[0]), expr.type)

    return operate


def _mod(args: Args, expr: ir.Call) -> Any:
    return OPERATORS["%"](args, expr)


def _clamp(args: Args, expr: ir.Call) -> Any:
    x, low, high = args
    if x is None:
        return None
    if low is not None and is_less(x, low):
        return low
    return high if high is not None and is_less(high, x) else x


def _shift_left(args: Args, expr: ir.Call) -> Any:
    x, count = args
    if x is None or count is None:
        return None
    if x < 0 or count < 0 or (x and count >= 64):
        raise RunFailure(f"{x} << {count}")
    return fitted(x << count if x else 0, expr.type)


def _shift_right(args: Args, expr: ir.Call) -> Any:
    x, count = args
    if x is None or count is None:
        return None
    assert isinstance(expr.type, ir.Integer)
    return x >> count if 0 <= count < expr.type.bits else 0


def _bit_count(x: int) -> int:
    return (x % 2**64).bit_count()


def _finite(function: Callable[[float], float]) -> Operator:
    def of_finite(x: float) -> float:
        if math.isinf(x):
            raise ValueError(x)
        return function(x)

    return _real(of_finite)


def _cot(x: float) -> float:
    return 1 / math.tan(x)


MATHEMATICS: dict[str, Operator] = {
    "abs": _abs,
    "sign": _sign,
    "round": _round,
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "trunc": _rounded(math.trunc),
    "sqrt": _real(math.sqrt),
    "cbrt": _real(lambda x: math.copysign(math.cbrt(abs(x)), x)),
    "exp": _real(_exp),
    "ln": _real(_of_log),
    "log10": _real(lambda x: INF if x == INF else math.log10(x)),
    "log2": _real(lambda x: INF if x == INF else math.log2(x)),
    "log": _log_to,
    "power": _power,
    "mod": _mod,
    "clamp": _clamp,
    "pi": lambda args, expr: math.pi,
    "is_nan": strict(math.isnan),
    "is_inf": strict(math.isinf),
    "is_finite": strict(math.isfinite),
    "is_even": strict(lambda x: x % 2 == 0),
    "sin": _finite(math.sin),
    "cos": _finite(math.cos),
    "tan": _finite(math.tan),
    "cot": _finite(_cot),
    "asin": _real(math.asin),
    "acos": _real(math.acos),
    "atan": _real(math.atan),
    "atan2": _real(lambda y, x: math.atan2(y + 0.0, x + 0.0)),
    "sinh": _real(math.sinh),
    "cosh": _real(lambda x: INF if abs(x) > 711 else math.cosh(x)),
    "tanh": _real(math.tanh),
    "degrees": _real(math.degrees),
    "radians": _real(math.radians),
    "bitwise_and": strict(lambda x, y: x & y),
    "bitwise_or": strict(lambda x, y: x | y),
    "bitwise_xor": strict(lambda x, y: x ^ y),
    "bitwise_not": strict(lambda x: ~x),
    "shift_left": _shift_left,
    "shift_right": _shift_right,
    "bit_count": strict(_bit_count),
}
