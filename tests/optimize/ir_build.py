"""Short words for typed nodes, with types and nullability as `check` would give them."""

from __future__ import annotations

import datetime
from typing import Any

from odibi_sql import ir

BOOLEAN = frozenset(
    ["=", "<>", "<", "<=", ">", ">=", "and", "or", "not", "is null", "is distinct from", "in", "between", "like"]
    + ["is true", "is false"]
)
NEVER_NULL = frozenset(["is null", "is distinct from", "is true", "is false"])
MAYBE_NULL = frozenset(["/", "//", "%", "nullif", "[]"])
TYPES: dict[str, ir.Type] = {"length": ir.INT64, "lower": ir.STRING, "year": ir.INT64, "/": ir.FLOAT64}
TYPE_OF: dict[type, ir.Type] = {
    bool: ir.BOOL,
    int: ir.INT64,
    float: ir.FLOAT64,
    str: ir.STRING,
    datetime.date: ir.DATE,
    datetime.datetime: ir.TIMESTAMP,
}


def lit(value: Any, type_: ir.Type | None = None) -> ir.Literal:
    return ir.Literal(type=type_ or TYPE_OF[type(value)], nullable=value is None, value=value)


def col(relation: ir.Relation | ir.Schema, name: str) -> ir.Column:
    field = (relation if isinstance(relation, ir.Schema) else relation.schema)[name]
    return ir.Column(type=field.type, nullable=field.nullable, name=name)


def call(function: str, *args: ir.Expr) -> ir.Call:
    type_ = ir.BOOL if function in BOOLEAN else TYPES.get(function, args[0].type)
    if function in NEVER_NULL:
        nullable = False
    elif function == "coalesce":
        nullable = all(each.nullable for each in args)
    elif function == "require":
        nullable = False
    else:
        nullable = function in MAYBE_NULL or any(each.nullable for each in args)
    return ir.Call(type=type_, nullable=nullable, function=function, args=args)


def case(*branches: tuple[ir.Expr, ir.Expr], otherwise: ir.Expr | None = None) -> ir.Case:
    nullable = otherwise is None or otherwise.nullable or any(value.nullable for _, value in branches)
    made = tuple(ir.Branch(condition, value) for condition, value in branches)
    return ir.Case(type=branches[0][1].type, nullable=nullable, branches=made, otherwise=otherwise)


def cast(operand: ir.Expr, to: ir.Type, *, is_try: bool = False) -> ir.Cast:
    return ir.Cast(type=to, nullable=operand.nullable or is_try, operand=operand, is_try=is_try)


def agg(function: str, *args: ir.Expr, where: ir.Expr | None = None, is_distinct: bool = False) -> ir.AggregateCall:
    is_count = function == "count"
    type_ = ir.INT64 if is_count else ir.FLOAT64 if function == "avg" else args[0].type
    return ir.AggregateCall(
        type=type_, nullable=not is_count, function=function, args=args, where=where, is_distinct=is_distinct
    )


def key(value: ir.Expr, *, descending: bool = False, nulls_first: bool = False) -> ir.SortKey:
    return ir.SortKey(value=value, descending=descending, nulls_first=nulls_first)


def table(pattern: str, **fields: ir.Type | ir.Field) -> ir.Scan:
    schema = ir.schema_of(each if isinstance(each, ir.Field) else ir.Field(name, each) for name, each in fields.items())
    group = ir.FileGroup(pattern=pattern, files=(pattern,))
    return ir.Scan(schema=schema, source=ir.FileSource(format="parquet", groups=(group,), columns=schema))


def filter_(relation: ir.Relation, *conditions: ir.Expr) -> ir.Filter:
    return ir.Filter(schema=relation.schema, input=relation, condition=ir.true_of(*conditions))


def project(relation: ir.Relation, **values: ir.Expr | str) -> ir.Project:
    """Values are expressions, or names of columns of `relation`."""
    made = {name: col(relation, value) if isinstance(value, str) else value for name, value in values.items()}
    return ir.Project(
        schema=ir.schema_of(ir.Field(name, value.type, value.nullable) for name, value in made.items()),
        input=relation,
        columns=tuple(ir.Assignment(name, value) for name, value in made.items()),
    )


