"""What is left out: sorts, duplicates, tie-breaks, rows that are not there, unions in unions."""

from __future__ import annotations

import ir_build as build
import pytest
from rule_cases import A, B, after, after_on_graph, lines, stays, x_is

from odibi_sql import ir
from odibi_sql.optimize import optimize
from odibi_sql.optimize.drop_duplicates import DROP_DUPLICATES
from odibi_sql.optimize.drop_sorts import DROP_SORTS
from odibi_sql.optimize.drop_tie_breaks import DROP_TIE_BREAKS
from odibi_sql.optimize.empty import EMPTY
from odibi_sql.optimize.keys import keys_of
from odibi_sql.optimize.merge_unions import MERGE_UNIONS

SORTED = build.sort(A, "x")
MEET = build.call("=", build.col(A, "x"), build.col(B, "k"))
NONE = ir.Rows(schema=A.schema, rows=())
NO_B = ir.Rows(schema=B.schema, rows=())


def unsorted(relation: ir.Relation) -> str:
    last = build.dataset("last", relation)
    return after_on_graph(DROP_SORTS, build.graph(last, stores=(build.store(last),)))["last"]


@pytest.mark.parametrize(
    ("relation", "is_seen"),
    [
        (SORTED, True),
        (build.filter_(SORTED, x_is(1)), True),
        (build.project(SORTED, y="y"), True),
        (build.aggregate(SORTED, {"x": build.col(A, "x")}, {}), False),
        (build.dedupe(SORTED, ("x",), "y"), False),
        (build.distinct(SORTED), False),
        (build.limit(SORTED, 3, "x", "y", "s", "n"), False),
        (build.limit(SORTED, 1), True),
        (build.join("left", SORTED, B, MEET), False),
        (build.join("semi", B, SORTED, MEET), False),
        (build.combine("union", SORTED, A), False),
        (
            build.filter_(
                B, ir.InQuery(type=ir.BOOL, operand=build.col(B, "k"), relation=build.project(SORTED, x="x"))
            ),
            False,
        ),
    ],
    ids=["end", "filter", "project", "aggregate", "dedupe", "distinct", "limit", "limit of no order"]
    + ["join", "semi join", "union", "subquery"],
)
def test_a_sort_stays_where_its_order_is_seen(relation: ir.Relation, is_seen: bool) -> None:
    assert ("sort x" in unsorted(relation)) is is_seen


def test_the_last_sort_is_the_one_that_counts() -> None:
    assert unsorted(build.sort(SORTED, "y")).split("\n")[1:] == ["sort y"]
    limited = build.limit(A, 3, "x", "y", "s", "n")
    assert unsorted(build.sort(limited, "x", "y")).split("\n")[1:] == ["limit 3 in the order of x, y, s, n"]
    assert unsorted(build.sort(limited, "y")).endswith("sort y")


def test_an_order_is_seen_through_steps() -> None:
    first = build.dataset("first", SORTED, order=SORTED.keys)
    shown = build.dataset("shown", build.filter_(build.read(first), x_is(1)), order=SORTED.keys)
    counted = build.dataset("counted", build.aggregate(build.read(first), {}, {"rows": build.agg("count")}))
    graph = build.graph(first, shown, counted, stores=(build.store(shown), build.store(counted)))
    assert "sort x" in after_on_graph(DROP_SORTS, graph)["first"]
    assert "sort x" not in after_on_graph(DROP_SORTS, graph, ("counted",))["first"]
    assert optimize(graph, ("counted",), (DROP_SORTS,)).dataset("first").order == ()
    assert "sort x" in after_on_graph(DROP_SORTS, graph, ("counted", "first"))["first"]


GROUPED = build.aggregate(A, {"x": build.col(A, "x"), "y": build.col(A, "y")}, {"rows": build.agg("count")})


