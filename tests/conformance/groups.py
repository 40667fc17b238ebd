"""Aggregates and window functions: a statement for each type of their arguments, over groups of rows."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from interpreter import RunFailure, World, rows_of
from interpreter.statistics import OF_PAIRS

from conformance.cases import Case, edges, signatures, written
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


def group_cases(name: str) -> list[Case]:
    """Return the cases of an aggregate or a window function: each row is a group, a tuple of rows."""
    function = CATALOGUE[name]
    cases = []
    for types, constants in signatures(function):
        if not set(types) <= set(TYPES if len(types) < 2 else TYPES[:2]):
            continue
        names = iter(range(len(types)))
        parts = [
            written(constant) if parameter.is_constant else f"{{{next(names)}}}"
            for parameter, constant in zip(function.parameters, constants, strict=False)
        ]
        columns = tuple(each for each, p in zip(types, function.parameters, strict=False) if not p.is_constant)
        if function.kind == "window" and not columns:
            cases += [_case(function, parts, (kind,)) for kind in signatures_of_order()]
        else:
            cases.append(_case(function, parts, columns))
    return cases


def signatures_of_order() -> list[Any]:
    """Return the types that a window is ordered by, where its function has no argument."""
    return [ir.INT64, ir.FLOAT64, ir.STRING]


def _case(function: Function, parts: list[str], types: tuple[Any, ...]) -> Case:
    order = " order by at" if function.takes_order and function.needs_order else ""
    text = f"{function.name}({', '.join(parts)}{order})"
    if function.kind == "window":
        text += f" over {OVER.get(function.name, '(partition by g order by at)')}"
    groups = _groups(types)
    if function.name in OF_PAIRS or function.name == "weighted_avg":
        groups = tuple(tuple(row for row in each if all(map(_is_small, row))) for each in groups)
    return Case(text, types, tuple(each for each in groups if each))


def _is_small(value: Any) -> bool:
    """Whether sums of it and of its products are exact, or near to that, in whatever order."""
    return value is None or abs(value) < 2000


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
    """Return what comes of cases on an engine."""
    rows, failures, differences = 0, 0, []
    refused: tuple[str, ...] = ()
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            outcome = _run(case, engine, Path(folder), ulps(case.text))
        rows, failures = rows + outcome.rows, failures + outcome.failures
        differences += outcome.differences
        refused += outcome.refused
    return Outcome(rows, failures, tuple(differences), refused)


def _pipeline(case: Case) -> str:
    columns = [f"c{at}" for at in range(len(case.types))]
    call = case.text.format(*columns)
    made = f"derive r = {call}" if " over " in call else f"aggregate r = {call}, at = min(at) group by g"
    return f'ingest t from parquet "t.parquet"\ntransform r from t | {made} | select at, r'


def _write(case: Case, groups: Sequence[tuple[int, Any]], root: Path) -> list[dict[str, Any]]:
    rows = [
        {"at": place, "g": g, **{f"c{j}": value for j, value in enumerate(row)}}
        for place, (g, row) in enumerate((g, row) for g, group in groups for row in group)
    ]
    types = {"at": pa.int64(), "g": pa.int64(), **{f"c{j}": arrow_type(each) for j, each in enumerate(case.types)}}
    data = {name: pa.array([_pairs(row[name]) for row in rows], type_) for name, type_ in types.items()}
    pq.write_table(pa.table(data), root / "t.parquet")
    return rows


def _pairs(value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) and "key" not in value else value


def _run(case: Case, engine: Engine, root: Path, ulps: int) -> Outcome:
    groups = list(enumerate(case.rows))
    _write(case, groups, root)
    try:
        relation = api.check(api.from_text(_pipeline(case), root)).graph.dataset("r").relation
    except CompileError as problem:
        return Outcome(0, 0, (Difference(case.text, None, "it compiles", str(problem)[:200]),))
    good, failing = [], []
    for each in groups:
        rows = _write(case, [each], root)
        try:
            rows_of(relation, _world(rows))
            good.append(each)
        except RunFailure:
            failing.append(each)
    differences: list[Difference] = []
    rows = _write(case, good, root)
    expected = {row["at"]: row["r"] for row in rows_of(relation, _world(rows))}
    type_ = relation.schema["r"].type
    try:
        found = _answer(case, engine, root)
    except (EngineFailed, CompileError) as problem:
        if is_refused(problem):
            return Outcome(0, 0, (), (case.text,))
        return Outcome(0, 0, (Difference(case.text, None, "it runs", str(problem)[:300]),))
    if not is_of_type(found.column("r").type, type_):
        return Outcome(0, 0, (Difference(case.text, None, str(arrow_type(type_)), str(found.column("r").type)),))
    for at, value in zip(found.column("at").to_pylist(), found.column("r").to_pylist(), strict=True):
        if not same(expected[at], value, type_, ulps):
            group = case.rows[rows[at]["g"]]
            differences.append(Difference(case.text, tuple(group)[:12], expected[at], value))
    for each in failing[:1]:
        _write(case, [each], root)
        try:
            value = _answer(case, engine, root).column("r").to_pylist()
        except EngineFailed:
            continue
        differences.append(Difference(case.text, tuple(each[1])[:12], FAILS, value))
    return Outcome(len(expected), len(failing[:1]), tuple(differences))


def _world(rows: list[dict[str, Any]]) -> World:
    world = World({"t.parquet": rows})
    world.datasets["t"] = rows
    return world


def _answer(case: Case, engine: Engine, root: Path) -> pa.Table:
    plan = api.compile(api.from_text(_pipeline(case), root), goals=["r"], engine=engine.name)
    return engine.answer(plan, root)
