"""The loop: goals, gates, rules that break what they must keep, long chains; and the checks of a graph."""

from __future__ import annotations

import time

import ir_build as build
import pytest
from msgspec.structs import replace
from rule_cases import A, B, x_is

from odibi_sql import ir
from odibi_sql.ir.invariants import problems_of
from odibi_sql.ir.show import show
from odibi_sql.optimize import RULES, RuleBroke, optimize
from odibi_sql.optimize.rule import NodeRule, top_down

RAW = build.dataset("raw", A)
USED = build.dataset("used", build.read(RAW), gates=("gate",))
COUNTED = build.dataset("counted", B)
UNUSED = build.dataset("unused", build.read(RAW), gates=("other gate",))
GATE = build.gate("gate", build.aggregate(build.read(COUNTED), {}, {"broken": build.agg("count")}))
OTHER = build.gate("other gate", build.aggregate(build.read(UNUSED), {}, {"broken": build.agg("count")}))
GRAPH = build.graph(RAW, COUNTED, USED, UNUSED, gates=(GATE, OTHER), stores=(build.store(USED), build.store(UNUSED)))


def names(graph: ir.Graph) -> tuple[list[str], list[str], list[str]]:
    return (
        [each.name for each in graph.datasets],
        [each.name for each in graph.gates],
        [each.name for each in graph.stores],
    )


def test_what_is_not_asked_for_goes_and_gates_bring_what_they_read() -> None:
    assert names(optimize(GRAPH)) == names(GRAPH)
    assert names(optimize(GRAPH, ("store used",))) == (["raw", "counted", "used"], ["gate"], ["store used"])
    assert names(optimize(GRAPH, ("used",))) == (["raw", "counted", "used"], ["gate"], [])
    assert names(optimize(GRAPH, ("raw",))) == (["raw"], [], [])


def test_a_rule_that_breaks_a_schema_is_named() -> None:
    def lose(relation: ir.Relation, keys: object) -> ir.Relation:
        return replace(relation, schema=ir.Schema(relation.schema.fields[1:])) if relation is A else relation

    def retype(relation: ir.Relation, keys: object) -> ir.Relation:
        other = ir.Schema((ir.Field("x", ir.STRING), *relation.schema.fields[1:]))
        return replace(relation, schema=other) if relation is A else relation

    graph = build.graph(RAW, stores=(build.store(RAW),))
    for change in (lose, retype):
        with pytest.raises(RuleBroke, match=r"careless.*raw"):
            optimize(graph, None, (NodeRule(name="careless", change=change),))


def test_a_rule_that_breaks_the_inside_is_caught_by_the_careful() -> None:
    def forget(relation: ir.Relation, keys: object) -> ir.Relation:
        narrow = replace(A, schema=ir.Schema(A.schema.fields[1:]))
        return replace(relation, input=narrow) if isinstance(relation, ir.Project) and relation.input is A else relation

    last = build.dataset("last", build.project(A, x="x"))
    with pytest.raises(RuleBroke, match="no column x"):
        optimize(build.graph(last), ("last",), (NodeRule(name="r", change=forget),), is_careful=True)


def test_a_rule_that_undoes_itself_ends() -> None:
    def swap(relation: ir.Relation, keys: object) -> ir.Relation:
        other = {"x": "y", "y": "x"}
        return build.sort(A, other[show(relation)[-1]]) if isinstance(relation, ir.Sort) else relation

    assert isinstance(top_down(build.sort(A, "x"), lambda each: swap(each, {})), ir.Sort)


def chain(length: int) -> ir.Graph:
    datasets = [RAW]
    for number in range(length):
        below = build.filter_(build.read(datasets[-1]), x_is(number, "y"))
        values = {name: name for name in A.schema.names} | {"x": build.call("%", build.col(A, "x"), build.lit(7))}
        datasets.append(build.dataset(f"step{number}", build.project(below, **values)))
    return build.graph(*datasets, stores=(build.store(datasets[-1]),))


def test_a_thousand_steps_take_ten_times_as_long_as_a_hundred() -> None:
    def seconds(length: int) -> float:
        graph = chain(length)
        start = time.process_time()
        optimize(graph)
        return time.process_time() - start

    seconds(10)
    assert seconds(1000) < 30 * seconds(100)


def test_a_step_of_many_operators_and_a_long_condition_are_no_deeper_than_python() -> None:
    relation: ir.Relation = A
    for number in range(200):
        relation = build.project(build.filter_(relation, x_is(number)), x="x", y="y", s="s", n="n")
    ors = x_is(0)
    for number in range(1, 2000):
        ors = build.call("or", ors, x_is(number))
    last = build.dataset("last", build.filter_(relation, ors))
    assert optimize(build.graph(last, stores=(build.store(last),))).dataset("last").relation.schema == A.schema


def test_every_rule_has_a_drawing() -> None:
    import sys

    for rule in RULES:
        doc = sys.modules[rule.change.__module__].__doc__ or ""
        assert "    before " in doc, rule.name
        assert "    after " in doc, rule.name


@pytest.mark.parametrize(
    ("relation", "problem"),
    [
        (build.filter_(A, build.call("=", build.col(B, "k"), build.lit(1))), "no column k"),
        (build.filter_(A, ir.Column(type=ir.BOOL, name="x")), "x is int64, not bool"),
        (build.filter_(A, build.col(A, "x")), "the condition is int64"),
        (replace(build.sort(A, "x"), schema=B.schema), "the columns are"),
        (replace(build.project(A, x="x"), schema=ir.schema_of([ir.Field("x", ir.INT64, False)])), "x can be null"),
        (replace(A, schema=ir.schema_of([ir.Field("z", ir.INT64)])), "no column z there"),
        (build.join("inner", A, A, x_is(1)), "both sides have n, s, x, y"),
        (build.join("inner", A, B, None), "without a condition"),
        (build.dedupe(A, ("k",)), "no column k"),
        (ir.Read(schema=A.schema, dataset="later"), "no dataset later"),
        (ir.Rows(schema=B.schema, rows=((build.lit(1),),)), "a row of another width"),
        (
            build.filter_(A, ir.InQuery(type=ir.BOOL, operand=build.col(A, "x"), relation=B)),
            "a subquery of 3 columns",
        ),
        (build.filter_(A, build.call("is null", ir.Outer(type=ir.INT64, name="x"))), "no column x"),
    ],
)
def test_a_broken_graph_is_told(relation: ir.Relation, problem: str) -> None:
    found = list(problems_of(build.graph(build.dataset("only", relation))))
    assert any(problem in each for each in found), found


def test_a_whole_graph_has_no_problems() -> None:
    assert list(problems_of(GRAPH)) == []
    broken = replace(GRAPH, gates=(), stores=(replace(GRAPH.stores[0], dataset="nobody"),))
    assert list(problems_of(broken)) == [
        "used: no gate gate",
        "unused: no gate other gate",
        "store used: no dataset nobody",
    ]
