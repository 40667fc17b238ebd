"""The operators of a step, one after the other: each takes rows and gives rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.aggregates import check_aggregate
from odibi_sql.check.as_of import check_as_of
from odibi_sql.check.columns import (
    check_cast,
    check_derive,
    check_drop,
    check_fill,
    check_rename,
    check_select,
    check_set,
)
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import OPEN
from odibi_sql.check.expectations import check_expectations
from odibi_sql.check.explodes import check_explode
from odibi_sql.check.flow import Flow
from odibi_sql.check.fragments import told_with_place
from odibi_sql.check.gates import kept_shallow
from odibi_sql.check.joins import check_join
from odibi_sql.check.pivots import check_pivot, check_unpivot
from odibi_sql.check.rows import check_dedupe, check_distinct, check_filter, check_limit, check_sort
from odibi_sql.check.samples import check_sample
from odibi_sql.check.sets import check_set_operation


def check_operators(context: Context, flow: Flow, operators: Sequence[syntax.Operator]) -> Flow:
    """Return the rows behind all operators."""
    for group in _grouped(operators):
        before = len(context.findings)
        if isinstance(group, list):
            flow = check_expectations(context, flow, group)
        else:
            flow = check_operator(context, flow, group)
        flow = kept_shallow(context, flow)
        told_with_place(context.findings, before, group if isinstance(group, list) else [group])
    return flow


def _grouped(operators: Sequence[syntax.Operator]) -> Iterator[syntax.Operator | list[syntax.Expect]]:
    """Give the operators in order, those `expect` that follow each other as one list."""
    expectations: list[syntax.Expect] = []
    for each in operators:
        if isinstance(each, syntax.Expect):
            expectations.append(each)
            continue
        if expectations:
            yield expectations
            expectations = []
        yield each
    if expectations:
        yield expectations


def check_operator(context: Context, flow: Flow, operator: syntax.Operator) -> Flow:
    """Return the rows behind one operator; behind one of a later version they are not known."""
    match operator:
        case syntax.Filter():
            return check_filter(context, flow, operator)
        case syntax.Derive():
            return check_derive(context, flow, operator)
        case syntax.Set():
            return check_set(context, flow, operator)
        case syntax.Select():
            return check_select(context, flow, operator)
        case syntax.Rename():
            return check_rename(context, flow, operator)
        case syntax.Drop():
            return check_drop(context, flow, operator)
        case syntax.CastColumns():
            return check_cast(context, flow, operator)
        case syntax.Fill():
            return check_fill(context, flow, operator)
        case syntax.Join():
            return check_join(context, flow, operator)
        case syntax.Aggregate():
            return check_aggregate(context, flow, operator)
        case syntax.Dedupe():
            return check_dedupe(context, flow, operator)
        case syntax.Distinct():
            return check_distinct(context, flow, operator)
        case syntax.Sort():
            return check_sort(context, flow, operator)
        case syntax.Limit():
            return check_limit(context, flow, operator)
        case syntax.SetWith():
            return check_set_operation(context, flow, operator)
    return _reshaped(context, flow, operator)


def _reshaped(context: Context, flow: Flow, operator: syntax.Operator) -> Flow:
    match operator:
        case syntax.Pivot():
            return check_pivot(context, flow, operator)
        case syntax.Unpivot():
            return check_unpivot(context, flow, operator)
        case syntax.Explode():
            return check_explode(context, flow, operator)
        case syntax.AsOfJoin():
            return check_as_of(context, flow, operator)
        case syntax.Sample():
            return check_sample(context, flow, operator)
        case syntax.Apply():  # it is reported to be wrong
            return unknown_from_here(flow)
    raise TypeError(operator)


def unknown_from_here(flow: Flow) -> Flow:
    """Return the flow with rows of which nothing is known."""
    relation = ir.Read(schema=OPEN, dataset=flow.source)
    return replace(flow, relation=relation, hidden=frozenset(), keys=(), order=(), sort=None, checked=frozenset())