def derive(relation: ir.Relation, **values: ir.Expr) -> ir.Project:
    return project(relation, **{name: name for name in relation.schema.names}, **values)


def aggregate(relation: ir.Relation, keys: dict[str, ir.Expr], aggregates: dict[str, ir.AggregateCall]) -> ir.Aggregate:
    fields = [ir.Field(name, value.type, value.nullable) for name, value in {**keys, **aggregates}.items()]
    return ir.Aggregate(
        schema=ir.schema_of(fields),
        input=relation,
        keys=tuple(ir.Assignment(name, value) for name, value in keys.items()),
        aggregates=tuple(ir.AggregateAssignment(name, value) for name, value in aggregates.items()),
    )


def join(
    kind: ir.JoinKind, left: ir.Relation, right: ir.Relation, condition: ir.Expr | None, match: Any = None
) -> ir.Join:
    def side(relation: ir.Relation, is_added: bool) -> list[ir.Field]:
        return [ir.Field(each.name, each.type, each.nullable or is_added) for each in relation.schema]

    fields = side(left, kind in ("right", "full"))
    if kind not in ("semi", "anti"):
        fields += side(right, kind in ("left", "full"))
    return ir.Join(schema=ir.schema_of(fields), left=left, right=right, kind=kind, condition=condition, match=match)


def sort(relation: ir.Relation, *keys: ir.SortKey | str) -> ir.Sort:
    return ir.Sort(schema=relation.schema, input=relation, keys=_keys(relation, keys))


def limit(
    relation: ir.Relation, count: int | None, *keys: ir.SortKey | str, offset: int = 0, per: tuple[str, ...] = ()
) -> ir.Limit:
    return ir.Limit(
        schema=relation.schema, input=relation, count=count, offset=offset, per=per, order=_keys(relation, keys)
    )


def dedupe(relation: ir.Relation, by: tuple[str, ...], *keys: ir.SortKey | str) -> ir.Dedupe:
    return ir.Dedupe(schema=relation.schema, input=relation, keys=by, order=_keys(relation, keys))


def _keys(relation: ir.Relation, keys: tuple[ir.SortKey | str, ...]) -> tuple[ir.SortKey, ...]:
    return tuple(key(col(relation, each)) if isinstance(each, str) else each for each in keys)


def distinct(relation: ir.Relation) -> ir.Distinct:
    return ir.Distinct(schema=relation.schema, input=relation)


def combine(kind: ir.SetKind, *inputs: ir.Relation, is_distinct: bool = False) -> ir.SetOperation:
    fields = [
        ir.Field(each.name, each.type, any(other.schema[each.name].nullable for other in inputs))
        for each in inputs[0].schema
    ]
    return ir.SetOperation(schema=ir.schema_of(fields), kind=kind, is_distinct=is_distinct, inputs=inputs)


def dataset(name: str, relation: ir.Relation, **facts: Any) -> ir.Dataset:
    return ir.Dataset(name=name, relation=relation, made_by="transform", step=name, **facts)


def read(of: ir.Dataset) -> ir.Read:
    return ir.Read(schema=of.relation.schema, dataset=of.name)


def store(of: ir.Dataset) -> ir.Store:
    target = ir.Target(format="parquet", path=f"{of.name}.parquet", is_folder=False)
    return ir.Store(name=f"store {of.name}", dataset=of.name, target=target)


def gate(name: str, relation: ir.Relation) -> ir.Gate:
    rules = tuple(ir.GateRule(name=each, column=each, action="fail", text=each) for each in relation.schema.names)
    return ir.Gate(name=name, step=name, relation=relation, rules=rules)


def graph(*datasets: ir.Dataset, gates: tuple[ir.Gate, ...] = (), stores: tuple[ir.Store, ...] = ()) -> ir.Graph:
    return ir.Graph(
        pipeline="p",
        doc=None,
        parameters=(),
        datasets=datasets,
        gates=gates,
        stores=stores,
        clock=datetime.datetime(2025, 11, 1),
    )
