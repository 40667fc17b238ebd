"""Filters: where they go, and where they stay."""

from __future__ import annotations

import ir_build as build
import pytest
from rule_cases import A, B, after, after_on_graph, failing, lines, stays, x_is

from odibi_sql import ir
from odibi_sql.ir.readers import Readers, readers_of
from odibi_sql.optimize.merge_filters import MERGE_FILTERS
from odibi_sql.optimize.outer_joins import OUTER_JOINS
from odibi_sql.optimize.push_across_steps import PUSH_ACROSS_STEPS
from odibi_sql.optimize.push_filters import PUSH_FILTERS
from odibi_sql.optimize.push_into_joins import PUSH_INTO_JOINS

BOTH = ir.schema_of((*A.schema, *B.schema))
MEET = build.call("=", build.col(A, "x"), build.col(B, "k"))


def v_is(value: int) -> ir.Call:
    return build.call("=", build.col(B, "v"), build.lit(value))


def test_two_filters_become_one() -> None:
    twice = build.filter_(build.filter_(A, x_is(1)), x_is(2, "y"))
    assert after(MERGE_FILTERS, twice) == "scan parquet a (x, y, s, n)\nfilter x = 1 and y = 2"


def test_what_is_said_already_is_not_said_twice() -> None:
    twice = build.filter_(build.filter_(A, x_is(1), x_is(2, "y")), x_is(1), x_is(3, "n"))
    assert after(MERGE_FILTERS, twice).endswith("filter x = 1 and y = 2 and n = 3")


def test_a_filter_that_can_fail_sees_no_more_rows() -> None:
    assert stays(MERGE_FILTERS, build.filter_(build.filter_(A, x_is(1)), failing()))
    first_fails = build.filter_(build.filter_(A, failing()), x_is(1))
    assert after(MERGE_FILTERS, first_fails).endswith("filter cast(s as int64) > 1 and x = 1")


def test_filters_do_not_grow_without_end() -> None:
    relation: ir.Relation = A
    for value in range(100):
        relation = build.filter_(relation, x_is(value))
    assert max(line.count(" and ") for line in after(MERGE_FILTERS, relation).split("\n")) < 30


def test_a_filter_goes_below_a_projection_in_its_words() -> None:
    values = build.project(A, z=build.call("+", build.col(A, "x"), build.col(A, "y")), t="s")
    above = build.filter_(values, x_is(3, "z", values))
    assert after(PUSH_FILTERS, above) == lines("""
        scan parquet a (x, y, s, n)
        filter x + y = 3
        select z = x + y, t = s
    """)


def test_a_filter_goes_no_deeper_than_what_is_dear_to_compute_twice() -> None:
    dear = build.project(A, z=build.call("md5", build.col(A, "s")))
    assert stays(PUSH_FILTERS, build.filter_(dear, build.call("=", build.col(dear, "z"), build.lit("a"))))


def windowed(*partition: str) -> ir.Project:
    columns = tuple(build.col(A, name) for name in partition)
    call = ir.WindowCall(type=ir.INT64, nullable=False, function="row_number", args=(), partition=columns)
    return build.derive(A, place=call)


def test_a_filter_goes_below_windows_by_what_all_partition_by() -> None:
    ranked = windowed("x", "y")
    assert after(PUSH_FILTERS, build.filter_(ranked, x_is(1))).split("\n")[1] == "filter x = 1"
    assert stays(PUSH_FILTERS, build.filter_(ranked, x_is(1, "n")))
    assert stays(PUSH_FILTERS, build.filter_(ranked, x_is(1, "place", ranked)))
    assert stays(PUSH_FILTERS, build.filter_(windowed(), x_is(1)))


def test_each_condition_goes_by_itself() -> None:
    grouped = build.aggregate(A, {"x": build.col(A, "x")}, {"total": build.agg("count")})
    above = build.filter_(grouped, x_is(1, "x", grouped), x_is(5, "total", grouped))
    assert after(PUSH_FILTERS, above) == lines("""
        scan parquet a (x, y, s, n)
        filter x = 1
        aggregate total = count() group by x
        filter total = 5
    """)


def test_an_aggregate_without_keys_keeps_its_row() -> None:
    counted = build.aggregate(A, {}, {"total": build.agg("count")})
    assert stays(PUSH_FILTERS, build.filter_(counted, build.lit(False)))


