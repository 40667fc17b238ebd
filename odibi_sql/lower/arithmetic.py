"""Arithmetic as the language means it: integers of 64 bits that fail on overflow, exact decimals, NULL for x / 0."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.templates import operator
from odibi_sql.lower.times import has_structs, lower_time
from odibi_sql.lower.typed import HUGE, Typed, binary, cast_to, exactly, function, number, within

KINDS: dict[str, type[exp.Expression]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div, "%": exp.Mod}
WIDEST = 38


def lower_arithmetic(name: str, left: Typed, right: Typed, type_: ir.Type, wanted: ir.Type, dialect: Dialect) -> Typed:
    """Return `left name right`, of `type_`. `wanted` is the type that both sides have by the graph.

    The engine's own types of the sides may be others that mean the same (7 is an INTEGER, 1.5 a DECIMAL).
    """
    match type_:
        case ir.Date() | ir.Timestamp() | ir.TimestampTz() | ir.Duration():
            return lower_time(name, left, right, type_, dialect)
        case _ if isinstance(wanted, ir.Date):
            days = operator("date - date", dialect, {"left": left.sql, "right": right.sql})
            return Typed(sql=days or binary(exp.Sub, left.sql, right.sql), type=ir.INT64)
        case _ if name == "//":
            return _floor_division(left, right, type_, wanted, dialect)
        case _ if name == "/" and isinstance(type_, ir.Decimal):
            return _decimal_division(left, right, type_, wanted, dialect)
        case ir.Decimal():
            return _decimal(name, left, right, type_, wanted, dialect)
        case ir.Float():
            return _float(name, left, right, type_, dialect)
    return _whole(name, left, right, type_, dialect)


def lower_negation(operand: Typed, type_: ir.Type, dialect: Dialect) -> Typed:
    """Return `-operand`, of `type_`; the negative of the least integer fails."""
    if isinstance(type_, ir.Duration) and has_structs(dialect):
        return Typed(sql=operator("- duration", dialect, {"x": operand.sql}, type_), type=type_)
    if isinstance(type_, ir.Decimal) and "- decimal" in dialect.operators and not operand.is_constant:
        return Typed(sql=operator("- decimal", dialect, {"x": operand.sql}, type_), type=type_)
    is_wide = operand.type == type_ or operand.is_constant
    sql = operand.sql if is_wide else exactly(operand, type_, dialect)
    kept = operand.type if is_wide else type_
    return Typed(sql=exp.Neg(this=within(sql, 10)), type=kept, is_constant=operand.is_constant)


def _whole(name: str, left: Typed, right: Typed, type_: ir.Type, dialect: Dialect) -> Typed:
    if not _either_is(left, right, type_) or not _both_are(left, right, ir.Integer):
        left = Typed(sql=exactly(left, type_, dialect), type=type_)
    if not isinstance(right.type, ir.Integer):
        right = Typed(sql=exactly(right, type_, dialect), type=type_)
    divisor = _divisor(right.sql, dialect) if name == "%" else right.sql
    if name == "%" and dialect.can.null_from_zero:
        divisor = _not_minus_one(divisor, right.is_constant)
    return Typed(sql=binary(KINDS[name], left.sql, divisor), type=type_)


def _not_minus_one(sql: exp.Expression, is_constant: bool) -> exp.Expression:
    """Return 1 instead of -1, which leaves the same remainder: the least integer by -1 overflows on DuckDB."""
    if is_constant:
        return number(1) if sql == number(-1) else sql
    is_minus_one = binary(exp.EQ, sql.copy(), number(-1))
    return exp.Case(ifs=[exp.If(this=is_minus_one, true=number(1))], default=sql)


def _divisor(sql: exp.Expression, dialect: Dialect) -> exp.Expression:
    """Return a divisor of `//` or `%` that is NULL where it is zero, unless the engine sees to that itself."""
    return sql if dialect.can.null_from_zero or _is_nonzero(sql) else _or_null(sql)


def _float(name: str, left: Typed, right: Typed, type_: ir.Type, dialect: Dialect) -> Typed:
    is_double = name == "/" and not {left.type, right.type} & {ir.FLOAT32, ir.NULL}  # of whatever numbers
    if not dialect.can.quotient_of_decimals:
        is_double = is_double and not any(isinstance(each.type, ir.Decimal) for each in (left, right))
    if not is_double and (not _either_is(left, right, type_) or ir.NULL in (left.type, right.type)):
        if right.is_constant and not left.is_constant:
            right = Typed(sql=exactly(right, type_, dialect), type=type_)
        elif left.type != type_:
            left = Typed(sql=exactly(left, type_, dialect), type=type_)
    if name in ("/", "%") and not _is_nonzero(right.sql):
        right = Typed(sql=_or_null(right.sql), type=right.type)
    return Typed(sql=binary(KINDS[name], left.sql, right.sql), type=type_)


def _either_is(left: Typed, right: Typed, type_: ir.Type) -> bool:
    return type_ in (left.type, right.type)


def _both_are(left: Typed, right: Typed, kind: type[ir.Type]) -> bool:
    return isinstance(left.type, kind) and isinstance(right.type, kind)


def _is_nonzero(sql: exp.Expression) -> bool:
    if isinstance(sql, exp.Neg):
        return _is_nonzero(sql.this)
    return isinstance(sql, exp.Literal) and not sql.is_string and float(sql.this) != 0


def _or_null(sql: exp.Expression) -> exp.Expression:
    return exp.Nullif(this=sql, expression=number(0))


def _floor_division(left: Typed, right: Typed, type_: ir.Type, wanted: ir.Type, dialect: Dialect) -> Typed:
    match wanted:
        case ir.Float():
            quotient = _float("/", left, right, ir.FLOAT64, dialect)
            floored = operator("floor", dialect, {"x": quotient.sql}) or function("floor", quotient.sql)
            return Typed(sql=exactly(Typed(sql=floored, type=ir.FLOAT64), type_, dialect), type=type_)
        case ir.Decimal(scale=scale) if "decimal //" in dialect.operators:
            left, _, right, _ = _as_decimals(left, right, wanted, dialect)
            values = {"left": left.sql, "right": _divisor(right.sql, dialect)}
            return Typed(sql=operator("decimal //", dialect, values, type_), type=type_)
        case ir.Decimal(scale=scale):
            one, other = _unscaled(left, wanted, scale, dialect), _unscaled(right, wanted, scale, dialect)
            result = _floored(one, other)
            return Typed(sql=cast_to(result, type_, dialect), type=type_)
    left = Typed(sql=exactly(left, ir.INT64, dialect), type=ir.INT64) if not left.is_constant else left
    floored = _floored(left.sql, _divisor(right.sql, dialect))
    return Typed(sql=exactly(Typed(sql=floored, type=ir.INT64), type_, dialect), type=type_)


def _floored(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    """Return left // right - (1 where something remains and the signs differ); NULL where right is 0."""
    remainder = binary(exp.Mod, left.copy(), right.copy())
    if _is_nonzero(right):
        kind = exp.GT if isinstance(right, exp.Neg) else exp.LT
        differs: exp.Expression = binary(kind, remainder, number(0))
    else:
        signs = binary(exp.NEQ, exp.Paren(this=binary(exp.LT, left.copy(), number(0))), _is_negative(right.copy()))
        differs = binary(exp.And, binary(exp.NEQ, remainder, number(0)), signs)
    one_less = exp.Case(ifs=[exp.If(this=differs, true=number(1))], default=number(0))
    return binary(exp.Sub, binary(exp.IntDiv, left, right), one_less)


