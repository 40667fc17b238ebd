"""Aggregates and window functions: a statement for each type of their arguments, over groups of rows."""

from __future__ import annotations

import itertools
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from interpreter import RunFailure, World, rows_of
from interpreter.statistics import OF_PAIRS

from conformance.cases import MOST_TYPES, Case, edges, signatures, written
from conformance.compare import arrow_type, is_of_type, same
from conformance.engines import Engine, EngineFailed
from conformance.scalar import FAILS, Difference, Outcome, is_refused
from odibi_sql import api, ir
from odibi_sql.diagnostics import CompileError
from odibi_sql.functions import CATALOGUE, Function

OVER = {
    "row_number": "(partition by g order by at)",
    "rank": "(partition by g order by {0})",
    "dense_rank": "(partition by g order by {0} desc)",
    "percent_rank": "(partition by g order by {0})",
    "cume_dist": "(partition by g order by {0} nulls first)",
}


TYPES = (ir.INT64, ir.FLOAT64, ir.STRING, ir.DATE, ir.BOOL, ir.Decimal(10, 2), ir.INT32)
ORDERED = (ir.INT64, ir.FLOAT64, ir.STRING)  # what a window is ordered by, where its function has no argument


def group_cases(name: str) -> list[Case]:
    """Return the cases of an aggregate or a window function: each row is a group, a tuple of rows."""
    function = CATALOGUE[name]
    cases: dict[tuple[str, tuple[ir.Type, ...]], Case] = {}
    for types, constants in signatures(function, TYPES):
        names = iter(range(len(types)))
        parts = [
            written(constant) if parameter.is_constant else f"{{{next(names)}}}"
            for parameter, constant in zip(function.parameters, constants, strict=False)
        ]
        columns = tuple(each for each, p in zip(types, function.parameters, strict=False) if not p.is_constant)
        if len(columns) > 1 and function.kind == "aggregate" and not set(columns) <= set(TYPES[:2]):
            continue
        kinds = {each for _, each in cases} | {columns}
        texts = itertools.islice(_texts(function, parts), None if len(kinds) <= MOST_TYPES else 1)
        ordered = [(each,) for each in ORDERED] if function.kind == "window" and not columns else [columns]
        for text, each in itertools.product(texts, ordered):
            cases[text, each] = _case(function, text, each)  # whatever the type of a constant
    return list(cases.values())


def _texts(function: Function, parts: list[str]) -> Iterator[str]:
    """Give the ways in which a function is called: with what stands around it, an aggregate over a window too."""
    arguments = ", ".join(parts)
    if function.kind == "window":
        yield f"{function.name}({arguments}) over {OVER.get(function.name, '(partition by g order by at)')}"
        return
    order = " order by at" if function.takes_order and function.needs_order else ""
    yield f"{function.name}({arguments}{order})"
    yield f"{function.name}({arguments}{order}) filter (where at % 3 > 0)"
    yield f"{function.name}({arguments}) over (partition by g order by at)"
    if function.takes_distinct and parts:
        yield f"{function.name}(distinct {arguments})"
    if function.takes_distinct and parts and not function.takes_order:  # over a window they come in any order
        yield f"{function.name}(distinct {arguments}) over (partition by g)"


def _case(function: Function, text: str, types: tuple[Any, ...]) -> Case:
    groups = _groups(types)
    is_fit = FIT.get(function.name)
    if is_fit is not None:
        groups = tuple(tuple(row for row in each if all(map(is_fit, row))) for each in groups)
    return Case(text, types, tuple(each for each in groups if each))


def _is_small(value: Any) -> bool:
    """Whether sums of it and of its products are exact, or near to that, in whatever order."""
    return value is None or abs(value) < 2000


def _is_small_or_fails(value: Any) -> bool:
    """Whether it is small, or no finite number, for which the run has to fail."""
    return value is None or not math.isfinite(value) or abs(value) < 2000


# The values that functions are given, where not all there are.
FIT: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys((*OF_PAIRS, "weighted_avg"), _is_small),
    "kurtosis_pop": _is_small_or_fails,
}


