"""derive, set, select, rename, drop, cast, fill, aggregate: which columns come out."""

from __future__ import annotations

import pytest
from steps_tools import codes, columns, keys, kinds, made, picture, rows, step


def test_derive_puts_new_columns_behind() -> None:
    text = step("derive gross = amount * 2, big = gross > 10")
    assert columns(text)[-2:] == ["gross float64", "big bool"]
    assert [row[-2:] for row in rows(text)] == [(19.0, True), (6.0, False), (None, None), (40.0, True)]


def test_an_assignment_sees_those_before_it() -> None:
    text = step("set amount = amount + 1, status = cast(amount as string)", "select order_id, amount, status")
    assert rows(text)[0] == (1, 10.5, "10.5")


def test_values_that_do_not_need_each_other_are_one_projection() -> None:
    assert kinds(made(step("derive a = amount + 1, b = amount + 2")).relation) == ["Project", "Read"]
    assert kinds(made(step("derive a = amount + 1, b = a + 2")).relation) == ["Project", "Project", "Read"]


def test_derive_offers_set_and_set_offers_derive() -> None:
    assert "write `set status = …`" in picture(step("derive status = 'x'"))
    assert "did you mean `status`? Otherwise write `derive stauts = …`" in picture(step("set stauts = 'x'"))
    assert codes(step("derive a = 1, a = 2")) == ["derive-replaces"]


def test_what_is_wrong_with_a_value_is_told_too() -> None:
    assert codes(step("derive status = nope", "filter order_id > nix")) == [
        "derive-replaces",
        "unknown-column",
        "unknown-column",
    ]


def test_a_wrong_value_is_told_once() -> None:
    assert codes(step("derive a = nope", "filter a > 1", "derive b = a + 1", "join customers (name) on a = name")) == [
        "unknown-column"
    ]


def test_select_takes_names_and_values_in_order() -> None:
    text = step("select status, day = cast(at as date), orders.order_id")
    assert columns(text) == ["status string", "day date", "order_id int64 not null"]


def test_select_wants_names_once() -> None:
    assert codes(step("select upper(status)")) == ["column-needs-name"]
    assert codes(step("select order_id, order_id")) == ["duplicate-column"]
    assert codes(step("select order_id, nope")) == ["unknown-column"]


def test_rename_gives_all_names_at_once() -> None:
    assert columns(step("rename status = amount, amount = status"))[2:4] == ["amount string", "status float64"]
    assert codes(step("rename status = amount")) == ["duplicate-column"]
    assert codes(step("rename a = status, b = status")) == ["duplicate-column"]
    assert codes(step("rename a = nope")) == ["unknown-column"]


def test_drop() -> None:
    assert columns(step("drop customer_id, status, at")) == ["order_id int64 not null", "amount float64"]
    assert codes(step("drop order_id, customer_id, status, amount, at")) == ["drops-everything"]
    assert "did you mean `status`?" in picture(step("drop statu"))
    assert codes("param p int64 = 1\n" + step("drop p")) == ["not-a-column"]


def test_cast_keeps_nulls_and_refuses_what_has_no_cast() -> None:
    assert columns(step("cast order_id string, amount decimal(10, 2)"))[0] == "order_id string not null"
    assert codes(step("cast at int64")) == ["cannot-cast"]
    assert codes(step("cast nope string, amount nope")) == ["unknown-column", "unknown-type"]


def test_fill_makes_a_column_never_null() -> None:
    text = step("fill status = 'unknown', amount = 0")
    assert columns(text)[2:4] == ["status string not null", "amount float64 not null"]
    assert rows(text)[2][2:4] == ("unknown", 0.0)


def test_fill_of_the_wrong_type_or_of_nothing() -> None:
    assert codes(step("fill amount = 'x'")) == ["fill-mismatch"]
    assert codes(step("fill order_id = 0")) == ["fill-never-null"]


def test_a_column_of_nothing_but_null_has_no_type() -> None:
    assert codes(step("derive x = null")) == ["null-without-type"]
    assert columns(step("derive x = cast(null as date)"))[-1] == "x date"


@pytest.mark.parametrize("operator", ["derive Status = 1", "rename Status = amount", "select a = 1, A = 2"])
def test_columns_that_differ_only_in_case(operator: str) -> None:
    assert codes(step(operator)) == ["names-differ-in-case"]


def test_aggregate_gives_keys_then_values() -> None:
    text = step(
        "aggregate total = sum(amount), n = count(), mean = total / n group by status, month = date_trunc('month', at)"
    )
    assert columns(text) == [
        "status string",
        "month timestamp",
        "total float64",
        "n int64 not null",
        "mean float64",
    ]
    assert keys(made(text)) == [["month", "status"]]


def test_aggregate_without_keys_has_one_row() -> None:
    text = step("aggregate n = count(), total = sum(amount)")
    assert rows(text) == [(4, 32.5)]
    assert keys(made(text)) == [[]]


def test_a_filter_after_an_aggregate_is_having() -> None:
    text = step("aggregate n = count() group by customer_id", "filter n > 1")
    assert rows(text) == [(7, 2)]


def test_a_name_in_an_aggregate_is_the_column_of_the_rows_where_there_is_one() -> None:
    text = step("aggregate amount = sum(amount), least = min(amount) group by customer_id", "filter customer_id = 7")
    assert rows(text) == [(7, 12.5, 3.0)]


def test_a_key_can_be_used_by_its_name() -> None:
    text = step("aggregate n = count(), label = upper(kind) group by kind = coalesce(status, 'none')")
    assert sorted(rows(text)) == [("new", 2, "NEW"), ("none", 1, "NONE"), ("void", 1, "VOID")]


def test_errors_of_aggregates() -> None:
    assert codes(step("aggregate a = amount group by status")) == ["not-grouped"]
    assert codes(step("aggregate n = count() group by upper(status)")) == ["column-needs-name"]
    assert codes(step("aggregate status = count() group by status")) == ["duplicate-column"]


def test_values_built_on_values_without_end_are_refused() -> None:
    doubling = "".join(f", c{n} = c{n - 1} + c{n - 1}" for n in range(1, 60))
    assert "nested-too-deep" in codes(step(f"aggregate c0 = sum(amount){doubling}"))
