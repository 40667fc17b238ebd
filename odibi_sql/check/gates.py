"""Gates: relations of one row that count, for each rule, what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import TypeVar

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import internal_name
from odibi_sql.check.flow import Flow, columns_as_they_are, fresh, projection
from odibi_sql.check.matching import Matching
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics import Span
from odibi_sql.ir.walk import inputs

T = TypeVar("T")
DEEPEST = 100  # relations above each other
PLAIN = 16  # so many conditions are written as a chain
COUNT = ir.AggregateCall(type=ir.INT64, nullable=False, function="count", args=())


def split_off(context: Context, flow: Flow, name: str = "unchecked") -> Flow:
    """Return the same rows read from a dataset, so that a gate can read them too: a hidden one, unless they are one."""
    if isinstance(flow.relation, ir.Read):
        return flow
    hidden = ir.Dataset(
        name=internal_name(context, f"{flow.step}_{name}"),
        relation=flow.relation,
        made_by="hidden",
        step=flow.step,
        keys=flow.keys,
        layer=flow.layer,
        gates=flow.gate_names,
        span=flow.relation.span,
    )
    read = ir.Read(schema=flow.relation.schema, dataset=hidden.name)
    return replace(flow, relation=read, datasets=(*flow.datasets, hidden))


def kept_shallow(context: Context, flow: Flow) -> Flow:
    """Return the rows, read from a hidden dataset where more operators are above each other than can be walked."""
    relation, depth = flow.relation, 0
    while depth <= DEEPEST:
        below = inputs(relation)
        if not below:
            return flow
        relation, depth = below[0], depth + 1
    return split_off(context, flow, "part")


def gate_of(
    context: Context, flow: Flow, counts: Sequence[ir.Relation], rules: Sequence[ir.GateRule], span: Span | None
) -> Flow:
    """Return the flow behind a new gate of these rules; `counts` are relations of one row that have their columns."""
    relation = paired(counts, beside)
    names = [rule.column for rule in rules]
    if list(relation.schema.names) != names:
        relation = projection(relation, columns_as_they_are(relation.schema[name] for name in names))
    gate = ir.Gate(
        name=internal_name(context, f"{flow.step}_checks"),
        step=flow.step,
        relation=relation,
        rules=tuple(rules),
        layer=flow.layer,
        span=span,
    )
    return replace(flow, gates=(*flow.gates, gate))


def beside(left: ir.Relation, right: ir.Relation) -> ir.Relation:
    """Return each row of one side with each of the other."""
    schema = ir.Schema((*left.schema.fields, *right.schema.fields))
    return ir.Join(schema=schema, left=left, right=right, kind="cross", condition=None)


def counted(relation: ir.Relation, columns: Iterable[tuple[str, ir.Expr | None]]) -> ir.Aggregate:
    """Return the one row of how many rows meet each condition (None: all rows)."""
    aggregates = tuple(
        ir.AggregateAssignment(name, COUNT if where is None else replace(COUNT, where=where)) for name, where in columns
    )
    schema = ir.Schema(tuple(ir.Field(each.name, ir.INT64, nullable=False) for each in aggregates))
    return ir.Aggregate(schema=schema, input=relation, keys=(), aggregates=aggregates)


def count_not_unique(relation: ir.Relation, columns: Sequence[str], name: str, *, nulls_break: bool) -> ir.Relation:
    """Return the one row of how many rows are too many: those beyond the first of each value of `columns`.

    Nulls are values like others, unless `nulls_break`: then each row with one is too many.
    """
    fields = [relation.schema[each] for each in columns]
    number = fresh("row_count", columns)
    groups = grouped(relation, [(field.name, column_of(field)) for field in fields], number)
    rows = ir.Column(type=ir.INT64, nullable=False, name=number)
    too_many: ir.Expr = ir.Call(type=ir.INT64, nullable=False, function="-", args=(rows, whole(1)))
    nullable = [column_of(field) for field in fields if field.nullable]
    if nulls_break and nullable:
        has_null = any_of([is_null(each) for each in nullable])
        too_many = ir.Case(type=ir.INT64, nullable=False, branches=(ir.Branch(has_null, rows),), otherwise=too_many)
    total = ir.AggregateCall(type=ir.INT64, nullable=True, function="sum", args=(too_many,))
    schema = ir.Schema((ir.Field(name, ir.INT64),))
    summed = ir.Aggregate(schema=schema, input=groups, keys=(), aggregates=(ir.AggregateAssignment(name, total),))
    column = ir.Column(type=ir.INT64, nullable=True, name=name)
    filled = ir.Call(type=ir.INT64, nullable=False, function="coalesce", args=(column, whole(0)))
    return projection(summed, (ir.Assignment(name, filled),))


def count_unless(relation: ir.Relation, condition: ir.Expr, name: str) -> ir.Relation:
    """Return the one row that is 0 where the condition on the one row of `relation` is true, and 1 where it is not."""
    value = ir.Case(type=ir.INT64, nullable=False, branches=(ir.Branch(condition, whole(0)),), otherwise=whole(1))
    return projection(relation, (ir.Assignment(name, value),))


def count_of_matched_twice(flow: Flow, right: ir.Relation, parts: Matching, name: str) -> ir.Relation:
    """Return the one row of how many rows of `flow` find more than one row of `right`."""
    if parts.right:
        right = ir.Filter(schema=right.schema, input=right, condition=all_of(parts.right))
    keys = [(f"{name}.{number}", value) for number, (_, value) in enumerate(parts.pairs)]
    groups = grouped(right, keys, f"{name}.rows")
    rows = ir.Column(type=ir.INT64, nullable=False, name=f"{name}.rows")
    more = ir.Call(type=ir.BOOL, nullable=False, function=">", args=(rows, whole(1)))
    several = ir.Filter(schema=groups.schema, input=groups, condition=more)
    conditions = [
        same(mine, ir.Column(type=theirs.type, nullable=theirs.nullable, name=key))
        for (mine, theirs), (key, _) in zip(parts.pairs, keys, strict=True)
    ]
    matched = ir.Join(
        schema=flow.relation.schema,
        left=flow.relation,
        right=several,
        kind="semi",
        condition=all_of([*parts.left, *conditions]),
    )
    return counted(matched, [(name, None)])


def grouped(relation: ir.Relation, keys: Sequence[tuple[str, ir.Expr]], count: str) -> ir.Aggregate:
    """Return the different values of `keys`, each with the number of its rows in the column `count`."""
    fields = [ir.Field(name, value.type, value.nullable) for name, value in keys]
    return ir.Aggregate(
        schema=ir.Schema((*fields, ir.Field(count, ir.INT64, nullable=False))),
        input=relation,
        keys=tuple(ir.Assignment(name, value) for name, value in keys),
        aggregates=(ir.AggregateAssignment(count, COUNT),),
    )


def whole(value: int) -> ir.Literal:
    """Return a whole number as an expression."""
    return ir.Literal(type=ir.INT64, nullable=False, value=value)


def is_null(operand: ir.Expr) -> ir.Expr:
    """Return `operand is null`."""
    return ir.Call(type=ir.BOOL, nullable=False, function="is null", args=(operand,))


def not_(operand: ir.Expr) -> ir.Expr:
    """Return `not operand`."""
    return ir.Call(type=ir.BOOL, nullable=operand.nullable, function="not", args=(operand,))


def is_broken(condition: ir.Expr) -> ir.Expr:
    """Return whether a row breaks a condition: it is false, or null."""
    if condition.nullable:
        condition = ir.Call(type=ir.BOOL, nullable=False, function="is true", args=(condition,))
    return not_(condition)


def all_of(conditions: Sequence[ir.Expr]) -> ir.Expr:
    """Return the `and` of conditions, at least one."""
    return paired(conditions, lambda left, right: _both(left, right, "and"))


def any_of(conditions: Sequence[ir.Expr]) -> ir.Expr:
    """Return the `or` of conditions, at least one."""
    return paired(conditions, lambda left, right: _both(left, right, "or"))


def _both(left: ir.Expr, right: ir.Expr, operator: str) -> ir.Expr:
    return ir.Call(type=ir.BOOL, nullable=left.nullable or right.nullable, function=operator, args=(left, right))


def paired(parts: Sequence[T], put_together: Callable[[T, T], T]) -> T:
    """Return the parts put together two by two, in their order: a few as a plain chain, many as a shallow tree."""
    found = list(parts)
    while len(found) > PLAIN:
        pairs = [found[start : start + 2] for start in range(0, len(found), 2)]
        found = [put_together(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return reduce(put_together, found)


def same(left: ir.Expr, right: ir.Expr) -> ir.Expr:
    """Return `left = right` of two expressions of one type."""
    return ir.Call(type=ir.BOOL, nullable=left.nullable or right.nullable, function="=", args=(left, right))
