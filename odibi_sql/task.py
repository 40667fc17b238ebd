"""What is to be run of a checked pipeline: lowered once it has to be, run with a record, nothing computed twice."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.diagnostics import Source
from odibi_sql.ir import SourceProblem
from odibi_sql.objects import ObjectProblem
from odibi_sql.run import Listener, RunProblem, RunResult, Settings, execute
from odibi_sql.run.measured import Tracking
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.track import Facts, Tracker, tracking_of

if TYPE_CHECKING:
    from odibi_sql.plan import Plan, Stage
    from odibi_sql.run.bus import EventBus
    from odibi_sql.run.events import Event
    from odibi_sql.run.job import Job
    from odibi_sql.run.shared import Shared


class Task:
    """The goals of a checked graph, for one engine. `source` and `root` are those of the pipeline."""

    def __init__(self, written: ir.Graph, goals: tuple[str, ...], engine: str, source: Source, root: Path) -> None:
        self.written = written
        self.goals = goals
        self.engine = engine
        self.source = source
        self.root = root
        self.seconds = 0.0  # that it took to make the plan

    @cached_property
    def graph(self) -> ir.Graph:
        """The graph that is lowered: the same schemas and rows, less work."""
        from odibi_sql.optimize import optimize

        with self._timed():
            return optimize(self.written, self.goals)

    @cached_property
    def plan(self) -> Plan:
        """The stages. Raises CompileError where the engine cannot give something its meaning."""
        graph = self.graph
        with self._timed():
            from odibi_sql.lower import load_dialect, lower

            return lower(graph, load_dialect(self.engine), self.goals)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - started

    def job(self, **more: Any) -> Job:
        """Return what a run is of: its keys, and what its record says. `more` are fields of `Job`.

        Raises SourceProblem where a file cannot be looked at.
        """
        from odibi_sql.keys import Keys
        from odibi_sql.run.fingerprints import Fingerprints
        from odibi_sql.run.job import Job
        from odibi_sql.run.versions import facts_of

        facts = facts_of(self.engine)
        fingerprints = Fingerprints(self.root)
        graph = self.graph
        steps = [(each.step, each.layer) for each in graph.datasets]
        steps += [(each.name, each.layer) for each in graph.stores]
        return Job(
            keys=Keys(graph, fingerprints.of, tuple(facts.items()), written=self.written),
            fingerprints=fingerprints,
            file=self.source.name,
            engine_version=facts["engine"].rpartition(" ")[2],
            version=facts["odibi"],
            parameters=tuple((each.name, _text_of(each.value)) for each in graph.parameters if each.value is not None),
            clock=graph.clock,
            goals=self.goals,
            tracking=self.tracking,
            layers=tuple((step, layer) for step, layer in steps if layer is not None),
            **more,
        )

    def run(
        self, settings: Settings, listener: Listener | None = None, *, bus: EventBus | None = None, **more: Any
    ) -> RunResult:
        """Run it in the record of its project. `more` are fields of `Job`.

        Raises CompileError: what the engine cannot do, a function of `on … call` that is not there.
        """
        hooks: tuple[Any, ...] = ()
        if self.written.hooks:
            from odibi_sql.run.hooks import hooks_of

            hooks = hooks_of(self.written, self.root)
        with _told(bus, hooks) as told:
            result = self._recorded(settings, listener, told, more)
            if told is not None:
                told.emit(_over(result, self.root))
        return result if told is None else replace(result, warnings=(*result.warnings, *_failures(told, result.run)))

    def _recorded(
        self, settings: Settings, listener: Listener | None, told: EventBus | None, more: dict[str, Any]
    ) -> RunResult:
        try:
            with closing(Database(self.root)) as database:
                job = self.job(bus=told, shared=self._shared(settings), **more)
                idle = self._nothing_to_do(job, database)
                plan = idle or self.plan
                tracker = Tracker(self.written, plan, job, self._facts(writes_begin=idle is None), database)
                job = replace(job, began=tracker.begin)
                result = execute(plan, settings, listener, job, database)
                if job.shared is not None:
                    result = replace(result, warnings=(*result.warnings, *job.shared.warnings()))
                return tracker.end(result)
        except (SourceProblem, StateProblem, ObjectProblem) as problem:
            failed = RunProblem(stage="", steps=(), message=problem.reason, hint=problem.hint)
            return RunResult(pipeline=self.graph.pipeline, status="failed", seconds=0.0, stages=(), problems=(failed,))

    def _shared(self, settings: Settings) -> Shared | None:
        """Return where rows are shared. Raises ObjectProblem where that is no such place."""
        location = settings.shared_cache or os.environ.get("ODIBI_CACHE")
        if not location:
            return None
        from odibi_sql.run.shared import Shared

        return Shared(location, self.root)

    @cached_property
    def tracking(self) -> Tracking:
        """What of the rows may be written down."""
        return tracking_of(self.written)

    def _facts(self, *, writes_begin: bool) -> Facts:
        return Facts(
            text=self.source.text,
            root=self.root,
            compiling=self.seconds,
            tracking=self.tracking,
            writes_begin=writes_begin,
        )

    def _nothing_to_do(self, job: Job, database: Database) -> Plan | None:
        """Return the plan without its statements if none of them would run: lowering takes longer than all the rest."""
        from odibi_sql.run.reuse import has_nothing_to_do

        stores = {each.name for each in self.graph.stores}
        options = [each.options for each in self.graph.datasets]
        options += [each.options for each in self.graph.stores]
        if not job.uses_cache or not stores.issuperset(self.goals) or job.again:
            return None
        waits = any(rule.action == "skip" for gate in self.graph.gates for rule in gate.rules)
        if waits or any(each.skip or each.cache is False for each in options):
            return None
        plan = self._without_statements()
        return plan if has_nothing_to_do(plan, job, self.root, database) else None

    def _without_statements(self) -> Plan:
        from odibi_sql.plan import Check, Plan, Write

        graph = self.graph
        stages: list[Stage] = [
            Check(name=each.name, sql="", schema=each.relation.schema, steps=(each.step,), rules=each.rules)
            for each in graph.gates
        ]
        stages += [
            Write(
                name=each.name,
                sql="",
                schema=graph.dataset(each.dataset).relation.schema,
                steps=(each.name,),
                target=each.target,
                mode=each.mode,
                dataset=each.dataset,
            )
            for each in graph.stores
        ]
        return Plan(pipeline=graph.pipeline, dialect=self.engine, stages=tuple(stages))


@contextmanager
def _told(bus: EventBus | None, hooks: tuple[Any, ...]) -> Iterator[EventBus | None]:
    """Give the bus of a run, with the hooks of the pipeline; in the end all of them were called."""
    if bus is None and not hooks:
        yield None
        return
    from odibi_sql.run.bus import EventBus
    from odibi_sql.run.hooks import register_hooks, unregister_hooks

    told = bus or EventBus()
    register_hooks(told, hooks)
    try:
        yield told
    finally:
        if bus is None:
            told.close()
        else:
            told.drain()
            unregister_hooks(told, hooks)


def _over(result: RunResult, root: Path) -> Event:
    """Return what hooks are told last: of a run that could not begin, that it failed."""
    from odibi_sql.run.events import PipelineError, RunRecorded

    now = datetime.datetime.now(datetime.UTC)
    if not result.run:
        problem = result.problems[0]
        return PipelineError(at=now, pipeline=result.pipeline, seconds=0.0, message=problem.message, hint=problem.hint)
    return RunRecorded(
        run=result.run,
        at=now,
        elapsed=result.seconds,
        pipeline=result.pipeline,
        status=result.status,
        root=str(root),
    )


def _failures(bus: EventBus, run: str) -> list[str]:
    """Return in words which hooks failed in a run: the same failure of a hook once, with how often it came."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in bus.failures:
        if each.event.run == run:
            found.setdefault((each.hook, each.message), []).append(each.event.name)
    return [_failed(hook, message, events) for (hook, message), events in found.items()]


def _failed(hook: str, message: str, events: list[str]) -> str:
    often = f", and {len(events) - 1} more" if len(events) > 1 else ""
    return f"the hook `{hook}` failed with {events[0]}{often}: {message}"


def _text_of(value: ir.Value) -> str:
    """Return the value of a parameter as the command line takes it."""
    match value:
        case bool():
            return str(value).lower()
        case ir.Interval(months=months, days=0, microseconds=0) if months:
            return f"{months} months"
        case ir.Interval(months=0, days=days, microseconds=0) if days:
            return f"{days} days"
        case ir.Interval(microseconds=microseconds):
            return f"{microseconds} microseconds"
    return str(value)