@pytest.mark.parametrize(
    ("relation", "goes"),
    [
        (build.sort(A, "y"), True),
        (build.distinct(A), True),
        (build.dedupe(A, ("x",), "y", "s"), True),
        (build.dedupe(A, ("y",), "x", "s"), False),
        (build.limit(A, 3, "x", "y", "s", "n"), False),
        (build.limit(A, 3, "y", "x", "s", "n", per=("x",)), True),
        (build.limit(A, 3, "y", "x", "s", "n", per=("y",)), False),
        (build.combine("union", A, A), True),
        (build.combine("except", A, A), True),
    ],
    ids=["sort", "distinct", "key", "no key", "limit", "limit per", "limit per other", "union", "except"],
)
def test_a_filter_passes_what_keeps_its_rows(relation: ir.Relation, goes: bool) -> None:
    assert stays(PUSH_FILTERS, build.filter_(relation, x_is(1))) is not goes


def test_a_filter_that_can_fail_passes_a_union_but_no_difference() -> None:
    assert not stays(PUSH_FILTERS, build.filter_(build.combine("union", A, A), failing()))
    assert stays(PUSH_FILTERS, build.filter_(build.combine("except", A, A), failing()))


def test_a_subquery_about_a_value_stays_above_it() -> None:
    values = build.project(A, z=build.call("+", build.col(A, "x"), build.lit(1)))
    outer = ir.Outer(type=ir.INT64, name="z")
    inside = build.filter_(B, build.call("=", build.col(B, "k"), outer))
    assert stays(PUSH_FILTERS, build.filter_(values, ir.Exists(type=ir.BOOL, nullable=False, relation=inside)))


def test_what_a_filter_says_about_nulls_stays_said() -> None:
    columns = [ir.Field(each.name, each.type, each.name != "x" and each.nullable) for each in A.schema]
    filtered = ir.Filter(
        schema=ir.schema_of(columns),
        input=build.sort(A, "y"),
        condition=build.call(">", build.col(A, "x"), build.lit(0)),
    )
    assert after(PUSH_FILTERS, filtered).split("\n")[1] == "filter x > 0"


JOINS = {
    # kind: (filter on the left, on the right, condition of the join on the left, on the right) go to their side
    "inner": (True, True, True, True),
    "left": (True, False, False, True),
    "right": (False, True, True, False),
    "full": (False, False, False, False),
    "semi": (True, None, True, True),
    "anti": (True, None, False, True),
}


@pytest.mark.parametrize("kind", JOINS)
def test_a_condition_goes_to_the_side_that_it_is_about(kind: ir.JoinKind) -> None:
    above_left, above_right, on_left, on_right = JOINS[kind]
    plain = build.join(kind, A, B, MEET)
    assert stays(PUSH_INTO_JOINS, build.filter_(plain, x_is(1, "y"))) is not above_left
    if above_right is not None:
        assert stays(PUSH_INTO_JOINS, build.filter_(plain, v_is(1))) is not above_right
    assert stays(PUSH_INTO_JOINS, build.join(kind, A, B, ir.true_of(MEET, x_is(1, "y")))) is not on_left
    assert stays(PUSH_INTO_JOINS, build.join(kind, A, B, ir.true_of(MEET, v_is(1)))) is not on_right


def test_a_cross_join_with_an_equation_is_an_inner_join() -> None:
    crossed = build.filter_(build.join("cross", A, B, None), MEET, x_is(1, "y"), v_is(2))
    assert after(PUSH_INTO_JOINS, crossed) == lines("""
        scan parquet a (x, y, s, n)
        filter y = 1
        join inner on x = k
            scan parquet b (k, v, w)
            filter v = 2
    """)


def test_nothing_moves_that_can_fail_or_that_a_rule_of_the_join_is_about() -> None:
    assert stays(PUSH_INTO_JOINS, build.filter_(build.join("inner", A, B, MEET), failing()))
    assert stays(PUSH_INTO_JOINS, build.filter_(build.join("left", A, B, MEET, "one"), x_is(1, "y")))
    assert stays(PUSH_INTO_JOINS, build.join("inner", A, B, ir.true_of(MEET, v_is(1)), "one"))
    assert stays(PUSH_INTO_JOINS, build.join("inner", A, B, v_is(1)))


