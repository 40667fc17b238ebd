"""Frames of windows: every function that takes one over frames of every kind, many in a statement."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from interpreter import World, rows_of

from conformance.cases import Case
from conformance.compare import arrow_type, is_of_type, same
from conformance.engines import Engine, EngineFailed
from conformance.scalar import Difference, Outcome, is_refused
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError

NAN, INF = math.nan, math.inf
NAMES = ("frames of rows", "frames of range")
MOST = 60  # columns of one statement
COLUMNS: dict[str, tuple[ir.Type, list[Any]]] = {
    "g": (ir.INT64, [1] * 8 + [2] * 3 + [None] * 2),
    "at": (ir.INT64, list(range(13))),
    "n": (ir.INT64, [None, 3, 1, None, 2, 3, -4, 0, 5, None, 1, None, None]),
    "f": (ir.FLOAT64, [1.5, None, -0.0, 0.0, 2.0, None, 0.25, 2.0, None, None, 4.0, 1.0, None]),
    "w": (ir.FLOAT64, [NAN, 1.0, INF, None, -INF, 0.5, 1.0, NAN, INF, 1.0, None, NAN, 2.0]),
    "d": (ir.Decimal(10, 2), [Decimal(f"{each}.50") for each in range(13)]),
    "s": (ir.STRING, ["b", None, "a", "é", "", "a", None, "Z", "c", None, "d", None, None]),
    "b": (ir.BOOL, [True, None, False, True, True, None, True, False, None, True, None, None, False]),
    "on_n": (ir.INT64, [2, 2, None, 1, 2**53 + 1, 3, None, 2**53, 7, 7, 8, None, -1]),
    "on_f": (ir.FLOAT64, [1.0, NAN, None, 0.0, INF, -0.0, 1.5, -INF, NAN, NAN, 1e300, 0.5, 0.5]),
    "on_d": (
        ir.Decimal(10, 2),
        [Decimal("1.00"), Decimal("1.50"), None, Decimal("2.00"), Decimal("1.00")] * 2 + [None] * 3,
    ),
    "on_i": (ir.INT8, [127, 126, None, -128, -127, 0, 1, 127, 5, 6, 7, None, None]),
    "on_e": (
        ir.Decimal(10, 2),
        [Decimal("99999999.99"), Decimal("99999998.99"), None, Decimal("-99999999.99")] * 3 + [None],
    ),
    "on_r": (ir.FLOAT32, [16777216.0, 16777218.0, None, 0.5, NAN, 0.5, -0.5, INF, 3.0, 3.5, 4.5, 2.0, 2.0]),
    "on_s": (ir.STRING, ["b", "a", None, "a", "é", "Z", "", "b", "a", "a", None, None, "x"]),
}
ROWS = len(COLUMNS["at"][1])
CALLS = [
    *(
        "count()",
        "count(n)",
        "count(distinct n)",
        "count_if(b)",
        "sum(n)",
        "sum(f)",
        "sum(w)",
        "sum(d)",
        "sum(distinct n)",
    ),
    *("avg(n)", "avg(f)", "avg(d)", "min(n)", "min(w)", "min(s)", "max(n)", "max(w)", "max(s)", "first(n)", "last(s)"),
    *("arg_min(s, n)", "arg_max(n, f)", "string_agg(s, ',')", "array_agg(n)", "collect_set(n)", "mode(n)", "median(n)"),
    *("percentile(f, 0.25)", "percentile_disc(n, 0.5)", "stddev_samp(n)", "stddev_pop(f)", "var_samp(n)", "var_pop(f)"),
    *("covar_samp(n, f)", "covar_pop(n, f)", "corr(n, f)", "regr_slope(n, f)", "regr_intercept(n, f)", "regr_r2(n, f)"),
    *(
        "regr_count(n, f)",
        "kurtosis_pop(f)",
        "weighted_avg(f, n)",
        "bool_and(b)",
        "bool_or(b)",
        "bit_and(n)",
        "bit_or(n)",
    ),
    *("bit_xor(n)", "first_value(n)", "last_value(n)", "nth_value(n, 2)", "first_value(n ignore nulls)"),
    *(
        "last_value(s ignore nulls)",
        "nth_value(n, 2 ignore nulls)",
        "sum(n) filter (where b)",
        "count() filter (where b)",
    ),
]
ROW_FRAMES = [
    *("1 preceding and 1 following", "unbounded preceding and current row", "current row and unbounded following"),
    *("unbounded preceding and unbounded following", "2 preceding and 1 preceding", "1 following and 2 following"),
    *("current row and current row", "unbounded preceding and 1 preceding", "9 following and unbounded following"),
]
RANGES = [
    *("1 preceding and 1 following", "current row and current row", "unbounded preceding and current row"),
    *("current row and unbounded following", "2 preceding and 1 preceding", "1 following and 1 following"),
    *("unbounded preceding and 1 preceding", "1 following and unbounded following", "0 preceding and 0 following"),
]
MEASURED = ["count()", "sum(n)", "min(at)", "max(w)"]


def frame_cases(name: str) -> list[Case]:
    """Return the cases of frames: calls over columns of the one table."""
    if name == "frames of rows":
        return [
            _case(f"{call} over (partition by g order by at rows between {frame})")
            for frame in ROW_FRAMES
            for call in CALLS
        ]
    free = [each for each in CALLS if not each.startswith(ORDERED)]
    cases = [
        _case(f"{call} over (partition by g order by on_n range between 1 preceding and 1 preceding)") for call in free
    ]
    for key in (
        "on_n",
        "on_f",
        "on_d",
        "on_i",
        "on_e",
        "on_r",
        "on_n desc",
        "on_f desc",
        "on_n nulls first",
        "on_f desc nulls first",
    ):
        cases += [
            _case(f"{call} over (partition by g order by {key} range between {each})")
            for each in RANGES
            for call in MEASURED
        ]
    for key in ("on_i", "on_i desc", "on_e", "on_r"):
        for frame in ("130 preceding and current row", "2000000000 preceding and 1000000000 following"):
            cases += [_case(f"{call} over (partition by g order by {key} range between {frame})") for call in MEASURED]
    for key in ("on_s", "on_s desc nulls first", "on_n, on_s"):
        few = [each for each in RANGES if not any(digit in each for digit in "12")]
        cases += [
            _case(f"{call} over (partition by g order by {key} range between {each})")
            for each in few
            for call in MEASURED
        ]
    return cases


ORDERED = ("first", "last", "nth", "string_agg", "array_agg")


def _case(text: str) -> Case:
    return Case(text, (), ((),) * ROWS)


def run_frames(cases: Sequence[Case], engine: Engine, ulps: Callable[[str], int]) -> Outcome:
    """Return what comes of the cases on an engine."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        data = {name: pa.array(values, arrow_type(type_)) for name, (type_, values) in COLUMNS.items()}
        pq.write_table(pa.table(data), root / "t.parquet")
        run = _Run(cases, engine, root, ulps)
        for start in range(0, len(cases), MOST):
            run.compare(list(range(start, min(start + MOST, len(cases)))))
    return Outcome(run.rows, 0, tuple(run.differences), tuple(run.refused))


