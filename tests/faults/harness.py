"""One trial: a store is killed, what is there is looked at, and it is stored again."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from faults.model import MODES, PLACES, Case, Row
from faults.readers import Reader
from faults.victims import Victims
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores.ledger import Ledger

MOST_VERSIONS = 12  # of a target, before it begins anew


class Broken(AssertionError):
    """A trial after which something is not as it has to be."""


class Trials:
    """Trials of one case, one after the other, each on what the last has left."""

    def __init__(self, case: Case, victims: Victims, engine: str = "duckdb") -> None:
        self.case, self.victims, self.engine = case, victims, engine
        self.number, self.rows = 0, list[Row]()
        self.left: set[str] = set()  # hidden, beside the target
        self.kills, self.readings, self.late, self.missed = 0, 0, 0, Counter[str]()
        self._begin()

    def _begin(self) -> None:
        shutil.rmtree(self.case.root, ignore_errors=True)
        self.case.root.mkdir(parents=True)
        self.number, self.rows = 0, []
        self.store()

    def store(self, ends_on: str = "duckdb", **how: Any) -> dict[str, Any]:
        """Store the next version: killed if `how` says so, and then once more, on an engine: what it finds is the same
        on each.
        """
        if self.number >= MOST_VERSIONS:
            self._begin()
        self.number += 1
        before, after = self.rows, self.case.after(self.rows, self.number)
        pause = 0.1 if self.engine == "spark" else 0.0
        with Reader([self.case] if self.number > 1 else [], pause) as reader:
            answer = self._run(self.engine, **how) if how else {}
            if how:
                self.kills += answer["is_killed"]
                self._look(before, after, how)
            answer = self._run(ends_on)
        if self.case.read() != after:
            raise Broken(f"{self.case}, {how}: a whole run after the kill gives other rows")
        self._hold(how)
        wrong = reader.wrong()
        if wrong:
            raise Broken(f"{self.case}, {how}: {wrong}")
        self.readings += reader.readings
        self.missed += reader.missed
        self.late += reader.late
        self.rows = after
        return answer

    def _run(self, engine: str, **how: Any) -> dict[str, Any]:
        how = {**how, "engine": engine}
        answer = self.victims.run(self.case.root, self.case.mode, self.case.place, self.number, **how)
        if "error" in answer or (len(how) == 1 and answer["is_killed"]):
            raise Broken(f"{self.case}, {how}: {answer}")
        return answer

    def _look(self, before: list[Row], after: list[Row], how: dict[str, Any]) -> None:
        """Hold what is there after a kill to the old rows or the new ones, and the ledger to know which."""
        final = self.case.root / self.case.place
        if not final.exists():
            if before:
                raise Broken(f"{self.case}, {how}: nothing is there")
            return
        rows = self.case.read()
        if rows not in (before, after):
            raise Broken(
                f"{self.case}, {how}: {len(rows)} rows, neither the {len(before)} old nor the {len(after)} new"
            )
        database = Database(self.case.root)
        record = Ledger(self.case.root, database).there(final.resolve())
        database.close()
        runs = [f"r{self.number - 1}"] * (rows == before) + [f"r{self.number}"] * (rows == after)
        if record is None or record.run not in runs:
            raise Broken(f"{self.case}, {how}: the ledger says {record}")

    def _hold(self, how: dict[str, Any]) -> None:
        """Hold the place to be clean, and the ledger to know what is there. A Spark that goes on can write what a
        victim had begun after the next store has looked: the one after that removes it.
        """
        left = {each.name for each in self.case.root.glob(".odibi-*")}
        left, self.left = left & self.left if self.victims.shares_spark else left, left
        if left:
            raise Broken(f"{self.case}, {how}: {left} is left")
        database = Database(self.case.root)
        record = Ledger(self.case.root, database).current((self.case.root / self.case.place).resolve())
        database.close()
        if record is None or record.key != f"k{self.number}":
            raise Broken(f"{self.case}, {how}: the ledger knows {record}")


def cases(root: Path) -> Iterator[Case]:
    """Give every mode on every kind of place."""
    for mode in MODES:
        for place in PLACES:
            if mode == "overwrite partitions" and place != "h":
                continue
            yield Case(root / f"{mode} {place}", mode, place)


def deaths(steps: Counter[str] | dict[str, int]) -> list[dict[str, Any]]:
    """Return a death before and one after each time that a step is taken."""
    return [
        {"step": step, "at": at, "side": side}
        for step, times in steps.items()
        for at in range(1, times + 1)
        for side in ("before", "after")
    ]


def some_deaths(chance: random.Random, count: int, engine: str = "duckdb") -> list[dict[str, Any]]:
    """Return deaths at any time; on Spark, from when it is started."""
    if engine == "spark":
        return [{"after_first": chance.uniform(0.0, 5.0)} for _ in range(count)]
    return [{"after": chance.uniform(0.0, 0.25)} for _ in range(count)]