@pytest.mark.parametrize(
    ("relation", "goes"),
    [
        (build.distinct(GROUPED), True),
        (build.distinct(build.project(GROUPED, x="x", rows="rows")), False),
        (build.distinct(build.project(GROUPED, a="y", b="x")), True),
        (build.dedupe(GROUPED, ("x", "y", "rows")), True),
        (build.dedupe(GROUPED, ("x",), "y", "rows"), False),
        (build.dedupe(build.dedupe(A, ("x",), "y"), ("x", "y"), "s"), True),
        (build.distinct(build.distinct(A)), True),
        (build.distinct(build.limit(A, 1, "x", "y", "s", "n", per=("x",))), True),
        (build.distinct(build.limit(A, 2, "x", "y", "s", "n", per=("x",))), False),
        (build.distinct(build.combine("union", A, A)), False),
        (build.distinct(build.combine("union", A, A, is_distinct=True)), True),
        (build.distinct(build.join("left", GROUPED, build.dedupe(B, ("k",), "v"), MEET)), True),
        (build.distinct(build.join("left", GROUPED, B, MEET)), False),
        (build.distinct(build.join("semi", GROUPED, B, MEET)), True),
    ],
    ids=[
        "aggregate",
        "lost key",
        "renamed key",
        "wider key",
        "narrower key",
        "dedupe",
        "distinct",
        "limit 1",
        "limit 2",
    ]
    + ["union", "union distinct", "join one", "join many", "semi join"],
)
def test_rows_that_are_unique_are_not_made_so(relation: ir.Relation, goes: bool) -> None:
    assert stays(DROP_DUPLICATES, relation) is not goes


def test_distinct_inside_distinct_is_needless() -> None:
    united = build.combine("union", build.distinct(A), A, is_distinct=True)
    assert "distinct" not in after(DROP_DUPLICATES, united).replace("union distinct", "")
    assert stays(DROP_DUPLICATES, build.combine("union", build.distinct(A), A))
    assert "distinct" not in after(DROP_DUPLICATES, build.join("anti", A, build.distinct(B), MEET))
    assert stays(DROP_DUPLICATES, build.join("inner", A, build.distinct(B), MEET))


def test_a_gate_does_not_trust_what_it_checks() -> None:
    first = build.dataset("first", A, keys=(frozenset("x"),), gates=("gate",))
    deduped = build.dedupe(build.read(first), ("x",), "y")
    gate = build.gate("gate", build.aggregate(deduped, {}, {"broken": build.agg("count")}))
    last = build.dataset("last", build.dedupe(build.read(first), ("x",), "y"))
    pictures = after_on_graph(DROP_DUPLICATES, build.graph(first, last, gates=(gate,), stores=(build.store(last),)))
    assert "dedupe" in pictures["gate"]
    assert "dedupe" not in pictures["last"]


def test_keys_of_a_join_are_those_of_the_side_that_is_found_once() -> None:
    one = build.join("inner", A, build.dedupe(B, ("k",), "v"), MEET)
    assert keys_of(one, {}) == ()
    keyed = build.join("inner", build.dedupe(A, ("y",), "x"), B, MEET)
    assert keys_of(keyed, {}) == ()
    both = build.join("inner", build.dedupe(A, ("y",), "x"), build.dedupe(B, ("v",), "k"), MEET)
    assert keys_of(both, {}) == (frozenset(("y", "v")),)
    full = build.join("full", build.dedupe(A, ("x",), "y"), build.dedupe(B, ("k",), "v"), MEET)
    assert keys_of(full, {}) == ()


def test_an_equation_within_one_side_finds_no_partner() -> None:
    within = build.call("=", build.col(B, "k"), build.col(B, "v"))
    joined = build.join("inner", build.dedupe(A, ("x",), "y"), build.dedupe(B, ("k",), "v"), within)
    assert keys_of(joined, {}) == (frozenset(("x", "k")),)


