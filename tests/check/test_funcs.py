"""Funcs: typed once, put in place of their calls, wrong ones told where they are wrong."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps_tools import CLOCK, ORDERS, MemoryCatalog, checked, codes, columns, findings, picture, rows

from odibi_sql.check import check
from odibi_sql.diagnostics import Source
from odibi_sql.sql import read_queries
from odibi_sql.syntax.parse import parse


def over(funcs: str, *operators: str) -> str:
    return inspect.cleandoc(funcs) + f"\n{ORDERS}\ntransform t from orders\n" + "".join(f"  | {x}\n" for x in operators)


VAT = "func vat(amount decimal(12, 2), rate float64 = 0.2) = amount * rate"


@pytest.mark.parametrize(
    ("func", "call", "by_hand"),
    [
        ("func double(x int64) = x * 2", "double(order_id)", "order_id * 2"),
        ("func double(x float64) = x * 2", "DOUBLE(amount)", "amount * 2"),
        ("func f(x int64, y int64 = 3) = x - y", "f(order_id)", "order_id - 3"),
        ("func f(x int64, y int64 = 3) = x - y", "f(y: customer_id, x: order_id)", "order_id - customer_id"),
        ("func f(x int64 = 1, y int64 = 3) = x - y", "f()", "1 - 3"),
        ("func f() = 7", "f()", "7"),
        ("func f(s string) = coalesce(upper(s), '?')", "f(trim(status))", "coalesce(upper(trim(status)), '?')"),
        ("func f(s string) = case when s = 'a' then 1 end", "f(status)", "case when status = 'a' then 1 end"),
        ("func a(x int64) = b(x) + 1\nfunc b(x int64) = x * 2", "a(order_id)", "order_id * 2 + 1"),
        ("param p int64 = 5\nfunc f(x int64) = x + p", "f(order_id)", "order_id + p"),
        ("param x int64 = 5\nfunc f(x int64) = x + x", "f(order_id)", "order_id + order_id"),
        ("func cut(unit string, at timestamp) = date_trunc(unit, at)", "cut('day', at)", "date_trunc('day', at)"),
        ("func after(at timestamp, day date) = at > day", "after(at, '2025-01-01')", "at > date '2025-01-01'"),
    ],
)
def test_a_call_is_its_expression(func: str, call: str, by_hand: str) -> None:
    text = over(func, "derive v = {}")
    assert checked(text.format(call)).graph == checked(text.format(by_hand)).graph


WORDS = st.sampled_from(["x", "y", "1", "2", "p"])
EXPRESSIONS = st.recursive(
    WORDS, lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda each: f"({' '.join(each)})")
)
ARGUMENTS = st.sampled_from(["order_id", "customer_id", "7", "order_id + 1", "customer_id % 3", "one(order_id)"])


@given(EXPRESSIONS, ARGUMENTS, ARGUMENTS)
def test_any_call_is_its_expression(body: str, x: str, y: str) -> None:
    """The types of the parameters are those of the arguments, so that nothing is converted."""
    funcs = "param p int64 = 5\nfunc one(a int64) = a + 1\nfunc f(x int64, y int64) = "
    by_hand = body.replace("x", f"({x})").replace("y", f"({y})")
    called = checked(over(funcs + body, f"derive v = f({x}, y: {y})"))
    assert called.graph == checked(over(funcs + body, f"derive v = {by_hand}")).graph


def test_arguments_are_converted_as_for_other_functions() -> None:
    text = over(VAT, "select order_id, a = vat(9.5), b = vat(cast(amount as decimal(10, 2)), 1), c = vat(null)")
    assert columns(text) == ["order_id int64 not null", "a float64 not null", "b float64", "c float64"]
    assert rows(over(VAT, "derive tax = vat(10.5, rate: 1)"))[0][-1] == 10.5
    assert codes(over(VAT, "derive tax = vat(amount)")) == ["wrong-argument-type"]


def test_the_type_of_a_func_is_that_of_its_parameters_whatever_it_is_given() -> None:
    text = over(
        "func half(x decimal(12, 2)) = x * 0.5", "select order_id, a = half(1), b = half(cast(1 as decimal(12, 2)))"
    )
    assert [each.split(" ", 1)[1] for each in columns(text)[1:]] == ["decimal(13, 3) not null"] * 2


def test_funcs_stand_wherever_expressions_do() -> None:
    operators = [
        "filter twice(order_id) > 2",
        "expect twice(order_id) < 100",
        "aggregate n = twice(count()), m = sum(twice(order_id)) group by k = twice(customer_id)",
        "sort twice(n)",
        "limit twice(1)",
    ]
    text = over("func twice(x int64) = x + x", *operators)
    assert codes(text) == []
    assert rows(text) == [(14, 2, 4), (16, 2, 6)]


def test_funcs_are_called_in_queries() -> None:
    query = 'sql t from orders """select LIST_VALUE(order_id) as v from orders"""'
    text = f"func list_value(x int64) = x + x\n{ORDERS}{query}"
    tree, found = read_queries(parse(Source("p.odibi", text)))
    assert not found
    graph = check(tree, MemoryCatalog(), {}, CLOCK).graph
    assert [str(each) for each in graph.dataset("t").relation.schema] == ["v int64 not null"]


@pytest.mark.parametrize(
    ("funcs", "operator", "expected"),
    [
        ("func f(x int64) = y", "limit 1", ["unknown-in-func"]),
        ("func f(x int64) = x + 'a'", "derive v = f(order_id)", ["wrong-operands"]),
        ("func f(x int64) = sum(x)", "derive v = f(order_id)", ["misplaced-aggregate"]),
        ("func f(x int64) = rank() over (order by x)", "derive v = f(order_id)", ["misplaced-window"]),
        ("func f(x int64) = nothing(x)", "limit 1", ["unknown-function"]),
        ("func f(x whole) = x", "derive v = f(order_id)", ["unknown-type"]),
        ("func f(x int64 = 'a') = x", "derive v = f(order_id)", ["wrong-type"]),
        ("func f(x int64, x int64) = x", "limit 1", ["duplicate-name"]),
        ("func f(x int64) = x\nfunc F(x int64) = x", "limit 1", ["duplicate-name"]),
        ("func sum(x int64) = x", "limit 1", ["func-is-built-in"]),
        ("func f(x int64) = f(x)", "derive v = f(1)", ["calls-itself"]),
        ("func f(x int64) = g(x)\nfunc g(x int64) = f(x)\nfunc h(x int64) = f(x)", "derive v = h(1)", ["calls-itself"]),
        ("func f(x int64) = x", "derive v = f()", ["wrong-argument-count"]),
        ("func f(x int64) = x", "derive v = f(1, 2)", ["wrong-argument-count"]),
        ("func f(x int64) = x", "derive v = f(status)", ["wrong-argument-type"]),
        ("func f(x int64) = x", "derive v = f(x: 1, x: 2)", ["unknown-argument"]),
        ("func f(x int64) = x", "derive v = f(z: 1)", ["unknown-argument"]),
        ("func f(x int64) = x", "derive v = f(distinct order_id)", ["clause-not-allowed"]),
        ("func f(x int64) = x", "derive v = f(nothing)", ["unknown-column"]),
        ("func fit(x int64) = x", "derive v = fitt(order_id)", ["unknown-function"]),
        ("func f(u string, at timestamp) = date_trunc(u, at)", "derive v = f(status, at)", ["constant-expected"]),
        ("func f(x int64) = x = null", "derive v = f(1)", ["compares-with-null"]),
    ],
)
def test_what_is_wrong_is_told_once(funcs: str, operator: str, expected: list[str]) -> None:
    assert codes(over(funcs, operator)) == expected


def test_an_error_of_one_call_shows_the_func_and_the_call() -> None:
    text = over("func cut(u string, at timestamp) = date_trunc(u, at)", "derive v = cut(status, at)")
    (found,) = findings(text)
    assert found.span is not None and found.span.text == "u"
    assert [(span.text, words) for span, words in found.more] == [("cut(status, at)", "`cut` is called here")]


def test_an_error_in_a_func_is_at_its_place_and_a_circle_shows_its_way() -> None:
    assert "1 | func f(x int64) = x + y\n  |                       ^\n" in picture("func f(x int64) = x + y\n" + ORDERS)
    text = "func a(x int64) = b(x)\nfunc b(x int64) = c(x)\nfunc c(x int64) = a(x)\n" + ORDERS
    assert "`a` → `b` → `c` → `a`: a func cannot contain itself" in picture(text)


def test_growing_without_end_is_told_and_takes_no_time() -> None:
    chain = "\n".join(f"func f{n}(x float64) = f{n + 1}(x) + f{n + 1}(x)" for n in range(40))
    assert codes(over(f"{chain}\nfunc f40(x float64) = x", "derive v = f0(amount)")) == ["grows-too-large"]
    nested = "func f(x float64) = x + x"
    assert codes(over(nested, f"derive v = {'f(' * 30}amount{')' * 30}")) == ["grows-too-large"]
    line = "\n".join(f"func f{n}(x float64) = f{n + 1}(x)" for n in range(500))
    assert codes(over(f"{line}\nfunc f500(x float64) = x", "derive v = f0(amount)"))[0] == "nested-too-deep"
    assert codes(over("func one(x float64) = x", f"derive v = {'one(' * 40}amount{')' * 40}")) == []
