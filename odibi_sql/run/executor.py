"""Stages side by side, each as soon as those that it needs are done."""

from __future__ import annotations

import os
import random
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from typing import Any, TypeGuard

from msgspec.structs import replace

from odibi_sql.plan import Materialize, Plan, Stage, Write
from odibi_sql.run.attempts import Attempts, in_words
from odibi_sql.run.checkpoints import Checkpoints
from odibi_sql.run.engines.engine import Engine, EngineProblem
from odibi_sql.run.job import Job
from odibi_sql.run.outcome import Listener, RunProblem, RunResult, Settings, StageOutcome, Status
from odibi_sql.run.publishing import let_go, published
from odibi_sql.run.recorder import Recorder
from odibi_sql.run.reuse import Reuse
from odibi_sql.run.room import forget_old
from odibi_sql.run.schedule import Schedule
from odibi_sql.run.stages import Done, Place, adopt_stage, failed, keep_stage, outcome_of, run_stage, why_skipped
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.stores.ledger import Commit, Ledger
from odibi_sql.run.stores.pending import roll_forward
from odibi_sql.run.stores.refusals import refusals
from odibi_sql.run.stores.staging import clear_retired
from odibi_sql.run.stores.together import held_together

_THERE = ("done", "cached")  # with these the rows of a stage can be read
_TICK = 0.1  # seconds between two looks at the progress, and at what takes too long


def execute(
    plan: Plan,
    settings: Settings,
    listener: Listener | None = None,
    job: Job | None = None,
    database: Database | None = None,
) -> RunResult:
    """Run the stages of a plan. What goes wrong is in the result: nothing is raised for it.

    Before anything runs, every store is held to its mode. Ctrl-C stops what runs and leaves every target as it was:
    the result is `cancelled`; a second Ctrl-C is raised. With a `job` and the `database` of the project the run is kept
    in its record, and what is known from other runs is not computed again.
    """
    started = time.perf_counter()
    run = _Run(plan, settings, listener)
    with ExitStack() as stack:
        stack.callback(let_go, run.prepared)
        try:
            if database is not None:
                run.hold_together(database, stack)
            if job is not None and database is not None:
                run.keep_record(job, database, stack)
            run.refuse()
            if not run.problems:
                run.go(stack)
        except KeyboardInterrupt:
            if run.is_cancelled:
                raise
            run.is_cancelled = True
        except (EngineProblem, StateProblem) as problem:
            run.problems.append(RunProblem(stage="", steps=(), message=problem.reason, hint=problem.hint))
        clear_retired()
        run.make_room()
        return run.result(time.perf_counter() - started)


def _engine(name: str, settings: Settings) -> Engine:
    if name == "spark":
        from odibi_sql.run.engines.spark import Spark

        return Spark(settings)
    from odibi_sql.run.engines.duckdb import DuckDB

    return DuckDB(settings)


