"""Fragments: put in place of each `apply`, wrong ones told at the `apply` and in the fragment."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps_tools import CUSTOMERS, ORDERS, checked, codes, findings, picture, rows

LATEST = """\
fragment latest(key, at)
  | filter at is not null
  | dedupe by key keep last at
"""


def over(fragments: str, *operators: str) -> str:
    before = f"{inspect.cleandoc(fragments)}\n{ORDERS}{CUSTOMERS}"
    return f"{before}\ntransform t from orders\n" + "".join(f"  | {each}\n" for each in operators)


@pytest.mark.parametrize(
    ("fragment", "apply", "by_hand"),
    [
        (
            "fragment latest(k, at)\n| dedupe by k keep last at",
            "latest(customer_id, at)",
            ["dedupe by customer_id keep last at"],
        ),
        (
            "fragment f(k, o)\n| dedupe by k keep first o desc",
            "f(o: amount / 2, k: status)",
            ["dedupe by status keep first amount / 2 desc"],
        ),
        ("fragment f()\n| limit 1", "F()", ["limit 1"]),
        ("fragment f()", "f()", []),
        ("fragment f(c)\n| set c = upper(c)", "f(status)", ["set status = upper(status)"]),
        (
            "fragment f(c, new)\n| derive new = c * 2\n| drop c",
            "f(amount, `twice of`)",
            ["derive `twice of` = amount * 2", "drop amount"],
        ),
        (
            "fragment f(a, b)\n| rename a = b\n| select a, id = order_id",
            "f(state, status)",
            ["rename state = status", "select state, id = order_id"],
        ),
        (
            "fragment f(c)\n| derive s = {c: c}\n| derive v = s.c",
            "f(amount)",
            ["derive s = {c: amount}", "derive v = s.c"],
        ),
        ("fragment f(c)\n| derive v = c.a", "f({a: amount})", ["derive v = {a: amount}.a"]),
        (
            "fragment f(d, k)\n| join left d (name) on k",
            "f(customers, customer_id)",
            ["join left customers (name) on customer_id"],
        ),
        (
            "fragment f(c)\n| filter c > 1\n| aggregate n = count(c), c = max(c) group by status",
            "f(amount)",
            ["filter amount > 1", "aggregate n = count(amount), amount = max(amount) group by status"],
        ),
        (
            "fragment f(c)\n| expect c > 0 else drop\n| expect c: c < 9 and c + c > 1 else warn",
            "f(amount)",
            ["expect amount > 0 else drop", "expect c: amount < 9 and amount + amount > 1 else warn"],
        ),
        (
            "fragment f(c, bad)\n| expect not null c else quarantine bad",
            "f(amount, aside)",
            ["expect not null amount else quarantine aside"],
        ),
        (
            "fragment a(x)\n| apply b(x, x + 1)\nfragment b(x, y)\n| derive z = x * y",
            "a(amount)",
            ["derive z = amount * (amount + 1)"],
        ),
        ("func f(x float64) = x + x\nfragment a(x)\n| derive z = f(x)", "a(amount)", ["derive z = f(amount)"]),
    ],
)
def test_an_apply_is_its_operators(fragment: str, apply: str, by_hand: list[str]) -> None:
    called = checked(over(fragment, f"apply {apply}"))
    assert called.graph == checked(over(fragment, *by_hand)).graph


LINES = st.sampled_from(
    [
        "filter {c} is not null",
        "set {c} = {c} + {e}",
        "derive v{n} = {e} - {c}",
        "dedupe by {c}, order_id keep last {e}",
        "sort {e}, {c}",
        "limit 3 per {c}",
        "expect {c} + {e} > 0 else drop",
        "aggregate {c} = sum({c}), order_id = max({e})",
        "fill {c} = 0",
        "join semi customers on {c} = customers.customer_id",
    ]
)


@given(
    st.lists(LINES, max_size=5),
    st.sampled_from(["amount", "customer_id"]),
    st.sampled_from(["order_id", "order_id * 2"]),
)
def test_any_apply_is_its_operators(lines: list[str], column: str, expression: str) -> None:
    body = "".join(f"| {each.format(c='c', e='e', n=n)}\n" for n, each in enumerate(lines))
    nested = f"fragment inner(c, e)\n{body}fragment outer(e, c)\n| apply inner(c, e)"
    by_hand = [
        each.format(c=column, e=expression if " " not in expression else f"({expression})", n=n)
        for n, each in enumerate(lines)
    ]
    applied = over(nested, f"apply outer({expression}, {column})")
    expected = over(nested, *by_hand)
    assert set(codes(applied)) == set(codes(expected))
    if not any(each.severity == "error" for each in findings(expected)):
        graph = checked(applied).graph
        assert [each.relation for each in graph.datasets] == [
            each.relation for each in checked(expected).graph.datasets
        ]


def test_a_fragment_is_applied_to_what_an_ingest_takes_in() -> None:
    text = f"{LATEST}{ORDERS.rstrip()}\n  | apply latest(customer_id, at)\n"
    text += "transform t from orders | select order_id | sort order_id"
    assert rows(text) == [(2,), (3,)]


@pytest.mark.parametrize(
    ("fragments", "operator", "expected"),
    [
        (LATEST, "apply latest(customer_id)", ["wrong-argument-count"]),
        (LATEST, "apply latest(customer_id, at, at)", ["wrong-argument-count"]),
        (LATEST, "apply latest(key: customer_id, when: at)", ["unknown-argument"]),
        (LATEST, "apply latest(distinct customer_id, at)", ["clause-not-allowed"]),
        (LATEST, "apply latest(customer_id + 1, at)", ["fragment-needs-name"]),
        (LATEST, "apply latest(orders.customer_id, at)", ["fragment-needs-name"]),
        (LATEST, "apply lates(customer_id, at)", ["unknown-fragment"]),
        (LATEST, "apply latest(nothing, at)", ["unknown-column"]),
        (LATEST, "apply latest(customer_id, nothing)", ["unknown-column"]),
        (LATEST, "derive v = latest(customer_id, at)", ["func-or-fragment"]),
        ("func f(x int64) = x", "apply f(customer_id)", ["func-or-fragment"]),
        ("fragment f(x, x)\n| limit 1", "apply f(order_id)", ["duplicate-name"]),
        ("fragment f(x)\n| limit 1\nfragment f(x)\n| limit 2", "limit 3", ["duplicate-name"]),
        ("fragment f(x)\n| apply f(x)", "apply f(order_id)", ["calls-itself"]),
        ("fragment f(x)\n| apply g(x)\nfragment g(x)\n| apply f(x)", "limit 1", ["calls-itself"]),
        ("fragment f(x)\n| apply nothing(x)", "apply f(order_id)", ["unknown-fragment"]),
        ("fragment f(x)\n| filter x <> 1", "apply f(customer_id)", ["filter-drops-nulls"]),
        ("fragment f(x)\n| filter x <> 1", "apply f(customer_id)  # odibi: allow filter-drops-nulls", []),
        ("fragment f(x)\n| filter x <> 1  # odibi: allow filter-drops-nulls", "apply f(customer_id)", []),
        ("fragment f(c)\n| derive v = nothing + c", "apply f(order_id)", ["unknown-column"]),
    ],
)
def test_what_is_wrong_is_told(fragments: str, operator: str, expected: list[str]) -> None:
    assert codes(over(fragments, operator)) == expected


def test_an_error_is_shown_in_the_fragment_and_at_each_apply() -> None:
    text = f"fragment f(c)\n  | derive v = nothing + c\n{ORDERS}transform t from orders | apply f(order_id)\n"
    shown = picture(text + "transform u from orders | apply f(customer_id)")
    assert shown.count("2 |   | derive v = nothing + c\n  |                ^^^^^^^") == 2
    assert "apply f(order_id)\n  |                           ^^^^^^^^^^^^^^^^^ applied here" in shown
    assert "apply f(customer_id)\n  |                           ^^^^^^^^^^^^^^^^^^^^ applied here" in shown


def test_growing_without_end_is_told_and_takes_no_time() -> None:
    chain = "\n".join(f"fragment f{n}(x)\n| apply f{n + 1}(x)\n| apply f{n + 1}(x)" for n in range(30))
    assert codes(over(f"{chain}\nfragment f30(x)\n| limit 9", "apply f0(1)")) == ["grows-too-large"]
    values = "\n".join(f"fragment f{n}(x)\n| apply f{n + 1}(x + x)" for n in range(30))
    assert codes(over(f"{values}\nfragment f30(x)\n| derive y = x", "apply f0(amount)")) == ["grows-too-large"]
    line = "\n".join(f"fragment f{n}(x)\n| apply f{n + 1}(x)" for n in range(2000))
    assert codes(over(f"{line}\nfragment f2000(x)\n| limit 1", "apply f0(1)")) == ["grows-too-large"]


def test_long_chains_of_conditions_are_put_in_place() -> None:
    chain = " or ".join(f"x = {number}" for number in range(100))
    assert codes(over(f"fragment f(x)\n| filter {chain}", "apply f(order_id)")) == []
