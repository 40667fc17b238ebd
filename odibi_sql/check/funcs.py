"""Calls of the pipeline's own funcs: arguments brought to the declared types, the expression in place of the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.binding import bound, has_clauses
from odibi_sql.check.casts import coerce, coerced
from odibi_sql.check.place import DEEPEST, LARGEST, Operand, Place, is_too_large, is_unknown, unknown, with_article
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.call_errors import WrongArgumentType
from odibi_sql.diagnostics.reuse_errors import GrowsTooLarge


class FuncParameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter with its type; `default` is None where a call has to give it."""

    name: str
    type: ir.Type
    default: ir.Literal | None


class Func(msgspec.Struct, frozen=True, kw_only=True):
    """A func whose expression has been typed over parameters of which nothing but the type is known.

    `type` is what every call of it gives; None: it depends on a parameter that has to be a constant. `is_broken`:
    something in it is wrong, which is told, so that its calls are told no more.
    """

    name: str
    parameters: tuple[FuncParameter, ...]
    body: syntax.Expr
    type: ir.Type | None = None
    is_broken: bool = False

    @property
    def signature(self) -> str:
        """How it is called: `vat(amount decimal(12, 2), rate float64 = 0.2)`."""
        return f"{self.name}({', '.join(map(_shown, self.parameters))})"


def _shown(parameter: FuncParameter) -> str:
    default = "" if parameter.default is None else f" = {_constant(parameter.default.value)}"
    return f"{parameter.name} {parameter.type}{default}"


def _constant(value: ir.Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
    return str(value)


def arguments(place: Place, func: Func, call: syntax.Call, given: Sequence[Operand]) -> dict[str, ir.Expr] | None:
    """Return what each parameter is in this call, of its type; None where it was reported that the call is wrong."""
    if has_clauses(place.context, call, "a func looks at one row at a time; aggregates take such a clause"):
        return None
    needed = {each.name: each.default is None for each in func.parameters}
    written = bound(place.context, call, func.signature, needed)
    if written is None:
        return None
    operands = {id(argument): operand for argument, operand in zip(call.args, given, strict=True)}
    found: dict[str, ir.Expr] = {}
    for parameter in func.parameters:
        argument = written.get(parameter.name)
        value = parameter.default if argument is None else _fitting(place, func, parameter, operands[id(argument)])
        if value is not None:
            found[parameter.name] = value
    if len(found) < len(func.parameters) or is_unknown(*found.values()):
        return None
    return found


def _fitting(place: Place, func: Func, parameter: FuncParameter, operand: Operand) -> ir.Expr | None:
    value = coerced(operand.value, parameter.type)
    if value is not None:
        return as_declared(value)
    actual = with_article(operand.type)
    if isinstance(operand.value, ir.Literal) and operand.value.value is not None and len(operand.span.text) <= 40:
        actual = f"`{operand.span.text}`"
    expected = f"{with_article(parameter.type)} for `{parameter.name}`"
    place.report(
        WrongArgumentType(span=operand.span, name=func.name, expected=expected, actual=actual, signature=func.signature)
    )
    return None


def as_declared(value: ir.Expr) -> ir.Expr:
    """Return a float that was written with a point as the float that it is declared to be: no decimal is made of it."""
    if isinstance(value, ir.Literal) and isinstance(value.value, Decimal) and isinstance(value.type, ir.Float):
        return replace(value, value=float(value.value))
    return value


def inside(place: Place, func: Func, values: Mapping[str, ir.Expr]) -> Place:
    """Return the place of the expression of a func, whose names stand for these values."""
    columns = tuple(Visible(name=name, value=value) for name, value in values.items())
    scope = Scope(columns=columns, what=f"`{func.name}`", is_func=True)
    return Place(context=place.context, scope=scope, depth=place.depth + 2)


def in_place(place: Place, func: Func, value: ir.Expr, span: Span, before: int) -> ir.Expr:
    """Return the value of a call: of the type that all calls of the func have.

    What was found in the func since there were `before` findings is found for this call alone: errors are told with
    the place of the call, warnings are not told, for the func itself has been looked at.
    """
    new = place.context.findings[before:]
    del place.context.findings[before:]
    for each in new:
        if each.severity == "error":
            place.report(replace(each, more=(*each.more, (span, f"`{func.name}` is called here"))))
    if is_unknown(value):
        return unknown()
    if is_too_large(value):
        place.report(GrowsTooLarge(span=span, what="this call", most=LARGEST, deepest=DEEPEST))
        return unknown()
    return value if func.type is None else coerce(value, func.type)
