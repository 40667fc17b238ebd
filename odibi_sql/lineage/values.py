"""What lineage is made of: columns, the rows that they are in, and how one matters to another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal as OneOf

import msgspec

from odibi_sql import ir
from odibi_sql.diagnostics import Span

Kind = OneOf["IDENTITY", "TRANSFORMATION", "AGGREGATION", "CONDITIONAL", "WINDOW", "FILTER", "JOIN", "GROUP_BY", "SORT"]
"""How something matters: by its value (the first three), or by deciding which value or which rows there are."""

DIRECT: tuple[Kind, ...] = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")  # each is more than the one before it
INDIRECT: tuple[Kind, ...] = ("CONDITIONAL", "WINDOW", "FILTER", "JOIN", "GROUP_BY", "SORT")
_KINDS = (*DIRECT, *INDIRECT)


class Ref(msgspec.Struct, frozen=True):
    """A column of a dataset, or which rows it has (`column` is None); of what an ingest reads where `is_source`."""

    dataset: str
    column: str | None = None
    is_source: bool = False


class Use(msgspec.Struct, frozen=True):
    """Something is made of `ref`, or decided by it."""

    ref: Ref
    kind: Kind


Uses = frozenset[Use]
NOTHING: Uses = frozenset()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An expression that makes a column within a step, and those of the columns that it is made of."""

    name: str
    value: ir.Expr
    before: tuple[Made, ...] = ()
    span: Span | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what it is made of, and the last expressions of its step that make it (none: it is taken over)."""

    uses: Uses = NOTHING
    made: tuple[Made, ...] = ()


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A place where columns decide: which rows there are, or (of a join that finds one row at most) which values."""

    step: str
    kind: Kind
    relation: ir.Relation
    refs: frozenset[Ref]
    decides: OneOf["rows", "values"] = "rows"


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset: its columns, what decides which rows it has, what its order is made of."""

    dataset: ir.Dataset
    columns: dict[str, Column]
    rows: Uses
    order: Uses
    mentions: tuple[Mention, ...]


class SourceColumns(msgspec.Struct, frozen=True, kw_only=True):
    """What an ingest reads. `location` is None where its rows are written in the pipeline."""

    step: str
    schema: ir.Schema
    format: str
    location: str | None


class TracedRule(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation, a key, a `when`: what its words speak of, and all that decides which rows it sees."""

    step: str
    rule: ir.GateRule
    uses: Uses
    rows: Uses


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline: what each dataset is made of, in terms of those that its step reads."""

    pipeline: str
    datasets: dict[str, Traced]  # in the order of the graph, without hidden ones
    sources: dict[str, SourceColumns]  # by the ingest that reads them
    rules: tuple[TracedRule, ...]
    stores: tuple[ir.Store, ...]

    def uses_of(self, ref: Ref) -> Uses:
        """Return what a column is made of, or what decides which rows a dataset has; nothing of a source."""
        if ref.is_source:
            return NOTHING
        traced = self.datasets[ref.dataset]
        return traced.rows if ref.column is None else traced.columns[ref.column].uses


def composed(outer: Kind, inner: Kind) -> Kind:
    """Return how x matters to z where it matters to y as `inner`, and y to z as `outer`."""
    if outer in INDIRECT:
        return outer
    if inner in INDIRECT:
        return inner
    return _KINDS[max(_KINDS.index(outer), _KINDS.index(inner))]


_COMPOSED: dict[tuple[str, str], Kind] = {(one, other): composed(one, other) for one in _KINDS for other in _KINDS}


def through(kind: Kind, uses: Iterable[Use]) -> Uses:
    """Return the uses of something that itself is used as `kind`."""
    if kind == "IDENTITY":
        return frozenset(uses)
    return frozenset([Use(each.ref, _COMPOSED[kind, each.kind]) for each in uses])


def strength(kind: Kind) -> int:
    """Return the place of a kind among all: what matters by its value comes first."""
    return _KINDS.index(kind)
