"""The expression that makes two engines differ: operator by operator, then part by part of the expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.diagnostics import Span
from odibi_sql.ir.show import show, show_expression
from odibi_sql.verify.compare import Difference, compare

Tables = dict[str, dict[str, Any]]  # by engine and dataset: a pyarrow.Table, or why it failed
Run = Callable[[ir.Graph, list[str]], Tables]


class Culprit(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a dataset differ: its operator in the text, and the smallest expression in it that already differs.

    `difference` shows rows of the operator, or, where an expression was found, its arguments and its `value`.
    """

    dataset: str
    operator: str
    span: Span | None
    expression: str | None
    difference: Difference


def locate(graph: ir.Graph, name: str, run: Run, engines: tuple[str, str]) -> Culprit | None:
    """Return what makes the dataset differ; None where its parts, each computed by itself, all agree.

    What it reads is known to be equal on both engines.
    """
    dataset = graph.dataset(name)
    for relation in _from_below(dataset.relation):
        difference = _difference(graph, relation, run, engines)
        if difference is None:
            continue
        found = _smallest(graph, relation, run, engines)
        expression, shown = found if found is not None else (None, difference)
        line = show(relation).rstrip().rpartition("\n")[2]
        return Culprit(
            dataset=name, operator=line, span=relation.span or dataset.span, expression=expression, difference=shown
        )
    return None


def _from_below(relation: ir.Relation) -> Iterator[ir.Relation]:
    """Give the relations that one is made of, inputs first."""
    for each in ir.walk.inputs(relation):
        yield from _from_below(each)
    if not isinstance(relation, ir.Read):
        yield relation


def _difference(graph: ir.Graph, relation: ir.Relation, run: Run, engines: tuple[str, str]) -> Difference | None:
    name = "part"
    while name in {each.name for each in graph.datasets}:
        name += "_"
    dataset = ir.Dataset(name=name, relation=relation, made_by="transform", step=name)
    tables = run(replace(graph, datasets=(*graph.datasets, dataset)), [name])
    one, other = (tables[engine].get(name) for engine in engines)
    if isinstance(one, str) and isinstance(other, str):
        return None
    if isinstance(one, str) or isinstance(other, str):
        failing = engines[0] if isinstance(one, str) else engines[1]
        return Difference(what=f"fails on {failing} alone: {one if isinstance(one, str) else other}")
    return compare(one, other, (), engines)


def _smallest(
    graph: ir.Graph, relation: ir.Relation, run: Run, engines: tuple[str, str]
) -> tuple[str, Difference] | None:
    """Return the smallest expression of an operator whose values differ over the operator's own input."""
    below = ir.walk.inputs(relation)
    if len(below) != 1 or isinstance(relation, ir.Sort):
        return None
    for expr in _parts_first(relation):
        difference = _difference(graph, _beside_arguments(below[0], expr), run, engines)
        if difference is not None:
            return show_expression(expr), difference
    return None


def _parts_first(relation: ir.Relation) -> Iterator[ir.Expr]:
    """Give what is computed by an operator, parts before the wholes, each once; constants and columns tell nothing."""
    seen: set[ir.Expr] = set()
    for expr in ir.walk.expressions(relation):
        for part in reversed(list(ir.walk.every(expr))):
            if not isinstance(part, ir.Column | ir.Literal | ir.Outer) and part not in seen:
                seen.add(part)
                yield part


def _beside_arguments(below: ir.Relation, expr: ir.Expr) -> ir.Relation:
    """Return the rows below with the columns that an expression uses, and its value; of an aggregate, one row."""
    if isinstance(expr, ir.AggregateCall):
        schema = ir.schema_of([ir.Field("value", expr.type, expr.nullable)])
        return ir.Aggregate(schema=schema, input=below, keys=(), aggregates=(ir.AggregateAssignment("value", expr),))
    used = [field for field in below.schema if field.name in ir.walk.columns_used(expr)]
    name = "value"
    while name in below.schema.names:
        name += "_"
    columns = [
        *(ir.Assignment(each.name, ir.Column(type=each.type, nullable=each.nullable, name=each.name)) for each in used),
        ir.Assignment(name, expr),
    ]
    fields = [*used, ir.Field(name, expr.type, expr.nullable)]
    return ir.Project(schema=ir.schema_of(fields), input=below, columns=tuple(columns))