def test_an_order_ends_where_nothing_is_left_to_decide() -> None:
    limited = build.limit(GROUPED, 3, "rows", "x", "y")
    assert stays(DROP_TIE_BREAKS, limited)
    longer = build.limit(GROUPED, 3, "y", "x", "rows")
    assert after(DROP_TIE_BREAKS, longer).endswith("limit 3 in the order of y, x")
    deduped = build.dedupe(GROUPED, ("x",), "rows", "y", "x")
    assert after(DROP_TIE_BREAKS, deduped).endswith("dedupe by x keep first rows, y")
    assert after(DROP_TIE_BREAKS, build.limit(A, 3, "y", "x", "y", "s", "n")).endswith("in the order of y, x, s, n")
    counted = build.aggregate(A, {}, {"rows": build.agg("count"), "most": build.agg("max", build.col(A, "x"))})
    assert after(DROP_TIE_BREAKS, build.limit(counted, 3, "rows", "most")).endswith("in the order of rows")


def test_a_limit_keeps_the_order_that_its_rows_come_in() -> None:
    by_x = build.aggregate(A, {"x": build.col(A, "x")}, {"rows": build.agg("count"), "all": build.agg("count")})
    limited = build.limit(by_x, 1, "rows", "x", "all", per=("x",))
    assert after(DROP_TIE_BREAKS, limited).endswith("in the order of rows, x")


@pytest.mark.parametrize(
    ("relation", "becomes"),
    [
        (build.filter_(A, build.lit(True)), "scan parquet a (x, y, s, n)"),
        (build.filter_(A, build.lit(False)), "values (x, y, s, n) no rows"),
        (build.filter_(A, build.lit(None, ir.BOOL)), "values (x, y, s, n) no rows"),
        (build.filter_(A, x_is(1), build.lit(False)), "values (x, y, s, n) no rows"),
        (build.limit(A, 0, "x"), "values (x, y, s, n) no rows"),
        (build.limit(A, None, "x"), "scan parquet a (x, y, s, n)\nsort x"),
        (build.distinct(NONE), "values (x, y, s, n) no rows"),
        (build.aggregate(NONE, {"x": build.col(A, "x")}, {}), "values (x) no rows"),
        (build.join("inner", A, NO_B, MEET), "values (x, y, s, n, k, v, w) no rows"),
        (build.join("semi", A, NO_B, MEET), "values (x, y, s, n) no rows"),
        (build.join("anti", A, NO_B, MEET), "scan parquet a (x, y, s, n)"),
        (build.join("left", NONE, B, MEET), "values (x, y, s, n, k, v, w) no rows"),
        (build.join("full", NONE, NO_B, MEET), "values (x, y, s, n, k, v, w) no rows"),
        (build.combine("union", A, NONE), "scan parquet a (x, y, s, n)"),
        (build.combine("union", A, NONE, is_distinct=True), "scan parquet a (x, y, s, n)\ndistinct"),
        (build.combine("intersect", A, NONE), "values (x, y, s, n) no rows"),
        (build.combine("except", NONE, A), "values (x, y, s, n) no rows"),
        (build.combine("except", A, NONE, NONE), "scan parquet a (x, y, s, n)"),
    ],
)
def test_nothing_is_computed_of_nothing(relation: ir.Relation, becomes: str) -> None:
    assert after(EMPTY, relation) == becomes


@pytest.mark.parametrize(
    "relation",
    [
        build.aggregate(NONE, {}, {"rows": build.agg("count")}),
        build.join("left", A, NO_B, MEET),
        build.join("full", A, NO_B, MEET),
        build.join("full", NONE, B, MEET),
        build.join("right", A, B, MEET),
        build.limit(A, None, "x", offset=1),
    ],
    ids=["aggregate", "left", "full", "full", "right", "offset"],
)
def test_something_can_come_of_nothing(relation: ir.Relation) -> None:
    assert stays(EMPTY, relation)


def test_unions_in_unions_become_one() -> None:
    inner = build.combine("union", A, A)
    assert after(MERGE_UNIONS, build.combine("union", inner, A)) == lines("""
        scan parquet a (x, y, s, n)
        union
            scan parquet a (x, y, s, n)
        union
            scan parquet a (x, y, s, n)
    """)
    distinct = build.combine("union", A, A, is_distinct=True)
    assert stays(MERGE_UNIONS, build.combine("union", distinct, A))
    assert not stays(MERGE_UNIONS, build.combine("union", distinct, A, is_distinct=True))
    assert stays(MERGE_UNIONS, build.combine("except", inner, A))
