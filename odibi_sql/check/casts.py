"""Which type becomes which: unasked where nothing is lost, by `cast` where the language allows it."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.check.context import Context
from odibi_sql.check.literals import bad_date, digits_of, read_text, read_time
from odibi_sql.check.place import Operand, Place, is_unknown, unknown, with_article
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.type_errors import BadCastValue, CannotCast, NoCommonType

_TIMES = (ir.Date, ir.Timestamp, ir.TimestampTz)
_NOWHERE = Scope(columns=())
_EXACT_FLOAT = {32: 2**24, 64: 2**53}


def coerce(expr: ir.Expr, to: ir.Type) -> ir.Expr:
    """Return `expr` as a `to`: a literal retyped, anything else under an implicit Cast. The caller knows that it
    fits."""
    fitting = coerced(expr, to)
    return _implicit(expr, to) if fitting is None else fitting


def can_coerce(from_: ir.Type, to: ir.Type) -> bool:
    """Whether every value of `from_` is one of `to` without a word from who writes the pipeline."""
    return isinstance(to, ir.Unknown) or ir.common_type(from_, to) == to


def coerced(expr: ir.Expr, to: ir.Type) -> ir.Expr | None:
    """Return `expr` as a `to`, or None where it does not fit. Knows literals: `7` fits an int8, `'2025-01-01'` a
    date."""
    if expr.type == to or isinstance(expr.type, ir.Unknown) or isinstance(to, ir.Unknown):
        return expr
    if isinstance(expr, ir.Literal):
        literal = literal_as(expr, to)
        if literal is not None:
            return literal
    match expr, to:
        case ir.Call(function="array", args=args), ir.Array(element=element):
            items = [coerced(each, element) for each in args]
            fitting = tuple(each for each in items if each is not None)
            return replace(expr, type=to, args=fitting) if len(fitting) == len(args) else None
    return _implicit(expr, to) if can_coerce(expr.type, to) else None


def _implicit(expr: ir.Expr, to: ir.Type) -> ir.Expr:
    return ir.Cast(type=to, nullable=expr.nullable, operand=expr, is_implicit=True)


def literal_as(literal: ir.Literal, to: ir.Type) -> ir.Literal | None:
    """Return the same constant as a `to`, or None where it is not exactly one."""
    if literal.value is None:
        return ir.Literal(type=to, value=None)
    value = _value_as(literal.value, to)
    return None if value is None else ir.Literal(type=to, nullable=False, value=value)


def _value_as(value: ir.Value, to: ir.Type) -> ir.Value:
    match value, to:
        case bool(), _:
            return value if isinstance(to, ir.Bool) else None
        case int(), ir.Integer(bits=bits):
            return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None
        case int(), ir.Float(bits=bits):
            return float(value) if abs(value) <= _EXACT_FLOAT[bits] else None
        case (Decimal() | float(), ir.Float(bits=32)):
            return _as_float32(float(value))
        case int() | Decimal(), ir.Decimal():
            return Decimal(value) if _fits(digits_of(value), to) else None
        case (Decimal() | float(), ir.Float()):
            return float(value)
        case str(), ir.Date() | ir.Timestamp() | ir.TimestampTz():
            time = read_time(value, to)
            return None if isinstance(time, str) else time
        case str(), ir.String():
            return value
        case datetime.datetime(), ir.Timestamp() | ir.TimestampTz():
            return None
        case datetime.date(), ir.Timestamp():
            return datetime.datetime.combine(value, datetime.time())
    return None


def _as_float32(value: float) -> float | None:
    """Return the nearest number that 32 bits hold, or None where that is none but infinity."""
    try:
        (nearest,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return None
    return float(nearest)


def _fits(digits: ir.Decimal, to: ir.Decimal) -> bool:
    return digits.scale <= to.scale and digits.precision - digits.scale <= to.precision - to.scale


def is_pointed(expr: ir.Expr) -> bool:
    """Whether it is a number written with a point: a float64 that becomes a decimal next to one."""
    return isinstance(expr, ir.Literal) and isinstance(expr.value, Decimal) and isinstance(expr.type, ir.Float)


def _is_flexible(expr: ir.Expr) -> bool:
    """Whether it is a constant that takes on a type of what stands next to it."""
    if not isinstance(expr, ir.Literal) or expr.value is None:
        return False
    return isinstance(expr.type, ir.Integer | ir.String) or is_pointed(expr)


def type_beside(expr: ir.Expr, other: ir.Type) -> ir.Type:
    """Return the type that a constant has next to a value of type `other`; of anything else its own."""
    if not isinstance(expr, ir.Literal) or not _is_flexible(expr):
        return expr.type
    match expr.value, other:
        case int(), ir.Integer(bits=bits):
            fitting = (each for each in (8, 16, 32, 64) if _value_as(expr.value, ir.Integer(each)) is not None)
            return ir.Integer(max(bits, next(fitting)))
        case int() | Decimal() as value, ir.Decimal():
            digits = digits_of(value)
            return digits if digits.precision <= 38 else expr.type
        case str(), ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return other
    return expr.type


def common_of(exprs: Sequence[ir.Expr]) -> ir.Type | None:
    """Return the type that values become where they meet, or None. Constants give way to what is no constant."""
    result: ir.Type | None = ir.NULL
    for each in exprs:
        if not _is_flexible(each) and result is not None:
            result = ir.common_type(result, each.type)
    for each in exprs:
        if _is_flexible(each) and result is not None:
            result = ir.common_type(result, type_beside(each, result))
    return result


def unify(context: Context, exprs: Sequence[ir.Expr], span: Span, what: str) -> tuple[list[ir.Expr], ir.Type]:
    """Return the values brought to one type, and that type; where they have none that is reported (`no-common-type`),
    with `what` for the place ("the branches of the case"), and the type is `ir.UNKNOWN`."""
    return unify_operands(Place(context=context, scope=_NOWHERE), [Operand(each, span) for each in exprs], span, what)


def unify_operands(place: Place, operands: Sequence[Operand], span: Span, what: str) -> tuple[list[ir.Expr], ir.Type]:
    """Do as `unify`, with each value's own place."""
    values = [each.value for each in operands]
    if is_unknown(*values):
        return values, ir.UNKNOWN
    common = common_of(values)
    if common is None:
        names = dict.fromkeys(str(each.type) for each in values)
        place.report(NoCommonType(span=span, what=what, types=" and ".join(names)))
        return values, ir.UNKNOWN
    return [bring(place, each, common) for each in operands], common


