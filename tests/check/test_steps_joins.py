"""join: which rows belong together, which columns come out, what is told of it."""

from __future__ import annotations

import pytest
from steps_tools import CUSTOMERS, ORDERS, codes, columns, gates, keys, made, picture, rows, step

KEYED = ORDERS.replace("(4, null, 'new', 20.0, null)", "(4, null, 'new', 20.0, null) key order_id")
VISITS = "ingest visits from values (customer_id int64, page string) (7, 'a'), (7, 'b'), (8, 'c')\n"


def test_the_column_of_both_sides_comes_out_once() -> None:
    text = step("select order_id, customer_id", "join customers on customer_id")
    assert columns(text) == ["order_id int64 not null", "customer_id int64 not null", "name string", "since date"]
    assert [row[:3] for row in rows(text)] == [(1, 7, "Ada"), (2, 7, "Ada")]


def test_a_left_join_makes_the_other_side_nullable() -> None:
    text = step("select order_id, customer_id", "join left customers (name) on customer_id", "sort order_id")
    assert columns(text) == ["order_id int64 not null", "customer_id int64", "name string"]
    assert rows(text) == [(1, 7, "Ada"), (2, 7, "Ada"), (3, 8, None), (4, None, None)]


def test_a_right_join_gives_the_right_value() -> None:
    text = step("select order_id, customer_id", "join right customers (name) on customer_id", "filter order_id is null")
    assert columns(text) == ["order_id int64", "customer_id int64 not null", "name string"]
    assert rows(text) == [(None, 9, "Bob")]


def test_a_full_join_gives_the_value_that_is_there() -> None:
    text = step(
        "select order_id, customer_id", "join full customers (name) on customer_id", "sort customer_id, order_id"
    )
    assert columns(text) == ["order_id int64", "customer_id int64", "name string"]
    assert rows(text) == [(1, 7, "Ada"), (2, 7, "Ada"), (3, 8, None), (None, 9, "Bob"), (4, None, None)]


def test_semi_and_anti_join_choose_rows() -> None:
    assert sorted(row[0] for row in rows(step("join semi customers on customer_id"))) == [1, 2]
    assert sorted(row[0] for row in rows(step("join anti customers on customer_id"))) == [3, 4]
    assert codes(step("join semi customers (name) on customer_id")) == ["join-brings-no-columns"]


def test_a_cross_join_pairs_everything() -> None:
    assert len(rows(step("join cross customers (name)"))) == 8
    assert codes(step("join cross customers (name)")) == []


def test_columns_are_listed_and_renamed() -> None:
    text = step(
        "select order_id, customer_id", "join customers as c (who = name, since) on orders.customer_id = c.customer_id"
    )
    assert columns(text)[2:] == ["who string", "since date"]


def test_the_condition_can_use_what_is_not_brought() -> None:
    text = step("join customers (name) on customer_id and since < at", "select order_id, name")
    assert rows(text) == [(1, "Ada"), (2, "Ada")]


def test_a_name_twice_names_both_origins() -> None:
    seen = picture(step("join left customers on orders.customer_id = customers.customer_id"))
    assert "`customer_id` would come out twice: from `orders` and from `customers`" in seen
    assert "join customers (customer_id_2 = customer_id, name, since)" in seen
    assert "`customer_id` comes from here" in seen


def test_a_name_that_an_earlier_join_brought_has_that_origin() -> None:
    text = step("join customers (name) on customer_id", "join customers as again on customer_id = again.customer_id")
    assert "`customer_id`, `name` would come out twice: from `orders`, `customers` and from `again`" in picture(text)


def test_conditions_that_name_nothing() -> None:
    assert "did you mean `customers`?" in picture(step("join custmers on customer_id"))
    assert codes(step("join customers (nope) on customer_id")) == ["unknown-column"]
    assert codes(step("join customers (name) on customer_id = customers.nope")) == ["unknown-column"]
    assert "no column `nope` in `customers`" in picture(step("join customers (nope) on customer_id"))


def test_a_name_of_one_side() -> None:
    assert "`since` is a column of `customers` and not of `orders`" in picture(step("join customers (name) on since"))
    assert "`amount = customers.…`" in picture(step("join customers (name) on amount"))
    assert codes(step("join customers (name) on nope")) == ["unknown-column"]


def test_columns_that_cannot_be_compared() -> None:
    before = ORDERS + "ingest b from values (customer_id date) (null)\n"
    assert codes(step("join semi b on customer_id", before=before)) == ["join-on-types"]


