"""Small tables with nulls and ties, as a pipeline's ingests and as DuckDB has them; queries run both ways."""

from __future__ import annotations

from typing import Any

import duckdb

from odibi_sql import api

DAY = "date '2024-02-29'"
TABLES = {
    "orders": (
        "(id int64 not null, client int64, amount decimal(10, 2), status string, day date, seen timestamp, n int32)",
        [
            "(1, 10, 5.50, 'paid', date '2024-01-31', timestamp '2024-01-31 10:15:30.25', 3)",
            "(2, 10, 7.25, 'new', date '2024-02-29', timestamp '2024-02-29 23:59:59', -7)",
            "(3, 20, null, 'paid', date '2024-03-01', null, 0)",
            "(4, 20, 7.25, null, null, timestamp '2023-12-31 00:00:00', 5)",
            "(5, null, 0.00, 'void', date '2024-02-01', timestamp '2024-02-01 12:00:00', null)",
            "(6, 30, 12.00, 'new', date '2025-07-15', timestamp '2025-07-15 06:30:00', 12)",
            "(7, 99, 1.10, 'Paid', date '2024-01-31', timestamp '2024-01-31 10:15:30', 3)",
        ],
    ),
    "clients": (
        "(client int64 not null, name string, region string, score float64)",
        [
            "(10, 'Ada', 'north', 1.5)",
            "(20, 'Bob', 'south', null)",
            "(30, 'Cleo', null, 2.25)",
            "(40, 'Dora', 'north', -3.0)",
        ],
    ),
    "lines": (
        "(id int64 not null, item string not null, price float64, tags array<string>)",
        [
            "(1, 'a', 1.5, ['x', 'y'])",
            "(1, 'b', 2.5, ['y'])",
            "(2, 'a', 1.5, null)",
            "(3, 'c', null, ['z', null, 'x'])",
            "(9, 'd', 4.0, [])",
        ],
    ),
}
TYPES = {"array<string>": "varchar[]", "int64": "bigint", "int32": "integer", "float64": "double", "string": "varchar"}
KEYS = {"orders": "id", "clients": "client"}


def pipeline(query: str, names: tuple[str, ...] = tuple(TABLES), dialect: str = "") -> str:
    """Return a pipeline with one sql step, `answer`, over the tables."""
    text = "pipeline small\n\n"
    for name in names:
        columns, rows = TABLES[name]
        key = f" key {KEYS[name]}" if name in KEYS else ""
        text += f"ingest {name} from values {columns}\n  " + ",\n  ".join(rows) + key + "\n"
    clause = f" dialect {dialect}" if dialect else ""
    return f'{text}\nsql answer from {", ".join(names)}{clause} """\n{query}\n"""\n'


def ours(query: str, dialect: str = "") -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names and the rows that the compiled statements give."""
    plan = api.compile(api.from_text(pipeline(query, dialect=dialect)), goals=["answer"])
    con = duckdb.connect()
    for stage in plan.stages:
        if type(stage).__name__ == "Materialize":
            con.execute(f'create table "{stage.name}" as {stage.sql}')
        elif type(stage).__name__ == "Answer":
            found = con.execute(stage.sql)
            return [each[0] for each in found.description], found.fetchall()
    raise AssertionError(plan)


def theirs(query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names and the rows that DuckDB gives for the same text."""
    con = duckdb.connect()
    for name, (columns, rows) in TABLES.items():
        for ours_, theirs_ in TYPES.items():
            columns = columns.replace(ours_, theirs_)
        con.execute(f"create table {name} {columns}")
        con.execute(f"insert into {name} values {', '.join(rows)}")
    found = con.execute(query)
    return [each[0] for each in found.description], found.fetchall()
