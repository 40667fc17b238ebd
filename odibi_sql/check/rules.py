"""What one `expect` holds rows or a dataset to: one function for each kind of rule."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Callable

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.check.columns import column_named, columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import condition, constant
from odibi_sql.check.flow import Flow, columns_as_they_are, projection, scope_of_flow
from odibi_sql.check.gates import all_of, count_not_unique, count_unless, counted, is_null, not_, same, whole
from odibi_sql.check.joins import condition_of, other_side
from odibi_sql.check.keys import is_unique, renamed
from odibi_sql.check.matching import Matching, bare_column, has_unknown, matching
from odibi_sql.check.place import with_article
from odibi_sql.check.rows import count_of
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.expectations_errors import NotADuration, NotATime
from odibi_sql.diagnostics.joins_errors import NeedsEquality


class RowRule(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that each row meets; null is broken. `needs_lookup`: it is on a column that only the base has."""

    condition: ir.Expr
    needs_lookup: bool = False
    span: Span | None = None


class DatasetRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule about all rows: `count` makes of them the one row of what breaks it."""

    count: Callable[[ir.Relation], ir.Relation]
    unique: frozenset[str] | None = None  # columns that it holds to be unique


Ruled = RowRule | DatasetRule


def check_rule(
    context: Context, flow: Flow, base: ir.Relation, operator: syntax.Expect, column: str
) -> tuple[ir.Relation, Ruled | None]:
    """Return the rows with what the rule looks up beside them, and the rule (None where it is wrong)."""
    allowed = (*flow.allowed, *operator.allowed)
    match operator.rule:
        case syntax.ConditionRule(condition=written, span=span):
            typed = condition(context, scope_of_flow(flow), written, allowed=allowed)
            return base, None if typed.type == ir.UNKNOWN else RowRule(condition=typed, span=span)
        case syntax.NotNullRule() as rule:
            return base, _not_null(context, flow, rule)
        case syntax.UniqueRule() as rule:
            return base, _unique(context, flow, rule, column)
        case syntax.RowsRule() as rule:
            return base, _rows(context, rule, column)
        case syntax.FreshRule() as rule:
            return base, _fresh(context, flow, rule, column)
        case syntax.ReferencesRule() as rule:
            return _references(context, flow, base, operator, rule, column)
    raise TypeError(operator.rule)


def _not_null(context: Context, flow: Flow, rule: syntax.NotNullRule) -> Ruled | None:
    names = columns_named(context, flow, rule.columns, "the rule")
    if len(names) < len(rule.columns):
        return None
    columns = columns_as_they_are(flow.schema[name] for name in names)
    return RowRule(condition=all_of([not_(is_null(each.value)) for each in columns]), span=rule.span)


def _unique(context: Context, flow: Flow, rule: syntax.UniqueRule, column: str) -> Ruled | None:
    names = columns_named(context, flow, rule.columns, "the rule")
    if len(names) < len(rule.columns):
        return None
    return DatasetRule(
        count=lambda rows: count_not_unique(rows, names, column, nulls_break=False), unique=frozenset(names)
    )


def _rows(context: Context, rule: syntax.RowsRule, column: str) -> Ruled | None:
    limits = [count_of(context, value, "the number of rows") for value in rule.values]
    if any(limit is None for limit in limits):
        return None
    name = f"{column}.rows"
    operand = ir.Column(type=ir.INT64, nullable=False, name=name)
    numbers = [whole(limit) for limit in limits if limit is not None]
    held = ir.Call(type=ir.BOOL, nullable=False, function=rule.operator, args=(operand, *numbers))
    return DatasetRule(count=lambda rows: count_unless(counted(rows, [(name, None)]), held, column))


def _fresh(context: Context, flow: Flow, rule: syntax.FreshRule, column: str) -> Ruled | None:
    found = column_named(context, flow, rule.column)
    within = constant(context, rule.within)
    if within is not None and not isinstance(within.value, ir.Interval):
        if within.type != ir.UNKNOWN:
            context.report(NotADuration(span=rule.within.span, actual=with_article(within.type)))
        within = None
    if found is None or found.type == ir.UNKNOWN:
        return None
    if found.type not in (ir.DATE, ir.TIMESTAMP, ir.TIMESTAMPTZ):
        context.report(NotATime(span=rule.column.span, column=found.name, actual=with_article(found.type)))
        return None
    if within is None or not isinstance(within.value, ir.Interval):
        return None
    oldest = ir.Literal(type=found.type, nullable=False, value=_before(context.clock, within.value, found.type))
    return DatasetRule(count=lambda rows: _count_not_fresh(rows, found, oldest, column))


def _count_not_fresh(rows: ir.Relation, column: ir.Column, oldest: ir.Literal, name: str) -> ir.Relation:
    latest = ir.AggregateCall(type=column.type, nullable=True, function="max", args=(column,))
    schema = ir.Schema((ir.Field(f"{name}.latest", column.type),))
    one_row = ir.Aggregate(
        schema=schema, input=rows, keys=(), aggregates=(ir.AggregateAssignment(f"{name}.latest", latest),)
    )
    value = ir.Column(type=column.type, nullable=True, name=f"{name}.latest")
    held = ir.Call(type=ir.BOOL, nullable=True, function=">=", args=(value, oldest))
    return count_unless(one_row, held, name)


def _before(clock: datetime.datetime, length: ir.Interval, type_: ir.Type) -> datetime.date | datetime.datetime:
    """Return the clock less a length of time: a day for a date, which has no hours to be late by."""
    months = clock.year * 12 + clock.month - 1 - length.months
    year, month = max(1, months // 12), months % 12 + 1
    day = min(clock.day, calendar.monthrange(year, month)[1])
    length_of_rest = datetime.timedelta(days=length.days, microseconds=length.microseconds)
    try:
        moment = clock.replace(year=year, month=month, day=day) - length_of_rest
    except OverflowError:
        moment = datetime.datetime.min
    return moment.date() if type_ == ir.DATE else moment


def _references(
    context: Context,
    flow: Flow,
    base: ir.Relation,
    operator: syntax.Expect,
    rule: syntax.ReferencesRule,
    column: str,
) -> tuple[ir.Relation, Ruled | None]:
    """Return the rows with a column that is null where the other dataset has no row for them, and the rule on it."""
    other = other_side(context, flow, rule.dataset, None)
    _, on = condition_of(context, flow, other, rule.on, operator)
    if on is None or has_unknown(on) or other.flow.schema.is_open or flow.schema.is_open:
        return base, None
    parts = matching(on, flow.relation.schema, other.relation.schema)
    if not parts.is_lookup:
        span = rule.on[0].span.to(rule.on[-1].span)
        instead = f"or write the rule as a join with `{other.alias}`"
        context.report(NeedsEquality(span=span, what="`references`", dataset=other.alias, instead=instead))
        return base, None
    known = is_unique(renamed(other.flow.keys, other.inner), [bare_column(value) or "" for _, value in parts.pairs])
    found = ir.Column(type=ir.BOOL, nullable=True, name=f"{column}.found")
    looked_up = _looked_up(base, other.relation, parts, column, is_unique_there=known)
    return looked_up, RowRule(condition=not_(is_null(found)), needs_lookup=True, span=rule.span)


def _looked_up(
    base: ir.Relation, right: ir.Relation, parts: Matching, column: str, *, is_unique_there: bool
) -> ir.Relation:
    if parts.right:
        right = ir.Filter(schema=right.schema, input=right, condition=all_of(parts.right))
    keys = [ir.Assignment(f"{column}.{number}", value) for number, (_, value) in enumerate(parts.pairs)]
    values: ir.Relation = projection(right, keys)
    if not is_unique_there:
        values = ir.Distinct(schema=values.schema, input=values)
    there = ir.Literal(type=ir.BOOL, nullable=False, value=True)
    marked = projection(values, [*columns_as_they_are(values.schema), ir.Assignment(f"{column}.found", there)])
    conditions = [
        same(mine, ir.Column(type=key.value.type, nullable=key.value.nullable, name=key.name))
        for (mine, _), key in zip(parts.pairs, keys, strict=True)
    ]
    right_fields = tuple(ir.Field(field.name, field.type) for field in marked.schema)
    return ir.Join(
        schema=ir.Schema((*base.schema.fields, *right_fields)),
        left=base,
        right=marked,
        kind="left",
        condition=all_of([*parts.left, *conditions]),
    )
