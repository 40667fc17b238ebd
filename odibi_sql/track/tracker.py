"""The record of a run, written when it begins and when it ends."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.plan import Plan
from odibi_sql.run import RunResult
from odibi_sql.run.events import event_file
from odibi_sql.run.job import Job
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.runs import Runs
from odibi_sql.track.build import Facts, begun, tracked
from odibi_sql.track.files import latest_before, write_track
from odibi_sql.track.making import with_lineage, with_lineage_of
from odibi_sql.track.values import Track, TrackedStep


class Tracker:
    """Keeps the record of one run; a run of which no record can be kept goes on, and is warned of."""

    def __init__(self, graph: ir.Graph, plan: Plan, job: Job, facts: Facts, database: Database) -> None:
        self._graph = graph
        self._plan = plan
        self._job = job
        self._facts = facts
        self._database = database
        self._track: Track | None = None

    def begin(self, run: str) -> None:
        """Write down what is to run. Of a run that is killed, this and the state of the project is what is known."""
        track = begun(self._graph, self._plan, self._job, self._facts, run)
        self._track = replace(track, started=Runs(self._database).get(run).started)
        if self._facts.writes_begin:
            self._track = replace(self._track, steps=with_lineage(track.steps, self._graph))
            write_track(self._facts.root, self._track)

    def end(self, result: RunResult) -> RunResult:
        """Write down how it went, and return the result, with a warning where that cannot be."""
        if self._track is None:
            return result
        try:
            last = latest_before(self._facts.root, self._database, self._track)
            if not self._facts.writes_begin:
                self._track = replace(self._track, steps=self._with_lineage(self._track, last))
            self._track = replace(self._track, events=_kept_events(self._facts.root, self._track.run))
            records = Runs(self._database).stages(self._track.run)
            warning = write_track(self._facts.root, tracked(self._track, result, self._plan, records, last))
        except StateProblem as problem:
            warning = f"the record of the run is not kept: {problem.reason}"
        return replace(result, warnings=(*result.warnings, warning)) if warning else result

    def _with_lineage(self, track: Track, last: Track | None) -> tuple[TrackedStep, ...]:
        """Return the steps of a run that had nothing to do with their lineage: that of the last run where it can be."""
        if last is not None and last.text == track.text:
            return with_lineage_of(track.steps, last.steps)
        return with_lineage(track.steps, self._graph)


def _kept_events(root: Path, run: str) -> int | None:
    try:
        return event_file(root, run).read_bytes().count(b"\n")
    except OSError:
        return None