def _groups(types: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """Return groups of rows: nulls alone, one value, all values, their halves, values there twice."""
    if not types:
        return (((),), ((), (), ()))
    values = [edges(each) for each in types]
    shifted = [list(itertools.islice(itertools.cycle(each), 7 * at, 7 * at + 40)) for at, each in enumerate(values)]
    count = max(len(each) for each in values)
    rows = [tuple(some[at % len(some)] for some in shifted) for at in range(count)]
    few = [row for row in rows if not any(isinstance(each, float) and abs(each) > 1e9 for each in row)]
    tame = [row for row in few if not any(map(_is_wild, row))]
    nulls = tuple((None,) * len(types) for _ in range(2))
    halves = (tuple(rows[::2]), tuple(rows[1::2]))
    return (nulls, (rows[-1],), (rows[1], rows[1]), tuple(rows), *halves, tuple(tame), tuple(tame[:3] * 2), tuple(few))


def _is_wild(value: Any) -> bool:
    return value != value or (isinstance(value, int) and abs(value) > 2**40)


def run_groups(cases: Sequence[Case], engine: Engine, ulps: Callable[[str], int]) -> Outcome:
    """Return what comes of cases on an engine: one statement for those over the same groups."""
    run = _Run(engine, ulps)
    alike = itertools.groupby(sorted(cases, key=lambda each: str(each.types)), lambda each: each.types)
    for _, some in alike:
        with tempfile.TemporaryDirectory() as folder:
            run.compare(list(some), Path(folder))
    return Outcome(run.rows, run.failures, tuple(run.differences), tuple(run.refused))


Groups = tuple[tuple[Any, ...], ...]


class _Run:
    def __init__(self, engine: Engine, ulps: Callable[[str], int]) -> None:
        self.engine, self.ulps = engine, ulps
        self.differences: list[Difference] = []
        self.refused: list[str] = []
        self.rows = self.failures = 0

    def compare(self, cases: list[Case], root: Path) -> None:
        """Compare cases of the same types: those for which the same groups fail in one statement."""
        together: dict[tuple[bool, Groups, Groups], list[Case]] = {}
        for case in cases:
            together.setdefault((" over " in case.text, *_parted(case, root)), []).append(case)
        for (_, good, failing), some in together.items():
            self._compare(some, good, root)
            for case in some:
                if failing and case.text not in self.refused:
                    self._fail(case, failing[0], root)

    def _compare(self, cases: list[Case], groups: Groups, root: Path) -> None:
        rows = _write(cases[0], groups, root)
        try:
            found = _answer(cases, self.engine, root)
        except (EngineFailed, CompileError) as problem:
            if len(cases) > 1:
                for case in cases:
                    self._compare([case], groups, root)
            elif is_refused(problem):
                self.refused.append(cases[0].text)
            else:
                self._differs(cases[0], None, "it runs", str(problem)[:300])
            return
        for i, case in enumerate(cases):
            self._compare_case(case, rows, found.select(["at", f"r{i}"]), root)

    def _compare_case(self, case: Case, rows: list[dict[str, Any]], found: pa.Table, root: Path) -> None:
        relation = _relation(case, root)
        type_ = relation.schema["r0"].type
        if not is_of_type(found.column(1).type, type_):
            self._differs(case, None, str(arrow_type(type_)), str(found.column(1).type))
            return
        expected = {row["at"]: row["r0"] for row in rows_of(relation, _world(rows))}
        places, values = (column.to_pylist() for column in found.columns)
        if sorted(places) != sorted(expected):
            self._differs(case, None, sorted(expected), sorted(places))
            return
        for at, value in zip(places, values, strict=True):
            self.rows += 1
            if not same(expected[at], value, type_, self.ulps(case.text)):
                group = tuple(_row(case, each) for each in rows if each["g"] == at // 300)
                self._differs(case, group[:12], expected[at], value)

    def _fail(self, case: Case, group: tuple[Any, ...], root: Path) -> None:
        _write(case, (group,), root)
        self.failures += 1
        try:
            found = _answer([case], self.engine, root).column("r0").to_pylist()
        except EngineFailed:
            return
        self._differs(case, group[:12], FAILS, found)

    def _differs(self, case: Case, row: Any, expected: Any, found: Any) -> None:
        self.differences.append(Difference(case.text, row, expected, found))


def _parted(case: Case, root: Path) -> tuple[Groups, Groups]:
    """Return the groups of a case that have a result, and those for which the run has to fail."""
    _write(case, case.rows, root)
    relation = _relation(case, root)
    good, failing = [], []
    for group in case.rows:
        try:
            rows_of(relation, _world(_rows(case, (group,))))
            good.append(group)
        except RunFailure:
            failing.append(group)
    return tuple(good), tuple(failing)


def _relation(case: Case, root: Path) -> ir.Relation:
    return api.check(api.from_text(_pipeline([case]), root)).graph.dataset("r").relation


def _pipeline(cases: Sequence[Case]) -> str:
    """Return the pipeline that computes cases of the same types."""
    calls = [case.text.format(*(f"c{at}" for at in range(len(case.types)))) for case in cases]
    made = ", ".join(f"r{i} = {call}" for i, call in enumerate(calls))
    step = f"derive {made}" if " over " in calls[0] else f"aggregate {made}, at = min(at) group by g"
    kept = ", ".join(f"r{i}" for i in range(len(cases)))
    return f'ingest t from parquet "t.parquet"\ntransform r from t | {step} | select at, {kept}'


def _rows(case: Case, groups: Groups) -> list[dict[str, Any]]:
    """Return the rows of groups; `at` tells them apart, and is the same for a filter wherever the group stands."""
    return [
        {"at": 300 * g + place, "g": g, **{f"c{j}": value for j, value in enumerate(row)}}
        for g, group in enumerate(groups)
        for place, row in enumerate(group)
    ]


def _row(case: Case, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[f"c{j}"] for j in range(len(case.types)))


def _write(case: Case, groups: Groups, root: Path) -> list[dict[str, Any]]:
    rows = _rows(case, groups)
    types = {"at": pa.int64(), "g": pa.int64(), **{f"c{j}": arrow_type(each) for j, each in enumerate(case.types)}}
    data = {name: pa.array([row[name] for row in rows], type_) for name, type_ in types.items()}
    pq.write_table(pa.table(data), root / "t.parquet")
    return rows


def _world(rows: list[dict[str, Any]]) -> World:
    world = World({"t.parquet": rows})
    world.datasets["t"] = rows
    return world


def _answer(cases: Sequence[Case], engine: Engine, root: Path) -> pa.Table:
    plan = api.compile(api.from_text(_pipeline(cases), root), goals=["r"], engine=engine.name)
    return engine.answer(plan, root)
