"""filter, sort, limit, dedupe, distinct and the set operators: which rows, in which order."""

from __future__ import annotations

from steps_tools import CUSTOMERS, ORDERS, codes, columns, keys, kinds, made, order, picture, rows, step

from odibi_sql import ir

KEYED = ORDERS.replace("(4, null, 'new', 20.0, null)", "(4, null, 'new', 20.0, null) key order_id")


def limit_of(text: str) -> ir.Limit:
    relation = made(text).relation
    while not isinstance(relation, ir.Limit):
        assert isinstance(relation, ir.Project | ir.Filter | ir.Sort)
        relation = relation.input
    return relation


def dedupe_of(text: str) -> ir.Dedupe:
    relation = made(text).relation
    while not isinstance(relation, ir.Dedupe):
        assert isinstance(relation, ir.Project)
        relation = relation.input
    return relation


def test_a_filter_proves_columns_not_null() -> None:
    text = step("filter amount > 5 and at is not null")
    assert columns(text)[3:] == ["amount float64 not null", "at timestamp not null"]
    assert [row[0] for row in rows(text)] == [1]


def test_a_comparison_that_drops_nulls_unseen_is_told() -> None:
    text = step("filter status <> 'void'")
    assert codes(text) == ["filter-drops-nulls"]
    assert "`is distinct from`" in picture(text)
    assert codes(step("filter status is distinct from 'void'")) == []
    assert codes(step("filter status is not null and status <> 'void'")) == []


def test_what_an_expectation_holds_is_not_told_again() -> None:
    assert codes(step("expect not null status", "filter status <> 'void'")) == []
    assert codes(step("expect not null status else warn", "filter status <> 'void'")) == ["filter-drops-nulls"]


def test_a_warning_is_silenced_at_its_operator_and_at_its_step() -> None:
    loud = step("filter status <> 'void'")
    assert codes(loud.replace("'void'\n", "'void'  # odibi: allow filter-drops-nulls\n")) == []
    assert codes(loud.replace("transform t", "# odibi: allow filter-drops-nulls\ntransform t")) == []
    assert codes(loud.replace("'void'\n", "'void'  # odibi: allow unused-sort\n")) == ["filter-drops-nulls"]


def test_a_sort_that_nothing_uses_is_silenced_at_the_sort() -> None:
    loud = step("sort amount", "aggregate n = count()")
    assert codes(loud) == ["unused-sort"]
    assert codes(loud.replace("sort amount\n", "sort amount  # odibi: allow unused-sort\n")) == []


def test_a_filter_that_is_no_condition() -> None:
    assert codes(step("filter amount")) == ["not-a-condition"]
    assert codes(step("filter rank() over (order by amount) = 1")) == ["misplaced-window"]


def test_a_sort_is_the_order_of_the_step() -> None:
    text = step("sort amount desc, order_id")
    assert order(made(text).order) == ["amount desc", "order_id"]
    assert kinds(made(text).relation) == ["Sort", "Read"]
    assert [row[0] for row in rows(text)] == [4, 1, 2, 3]


def test_the_order_is_kept_through_projections_and_filters() -> None:
    text = step("sort amount desc", "rename price = amount", "filter order_id > 0", "derive x = 1", "select price, x")
    assert order(made(text).order) == ["price desc"]


def test_a_sort_by_what_is_dropped_below_still_orders() -> None:
    text = step("sort amount desc, abs(order_id)", "select status")
    assert columns(text) == ["status string"]
    assert rows(text) == [("new",), ("new",), ("void",), (None,)]
    assert made(text).order == ()


def test_a_sort_by_what_is_set_below_goes_by_the_old_value() -> None:
    text = step("sort amount", "set amount = -amount", "limit 1", "select order_id")
    assert rows(text) == [(2,)]


def test_a_new_column_can_have_the_name_of_a_dropped_sort_column() -> None:
    text = step("sort amount", "drop amount", "derive amount = 1", "limit 1", "select order_id, amount")
    assert rows(text) == [(2, 1)]


def test_an_order_that_nothing_uses_is_told() -> None:
    assert "the `aggregate` below ends it" in picture(step("sort amount", "aggregate n = count()"))
    assert codes(step("sort amount", "sort order_id")) == ["unused-sort"]
    assert codes(step("sort amount", "limit 3", "distinct")) == []
    assert codes(step("sort amount", "cast order_id string")) == ["unused-sort"]


def test_a_limit_has_a_total_order() -> None:
    assert order(limit_of(step("sort amount", "limit 2")).order) == [
        "amount",
        "order_id",
        "customer_id",
        "status",
        "at",
    ]
    assert order(limit_of(step("limit 2")).order) == ["order_id", "customer_id", "status", "amount", "at"]


