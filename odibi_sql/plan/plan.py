"""What an engine is asked to do: stages of SQL in one dialect. No language, no Ibis, nothing to look up."""

from __future__ import annotations

import datetime

import msgspec

from odibi_sql.ir.graph import GateRule, Mode
from odibi_sql.ir.schema import Schema
from odibi_sql.ir.source import FileSource, Target


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Files that statements read by a name, on an engine whose statements cannot name files.

    The engine makes it before a stage that reads it: a view called `name` with exactly the columns of `schema` (those
    that the statements use, out of `source.columns`), in their order, each value held to its type.
    """

    name: str  # means one thing in a plan
    source: FileSource
    schema: Schema


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps of a stage ask of a run, in their `with (…)`. None: as the run says."""

    retry: int | None = None  # how often it is tried again after a fault that can pass
    backoff: float | None = None  # seconds before the first of these, doubled for each next one
    timeout: float | None = None  # seconds that one try may take
    cache: bool | None = None  # true: the rows are kept for later runs; false: they are computed each time


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One statement. `steps` are the steps of the pipeline that it computes, `needs` the stages that come first."""

    name: str
    sql: str  # one statement without a semicolon: a query
    schema: Schema  # of the query's result, column for column
    needs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    sources: tuple[FileSource, ...] = ()  # what it reads from files
    views: tuple[View, ...] = ()  # … and under which names, where the statement cannot name files
    policy: Policy = Policy()


class Materialize(Stage, frozen=True, kw_only=True):
    """Keep the rows as a table `name` of the run, for the stages that read it."""


class Check(Stage, frozen=True, kw_only=True):
    """Count what breaks `rules`: the query gives one row, a column for each rule."""

    rules: tuple[GateRule, ...]


class Write(Stage, frozen=True, kw_only=True):
    """Store the rows: whole or not at all."""

    target: Target
    mode: Mode
    dataset: str
    keys: tuple[str, ...] = ()  # modes merge and scd2: what tells the rows of the target apart
    is_unique: bool = False  # no two rows of the query have the same keys, as is known without looking at them
    clock: datetime.datetime | None = None  # mode scd2: naive, UTC: since when a new row holds
    is_ordered: bool = False  # the rows of the query have an order, which the files keep
    together: bool = False  # it is put in place with all others that say so, or not at all
    table: str | None = None  # later stages read the rows, once they are stored, as this table of the run


class Answer(Stage, frozen=True, kw_only=True):
    """Give the rows to who asked: `show`, and results in Python."""

    dataset: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Stages, each after those that it needs; `steps_skipped` with the reason for each."""

    pipeline: str
    dialect: str
    stages: tuple[Stage, ...]
    steps_skipped: tuple[tuple[str, str], ...] = ()
