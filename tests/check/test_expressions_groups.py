"""Aggregates and windows: where they stand, total orders, values over groups taken apart."""

from __future__ import annotations

import pytest
from expression_tools import findings, new_context, show, show_order, typed, written
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import sort_keys, type_expression
from odibi_sql.check.grouping import has_aggregate, split_aggregates
from odibi_sql.check.scope import scope_of
from odibi_sql.diagnostics import Source, Span
from odibi_sql.syntax import Name, Reference, SortItem

SMALL = ir.Schema(
    (
        ir.Field("k", ir.STRING, False),
        ir.Field("v", ir.INT64, False),
        ir.Field("w", ir.INT64, True),
        ir.Field("j", ir.JSON, True),
    )
)
SCOPE = scope_of(SMALL, "x")
KEYED = replace(SCOPE, keys=(frozenset(["k"]),))

WINDOWS = [
    ("row_number() over (order by v)", "int64", "row_number() over (order v, k, w)"),
    ("row_number() over ()", "int64", "row_number() over (order k, v, w)"),
    ("row_number() over (partition by k order by v desc)", "int64", "row_number() over (by k order v desc, w)"),
    ("rank() over (order by v)", "int64", "rank() over (order v)"),
    ("lag(v) over (order by w nulls first)", "int64?", "lag(v) over (order w nulls first, k, v)"),
    ("lag(v, 1, 0) over (order by k)", "int64", "lag(v, 1, 0) over (order k, v, w)"),
    ("first_value(v) over (partition by w)", "int64", "first_value(v) over (by w order k, v rows -∞..+∞)"),
    ("last_value(w) over (order by k)", "int64?", "last_value(w) over (order k, v, w rows -∞..0)"),
    ("sum(v) over (partition by k)", "int64", "sum(v) over (by k)"),
    ("sum(w) over ()", "int64?", "sum(w) over ()"),
    ("count(*) over ()", "int64", "count() over ()"),
    ("sum(v) over (order by v)", "int64", "sum(v) over (order v, k, w rows -∞..0)"),
    (
        "sum(v) over (order by k rows between 2 preceding and 1 following)",
        "int64",
        "sum(v) over (order k, v, w rows -2..+1)",
    ),
    (
        "sum(v) over (order by k rows between 3 preceding and 1 preceding)",
        "int64?",
        "sum(v) over (order k, v, w rows -3..-1)",
    ),
    (
        "sum(v) over (order by v range between 1 preceding and current row)",
        "int64",
        "sum(v) over (order v range -1..0)",
    ),
    (
        "max(v) over (order by k rows between unbounded preceding and unbounded following)",
        "int64",
        "max(v) over (order k rows -∞..+∞)",
    ),
    ("sum(v) over (order by k rows 1 + 1 preceding)", "int64", "sum(v) over (order k, v, w rows -2..0)"),
]


@pytest.mark.parametrize(("text", "type_", "shown"), WINDOWS)
def test_windows(text: str, type_: str, shown: str) -> None:
    expr = typed(text, SCOPE, windows=True)
    assert (f"{expr.type}{'?' if expr.nullable else ''}", show(expr)) == (type_, shown)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("row_number() over (order by k desc)", "k desc"),
        ("row_number() over (partition by k order by v)", "v"),
        ("row_number() over (order by v)", "v, k, w"),
        ("lag(v) over (order by v, k)", "v, k"),
        ("sum(v) over (order by k)", "k"),
    ],
)
def test_a_key_in_the_order_makes_it_total(text: str, order: str) -> None:
    expr = typed(text, KEYED, windows=True)
    assert isinstance(expr, ir.WindowCall)
    assert show_order(expr.order) == order