class _Run:
    def __init__(self, cases: Sequence[Case], engine: Engine, root: Path, ulps: Callable[[str], int]) -> None:
        self.cases, self.engine, self.root, self.ulps = cases, engine, root, ulps
        names = list(COLUMNS)
        self.table = [
            dict(zip(names, row, strict=True)) for row in zip(*(each for _, each in COLUMNS.values()), strict=True)
        ]
        self.differences: list[Difference] = []
        self.refused: list[str] = []
        self.rows = 0

    def compare(self, numbers: list[int]) -> None:
        """Compare these cases, as one statement if that runs."""
        made = [f"r{i} = {self.cases[i].text}" for i in numbers]
        text = f'ingest t from parquet "t.parquet"\ntransform r from t | select at, {", ".join(made)}'
        pipeline = api.from_text(text, self.root)
        try:
            relation = api.check(pipeline).graph.dataset("r").relation
            table = self.engine.answer(api.compile(pipeline, goals=["r"], engine=self.engine.name), self.root)
        except (EngineFailed, CompileError) as problem:
            self._failed(numbers, problem)
            return
        world = World({"t.parquet": self.table})
        world.datasets["t"] = self.table
        expected = {row["at"]: row for row in rows_of(relation, world)}
        ats = table.column("at").to_pylist()
        for i in numbers:
            self._compare_case(i, ats, table.column(f"r{i}"), expected, relation.schema[f"r{i}"].type)

    def _failed(self, numbers: list[int], problem: Exception) -> None:
        if len(numbers) > 1:
            half = len(numbers) // 2
            self.compare(numbers[:half])
            self.compare(numbers[half:])
        elif is_refused(problem):
            self.refused.append(self.cases[numbers[0]].text)
        else:
            self.differences.append(Difference(self.cases[numbers[0]].text, None, "it runs", str(problem)[:400]))

    def _compare_case(self, i: int, ats: list[int], column: Any, expected: dict[int, Any], type_: ir.Type) -> None:
        text = self.cases[i].text
        if not is_of_type(column.type, type_):
            self.differences.append(Difference(text, None, str(arrow_type(type_)), str(column.type)))
        for at, value in zip(ats, column.to_pylist(), strict=True):
            self.rows += 1
            if not same(expected[at][f"r{i}"], value, type_, self.ulps(text.partition("(")[0])):
                self.differences.append(Difference(text, (at,), expected[at][f"r{i}"], value))
