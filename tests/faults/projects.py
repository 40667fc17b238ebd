"""Whole projects that are killed: runs, stores that are published together, the next run that ends them, rollbacks.

A project has a store of each mode. After a kill each of them is as before or new; the run that is resumed leaves all as
one that was never killed does.
"""

from __future__ import annotations

import datetime
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from faults.harness import Broken
from faults.model import Case, Row, rows_of
from faults.readers import Reader
from faults.victims import Victims
from odibi_sql import ir
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import Runs
from odibi_sql.run.stores.ledger import Ledger

STORES: tuple[tuple[str, str, ir.Mode], ...] = (
    ("o.csv", "", "default"),
    ("o.parquet", "mode merge on id", "merge"),
    ("f", "mode append", "append"),
    ("h", "partition by k mode overwrite partitions", "overwrite partitions"),
    ("g", "mode scd2 on id", "scd2"),
)
HEAD = """pipeline faults
ingest read from csv "in.csv" schema (id int64 not null, v int64 not null, k int64 not null)
transform rows from read | filter id >= 0 | expect some: id >= 0 else fail
  with (cache: true)
"""
OTHER = 'pipeline other\ningest a from values (i int64) (1)\nstore a to csv "other.csv"\n'
DEADLY = {"step", "after", "after_first"}
Rows = list[list[Row]]