def test_a_dataset_joined_with_itself_needs_a_name() -> None:
    assert codes(step("join semi orders on orders.customer_id = orders.order_id")) == ["join-needs-alias"]
    text = step("join semi orders as o on orders.customer_id = o.order_id", before=ORDERS)
    assert codes(text) == []
    assert rows(text) == []


def test_a_join_that_can_multiply_is_told() -> None:
    text = step("join visits (page) on customer_id", before=ORDERS + VISITS)
    assert codes(text) == ["join-may-multiply"]
    assert "`visits` is not known to be unique in `customer_id`" in picture(text)
    assert codes(text.replace("customer_id\n", "customer_id match many\n")) == []
    assert codes(step("join semi visits on customer_id", before=ORDERS + VISITS)) == []


def test_a_key_of_the_other_side_is_enough() -> None:
    once = VISITS + "  | dedupe by customer_id keep any\n"
    assert codes(step("join visits (page) on customer_id", before=ORDERS + once)) == []
    counted = VISITS + "transform n from visits\n  | aggregate n = count() group by customer_id, page\n"
    assert codes(step("join n (n) on customer_id and n.page = 'a'", before=ORDERS + counted)) == []
    assert codes(step("join n (n) on customer_id", before=ORDERS + counted)) == ["join-may-multiply"]
    held = VISITS + "transform v from visits\n  | expect unique customer_id\n"
    assert codes(step("join v (page) on customer_id", before=ORDERS + held)) == []
    warned = held.replace("unique customer_id", "unique customer_id else warn")
    assert codes(step("join v (page) on customer_id", before=ORDERS + warned)) == ["join-may-multiply"]


def test_a_join_without_an_equality_is_told() -> None:
    assert codes(step("join customers (name) on customers.since < at")) == ["join-is-cartesian"]
    assert codes(step("join semi customers on customers.name = 'x'")) == ["join-is-cartesian"]


def test_match_one_is_a_rule_of_the_run() -> None:
    text = step("select order_id, customer_id", "join visits (page) on customer_id match one", before=ORDERS + VISITS)
    assert gates(text) == {"one match in visits": 2}
    assert made(text).gates == ("t_checks",)
    assert gates(step("join customers (name) on customer_id match one")) == {"key customer_id": 0}


def test_match_one_counts_only_rows_that_are_asked_for() -> None:
    text = step("join visits (page) on customer_id and visits.page <> 'b' match one", before=ORDERS + VISITS)
    assert gates(text) == {"one match in visits": 0}
    assert codes(step("join visits (page) on customer_id < visits.customer_id match one", before=ORDERS + VISITS)) == [
        "needs-equality",
        "join-is-cartesian",
    ]


@pytest.mark.parametrize("kind", ["semi", "anti"])
@pytest.mark.parametrize("match", ["one", "many"])
def test_a_join_that_pairs_no_rows_takes_no_match(kind: str, match: str) -> None:
    text = step(f"join {kind} visits on customer_id match {match}", before=ORDERS + VISITS)
    assert codes(text) == ["match-of-one-side"]


@pytest.mark.parametrize("kind", ["", "inner", "left", "right", "full"])
def test_match_one_is_a_rule_of_each_join_that_pairs_rows(kind: str) -> None:
    text = step(
        "select order_id, customer_id", f"join {kind} visits (page) on customer_id match one", before=ORDERS + VISITS
    )
    assert gates(text) == {"one match in visits": 2}
    assert gates(text.replace("match one", "match many")) == {}


@pytest.mark.parametrize(
    "join", ["cross visits (page)", "asof visits (page) on customer_id and order_id >= visits.customer_id"]
)
@pytest.mark.parametrize("match", ["one", "many"])
def test_joins_that_cannot_or_always_do_multiply_have_no_match(join: str, match: str) -> None:
    text = step(f"join {join} match {match}", before=ORDERS + VISITS)
    assert codes(text) == ["syntax"]


def test_keys_go_through_joins() -> None:
    def of(join: str) -> list[list[str]]:
        return keys(made(step(join, before=KEYED + CUSTOMERS)))

    assert of("join left customers (name) on customer_id") == [["order_id"]]
    assert of("join customers (name) on customer_id") == [["order_id"]]
    assert of("join anti customers on customer_id") == [["order_id"]]
    assert of("join full customers (name) on customer_id") == []
    assert of("join right customers (name) on customer_id") == [["customer_id", "order_id"]]
    assert of("join cross customers (name, c = customer_id)") == [["c", "order_id"]]
