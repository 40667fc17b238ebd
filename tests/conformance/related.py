"""Cases of joins and set operations on an engine: all of a name as one pipeline, their rows below each other."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from interpreter import run_graph
from interpreter.values import identity

from conformance.cases import Case
from conformance.compare import arrow_type, is_of_type
from conformance.engines import Engine, EngineFailed
from conformance.relations import SETS, TYPES, columns
from conformance.scalar import Difference, Outcome, is_refused
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError

Row = dict[str, Any]


def run_related(cases: Sequence[Case], engine: Engine) -> Outcome:
    """Return what comes of the cases on an engine."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        tables = {"x": _table("left", "a"), "y": _table("right", "b")}
        for name, table in tables.items():
            pq.write_table(table, root / f"{name}.parquet")
        return _Run(cases, engine, root).outcome({f"{name}.parquet": _rows(each) for name, each in tables.items()})


def _table(side: str, counter: str) -> pa.Table:
    keys = columns(TYPES, side)
    data = {name: pa.array(values, arrow_type(each)) for each, (name, values) in zip(TYPES, keys.items(), strict=True)}
    count = len(next(iter(keys.values())))
    return pa.table({counter: pa.array(range(count), pa.int64()), **data})


def _rows(table: pa.Table) -> list[Row]:
    naive = [
        table.column(each).cast(pa.timestamp("us"))
        if getattr(table.schema.field(each).type, "tz", None)
        else table[each]
        for each in table.column_names
    ]
    return list(pa.table(naive, names=table.column_names).to_pylist())


def _column(name: str, type_: ir.Type) -> str:
    """Return what a column of this type is called where the cases are below each other."""
    return f"{name}_{''.join(each if each.isalnum() else '_' for each in str(type_))}"


class _Run:
    def __init__(self, cases: Sequence[Case], engine: Engine, root: Path) -> None:
        self.cases, self.engine, self.root = cases, engine, root
        self.types: dict[int, dict[str, ir.Type]] = {}
        self.differences: list[Difference] = []
        self.refused: list[str] = []
        self.rows = 0

    def outcome(self, tables: dict[str, list[Row]]) -> Outcome:
        numbers = range(len(self.cases))
        graph = api.check(api.from_text(self._sources() + "".join(map(self._step, numbers)), self.root)).graph
        rows = run_graph(graph, tables)[0]
        for i in numbers:
            schema = graph.dataset(f"c{i}").relation.schema
            self.types[i] = {field.name: field.type for field in schema}
        self._compare(list(numbers), {i: rows[f"c{i}"] for i in numbers})
        return Outcome(self.rows, 0, tuple(self.differences), tuple(self.refused))

    def _sources(self) -> str:
        return 'ingest x from parquet "x.parquet"\ningest y from parquet "y.parquet"\n'

    def _step(self, i: int) -> str:
        case = self.cases[i]
        mine, theirs = (TYPES.index(each) for each in case.types)
        sides = f"transform x{i} from x | select k = k{mine}, a\ntransform y{i} from y | select k = k{theirs}, b\n"
        if case.text.startswith(SETS):
            sides = sides.replace(", b\n", ", n = nullif(b % 3, 0)\n").replace(", a\n", ", n = nullif(a % 3, 0)\n")
        text = case.text.format(x=f"x{i}", y=f"y{i}")
        if text.startswith("select"):
            return f'{sides}sql c{i} from x{i}, y{i} """{text}"""\n'
        silenced = "# odibi: allow join-is-cartesian, join-may-multiply\n"
        return f"{sides}{silenced}transform c{i} from x{i} | {text}\n"

    def _pipeline(self, numbers: Sequence[int]) -> str:
        text = self._sources() + "".join(map(self._step, numbers))
        every = sorted({each for i in numbers for each in self.types[i].items()}, key=str)
        for i in numbers:
            made = [f"{_column(*each)} = {self._shown(i, *each)}" for each in every]
            text += f"transform s{i} from c{i} | select at = {i}, {', '.join(made)}\n"
        others = ", ".join(f"s{i}" for i in numbers[1:])
        return f"{text}transform r from s{numbers[0]}" + (f" | union all {others}\n" if others else "\n")

    def _shown(self, i: int, name: str, type_: ir.Type) -> str:
        return name if self.types[i].get(name) == type_ else f"cast(null as {type_})"

    def _compare(self, numbers: list[int], expected: dict[int, list[Row]]) -> None:
        try:
            plan = api.compile(api.from_text(self._pipeline(numbers), self.root), goals=["r"], engine=self.engine.name)
            table = self.engine.answer(plan, self.root)
        except (EngineFailed, CompileError) as problem:
            if len(numbers) > 1:
                half = len(numbers) // 2
                self._compare(numbers[:half], expected)
                self._compare(numbers[half:], expected)
            elif is_refused(problem):
                self.refused.append(self._said(numbers[0]))
            else:
                self._differs(numbers[0], None, "it runs", str(problem)[:400])
            return
        found = _rows(table)
        for i in numbers:
            self._compare_case(i, table.schema, [row for row in found if row["at"] == i], expected[i])

    def _compare_case(self, i: int, schema: pa.Schema, found: list[Row], expected: list[Row]) -> None:
        shown = {name: _column(name, type_) for name, type_ in self.types[i].items()}
        for name, type_ in self.types[i].items():
            there = schema.field(shown[name]).type
            if not is_of_type(there, type_):
                self._differs(i, None, f"{name} {arrow_type(type_)}", str(there))
        mine = Counter(tuple(identity(row[each]) for each in shown) for row in expected)
        theirs = Counter(tuple(identity(row[each]) for each in shown.values()) for row in found)
        self.rows += len(expected)
        for row in mine.keys() | theirs.keys():
            if mine[row] != theirs[row]:
                self._differs(i, row, f"{mine[row]} times", f"{theirs[row]} times")

    def _said(self, i: int) -> str:
        return f"{self.cases[i].text} [{', '.join(map(str, self.cases[i].types))}]"

    def _differs(self, i: int, row: Any, expected: Any, found: Any) -> None:
        self.differences.append(Difference(self._said(i), row, expected, found))
