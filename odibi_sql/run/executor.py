"""Stages side by side, each as soon as those that it needs are done."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from odibi_sql.plan import Materialize, Plan, Stage, Write
from odibi_sql.run.attempts import Attempts, in_words
from odibi_sql.run.engines.engine import Engine, EngineProblem
from odibi_sql.run.outcome import Listener, RunProblem, RunResult, Settings, StageOutcome
from odibi_sql.run.stages import Done, failed, outcome_of, run_stage
from odibi_sql.run.stores.guard import endangers, paths_read
from odibi_sql.run.stores.staging import clear_retired
from odibi_sql.run.stores.store import refusal

_TICK = 0.1  # seconds between two looks at the progress, and at what takes too long


def execute(plan: Plan, settings: Settings, listener: Listener | None = None) -> RunResult:
    """Run the stages of a plan. What goes wrong is in the result: nothing is raised for it.

    Before anything runs, every store is held to its mode. Ctrl-C stops what runs and leaves every target as it was:
    the result is `cancelled`; a second Ctrl-C is raised.
    """
    started = time.perf_counter()
    run = _Run(plan, settings, listener)
    run.refuse()
    if not run.problems:
        try:
            with closing(_engine(plan.dialect, settings)) as engine:
                run.go(engine)
        except KeyboardInterrupt:
            if run.is_cancelled:
                raise
            run.is_cancelled = True
        except EngineProblem as problem:
            run.problems.append(RunProblem(stage="", steps=(), message=problem.reason, hint=problem.hint))
    clear_retired()
    return run.result(time.perf_counter() - started)


def _engine(name: str, settings: Settings) -> Engine:
    if name == "spark":
        from odibi_sql.run.engines.spark import Spark

        return Spark(settings)
    from odibi_sql.run.engines.duckdb import DuckDB

    return DuckDB(settings)


def _refused(stage: Write, root: Path, read: frozenset[str]) -> EngineProblem | None:
    try:
        return endangers(stage, root, read) or refusal(stage, root)
    except OSError as error:
        return EngineProblem(f"`{stage.target.path}` cannot be written: {(error.strerror or str(error)).lower()}")


class _Run:
    """The state of one run. Only the thread that called `execute` changes it."""

    def __init__(self, plan: Plan, settings: Settings, listener: Listener | None) -> None:
        self.plan = plan
        self.settings = settings
        self.listener = listener
        self.stages = {stage.name: stage for stage in plan.stages}
        self.places = {stage.name: place for place, stage in enumerate(plan.stages)}
        chance = random.Random()
        self.attempts = {stage.name: Attempts(stage, settings, chance) for stage in plan.stages}
        self.outcomes: dict[str, StageOutcome] = {}
        self.problems: list[RunProblem] = []
        self.answers: dict[str, Any] = {}
        self.is_cancelled = False
        self.readers: dict[str, list[str]] = {name: [] for name in self.stages}
        for stage in plan.stages:
            for need in dict.fromkeys(stage.needs):
                self.readers[need].append(stage.name)
        self.waiting = {stage.name: len(set(stage.needs)) for stage in plan.stages}
        self.ready = [name for name, count in self.waiting.items() if not count]
        self.later: dict[str, float] = {}  # when the next try of a stage is due
        self.running: dict[str, Future[Done]] = {}

    def refuse(self) -> None:
        """Hold every store to its mode, before anything runs."""
        read = paths_read(self.plan, self.settings.root)
        for stage in self.plan.stages:
            if isinstance(stage, Write):
                problem = _refused(stage, self.settings.root, read)
                if problem is not None:
                    self._finish(failed(stage, problem.reason, problem.hint))

    def go(self, engine: Engine) -> None:
        """Run all stages; return when nothing runs any more."""
        with ThreadPoolExecutor(self._side_by_side()) as pool:
            try:
                while self.ready or self.running or self.later:
                    self._step(pool, engine)
            except BaseException:  # the pool waits for what runs
                engine.interrupt()
                raise

    def _step(self, pool: ThreadPoolExecutor, engine: Engine) -> None:
        try:
            self._start(pool, engine)
            for done in self._next(engine):
                self._end(done, engine)
        except KeyboardInterrupt:
            if self.is_cancelled:
                raise
            self.is_cancelled = True
            engine.interrupt()

    def _side_by_side(self) -> int:
        return self.settings.side_by_side or min(4, max(2, (os.cpu_count() or 2) // 2))

    def _start(self, pool: ThreadPoolExecutor, engine: Engine) -> None:
        """Start what is ready, in the order of the plan, as far as there is room and the run goes on."""
        now = time.monotonic()
        for name in [name for name, due in self.later.items() if due <= now]:
            del self.later[name]
            self.ready.append(name)
        if self.is_cancelled or (self.problems and self.settings.fail_fast):
            self.ready.clear()
            self.later.clear()
        self.ready.sort(key=self.places.__getitem__, reverse=True)
        while self.ready and len(self.running) < self._side_by_side():
            stage = self.stages[self.ready.pop()]
            attempts = self.attempts[stage.name]
            attempts.begin()
            if self.listener is not None and attempts.number == 1:
                self.listener.stage_started(stage)
            self.running[stage.name] = pool.submit(run_stage, engine, stage, self.settings.root)

    def _next(self, engine: Engine) -> list[Done]:
        """Return the stages that are finished, none after a moment; tell the progress of the others meanwhile."""
        if self.is_cancelled:
            engine.interrupt()  # each time: a statement that was only about to begin did not hear it
        if not self.running:
            time.sleep(min([_TICK, *(max(0.0, due - time.monotonic()) for due in self.later.values())]))
            return []
        finished, unfinished = wait(self.running.values(), timeout=_TICK, return_when=FIRST_COMPLETED)
        for name, each in self.running.items():
            if each in unfinished and self.attempts[name].is_late:
                engine.interrupt(name)
        if self.listener is not None and unfinished and not finished:
            for name in self.running:
                fraction = engine.progress(name)
                if fraction is not None:
                    self.listener.progress(name, fraction)
        return [each.result() for each in finished]

    def _end(self, done: Done, engine: Engine) -> None:
        """Take in how a try went: it is the end of the stage, or there is another one."""
        stage = self.stages[done.outcome.stage]
        attempts = self.attempts[stage.name]
        del self.running[stage.name]
        if done.outcome.status == "cancelled" and not self.is_cancelled:
            took = f"it took longer than its `timeout` of {in_words(attempts.timeout or 0)}"
            done = failed(stage, took, can_pass=True)
        goes_on = not self.is_cancelled and not (self.problems and self.settings.fail_fast)
        if done.problem is not None and done.problem.can_pass and not attempts.is_last and goes_on:
            seconds = attempts.pause()
            self.later[stage.name] = time.monotonic() + seconds
            if self.listener is not None:
                self.listener.stage_retried(stage, done.problem, seconds)
            return
        self._finish(replace(done, outcome=replace(done.outcome, attempts=attempts.number)))
        self.ready += self._freed(done)
        self._drop_unread(done.outcome, engine)

    def _finish(self, done: Done) -> None:
        if done.outcome.stage in self.outcomes:
            return
        self.outcomes[done.outcome.stage] = done.outcome
        if done.problem is not None:
            self.problems.append(done.problem)
        if done.answer is not None:
            self.answers[self.stages[done.outcome.stage].dataset] = done.answer  # type: ignore[attr-defined]
        if self.listener is not None:
            self.listener.stage_finished(done.outcome)

    def _freed(self, done: Done) -> Iterable[str]:
        """Return the stages that needed this one last."""
        if done.outcome.status != "done":
            return []
        for name in self.readers[done.outcome.stage]:
            self.waiting[name] -= 1
        return [name for name in self.readers[done.outcome.stage] if not self.waiting[name]]

    def _drop_unread(self, outcome: StageOutcome, engine: Engine) -> None:
        """Forget the tables that this stage was the last to read."""
        for name in dict.fromkeys(self.stages[outcome.stage].needs):
            stage = self.stages[name]
            if isinstance(stage, Materialize) and all(each in self.outcomes for each in self.readers[name]):
                engine.drop(name)

    def result(self, seconds: float) -> RunResult:
        """Return the result, with a reason for each stage that did not run."""
        for stage in self.plan.stages:
            if stage.name not in self.outcomes:
                self._finish(Done(outcome=outcome_of(stage, "skipped", self._why_skipped(stage))))
        is_done = all(outcome.status == "done" for outcome in self.outcomes.values())
        status = "cancelled" if self.is_cancelled else "done" if is_done else "failed"
        return RunResult(
            pipeline=self.plan.pipeline,
            status=status,  # type: ignore[arg-type]
            seconds=seconds,
            stages=tuple(self.outcomes[stage.name] for stage in self.plan.stages),
            problems=tuple(self.problems),
            answers=self.answers,
            steps_skipped=self.plan.steps_skipped,
        )

    def _why_skipped(self, stage: Stage) -> str:
        if self.is_cancelled:
            return "the run was cancelled"
        for need in stage.needs:
            if self.outcomes[need].status != "done":
                return (
                    f"it needs `{need}`, which {'failed' if self.outcomes[need].status == 'failed' else 'did not run'}"
                )
        stopper = self.problems[0].stage if self.problems else ""
        return f"the run stopped when `{stopper}` failed" if stopper else "it was not reached"
