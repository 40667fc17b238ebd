"""The operator expect: lines of it that follow each other are one gate, and what leaves rows out does it behind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.flow import Flow, columns_as_they_are, ends_order, project, projection
from odibi_sql.check.gates import all_of, any_of, counted, gate_of, is_broken, split_off
from odibi_sql.check.keys import keys_of
from odibi_sql.check.nulls import columns_proven_not_null
from odibi_sql.check.rows import filtered
from odibi_sql.check.rules import DatasetRule, RowRule, Ruled, check_rule
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.expectations_errors import (
    ActionNeedsRows,
    DuplicateRule,
    FailedColumnTaken,
    QuarantineColumnsDiffer,
)

FAILED = "_failed"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what it holds rows or the dataset to, and what is told of it."""

    ruled: Ruled
    gate: ir.GateRule

    @property
    def leaves_out(self) -> bool:
        """Whether rows that break it do not go on."""
        return self.gate.action in ("drop", "quarantine")


def check_expectations(context: Context, flow: Flow, operators: Sequence[syntax.Expect]) -> Flow:
    """Return the rows behind a gate of these rules, without those that are dropped or go to a quarantine."""
    flow = split_off(context, ends_order(context, flow, "expect"))
    base = flow.relation
    rules: list[Rule] = []
    for number, operator in enumerate(operators):
        base, ruled = check_rule(context, flow, base, operator, f"rule_{number + 1}")
        action = _action(context, operator)
        gate = _gate_rule(context, flow, operator, rules, action, f"rule_{number + 1}")
        if ruled is not None:
            rules.append(Rule(ruled=ruled, gate=gate))
    if not rules:
        return flow
    span = operators[0].span.to(operators[-1].span)
    flow = gate_of(context, flow, _counts(base, rules), [each.gate for each in rules], span)
    flow = _with_quarantines(context, flow, base, rules)
    return _what_goes_on(flow, base, rules)


def _action(context: Context, operator: syntax.Expect) -> ir.Action:
    action = operator.action or "fail"
    if action in ("drop", "quarantine") and isinstance(
        operator.rule, syntax.UniqueRule | syntax.RowsRule | syntax.FreshRule
    ):
        rule = " ".join(operator.rule.span.text.split())
        instead = (
            "write `dedupe by …` to keep one row of each"
            if isinstance(operator.rule, syntax.UniqueRule)
            else "write `else fail` or `else warn`"
        )
        context.report(ActionNeedsRows(span=operator.rule.span, action=action, rule=rule, instead=instead))
        return "fail"
    return action


def _gate_rule(
    context: Context, flow: Flow, operator: syntax.Expect, rules: Sequence[Rule], action: ir.Action, column: str
) -> ir.GateRule:
    text = " ".join((operator.text or operator.rule.span.text).split())
    taken = {rule.name for gate in flow.gates for rule in gate.rules} | {each.gate.name for each in rules}
    name = text if operator.name is None else operator.name.text
    if operator.name is not None and name in taken:
        context.report(DuplicateRule(span=operator.name.span, name=name, step=flow.step))
    numbers = count(2)
    while name in taken:
        name = f"{text} ({next(numbers)})"
    return ir.GateRule(
        name=name,
        column=column,
        action=action,
        text=text,
        counts="failures" if isinstance(operator.rule, syntax.RowsRule | syntax.FreshRule) else "rows",
        quarantine=operator.quarantine.text if operator.quarantine is not None and action == "quarantine" else None,
        span=operator.span,
    )


def _counts(base: ir.Relation, rules: Sequence[Rule]) -> list[ir.Relation]:
    """Return the relations of one row that hold the counts: each rule sees the rows that those before it left."""
    on_rows: list[tuple[str, ir.Expr | None]] = []
    counts: list[ir.Relation] = []
    kept: list[ir.Expr] = []
    for each in rules:
        match each.ruled:
            case RowRule(condition=condition):
                on_rows.append((each.gate.column, all_of([is_broken(condition), *kept])))
                if each.leaves_out:
                    kept.append(condition)
            case DatasetRule(count=count_):
                counts.append(count_(_only(base, kept)))
    return [counted(base, on_rows), *counts] if on_rows else counts


def _only(relation: ir.Relation, conditions: Sequence[ir.Expr]) -> ir.Relation:
    if not conditions:
        return relation
    return ir.Filter(schema=relation.schema, input=relation, condition=all_of(conditions))


