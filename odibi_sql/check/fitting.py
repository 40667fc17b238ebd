"""Arguments: in the order of a function's parameters, brought to the types that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from odibi_sql import functions, ir, syntax
from odibi_sql.check.casts import coerce, is_pointed, literal_as, type_beside
from odibi_sql.check.folding import fold
from odibi_sql.check.place import Operand, Place, is_unknown, with_article
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.call_errors import ConstantExpected, UnknownArgument, WrongArgumentCount, WrongArgumentType

_KNOWN = " that is known when compiled"


class Fitted(msgspec.Struct, frozen=True):
    """Arguments that fit a function: brought to its types, in its order."""

    args: tuple[ir.Expr, ...]
    type: ir.Type
    nullable: bool


def fitted(place: Place, function: functions.Function, call: syntax.Call, given: Sequence[Operand]) -> Fitted | None:
    """Return the arguments of a call as the function takes them; None where it was reported that they do not fit."""
    operands = _in_order(place, function, call, given)
    if operands is None:
        return None
    operands = [_folded(place, function, i, each) for i, each in enumerate(operands)]
    types = _adapted(operands)
    answer = _resolve(function, operands, types)
    for _ in operands:  # a string literal where a time is wanted is read as one
        if not isinstance(answer, functions.Mismatch) or answer.argument is None:
            break
        retyped = _as_time(operands[answer.argument], types)
        if retyped is None:
            break
        operands[answer.argument] = retyped
        types = _adapted(operands)
        answer = _resolve(function, operands, types)
    if isinstance(answer, functions.Mismatch):
        _report_mismatch(place, function, call, operands, answer)
        return None
    pairs = zip(operands, answer.argument_types, strict=True)
    args = tuple(each.value if isinstance(to, ir.Null) else coerce(each.value, to) for each, to in pairs)
    if is_unknown(*(each.value for each in operands)):
        return Fitted(args, function.fixed_result or ir.UNKNOWN, True)
    return Fitted(args, answer.type, answer.nullable)


def _resolve(
    function: functions.Function, operands: Sequence[Operand], types: tuple[ir.Type, ...]
) -> functions.Resolved | functions.Mismatch:
    constants = tuple(each.value.value if isinstance(each.value, ir.Literal) else None for each in operands)
    return functions.resolve(function, types, tuple(each.value.nullable for each in operands), constants)


def _in_order(
    place: Place, function: functions.Function, call: syntax.Call, given: Sequence[Operand]
) -> list[Operand] | None:
    """Return the operands by position: those with a name at that of their parameter, defaults in the gaps before
    them."""
    operands: list[Operand | None] = []
    for argument, operand in zip(call.args, given, strict=True):
        if argument.name is None:
            operands.append(operand)
        elif not _put(place, function, argument.name, operand, operands):
            return None
    for position, parameter in enumerate(function.parameters[: len(operands)]):
        if operands[position] is None:
            if not parameter.is_optional:
                _report_count(
                    place, function, call, functions.Mismatch(argument=None, expected=f"`{parameter.name}` too")
                )
                return None
            operands[position] = Operand(_default(parameter.default), call.span)
    return [each for each in operands if each is not None]


def _put(
    place: Place, function: functions.Function, name: syntax.Name, operand: Operand, operands: list[Operand | None]
) -> bool:
    """Put an operand at the position of the parameter `name`; False where that is reported to be wrong."""
    names = [each.name for each in function.parameters]
    if name.text not in names:
        suggestion = did_you_mean(name.text, names)
        reason = "has no argument"
    else:
        position = names.index(name.text)
        operands += [None] * (position + 1 - len(operands))
        if operands[position] is None:
            operands[position] = operand
            return True
        reason, suggestion = "was given twice the argument", ""
    place.report(
        UnknownArgument(span=name.span, name=function.name, argument=name.text, reason=reason, suggestion=suggestion)
    )
    return False


def _default(value: object) -> ir.Literal:
    match value:
        case bool():
            return ir.Literal(type=ir.BOOL, nullable=False, value=value)
        case int():
            return ir.Literal(type=ir.INT64, nullable=False, value=value)
        case float() | Decimal():
            return ir.Literal(type=ir.FLOAT64, nullable=False, value=value)
        case str():
            return ir.Literal(type=ir.STRING, nullable=False, value=value)
    return ir.Literal(type=ir.NULL, value=None)


def _folded(place: Place, function: functions.Function, position: int, operand: Operand) -> Operand:
    """Return the operand as a literal where the function wants a constant and it is one (`-1`, `2 * day_count`)."""
    parameters = function.parameters
    if not parameters or not parameters[min(position, len(parameters) - 1)].is_constant:
        return operand
    literal = fold(operand.value, place.context.clock)
    return operand if literal is None else Operand(literal, operand.span)


def _adapted(operands: Sequence[Operand]) -> tuple[ir.Type, ...]:
    """Return the types of the arguments, those of numeric constants next to what they stand beside."""
    numbers = [each.type for each in operands if not isinstance(each.value, ir.Literal) and ir.is_numeric(each.type)]
    decimals = [each for each in numbers if isinstance(each, ir.Decimal)]
    beside = decimals[0] if decimals else numbers[0] if numbers else ir.NULL
    return tuple(_beside(each.value, beside) for each in operands)


def _beside(value: ir.Expr, beside: ir.Type) -> ir.Type:
    if isinstance(value.type, ir.Integer) and isinstance(beside, ir.Decimal):
        return type_beside(value, ir.INT8)  # the narrowest: it widens the decimal least, and is a whole number still
    if is_pointed(value) or isinstance(value.type, ir.Integer):
        return type_beside(value, beside)
    return value.type


def _as_time(operand: Operand, types: Sequence[ir.Type]) -> Operand | None:
    """Return a string literal as the date or timestamp that it says, of the type beside it if it can be; or None."""
    literal = operand.value
    if not isinstance(literal, ir.Literal) or not isinstance(literal.value, str):
        return None
    beside = [each for each in types if isinstance(each, ir.Date | ir.Timestamp | ir.TimestampTz)]
    read = (literal_as(literal, each) for each in (*beside, ir.DATE, ir.TIMESTAMP))
    return next((Operand(each, operand.span) for each in read if each is not None), None)


def _report_mismatch(
    place: Place,
    function: functions.Function,
    call: syntax.Call,
    operands: Sequence[Operand],
    mismatch: functions.Mismatch,
) -> None:
    if mismatch.argument is None:
        _report_count(place, function, call, mismatch, len(operands))
        return
    operand = operands[mismatch.argument]
    shown, name, expected = functions.signature(function), call.name.text, mismatch.expected
    if expected.endswith(_KNOWN):
        what = expected.removesuffix(_KNOWN)
        place.report(ConstantExpected(span=operand.span, name=name, expected=what, signature=shown))
        return
    constant = isinstance(operand.value, ir.Literal) and operand.value.value is not None
    actual = operand.span.text if constant and len(operand.span.text) <= 40 else with_article(operand.type)
    place.report(WrongArgumentType(span=operand.span, name=name, expected=expected, actual=actual, signature=shown))


def _report_count(
    place: Place, function: functions.Function, call: syntax.Call, mismatch: functions.Mismatch, count: int = 0
) -> None:
    place.report(
        WrongArgumentCount(
            span=call.span,
            name=call.name.text,
            expected=mismatch.expected,
            actual=count or len(call.args),
            signature=functions.signature(function),
        )
    )
