"""pivot, unpivot, explode, sample, join asof and windows of time: what comes out, and what is refused."""

from __future__ import annotations

import datetime

import pytest
from steps_tools import checked, codes, columns, keys, made, picture, rows, step

from odibi_sql import ir
from odibi_sql.ir.invariants import problems_of

READINGS = """\
ingest readings from values (device int64 not null, at timestamp, metric string, value float64, tags array<string>)
  (1, timestamp '2025-11-01 10:00:00', 'temp', 20.0, ['a', 'b']), (1, timestamp '2025-11-01 10:20:00', 'wet', 60.0, []),
  (1, timestamp '2025-11-01 10:50:01', 'temp', 22.0, null), (2, null, null, 5.0, ['c', null])
ingest rates from values (metric string, since timestamp, rate float64)
  ('temp', timestamp '2025-11-01 10:00:00', 1.0), ('temp', timestamp '2025-11-01 10:00:00', 2.0),
  ('temp', timestamp '2025-11-01 10:30:00', 3.0), ('temp', null, 9.0), (null, timestamp '2025-01-01 00:00:00', 9.0)
"""


def over(*operators: str) -> str:
    return step(*operators, source="readings", before=READINGS)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2025-11-01 {text}")


def test_a_pivot_gives_each_value_a_column() -> None:
    text = over("pivot metric in ('temp', w = 'wet', null) value sum(value) group by device")
    assert columns(text) == ["device int64 not null", "temp float64", "w float64", "null float64"]
    assert sorted(rows(text)) == [(1, 42.0, 60.0, None), (2, None, None, 5.0)]
    assert keys(made(text)) == [["device"]]


def test_a_named_aggregate_of_a_pivot_stands_in_its_columns_names() -> None:
    text = over("pivot metric in ('temp') value n = count(), mean = sum(value) / count() group by device")
    assert columns(text) == ["device int64 not null", "temp_n int64 not null", "temp_mean float64"]
    assert sorted(rows(text)) == [(1, 2, 21.0), (2, 0, None)]


def test_a_pivot_keeps_the_filter_of_its_aggregate() -> None:
    text = over("pivot metric in ('temp') value n = count() filter (where value > 20) group by device")
    assert sorted(rows(text)) == [(1, 1), (2, 0)]


def test_a_pivot_without_keys_is_one_row() -> None:
    assert rows(over("pivot metric in ('temp', 'none') value count()")) == [(2, 0)]


@pytest.mark.parametrize(
    ("operator", "found"),
    [
        ("pivot metric in ('a', 'a') value count()", ["duplicate-column"]),
        ("pivot metric in ('device') value count() group by device", ["duplicate-column"]),
        ("pivot metric in ('a', 'A') value count()", ["names-differ-in-case"]),
        ("pivot metric in (1) value count()", ["wrong-type"]),
        ("pivot metric in (metric) value count()", ["not-a-constant"]),
        ("pivot metric in ('') value count()", ["column-needs-name"]),
        (
            "pivot metric in ('a') value count(), sum(value)",
            ["duplicate-column", "column-needs-name", "column-needs-name"],
        ),
        ("pivot metric in ('a') value value", ["pivot-without-aggregate"]),
        ("pivot nothing in ('a') value count()", ["unknown-column"]),
        ("pivot metric in ('a') value sum(value) + device", ["not-grouped"]),
        ("unpivot value, device into metric, x", ["duplicate-column"]),
        ("unpivot value, at into name, x", ["unpivot-types-differ"]),
        ("unpivot value, value into name, x", ["duplicate-column"]),
        ("unpivot value into x, x", ["duplicate-column"]),
        ("explode device as d", ["explode-needs-array"]),
        ("explode tags as device", ["duplicate-column"]),
        ("explode split(metric, ',')", ["column-needs-name"]),
        ("explode tags as Device", ["names-differ-in-case"]),
        ("explode [] as x", ["null-without-type"]),
        ("sample 101 percent", ["bad-sample"]),
        ("sample -1 percent", ["bad-sample"]),
        ("sample 'x' percent", ["bad-sample"]),
        ("sample 1 rows seed null", ["bad-sample"]),
        ("sample -1 rows", ["bad-count"]),
        ("select tags | sample 1 rows", ["bad-sample"]),
        ("derive x = hop(at, 1 hour, 2 hours)", ["misplaced-window-of-time"]),
        ("aggregate n = count() group by x = lower(session(at, 1 hour))", ["misplaced-window-of-time"]),
        ("aggregate n = count() group by hop(at, 1 hour, 2 hours)", ["column-needs-name"]),
        ("aggregate n = count() group by x = hop(at, 2 hours, 3 hours)", ["bad-window-of-time"]),
        ("aggregate n = count() group by x = hop(at, 1 second, 1 day)", ["bad-window-of-time"]),
        ("aggregate n = count() group by x = session(at, 1 month)", ["bad-window-of-time"]),
        ("aggregate n = count() group by x = session(at)", ["wrong-argument-count"]),
        ("derive x = tumble(at, 0 minutes)", ["bad-window-of-time"]),
        ("derive x = tumble(at, 5)", ["bad-window-of-time"]),
        ("derive x = tumble(cast(at as date), 90 minutes)", ["bad-window-of-time"]),
        ("derive x = tumble(metric, 90 minutes)", ["wrong-argument-type"]),
        ("join asof rates (rate) on metric", ["bad-asof-join"]),
        ("join asof rates (rate) on metric and at >= since and value > rate", ["bad-asof-join"]),
        ("join asof rates (rate) on metric and at >= since and value > 3", ["bad-asof-join"]),
        ("join asof rates (rate) on metric and at <> since", ["bad-asof-join"]),
        ("join asof rates (at = rate) on metric and at >= since", ["duplicate-join-column"]),
        ("join asof rates on metric and nothing >= since", ["unknown-column"]),
    ],
)
def test_what_is_refused(operator: str, found: list[str]) -> None:
    assert codes(over(*operator.split(" | "))) == found
    assert picture(over(*operator.split(" | ")))


