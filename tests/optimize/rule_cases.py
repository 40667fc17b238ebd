"""What unit tests of rules share: tables, a rule taken through a relation, pictures of it."""

from __future__ import annotations

import datetime
from textwrap import dedent

import ir_build as build

from odibi_sql import ir
from odibi_sql.ir.invariants import problems_of
from odibi_sql.ir.show import show
from odibi_sql.optimize import optimize
from odibi_sql.optimize.rule import Keys, NodeRule, Rule, top_down

A = build.table("a", x=ir.INT64, y=ir.INT64, s=ir.STRING, n=ir.Field("n", ir.INT64, False))
B = build.table("b", k=ir.INT64, v=ir.INT64, w=ir.STRING)
DAY = datetime.date(2025, 11, 1)


def x_is(value: int, name: str = "x", relation: ir.Relation = A) -> ir.Call:
    return build.call("=", build.col(relation, name), build.lit(value))


def failing(relation: ir.Relation = A) -> ir.Call:
    """A condition that fails where `s` is no number."""
    return build.call(">", build.cast(build.col(relation, "s"), ir.INT64), build.lit(1))


def after(rule: NodeRule, relation: ir.Relation, keys: Keys | None = None) -> str:
    """Return the picture of the relation after the rule; its schema has to be the same."""
    changed = top_down(relation, lambda node: rule.change(node, keys or {}))
    assert changed.schema == relation.schema
    assert not list(problems_of(build.graph(build.dataset("only", changed))))
    return show(changed)


def stays(rule: NodeRule, relation: ir.Relation, keys: Keys | None = None) -> bool:
    return top_down(relation, lambda node: rule.change(node, keys or {})) is relation


def after_on_graph(rule: Rule, graph: ir.Graph, goals: tuple[str, ...] | None = None) -> dict[str, str]:
    """Return the picture of each dataset and gate after the rule."""
    changed = optimize(graph, goals, (rule,), is_careful=True)
    return {each.name: show(each.relation) for each in (*changed.datasets, *changed.gates)}


def lines(text: str) -> str:
    return dedent(text).strip()