def _is_negative(sql: exp.Expression) -> exp.Expression:
    return exp.Paren(this=binary(exp.LT, sql, number(0)))


def _decimal(name: str, left: Typed, right: Typed, type_: ir.Decimal, wanted: ir.Type, dialect: Dialect) -> Typed:
    left, one, right, other = _as_decimals(left, right, wanted, dialect)
    if name == "%" and not _both_are(left, right, ir.Decimal) and _is_too_wide(one, other):  # it would be a double
        left, right = (Typed(sql=exactly(each, wanted, dialect), type=wanted) for each in (left, right))
    made = _decimal_result(name, one, other, dialect)
    if name == "%":
        right = Typed(sql=_divisor(right.sql, dialect), type=right.type)
    if (
        dialect.decimals.narrow
        and made.precision < type_.precision
        and made.precision - made.scale < type_.precision - type_.scale
    ):
        wide = ir.Decimal(min(WIDEST, max(type_.precision, dialect.decimals.narrow + 1)), one.scale)
        left = Typed(sql=cast_to(left.sql, wide, dialect), type=wide)
        made = _decimal_result(name, wide, other, dialect)
    is_known = dialect.decimals.whole_numbers or _both_are(left, right, ir.Decimal)
    return Typed(sql=binary(KINDS[name], left.sql, right.sql), type=made if is_known else ir.UNKNOWN)


def _is_too_wide(left: ir.Decimal, right: ir.Decimal) -> bool:
    """Whether no decimal holds both."""
    before = max(left.precision - left.scale, right.precision - right.scale)
    return before + max(left.scale, right.scale) > WIDEST


def _as_decimals(
    left: Typed, right: Typed, wanted: ir.Type, dialect: Dialect
) -> tuple[Typed, ir.Decimal, Typed, ir.Decimal]:
    """Return both sides, each with the decimal that it is: brought to `wanted` where one of them is none."""
    one, other = _as_decimal(left), _as_decimal(right)
    if one is None or other is None:
        left, right = (Typed(sql=exactly(each, wanted, dialect), type=wanted) for each in (left, right))
        one, other = _as_decimal(left), _as_decimal(right)
    assert one is not None
    assert other is not None
    return left, one, right, other


def _as_decimal(typed: Typed) -> ir.Decimal | None:
    return ir.decimal_of(typed.type)


