"""What there is to read while a pipeline runs, and the run of a whole graph."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from odibi_sql import ir

Row = dict[str, Any]


class RunFailure(Exception):
    """The run fails: an overflow, a value that does not cast, a rule that is broken."""


class LeftOpen(Exception):
    """The page leaves it open what comes here, such as a year after 9999."""


class World:
    """The rows of files by pattern, those of datasets so far, and the clock of the run."""

    def __init__(self, tables: dict[str, list[Row]], clock: datetime.datetime | None = None) -> None:
        self.tables = tables
        self.clock = clock or datetime.datetime(2025, 11, 1, 12, 0, 0)
        self.datasets: dict[str, list[Row]] = {}


def run_graph(
    graph: ir.Graph, tables: dict[str, list[Row]], wanted: Iterable[str] | None = None
) -> tuple[dict[str, list[Row]], dict[str, Row]]:
    """Return the rows of every dataset and the one row of every gate. Raises RunFailure."""
    from interpreter.relations import rows_of

    world = World(tables, graph.clock)
    for dataset in graph.datasets:
        world.datasets[dataset.name] = rows_of(dataset.relation, world)
    gates = {gate.name: rows_of(gate.relation, world)[0] for gate in graph.gates}
    return world.datasets, gates


Runs = Callable[[ir.Relation, World, tuple[Row, ...]], list[Row]]
