"""What each function declares is what DuckDB gives: types and nulls, over every signature."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import duckdb
import pytest
from function_harness import DUCKDB, TYPES, connect, form, signatures, some

from odibi_sql import ir
from odibi_sql.functions import CATALOGUE, Function, Resolved, resolve
from odibi_sql.functions.define import if_any

FUNCTIONS = [each for each in CATALOGUE.values() if not each.reads_clock]
VALUES = {
    ("from_base64", ir.STRING): "'bsOp'",
    ("unhex", ir.STRING): "'6EC3A9'",
    ("parse_json", ir.STRING): "'[1]'",
    ("parse_date", ir.STRING): "'2024-02-29'",
    ("parse_timestamp", ir.STRING): "'2024-02-29'",
}  # where `some` value would fail


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return connect()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.name)
def test_the_engine_gives_the_declared_types(function: Function, connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"CAST(NULL AS {DUCKDB.type_name(type_)}) AS c{i}" for i, type_ in enumerate(TYPES))
    calls, declared = [], []
    for types, constants, resolved in signatures(function):
        calls.append(form(function, types, constants, [f"c{TYPES.index(each)}" for each in types]))
        declared.append((types, _spelled(resolved.type, connection)))
    assert calls
    rows = connection.execute(f"DESCRIBE SELECT {', '.join(calls)} FROM (SELECT {columns})").fetchall()
    wrong = [(call, row[1], *want) for call, row, want in zip(calls, rows, declared, strict=True) if row[1] != want[1]]
    assert not wrong, wrong[:5]


def _spelled(type_: ir.Type, connection: duckdb.DuckDBPyConnection) -> str:
    """Return how DuckDB itself writes a type."""
    name: str = connection.execute(f"DESCRIBE SELECT CAST(NULL AS {DUCKDB.type_name(type_)})").fetchall()[0][1]
    return name


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if each.group != "cast"], ids=lambda each: each.name)
def test_nulls_come_out_where_they_are_declared(function: Function, connection: duckdb.DuckDBPyConnection) -> None:
    calls, expected = [], []
    for types, constants, masks in _with_nulls(function):
        args = [_column(types, i, is_null) for i, is_null in enumerate(masks)]
        resolved = resolve(function, types, masks, constants)
        assert isinstance(resolved, Resolved)
        must_be_null = function.nullable is if_any and True in masks
        calls.append(form(function, types, constants, args))
        expected.append({True} if must_be_null else {True, False} if resolved.nullable else {False})
    source = ", ".join(_columns(function))
    row = connection.execute(
        f"SELECT {', '.join(f'({call}) IS NULL' for call in calls)} FROM (SELECT {source})"
    ).fetchall()[0]
    wrong = [call for call, is_null, allowed in zip(calls, row, expected, strict=True) if is_null not in allowed]
    assert not wrong, wrong[:5]


def _with_nulls(function: Function) -> Iterator[tuple[tuple[ir.Type, ...], tuple[object, ...], tuple[bool, ...]]]:
    """Give each signature with each choice of arguments that are null; constants are not."""
    for types, constants, _ in itertools.islice(signatures(function), 60):
        choices = [(False,) if value is not None else (False, True) for value in constants]
        for masks in itertools.product(*choices):
            yield types, constants, masks


def _column(types: tuple[ir.Type, ...], position: int, is_null: bool) -> str:
    return f"{'n' if is_null else 'c'}{TYPES.index(types[position])}"


def _columns(function: Function) -> Iterator[str]:
    """Give a column c with a value and a column n with NULL, of each type."""
    for i, type_ in enumerate(TYPES):
        yield f"{VALUES.get((function.name, type_)) or some(type_)} AS c{i}"
        yield f"CAST(NULL AS {DUCKDB.type_name(type_)}) AS n{i}"