def _what_goes_on(flow: Flow, base: ir.Relation, rules: Sequence[Rule]) -> Flow:
    """Return the rows that no rule leaves out, and what the rules that fail the run prove of them."""
    out = [each.ruled for each in rules if each.leaves_out and isinstance(each.ruled, RowRule)]
    proven, keys = flow.checked, list(flow.keys)
    for each in rules:
        if each.gate.action == "warn":
            continue
        match each.ruled:
            case RowRule(condition=condition):
                proven |= columns_proven_not_null(condition)
            case DatasetRule(unique=unique) if unique is not None:
                keys.append(unique)
    flow = replace(flow, checked=proven, keys=keys_of(keys))
    if not out:
        return flow
    names = frozenset(flow.relation.schema.names)
    if any(each.needs_lookup for each in out):
        hidden = frozenset(base.schema.names) - names
        flow = replace(flow, relation=base, hidden=hidden)
    flow = filtered(flow, all_of([each.condition for each in out]), out[0].span)
    return project(flow, columns_as_they_are(flow.schema)) if flow.hidden else flow


def _with_quarantines(context: Context, flow: Flow, base: ir.Relation, rules: Sequence[Rule]) -> Flow:
    """Return the flow with a dataset for each quarantine: the rows that break a rule of it, and which they broke."""
    names = dict.fromkeys(each.gate.quarantine for each in rules if each.gate.quarantine is not None)
    for name in names:
        relation = _quarantined(flow, base, rules, name)
        span = next(each.gate.span for each in rules if each.gate.quarantine == name)
        if FAILED in flow.schema:
            context.report(FailedColumnTaken(span=span))
            continue
        flow = _kept_aside(context, flow, name, relation, span)
    return flow


def _quarantined(flow: Flow, base: ir.Relation, rules: Sequence[Rule], name: str) -> ir.Relation:
    kept: list[ir.Expr] = []
    here: list[ir.Expr] = []
    mine: list[tuple[str, ir.Expr]] = []
    for each in rules:
        if not isinstance(each.ruled, RowRule):
            continue
        if each.gate.quarantine == name:
            broken = is_broken(each.ruled.condition)
            here.append(all_of([broken, *kept]))
            mine.append((each.gate.name, broken))
        elif each.leaves_out:
            kept.append(each.ruled.condition)
    rows = ir.Filter(schema=base.schema, input=base, condition=any_of(here))
    columns = columns_as_they_are(rows.schema[each] for each in flow.schema.names)
    return projection(rows, [*columns, ir.Assignment(FAILED, _failed(mine))])


def _failed(rules: Sequence[tuple[str, ir.Expr]]) -> ir.Expr:
    """Return the names of the rules that are broken, of which one is."""
    type_ = ir.Array(ir.STRING)
    names = [ir.Literal(type=ir.STRING, nullable=False, value=name) for name, _ in rules]
    if len(rules) == 1:
        return ir.Call(type=type_, nullable=False, function="array", args=tuple(names))
    values = tuple(
        ir.Case(type=ir.STRING, nullable=True, branches=(ir.Branch(broken, name),), otherwise=None)
        for name, (_, broken) in zip(names, rules, strict=True)
    )
    every = ir.Call(type=type_, nullable=False, function="array", args=values)
    return ir.Call(type=type_, nullable=False, function="array_compact", args=(every,))


def _kept_aside(context: Context, flow: Flow, name: str, relation: ir.Relation, span: Span | None) -> Flow:
    """Return the flow with these rows in a quarantine, behind those that the step sent there before."""
    before = next((each for each in flow.datasets if each.name == name and each.made_by == "quarantine"), None)
    place = next((rule.span for gate in flow.gates for rule in gate.rules if rule.quarantine == name), None)
    if before is not None:
        if [(f.name, f.type) for f in before.relation.schema] != [(f.name, f.type) for f in relation.schema]:
            context.report(QuarantineColumnsDiffer(span=span, name=name))
            return flow
        fields = tuple(
            replace(field, nullable=field.nullable or relation.schema[field.name].nullable)
            for field in before.relation.schema
        )
        relation = ir.SetOperation(
            schema=ir.Schema(fields), kind="union", is_distinct=False, inputs=(before.relation, relation)
        )
    aside = ir.Dataset(
        name=name,
        relation=relation,
        made_by="quarantine",
        step=flow.step,
        keys=flow.keys if before is None else (),
        layer=flow.layer,
        gates=flow.gate_names,
        span=place,
    )
    others = tuple(each for each in flow.datasets if each is not before)
    return replace(flow, datasets=(*others, aside))
