"""What need not be computed: stages whose result is there, by the key of what it is made of.

A result is found by one of two keys. The first is of the whole plan down to the sources. The other takes the stored
rows of other stages as they are: a stage that was computed again, and whose rows came out as before, wakes nobody.
"""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import TypeGuard

import msgspec

from odibi_sql import ir
from odibi_sql.keys import Key
from odibi_sql.plan import Answer, Check, Materialize, Plan, Stage, Write
from odibi_sql.run.job import Job
from odibi_sql.run.kept import is_whole
from odibi_sql.run.outcome import StageOutcome
from odibi_sql.run.stages import Done, outcome_of
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.results import Checked, Kept, Made, Results
from odibi_sql.run.stores.ledger import Ledger
from odibi_sql.run.stores.store import readable_at, target_of

_DAY = datetime.timedelta(days=1)  # of checks it is written down once a day that they are used
NEVER = ("append", "fail if exists")  # modes of which each run has something to do


class Reuse:
    """The results of a project that a run can take, and those that it adds. Where it `only_looks`, the state stays."""

    def __init__(self, plan: Plan, job: Job, database: Database, ledger: Ledger, *, only_looks: bool = False) -> None:
        self._stages = {stage.name: stage for stage in plan.stages}
        self._job = job
        self._only_looks = only_looks
        self._ledger = ledger
        self._results = Results(database)
        self._contents: dict[str, str] = {}  # what stands for the stored rows of a dataset
        self._hits: dict[str, StageOutcome] = {}
        self._kept: dict[str, Kept] = {}
        self.warnings: list[str] = []
        self._unsure: set[str] = set()  # stages that may have read other files than their keys say
        self._readers: dict[str, list[Stage]] = {name: [] for name in self._stages}
        self._above: dict[str, frozenset[str]] = {}  # all stages that come before
        for stage in plan.stages:
            needs = dict.fromkeys(stage.needs)
            self._above[stage.name] = frozenset(needs).union(*(self._above[name] for name in needs))
            for name in needs:
                self._readers[name].append(stage)
        self._again = {stage.name for stage in plan.stages if self._is_told_again(stage)}
        self._again |= {name for name, above in self._above.items() if above & self._again}
        self.key = cache(self._key)
        self._failed = {name: why for name, key, why in job.left_failed if self._has_key(name, key)}
        self.wanted = self._wanted(plan) if job.uses_cache else set(self._stages)

    def failed_before(self, stage: Stage) -> str:
        """Return why a stage failed in the run that this one goes on with, if it is not to be tried again, else ""."""
        return self._failed.get(stage.name, "")

    def hit(self, stage: Stage) -> StageOutcome | None:
        """Return the outcome of a stage that need not run, as far as is known by now; None: run it."""
        if stage.name not in self.wanted:
            return self._hits.get(stage.name) or outcome_of(stage, "cached", "nothing that needs it has to be computed")
        if not self._job.uses_cache or stage.name in self._again or isinstance(stage, Answer):
            return None
        if isinstance(stage, Materialize) and all(self._is_idle(each) for each in self._readers[stage.name]):
            return outcome_of(stage, "cached", "nothing that needs it has to be computed")
        return self._found(stage)

    def place_to_read(self, stage: Stage) -> Path | None:
        """Return where the rows of a stage that was found are, if a stage that is to run reads them.

        Raises EngineProblem where they are in an object store that cannot be reached.
        """
        if not any(each.name in self.wanted and each.name not in self._hits for each in self._readers[stage.name]):
            return None
        if isinstance(stage, Write):
            return readable_at(stage, self._ledger.root) if stage.table is not None else None
        return self.kept_at(stage)

    def known(self, stage: Stage) -> StageOutcome | None:
        """Return the outcome of a stage whose result is there, whether a run needs it or not. Stages that come before
        it are asked for first: their stored rows may stand for what they are made of."""
        return self._found(stage) if self._job.uses_cache else None

    def taken(self, stage: Stage) -> Kept | None:
        """Return the kept rows of a stage that are taken, as far as is known by now."""
        return self._kept.get(stage.name)

    def kept_at(self, stage: Stage) -> Path | None:
        """Return where they are."""
        record = self.taken(stage)
        return self._ledger.root / record.artifact if record is not None else None

    def can_be_kept(self, stage: Stage) -> TypeGuard[Materialize]:
        """Whether the rows of a stage can be kept for later runs: Parquet holds them, and no step of it forbids it."""
        is_exact = all(ir.is_exact_in_parquet(field.type) for field in stage.schema)
        return isinstance(stage, Materialize) and stage.policy.cache is not False and is_exact

    def is_kept(self, stage: Stage) -> bool:
        """Whether the rows of a stage are in files, which outlive the run."""
        return stage.name in self._kept

    def remember(self, stage: Stage, done: Done) -> bool:
        """Take what came of a stage for later runs; False where the files that it read changed meanwhile."""
        if not all(map(self._job.fingerprints.holds, stage.sources)):
            self._unsure.add(stage.name)
        is_sure = not self._unsure & {stage.name, *self._above[stage.name]}
        if isinstance(stage, Write) and is_sure:
            self._put(stage, Made(content=done.content, made=_now()))
            self._knows(stage, done.content)
        elif done.kept is not None:
            self._kept[stage.name] = done.kept
            if is_sure:
                self._put(stage, done.kept)
                self._share(stage, done.kept)
                self._contents[stage.name] = done.content
        elif isinstance(stage, Check) and is_sure and stage.policy.cache is not False:
            self._put(stage, Checked(rules=done.outcome.rules, made=_now()))
        return stage.name not in self._unsure

    def _key(self, stage: Stage) -> Key:
        return self._key_after(stage, {})

    def _key_after(self, stage: Stage, contents: dict[str, str]) -> Key:
        """Return the key of a stage that takes the rows of some datasets as they are stored."""
        keys = self._job.keys
        match stage:
            case Write():
                return keys.store(stage.name, contents)
            case Check():
                return keys.gate(stage.name, contents)
            case Answer(dataset=dataset):
                return keys.dataset(dataset, contents)
        return keys.dataset(stage.name, contents)

    def _has_key(self, name: str, key: str) -> bool:
        return name in self._stages and self.key(self._stages[name]).digest == key

    def _inputs_key(self, stage: Stage) -> Key | None:
        """Return the key of a stage over the stored rows that it reads; None where it reads none."""
        above = self._above[stage.name]
        stages = [self._stages[name] for name in above]
        stored = {each.table if isinstance(each, Write) else each.name for each in stages}
        contents = {name: content for name, content in self._contents.items() if name in stored}
        return self._key_after(stage, contents) if contents else None

    def _is_told_again(self, stage: Stage) -> bool:
        return stage.policy.cache is False or not self._job.again.isdisjoint(stage.steps)

    def _wanted(self, plan: Plan) -> set[str]:
        """Return the stages that have to run, by what is known before anything does."""
        wanted: set[str] = set()
        for stage in reversed(plan.stages):
            if stage.name in self._failed or not self._above[stage.name].isdisjoint(self._failed):
                continue
            is_read = any(each.name in wanted for each in self._readers[stage.name])
            if isinstance(stage, Answer) or stage.name in self._again:
                wanted.add(stage.name)
            elif isinstance(stage, Materialize):
                if is_read and self._found(stage) is None:
                    wanted.add(stage.name)
            elif self._found(stage) is None:
                wanted.add(stage.name)
        return wanted

    def _is_idle(self, stage: Stage) -> bool:
        """Whether a stage does not run, nor any that needs it for its rows."""
        if stage.name not in self.wanted or stage.name in self._hits:
            return True
        if stage.name in self._again or isinstance(stage, Answer):
            return False
        if isinstance(stage, Materialize):
            return all(map(self._is_idle, self._readers[stage.name]))
        return self._found(stage) is not None

    def _found(self, stage: Stage) -> StageOutcome | None:
        """Return the outcome of a stage that is known by one of its keys; it stays known in this run."""
        if stage.name in self._again or (isinstance(stage, Materialize) and not self.can_be_kept(stage)):
            return None
        if stage.name not in self._hits:
            for key in (self.key(stage), self._inputs_key(stage)):
                outcome = None if key is None else self._by(stage, key)
                if outcome is not None:
                    self._hits[stage.name] = outcome
                    break
        return self._hits.get(stage.name)

    def _by(self, stage: Stage, key: Key) -> StageOutcome | None:
        record = self._results.get(key.digest)
        if isinstance(stage, Check) and isinstance(record, Checked):
            rules = tuple(
                msgspec.structs.replace(each, stage=stage.name, steps=stage.steps, rule=rule.name, text=rule.text)
                for each, rule in zip(record.rules, stage.rules, strict=True)
            )
            if not self._only_looks and _now() - (record.last_used or record.made) > _DAY:
                self._results.used(key.digest)
            return msgspec.structs.replace(outcome_of(stage, "cached", "its rules were counted"), rules=rules)
        if isinstance(stage, Materialize):
            kept = self._whole(stage, key, record) if isinstance(record, Kept) else None
            kept = kept or self._shared(stage, key)
            return self._by_kept(stage, key, kept) if kept is not None else None
        if not isinstance(stage, Write) or not isinstance(record, Made) or stage.mode in NEVER:
            return None
        there = self._ledger.current(target_of(stage, self._ledger.root))
        if there is None or there.content != record.content:
            return None
        self._knows(stage, there.content)
        if not self._only_looks:
            self._results.put(self.key(stage).digest, record)  # so that next time the first key finds it
        outcome = outcome_of(stage, "cached", "what it would store is there")
        return msgspec.structs.replace(outcome, rows=there.rows, bytes=there.bytes, files=there.files)

    def _whole(self, stage: Materialize, key: Key, record: Kept) -> Kept | None:
        """Return rows that are kept, if they are there byte for byte."""
        if is_whole(record, self._ledger.root):
            return record
        if not self._only_looks:
            self._results.forget(key.digest)
        self.warnings.append(f"the kept rows of `{stage.name}` are gone or damaged: they are computed again")
        return None

    def _shared(self, stage: Materialize, key: Key) -> Kept | None:
        """Return rows that another machine has kept."""
        shared, is_asked = self._job.shared, stage.policy.cache is True or self._job.checkpoint != "manual"
        if shared is None or not is_asked or self._only_looks:
            return None
        found = shared.find(key.digest, stage.name)
        if found is not None:
            found = msgspec.structs.replace(found, stage=stage.name)
            self._results.put(key.digest, found)
        return found

    def _by_kept(self, stage: Materialize, key: Key, record: Kept) -> StageOutcome:
        self._kept[stage.name] = record
        self._contents[stage.name] = record.sha256
        if not self._only_looks:
            self._results.used(key.digest)
        return msgspec.structs.replace(outcome_of(stage, "cached", "its rows were kept"), rows=record.rows)

    def _share(self, stage: Stage, record: Kept) -> None:
        if self._job.shared is not None:
            keys = [key.digest for key in (self.key(stage), self._inputs_key(stage)) if key is not None]
            self._job.shared.share(keys, record)

    def _knows(self, stage: Write, content: str) -> None:
        if stage.table is not None:
            self._contents[stage.table] = content

    def _put(self, stage: Stage, record: Made | Checked | Kept) -> None:
        for key in (self.key(stage), self._inputs_key(stage)):
            if key is not None:
                self._results.put(key.digest, record)


def has_nothing_to_do(plan: Plan, job: Job, root: Path, database: Database) -> bool:
    """Whether each stage of a plan of stores and checks is known already. Raises StateProblem."""
    return not Reuse(plan, job, database, Ledger(root, database)).wanted


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
