"""What a relation reads of other datasets and of the world, where certain of its columns are asked for."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from odibi_sql import ir
from odibi_sql.ir import walk
from odibi_sql.keys.expressions import is_volatile, reads_clock

Names = frozenset[str]


class Needed(msgspec.Struct, kw_only=True):
    """Columns by dataset, files, functions that read the clock, and those that answer differently each time."""

    columns: dict[str, set[str]] = {}
    sources: list[ir.FileSource] = []
    clocks: set[str] = set()
    volatile: set[str] = set()


def needed_by(relation: ir.Relation, names: Iterable[str]) -> Needed:
    """Return what the columns `names` of a relation, and which rows it has, depend on."""
    found = Needed()
    waiting: list[tuple[ir.Relation, Names]] = [(relation, frozenset(names))]
    while waiting:
        each, asked = waiting.pop()
        match each:
            case ir.Read(dataset=name):
                found.columns.setdefault(name, set()).update(asked)
            case ir.Scan(source=source):
                found.sources.append(source)
        used: set[str] = set()
        for expr in _expressions(each, asked):
            if isinstance(expr, ir.Column):
                used.add(expr.name)
            else:
                waiting.extend(_of_expression(expr, found, used))
        waiting.extend(_inputs(each, asked, frozenset(used)))
    return found


def _expressions(relation: ir.Relation, asked: Names) -> list[ir.Expr]:
    """Return the expressions of a node that these columns, or which rows there are, depend on."""
    match relation:
        case ir.Project(columns=columns):
            return [each.value for each in columns if each.name in asked]
        case ir.Aggregate(keys=keys, aggregates=aggregates):
            return [*(each.value for each in keys), *(each.value for each in aggregates if each.name in asked)]
    return list(walk.expressions(relation))


def _of_expression(expr: ir.Expr, found: Needed, used: set[str]) -> list[tuple[ir.Relation, Names]]:
    """Note what an expression reads, and return its subqueries with the columns that they are asked for."""
    queries: list[tuple[ir.Relation, Names]] = []
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Column):
            used.add(part.name)
        elif isinstance(part, ir.Call):
            _note(part.function, found)
            waiting.extend(part.args)
        elif isinstance(part, ir.Exists | ir.InQuery | ir.ScalarQuery):
            inside = part.relation
            used |= walk.outer_columns(inside)
            queries.append((inside, frozenset(() if isinstance(part, ir.Exists) else inside.schema.names)))
            waiting.extend(walk.parts(part))
        elif not isinstance(part, ir.Literal):
            waiting.extend(walk.parts(part))
    return queries


def _note(function: str, found: Needed) -> None:
    if function in ir.OPERATORS:
        return
    if reads_clock(function):
        found.clocks.add(function)
    if is_volatile(function):
        found.volatile.add(function)


def _inputs(relation: ir.Relation, asked: Names, used: Names) -> list[tuple[ir.Relation, Names]]:
    match relation:
        case ir.Project() | ir.Aggregate():
            return [(relation.input, used)]
        case ir.Dedupe(keys=names) | ir.Limit(per=names):
            return [(relation.input, asked | used | frozenset(names))]
        case ir.Distinct():
            return [(relation.input, frozenset(relation.input.schema.names))]
        case ir.AsOfJoin(equal=equal, times=times):
            wanted = asked.union(*equal, times)
            return [(each, wanted & frozenset(each.schema.names)) for each in walk.inputs(relation)]
        case ir.SetOperation(kind=kind, is_distinct=is_distinct):
            is_all = kind != "union" or is_distinct
            return [(each, _by_place(relation, each, None if is_all else asked)) for each in relation.inputs]
    wanted = asked | used
    return [(each, wanted & frozenset(each.schema.names)) for each in walk.inputs(relation)]


def _by_place(relation: ir.SetOperation, input_: ir.Relation, asked: Names | None) -> Names:
    names = zip(relation.schema.names, input_.schema.names, strict=True)
    return frozenset(theirs for ours, theirs in names if asked is None or ours in asked)
