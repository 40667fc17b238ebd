"""Scalar cases: all of one function in one statement, a column for each case."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from interpreter import RunFailure, World, evaluate
from interpreter.evaluate import Scope
from interpreter.world import LeftOpen

from conformance.cases import Case
from conformance.compare import arrow_type, is_of_type, same
from conformance.engines import Engine, EngineFailed
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError

FAILS = "the run fails"
OPEN = "left open"
MOST_FAILURES = 2  # rows of a case that are run alone because they have to fail …
MOST_OF_A_NAME = 10  # … and of all the cases of a name


class Difference(msgspec.Struct, frozen=True):
    """Where an engine's answer is another than the reference's. `row` is None where a case differs as a whole."""

    case: str
    row: tuple[Any, ...] | None
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.case}  {self.row if self.row is not None else ''}: {self.expected!r}, not {self.found!r}"


class Outcome(msgspec.Struct, frozen=True):
    """What came of the cases of a function: how many rows were compared, what differs, which cases were refused."""

    rows: int
    failures: int
    differences: tuple[Difference, ...]
    refused: tuple[str, ...] = ()


def is_refused(problem: Exception) -> bool:
    """Whether the compiler says that the engine cannot give this its meaning."""
    if not isinstance(problem, CompileError):
        return False
    return {each.code for each in problem.diagnostics} == {"not-on-this-engine"}


class Batch:
    """The cases of one function as one pipeline over one file."""

    def __init__(self, cases: Sequence[Case], root: Path) -> None:
        self.cases, self.root = list(cases), root
        self.columns = [[f"c{i}_{j}" for j in range(len(case.types))] for i, case in enumerate(self.cases)]

    def pipeline(self, numbers: Sequence[int]) -> str:
        """Return the pipeline that computes some of the cases."""
        made = [f"r{i} = {self.cases[i].text.format(*self.columns[i])}" for i in numbers]
        return f'ingest t from parquet "t.parquet"\ntransform r from t | select at, {", ".join(made)}'

    def write(self, rows: Sequence[Sequence[tuple[Any, ...]]]) -> None:
        """Write the file: each case's rows side by side, the shorter ones filled with nulls, or their first row."""
        count = max(map(len, rows), default=0)
        data: dict[str, Any] = {"at": pa.array(range(count), pa.int64())}
        for case, names, some in zip(self.cases, self.columns, rows, strict=True):
            filler = some[0] if some else (None,) * len(names)
            padded = [*some, *([filler] * (count - len(some)))]
            for j, name in enumerate(names):
                data[name] = _array([row[j] for row in padded], case.types[j])
        pq.write_table(pa.table(data), self.root / "t.parquet")


def _array(values: list[Any], type_: ir.Type) -> pa.Array:
    if isinstance(type_, ir.Map):
        values = [None if each is None else list(each.items()) for each in values]
    return pa.array(values, arrow_type(type_))


def run_cases(cases: Sequence[Case], engine: Engine, ulps: Callable[[str], int]) -> Outcome:
    """Return what comes of cases on an engine."""
    with tempfile.TemporaryDirectory() as folder:
        return _Run(Batch(cases, Path(folder)), engine, ulps).outcome()


