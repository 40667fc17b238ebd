"""Plans written by hand, and what is in the files that they write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from odibi_sql import ir
from odibi_sql.plan import Answer, Check, Materialize, Plan, Stage, Write
from odibi_sql.run import RunResult, Settings, execute

EMPTY = ir.schema_of([])


def plan(*stages: Stage) -> Plan:
    return Plan(pipeline="p", dialect="duckdb", stages=stages)


def run(root: Path, *stages: Stage, **settings: Any) -> RunResult:
    return execute(plan(*stages), Settings(root=root, **settings), None)


def write(
    name: str,
    path: str,
    sql: str,
    *,
    format_: str = "parquet",
    mode: ir.Mode = "default",
    partition: tuple[str, ...] = (),
    is_folder: bool = False,
    options: ir.Options = (),
    needs: tuple[str, ...] = (),
    is_ordered: bool = False,
    schema: ir.Schema = EMPTY,
) -> Write:
    target = ir.Target(
        format=format_, path=path, is_folder=is_folder or bool(partition), partition=partition, options=options
    )
    return Write(
        name=name,
        sql=sql,
        schema=schema,
        target=target,
        mode=mode,
        dataset=name,
        needs=needs,
        steps=(name,),
        is_ordered=is_ordered,
    )


def table(name: str, sql: str, needs: tuple[str, ...] = ()) -> Materialize:
    return Materialize(name=name, sql=sql, schema=EMPTY, needs=needs, steps=(name,))


def answer(name: str, sql: str, needs: tuple[str, ...] = (), **columns: ir.Type) -> Answer:
    schema = ir.schema_of(ir.Field(column, type_) for column, type_ in columns.items())
    return Answer(name=name, sql=sql, schema=schema, needs=needs, dataset=name, steps=(name,))


def gate(name: str, sql: str, *rules: tuple[str, ir.Action], needs: tuple[str, ...] = ()) -> Check:
    every = tuple(ir.GateRule(name=rule, column=rule, action=action, text=f"{rule} > 0") for rule, action in rules)
    return Check(name=name, sql=sql, schema=EMPTY, needs=needs, rules=every, steps=(name,))


def done(result: RunResult) -> RunResult:
    assert result.success, [(each.stage, each.status, each.message) for each in result.stages]
    return result


def rows(query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query in another DuckDB, sorted."""
    found: pa.Table = duckdb.connect().execute(query).to_arrow_table()
    return sorted(zip(*(column.to_pylist() for column in found.columns), strict=True), key=repr)


def names(folder: Path) -> list[str]:
    """Return the files under a folder, hidden ones too, `.odibi` left out."""
    found = (each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
    return sorted(each for each in found if not each.startswith(".odibi/"))
