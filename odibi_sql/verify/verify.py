"""Run a pipeline on two engines and compare every dataset; of the first that differs, look for what makes it so."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql import api, ir
from odibi_sql.api import Pipeline
from odibi_sql.run import RunResult, Settings, execute
from odibi_sql.verify.compare import Difference, compare
from odibi_sql.verify.data import Data, with_data
from odibi_sql.verify.locate import Culprit, Tables, locate


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset, or the counts of one set of expectations, on both engines. `failed`: the run fails on both."""

    name: str
    kind: OneOf["dataset", "expectations"]
    status: OneOf["equal", "differs", "failed"]
    rows: int | None = None  # None where there are none to count
    failure: str | None = None  # why the run fails on both
    difference: Difference | None = None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What came out, datasets in the order in which they read each other.

    `culprit` belongs to the first that differs.
    """

    pipeline: str
    engines: tuple[str, str]
    data: Data
    compared: tuple[Compared, ...]
    culprit: Culprit | None = None

    @property
    def is_equal(self) -> bool:
        """Whether the engines agree about everything."""
        return all(each.status != "differs" for each in self.compared)


def verify(
    pipeline: Pipeline | str | Path,
    *,
    engines: tuple[str, str] = ("duckdb", "spark"),
    data: Data | None = None,
    settings: Settings | None = None,
    strict: bool = False,
) -> Verification:
    """Compare every dataset of a pipeline on two engines. Nothing is stored; expectations count, and stop nothing.

    Raises CompileError where the pipeline is wrong, or where an engine cannot give something its meaning.
    """
    pipeline = pipeline if isinstance(pipeline, Pipeline) else api.load(pipeline)
    chosen, asked = settings or Settings(root=pipeline.root), data or Data()
    graph = _opened(api.check(pipeline, strict=strict).graph)
    with tempfile.TemporaryDirectory(prefix="odibi-verify-") as folder:
        run = _runner(graph, engines, chosen)
        graph = with_data(graph, asked, Path(folder), lambda scan: _rows_of(scan, graph, chosen))
        compared = _compare(graph, run(graph, _names(graph)), engines)
        first = next((each for each in compared if each.status == "differs"), None)
        culprit = None if first is None else locate(graph, first.name, lambda g, names: run(g, names), engines)
    return Verification(pipeline=graph.pipeline, engines=engines, data=asked, compared=tuple(compared), culprit=culprit)


def _opened(graph: ir.Graph) -> ir.Graph:
    """Return the graph without stores, its expectations as datasets that hold nothing up."""
    datasets = [replace(each, gates=()) for each in graph.datasets]
    datasets += [
        ir.Dataset(name=gate.name, relation=gate.relation, made_by="hidden", step=gate.step) for gate in graph.gates
    ]
    return replace(graph, datasets=tuple(datasets), gates=(), stores=())


def _names(graph: ir.Graph) -> list[str]:
    return [each.name for each in graph.datasets if not each.options.skip]


def _rows_of(scan: ir.Scan, graph: ir.Graph, settings: Settings) -> Any:
    """Return the rows of a file source as an Arrow table."""
    dataset = ir.Dataset(name="source", relation=scan, made_by="ingest", step="source")
    alone = replace(graph, datasets=(dataset,))
    result = execute(api.compile_graph(alone, ["source"]), settings)
    if not result.success:
        raise ValueError("; ".join(problem.message for problem in result.problems))
    return result.answers["source"]


def _runner(graph: ir.Graph, engines: tuple[str, str], settings: Settings) -> Callable[[ir.Graph, list[str]], Tables]:
    def run(asked: ir.Graph, names: list[str]) -> Tables:
        return {engine: _on(engine, asked, names, settings) for engine in engines}

    return run


def _on(engine: str, graph: ir.Graph, names: list[str], settings: Settings) -> dict[str, Any]:
    """Return the rows of datasets on an engine, by name; the reason, as a text, where a run fails.

    All are asked for at once. Where that fails, each by itself: which of them fail is part of what is compared.
    """
    result = _answers(engine, graph, names, settings)
    if result.success:
        return dict(result.answers)
    if len(names) == 1:
        return {names[0]: "; ".join(problem.message for problem in result.problems)}
    found: dict[str, Any] = {}
    for name in names:
        found |= _on(engine, graph, [name], settings)
    return found


def _answers(engine: str, graph: ir.Graph, names: list[str], settings: Settings) -> RunResult:
    return execute(api.compile_graph(graph, names, engine), settings)


def _compare(graph: ir.Graph, tables: Tables, engines: tuple[str, str]) -> list[Compared]:
    compared = []
    for dataset in graph.datasets:
        one, other = (tables[engine].get(dataset.name) for engine in engines)
        if one is None and other is None:
            continue  # a step that is skipped
        kind: OneOf["dataset", "expectations"] = "dataset" if dataset.made_by != "hidden" else "expectations"
        compared.append(_compared(dataset, kind, one, other, engines))
    return compared


def _compared(
    dataset: ir.Dataset, kind: OneOf["dataset", "expectations"], one: Any, other: Any, engines: tuple[str, str]
) -> Compared:
    failures = [each for each in (one, other) if isinstance(each, str)]
    if len(failures) == 2:
        return Compared(name=dataset.name, kind=kind, status="failed", failure=failures[0])
    if failures:
        failing = engines[0] if isinstance(one, str) else engines[1]
        difference: Difference | None = Difference(what=f"fails on {failing} alone: {failures[0]}")
    else:
        difference = compare(one, other, dataset.order, engines)
    status: OneOf["equal", "differs"] = "equal" if difference is None else "differs"
    rows = None if failures else one.num_rows
    return Compared(name=dataset.name, kind=kind, status=status, rows=rows, difference=difference)
