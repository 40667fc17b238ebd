"""The whole path on one screen: text, tree, graph, plan, rows."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.diagnostics import CompileError, Diagnostic, Source, did_you_mean
from odibi_sql.ir.walk import datasets_read

if TYPE_CHECKING:
    from odibi_sql.check import Case, Checked
    from odibi_sql.lineage import Lineage
    from odibi_sql.plan import Plan
    from odibi_sql.result import Result
    from odibi_sql.run import Listener, RunResult, Settings
    from odibi_sql.run.bus import EventBus
    from odibi_sql.task import Task
    from odibi_sql.tested import Difference, Outcome, Outcomes

ENGINES = ("duckdb", "spark")


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline's text, the folder that its relative paths start from, and values for its parameters."""

    source: Source
    root: Path
    parameters: Mapping[str, Any] = {}


def load(path: str | Path, **parameters: Any) -> Pipeline:
    """Return the pipeline of a file. Parameters are Python values or texts as the command line takes them.

    Raises CompileError where the file cannot be read or is not UTF-8.
    """
    from odibi_sql.syntax.parse import read_source

    return Pipeline(source=read_source(Path(path)), root=Path(path).resolve().parent, parameters=parameters)


def from_text(text: str, root: str | Path = ".", name: str = "<text>", **parameters: Any) -> Pipeline:
    """Return the pipeline of a text; its relative paths start from `root`."""
    return Pipeline(source=Source(name, text), root=Path(root).resolve(), parameters=parameters)


def check(pipeline: Pipeline | str | Path, *, strict: bool = False, clock: datetime.datetime | None = None) -> Checked:
    """Return the typed graph and the warnings. Raises CompileError with all that is wrong.

    `strict` takes warnings for errors. `clock` is what `now()` is (naive, UTC); without it, the present.
    """
    from odibi_sql.check import check as check_tree
    from odibi_sql.sources import LocalCatalog

    pipeline = pipeline if isinstance(pipeline, Pipeline) else load(pipeline)
    tree, findings = _read(pipeline)
    checked = check_tree(tree, LocalCatalog(pipeline.root), _parameters(tree, pipeline), _now(clock), findings)
    if strict and checked.warnings:
        raise CompileError(checked.warnings)
    return checked


def lineage(pipeline: Pipeline | str | Path, *, strict: bool = False) -> Lineage:
    """Return of what each column is made, and what decides which rows there are. Raises CompileError; nothing runs."""
    from odibi_sql.lineage import lineage_of

    return lineage_of(check(pipeline, strict=strict).graph)


def compile(
    pipeline: Pipeline | str | Path,
    *,
    goals: Iterable[str] | None = None,
    engine: str = "duckdb",
    strict: bool = False,
    clock: datetime.datetime | None = None,
) -> Plan:
    """Return the stages of SQL that compute `goals`: names of stores and datasets; None: all stores.

    Raises CompileError; ValueError where a goal or the engine is not known.
    """
    _known_engine(engine)
    graph = check(pipeline, strict=strict, clock=clock).graph
    return compile_graph(graph, None if goals is None else _known(goals, graph), engine)


def compile_graph(graph: ir.Graph, goals: Iterable[str] | None = None, engine: str = "duckdb") -> Plan:
    """Return the plan of a checked pipeline. Raises CompileError where the engine cannot give something its meaning."""
    from odibi_sql.lower import load_dialect, lower

    asked = None if goals is None else tuple(goals)
    return lower(optimized(graph, asked), load_dialect(engine), asked)


def optimized(graph: ir.Graph, goals: Iterable[str] | None = None) -> ir.Graph:
    """Return the graph that is lowered: the same schemas and rows, less work."""
    from odibi_sql.optimize import optimize

    return optimize(graph, None if goals is None else tuple(goals))


def goals_of(graph: ir.Graph) -> list[str]:
    """Return the names of the stores; where there are none, of the datasets that no other reads."""
    if graph.stores:
        return [store.name for store in graph.stores]
    read = {name for dataset in graph.datasets for name in datasets_read(dataset.relation)}
    return [dataset.name for dataset in graph.datasets if dataset.name not in read]


