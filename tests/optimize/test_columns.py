"""Columns: which stay, and how projections become one."""

from __future__ import annotations

import ir_build as build
import pytest
from rule_cases import A, B, after, after_on_graph, lines, stays, x_is

from odibi_sql import ir
from odibi_sql.optimize import optimize
from odibi_sql.optimize.merge_projections import MERGE_PROJECTIONS
from odibi_sql.optimize.prune_columns import PRUNE_COLUMNS

SUM = build.call("+", build.col(A, "x"), build.col(A, "y"))


def pruned(relation: ir.Relation) -> str:
    last = build.dataset("last", relation)
    return after_on_graph(PRUNE_COLUMNS, build.graph(last, stores=(build.store(last),)))["last"]


def test_unused_columns_are_not_read() -> None:
    wide = build.derive(A, sum=SUM, t=build.call("lower", build.col(A, "s")))
    assert pruned(build.project(build.filter_(wide, x_is(1, "sum", wide)), y="y")) == lines("""
        scan parquet a (x, y)
        select y, sum = x + y
        filter sum = 1
        select y
    """)


@pytest.mark.parametrize(
    ("relation", "read"),
    [
        (build.distinct(A), "x, y, s, n"),
        (build.dedupe(A, ("x",), "y"), "x, y, s"),
        (build.limit(A, 3, "y", per=("x",)), "x, y, s"),
        (build.sort(A, "y"), "y, s"),
        (build.combine("union", A, A), "s"),
        (build.combine("union", A, A, is_distinct=True), "x, y, s, n"),
        (build.combine("intersect", A, A), "x, y, s, n"),
        (build.combine("except", A, A), "x, y, s, n"),
        (build.join("semi", A, B, build.call("=", build.col(A, "x"), build.col(B, "k"))), "x, s"),
    ],
    ids=["distinct", "dedupe", "limit", "sort", "union", "union distinct", "intersect", "except", "semi"],
)
def test_columns_stay_that_decide_about_rows(relation: ir.Relation, read: str) -> None:
    assert pruned(build.project(relation, s="s")).split("\n")[0] == f"scan parquet a ({read})"


def test_a_join_reads_its_condition_and_no_more() -> None:
    joined = build.join("left", A, B, build.call("=", build.col(A, "x"), build.col(B, "k")))
    assert pruned(build.project(joined, y="y", v="v")) == lines("""
        scan parquet a (x, y)
        join left on x = k
            scan parquet b (k, v)
        select y, v
    """)


def test_a_count_of_rows_reads_one_column() -> None:
    assert pruned(build.aggregate(A, {}, {"rows": build.agg("count")})).startswith("scan parquet a (x)\n")


def test_a_row_of_an_aggregate_needs_an_aggregate() -> None:
    counted = build.aggregate(A, {}, {"rows": build.agg("count"), "most": build.agg("max", build.col(A, "x"))})
    assert pruned(build.project(counted, one=build.lit(1))) == lines("""
        scan parquet a (x)
        aggregate rows = count()
        select one = 1
    """)


def test_rows_written_out_lose_values_too() -> None:
    schema = ir.schema_of([ir.Field("a", ir.INT64), ir.Field("b", ir.STRING)])
    rows = ir.Rows(schema=schema, rows=((build.lit(1), build.lit("one")), (build.lit(2), build.lit("two"))))
    assert pruned(build.project(rows, b="b")).split("\n")[0] == "values (b) ('one'), ('two')"


def test_a_subquery_keeps_the_columns_that_it_reaches_for() -> None:
    inside = build.filter_(B, build.call("=", build.col(B, "k"), ir.Outer(type=ir.INT64, name="y")))
    exists = ir.Exists(type=ir.BOOL, nullable=False, relation=inside)
    assert pruned(build.project(build.filter_(A, exists), x="x")) == lines("""
        scan parquet a (x, y)
        filter exists (scan parquet b (k) | filter k = outer.y)
        select x
    """)


