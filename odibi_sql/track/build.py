"""The record of a run, made of its graph, its plan, and how its stages went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.keys import changes
from odibi_sql.plan import Plan, Stage, Write
from odibi_sql.run import RunResult, StageOutcome
from odibi_sql.run.job import Job
from odibi_sql.run.measured import Tracking
from odibi_sql.run.stages import kind_of
from odibi_sql.run.state.runs import StageRecord
from odibi_sql.track.schemas import changes_between
from odibi_sql.track.steps import steps_of, steps_wanted
from odibi_sql.track.values import Status, Track, TrackedRule, TrackedStage, TrackedStep

_THERE = ("done", "cached")
_WHOLE = ("default", "overwrite", "fail if exists", "append", "overwrite partitions")  # modes that store all rows
_SUM: tuple[Status, ...] = ("failed", "cancelled", "running", "done", "cached", "skipped", "pending")  # the first tells


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the graph and the plan."""

    text: str
    root: Path
    compiling: float | None = None
    tracking: Tracking = Tracking()
    writes_begin: bool = True  # False: of a run that is over at once


def begun(graph: ir.Graph, plan: Plan, job: Job, facts: Facts, run: str) -> Track:
    """Return the record of a run that has just begun: nothing of it is done yet."""
    wanted = steps_wanted(graph, job.goals)
    return Track(
        run=run,
        pipeline=graph.pipeline,
        doc=graph.doc,
        file=job.file,
        text=facts.text,
        engine=plan.dialect,
        engine_version=job.engine_version,
        version=job.version,
        compiling=facts.compiling,
        parameters=dict(job.parameters),
        clock=job.clock,
        goals=job.goals,
        layers=graph.layers,
        resumed_from=job.resumed_from,
        skipped=plan.steps_skipped,
        steps=steps_of(graph, wanted, facts.root, facts.tracking),
        stages=tuple(map(_begun_stage, plan.stages)),
    )


def tracked(track: Track, result: RunResult, plan: Plan, records: Iterable[StageRecord], last: Track | None) -> Track:
    """Return the record of a run that is over. `last`: the run that it is compared with."""
    outcomes = {each.stage: each for each in result.stages}
    hints = {each.stage: each.hint for each in result.problems}
    by_name = {each.stage: each for each in records}
    stages = tuple(
        _ended_stage(each, outcomes[each.name], by_name.get(each.name), hints.get(each.name, ""), last)
        for each in track.stages
    )
    ended = _Ended(
        stages={each.name: each for each in stages},
        planned={each.name: each for each in plan.stages},
        outcomes=outcomes,
        skipped=dict(track.skipped),
        hidden=frozenset(column.name for each in track.steps for column in each.columns if column.is_sensitive),
        last=last,
    )
    steps = tuple(_ended_step(each, ended) for each in track.steps)
    return replace(
        track,
        status=result.status,
        seconds=result.seconds,
        compared_with=None if last is None else last.run,
        seconds_last=None if last is None else last.seconds,
        memory=_peak_of_process(),
        problems=tuple((each.message, each.hint) for each in result.problems if not each.stage),
        warnings=result.warnings,
        steps=steps,
        stages=stages,
    )


def _begun_stage(stage: Stage) -> TrackedStage:
    target = stage.target.path if isinstance(stage, Write) else None
    return TrackedStage(
        name=stage.name, kind=kind_of(stage), steps=stage.steps, needs=stage.needs, sql=stage.sql, target=target
    )


def _ended_stage(
    stage: TrackedStage, outcome: StageOutcome, record: StageRecord | None, hint: str, last: Track | None
) -> TrackedStage:
    before = None if last is None else last.stage(stage.name)
    measured = outcome.measured
    return replace(
        stage,
        status=outcome.status,
        because=outcome.message,
        why=_why(stage, outcome, record, before),
        hint=hint,
        key="" if record is None else record.key,
        parts={} if record is None else record.parts,
        attempts=outcome.attempts,
        ready=measured.ready,
        began=measured.began,
        seconds=outcome.seconds,
        storing=measured.storing,
        seconds_last=before.seconds if before is not None and before.status == "done" else None,
        cost=measured.cost,
        rows=outcome.rows,
        bytes=outcome.bytes,
        files=outcome.files,
    )