def limited(graph: ir.Graph, dataset: str, count: int | None) -> ir.Graph:
    """Return the graph with at most `count` rows of `dataset` (None: all), as its order has them where it has one.

    For a look at rows: without an order, which ones they are is left to chance.
    """
    if count is None:
        return graph
    seen = graph.dataset(dataset)
    relation = seen.relation
    limit = ir.Limit(schema=relation.schema, input=relation, count=count, offset=0, per=(), order=seen.order)
    changed = msgspec.structs.replace(seen, relation=limit)
    datasets = tuple(changed if each is seen else each for each in graph.datasets)
    return msgspec.structs.replace(graph, datasets=datasets)


def run(
    pipeline: Pipeline | str | Path,
    *,
    datasets: Iterable[str] = (),
    goals: Iterable[str] | None = None,
    engine: str = "duckdb",
    session: Any = None,
    settings: Settings | None = None,
    listener: Listener | None = None,
    bus: EventBus | None = None,
    cache: bool = True,
    checkpoint: str = "manual",
    strict: bool = False,
) -> Result:
    """Run the stores of a pipeline (`goals`: those alone), and give the rows of `datasets` with the result.

    On `engine` "spark" the session is `session`, else the one that is active, else one that is started. `bus` is told
    what happens. Stores whose rows cannot have changed are left as they are, unless `cache` is False.
    `checkpoint`: what is kept for the next run beside stores, as of `odibi run --checkpoint`.
    Raises CompileError before anything runs, ValueError where a name is not known. A run that fails returns:
    `result.success` is False.
    """
    from odibi_sql.result import Result
    from odibi_sql.run import Settings
    from odibi_sql.run.checkpoints import hold_mode

    hold_mode(checkpoint)
    pipeline = pipeline if isinstance(pipeline, Pipeline) else load(pipeline)
    checked = check(pipeline, strict=strict)
    stores = [store.name for store in checked.graph.stores] if goals is None else _known(goals, checked.graph)
    _known_engine(engine)
    task = task_of(pipeline, checked.graph, [*stores, *_known(datasets, checked.graph)], engine)
    chosen = settings or Settings(root=pipeline.root)
    if session is not None:
        chosen = msgspec.structs.replace(chosen, session=session)
    done = task.run(chosen, listener, bus=bus, uses_cache=cache, checkpoint=checkpoint)
    return Result(run=done, warnings=checked.warnings, task=task)


def story(root: str | Path = ".", run: str = "latest", notes: Mapping[str, str] | None = None) -> str:
    """Return how a run of the project in `root` went, as one page of HTML. `notes` say more of steps, in Markdown.

    Raises TrackProblem where there is no record of the run, StateProblem where the project knows no such run.
    """
    from contextlib import closing

    from odibi_sql.run.state.database import Database
    from odibi_sql.story import story_of
    from odibi_sql.track import read_track

    with closing(Database(Path(root))) as database:
        return story_of(read_track(Path(root), database, run), notes)


def task_of(pipeline: Pipeline, graph: ir.Graph, goals: Iterable[str], engine: str) -> Task:
    """Return what is to be run for the goals of a checked pipeline."""
    from odibi_sql.task import Task

    return Task(graph, tuple(goals), engine, pipeline.source, pipeline.root)


def _known_engine(name: str) -> None:
    if name not in ENGINES:
        raise ValueError(f"no engine `{name}` in this version; {did_you_mean(name, ENGINES)}")


def test(
    pipeline: Pipeline | str | Path,
    *,
    name: str | None = None,
    engine: str = "duckdb",
    session: Any = None,
    settings: Settings | None = None,
    clock: datetime.datetime | None = None,
) -> Outcomes:
    """Run the tests of a pipeline, each with nothing but the rows that it gives.

    `name`: a part of their titles, in any case, or a pattern with `*` and `?`; None: all. `engine` and `session` are
    those of `run`. Raises CompileError where the pipeline, or one of its tests, is wrong. A test that fails returns:
    `result.success` is False.
    """
    from odibi_sql.check import check_cases
    from odibi_sql.run import Settings
    from odibi_sql.sources import DeclaredCatalog, LocalCatalog
    from odibi_sql.tested import Outcomes

    _known_engine(engine)
    pipeline = pipeline if isinstance(pipeline, Pipeline) else load(pipeline)
    tree, findings = _read(pipeline)
    catalog = DeclaredCatalog(LocalCatalog(pipeline.root))
    found = check_cases(tree, catalog, _parameters(tree, pipeline), _now(clock), findings, _wanted(name))
    chosen = settings or Settings(root=pipeline.root)
    if session is not None:
        chosen = msgspec.structs.replace(chosen, session=session)
    return Outcomes(pipeline=pipeline.source.name, tests=tuple(_outcome(each, chosen, engine) for each in found))


