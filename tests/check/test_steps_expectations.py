"""expect: what is counted, what is left out, what is put aside."""

from __future__ import annotations

from steps_tools import CUSTOMERS, ORDERS, checked, codes, columns, gates, keys, kinds, made, picture, rows, step

from odibi_sql import ir


def test_a_null_breaks_a_rule() -> None:
    assert gates(step("expect amount > 5 else warn")) == {"amount > 5": 2, "key customer_id": 0}


def test_rules_that_follow_each_other_are_one_gate() -> None:
    graph = checked(step("expect amount > 5 else warn", "expect rows > 1", "derive x = 1", "expect x = 1")).graph
    assert [(gate.name, [rule.name for rule in gate.rules]) for gate in graph.gates if gate.step == "t"] == [
        ("t_checks", ["amount > 5", "rows > 1"]),
        ("t_checks_2", ["x = 1"]),
    ]
    assert graph.dataset("t").gates == ("t_checks", "t_checks_2")


def test_every_kind_of_rule_is_counted() -> None:
    text = step(
        "expect positive: amount > 0",
        "expect not null status, amount",
        "expect unique customer_id",
        "expect rows between 5 and 10",
        "expect fresh at within 1 hour",
        "expect fresh at within 2 hours",
        "expect references customers on customer_id",
    )
    assert gates(text) == {
        "key customer_id": 0,
        "positive": 1,
        "not null status, amount": 1,
        "unique customer_id": 1,
        "rows between 5 and 10": 1,
        "fresh at within 1 hour": 0,
        "fresh at within 2 hours": 0,
        "references customers on customer_id": 2,
    }


def test_what_is_not_fresh() -> None:
    assert gates(step("expect fresh at within 59 minutes"))["fresh at within 59 minutes"] == 1
    nothing = step("filter order_id > 9", "expect fresh at within 1 year")
    assert gates(nothing)["fresh at within 1 year"] == 1


def test_rows_and_fresh_count_failures() -> None:
    rules = checked(step("expect rows > 0", "expect unique order_id")).graph.gates[-1].rules
    assert [rule.counts for rule in rules] == ["failures", "rows"]


def test_fail_and_warn_leave_the_rows_as_they_are() -> None:
    text = step("expect amount > 5", "expect status = 'new' else warn")
    assert len(rows(text)) == 4
    assert kinds(made(text).relation) == ["Read"]
    assert [rule.action for rule in checked(text).graph.gates[-1].rules] == ["fail", "warn"]


def test_drop_leaves_rows_out() -> None:
    text = step("expect amount > 5 else drop")
    assert [row[0] for row in rows(text)] == [1, 4]
    assert columns(text)[3] == "amount float64 not null"


def test_a_rule_sees_what_those_before_it_left() -> None:
    text = step("expect amount > 5 else drop", "expect status = 'void'", "expect rows = 2", "expect unique status")
    assert gates(text) == {
        "key customer_id": 0,
        "amount > 5": 2,
        "status = 'void'": 2,
        "rows = 2": 0,
        "unique status": 1,
    }


def test_a_quarantine_is_a_dataset_with_what_failed() -> None:
    text = step(
        "expect known: status = 'new' else quarantine bad", "expect cheap: amount < 9 else quarantine bad", "drop at"
    )
    assert columns(text, "bad")[-1] == "_failed array<string> not null"
    assert [(row[0], row[-1]) for row in rows(text, "bad")] == [
        (1, ["cheap"]),
        (2, ["known"]),
        (3, ["known", "cheap"]),
        (4, ["cheap"]),
    ]
    assert rows(text) == []
    assert made(text, "bad").made_by == "quarantine"
    assert made(text, "bad").step == "t"


def test_a_row_is_in_one_quarantine_only() -> None:
    text = step(
        "expect amount is not null else drop",
        "expect known: status = 'new' else quarantine unknown",
        "expect cheap: amount < 9 else quarantine dear",
    )
    assert [row[0] for row in rows(text, "unknown")] == [2]
    assert [row[0] for row in rows(text, "dear")] == [1, 4]
    assert gates(text)["cheap"] == 2


