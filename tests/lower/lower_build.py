"""Small graphs made by hand, and the rows that DuckDB gives for what they are lowered to."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import duckdb

from odibi_sql import ir
from odibi_sql.lower import load_dialect, lower
from odibi_sql.plan import Check, Materialize, Plan

CLOCK = datetime.datetime(2025, 11, 2, 10, 30)
DUCKDB = load_dialect("duckdb")
PYTHON_TYPES: dict[type, ir.Type] = {
    bool: ir.BOOL,
    int: ir.INT64,
    float: ir.FLOAT64,
    str: ir.STRING,
    bytes: ir.BINARY,
    datetime.date: ir.DATE,
    datetime.datetime: ir.TIMESTAMP,
    ir.Interval: ir.DURATION,
}


def lit(value: Any, type_: ir.Type | None = None) -> ir.Literal:
    """Return a constant; a Decimal is a number written with a point."""
    if type_ is None:
        type_ = ir.FLOAT64 if isinstance(value, decimal.Decimal) else PYTHON_TYPES[type(value)]
    return ir.Literal(type=type_, nullable=value is None, value=value)


def point(text: str) -> ir.Literal:
    """Return a number written with a point."""
    return lit(decimal.Decimal(text))


def schema(**types: ir.Type) -> ir.Schema:
    return ir.schema_of(ir.Field(name, type_) for name, type_ in types.items())


def rows(types: dict[str, ir.Type], *values: tuple[Any, ...]) -> ir.Rows:
    """Return rows written out."""
    listed = tuple(tuple(lit(value, type_) for value, type_ in zip(row, types.values(), strict=True)) for row in values)
    return ir.Rows(schema=schema(**types), rows=listed)


def col(relation: ir.Relation, name: str) -> ir.Column:
    field = relation.schema[name]
    return ir.Column(type=field.type, nullable=field.nullable, name=name)


def call(function: str, *args: ir.Expr, type_: ir.Type = ir.BOOL) -> ir.Call:
    return ir.Call(function=function, args=args, type=type_)


def implicit(expr: ir.Expr, type_: ir.Type) -> ir.Cast:
    return ir.Cast(operand=expr, type=type_, is_implicit=True)


def project(relation: ir.Relation, **values: ir.Expr | str) -> ir.Project:
    """Return a projection; a text is a column."""
    columns = tuple(
        ir.Assignment(name, col(relation, value) if isinstance(value, str) else value) for name, value in values.items()
    )
    return ir.Project(
        schema=schema(**{column.name: column.value.type for column in columns}), input=relation, columns=columns
    )


def derive(relation: ir.Relation, **values: ir.Expr) -> ir.Project:
    return project(relation, **{name: name for name in relation.schema.names}, **values)


def where(relation: ir.Relation, condition: ir.Expr) -> ir.Filter:
    return ir.Filter(schema=relation.schema, input=relation, condition=condition)


def agg(function: str, *args: ir.Expr, type_: ir.Type = ir.INT64, **more: Any) -> ir.AggregateCall:
    return ir.AggregateCall(function=function, args=args, type=type_, **more)


def aggregate(relation: ir.Relation, keys: dict[str, ir.Expr], **values: ir.AggregateCall) -> ir.Aggregate:
    types = {name: value.type for name, value in {**keys, **values}.items()}
    return ir.Aggregate(
        schema=schema(**types),
        input=relation,
        keys=tuple(ir.Assignment(name, value) for name, value in keys.items()),
        aggregates=tuple(ir.AggregateAssignment(name, value) for name, value in values.items()),
    )


def window(function: str, *args: ir.Expr, type_: ir.Type = ir.INT64, **more: Any) -> ir.WindowCall:
    return ir.WindowCall(function=function, args=args, type=type_, **more)


def key(relation: ir.Relation, name: str, **more: bool) -> ir.SortKey:
    return ir.SortKey(value=col(relation, name), **more)


def sort(relation: ir.Relation, *keys: ir.SortKey) -> ir.Sort:
    return ir.Sort(schema=relation.schema, input=relation, keys=keys)


def limit(
    relation: ir.Relation, count: int | None, *order: ir.SortKey, per: tuple[str, ...] = (), offset: int = 0
) -> ir.Limit:
    return ir.Limit(schema=relation.schema, input=relation, count=count, offset=offset, per=per, order=order)


def dedupe(relation: ir.Relation, keys: tuple[str, ...], *order: ir.SortKey) -> ir.Dedupe:
    return ir.Dedupe(schema=relation.schema, input=relation, keys=keys, order=order)


def join(left: ir.Relation, right: ir.Relation, kind: Any, condition: ir.Expr | None) -> ir.Join:
    fields = left.schema.fields if kind in ("semi", "anti") else (*left.schema.fields, *right.schema.fields)
    return ir.Join(schema=ir.Schema(fields), left=left, right=right, kind=kind, condition=condition)


def prefixed(relation: ir.Relation, prefix: str) -> ir.Project:
    """Return the relation with `prefix.` before its names, as the other side of a join."""
    return project(relation, **{f"{prefix}.{name}": name for name in relation.schema.names})


def union(*inputs: ir.Relation, kind: Any = "union", is_distinct: bool = False) -> ir.SetOperation:
    return ir.SetOperation(schema=inputs[0].schema, kind=kind, is_distinct=is_distinct, inputs=inputs)


def dataset(name: str, relation: ir.Relation, **more: Any) -> ir.Dataset:
    return ir.Dataset(name=name, relation=relation, made_by="transform", step=name, **more)


def read(of: ir.Dataset) -> ir.Read:
    return ir.Read(schema=of.relation.schema, dataset=of.name)


def scan(path: str, format_: str = "parquet", header: tuple[str, ...] = (), **types: ir.Type) -> ir.Scan:
    source = ir.FileSource(
        format=format_,
        groups=(ir.FileGroup(pattern=path, files=(path,), header=header or tuple(types)),),
        columns=schema(**types),
    )
    return ir.Scan(schema=schema(**types), source=source)


def graph(*datasets: ir.Dataset, **more: Any) -> ir.Graph:
    return ir.Graph(
        pipeline="test", doc=None, parameters=(), **{"gates": (), "stores": (), **more}, datasets=datasets, clock=CLOCK
    )


def plan_of(*datasets: ir.Dataset, **more: Any) -> Plan:
    """Return the plan that answers with the last dataset."""
    return lower(graph(*datasets, **more), DUCKDB, (datasets[-1].name,))


def sql_of(relation: ir.Relation | ir.Dataset, *before: ir.Dataset) -> str:
    """Return the statement of one relation."""
    last = relation if isinstance(relation, ir.Dataset) else dataset("t", relation)
    return plan_of(*before, last).stages[-1].sql


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for setting in filter(lambda each: each.name, DUCKDB.settings.values()):
        connection.execute(f"SET {setting.name} = '{setting.value}'")
    return connection


def answer(relation: ir.Relation | ir.Dataset, *before: ir.Dataset) -> list[tuple[Any, ...]]:
    """Return the rows of a relation, after a look at the types of its columns."""
    last = relation if isinstance(relation, ir.Dataset) else dataset("t", relation)
    connection = connect()
    *first, stage = plan_of(*before, last).stages
    for each in first:
        if isinstance(each, Materialize):
            connection.execute(f'CREATE TABLE "{each.name}" AS {each.sql}')
        else:
            assert isinstance(each, Check)
    result = connection.sql(stage.sql)
    assert tuple(result.columns) == stage.schema.names
    wanted = [DUCKDB.type_name(field.type).replace(" ", "") for field in stage.schema]
    given = [str(type_).replace(" ", "").replace("TIMESTAMPWITHTIMEZONE", "TIMESTAMPTZ") for type_ in result.types]
    assert given == wanted, f"{given} instead of {wanted} from\n{stage.sql}"
    return result.fetchall()


def value(expr: ir.Expr, relation: ir.Relation | None = None) -> Any:
    """Return the value of an expression over the only row of `relation`."""
    base = relation if relation is not None else rows({"one": ir.INT64}, (1,))
    [(found,)] = answer(project(base, found=expr))
    return found
