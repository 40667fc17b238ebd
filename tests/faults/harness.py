"""One trial: a store is killed, what is there is looked at, and it is stored again."""

from __future__ import annotations

import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from faults.model import MODES, PLACES, Case, Row
from faults.victims import Victims
from odibi_sql.run.state.database import Database
from odibi_sql.run.stores.ledger import Ledger

MOST_VERSIONS = 12  # of a target, before it begins anew


class Broken(AssertionError):
    """A trial after which something is not as it has to be."""


class Trials:
    """Trials of one case, one after the other, each on what the last has left."""

    def __init__(self, case: Case, victims: Victims) -> None:
        self.case, self.victims = case, victims
        self.number, self.rows = 0, list[Row]()
        self.kills, self.readings, self.misses, self.late = 0, 0, 0, 0
        self._begin()

    def _begin(self) -> None:
        shutil.rmtree(self.case.root, ignore_errors=True)
        self.case.root.mkdir(parents=True)
        self.number, self.rows = 0, []
        self.store()

    def store(self, **how: Any) -> dict[str, Any]:
        """Store the next version: killed if `how` says so, and then once more."""
        if self.number >= MOST_VERSIONS:
            self._begin()
        self.number += 1
        before, after = self.rows, self.case.after(self.rows, self.number)
        with Reader(self.case, is_there=self.number > 1) as reader:
            answer = self._run(**how) if how else {}
            if how:
                self.kills += answer["is_killed"]
                self._look(before, after, how)
            answer = self._run()
        if self.case.read() != after:
            raise Broken(f"{self.case}, {how}: a whole run after the kill gives other rows")
        self._hold(how)
        reader.hold(self.case)
        self.readings += len(reader.seen)
        self.misses += reader.misses
        self.late += reader.late
        self.rows = after
        return answer

    def _run(self, **how: Any) -> dict[str, Any]:
        answer = self.victims.run(self.case.root, self.case.mode, self.case.place, self.number, **how)
        if "error" in answer or (not how and answer["is_killed"]):
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
        left = [each.name for each in self.case.root.glob(".odibi-*")]
        if left:
            raise Broken(f"{self.case}, {how}: {left} is left")
        database = Database(self.case.root)
        record = Ledger(self.case.root, database).current((self.case.root / self.case.place).resolve())
        database.close()
        if record is None or record.key != f"k{self.number}":
            raise Broken(f"{self.case}, {how}: the ledger knows {record}")


class Reader:
    """Who reads the target all the while.

    A query that fails is a miss, and no wrong row: a file of a folder was listed and is gone, or DuckDB, which opens
    one file of Parquet by its name more than once, finds another one than that whose footer it has read. A reader is
    late that took so long between listing a folder and those in it that it has not heard of a new partition.
    """

    def __init__(self, case: Case, *, is_there: bool) -> None:
        self.seen: list[tuple[Any, ...]] = []
        self.misses, self.late = 0, 0
        self._case, self._is_there = case, is_there
        self._stop = threading.Event()
        self._connection = duckdb.connect(config={"threads": 1})
        self._thread = threading.Thread(target=self._poll)

    def __enter__(self) -> Reader:
        if self._is_there:
            self.first = self._case.digest(self._connection)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._is_there:
            self._thread.join()

    def _poll(self) -> None:
        while not self._stop.is_set():
            try:
                self.seen.append(self._case.digest(self._connection))
            except duckdb.Error as error:
                if self._case.place.endswith(".csv"):
                    self.seen.append((str(error),))
                self.misses += 1

    def hold(self, case: Case) -> None:
        """Hold all that was read to the first version or the last."""
        last = case.digest(self._connection)
        late = [case.digest(self._connection, but) for but in range(4)] if case.place == "h" else []
        self.late = sum(each in late and each not in (self.first, last) for each in self.seen)
        wrong = [each for each in self.seen if each not in (self.first, last, *late)]
        if wrong:
            raise Broken(f"{case}: a reader saw {wrong[0]}, not {self.first} or {last}")


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


def some_deaths(chance: random.Random, count: int) -> list[dict[str, Any]]:
    """Return deaths at any time."""
    return [{"after": chance.uniform(0.0, 0.25)} for _ in range(count)]