def bring(place: Place, operand: Operand, to: ir.Type) -> ir.Expr:
    """Return an operand as a `to`, which it meets; a string literal that is no date is reported."""
    value = coerced(operand.value, to)
    if value is not None:
        return value
    if isinstance(operand.value, ir.Literal) and isinstance(operand.value.value, str) and isinstance(to, _TIMES):
        text = operand.value.value
        place.report(bad_date(operand.span, text, to, str(read_time(text, to))))
        return unknown()
    return _implicit(operand.value, to)


def can_cast(from_: ir.Type, to: ir.Type) -> bool:
    """Whether `cast` takes one to the other, at least for some values.

    Numbers, bools and texts become each other; texts and times; times among themselves (a timestamp is read as UTC
    where an instant is meant); texts, binary and json; arrays and maps part by part, structs of the same names by name.
    """
    if from_ == to or can_coerce(from_, to):
        return True
    match from_, to:
        case (ir.Integer() | ir.Float() | ir.Decimal() | ir.Bool(), ir.Integer() | ir.Float() | ir.Decimal()):
            return True
        case (ir.Integer() | ir.Float() | ir.Decimal(), ir.Bool()):
            return True
        case (ir.String(), _) | (_, ir.String()):
            return _is_textual(from_) and _is_textual(to)
        case (ir.Date() | ir.Timestamp() | ir.TimestampTz(), ir.Date() | ir.Timestamp() | ir.TimestampTz()):
            return True
        case ir.Array(), ir.Array():
            return can_cast(from_.element, to.element)
        case ir.Map(), ir.Map():
            return can_cast(from_.key, to.key) and can_cast(from_.value, to.value)
        case ir.Struct(), ir.Struct():
            there = {each.name: each.type for each in from_.members}
            return there.keys() == {each.name for each in to.members} and all(
                can_cast(there[each.name], each.type) for each in to.members
            )
    return False


def _is_textual(type_: ir.Type) -> bool:
    """Whether values of it are read from texts and written as texts."""
    return not isinstance(type_, ir.Array | ir.Map | ir.Struct | ir.Duration)


def cast(place: Place, operand: Operand, to: ir.Type, span: Span, *, is_try: bool) -> ir.Expr:
    """Return `cast(operand as to)`: the operand itself where it is one already, a constant retyped."""
    value = operand.value
    if isinstance(to, ir.Unknown) or is_unknown(value):
        return ir.Cast(type=to, operand=value, is_try=is_try)
    if not can_cast(value.type, to):
        remedy = _instead_of_cast(value.type, to)
        place.report(CannotCast(span=span, actual=with_article(value.type), type=str(to), remedy=remedy))
        return unknown()
    if isinstance(value, ir.Literal):
        literal = literal_as(value, to)
        if literal is not None:
            return literal
        if not is_try and not _is_readable(value.value, to):
            place.report(BadCastValue(span=operand.span, value=str(value.value), type=with_article(to)))
            return unknown()
    if value.type == to:
        return value
    return ir.Cast(type=to, nullable=value.nullable or is_try, operand=value, is_try=is_try)


def _is_readable(value: ir.Value, to: ir.Type) -> bool:
    """Whether a cast of a constant can succeed, as far as that is known here."""
    if not isinstance(value, str) or isinstance(to, ir.Binary):
        return True
    if isinstance(to, ir.Json):
        return _is_json(value)
    if isinstance(to, ir.Integer | ir.Decimal):
        number = read_text(value, ir.FLOAT64)
        most = 2.0 ** (to.bits - 1) if isinstance(to, ir.Integer) else 10.0 ** (to.precision - to.scale)
        return isinstance(number, float) and abs(number) <= most
    return read_text(value, to) is not None


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _instead_of_cast(from_: ir.Type, to: ir.Type) -> str:
    match from_, to:
        case ir.Date(), ir.Integer():
            return "`d - date '1970-01-01'` counts days; `year(d)` and its like give parts"
        case (ir.Timestamp() | ir.TimestampTz(), ir.Integer() | ir.Float() | ir.Decimal()):
            return "`epoch_seconds(ts)` counts seconds since 1970; `hour(ts)` and its like give parts"
        case (ir.Integer() | ir.Float() | ir.Decimal(), ir.Timestamp() | ir.TimestampTz()):
            return "`from_epoch(n)` reads seconds since 1970"
        case ir.Integer(), ir.Date():
            return "`date '1970-01-01' + n * 1 day` counts from a day"
        case ir.Array(), ir.String():
            return "`array_join(x, ', ')` joins an array of strings"
    return ""
