"""A checked pipeline: datasets, stores and gates, each in terms of the others by name."""

from __future__ import annotations

import datetime
from typing import Literal as OneOf

import msgspec

from odibi_sql.diagnostics import Span
from odibi_sql.ir.expressions import SortKey, Value
from odibi_sql.ir.hooks import Hook
from odibi_sql.ir.relations import Relation
from odibi_sql.ir.source import Target

Mode = OneOf["default", "overwrite", "append", "overwrite partitions", "fail if exists", "merge", "scd2"]
Action = OneOf["fail", "warn", "drop", "quarantine", "skip"]  # skip: of a step whose `when` is not true


class StepOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What `with (…)` says of a step, as far as this version runs it."""

    owner: str | None = None
    tags: tuple[str, ...] = ()
    materialize: bool | None = None  # None: the compiler decides
    retry: int | None = None  # how often it is tried again after a fault that can pass; None: as the run says
    backoff: float | None = None  # seconds before the first of these, doubled for each next one
    timeout: float | None = None  # seconds that one try may take
    cache: bool | None = None  # true: its rows are kept for later runs; false: it is computed each time
    together: bool = False  # a store: it is put in place with all others that say so, or not at all
    skip: bool = False  # `when` was false
    sensitive: tuple[str, ...] = ()  # columns whose values are written down in no record, message or picture

    @property
    def is_kept(self) -> bool:
        """Whether the rows of the step are to be a table of the run, or files of later ones."""
        return self.materialize if self.materialize is not None else bool(self.cache)


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """A named relation. `relation.schema` is its schema.

    `made_by`: the kind of step it comes from; `hidden` is what an expectation splits off: the rows before it.
    `order` is what its rows are sorted by, () where they have no order. `keys`: sets of columns of which no two rows
    share the values.
    """

    name: str
    relation: Relation
    made_by: OneOf["ingest", "transform", "sql", "quarantine", "hidden"]
    step: str  # the step it belongs to: its own name, but for hidden and quarantine
    order: tuple[SortKey, ...] = ()
    keys: tuple[frozenset[str], ...] = ()
    layer: str | None = None
    doc: str | None = None
    options: StepOptions = StepOptions()
    gates: tuple[str, ...] = ()  # they have to hold before anything that reads this is stored
    is_discovered: bool = False  # an ingest whose schema was found in the source, not declared
    span: Span | None = None


class GateRule(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation: column `column` of its gate's one row counts what breaks it (int64, 0 is good)."""

    name: str
    column: str
    action: Action
    text: str  # the rule as it is written
    counts: OneOf["rows", "failures"] = "rows"
    quarantine: str | None = None
    span: Span | None = None


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """Expectations that are counted together: `relation` gives exactly one row."""

    name: str
    step: str
    relation: Relation
    rules: tuple[GateRule, ...]
    after: tuple[str, ...] = ()  # gates that decide whether this one is counted at all
    layer: str | None = None
    span: Span | None = None


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset that goes to files. `default` mode replaces what the project wrote and refuses what it did not."""

    name: str  # `store NAME`, made unique
    dataset: str
    target: Target
    mode: Mode = "default"
    keys: tuple[str, ...] = ()  # modes merge and scd2: what tells the rows of the target apart
    is_unique: bool = False  # no two rows of the dataset have the same keys, as is known without looking at them
    layer: str | None = None
    doc: str | None = None
    options: StepOptions = StepOptions()
    gates: tuple[str, ...] = ()  # that decide whether it is stored, beside those of the dataset
    span: Span | None = None


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter and the value that this compilation has for it."""

    name: str
    type: str
    value: Value


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """The whole pipeline. Datasets are in an order in which each reads only those before it; gates and stores in the
    order of the text."""

    pipeline: str
    doc: str | None
    parameters: tuple[Parameter, ...]
    datasets: tuple[Dataset, ...]
    gates: tuple[Gate, ...]
    stores: tuple[Store, ...]
    layers: tuple[str, ...] = ()
    clock: datetime.datetime  # naive, UTC: what now() is
    hooks: tuple[Hook, ...] = ()

    def dataset(self, name: str) -> Dataset:
        """Return the dataset called `name`. Raises KeyError."""
        for each in self.datasets:
            if each.name == name:
                return each
        raise KeyError(name)
