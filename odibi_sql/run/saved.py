"""What is on the disk that a run which is resumed starts from: rows that are kept, and what is at targets."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec

from odibi_sql.objects import is_object
from odibi_sql.plan import Materialize, Plan, Write
from odibi_sql.run.job import Job
from odibi_sql.run.kept import is_whole
from odibi_sql.run.reuse import Reuse
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Results
from odibi_sql.run.stores.ledger import Address, Ledger
from odibi_sql.run.stores.store import target_of


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a stage that are there. "" is not known."""

    run: str  # that saved them; of a store the first of those that were resumed one after the other
    stage: str
    layer: str | None
    mode: str  # why: "manual", "auto", "layer", "interval"; "store": they are at its target
    rows: int  # of a store: that its run wrote, as bytes are
    bytes: int
    made: datetime.datetime  # UTC
    place: str  # a path, from the project where it is inside of it
    is_whole: bool  # as it was saved: kept rows byte for byte, a target by its names, sizes, times and inodes
    is_current: bool | None = None  # a run would take it; None: of which pipeline was not said


def saved(root: Path, database: Database) -> list[Saved]:
    """Return what is saved, the newest first. Raises StateProblem."""
    found: dict[str, Saved] = {}
    for _, record in Results(database).kept():  # the same rows can be known by two keys
        found[record.artifact] = Saved(
            run=record.run,
            stage=record.stage,
            layer=record.layer,
            mode=record.mode,
            rows=record.rows,
            bytes=record.bytes,
            made=record.made,
            place=record.artifact,
            is_whole=found[record.artifact].is_whole if record.artifact in found else is_whole(record, root),
        )
    stored = _stored(root, Ledger(root, database))
    return sorted([*found.values(), *stored], key=lambda each: each.made, reverse=True)


def saved_of(plan: Plan, job: Job, root: Path, database: Database) -> list[Saved]:
    """Return what is saved of the stages of a plan, and whether a run of it would take it. Raises StateProblem."""
    found = saved(root, database)
    reuse = Reuse(plan, job, database, Ledger(root, database), only_looks=True)
    layers = dict(job.layers)
    stages = {stage.name: stage for stage in plan.stages if isinstance(stage, Write | Materialize)}
    taken: dict[str, str] = {}  # by the place: the stage that takes it
    for stage in stages.values():
        is_there = reuse.known(stage) is not None
        place = target_of(stage, root) if isinstance(stage, Write) else reuse.kept_at(stage)
        if is_there and place is not None:
            taken[_whole(root, str(place))] = stage.name
    told = []
    for each in found:
        name = taken.get(_whole(root, each.place))
        if name is not None or each.stage in stages:
            layer = each.layer or layers.get((stages[name or each.stage].steps or ("",))[-1])
            told.append(
                msgspec.structs.replace(each, stage=name or each.stage, layer=layer, is_current=name is not None)
            )
    return told


def _stored(root: Path, ledger: Ledger) -> list[Saved]:
    found = []
    for final, entry in ledger.targets():
        record = entry.now if isinstance(final, str) else ledger.there(final) or entry.now
        if record.stage:
            found.append(
                Saved(
                    run=record.run,
                    stage=record.stage,
                    layer=None,
                    mode="store",
                    rows=record.rows,
                    bytes=record.bytes,
                    made=datetime.datetime.fromtimestamp(record.at, datetime.UTC),
                    place=_within(final, root),
                    is_whole=ledger.current(final) is not None,
                )
            )
    return found


def _whole(root: Path, place: str) -> str:
    return place if is_object(place) else str((root / place).resolve())


def _within(final: Address, root: Path) -> str:
    if isinstance(final, str):
        return final
    return final.relative_to(root.resolve()).as_posix() if final.is_relative_to(root.resolve()) else str(final)
