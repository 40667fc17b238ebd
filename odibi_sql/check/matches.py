"""`match one` at the end of a join: a rule of the run, which a gate counts."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.flow import Flow
from odibi_sql.check.gates import count_of_matched_twice, gate_of, split_off
from odibi_sql.check.matching import Matching


def hold_to_one_match(context: Context, flow: Flow, right: ir.Relation, parts: Matching, operator: syntax.Join) -> Flow:
    """Return the left side of a join behind a gate that counts its rows that find more than one row of `right`."""
    flow = split_off(context, flow)
    text = " ".join(operator.span.text.split())
    rule = ir.GateRule(
        name=f"one match in {operator.dataset.text}",
        column="matched_twice",
        action="fail",
        text=text,
        span=operator.span,
    )
    counts = count_of_matched_twice(flow, right, parts, rule.column)
    return gate_of(context, flow, [counts], [rule], operator.span)
