"""One project with its cache, edited again and again, and for each of its states a fresh one: they hold the same."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from cached.edits import EDITS, STORES, Edited, beginning, engine_changed, touch
from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.result import Result


class Stale(AssertionError):
    """The project with its cache holds something else than the one without."""


class Edits:
    """A project, and what was seen of it. `session`: of Spark, where some runs are to be on it."""

    def __init__(self, folder: Path, chance: random.Random, session: Any = None) -> None:
        self.folder, self.chance, self.session = folder, chance, session
        self.now = beginning(chance)
        self.seen: Counter[str] = Counter()
        self.stages: Counter[str] = Counter()  # of the project with its cache, by how they went
        self._hold(self.now, "in the beginning")

    def edit(self) -> None:
        """Make one to three edits, run both projects and hold them to each other; an edit that is wrong is taken back.

        Raises Stale.
        """
        edited, names = msgspec.structs.replace(self.now, touched=()), []
        for _ in range(self.chance.choice([1, 1, 1, 2, 3])):
            edit = self.chance.choice(EDITS)
            if self.session is not None and self.chance.random() < 0.1:
                edit = engine_changed
            edited = edit(edited, self.chance)
            names.append(edit.__name__)
        if self._hold(edited, ", ".join(names)):
            self.now = edited
            self.seen.update(names)

    def _hold(self, edited: Edited, names: str) -> bool:
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        results = [self._run(root, edited) for root in (fresh, self.folder / "cached")]
        if None in results:
            self.seen["refused"] += 1
            return False
        uncached, cached = results
        assert uncached is not None
        assert cached is not None
        if cached.success != uncached.success:
            told = [each.message for result in results if result is not None for each in result.run.problems]
            raise Stale(f"{names}: one of the two failed: {told}\n{edited}")
        if not cached.success:
            self.seen["failed"] += 1
            return False
        self.stages.update(each.status for each in cached.run.stages)
        self._compare(fresh, self.folder / "cached", edited, names)
        rules = [sorted((each.rule, each.count) for each in each.run.rules) for each in (uncached, cached)]
        if rules[0] != rules[1]:
            raise Stale(f"{names}: rules found {rules[1]}, not {rules[0]}\n{edited.text}")
        return True

    def _run(self, root: Path, edited: Edited) -> Result | None:
        """Run a state; None where the compiler refuses it."""
        _write(root, edited, self.chance)
        session = self.session if edited.engine == "spark" else None
        try:
            pipeline = api.from_text(edited.text, root, **edited.parameters)
            return api.run(pipeline, engine=edited.engine, session=session)
        except CompileError:
            return None

    def _compare(self, fresh: Path, cached: Path, edited: Edited, names: str) -> None:
        for place, step in STORES.items():
            if f"store {step} " not in edited.text:
                continue
            one, other = content(fresh / place), content(cached / place)
            if one != other:
                raise Stale(f"{names}: `{place}` is\n{other}\nnot\n{one}\n{edited.text}\n{edited.files}")


def _write(root: Path, edited: Edited, chance: random.Random) -> None:
    """Have the files of a state in a folder; what is as it was is left alone, but for what is touched."""
    (root / "parts").mkdir(parents=True, exist_ok=True)
    for place in (root / "parts").glob("*.parquet"):
        if f"parts/{place.stem}" not in edited.files:
            place.unlink()
    for name, text in edited.files.items():
        file = root / (f"{name}.parquet" if name.startswith("parts/") else name)
        if not name.startswith("parts/"):
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
        elif not file.exists() or _numbers(file) != [int(each) for each in text.split()]:
            values = ", ".join(f"({each}, {each} % 4)" for each in text.split())
            duckdb.sql(f"copy (from (values {values}) t(id, part)) to '{file}' (format parquet)")
        if name in edited.touched:
            touch(file, chance)


def _numbers(file: Path) -> list[int]:
    return [number for (number,) in duckdb.sql(f"select id::bigint from '{file}'").fetchall()]


def content(place: Path) -> Any:
    """Return what is stored, whatever its order: lines of a text, rows with types of Parquet."""
    if place.suffix in (".csv", ".json"):
        return sorted(line.strip(",") for line in place.read_text(encoding="utf-8").splitlines())
    if place.is_dir() and not any(place.rglob("*.parquet")):
        return "no rows, in no folder of a partition"
    files = f"{place}/**/*.parquet" if place.is_dir() else str(place)
    table = duckdb.sql(
        f"from read_parquet('{files}', hive_partitioning = {str(place.is_dir()).lower()})"
    ).to_arrow_table()
    return str(table.schema), sorted(map(repr, table.to_pylist()))
