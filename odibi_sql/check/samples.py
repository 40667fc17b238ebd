"""The operator sample: rows chosen by a hash of their values, so that every engine chooses the same."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import constant
from odibi_sql.check.flow import Flow, columns_as_they_are, ends_order, fresh, project, projection, total_order
from odibi_sql.check.rows import count_of, filtered
from odibi_sql.check.scope import column_of
from odibi_sql.diagnostics.reshape_errors import BadSample

PARTS = 1_000_000  # that a hash is taken to: a percentage has four digits behind the point
TEXTUAL = (ir.Bool, ir.Integer, ir.Decimal, ir.Float, ir.String, ir.Binary, ir.Date, ir.Timestamp, ir.TimestampTz)


def check_sample(context: Context, flow: Flow, operator: syntax.Sample) -> Flow:
    """Return some of the rows: about so many percent, or exactly so many (all, where there are fewer).

    Which rows depends on their values and the seed alone. Rows that are equal in all columns come or stay together in
    a sample of a percentage.
    """
    flow = ends_order(context, flow, "sample")
    seed = _seed(context, operator)
    percent = _percent(context, operator) if operator.unit == "percent" else None
    count = count_of(context, operator.amount, "the number of rows") if operator.unit == "rows" else None
    if flow.schema.is_open or seed is None or (percent is None and count is None):
        return flow
    hashed = _hash(flow, seed)
    if hashed is None:
        context.report(BadSample(span=operator.span, reason="no column has a value that can be written as a text"))
        return flow
    if percent is not None:
        part = ir.Call(type=ir.INT64, nullable=False, function="%", args=(hashed, _whole(PARTS)))
        is_in = ir.Call(type=ir.BOOL, nullable=False, function="<", args=(part, _whole(round(percent * PARTS / 100))))
        return filtered(flow, is_in, operator.span)
    assert count is not None
    return _first_by_hash(flow, hashed, count, operator)


def _first_by_hash(flow: Flow, hashed: ir.Expr, count: int, operator: syntax.Sample) -> Flow:
    name = fresh("sample", flow.relation.schema.names)
    columns = columns_as_they_are(flow.schema)
    relation = projection(flow.relation, [*columns, ir.Assignment(name, hashed)])
    first = (ir.SortKey(value=column_of(relation.schema[name])),)
    order = total_order(flow, first)
    limit = ir.Limit(
        schema=relation.schema, input=relation, count=count, offset=0, per=(), order=order, span=operator.span
    )
    return project(replace(flow, relation=limit, hidden=frozenset((name,))), columns, operator.span)


def _seed(context: Context, operator: syntax.Sample) -> int | None:
    if operator.seed is None:
        return 0
    literal = constant(context, operator.seed, ir.INT64)
    if literal is None or isinstance(literal.value, int):
        return None if literal is None else literal.value  # type: ignore[return-value]
    context.report(BadSample(span=operator.seed.span, reason="the seed has to be a whole number"))
    return None


def _percent(context: Context, operator: syntax.Sample) -> Decimal | None:
    literal = constant(context, operator.amount)
    if literal is None or literal.type == ir.UNKNOWN:
        return None
    value = literal.value
    if isinstance(value, int | Decimal | float) and not isinstance(value, bool) and 0 <= value <= 100:
        return Decimal(str(value))
    context.report(BadSample(span=operator.amount.span, reason="a percentage is a number from 0 to 100"))
    return None


def _hash(flow: Flow, seed: int) -> ir.Expr | None:
    """Return a whole number from 0 that is made of the seed and of the columns whose values can be texts; nulls are
    passed over."""
    texts = [_text(column_of(field)) for field in flow.schema if isinstance(field.type, TEXTUAL)]
    if not texts:
        return None
    args = (_constant("|"), _constant(str(seed)), *texts)
    whole = ir.Call(type=ir.STRING, nullable=False, function="concat_ws", args=args)
    return ir.Call(type=ir.INT64, nullable=False, function="stable_hash", args=(whole,))


def _text(column: ir.Column) -> ir.Expr:
    if isinstance(column.type, ir.String):
        return column
    if isinstance(column.type, ir.Binary):
        return ir.Call(type=ir.STRING, nullable=column.nullable, function="hex", args=(column,))
    value = _without_sign_of_zero(column) if isinstance(column.type, ir.Float) else column
    return ir.Cast(type=ir.STRING, nullable=column.nullable, operand=value)


def _without_sign_of_zero(column: ir.Column) -> ir.Expr:
    """Return a float to which 0.0 is added: -0.0 and 0.0 are one value, and which of them a row has is left to chance
    where rows were put together."""
    wide = ir.Cast(type=ir.FLOAT64, nullable=column.nullable, operand=column, is_implicit=True)
    operand = column if column.type == ir.FLOAT64 else wide
    zero = ir.Literal(type=ir.FLOAT64, nullable=False, value=0.0)
    return ir.Call(type=ir.FLOAT64, nullable=column.nullable, function="+", args=(operand, zero))


def _constant(value: str) -> ir.Literal:
    return ir.Literal(type=ir.STRING, nullable=False, value=value)


def _whole(value: int) -> ir.Literal:
    return ir.Literal(type=ir.INT64, nullable=False, value=value)
