"""From the pieces of a text to nodes: expressions. One function for each rule of `grammar/expressions.lark`.

Each gets the span of the whole and what the rule keeps, in order: nodes, words in lower case, None for what is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from odibi_sql.diagnostics import CompileError, Span
from odibi_sql.diagnostics.syntax_errors import BadInterval, NotAWholeNumber, RepeatedClause
from odibi_sql.syntax.expressions import (
    Argument,
    Between,
    Binary,
    Boolean,
    Call,
    Case,
    Cast,
    Duration,
    Expr,
    FrameBound,
    GetMember,
    In,
    Is,
    IsDistinct,
    Lambda,
    Like,
    ListOf,
    Name,
    Null,
    Number,
    Reference,
    SortItem,
    StructOf,
    Subscript,
    Text,
    TypedLiteral,
    TypeName,
    Unary,
    When,
    Window,
    WindowFrame,
)
from odibi_sql.syntax.words import UNITS

Exprs = tuple[Expr, ...]


def _tuple(span: Span, *items: Any) -> tuple[Any, ...]:
    return items


def _binary(span: Span, left: Expr, operator: str, right: Expr) -> Expr:
    return Binary(span=span, operator="<>" if operator == "!=" else operator, left=left, right=right)


def _unary(span: Span, operator: str, operand: Expr) -> Expr:
    return Unary(span=span, operator=operator, operand=operand)


def _is_constant(span: Span, operand: Expr, negation: str | None, what: Literal["null", "true", "false"]) -> Expr:
    return Is(span=span, operand=operand, what=what, is_negated=negation is not None)


def _is_distinct(span: Span, left: Expr, negation: str | None, right: Expr) -> Expr:
    return IsDistinct(span=span, left=left, right=right, is_negated=negation is not None)


def _between(span: Span, operand: Expr, negation: str | None, low: Expr, high: Expr) -> Expr:
    return Between(span=span, operand=operand, low=low, high=high, is_negated=negation is not None)


def _in_list(span: Span, operand: Expr, negation: str | None, items: Exprs) -> Expr:
    return In(span=span, operand=operand, items=items, is_negated=negation is not None)


def _like(span: Span, operand: Expr, negation: str | None, word: str, pattern: Expr, escape: Expr | None) -> Expr:
    is_negated, ignores_case = negation is not None, word == "ilike"
    return Like(
        span=span, operand=operand, pattern=pattern, escape=escape, is_negated=is_negated, ignores_case=ignores_case
    )


def _reference(span: Span, *parts: Name) -> Expr:
    return Reference(span=span, parts=parts)


def _get_member(span: Span, operand: Expr, name: Name) -> Expr:
    return GetMember(span=span, operand=operand, name=name)


def _subscript(span: Span, operand: Expr, index: Expr) -> Expr:
    return Subscript(span=span, operand=operand, index=index)


def _null(span: Span, word: str) -> Expr:
    return Null(span=span)


def _boolean(span: Span, word: str) -> Expr:
    return Boolean(span=span, value=word == "true")


def _typed_literal(span: Span, kind: str, text: Text) -> Expr:
    return TypedLiteral(span=span, kind=kind, text=text.value)


def _duration(span: Span, amount: Number | Text, unit: str) -> Expr:
    if isinstance(amount, Number):
        return Duration(span=span, amount=amount.text, unit=UNITS[unit])
    return _signed_duration(span, amount.value.strip(), unit)


def _duration_text(span: Span, text: Text) -> Expr:
    amount, _, unit = text.value.strip().partition(" ")
    return _signed_duration(span, amount, unit.strip().lower())


def _signed_duration(span: Span, amount: str, unit: str) -> Expr:
    """Return the duration of `interval '-2' days`: the sign stands before it, as in `- 2 days`."""
    sign, number = (amount[0], amount[1:].strip()) if amount[:1] in ("-", "+") else ("", amount)
    if unit not in UNITS or not _is_number(number):
        raise CompileError((BadInterval(span=span, text=f"{amount} {unit}".strip()),))
    duration = Duration(span=span, amount=number, unit=UNITS[unit])
    return Unary(span=span, operator="-", operand=duration) if sign == "-" else duration


def _is_number(text: str) -> bool:
    whole, point, fraction = text.partition(".")
    return text.isascii() and whole.isdigit() and (fraction.isdigit() if point else True)


def _list(span: Span, items: Exprs | None) -> Expr:
    return ListOf(span=span, items=items or ())


def _struct(span: Span, *entries: Any) -> Expr:
    given = [each for each in entries if each is not None]
    return StructOf(span=span, names=tuple(map(_entry_name, given[::2])), values=tuple(given[1::2]))


def _entry_name(name: Name | Text) -> Name:
    return name if isinstance(name, Name) else Name(span=name.span, text=name.value)


def _case(span: Span, operand: Expr | None, *rest: Any) -> Expr:
    return Case(span=span, operand=operand, branches=rest[:-1], otherwise=rest[-1])


def _when(span: Span, condition: Expr, value: Expr) -> When:
    return When(span=span, condition=condition, value=value)


def _cast(span: Span, word: str, operand: Expr, type: TypeName) -> Expr:
    return Cast(span=span, operand=operand, type=type, is_try=word == "try_cast")


def _cast_after(span: Span, operand: Expr, type: TypeName) -> Expr:
    return Cast(span=span, operand=operand, type=type, is_try=False)


def _extract(span: Span, part: Name, operand: Expr) -> Expr:
    """Return what `extract(year from at)` is: the call of a function."""
    unit = Text(span=part.span, value=part.text.lower())
    args = (Argument(span=part.span, value=unit), Argument(span=operand.span, value=operand))
    return Call(span=span, name=Name(span=span, text="date_part"), args=args)


def _call(span: Span, name: Name, inside: dict[str, Any], *tails: dict[str, Any]) -> Expr:
    facts = dict(inside)
    for tail in tails:
        for key, value in tail.items():
            if key in facts:
                raise CompileError((RepeatedClause(span=span, clause=CLAUSES_OF_CALLS[key]),))
            facts[key] = value
    return Call(span=span, name=Name(span=name.span, text=name.text.lower()), **facts)


CLAUSES_OF_CALLS = {"where": "filter", "ignore_nulls": "ignore nulls", "over": "over"}


def _call_input(span: Span, star: str | None) -> dict[str, Any]:
    return {"args": ()}


def _call_arguments(
    span: Span, distinct: str | None, args: tuple[Argument, ...], order: tuple[SortItem, ...] | None, ignore: str | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {"args": args, "is_distinct": distinct is not None, "order": order or ()}
    return {**facts, "ignore_nulls": True} if ignore else facts


def _call_where(span: Span, condition: Expr) -> dict[str, Any]:
    return {"where": condition}


def _call_ignore_nulls(span: Span) -> dict[str, Any]:
    return {"ignore_nulls": True}


def _call_over(span: Span, window: Window) -> dict[str, Any]:
    return {"over": window}


def _argument(span: Span, name: Name | None, value: Expr) -> Argument:
    return Argument(span=span, name=name, value=value)


def _lambda(span: Span, *parts: Any) -> Expr:
    names = parts[1:-1] if isinstance(parts[0], str) else parts[:-1]
    return Lambda(span=span, parameters=names, body=parts[-1])


def _window(
    span: Span, partition: Exprs | None, order: tuple[SortItem, ...] | None, frame: WindowFrame | None
) -> Window:
    return Window(span=span, partition=partition or (), order=order or (), frame=frame)


def _frame(
    span: Span, unit: Literal["rows", "range", "groups"], start: FrameBound, end: FrameBound | None = None
) -> WindowFrame:
    return WindowFrame(span=span, unit=unit, start=start, end=end or _current_row(span))


def _frame_bound(span: Span, offset: Expr | str, side: Literal["preceding", "following"]) -> FrameBound:
    return FrameBound(span=span, offset=None if isinstance(offset, str) else offset, side=side)


def _current_row(span: Span) -> FrameBound:
    return FrameBound(span=span, offset=Number(span=span, text="0"), side="preceding")


def _sort_item(span: Span, value: Expr, direction: str | None, nulls: Literal["first", "last"] | None) -> SortItem:
    return SortItem(span=span, value=value, descending=direction == "desc", nulls=nulls)


def _type(span: Span, name: Name, *numbers: Number | None) -> TypeName:
    return TypeName(
        span=span, name=name.text.lower(), numbers=tuple(_whole(each) for each in numbers if each is not None)
    )


def _whole(number: Number) -> int:
    if not number.text.isdigit() or len(number.text) > 9:
        raise CompileError((NotAWholeNumber(span=number.span, text=number.text),))
    return int(number.text)


def _array_type(span: Span, item: TypeName) -> TypeName:
    return TypeName(span=span, name="array", arguments=(item,))


def _map_type(span: Span, key: TypeName, value: TypeName) -> TypeName:
    return TypeName(span=span, name="map", arguments=(key, value))


def _struct_type(span: Span, *members: Any) -> TypeName:
    return TypeName(
        span=span, name="struct", arguments=members[1::2], members=tuple(each.text for each in members[::2])
    )


CALLBACKS: dict[str, Callable[..., Any]] = {
    "argument": _argument,
    "arguments": _tuple,
    "array_type": _array_type,
    "between": _between,
    "binary": _binary,
    "boolean": _boolean,
    "call": _call,
    "call_arguments": _call_arguments,
    "call_ignore_nulls": _call_ignore_nulls,
    "call_input": _call_input,
    "call_over": _call_over,
    "call_where": _call_where,
    "case": _case,
    "cast": _cast,
    "cast_after": _cast_after,
    "current_row": _current_row,
    "duration": _duration,
    "duration_text": _duration_text,
    "expressions": _tuple,
    "extract": _extract,
    "frame": _frame,
    "frame_bound": _frame_bound,
    "get_member": _get_member,
    "in_list": _in_list,
    "is_constant": _is_constant,
    "is_distinct": _is_distinct,
    "lambda": _lambda,
    "like": _like,
    "list": _list,
    "map_type": _map_type,
    "null": _null,
    "reference": _reference,
    "sort_item": _sort_item,
    "sort_items": _tuple,
    "struct": _struct,
    "struct_type": _struct_type,
    "subscript": _subscript,
    "type": _type,
    "typed_literal": _typed_literal,
    "unary": _unary,
    "when": _when,
    "window": _window,
}
