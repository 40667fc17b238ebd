"""What is compared with what: `= <> < <= > >=`, `between`, `in`, `like`, `is`.

Both sides are brought to one type. A string literal next to a date or a timestamp is read as one; nothing else is
made of a string unasked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from odibi_sql import ir
from odibi_sql.check.casts import bring, common_of
from odibi_sql.check.literals import read_text
from odibi_sql.check.place import Operand, Place, is_unknown, unknown, with_article
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.group_errors import ComparesWithNull
from odibi_sql.diagnostics.type_errors import CannotCompare, MixedTimestamps, NoOrder, WrongOperands


def comparison(place: Place, operator: str, left: Operand, right: Operand, span: Span) -> ir.Expr:
    """Return `left operator right`, a bool."""
    for each in (left, right):
        if is_bare_null(each):
            place.report(ComparesWithNull(span=span, operator=operator))
            break
    return called(operator, _together(place, operator, [left, right], span))


def is_bare_null(operand: Operand) -> bool:
    """Whether it is the word `null`."""
    return isinstance(operand.value, ir.Literal) and isinstance(operand.type, ir.Null)


def between(place: Place, operands: Sequence[Operand], span: Span) -> ir.Expr:
    """Return `operand between low and high` of these three, a bool."""
    return called("between", _together(place, "between", operands, span))


def in_items(place: Place, operand: Operand, items: Sequence[Operand], span: Span, *, is_negated: bool) -> ir.Expr:
    """Return `operand in (items)`, a bool."""
    if is_negated and any(map(is_bare_null, items)):
        place.report(ComparesWithNull(span=span, operator="not in"))
    return called("in", _together(place, "in", [operand, *items], span))


def is_distinct(place: Place, operands: Sequence[Operand], span: Span) -> ir.Expr:
    """Return whether the two are distinct, never null."""
    values = _together(place, "is distinct from", operands, span)
    return ir.Call(type=ir.BOOL, nullable=False, function="is distinct from", args=tuple(values))


def called(function: str, args: Sequence[ir.Expr]) -> ir.Expr:
    """Return a call that gives a bool: null where an argument is."""
    return ir.Call(type=ir.BOOL, nullable=any(each.nullable for each in args), function=function, args=tuple(args))


def negated(condition: ir.Expr, is_negated: bool = True) -> ir.Expr:
    """Return `not condition` where it is negated."""
    if not is_negated:
        return condition
    return ir.Call(type=ir.BOOL, nullable=condition.nullable, function="not", args=(condition,))


def _together(place: Place, operator: str, operands: Sequence[Operand], span: Span) -> list[ir.Expr]:
    """Return the values brought to one type, one that can be compared; where they have none that is reported."""
    values = [each.value for each in operands]
    if is_unknown(*values):
        return values
    common = common_of(values)
    if common is None:
        _report_misfit(place, operator, operands, span)
        return [unknown() for _ in values]
    if not ir.is_orderable(common):
        place.report(NoOrder(span=span, type=str(common), doing="compared"))
        return [unknown() for _ in values]
    return [bring(place, each, common) for each in operands]


def _report_misfit(place: Place, operator: str, operands: Sequence[Operand], span: Span) -> None:
    """Report the first value that does not go with those before it."""
    values = [each.value for each in operands]
    counts = range(2, len(operands) + 1)
    count = counts[bisect_left(counts, True, key=lambda size: common_of(values[:size]) is None)]
    other = operands[count - 1]
    one = next((each for each in operands[: count - 1] if common_of([each.value, other.value]) is None), operands[0])
    if {type(one.type), type(other.type)} & {ir.TimestampTz} and not _is_text(one, other):
        place.report(MixedTimestamps(span=span, operator=operator))
        return
    place.report(
        CannotCompare(
            span=span if len(operands) == 2 else other.span,
            left=with_article(one.type),
            other=with_article(other.type),
            remedy=_remedy(one, other),
        )
    )


def _is_text(*operands: Operand) -> bool:
    times = ir.Timestamp | ir.TimestampTz | ir.Date
    return not all(isinstance(each.type, times) for each in operands)


def _remedy(one: Operand, other: Operand) -> str:
    for text, value in ((one, other), (other, one)):
        if isinstance(text.type, ir.String):
            return _remedy_of_text(text, value)
        if isinstance(text.type, ir.Bool):
            return "a bool is a condition already; `is true` and `is false` ask it"
    return ""


def _remedy_of_text(text: Operand, value: Operand) -> str:
    literal = text.value.value if isinstance(text.value, ir.Literal) else None
    if isinstance(literal, str) and ir.is_numeric(value.type):
        is_number = read_text(literal, ir.FLOAT64) is not None
        return f"write the number without quotes: `{literal}`" if is_number else "a number stands without quotes"
    if ir.is_numeric(value.type) or isinstance(value.type, ir.Date | ir.Timestamp | ir.TimestampTz):
        return f"`cast({_words(text)} as {value.type})` reads the string, `try_cast` with null where it cannot be read"
    return "cast one of them to the type of the other"


def _words(operand: Operand) -> str:
    words = operand.span.text
    return words if len(words) <= 30 and "\n" not in words else "…"


def like(place: Place, function: str, operands: Sequence[Operand]) -> ir.Expr:
    """Return `like(text, pattern[, escape])`, a bool: of strings."""
    values: list[ir.Expr] = []
    for each in operands:
        if not isinstance(each.type, ir.String | ir.Null | ir.Unknown):
            remedy = f"`cast({_words(each)} as string)` writes it as text"
            place.report(WrongOperands(span=each.span, operator=function, types=with_article(each.type), remedy=remedy))
            values.append(unknown())
        else:
            values.append(bring(place, each, ir.STRING))
    return called(function, values)