def test_a_key_makes_the_order_total() -> None:
    assert order(limit_of(step("sort amount", "limit 2", before=KEYED)).order) == ["amount", "order_id"]
    assert order(limit_of(step("sort order_id desc", "limit 2", before=KEYED)).order) == ["order_id desc"]


def test_limit_per() -> None:
    text = step("sort amount desc", "limit 1 per status", "select order_id, status")
    assert sorted(rows(text)) == [(2, "void"), (3, None), (4, "new")]
    assert keys(made(step("limit 1 per status"))) == [["status"]]


def test_limit_counts() -> None:
    assert rows(step("sort order_id", "limit 2 offset 1", "select order_id")) == [(2,), (3,)]
    assert codes(step("limit -1")) == ["bad-count"]
    assert codes(step("limit null")) == ["bad-count"]
    assert codes(step("limit amount")) == ["not-a-constant"]
    assert codes(step("limit 2 per nope")) == ["unknown-column"]
    assert limit_of("param n int64 = 3\n" + step("limit n")).count == 3


def test_a_dataset_read_keeps_its_order() -> None:
    text = step("sort amount desc") + "transform u from t\n  | limit 1\n  | select order_id\n"
    assert rows(text, "u") == [(4,)]


def test_distinct_makes_all_columns_a_key() -> None:
    assert keys(made(step("select status", "distinct"))) == [["status"]]
    assert len(rows(step("select status", "distinct"))) == 3


def test_dedupe_keeps_the_first_or_last_in_a_total_order() -> None:
    last = step("dedupe by customer_id keep last at")
    assert order(dedupe_of(last).order) == ["at desc", "order_id desc", "status desc", "amount desc"]
    assert keys(made(last)) == [["customer_id"]]
    assert sorted(row[0] for row in rows(last)) == [2, 3, 4]
    first = dedupe_of(step("dedupe by customer_id keep first at, amount desc"))
    assert order(first.order) == ["at", "amount desc", "order_id", "status"]


def test_dedupe_says_where_nulls_are() -> None:
    assert order(dedupe_of(step("dedupe by status keep last at nulls first")).order)[0] == "at desc"
    assert order(dedupe_of(step("dedupe by status keep last at nulls last")).order)[0] == "at desc nulls first"


def test_dedupe_goes_by_the_sort_in_force() -> None:
    text = step("sort amount", "dedupe by customer_id keep last")
    assert order(dedupe_of(text).order)[0] == "amount desc"
    assert codes(text) == []


def test_dedupe_keep_any_needs_no_order() -> None:
    assert dedupe_of(step("dedupe by customer_id keep any")).order == ()


def test_dedupe_with_a_key_needs_no_tie_break() -> None:
    assert order(dedupe_of(step("dedupe by order_id keep last at", before=KEYED)).order) == ["at desc"]


def test_dedupe_errors() -> None:
    assert codes(step("dedupe by nope keep first at")) == ["unknown-column"]
    assert codes(step("dedupe by status, status keep any")) == ["duplicate-column"]
    assert columns(step("dedupe by status keep last abs(amount)"))[0] == "order_id int64 not null"


PAIR = "ingest a from values (x int64 not null, y string) (1, 'a'), (1, 'a'), (2, null)\n"


def test_union_matches_by_name_and_widens() -> None:
    before = PAIR + "ingest b from values (y string, x float64) ('a', 1.0)\n"
    text = step("union b", source="a", before=before)
    assert columns(text) == ["x float64", "y string"]
    assert rows(text) == [(1.0, "a"), (1.0, "a"), (2.0, None), (1.0, "a")]
    assert keys(made(text)) == []
    assert len(rows(step("union distinct b", source="a", before=before))) == 2
    assert keys(made(step("union distinct b", source="a", before=before))) == [["x", "y"]]


def test_intersect_and_except_count_rows() -> None:
    before = PAIR + "ingest b from values (x int64, y string) (1, 'a')\n"
    assert rows(step("except all b", source="a", before=before)) == [(1, "a"), (2, None)]
    assert rows(step("except b", source="a", before=before)) == [(2, None)]
    assert rows(step("intersect b", source="a", before=before)) == [(1, "a")]


def test_a_union_names_the_columns_that_are_missing() -> None:
    before = PAIR + "ingest b from values (x int64, z string) (1, 'a')\n"
    assert "`b` has no `y`, and the rows above have no `z`" in picture(step("union b", source="a", before=before))
    other = PAIR + "ingest b from values (x date, y string) (null, 'a')\n"
    assert "the column `x` is an int64 above and a date in `b`" in picture(step("union b", source="a", before=other))
    assert codes(step("union nope", before=ORDERS + CUSTOMERS)) == ["unknown-dataset"]
