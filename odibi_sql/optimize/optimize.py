"""Less work for the same rows: the rules in their order, and the loop that holds each of them to what it may change."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.invariants import problems_of
from odibi_sql.ir.walk import replace_changed
from odibi_sql.optimize.drop_duplicates import DROP_DUPLICATES
from odibi_sql.optimize.drop_sorts import DROP_SORTS
from odibi_sql.optimize.drop_steps import DROP_STEPS, asked_for
from odibi_sql.optimize.drop_tie_breaks import DROP_TIE_BREAKS
from odibi_sql.optimize.empty import EMPTY
from odibi_sql.optimize.fold_constants import FOLD_CONSTANTS
from odibi_sql.optimize.merge_filters import MERGE_FILTERS
from odibi_sql.optimize.merge_projections import MERGE_PROJECTIONS
from odibi_sql.optimize.merge_unions import MERGE_UNIONS
from odibi_sql.optimize.outer_joins import OUTER_JOINS
from odibi_sql.optimize.prune_columns import PRUNE_COLUMNS
from odibi_sql.optimize.push_across_steps import PUSH_ACROSS_STEPS
from odibi_sql.optimize.push_filters import PUSH_FILTERS
from odibi_sql.optimize.push_into_joins import PUSH_INTO_JOINS
from odibi_sql.optimize.rule import Asked, GraphRule, Keys, NodeRule, Rule, top_down
from odibi_sql.optimize.simplify_conditions import SIMPLIFY_CONDITIONS

RULES: tuple[Rule, ...] = (
    DROP_STEPS,  # first: nothing else is to look at what is not needed
    FOLD_CONSTANTS,
    SIMPLIFY_CONDITIONS,  # of what was folded
    EMPTY,  # of conditions that turned out true or false; may leave steps without readers
    MERGE_UNIONS,
    MERGE_FILTERS,  # before they are pushed: a filter passes another only as part of it
    OUTER_JOINS,  # before the push: an inner join lets a filter through on both sides
    PUSH_INTO_JOINS,
    PUSH_FILTERS,
    PUSH_ACROSS_STEPS,
    DROP_SORTS,
    DROP_DUPLICATES,
    DROP_TIE_BREAKS,  # before the pruning: an order keeps its columns alive
    MERGE_PROJECTIONS,
    PRUNE_COLUMNS,
)
MOST_ROUNDS = 5  # most graphs settle in two or three; what is left then is only less tidy

Settled = dict[tuple[str, str], ir.Relation]  # by rule and owner: the relation that the rule has nothing to do in


class RuleBroke(Exception):
    """A rule changed what it must keep: a mistake in odibi itself, which no pipeline can be blamed for."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"the optimizer's rule `{rule}` broke the graph: {reason}")
        self.rule = rule


def optimize(
    graph: ir.Graph, goals: tuple[str, ...] | None = None, rules: tuple[Rule, ...] = RULES, *, is_careful: bool = False
) -> ir.Graph:
    """Return a graph that gives the same rows for what the goals name, with less work.

    `goals` are names of stores and of datasets, None is all stores. A dataset that is asked for or stored keeps its
    schema, rows and order; others can lose columns and rows that nobody looks at; what nobody needs is gone.
    `is_careful` looks at the whole graph after each rule, not at its schemas alone. Raises RuleBroke.
    """
    asked = asked_for(graph, goals)
    settled: Settled = {}
    for _ in range(MOST_ROUNDS):
        before = graph
        for rule in rules:
            changed = _applied(rule, graph, asked, settled)
            if changed is not graph:
                _hold(rule, graph, changed, asked, is_careful)
                graph = changed
        if graph is before:
            break
    return graph


def _applied(rule: Rule, graph: ir.Graph, asked: Asked, settled: Settled) -> ir.Graph:
    return rule.change(graph, asked) if isinstance(rule, GraphRule) else _on_nodes(rule, graph, asked, settled)


def _on_nodes(rule: NodeRule, graph: ir.Graph, asked: Asked, settled: Settled) -> ir.Graph:
    def changed(owner: str, relation: ir.Relation, keys: Keys) -> ir.Relation:
        if settled.get((rule.name, owner)) is relation:
            return relation
        new = top_down(relation, lambda node: rule.change(node, keys), has_subqueries=asked.has_subqueries)
        if new is relation:
            settled[rule.name, owner] = relation
        return new

    keys = {each.name: each.keys for each in graph.datasets}
    datasets = tuple(
        replace_changed(each, relation=changed(f"dataset {each.name}", each.relation, keys)) for each in graph.datasets
    )
    gates = tuple(
        replace_changed(each, relation=changed(f"gate {each.name}", each.relation, {})) for each in graph.gates
    )  # a gate trusts no key of a step, for it may be what holds the step to it
    is_same = all(map(_is, datasets, graph.datasets)) and all(map(_is, gates, graph.gates))
    return graph if is_same else replace(graph, datasets=datasets, gates=gates)


def _is(one: object, other: object) -> bool:
    return one is other


def _hold(rule: Rule, before: ir.Graph, after: ir.Graph, asked: Asked, is_careful: bool) -> None:
    """Hold a rule to the schemas: of what is asked for the same, of other steps no column that was not there."""
    old = {each.name: each.relation for each in before.datasets}
    for dataset in after.datasets:
        relation = old[dataset.name]
        if dataset.relation is not relation:
            _hold_schema(rule, dataset.name, relation.schema, dataset.relation.schema, dataset.name in asked.datasets)
    lost = asked.datasets - {each.name for each in after.datasets}
    if lost:
        raise RuleBroke(rule.name, f"{', '.join(sorted(lost))} is gone")
    for gate, gate_before in zip(after.gates, before.gates, strict=False):
        if gate.name == gate_before.name:
            _hold_schema(rule, gate.name, gate_before.relation.schema, gate.relation.schema, True)
    if is_careful:
        for problem in problems_of(after):
            raise RuleBroke(rule.name, problem)


def _hold_schema(rule: Rule, name: str, before: ir.Schema, after: ir.Schema, is_asked: bool) -> None:
    if before is after or before == after:
        return
    if is_asked or any(_is_new(field, before) for field in after):
        raise RuleBroke(rule.name, f"the schema of {name} was {_shown(before)} and is {_shown(after)}")


def _is_new(field: ir.Field, before: ir.Schema) -> bool:
    old = before.get(field.name)
    return old is None or old.type != field.type or (field.nullable and not old.nullable)


def _shown(schema: ir.Schema) -> str:
    return f"({', '.join(map(str, schema))})"
