"""A run in numbers, each counted out of its record."""

from __future__ import annotations

from collections import Counter

import msgspec

from odibi_sql.track.values import Status, Track


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many there were, of one run."""

    steps: dict[Status, int]  # by how they ended
    stages: dict[Status, int]
    events: int | None  # None: they were not kept
    snapshots: int  # datasets of which first rows were written down in this run
    validations: int  # rules that were counted, in this run or, where nothing changed, before
    broken: int  # of these, that something breaks
    attempts: int  # tries of stages
    rows: int  # stored by this run

    @property
    def cache_hits(self) -> int:
        """Stages that need not run."""
        return self.stages.get("cached", 0)


def counts_of(track: Track) -> Counts:
    """Return the numbers of a run."""
    rules = [rule for step in track.steps for rule in step.rules if rule.action != "skip" and rule.count is not None]
    taken = {step.stage for step in track.steps if step.sample is not None and step.sample_from is None}
    stored = [each.rows or 0 for each in track.stages if each.kind == "write" and each.status == "done"]
    return Counts(
        steps=dict(Counter(each.status for each in track.steps)),
        stages=dict(Counter(each.status for each in track.stages)),
        events=track.events,
        snapshots=len(taken),
        validations=len(rules),
        broken=sum(not rule.holds for rule in rules),
        attempts=sum(each.attempts for each in track.stages),
        rows=sum(stored),
    )