def test_clauses_of_windows() -> None:
    filtered = typed("sum(v) filter (where w > 1) over ()", SCOPE, windows=True)
    assert isinstance(filtered, ir.WindowCall)
    assert filtered.where is not None
    assert filtered.nullable
    skipping = typed("lag(v ignore nulls) over (order by k)", SCOPE, windows=True)
    assert isinstance(skipping, ir.WindowCall)
    assert skipping.ignore_nulls


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("sum(v) over (order by v groups between 1 preceding and current row)", "bad-frame", "`groups`"),
        ("sum(v) over (order by v rows between w preceding and current row)", "bad-frame", "known when compiled"),
        ("sum(v) over (order by v rows between 1 following and 1 preceding)", "bad-frame", "begins after its end"),
        ("sum(v) over (order by k, v range between 1 preceding and current row)", "bad-frame", "one `order by`"),
        ("sum(v) over (order by k range between 1 preceding and current row)", "bad-frame", "a number"),
        (
            "sum(v) over (order by cast(v as decimal(38, 2)) range between 1 preceding and current row)",
            "bad-frame",
            "more than 38 digits",
        ),
        (
            "sum(v) over (order by cast(v as decimal(38, 36)) range between current row and 100 following)",
            "bad-frame",
            "more than 38 digits",
        ),
        (
            "last_value(v) over (order by k range between unbounded preceding and current row)",
            "bad-frame",
            "leaves open which of equal rows",
        ),
        ("rank() over (order by v rows 1 preceding)", "clause-not-allowed", "takes no `rows between`"),
        ("string_agg(k, ',' order by v) over ()", "clause-not-allowed", "over (order by …)"),
        ("sum(v) over (order by j)", "no-order", "json cannot be sorted"),
        ("sum(v) over (partition by j)", "no-order", "json cannot be compared"),
        ("sum(row_number() over (order by v)) over ()", "misplaced-window", "inside another one"),
        ("sum(sum(v)) over ()", "misplaced-aggregate", "aggregate first"),
        ("row_number()", "over-missing", "write `row_number() over (…)`"),
        ("sum(v)", "misplaced-aggregate", "`sum(…) over (partition by …)`"),
    ],
)
def test_what_no_window_can_be(text: str, code: str, words: str) -> None:
    found = findings(text, SCOPE, windows=True)
    assert [each.split(":")[0] for each in found] == [code]
    assert words in found[0]


@pytest.mark.parametrize(
    ("text", "type_", "shown"),
    [
        ("sum(v)", "int64?", "sum(v)"),
        ("count()", "int64", "count()"),
        ("count(*)", "int64", "count()"),
        ("count(distinct v)", "int64", "count(v distinct)"),
        ("max(distinct v)", "int64?", "max(v)"),
        ("first(v order by k desc)", "int64?", "first(v order by k desc, v, w)"),
        ("last(v)", "int64?", "last(v order by k, v, w)"),
        ("string_agg(k, ', ' order by v)", "string?", "string_agg(k, ', ' order by v, k, w)"),
        ("string_agg(distinct k, ', ')", "string?", "string_agg(k, ', ' distinct order by k)"),
        ("sum(v) filter (where w > 1)", "int64?", "sum(v where >(w, 1))"),
        ("sum(v) / count()", "float64?", "/(sum(v), count())"),
    ],
)
def test_aggregates(text: str, type_: str, shown: str) -> None:
    expr = typed(text, SCOPE, aggregates=True)
    assert (f"{expr.type}{'?' if expr.nullable else ''}", show(expr)) == (type_, shown)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("sum(sum(v))", "nested-aggregate", "aggregate twice"),
        ("sum(k)", "wrong-argument-type", "a number"),
        ("sum(v order by k)", "clause-not-allowed", "does not depend on an order"),
        ("string_agg(distinct k, ',' order by v)", "clause-not-allowed", "the values alone"),
        ("sum(v) over ()", "misplaced-window", "cannot stand here"),
        ("sum(rank() over (order by v))", "misplaced-window", "inside an aggregate"),
    ],
)
def test_what_no_aggregate_can_be(text: str, code: str, words: str) -> None:
    found = findings(text, SCOPE, aggregates=True)
    assert [each.split(":")[0] for each in found] == [code]
    assert words in found[0]


def split(
    keys: list[tuple[str, str]], values: list[tuple[str, str]], windows: bool = False
) -> tuple[ir.Aggregate, list[str], Context]:
    """Return the aggregate, the assignments above as text, and the context."""
    context = new_context()
    key_values = tuple(ir.Assignment(name, type_expression(context, SCOPE, written(text))) for name, text in keys)
    exprs = [(name, written(text)) for name, text in values]
    typed_values = tuple(
        (name, type_expression(context, SCOPE, expr, aggregates=True, windows=windows)) for name, expr in exprs
    )
    relation = ir.Read(schema=SMALL, dataset="x")
    spans = tuple(expr.span for _, expr in exprs)
    aggregate, above = split_aggregates(context, key_values, typed_values, relation, spans)
    shown = [f"{each.name} = {show(each.value)} {'?' if each.value.nullable else '!'}" for each in above]
    return aggregate, shown, context


def test_values_are_taken_apart() -> None:
    aggregate, above, context = split(
        [("k", "k")], [("total", "sum(v)"), ("n", "count()"), ("share", "sum(v) / count()"), ("big", "upper(k)")]
    )
    assert [str(field) for field in aggregate.schema] == [
        "k string not null",
        "total int64 not null",
        "n int64 not null",
    ]
    assert [(each.name, show(each.value)) for each in aggregate.aggregates] == [("total", "sum(v)"), ("n", "count()")]
    assert above == ["total = total !", "n = n !", "share = /(total, n) ?", "big = upper(k) !"]
    assert not context.findings


