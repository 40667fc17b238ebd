"""What the other operators give: `and`, `or`, `not`, `||`, `[…]`, the dot, lists and structs."""

from __future__ import annotations

from collections.abc import Sequence

from odibi_sql import functions, ir, syntax
from odibi_sql.check.arithmetic import arithmetic
from odibi_sql.check.casts import bring, coerce, coerced, common_of, unify_operands
from odibi_sql.check.comparisons import comparison
from odibi_sql.check.place import Operand, Place, is_unknown, unknown, with_article
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.literal_errors import DuplicateMember
from odibi_sql.diagnostics.name_errors import NotAStruct, UnknownMember
from odibi_sql.diagnostics.type_errors import NotACondition, WrongOperands

_LONG = 16  # conditions; a longer chain is built as a balanced tree, which is as good and not so deep


def binary(place: Place, operator: str, left: Operand, right: Operand, span: Span) -> ir.Expr:
    """Return `left operator right`, for every operator between two values but `and` and `or`."""
    match operator:
        case "=" | "<>" | "<" | "<=" | ">" | ">=":
            return comparison(place, operator, left, right, span)
        case "||":
            return concatenation(place, left, right, span)
    return arithmetic(place, operator, left, right, span)


def as_condition(place: Place, operand: Operand) -> ir.Expr:
    """Return an operand that has to be a bool; anything else is reported."""
    match operand.type:
        case ir.Bool() | ir.Unknown():
            return operand.value
        case ir.Null():
            return coerce(operand.value, ir.BOOL)
        case ir.String():
            example = "= 'text'"
        case ir.Integer() | ir.Float() | ir.Decimal():
            example = "<> 0"
        case _:
            example = "is not null"
    place.report(NotACondition(span=operand.span, actual=with_article(operand.type), example=example))
    return unknown()


def logic(place: Place, operator: str, operands: Sequence[Operand]) -> ir.Expr:
    """Return a chain of `and` or of `or`, as deep as it is long where it is short."""
    conditions = [as_condition(place, each) for each in operands]
    if len(conditions) > _LONG:
        return _balanced(operator, conditions)
    result = conditions[0]
    for each in conditions[1:]:
        result = _joined(operator, result, each)
    return result


def _balanced(operator: str, conditions: list[ir.Expr]) -> ir.Expr:
    if len(conditions) == 1:
        return conditions[0]
    half = len(conditions) // 2
    return _joined(operator, _balanced(operator, conditions[:half]), _balanced(operator, conditions[half:]))


def _joined(operator: str, left: ir.Expr, right: ir.Expr) -> ir.Expr:
    return ir.Call(type=ir.BOOL, nullable=left.nullable or right.nullable, function=operator, args=(left, right))


def concatenation(place: Place, left: Operand, right: Operand, span: Span) -> ir.Expr:
    """Return `left || right`: of strings, of binaries, of arrays."""
    if is_unknown(left, right):
        return unknown()
    common = common_of([left.value, right.value])
    if isinstance(common, ir.Null):
        common = ir.STRING
    if isinstance(common, ir.String | ir.Binary | ir.Array):
        values = (bring(place, left, common), bring(place, right, common))
        nullable = values[0].nullable or values[1].nullable
        return ir.Call(type=common, nullable=nullable, function="||", args=values)
    types = f"{with_article(left.type)} and {with_article(right.type)}"
    remedy = "`cast(… as string)` writes a value as text"
    place.report(WrongOperands(span=span, operator="||", types=types, remedy=remedy))
    return unknown()


def list_of(place: Place, items: Sequence[Operand], span: Span) -> ir.Expr:
    """Return `[1, 2, 3]`: an array of the type that its elements share."""
    values, element = unify_operands(place, items, span, "the elements of the list")
    return ir.Call(type=ir.Array(element), nullable=False, function="array", args=tuple(values))


def struct_of(place: Place, names: tuple[syntax.Name, ...], values: Sequence[ir.Expr]) -> ir.Expr:
    """Return `{name: value, …}`."""
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            place.report(DuplicateMember(span=name.span, name=name.text))
            return unknown()
        seen.add(name.text)
    members = tuple(ir.Member(name.text, value.type) for name, value in zip(names, values, strict=True))
    return ir.MakeStruct(type=ir.Struct(members), nullable=False, values=tuple(values))


def subscript(place: Place, operand: Operand, index: Operand, span: Span) -> ir.Expr:
    """Return `operand[index]`: an element of an array, from 1, the value of a map's key, a member of a struct."""
    if is_unknown(operand, index):
        return unknown()
    match operand.type:
        case ir.Array(element=element) if isinstance(index.type, ir.Integer):
            return _element(operand.value, coerce(index.value, ir.INT64), element)
        case ir.Map(key=key, value=value):
            fitting = coerced(index.value, key)
            if fitting is not None:
                return _element(operand.value, fitting, value)
        case ir.Struct() if isinstance(index.value, ir.Literal) and isinstance(index.value.value, str):
            return member(place, operand.value, index.value.value, index.span)
    types = f"{with_article(operand.type)} with {with_article(index.type)} inside"
    place.report(WrongOperands(span=span, operator="[]", types=types, remedy=_subscript_remedy(operand.type)))
    return unknown()


def _element(operand: ir.Expr, index: ir.Expr, type_: ir.Type) -> ir.Expr:
    return ir.Call(type=type_, nullable=True, function="[]", args=(operand, index))


def _subscript_remedy(type_: ir.Type) -> str:
    match type_:
        case ir.Array():
            return "the elements of an array are numbered from 1"
        case ir.Map(key=key):
            return f"the keys of this map are of type {key}"
        case ir.Json():
            return "`json_extract(value, '$.path')` takes a part out of json"
        case ir.String():
            return "`substring(text, start, length)` takes a part out of a string"
    return ""


def member(place: Place, operand: ir.Expr, name: str, span: Span) -> ir.Expr:
    """Return the part `name` of a struct."""
    match operand.type:
        case ir.Unknown():
            return unknown()
        case ir.Struct() as struct:
            found = struct.member(name)
            if found is not None:
                return ir.GetMember(type=found.type, nullable=True, operand=operand, name=name)
            suggestion = did_you_mean(name, (each.name for each in struct.members))
            place.report(UnknownMember(span=span, name=name, type=str(struct), suggestion=suggestion))
        case other:
            known = f"`{name}(…)` takes it out" if functions.lookup(name) else "only a struct has members"
            remedy = _subscript_remedy(other) or known
            place.report(NotAStruct(span=span, name=name, actual=with_article(other), remedy=remedy))
    return unknown()
