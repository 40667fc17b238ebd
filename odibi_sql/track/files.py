"""Records of runs on the disk: `.odibi/runs/RUN/track.json`, each written whole."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from odibi_sql.run.encoding import encoded
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.runs import RunRecord, Runs, StageRecord
from odibi_sql.run.stores.staging import staging
from odibi_sql.track.values import FORMAT, Status, Track, TrackedStage, TrackedStep

_SUM: tuple[Status, ...] = (
    "failed",
    "cancelled",
    "done",
    "cached",
    "running",
    "skipped",
    "pending",
)  # of many, the first tells
_LOOKED_AT = 20  # runs, for one to compare with
_DECODER = msgspec.json.Decoder(Track)


class TrackProblem(Exception):
    """A record cannot be read: `reason` in words, `hint` what to do ("": nothing to say)."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def track_file(root: Path, run: str) -> Path:
    """Return where the record of a run is, in the project folder `root`."""
    return root / ".odibi" / "runs" / run / "track.json"


def write_track(root: Path, track: Track) -> str:
    """Write a record whole, in place of the one that is there; return why it could not be, "" where it could."""
    file = track_file(root, track.run)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with staging(file) as ready:
            ready.write_bytes(encoded(track))
            ready.replace(file)
    except OSError as error:
        return f"the record of the run is not kept: {(error.strerror or str(error)).lower()}"
    return ""


def read_track(root: Path, database: Database, run: str = "latest") -> Track:
    """Return the record of a run, by its name or the beginning of it. Of one that was killed it says how far it came.

    Raises TrackProblem, StateProblem.
    """
    runs = Runs(database)
    runs.dead()
    known = runs.get(run)
    track = _read(root, known.run)
    if track is None:
        reason = f"of run `{known.run}` no record was kept"
        raise TrackProblem(reason, f"`odibi runs {known.run}` tells what is known of it")
    return track if track.status != "running" else _as_far(track, known, runs.stages(known.run))


def latest_before(root: Path, database: Database, track: Track) -> Track | None:
    """Return the last run of the same pipeline on the same engine that came to its end; None where there is none."""
    with suppress(StateProblem, TrackProblem):
        for each in Runs(database).list(limit=_LOOKED_AT, pipeline=track.pipeline):
            is_like = Path(each.file).name == Path(track.file).name and each.engine == track.engine
            if each.run != track.run and each.status == "done" and is_like:
                found = _read(root, each.run)
                if found is not None:
                    return found
    return None


def _read(root: Path, run: str) -> Track | None:
    try:
        content = track_file(root, run).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TrackProblem(f"`{track_file(root, run)}` cannot be read: {(error.strerror or '').lower()}") from error
    try:
        track = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeError):
        return None
    if track.format > FORMAT:
        raise TrackProblem(f"the record of run `{run}` was written by a newer odibi", "upgrade odibi-sql")
    return track


def _as_far(track: Track, known: RunRecord, records: tuple[StageRecord, ...]) -> Track:
    """Return the record of a run that is not over, or was killed, with what the state of the project knows of it."""
    by_name = {each.stage: each for each in records}
    stages = tuple(_stage_as_far(each, by_name.get(each.name)) for each in track.stages)
    steps = tuple(_step_as_far(each, stages) for each in track.steps)
    return replace(track, status=known.status, started=known.started, seconds=known.seconds, stages=stages, steps=steps)


def _stage_as_far(stage: TrackedStage, record: StageRecord | None) -> TrackedStage:
    if record is None:
        return stage
    return replace(
        stage,
        status=record.status,
        because=record.message,
        key=record.key,
        attempts=record.attempts,
        seconds=record.seconds,
        rows=record.rows,
        bytes=record.bytes,
        files=record.files,
    )


def _step_as_far(step: TrackedStep, stages: tuple[TrackedStage, ...]) -> TrackedStep:
    own = next((each for each in stages if each.name == step.name), None)
    within = tuple(each.name for each in stages if step.name in each.steps and each.name != step.name)
    if own is None:
        found = {each.status for each in stages if each.name in within}
        status = next((each for each in _SUM if each in found), step.status)
        return replace(step, within=within, status=status)
    return replace(step, status=own.status, because=own.because, stage=own.name, within=within, rows=own.rows)