def _wanted(name: str | None) -> Callable[[str], bool]:
    if name is None:
        return lambda title: True
    folded = name.casefold()
    pattern = folded if set(folded) & set("*?[") else f"*{folded}*"
    return lambda title: fnmatchcase(title.casefold(), pattern)


def _outcome(case: Case, settings: Settings, engine: str) -> Outcome:
    """Run one test."""
    from odibi_sql.run import execute
    from odibi_sql.tested import Outcome

    started = time.perf_counter()
    goals = [name for each in case.expected for name in (each.dataset, each.rows)]
    result = execute(compile_graph(case.graph, goals, engine), settings)
    problems = tuple(f"{each.message}; {each.hint}" if each.hint else each.message for each in result.problems)
    problems += tuple(
        f"`{each.dataset}` has no rows: a step that it needs is skipped by its `when`"
        for each in case.expected
        if not problems and each.dataset not in result.answers
    )
    found = () if problems else tuple(_differences(case, result))
    seconds = time.perf_counter() - started
    return Outcome(title=case.title, span=case.span, seconds=seconds, differences=found, problems=problems)


def _differences(case: Case, result: RunResult) -> Iterator[Difference]:
    from odibi_sql.tested import difference, rows_of

    for each in case.expected:
        expected = rows_of(result.answers[each.rows].sort_by(each.number), each.columns.names)
        found = difference(each, expected, result.answers[each.dataset])
        if found is not None:
            yield found


def _known(names: Iterable[str], graph: ir.Graph) -> list[str]:
    """Return the names of stores and datasets (a single text is one name). Raises ValueError where one is unknown."""
    asked = [names] if isinstance(names, str) else list(names)
    known = [*(each.name for each in graph.datasets if each.made_by != "hidden"), *(each.name for each in graph.stores)]
    for name in asked:
        if name not in known:
            raise ValueError(f"no dataset and no store `{name}` in `{graph.pipeline}`; {did_you_mean(name, known)}")
    return asked


def _read(pipeline: Pipeline) -> tuple[syntax.Tree, tuple[Diagnostic, ...]]:
    """Return what a pipeline says, with the files that it uses, and what is wrong with the texts."""
    from odibi_sql.syntax.parse import parse_with_errors

    tree, findings = parse_with_errors(pipeline.source)
    tree, of_others = _with_used(tree, pipeline)
    tree, of_queries = _read_queries(tree)
    return tree, (*findings, *of_others, *of_queries)


def _with_used(tree: syntax.Tree, pipeline: Pipeline) -> tuple[syntax.Tree, tuple[Diagnostic, ...]]:
    """Return the tree with what other files bring; they are called as they are found from where the pipeline is."""
    if not any(isinstance(each, syntax.Use) for each in tree.statements):
        return tree, ()
    from odibi_sql.syntax.parse import read_source
    from odibi_sql.syntax.uses import with_used

    def read(path: str) -> Source:
        name = os.path.normpath(Path(pipeline.source.name).parent / path)
        return Source(name, read_source(pipeline.root / path).text)

    return with_used(tree, read)


def _now(clock: datetime.datetime | None) -> datetime.datetime:
    return clock or datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def _read_queries(tree: syntax.Tree) -> tuple[syntax.Tree, tuple[Diagnostic, ...]]:
    if not any(isinstance(each, syntax.Sql) for each in tree.statements):
        return tree, ()
    from odibi_sql.sql import read_queries

    return read_queries(tree)


def _parameters(tree: syntax.Tree, pipeline: Pipeline) -> dict[str, Any]:
    """Return what was given for the parameters: in Python or on the command line, else in the environment."""
    names = [each.name.text for each in tree.statements if isinstance(each, syntax.Param)]
    found = {name: os.environ[key] for name in names if (key := f"ODIBI_PARAM_{name.upper()}") in os.environ}
    return {**found, **pipeline.parameters}
