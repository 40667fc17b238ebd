"""Counters that go on over runs: kept in `.odibi/metrics.json`, each run counted once.

The record of a run is forgotten one day, and a sum over records would fall then, which Prometheus takes for a counter
that began anew. So what was counted stays counted.
"""

from __future__ import annotations

import datetime
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from odibi_sql.metrics.families import BUCKETS, FAMILIES, Change, Family, changes_by
from odibi_sql.metrics.values import RunMetrics, metrics_of, metrics_without_record
from odibi_sql.run.encoding import encoded
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import RunRecord, Runs
from odibi_sql.run.stores.staging import clear_stale, staging
from odibi_sql.track import TrackProblem, read_track, track_file

FORMAT = 1
_MOST = 1000  # series of a pipeline in a family: where names of steps change all the time, new ones are "other"
_OTHER = "other"
_WRITING = 60.0  # seconds after its end in which a run may still write its record
_BY_NAME = {each.name: each for each in FAMILIES}

Labels = tuple[str, ...]
Numbers = tuple[float, ...]  # of a histogram: the sum, then the counts of each bucket alone


class MetricsProblem(Exception):
    """Metrics cannot be given: `reason` in words, `hint` what to do ("": nothing to say)."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    format: int = FORMAT
    counted: tuple[str, ...] = ()  # runs whose records are there: the others are gone, and cannot come again
    series: dict[str, tuple[tuple[Labels, Numbers], ...]] = {}


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What of a record tells whether it is whole."""

    status: str


class Totals:
    """What runs came to, by family and labels."""

    def __init__(self, series: dict[str, dict[Labels, Numbers]] | None = None) -> None:
        self.series: dict[str, dict[Labels, Numbers]] = series or {}

    def add(self, run: RunMetrics) -> None:
        """Count a run that is over."""
        for change in changes_by(run):
            self._add(change)

    def of_pipeline(self, name: str) -> Totals:
        """Return the totals of one pipeline."""
        return Totals(
            {
                family: {labels: numbers for labels, numbers in found.items() if labels[0] == name}
                for family, found in self.series.items()
            }
        )

    def _add(self, change: Change) -> None:
        family = _BY_NAME[change.family]
        found = self.series.setdefault(change.family, {})
        labels = self._bounded(family, change.labels)
        match family.kind:
            case "gauge":
                found[labels] = (change.value,)
            case "counter":
                found[labels] = (found.get(labels, (0.0,))[0] + change.value,)
            case "histogram":
                found[labels] = _observed(found.get(labels, (0.0,) * (len(BUCKETS) + 2)), change.value)

    def _bounded(self, family: Family, labels: Labels) -> Labels:
        found = self.series[family.name]
        if labels in found or sum(each[0] == labels[0] for each in found) < _MOST:
            return labels
        named = zip(family.labels, labels, strict=True)
        return tuple(_OTHER if name in ("stage", "step") else label for name, label in named)


def totals_of(root: Path) -> Totals:
    """Return what all runs of a project came to that are over; from now on they are counted.

    Raises StateProblem, and MetricsProblem where the totals cannot be kept.
    """
    with closing(Database(root)) as database, _locked(root):
        kept = _read(root)
        totals = Totals({family: dict(found) for family, found in kept.series.items()})
        runs = Runs(database)
        runs.dead()
        over = [each for each in reversed(runs.list()) if each.status != "running"]
        counted = [each.run for each in over if each.run in kept.counted]
        new = [each for each in over if each.run not in kept.counted and _is_settled(root, each)]
        for each in new:
            totals.add(numbers_of(root, database, each))
        if new or len(counted) < len(kept.counted):
            _write(root, totals, (*counted, *(each.run for each in new)))
        return totals


def numbers_of(root: Path, database: Database, run: RunRecord) -> RunMetrics:
    """Return the numbers of a run, by its record or by what the state of the project knows. Raises StateProblem."""
    try:
        return metrics_of(read_track(root, database, run.run))
    except TrackProblem:
        return metrics_without_record(run, Runs(database).stages(run.run))


def numbers_of_run(root: Path, name: str) -> RunMetrics:
    """Return the numbers of a run by its name, or the beginning of it. Raises StateProblem."""
    with closing(Database(root)) as database:
        return numbers_of(root, database, Runs(database).get(name))


def _is_settled(root: Path, run: RunRecord) -> bool:
    """Whether nothing more will be known of a run: the last that one does is to write its record."""
    now = datetime.datetime.now(datetime.UTC)
    if run.ended is None or (now - run.ended).total_seconds() > _WRITING:
        return True
    try:
        head = msgspec.json.decode(track_file(root, run.run).read_bytes(), type=_Head)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return False
    return head.status != "running"


def _observed(numbers: Numbers, value: float) -> Numbers:
    total, *counts = numbers
    counts[bisect_left(BUCKETS, value)] += 1
    return (total + value, *counts)


def _file(root: Path) -> Path:
    return root / ".odibi" / "metrics.json"


def _read(root: Path) -> _Kept:
    """Return what was counted before; a file that is damaged counts for none: counters begin anew."""
    try:
        content = _file(root).read_bytes()
    except FileNotFoundError:
        return _Kept()
    except OSError as error:
        raise MetricsProblem(f"`{_file(root)}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    try:
        kept = msgspec.json.decode(content, type=_Kept)
    except (msgspec.DecodeError, UnicodeError):
        return _Kept()
    if kept.format > FORMAT:
        raise MetricsProblem(f"`{_file(root)}` was written by a newer odibi", "upgrade odibi-sql")
    return kept if _fits(kept) else _Kept()


def _fits(kept: _Kept) -> bool:
    for name, found in kept.series.items():
        family = _BY_NAME.get(name)
        if family is None:
            return False
        length = len(BUCKETS) + 2 if family.kind == "histogram" else 1
        if any(len(labels) != len(family.labels) or len(numbers) != length for labels, numbers in found):
            return False
    return True


def _write(root: Path, totals: Totals, counted: Iterable[str]) -> None:
    series = {family: tuple(found.items()) for family, found in totals.series.items()}
    write_whole(_file(root), encoded(_Kept(counted=tuple(counted), series=series)))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place, and put it there by a rename. Raises MetricsProblem.

    Until then it is not called as the file is: node_exporter reads all that ends in `.prom`.
    """
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        clear_stale(part)
        with staging(part) as ready:
            with ready.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            ready.replace(file)
    except OSError as error:
        raise MetricsProblem(f"`{file}` cannot be written: {(error.strerror or str(error)).lower()}") from error


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold off other processes that count."""
    try:
        handle = os.open(_file(root).with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise MetricsProblem(f"`{_file(root)}` cannot be written: {(error.strerror or str(error)).lower()}") from error
    try:
        try:
            import fcntl
        except ImportError:  # not on this system
            pass
        else:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