class Project:
    """One project, version after version.

    `is_together`: its stores are published together; `has_history`: one of them is a history; `elsewhere`: what of it
    is in the folder `disk`.
    """

    def __init__(
        self,
        root: Path,
        victims: Victims,
        *,
        is_together: bool,
        engine: str = "duckdb",
        has_history: bool = True,
        elsewhere: Sequence[str] = (),
        disk: Path | None = None,
    ) -> None:
        self.root, self.victims, self.is_together, self.engine = root, victims, is_together, engine
        self.has_history, self.elsewhere, self.disk = has_history, elsewhere, disk
        self.stores = [each for each in STORES if has_history or each[2] != "scd2"]
        self.cases = [Case(root, mode, place) for place, _, mode in self.stores]
        self.kills, self.readings, self.late, self.missed = 0, 0, 0, Counter[str]()
        self.ends: Counter[str] = Counter()  # how the targets were found after a kill
        self.begin()

    def __str__(self) -> str:
        return f"a project on {self.engine}{', together' if self.is_together else ''}"

    def begin(self) -> None:
        """Begin anew, with one version that nobody killed."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        together = " with (publish: together)" if self.is_together else ""
        lines = [
            f'store rows to {"csv" if place.endswith("csv") else "parquet"} "{place}" {mode}{together}\n'
            for place, mode, _ in self.stores
        ]
        (self.root / "p.odibi").write_text(HEAD + "".join(lines))
        (self.root / "other.odibi").write_text(OTHER)
        for number, place in enumerate(self.elsewhere):
            assert self.disk is not None
            (self.root / place).parent.mkdir(exist_ok=True)
            (self.root / place).symlink_to(self.disk / f"{number}-{Path(place).name}")
            if place.startswith(".odibi"):
                (self.root / place).resolve().mkdir()
        self.number, self.rows = 0, [list[Row]() for _ in self.stores]
        self.steps = self.trial()["steps"]

    def trial(self, *hows: dict[str, Any], is_ended_by_other: bool = False, **clock: Any) -> dict[str, Any]:
        """Make the next version: run it, killed in each of these ways one after the other, and then to its end.

        `is_ended_by_other`: a run of another pipeline comes after the kills; what was published together is all or none
        then. `clock`: how the clock is set of those that are killed, and that of the last one where none is.
        """
        self.next_version()
        with Reader(self.cases if self.number > 1 else []) as reader:
            for how in hows:
                answer = self._run(**how, **clock)
                self._look(self._now(), answer, how)
                if self._is_done():  # it was faster
                    break
            else:
                if is_ended_by_other:
                    self._end_by_other(hows)
                answer = self._run(**({} if hows else clock))
        self._hold(answer, hows, reader)
        return answer

    def killed_forward(self, how: dict[str, Any], forward: dict[str, Any]) -> bool:
        """Kill a run that publishes together, and then the run of another pipeline that rolls it forward; return
        whether that came to it."""
        self.next_version()
        with Reader(self.cases) as reader:
            answer = self._run(**how)
            self._look(self._now(), answer, how)
            is_done = self._is_done()
            forwarded = self.victims.command(self.root, "run", "other.odibi", "--no-cache", **forward)
            self._count(forwarded, forward)
            self._look(self._now(), forwarded, forward)
            self._end_by_other((how, forward))
            answer = answer if is_done else self._run()
        self._hold(answer, (how, forward), reader)
        return bool(forwarded["is_killed"])

    def killed_back(self, place: str, how: dict[str, Any]) -> dict[str, Any]:
        """Kill a rollback of a target; then roll back until the newest version is there again."""
        number = [each for each, _, _ in self.stores].index(place)
        case, newest, older = self.cases[number], self.rows[number], self.before[number]
        step = "store rows" + (f" {number + 1}" if number else "")
        with Reader([case]) as reader:
            answer = self.victims.command(self.root, "rollback", "p.odibi", step, **how)
            self._count(answer, how)
            found = case.read()
            if found not in (older, newest) or (not answer["is_killed"] and found != older):
                raise Broken(f"rollback of {case}, {how}: {len(found)} rows: {answer['said']}")
            for _ in range(1 if found == older else 2):
                reader.knows()
                answer = self.victims.command(self.root, "rollback", "p.odibi", step)
                if answer["code"] != 0:
                    raise Broken(f"rollback of {case}, {how}: {answer['said']}")
                reader.knows()
        if case.read() != newest:
            raise Broken(f"rollback of {case}, {how}: the newest version is not there again")
        self._add(reader, str(how))
        return answer

    def next_version(self) -> None:
        """Have other rows to store."""
        self.number += 1
        self.before = self.rows
        self.run = self._latest()
        lines = [",".join(map(str, row)) for row in rows_of(self.number)]
        ready = self.root / "in.csv.new"
        ready.write_text("\n".join(["id,v,k", *lines, ""]))
        ready.replace(self.root / "in.csv")

    def _run(self, **how: Any) -> dict[str, Any]:
        """Run the pipeline, or go on with the run that was killed."""
        words = ["run", "p.odibi"]
        if self.engine == "spark":
            words += ["--engine", "spark", "--spark-master", "local[2]"]
        if self._unfinished():
            words.append("--resume")
        answer = self.victims.command(self.root, *words, **how)
        self._count(answer, how)
        if not answer["is_killed"] and answer["code"] != 0:
            raise Broken(f"{self}, {how}: {answer['said']}")
        return answer

    def _count(self, answer: dict[str, Any], how: dict[str, Any]) -> None:
        self.kills += answer["is_killed"]
        if "error" in answer or (not DEADLY & how.keys() and answer["is_killed"]) or "Traceback" in answer["said"]:
            raise Broken(f"{self}, {how}: {answer}")

    def _unfinished(self) -> bool:
        if not (self.root / ".odibi").exists():
            return False
        with closing(Database(self.root)) as database:
            runs = Runs(database)
            runs.dead()
            found = runs.list(limit=1, pipeline="faults")
        return bool(found) and found[0].can_be_resumed

    def _latest(self) -> str:
        if not (self.root / ".odibi").exists():
            return ""
        with closing(Database(self.root)) as database:
            found = Runs(database).list(limit=1, pipeline="faults")
        return found[0].run if found else ""

    def _is_done(self) -> bool:
        """Whether a run of this version came to its end, though its process may have been killed after it."""
        with closing(Database(self.root)) as database:
            found = Runs(database).list(limit=1, pipeline="faults")
        return bool(found) and found[0].status == "done" and found[0].run != self.run

    def _clock(self) -> datetime.datetime | None:
        with closing(Database(self.root)) as database:
            found = Runs(database).list(limit=1, pipeline="faults")
        return found[0].clock if found else None

    def _now(self) -> Rows:
        """Return the rows of each target once it is new."""
        clock = self._clock()
        return [case.after(rows, self.number, clock) for case, rows in zip(self.cases, self.rows, strict=True)]

    def found(self) -> list[str]:
        """Return how each target is: "old", "new" or "wrong"."""
        return self._found(self._now())

    def end(self) -> None:
        """Run the version to its end, and hold all to what a run that was never stopped leaves."""
        answer = self._run()
        self._hold(answer, "at last", None)

    def _found(self, after: Rows) -> list[str]:
        """Return how each target is: "new" where both are the same."""
        found = []
        for case, old, new in zip(self.cases, self.rows, after, strict=True):
            there = case.read() if (self.root / case.place).exists() else []
            found.append("new" if there == new else "old" if there == old else "wrong")
        return found

    def _look(self, after: Rows, answer: dict[str, Any], how: dict[str, Any]) -> None:
        found = self._found(after)
        if "wrong" in found:
            raise Broken(f"{self}, {how}: {found}: {answer['said']}")
        self.ends["some of both" if len(set(found)) > 1 else f"all {found[0]}"] += 1

    def _end_by_other(self, hows: Any) -> None:
        answer = self.victims.command(self.root, "run", "other.odibi", "--no-cache")
        found = self._found(self._now())
        if answer["code"] != 0 or "Traceback" in answer["said"] or len(set(found)) > 1:
            raise Broken(f"{self}, {hows}: after the next run {found}: {answer['said']}")

    def _hold(self, answer: dict[str, Any], hows: Any, reader: Reader | None) -> None:
        """Hold all that is there to what a run that was never killed leaves."""
        after = self._now()
        found = self._found(after)
        if set(found) != {"new"}:
            raise Broken(f"{self}, {hows}: a whole run after the kills: {found}: {answer['said']}")
        left = [str(each) for each in self.root.rglob(".odibi-*")]
        versions = [str(each) for each in (self.root / ".odibi/versions").glob("*/*")]
        if left or len(versions) > 2 * len(self.stores):
            raise Broken(f"{self}, {hows}: {left} is left, {len(versions)} versions are kept")
        with closing(Database(self.root)) as database:
            ledger = Ledger(self.root, database)
            unknown = [case.place for case in self.cases if ledger.current((self.root / case.place).resolve()) is None]
            running = [each.run for each in Runs(database).list() if each.status == "running"]
        if unknown or running:
            raise Broken(f"{self}, {hows}: the ledger does not know {unknown}; {running} are said to run")
        if reader is not None:
            self._add(reader, str(hows))
        self.rows = after

    def _add(self, reader: Reader, hows: str) -> None:
        wrong = reader.wrong()
        if wrong:
            raise Broken(f"{self}, {hows}: {wrong}")
        self.readings += reader.readings
        self.missed += reader.missed
        self.late += reader.late


def death(chance: random.Random, steps: dict[str, int], seconds: float) -> dict[str, Any]:
    """Return a death at a step that was taken, or (one in three) at any time."""
    if chance.random() < 1 / 3:
        return {"after": chance.uniform(0.0, seconds)}
    step = chance.choice(sorted(steps))
    return {"step": step, "at": chance.randint(1, steps[step]), "side": chance.choice(["before", "after"])}