def _why(
    stage: TrackedStage, outcome: StageOutcome, record: StageRecord | None, before: TrackedStage | None
) -> tuple[str, ...]:
    """Return why a stage ran: what it is made of that is other than in the run before."""
    if outcome.status not in ("done", "failed") or record is None or before is None or not before.parts:
        return ()
    return tuple(changes(tuple(before.parts.items()), tuple(record.parts.items())))


class _Ended(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is over, as its steps look it up."""

    stages: Mapping[str, TrackedStage]  # by name, as the next two
    planned: Mapping[str, Stage]
    outcomes: Mapping[str, StageOutcome]
    skipped: Mapping[str, str]  # steps that the pipeline leaves out, and why
    hidden: frozenset[str]  # names of columns of which some is sensitive
    last: Track | None


def _ended_step(step: TrackedStep, ended: _Ended) -> TrackedStep:
    own, last = _own_stage(step, ended.planned), ended.last
    within = tuple(each.name for each in ended.stages.values() if step.name in each.steps and each.name != own)
    status, because = _status(step, own, within, ended)
    before = None if last is None else last.step(step.name)
    outcome = ended.outcomes[own] if own is not None else None
    measured = outcome.measured if outcome is not None else None
    nulls, sample, sample_from = None, None, None
    if measured is not None:
        nulls, sample = measured.nulls, measured.sample
    if status == "cached" and before is not None and last is not None and _is_same(own, ended, last):
        nulls = {each.name: each.nulls for each in before.columns if each.nulls is not None}
        sample, sample_from = before.sample, before.sample_from or last.run
    hidden = frozenset(each.name for each in step.columns if each.is_sensitive)
    return replace(
        step,
        columns=tuple(replace(each, nulls=(nulls or {}).get(each.name)) for each in step.columns),
        drift=() if before is None else changes_between(before.columns, step.columns),
        status=status,
        because=because,
        stage=own,
        within=within,
        rows=_rows(own, ended, outcome),
        rows_last=None if before is None else before.rows,
        rules=tuple(_counted(each, step, ended) for each in step.rules),
        sample=None if sample is None else sample.without(hidden),
        sample_from=sample_from,
    )


def _own_stage(step: TrackedStep, planned: Mapping[str, Stage]) -> str | None:
    """Return the stage whose rows are those of a step: its table, or the one store of it that later stages read."""
    for each in planned.values():
        if each.name == step.name or (step.kind != "store" and isinstance(each, Write) and each.table == step.name):
            return each.name
    stores = (each.name for each in planned.values() if isinstance(each, Write) and each.dataset == step.name)
    return next(stores, None)


def _rows(own: str | None, ended: _Ended, outcome: StageOutcome | None) -> int | None:
    if own is None or outcome is None or outcome.status not in _THERE:
        return None
    stage = ended.planned[own]
    return outcome.rows if not isinstance(stage, Write) or stage.mode in _WHOLE else None


def _status(step: TrackedStep, own: str | None, within: tuple[str, ...], ended: _Ended) -> tuple[Status, str]:
    """Return how a step stands: as its stage, or as those that it is computed within."""
    if own is not None:
        return ended.stages[own].status, ended.stages[own].because
    if step.name in ended.skipped:
        return "skipped", ended.skipped[step.name]
    if not within:
        return ("cached", "nothing that needs it was computed") if ended.stages else ("pending", "")
    found = min((ended.stages[each] for each in within), key=lambda each: _SUM.index(each.status))
    return found.status, found.because


def _is_same(own: str | None, ended: _Ended, last: Track) -> bool:
    before = last.stage(own) if own is not None else None
    return own is not None and before is not None and ended.stages[own].key == before.key != ""


def _counted(rule: TrackedRule, step: TrackedStep, ended: _Ended) -> TrackedRule:
    found = next(
        (
            each
            for outcome in ended.outcomes.values()
            for each in outcome.rules
            if each.rule == rule.name and step.name in each.steps and each.text == rule.text
        ),
        None,
    )
    if found is None:
        return rule
    broken = None if found.broken is None else found.broken.without(ended.hidden)
    return replace(rule, count=found.count, broken=broken)


def _peak_of_process() -> int | None:
    """Return the most memory that this process had, in bytes, where the system tells."""
    try:
        import resource
        import sys
    except ImportError:  # not on this system
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