def test_a_subquery_that_only_has_to_have_a_row_keeps_a_column() -> None:
    inside = build.project(B, k="k", two=build.lit(2))
    exists = ir.Exists(type=ir.BOOL, nullable=False, relation=inside)
    assert "exists (scan parquet b (k) | select two = 2)" in pruned(build.filter_(A, exists))


def test_a_step_has_what_all_its_readers_need() -> None:
    first = build.dataset("first", A, order=(build.key(build.col(A, "s")),), keys=(frozenset("x"), frozenset("s")))
    one = build.dataset("one", build.project(build.read(first), x="x"))
    two = build.dataset("two", build.project(build.read(first), y="y"))
    gate = build.gate("gate", build.aggregate(build.read(first), {}, {"most": build.agg("max", build.col(A, "n"))}))
    guarded = build.dataset("two", two.relation, gates=("gate",))
    graph = build.graph(first, one, guarded, gates=(gate,), stores=(build.store(one), build.store(guarded)))
    optimized = optimize(graph, None, (PRUNE_COLUMNS,), is_careful=True)
    assert optimized.dataset("first").relation.schema.names == ("x", "y", "n")
    assert optimized.dataset("first").order == ()
    assert optimized.dataset("first").keys == (frozenset("x"),)
    assert optimize(graph, ("first",), (PRUNE_COLUMNS,)).dataset("first").relation.schema == A.schema


def test_two_projections_become_one() -> None:
    first = build.project(A, z=SUM, s="s")
    second = build.project(first, w=build.call("*", build.col(first, "z"), build.lit(2)), t="s")
    assert after(MERGE_PROJECTIONS, second) == "scan parquet a (x, y, s, n)\nselect w = (x + y) * 2, t = s"


def test_what_is_dear_is_not_computed_twice() -> None:
    first = build.project(A, z=build.call("*", SUM, SUM))
    assert stays(MERGE_PROJECTIONS, build.project(first, a="z", b="z"))
    assert not stays(MERGE_PROJECTIONS, build.project(first, a="z"))
    tiny = build.project(A, z=SUM)
    assert not stays(MERGE_PROJECTIONS, build.project(tiny, a="z", b="z"))


def test_no_window_comes_into_a_window() -> None:
    first = build.derive(A, place=ir.WindowCall(type=ir.INT64, nullable=False, function="row_number", args=()))
    outer = ir.WindowCall(type=ir.INT64, function="max", args=(build.col(first, "place"),))
    assert stays(MERGE_PROJECTIONS, build.project(first, most=outer))
    doubled = build.call("*", build.col(first, "place"), build.lit(2))
    assert after(MERGE_PROJECTIONS, build.project(first, most=doubled)).endswith("most = row_number() over () * 2")


def test_a_subquery_reaches_for_columns_alone() -> None:
    first = build.project(A, z=SUM)
    inside = build.filter_(B, build.call("=", build.col(B, "k"), ir.Outer(type=ir.INT64, name="z")))
    exists = ir.Exists(type=ir.BOOL, nullable=False, relation=inside)
    assert stays(MERGE_PROJECTIONS, build.project(first, found=exists))
    renamed = build.project(A, z="x")
    assert "k = outer.x" in after(MERGE_PROJECTIONS, build.project(renamed, found=exists))
    constant = build.project(A, z=build.lit(1))
    assert stays(MERGE_PROJECTIONS, build.project(constant, found=exists))


def test_expressions_do_not_grow_without_end() -> None:
    relation: ir.Relation = build.project(A, x="x")
    for _ in range(100):
        column = build.col(relation, "x")
        relation = build.project(relation, x=build.call("+", column, build.lit(1)))
    assert max(line.count("+") for line in after(MERGE_PROJECTIONS, relation).split("\n")) < 60


def test_a_projection_that_changes_nothing_goes() -> None:
    assert after(MERGE_PROJECTIONS, build.project(A, x="x", y="y", s="s", n="n")) == "scan parquet a (x, y, s, n)"
    for other in ({"y": "y", "x": "x", "s": "s", "n": "n"}, {"x": "y", "y": "x", "s": "s", "n": "n"}, {"x": "x"}):
        assert stays(MERGE_PROJECTIONS, build.project(A, **other))
