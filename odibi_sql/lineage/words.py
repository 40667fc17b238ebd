"""What makes a column, and what decides rows, in the words of the language."""

from __future__ import annotations

from collections.abc import Iterable

from odibi_sql import ir
from odibi_sql.ir.show import show_expression, show_line
from odibi_sql.lineage.values import Made, Mention


def expressions_of(made: Iterable[Made]) -> list[tuple[str, str]]:
    """Return the expressions of a step that make a column, the last first, each once: the name, and what it is."""
    found: dict[int, Made] = {}
    waiting = list(made)
    while waiting:
        each = waiting.pop(0)
        if id(each) not in found:
            found[id(each)] = each
            waiting.extend(each.before)
    return [(each.name, show_expression(each.value)) for each in found.values()]


def words_of(mention: Mention) -> str:
    """Return what an operator says of which rows there are: `filter kwh > 5`, `group by region`."""
    match mention.relation:
        case ir.Aggregate(keys=keys):
            named = [
                each.name if each.value == column else f"{each.name} = {show_expression(each.value)}"
                for each in keys
                for column in [ir.Column(type=each.value.type, nullable=each.value.nullable, name=each.name)]
            ]
            return f"group by {', '.join(named)}"
        case relation:
            return show_line(relation)