def _decimal_result(name: str, left: ir.Decimal, right: ir.Decimal, dialect: Dialect) -> ir.Decimal:
    """Return the type that the engine gives a sum, product or remainder of decimals."""
    facts = dialect.decimals
    widest = max(left.precision, right.precision)
    if name == "*":
        scale, width = left.scale + right.scale, left.precision + right.precision + facts.product
        stays = width > facts.narrow and widest <= facts.narrow and scale < facts.narrow
    else:
        scale = max(left.scale, right.scale)
        sides = (left.precision - left.scale, right.precision - right.scale)
        is_shorter = name == "%" and facts.remainder == "shorter"
        width = min(sides) + scale if is_shorter else max(scale + max(sides), widest) + (name != "%")
        stays = width > facts.narrow and widest <= facts.narrow
    return ir.Decimal(facts.narrow if stays else min(width, WIDEST), min(scale, WIDEST))


def _decimal_division(left: Typed, right: Typed, type_: ir.Decimal, wanted: ir.Type, dialect: Dialect) -> Typed:
    """Return the quotient rounded half away from zero: whole numbers are divided, with one digit too many."""
    left, one, right, other = _as_decimals(left, right, wanted, dialect)
    if "decimal /" in dialect.operators:
        return Typed(sql=_decimal_quotient(left, one, right, other, type_, dialect), type=type_)
    digits = type_.scale + 1
    divisor = _unscaled(right, other, other.scale, dialect)
    if one.precision - one.scale + digits + other.scale > WIDEST:  # moving the point can fail: not where NULL comes
        is_asked = exp.If(this=binary(exp.NEQ, divisor.copy(), number(0)), true=exactly(left, one, dialect))
        left = Typed(sql=exp.Case(ifs=[is_asked]), type=one)
    dividend = _unscaled(left, one, digits + other.scale, dialect)
    quotient = binary(exp.IntDiv, dividend, divisor)
    shift = exp.Literal.number("0." + "0" * (digits - 1) + "1")
    scaled = binary(exp.Mul, cast_to(quotient, HUGE, dialect), shift)
    return Typed(sql=cast_to(scaled, type_, dialect), type=type_)


def _decimal_quotient(
    left: Typed, one: ir.Decimal, right: Typed, other: ir.Decimal, type_: ir.Decimal, dialect: Dialect
) -> exp.Expression:
    """Return the quotient of an engine that divides decimals, with digits enough that rounding twice is rounding once.

    A quotient that is no half is further from it than 10^-(scale + digits of the divisor): where the engine has that
    many digits its own is enough. Else the remainder says on which side of the half the quotient is.
    """
    divisor = exactly(right, other, dialect)
    divisor = divisor if _is_nonzero(divisor) else _or_null(divisor)
    scale = type_.scale
    before = one.precision - one.scale
    if before + other.scale + scale + other.precision + 1 <= WIDEST:
        dividend = exactly(left, ir.Decimal(before + scale, scale), dialect)
        return operator("decimal /", dialect, {"left": dividend, "right": divisor}, type_)
    return _wide_quotient(exactly(left, one, dialect), one, divisor, other, type_, dialect)


def _wide_quotient(
    left: Any, one: ir.Decimal, right: Any, other: ir.Decimal, type_: ir.Decimal, dialect: Dialect
) -> exp.Expression:
    """Return the quotient by way of the remainder of `left` by 10^-scale of `right`; both are moved by as many digits
    as that needs behind the point."""
    scale = type_.scale
    shift = max(0, other.scale + scale - WIDEST)
    beside = ir.Decimal(WIDEST, other.scale - shift)
    above = ir.Decimal(WIDEST, max(0, one.scale - shift))
    above = ir.Decimal(min(WIDEST, above.scale + max(1, 2 * (WIDEST - 2 - scale) + 1 - beside.scale)), above.scale)
    dividend = cast_to(_times_ten(left, shift), above, dialect)
    divisor = cast_to(_times_ten(right, shift), beside, dialect)
    unit = cast_to(_times_ten(divisor, -scale), ir.Decimal(WIDEST, beside.scale + scale), dialect)
    values = {"left": dividend, "right": divisor, "unit": unit, "scale": number(scale)}
    return operator("wide decimal /", dialect, values, type_)


def _times_ten(sql: exp.Expression, power: int) -> exp.Expression:
    """Return sql * 10^power, exactly."""
    if power == 0:
        return sql.copy()
    factor = f"1{'0' * power}" if power > 0 else f"0.{'0' * (-power - 1)}1"
    return binary(exp.Mul, sql.copy(), exp.Literal.number(factor))


def _unscaled(typed: Typed, own: ir.Type, digits: int, dialect: Dialect) -> exp.Expression:
    """Return typed * 10^digits as a whole number of 128 bits."""
    as_decimal = ir.decimal_of(own)
    assert as_decimal is not None
    huge = exp.DataType(this=exp.DataType.Type.USERDEFINED, kind="HUGEINT")
    if digits == 0:
        return exp.Cast(this=typed.sql, to=huge)
    wide = exactly(typed, ir.Decimal(WIDEST, as_decimal.scale), dialect)
    return exp.Cast(this=binary(exp.Mul, wide, exp.Literal.number("1" + "0" * digits)), to=huge)