class _Run:
    def __init__(self, batch: Batch, engine: Engine, ulps: Callable[[str], int]) -> None:
        self.batch, self.engine, self.ulps = batch, engine, ulps
        self.differences: list[Difference] = []
        self.refused: list[str] = []
        self.rows = self.failures = 0

    def outcome(self) -> Outcome:
        batch = self.batch
        batch.write([case.rows for case in batch.cases])
        known, expressions = self._checked()
        expected = {i: reference(batch.cases[i], batch.columns[i], expressions[i]) for i in known}
        good = [
            [row for row, value in zip(case.rows, expected.get(i, ()), strict=False) if value not in (FAILS, OPEN)]
            if i in expected
            else []
            for i, case in enumerate(batch.cases)
        ]
        values = {i: [each for each in found if each not in (FAILS, OPEN)] for i, found in expected.items()}
        batch.write(good)
        self._compare(known, good, values, expressions)
        for i in known:
            if batch.cases[i].text not in self.refused:
                self._fail(i, expected[i])
        return Outcome(self.rows, self.failures, tuple(self.differences), tuple(self.refused))

    def _checked(self) -> tuple[list[int], dict[int, ir.Expr]]:
        """Return the cases that can be compiled, and their expressions."""
        numbers = list(range(len(self.batch.cases)))
        try:
            return numbers, self._expressions(numbers)
        except CompileError:
            found: dict[int, ir.Expr] = {}
            for i in numbers:
                try:
                    found |= self._expressions([i])
                except CompileError as problem:
                    self._differs(i, None, "it compiles", str(problem))
            return list(found), found

    def _expressions(self, numbers: Sequence[int]) -> dict[int, ir.Expr]:
        graph = api.check(api.from_text(self.batch.pipeline(numbers), self.batch.root)).graph
        relation = graph.dataset("r").relation
        assert isinstance(relation, ir.Project)
        values = {each.name: each.value for each in relation.columns}
        return {i: values[f"r{i}"] for i in numbers}

    def _compare(self, numbers: list[int], rows: Any, values: Any, expressions: dict[int, ir.Expr]) -> None:
        try:
            table = self._answer(numbers)
        except (EngineFailed, CompileError) as problem:
            if len(numbers) > 1:
                half = len(numbers) // 2
                self._compare(numbers[:half], rows, values, expressions)
                self._compare(numbers[half:], rows, values, expressions)
            elif is_refused(problem):
                self.refused.append(self.batch.cases[numbers[0]].text)
            elif numbers:
                self._find(numbers[0], rows[numbers[0]], values[numbers[0]], str(problem))
                self.batch.write(rows)
            return
        for i in numbers:
            self._compare_case(i, table, rows[i], values[i], expressions[i].type)

    def _answer(self, numbers: Sequence[int]) -> pa.Table:
        pipeline = api.from_text(self.batch.pipeline(numbers), self.batch.root)
        plan = api.compile(pipeline, goals=["r"], engine=self.engine.name)
        return self.engine.answer(plan, self.batch.root)

    def _compare_case(self, i: int, table: pa.Table, rows: Any, values: list[Any], type_: ir.Type) -> None:
        column = table.column(f"r{i}")
        if not is_of_type(column.type, type_):
            self._differs(i, None, str(arrow_type(type_)), str(column.type))
            return
        found = dict(zip(table.column("at").to_pylist(), column.to_pylist(), strict=True))
        ulps = self.ulps(self.batch.cases[i].text)
        for at, (row, value) in enumerate(zip(rows, values, strict=True)):
            self.rows += 1
            if not same(value, found[at], type_, ulps):
                self._differs(i, row, value, found[at])

    def _find(self, i: int, rows: list[Any], values: list[Any], problem: str) -> None:
        """Find a row that fails though it should not, by halves."""
        while len(rows) > 1:
            half = len(rows) // 2
            self._write(i, rows[:half])
            try:
                self._answer([i])
            except (EngineFailed, CompileError):
                rows, values = rows[:half], values[:half]
            else:
                rows, values = rows[half:], values[half:]
        self._differs(i, rows[0] if rows else None, values[0] if values else None, problem[:300])

    def _write(self, i: int, rows: list[Any]) -> None:
        self.batch.write([rows if j == i else [] for j in range(len(self.batch.cases))])

    def _fail(self, i: int, expected: list[Any]) -> None:
        failing = [row for row, value in zip(self.batch.cases[i].rows, expected, strict=True) if value == FAILS]
        if self.failures >= MOST_OF_A_NAME:
            return
        for row in failing[:: max(len(failing) // MOST_FAILURES, 1)][:MOST_FAILURES]:
            self._write(i, [row])
            self.failures += 1
            try:
                found = self._answer([i]).column(f"r{i}").to_pylist()[0]
            except EngineFailed:
                continue
            self._differs(i, row, FAILS, found)

    def _differs(self, i: int, row: Any, expected: Any, found: Any) -> None:
        self.differences.append(Difference(self.batch.cases[i].text, row, expected, found))


def reference(case: Case, columns: list[str], expression: ir.Expr) -> list[Any]:
    """Return what the reference gives for each row, or FAILS, or OPEN."""
    found: list[Any] = []
    for row in case.rows:
        scope = Scope(dict(zip(columns, row, strict=True)), (), World({}), {})
        try:
            found.append(evaluate(expression, scope))
        except RunFailure:
            found.append(FAILS)
        except (LeftOpen, OverflowError):  # Python has no year after 9999
            found.append(OPEN)
    return found