@pytest.mark.parametrize(
    ("kind", "condition", "becomes"),
    [
        ("left", v_is(1), "inner"),
        ("left", x_is(1), "left"),
        ("left", build.call("is null", build.col(B, "v")), "left"),
        ("left", build.call("not", build.call("is null", build.col(B, "v"))), "inner"),
        ("left", build.call("or", v_is(1), x_is(1)), "left"),
        ("left", build.call("or", v_is(1), v_is(2)), "inner"),
        ("left", build.call("=", build.call("coalesce", build.col(B, "v"), build.lit(1)), build.lit(1)), "left"),
        ("left", build.call("not", build.call("in", build.col(B, "v"), build.lit(1))), "inner"),
        ("left", build.call("not", build.call("is true", v_is(1))), "left"),
        ("left", build.call("not", build.call("is distinct from", build.col(B, "v"), build.lit(1))), "inner"),
        ("right", x_is(1), "inner"),
        ("right", v_is(1), "right"),
        ("full", x_is(1), "left"),
        ("full", v_is(1), "right"),
        ("full", build.call("and", x_is(1), v_is(1)), "inner"),
    ],
    ids=str,
)
def test_an_outer_join_whose_nulls_are_dropped_is_narrower(kind: ir.JoinKind, condition: ir.Expr, becomes: str) -> None:
    picture = after(OUTER_JOINS, build.filter_(build.join(kind, A, B, MEET), condition))
    assert f"join {becomes} on" in picture
    checked = build.filter_(build.join(kind, A, B, MEET, "one"), condition)
    assert stays(OUTER_JOINS, checked)


FIRST = build.dataset("first", A)
SECOND = build.dataset("second", build.filter_(build.read(FIRST), x_is(1)))


def test_a_filter_goes_to_the_step_that_it_reads() -> None:
    chain = build.graph(FIRST, SECOND, stores=(build.store(SECOND),))
    assert after_on_graph(PUSH_ACROSS_STEPS, chain) == {
        "first": "scan parquet a (x, y, s, n)\nfilter x = 1",
        "second": "read first (x, y, s, n)",
    }


def test_a_filter_stays_where_others_see_the_rows() -> None:
    kept = build.dataset("first", A, options=ir.StepOptions(materialize=True))
    other = build.dataset("other", build.read(FIRST))
    gate = build.gate("gate", build.aggregate(build.read(FIRST), {}, {"broken": build.agg("count")}))
    guarded = build.dataset("second", SECOND.relation, gates=("gate",))
    for graph in (
        build.graph(FIRST, SECOND, stores=(build.store(FIRST), build.store(SECOND))),
        build.graph(kept, SECOND, stores=(build.store(SECOND),)),
        build.graph(FIRST, SECOND, other, stores=(build.store(SECOND), build.store(other))),
        build.graph(FIRST, guarded, gates=(gate,), stores=(build.store(guarded),)),
    ):
        assert after_on_graph(PUSH_ACROSS_STEPS, graph)["second"].endswith("filter x = 1")
    assert after_on_graph(PUSH_ACROSS_STEPS, build.graph(FIRST, SECOND), ("first", "second"))["second"].endswith(
        "x = 1"
    )


def test_a_condition_with_a_subquery_stays_in_its_step() -> None:
    later = build.dataset("later", B)
    asking = build.filter_(build.read(FIRST), ir.Exists(type=ir.BOOL, nullable=False, relation=build.read(later)))
    asks = build.dataset("asks", asking)
    graph = build.graph(FIRST, later, asks, stores=(build.store(asks),))
    assert "exists" in after_on_graph(PUSH_ACROSS_STEPS, graph)["asks"]


def test_a_condition_about_the_query_around_stays_in_its_step() -> None:
    later = build.dataset("later", B)
    outer = ir.Outer(type=ir.INT64, name="x")
    inside = build.filter_(build.read(later), build.call("=", build.col(B, "k"), outer), v_is(1))
    asks = build.dataset("asks", build.filter_(A, ir.Exists(type=ir.BOOL, nullable=False, relation=inside)))
    shown = after_on_graph(PUSH_ACROSS_STEPS, build.graph(later, asks, stores=(build.store(asks),)))
    assert shown["later"].endswith("filter v = 1")
    assert "filter k = outer.x)" in shown["asks"]


def test_readers_count_every_read() -> None:
    twice = build.dataset("twice", build.combine("union", build.read(FIRST), build.read(FIRST)))
    gate = build.gate("gate", build.aggregate(build.read(FIRST), {}, {"broken": build.agg("count")}))
    readers = readers_of(build.graph(FIRST, twice, gates=(gate,), stores=(build.store(twice),)))
    assert readers["first"] == Readers(datasets=("twice", "twice"), gates=("gate",))
    assert readers["first"].count == 3
    assert readers["twice"] == Readers(stores=("store twice",))
