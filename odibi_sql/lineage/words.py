"""What makes a column, and what decides rows, in the words of the language."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import Span
from odibi_sql.ir.show import show_assigned, show_expression, show_line
from odibi_sql.lineage.values import Made, Mention


class Expression(msgspec.Struct, frozen=True):
    """`name = text`, in the operator at `span` (None: no operator says it)."""

    name: str
    text: str
    span: Span | None


def expressions_of(made: Iterable[Made]) -> list[Expression]:
    """Return the expressions of a step that make a column, the last first, each once."""
    found: dict[int, Made] = {}
    waiting = list(made)
    while waiting:
        each = waiting.pop(0)
        if id(each) not in found:
            found[id(each)] = each
            waiting.extend(each.before)
    return [Expression(each.name, show_expression(each.value), each.span) for each in found.values()]


def line_of(span: Span | None) -> int | None:
    """Return the line, counted from 1, at which a place begins."""
    return None if span is None else span.source.line_and_column(span.start)[0]


def words_of(mention: Mention) -> str:
    """Return what an operator says of which rows there are: `filter kwh > 5`, `group by region`."""
    match mention.relation:
        case ir.Aggregate(keys=keys):
            return f"group by {', '.join(show_assigned(each.name, each.value) for each in keys)}"
        case relation:
            return show_line(relation)