def test_an_unpivot_keeps_nulls_and_brings_types_together() -> None:
    text = over("select device, n = 1, value", "filter value < 21", "unpivot n, value into name, x")
    assert columns(text) == ["device int64 not null", "name string not null", "x float64 not null"]
    assert sorted(rows(text)) == [(1, "n", 1.0), (1, "value", 20.0), (2, "n", 1.0), (2, "value", 5.0)]


def test_a_key_lives_on_through_an_unpivot() -> None:
    text = over("dedupe by device keep any", "select device, value", "unpivot value into name, x")
    assert keys(made(text)) == [["device", "name"]]


def test_an_explode_gives_a_row_for_each_element() -> None:
    text = over("explode tags as tag", "select device, tag")
    assert rows(text) == [(1, "a"), (1, "b"), (2, "c"), (2, None)]
    assert columns(over("explode tags"))[-1] == "tags string"
    assert columns(over("explode tags as tag"))[-2:] == ["tags array<string>", "tag string"]


def test_a_sample_of_rows_is_of_so_many_and_of_a_percentage_by_value() -> None:
    assert len(rows(over("drop tags", "sample 2 rows seed 1"))) == 2
    assert len(rows(over("drop tags", "sample 20 rows"))) == 4
    assert len(rows(over("drop tags", "sample 100 percent"))) == 4
    assert rows(over("drop tags", "sample 0 percent")) == []


def test_windows_of_time_of_months_are_calendar_ones() -> None:
    assert rows(over("select x = tumble(at, 1 quarter)", "limit 1")) == [(datetime.datetime(2025, 10, 1),)]


def test_a_row_is_in_several_windows_of_hop_and_a_null_in_one() -> None:
    text = over("aggregate n = count() group by x = hop(at, 30 minutes, 1 hour)")
    assert sorted(rows(text), key=str) == [(None, 1), (at("10:00:00"), 3), (at("10:30:00"), 1), (at("09:30:00"), 2)]


def test_a_session_ends_after_the_pause_and_not_at_it() -> None:
    text = over("aggregate n = count(), last = max(at) group by device, x = session(at, 20 minutes)")
    assert sorted(rows(text), key=str) == [
        (1, at("10:00:00"), 2, at("10:20:00")),
        (1, at("10:50:01"), 1, at("10:50:01")),
        (2, None, 1, None),
    ]
    assert len(rows(over("aggregate n = count() group by device, x = session(at, 1 hour)"))) == 2


def test_two_rows_of_one_time_are_in_one_session() -> None:
    before = """\
ingest readings from values (at timestamp, n int64)
  ('2025-11-01 12:00:00', 1), ('2025-11-01 12:00:00', 2), ('2025-11-01 10:00:00', 3), ('2025-11-01 10:00:00', 3)
"""
    operator = "aggregate n = count() group by x = session(at, 1 hour)"
    found = rows(step(operator, source="readings", before=before))
    assert sorted(found) == [(at("10:00:00"), 2), (at("12:00:00"), 2)]


@pytest.mark.parametrize(
    ("condition", "rates"),
    [
        ("at >= since", [2.0, 3.0]),
        ("at > since", [None, 3.0]),
        ("at <= since", [2.0, None]),
        ("since > at", [3.0, None]),
        ("at >= since and rate < 2", [1.0, 1.0]),
        ("at + 1 hour >= since", [3.0, 3.0]),
    ],
)
def test_the_nearest_row_of_the_other_side(condition: str, rates: list[float | None]) -> None:
    text = over("filter metric = 'temp'", f"join asof rates (rate) on metric and {condition}", "select at, rate")
    assert [rate for _, rate in sorted(rows(text))] == rates
    inner = text.replace("join asof", "join asof inner")
    assert [rate for _, rate in sorted(rows(inner))] == [rate for rate in rates if rate is not None]


def test_nulls_match_nothing_in_an_as_of_join() -> None:
    assert rows(over("filter device = 2", "join asof rates (rate) on metric and at >= since", "select rate")) == [
        (None,)
    ]


def test_an_as_of_join_needs_no_dedupe_of_what_is_unique() -> None:
    def has_dedupe(text: str) -> bool:
        return any(isinstance(each, ir.Dedupe) for each in ir.walk.relations(made(text).relation))

    text = over("join asof rates (rate) on metric and at >= since")
    assert has_dedupe(text)
    assert not has_dedupe(text.replace("9.0)\n\n", "9.0)\n  | dedupe by since, metric keep any\n\n"))


def test_the_graphs_are_whole() -> None:
    for operator in (
        "pivot metric in ('a') value sum(value) group by device, x = session(at, 1 hour)",
        "unpivot value into name, x",
        "explode tags as tag",
        "join asof rates (rate) on metric and at >= since",
        "aggregate n = count() group by x = hop(at, 30 minutes, 1 hour)",
    ):
        assert list(problems_of(checked(over(operator)).graph)) == []