def test_a_quarantine_of_two_places() -> None:
    text = step(
        "expect order_id <> 1 else quarantine bad", "filter order_id > 0", "expect order_id <> 2 else quarantine bad"
    )
    assert sorted(row[0] for row in rows(text, "bad")) == [1, 2]
    assert [row[0] for row in rows(text)] == [3, 4]


def test_a_quarantine_can_be_read_from_above() -> None:
    text = ORDERS + "transform u from bad\n  | drop _failed\n" + CUSTOMERS
    assert rows(step("expect amount > 5 else quarantine bad", before=text), "u")[0][0] == 2


def test_references_can_drop() -> None:
    text = step("expect references customers on customer_id = customers.customer_id else drop")
    assert [row[0] for row in rows(text)] == [1, 2]
    assert columns(text) == columns(ORDERS, "orders")
    many = ORDERS + "ingest seen from values (who int64) (7), (7), (null)\n"
    text = step("expect references seen on customer_id = seen.who else quarantine bad", before=many)
    assert [row[0] for row in rows(text)] == [1, 2]
    assert [row[0] for row in rows(text, "bad")] == [3, 4]


def test_the_rows_before_are_a_hidden_dataset() -> None:
    graph = checked(step("derive x = 1", "expect x = 1 else drop")).graph
    hidden = graph.dataset("t_unchecked")
    assert (hidden.made_by, hidden.step) == ("hidden", "t")
    assert isinstance(graph.dataset("t").relation, ir.Filter)


def test_a_rule_directly_on_a_dataset_needs_no_hidden_one() -> None:
    assert "t_unchecked" not in [each.name for each in checked(step("expect amount > 5 else drop")).graph.datasets]


def test_a_rule_that_fails_the_run_is_known_behind_it() -> None:
    assert keys(made(step("expect unique status"))) == [["status"]]
    assert keys(made(step("expect unique status else warn"))) == []


def test_a_name_stands_for_one_rule() -> None:
    assert codes(step("expect a: amount > 1", "expect a: amount > 2")) == ["duplicate-rule"]
    text = step("expect amount > 1 else warn", "derive x = 1", "expect amount > 1 else warn")
    assert list(gates(text)) == ["key customer_id", "amount > 1", "amount > 1 (2)"]


def test_rules_about_the_whole_leave_no_rows_out() -> None:
    assert "write `dedupe by …`" in picture(step("expect unique status else drop"))
    assert codes(step("expect rows > 0 else quarantine bad")) == ["action-needs-rows"]
    assert codes(step("expect fresh at within 1 day else drop")) == ["action-needs-rows"]


def test_errors_in_rules() -> None:
    assert codes(step("expect nope > 1", "expect not null nix", "expect unique nada")) == ["unknown-column"] * 3
    assert codes(step("expect fresh amount within 1 day")) == ["not-a-time"]
    assert codes(step("expect fresh at within 3")) == ["not-a-duration"]
    assert codes(step("expect rows > -1")) == ["bad-count"]
    assert codes(step("expect references nope on customer_id")) == ["unknown-dataset"]
    assert codes(step("expect references customers on customer_id > customers.customer_id")) == ["needs-equality"]


def test_errors_of_quarantines() -> None:
    other = ["expect amount > 0 else quarantine bad", "derive x = 1", "expect x > 1 else quarantine bad"]
    assert codes(step(*other)) == ["quarantine-columns-differ"]
    assert codes(step("derive _failed = 1", "expect amount > 0 else quarantine bad")) == ["failed-column-taken"]
    assert codes(step("expect amount > 0 else quarantine orders")) == ["duplicate-name"]


def test_an_ingest_can_have_rules() -> None:
    text = ORDERS + "  | expect amount > 5 else quarantine bad\n"
    assert [row[0] for row in rows(text, "orders")] == [1, 4]
    assert [row[0] for row in rows(text, "bad")] == [2, 3]