def test_a_sum_of_no_rows_is_null_a_count_is_not() -> None:
    aggregate, above, _ = split([], [("total", "sum(v)"), ("n", "count()"), ("both", "coalesce(sum(v), 0) + count()")])
    assert [str(field) for field in aggregate.schema] == ["total int64", "n int64 not null"]
    assert above == ["total = total ?", "n = n !", "both = +(coalesce(total, 0), n) !"]


def test_names_that_are_taken_are_not_given_twice() -> None:
    aggregate, above, _ = split([("k", "k")], [("k", "sum(v)"), ("sum_v", "max(v) - min(v)"), ("w", "sum(w) + 1")])
    assert [each.name for each in aggregate.aggregates] == ["sum_v_2", "max_v", "min_v", "sum_w"]
    assert above == ["k = sum_v_2 !", "sum_v = -(max_v, min_v) !", "w = +(sum_w, 1) ?"]


def test_what_equals_a_key_is_the_key() -> None:
    aggregate, above, context = split([("half", "v // 2"), ("k", "k")], [("a", "v // 2 + 1"), ("b", "upper(x.k)")])
    assert above == ["a = +(half, 1) !", "b = upper(k) !"]
    assert not context.findings
    assert aggregate.aggregates == ()


def test_a_constant_key_is_no_name_for_that_constant() -> None:
    _, above, _ = split([("one", "1")], [("n", "count() + 1")])
    assert above == ["n = +(count, 1) !"]


def test_a_column_that_is_no_key_is_told_at_its_place() -> None:
    _, above, context = split([("k", "k")], [("a", "sum(v) + w * w"), ("b", "v // 2"), ("c", "sum(nope)")])
    found = [(each.code, each.span and each.span.text, each.span and each.span.start) for each in context.findings]
    assert found == [("unknown-column", "nope", 38), ("not-grouped", "w", 43), ("not-grouped", "v", 34)]
    assert above[1].startswith("b = //(None, 2)")


def test_windows_over_groups_break_ties_by_the_keys() -> None:
    aggregate, above, context = split(
        [("k", "k"), ("w", "w")],
        [
            ("r", "rank() over (order by sum(v) desc)"),
            ("n", "row_number() over (partition by k order by sum(v))"),
            ("running", "sum(sum(v)) over (order by k, w)"),
        ],
        windows=True,
    )
    assert not context.findings
    assert above == [
        "r = rank() over (order sum_v desc) !",
        "n = row_number() over (by k order sum_v, w) !",
        "running = sum(sum_v) over (order k, w rows -∞..0) !",
    ]
    assert aggregate.schema.names == ("k", "w", "sum_v")


def test_a_subquery_reaches_for_keys_alone() -> None:
    outer = ir.Outer(type=ir.STRING, nullable=False, name="k")
    condition = ir.Call(type=ir.BOOL, nullable=False, function="=", args=(outer, outer))
    relation = ir.Filter(schema=SMALL, input=ir.Read(schema=SMALL, dataset="o"), condition=condition)
    exists = ir.Exists(type=ir.BOOL, nullable=False, relation=relation)
    context = new_context()
    span = written("1").span
    column = ir.Column(type=ir.STRING, nullable=False, name="k")
    source = ir.Read(schema=SMALL, dataset="x")
    _, above = split_aggregates(context, (ir.Assignment("key", column),), (("e", exists),), source, (span,))
    value = above[0].value
    assert isinstance(value, ir.Exists)
    assert isinstance(value.relation, ir.Filter)
    assert show(value.relation.condition) == "=(^key, ^key)"
    split_aggregates(context, (), (("e", exists),), source, (span,))
    assert [each.code for each in context.findings] == ["not-grouped"]


def test_whether_there_is_an_aggregate() -> None:
    assert has_aggregate(written("1 + sum(v)"))
    assert has_aggregate(written("sum(sum(v)) over ()"))
    assert not has_aggregate(written("sum(v) over (order by v)"))
    assert not has_aggregate(written("upper(k)"))


def test_sort_keys() -> None:
    span = Span(Source("s", "j k"), 0, 1)
    items = [
        SortItem(
            span=span, value=Reference(span=span, parts=(Name(span=span, text=name),)), descending=True, nulls=nulls
        )
        for name, nulls in (("k", None), ("w", "first"), ("j", None))
    ]
    context = new_context()
    assert show_order(sort_keys(context, SCOPE, tuple(items))) == "k desc, w desc nulls first"
    assert [each.code for each in context.findings] == ["no-order"]