class _Run:
    """The state of one run. Only the thread that called `execute` changes it."""

    def __init__(self, plan: Plan, settings: Settings, listener: Listener | None) -> None:
        self.plan = plan
        self.settings = settings
        self.listener = listener
        self.stages = {stage.name: stage for stage in plan.stages}
        self.began = time.monotonic()
        chance = random.Random()
        self.attempts = {stage.name: Attempts(stage, settings, chance) for stage in plan.stages}
        self.outcomes: dict[str, StageOutcome] = {}
        self.problems: list[RunProblem] = []
        self.answers: dict[str, Any] = {}
        self.is_cancelled = False
        self.schedule = Schedule(plan.stages)
        self.running: dict[str, Future[Done]] = {}
        self.place = Place(root=settings.root)
        self.engine: Engine | None = None
        self.reuse: Reuse | None = None
        self.recorder: Recorder | None = None
        self.checkpoints: Checkpoints | None = None
        self.origin = ""  # the run that appends are done for
        self.warnings: list[str] = []
        self.prepared: list[Done] = []  # stores that are whole, and not to be seen before all of them are
        self.left_out: set[str] = set()  # stages that a condition of the pipeline leaves out
        self.left_failed: set[str] = set()  # those that failed in the run before, and are not tried again

    def keep_record(self, job: Job, database: Database, stack: ExitStack) -> None:
        """Have the run recorded from here on, and take what is known from other runs. Raises StateProblem."""
        root = self.settings.root
        self.warnings += [database.warning] if database.warning else []
        self.reuse = Reuse(self.plan, job, database, Ledger(root, database))
        self.recorder = stack.enter_context(Recorder(self.plan, job, root, database))
        self.origin = job.origin or self.recorder.run
        self.checkpoints = Checkpoints(job.checkpoint, self.plan, job.layers)
        tracking = replace(job.tracking, rows=self.settings.sample)
        self.place = replace(self.place, tracking=tracking, dialect=self.plan.dialect)

    def hold_together(self, database: Database, stack: ExitStack) -> None:
        """Use the state of the project; end what a run that was killed had begun to publish, and keep others from
        publishing together meanwhile. Raises StateProblem."""
        self.place = Place(root=self.settings.root, database=database)
        ledger = Ledger(self.settings.root, database)
        self.warnings += roll_forward(ledger)
        if any(isinstance(stage, Write) and stage.together for stage in self.plan.stages):
            stack.enter_context(held_together(ledger))

    def make_room(self) -> None:
        """Forget what takes too much room, or was not used for too long."""
        if self.place.database is not None and not self.is_cancelled:
            try:
                forget_old(self.plan, self.place.database, self.settings)
            except (StateProblem, OSError) as error:
                self.warnings.append(f"what is old was not removed: {error}")

    def refuse(self) -> None:
        """Hold every store to its mode, before anything runs."""
        for stage, problem in refusals(self.plan, self.place.root, self.place.database):
            self._finish(failed(stage, problem.reason, problem.hint))

    def go(self, stack: ExitStack) -> None:
        """Run all stages; return when nothing runs any more. The engine is there once something needs it."""
        with ThreadPoolExecutor(self._side_by_side()) as pool:
            try:
                while self.schedule or self.running:
                    self._step(pool, stack)
                self._publish()
            except BaseException:  # the pool waits for what runs
                self._interrupt()
                raise

    def _step(self, pool: ThreadPoolExecutor, stack: ExitStack) -> None:
        try:
            self._start(pool, stack)
            for done in self._next():
                self._end(done)
        except KeyboardInterrupt:
            if self.is_cancelled:
                raise
            self.is_cancelled = True
            self._interrupt()

    def _stopper(self) -> str:
        """Return the stage whose failure ends the run, "" where it goes on."""
        failures = (each.stage for each in self.problems if each.stage not in self.left_failed)
        return next(failures, "") if self.settings.fail_fast else ""

    def _interrupt(self) -> None:
        if self.engine is not None:
            self.engine.interrupt()

    def _opened(self, stack: ExitStack) -> Engine:
        if self.engine is None:
            self.engine = stack.enter_context(closing(_engine(self.plan.dialect, self.settings)))
        return self.engine

    def _side_by_side(self) -> int:
        return self.settings.side_by_side or min(4, max(2, (os.cpu_count() or 2) // 2))

    def _start(self, pool: ThreadPoolExecutor, stack: ExitStack) -> None:
        """Start what is ready, in the order of the plan, as far as there is room and the run goes on."""
        while len(self.running) < self._side_by_side():
            if self.is_cancelled or self._stopper():
                self.schedule.stop()
            name = self.schedule.next()
            if name is None:
                return
            self._start_one(self.stages[name], pool, stack)

    def _start_one(self, stage: Stage, pool: ThreadPoolExecutor, stack: ExitStack) -> None:
        """Have a stage run, or take the result that is there."""
        attempts = self.attempts[stage.name]
        before = self.reuse.failed_before(stage) if self.reuse is not None else ""
        if before:
            self.left_failed.add(stage.name)
            self._over(stage, failed(stage, before, "without `--no-retry-failed` it is tried again"))
            return
        found = self.reuse.hit(stage) if self.reuse is not None and attempts.number == 0 else None
        if found is not None and self.reuse is not None:
            at = self.reuse.place_to_read(stage)
            if at is None:
                self._over(stage, Done(outcome=found))
            else:
                self.running[stage.name] = pool.submit(adopt_stage, self._opened(stack), stage, self.place, at, found)
            return
        engine = self._opened(stack)
        attempts.begin()
        if attempts.number == 1:
            self._tell_start(stage)
        key = self._key(stage)
        if self._is_to_be_kept(stage):
            is_folder = self.plan.dialect == "spark"
            self.running[stage.name] = pool.submit(keep_stage, engine, stage, self.place, key, is_folder=is_folder)
            return
        # The id of the rows is another each time: what is known of a key is known of rows that were seen to be its own.
        commit = Commit(run=self.origin, key=key, content=f"{key[:16]}-{secrets.token_hex(8)}")
        self.running[stage.name] = pool.submit(run_stage, engine, stage, self.place, commit)

    def _is_to_be_kept(self, stage: Stage) -> TypeGuard[Materialize]:
        if self.reuse is None or self.checkpoints is None or not self.reuse.can_be_kept(stage):
            return False
        return stage.policy.cache is True or self.checkpoints.wants(stage)

    def _tell_start(self, stage: Stage) -> None:
        if self.recorder is not None:
            self.recorder.started(stage, self._key(stage))
        if self.listener is not None:
            self.listener.stage_started(stage)

    def _key(self, stage: Stage) -> str:
        return self.reuse.key(stage).digest if self.reuse is not None else ""

    def _next(self) -> list[Done]:
        """Return the stages that are finished, none after a moment; tell the progress of the others meanwhile."""
        if not self.running or self.engine is None:
            time.sleep(min(_TICK, self.schedule.pause()) if self.schedule else 0)
            return []
        if self.is_cancelled:
            self.engine.interrupt()  # each time: a statement that was only about to begin did not hear it
        finished, unfinished = wait(self.running.values(), timeout=_TICK, return_when=FIRST_COMPLETED)
        for name, each in self.running.items():
            if each in unfinished and self.attempts[name].is_late:
                self.engine.interrupt(name)
        if self.listener is not None and unfinished and not finished:
            for name in self.running:
                fraction = self.engine.progress(name)
                if fraction is not None:
                    self.listener.progress(name, fraction)
        return [each.result() for each in finished]

    def _end(self, done: Done) -> None:
        """Take in how a try went: it is the end of the stage, or there is another one."""
        stage = self.stages[done.outcome.stage]
        attempts = self.attempts[stage.name]
        del self.running[stage.name]
        if done.outcome.status == "cancelled" and not self.is_cancelled:
            took = f"it took longer than its `timeout` of {in_words(attempts.timeout or 0)}"
            done = failed(stage, took, can_pass=True)
        goes_on = not self.is_cancelled and not self._stopper()
        if done.problem is not None and done.problem.can_pass and not attempts.is_last and goes_on:
            self._try_again(stage, done.problem)
            return
        done = replace(done, outcome=attempts.told(done.outcome, self.began))
        if done.prepared is not None:
            self.prepared.append(done)
        else:
            self._take(stage, done)

    def _take(self, stage: Stage, done: Done) -> None:
        """Take in how a stage went in the end."""
        if done.kept is not None and self.checkpoints is not None and self.recorder is not None:
            done = replace(done, kept=self.checkpoints.noted(done.kept, stage, self.recorder.run))
        if done.outcome.status == "done" and self.reuse is not None and not self.reuse.remember(stage, done):
            self.warnings.append(f"the files that `{stage.name}` reads changed while it ran; it may hold some of both")
        self._over(stage, done)
        self._save(stage, done)

    def _publish(self) -> None:
        """Put all stores in place that are published together, if every one of them is ready."""
        if not self.prepared or self.place.database is None:
            return
        is_whole = not self.problems and not self.is_cancelled
        for done in published(self.prepared, self.stages, self.place, is_whole=is_whole):
            self._take(self.stages[done.outcome.stage], done)

    def _save(self, stage: Stage, done: Done) -> None:
        """Say that rows were kept from which a resumed run can start."""
        if self.checkpoints is None or self.recorder is None:
            return
        self.checkpoints.over(was_kept=done.kept is not None)
        if done.kept is not None:
            statuses = [each.status for each in self.outcomes.values()]
            there, failed_ = sum(each in _THERE for each in statuses), statuses.count("failed")
            pending = len(self.stages) - len(self.outcomes)
            self.recorder.saved(done.kept.mode, done.kept.layer, there, pending, failed_)

    def _try_again(self, stage: Stage, problem: RunProblem) -> None:
        attempts = self.attempts[stage.name]
        seconds = attempts.pause()
        self.schedule.again(stage.name, seconds)
        if self.recorder is not None:
            self.recorder.retried(stage, problem, attempts.number, seconds)
        if self.listener is not None:
            self.listener.stage_retried(stage, problem, seconds)

    def _over(self, stage: Stage, done: Done) -> None:
        """A stage is over: those that waited for it alone are ready."""
        self._finish(done)
        if any(rule.action == "skip" and not rule.holds for rule in done.outcome.rules):
            self._skip_readers(stage, f"the condition `{done.outcome.rules[0].text}` is not true")
        elif done.outcome.status in _THERE:
            for name in self.schedule.is_there(stage.name):
                self.attempts[name].can_begin()
        self._drop_unread(done.outcome)

    def _skip_readers(self, stage: Stage, reason: str) -> None:
        """Skip what waits for a stage, and all that needs it."""
        for name in self.schedule.readers[stage.name]:
            reader = self.stages[name]
            if name not in self.outcomes:
                self.left_out.add(name)
                self._finish(Done(outcome=outcome_of(reader, "skipped", reason)))
                self._skip_readers(reader, reason)

    def _finish(self, done: Done) -> None:
        stage = self.stages[done.outcome.stage]
        if stage.name in self.outcomes:
            return
        self.outcomes[stage.name] = done.outcome
        if done.problem is not None:
            self.problems.append(done.problem)
        if done.answer is not None:
            self.answers[stage.dataset] = done.answer  # type: ignore[attr-defined]
        if self.recorder is not None and self.reuse is not None:
            key = self.reuse.key(stage)
            hint = done.problem.hint if done.problem is not None else ""
            self.recorder.finished(stage, done.outcome, hint, key.digest, dict(key.parts))
        if self.listener is not None:
            self.listener.stage_finished(done.outcome)

    def _drop_unread(self, outcome: StageOutcome) -> None:
        """Forget the tables that this stage was the last to read."""
        if self.engine is None:
            return
        for name in dict.fromkeys(self.stages[outcome.stage].needs):
            stage = self.stages[name]
            is_table = isinstance(stage, Materialize) and not (self.reuse is not None and self.reuse.is_kept(stage))
            if is_table and all(each in self.outcomes for each in self.schedule.readers[name]):
                self.engine.drop(name)

    def result(self, seconds: float) -> RunResult:
        """Return the result, with a reason for each stage that did not run."""
        for stage in self.plan.stages:
            if stage.name not in self.outcomes:
                has_begun = self.attempts[stage.name].number > 0
                status: Status = "cancelled" if has_begun else "skipped"
                why = why_skipped(stage, self.outcomes, self._stopper(), is_cancelled=self.is_cancelled)
                self._finish(Done(outcome=outcome_of(stage, status, why)))
        is_there = (each.status in _THERE or each.stage in self.left_out for each in self.outcomes.values())
        is_done = not self.problems and all(is_there)
        status = "cancelled" if self.is_cancelled else "done" if is_done else "failed"
        result = RunResult(
            pipeline=self.plan.pipeline,
            status=status,
            seconds=seconds,
            stages=tuple(self.outcomes[stage.name] for stage in self.plan.stages),
            problems=tuple(self.problems),
            answers=self.answers,
            steps_skipped=self.plan.steps_skipped,
            run=self.recorder.run if self.recorder is not None else "",
            warnings=(*self.warnings, *(self.reuse.warnings if self.reuse is not None else ())),
        )
        if self.recorder is None:
            return result
        warning = self.recorder.ended(result)
        return replace(result, warnings=(*result.warnings, warning)) if warning else result
