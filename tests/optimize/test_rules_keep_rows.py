"""Whatever the graph and its rows: optimized it gives the same rows, schemas and orders, by every rule alone too."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from interpreter import Row, RunFailure, run_graph
from interpreter.values import Place, identity
from ir_generate import graphs, pairs, tables
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.ir.show import show_graph
from odibi_sql.optimize import RULES, optimize
from odibi_sql.optimize.rule import Rule

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


def bag(rows: list[Row]) -> Counter[Any]:
    return Counter(tuple((name, identity(value)) for name, value in row.items()) for row in rows)


def is_in_order(rows: list[Row], order: tuple[ir.SortKey, ...]) -> bool:
    places = [Place(order, [row[each.value.name] for each in order]) for row in rows]  # type: ignore[attr-defined]
    return all(not after < before for before, after in itertools.pairwise(places))


def with_true_keys(graph: ir.Graph, rows: dict[str, list[Row]]) -> ir.Graph:
    """Return the graph with the keys of up to two columns that its datasets happen to have."""

    def keys(dataset: ir.Dataset) -> tuple[frozenset[str], ...]:
        names = dataset.relation.schema.names
        found = [each for size in (0, 1, 2) for each in itertools.combinations(names, size)]
        there = rows[dataset.name]
        return tuple(
            frozenset(each)
            for each in found
            if len({tuple(identity(row[name]) for name in each) for row in there}) == len(there)
        )[:3]

    return replace(graph, datasets=tuple(replace(each, keys=keys(each)) for each in graph.datasets))


def hold(graph: ir.Graph, there: dict[str, list[Row]], goals: tuple[str, ...] | None, rules: tuple[Rule, ...]) -> None:
    try:
        rows, gates = run_graph(graph, there)
    except RunFailure:
        assume(False)
    graph = with_true_keys(graph, rows)
    optimized = optimize(graph, goals, rules, is_careful=True)
    event("changed" if optimized is not graph else "same")
    picture = f"\n{show_graph(graph)}\n=== after ===\n{show_graph(optimized)}\n{there}"
    try:
        rows_after, gates_after = run_graph(optimized, there)
    except RunFailure as failure:
        raise AssertionError(f"{failure}{picture}") from failure
    asked = goals or tuple(each.dataset for each in graph.stores)
    for name in asked:
        before, after = graph.dataset(name), optimized.dataset(name)
        assert before.relation.schema == after.relation.schema, picture
        assert bag(rows[name]) == bag(rows_after[name]), picture
        assert is_in_order(rows_after[name], before.order), picture
    for gate in optimized.gates:
        assert gates_after[gate.name] == gates[gate.name], picture


@settings(QUICK, max_examples=250)
@given(graphs(), tables(), st.booleans())
def test_all_rules(graph: ir.Graph, there: dict[str, list[Row]], is_last_wanted: bool) -> None:
    hold(graph, there, (graph.datasets[-1].name,) if is_last_wanted else None, RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(QUICK, max_examples=200)
@given(st.data(), tables())
def test_each_rule(rule: Rule, data: st.DataObject, there: dict[str, list[Row]]) -> None:
    graph = data.draw(pairs(rule.name))
    hold(graph, there, None, (rule,))
    hold(graph, there, None, RULES)
