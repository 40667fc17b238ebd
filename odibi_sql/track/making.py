"""Of which columns the columns of a step are made, as it is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.track.values import Column, MadeOf, TrackedStep

if TYPE_CHECKING:
    from odibi_sql.lineage import Column as TracedColumn


def with_lineage(steps: tuple[TrackedStep, ...], graph: ir.Graph) -> tuple[TrackedStep, ...]:
    """Return the steps with what each of their columns is made of. What is put aside is seen through."""
    from odibi_sql.lineage import lineage_of

    traced = lineage_of(graph, has_rules=False).datasets
    asides = {each.name for each in graph.datasets if each.made_by == "quarantine"}
    found = []
    for step in steps:
        if step.kind == "store" and step.dataset not in asides:
            columns = tuple(_stored(each, step.dataset or "") for each in step.columns)
        else:
            columns = _made(step.columns, traced[step.dataset or step.name].columns)
        found.append(replace(step, columns=columns))
    return tuple(found)


def with_lineage_of(steps: tuple[TrackedStep, ...], others: Iterable[TrackedStep]) -> tuple[TrackedStep, ...]:
    """Return the steps with the lineage that those of the same pipeline have."""
    known = {(step.name, each.name): each for step in others for each in step.columns}
    return tuple(
        replace(step, columns=tuple(_taken(each, known.get((step.name, each.name))) for each in step.columns))
        for step in steps
    )


def _taken(column: Column, other: Column | None) -> Column:
    return column if other is None else replace(column, made_of=other.made_of, made=other.made)


def _stored(column: Column, dataset: str) -> Column:
    return replace(column, made_of=(MadeOf(dataset, column.name, "IDENTITY"),))


def _made(columns: tuple[Column, ...], traced: Mapping[str, TracedColumn]) -> tuple[Column, ...]:
    return tuple(_made_one(each, traced[each.name]) if each.name in traced else each for each in columns)


def _made_one(column: Column, traced: TracedColumn) -> Column:
    from odibi_sql.ir.show import show_expression
    from odibi_sql.lineage import strength

    uses = sorted(traced.uses, key=lambda use: (strength(use.kind), use.ref.dataset, use.ref.column or ""))
    of = (MadeOf(use.ref.dataset, use.ref.column, use.kind) for use in uses if use.ref.column and not use.ref.is_source)
    return replace(column, made_of=tuple(of), made=show_expression(traced.made[0].value) if traced.made else "")
