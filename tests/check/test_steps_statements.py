"""Statements: who reads whom, layers, ingests, parameters and the holes they fill."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal

import pytest
from interpreter import RunFailure
from steps_tools import (
    CUSTOMERS,
    ORDERS,
    MemoryCatalog,
    checked,
    codes,
    columns,
    findings,
    gates,
    keys,
    made,
    picture,
    rows,
    step,
)

from odibi_sql import ir

SCHEMA = ir.Schema((ir.Field("id", ir.INT64), ir.Field("name", ir.STRING)))


def names(text: str) -> list[str]:
    return [each.name for each in checked(text).graph.datasets]


def test_a_step_can_read_one_that_is_written_later() -> None:
    text = "transform b from a\n  | limit 1\ntransform a from orders\n  | limit 2\n" + ORDERS
    assert names(text) == ["orders", "a", "b"]


def test_otherwise_the_order_is_that_of_the_text() -> None:
    text = ORDERS + "transform c from orders\ntransform a from orders\ntransform b from c\n"
    assert names(text) == ["orders", "c", "a", "b"]


def test_a_cycle_is_told_with_its_whole_path() -> None:
    text = "transform a from c\ntransform b from a\ntransform c from b\n"
    assert codes(text) == ["cycle"]
    seen = picture(text)
    assert "3 steps read each other in a circle: `a` → `c` → `b` → `a`" in seen
    assert "`c` reads `b` here" in seen
    assert "`b` reads `a` here" in seen


def test_a_step_that_reads_itself() -> None:
    assert "`a` reads itself" in picture(ORDERS + "transform a from orders\n  | union a\n")
    assert codes("transform a from a\n  | filter nope = 1\n") == ["cycle"]


def test_two_cycles_are_two_findings_and_a_way_through_a_quarantine_is_one() -> None:
    assert codes("transform a from b\ntransform b from a\ntransform c from d\ntransform d from c\n") == ["cycle"] * 2
    assert codes("transform a from b\n  | expect x > 1 else quarantine q\ntransform b from q\n") == ["cycle"]


def test_unknown_datasets_are_told_once_with_a_suggestion() -> None:
    text = ORDERS + "transform a from ordrs\n  | filter anything > 1\nstore a to csv 'a.csv'\n"
    assert codes(text) == ["unknown-dataset"]
    assert "did you mean `orders`?" in picture(text)


def test_a_dataset_whose_statement_cannot_be_read_is_not_unknown() -> None:
    text = "ingest orders from vaues (x int64) (1)\ntransform a from orders\n  | filter x > 1\n"
    assert "unknown-dataset" not in codes(text)
    assert "unknown-column" not in codes(text)


def test_names_are_given_once() -> None:
    text = ORDERS + "transform orders from orders\n"
    assert codes(text) == ["duplicate-name"]
    assert "the first" in picture(text)
    assert codes(ORDERS + "transform Orders from orders\n") == ["names-differ-in-case"]
    assert codes("pipeline a\npipeline b\n") == ["two-pipelines"]


def test_the_pipeline_has_a_name_and_what_it_is_for() -> None:
    graph = checked('pipeline daily "What it is for."\n' + ORDERS).graph
    assert (graph.pipeline, graph.doc) == ("daily", "What it is for.")
    assert checked(ORDERS).graph.pipeline == "p"


def test_doc_comments_and_options_belong_to_the_dataset() -> None:
    text = (
        ORDERS + "## The large ones.\ntransform t from orders with (owner: 'me', tags: ['a', 'b'], materialize: true)\n"
    )
    dataset = made(text)
    assert dataset.doc == "The large ones."
    assert dataset.options == ir.StepOptions(owner="me", tags=("a", "b"), materialize=True)


LAYERED = "layer silver\ntransform a from {a}\nlayer gold\ntransform b from {b}\n"


def test_layers_are_in_the_order_in_which_they_begin() -> None:
    graph = checked(ORDERS + LAYERED.format(a="orders", b="a")).graph
    assert graph.layers == ("silver", "gold")
    assert [each.layer for each in graph.datasets] == [None, "silver", "gold"]


def test_a_later_layer_cannot_be_read() -> None:
    text = ORDERS + LAYERED.format(a="b", b="orders")
    assert "`a`, of layer `silver`, reads `b` of the later layer `gold`" in picture(text)
    assert codes("store b to csv 'b.csv'\n" + ORDERS + LAYERED.format(a="orders", b="a")) == ["later-layer"]
    assert codes("layer a\nlayer b\nlayer a\n") == ["duplicate-name"]


def test_a_step_that_is_skipped_takes_along_what_needs_it() -> None:
    text = (
        "param deep bool = false\n" + step("limit 1 with (when: deep)") + "transform u from t\nstore u to csv 'u.csv'\n"
    )
    graph = checked(text).graph
    assert [each.name for each in graph.datasets if each.options.skip] == ["t", "u"]
    assert graph.stores[0].options.skip
    assert not any(each.options.skip for each in checked(text, deep="true").graph.datasets)


def test_options_of_steps() -> None:
    assert codes(step("limit 1 with (ownr: 'me')")) == ["unknown-option"]
    assert "did you mean `owner`?" in picture(step("limit 1 with (ownr: 'me')"))
    for wrong in ("retry: -1", "retry: 2.5", "backoff: 2 months", "timeout: 0 seconds", "timeout: 3", "cache: 1"):
        assert codes(step(f"limit 1 with ({wrong})")) == ["bad-option"]
    assert codes(step("limit 1 with (cache: true, materialize: false)")) == ["bad-option"]
    assert codes(step("limit 1 with (when: rows(orders) > 3)")) == []
    assert codes(step("limit 1 with (when: rows(ordres) > 3)")) == ["unknown-dataset"]
    assert codes(step("limit 1 with (when: rows(orders) + 3)")) == ["not-a-condition"]
    assert codes(step("limit 1 with (when: rows(1) > 3)")) == ["bad-option"]
    assert codes(step("limit 1 with (owner: 3)")) == ["bad-option"]
    assert codes(step("limit 1 with (tags: [1])")) == ["bad-option"]
    assert codes(step("limit 1 with (materialize: 'x')")) == ["bad-option"]
    assert codes(step("limit 1 with (owner: 'a', owner: 'b')")) == ["duplicate-option"]
    assert codes(step("limit 1 with (when: amount > 1)")) != []


@pytest.mark.parametrize(
    "statement",
    [
        "connect a = sqlite(path: 'x')",
        "trigger every 5 minutes",
        "publish orders to a.b",
        "python p from orders using 'm:f' returns (a int64)",
        "ingest i from csv 'x.csv' schema (a int64) watermark a 2 minutes",
        "ingest i from csv 'x.csv' schema (a int64) incremental by a",
        "ingest i from erp.public.orders",
        "ingest i from avro 'x.avro'",
        "ingest i from delta 'x' version 3",
        "ingest i from csv lake 'x.csv'",
        "store orders to csv lake 'x.csv'",
    ],
)
def test_what_later_versions_bring_is_refused_at_its_place(statement: str) -> None:
    found = findings(ORDERS + statement + "\n")
    assert {each.code for each in found} == {"not-in-this-version"}
    assert all(each.span is not None and each.span.start >= len(ORDERS) for each in found)


def test_values_are_of_their_columns_types() -> None:
    text = "ingest a from values (x int8, d date, m decimal(5, 2) not null) (1, '2025-01-02', 3), (null, null, 0.5)\n"
    assert rows(text, "a") == [(1, datetime.date(2025, 1, 2), Decimal("3")), (None, None, Decimal("0.5"))]
    assert columns(text, "a") == ["x int8", "d date", "m decimal(5, 2) not null"]


def test_values_can_be_lists_and_structs() -> None:
    text = "ingest a from values (x int64, l array<int64>, s struct<p int64>) (1, [1, 2], {p: 3}), (2, null, null)\n"
    assert rows(text, "a") == [(1, [1, 2], {"p": 3}), (2, None, None)]
    assert codes("ingest a from values (l array<int64>) (['x'])\n") == ["value-mismatch"]


def test_errors_in_values() -> None:
    assert codes("ingest a from values (x int64, y int64) (1)\n") == ["values-width"]
    assert codes("ingest a from values (x int64 not null) (null)\n") == ["null-in-not-null"]
    assert codes("ingest a from values (x int8) (300)\n") == ["wrong-type"]
    assert codes("ingest a from values (x int64, x string) (1, 'a')\n") == ["duplicate-column"]
    assert codes("ingest a from values (x nope) (1)\n") == ["unknown-type"]
    assert codes("ingest a from values (x int64) (y)\n") == ["not-a-constant"]


def test_a_key_is_held_by_a_gate() -> None:
    text = "ingest a from values (x int64, y int64) (1, 1), (1, 1), (1, 2), (null, 1), (null, 1) key x, y\n"
    assert gates(text) == {"key x, y": 3}
    assert keys(made(text, "a")) == [["x", "y"]]
    assert made(text, "a").gates == ("a_checks",)
    assert codes("ingest a from values (x int64) (1) key nope\n") == ["unknown-column"]


def test_a_source_is_described_by_the_catalog() -> None:
    catalog = MemoryCatalog({"data/2025-11-01/*.csv": SCHEMA})
    text = "param day date = date '2025-11-01'\ningest a from csv 'data/{day}/*.csv' (sep: ';', header: false)\n"
    dataset = checked(text, catalog).graph.dataset("a")
    assert isinstance(dataset.relation, ir.Scan)
    assert dataset.relation.schema == SCHEMA
    assert catalog.requests[0].options == (("header", False), ("delimiter", ";"))


def test_a_declared_schema_is_asked_for_and_held() -> None:
    catalog = MemoryCatalog()
    text = "ingest a from csv 'x.csv' schema (id int64 not null, name string)\n"
    relation = checked(text, catalog).graph.dataset("a").relation
    assert [str(field) for field in relation.schema] == ["id int64 not null", "name string"]
    assert isinstance(relation, ir.Project)
    assert isinstance(relation.columns[0].value, ir.Call)
    assert relation.columns[0].value.function == "require"
    assert relation.columns[0].value.args[1] == ir.Literal(
        type=ir.STRING, nullable=False, value="id of a is null, and its schema says not null"
    )
    assert [field.nullable for field in relation.input.schema] == [True, True]
    assert catalog.requests[0].declared is not None


def test_a_source_that_is_not_there_is_told_once() -> None:
    text = "ingest a from csv 'x.csv'\ntransform b from a\n  | filter anything > 1\n"
    assert codes(text) == ["source-problem"]
    assert "declare the columns" in picture(text)


def test_what_a_source_makes_doubt_is_a_warning() -> None:
    text = "ingest a from csv 'empty.csv' schema (id int64)\n"
    assert codes(text) == ["source-doubt"]
    assert codes("# odibi: allow source-doubt\n" + text) == []


def test_formats_and_their_options() -> None:
    def of(source: str) -> list[str]:
        return codes(f"ingest a from {source} schema (id int64)\n")

    assert of("parket 'x'") == ["unknown-format"]
    assert of("csv 'x' (delimeter: ';')") == ["unknown-option"]
    assert of("csv 'x' (delimiter: ';;')") == ["bad-option"]
    assert of("csv 'x' (header: 'yes')") == ["bad-option"]
    assert of("csv 'x' (skip: -1)") == ["bad-option"]
    assert of("csv 'x' (encoding: 'utf8')") == ["bad-option"]
    assert of("csv 'x' (header: true, header: true)") == ["duplicate-option"]
    assert of("csv 'x' (delimiter: ';', sep: ';')") == ["duplicate-option"]
    assert of("csv 'x' (compression: gzip, hive: true, skip: 2, null: 'NA')") == []
    assert "it is an option of parquet when it is written" in picture(
        "ingest a from parquet 'x' (row_group_size: 5) schema (id int64)\n"
    )


def test_required_columns_fail_the_run() -> None:
    text = "ingest a from csv 'x.csv' schema (id int64 not null)\n"
    graph = checked(text).graph
    from interpreter import run_graph

    with pytest.raises(RunFailure):
        run_graph(graph, {"x.csv": [{"id": None}]})


PARAMS = "param day date = date '2025-11-01'\nparam region string\n"


def test_parameters_are_typed() -> None:
    graph = checked(PARAMS, region="north", day="2025-11-02").graph
    assert [(each.name, each.type, each.value) for each in graph.parameters] == [
        ("day", "date", datetime.date(2025, 11, 2)),
        ("region", "string", "north"),
    ]


@pytest.mark.parametrize(
    ("type_", "given", "value"),
    [
        ("bool", "TRUE", True),
        ("int8", "-128", -128),
        ("float64", "1e3", 1000.0),
        ("decimal(5, 2)", "123.45", Decimal("123.45")),
        ("timestamp", "2025-11-01 10:00:00", datetime.datetime(2025, 11, 1, 10)),
        ("timestamptz", "2025-11-01 10:00:00+02:00", datetime.datetime(2025, 11, 1, 8)),
        ("duration", "2 hours", ir.Interval(microseconds=7_200_000_000)),
        ("date", datetime.date(2025, 1, 1), datetime.date(2025, 1, 1)),
        ("int64", 5, 5),
    ],
)
def test_values_of_parameters(type_: str, given: object, value: object) -> None:
    assert checked(f"param p {type_}\n", p=given).graph.parameters[0].value == value


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("bool", "yes"),
        ("int8", "128"),
        ("int64", "1.5"),
        ("int64", True),
        ("decimal(5, 2)", "1.234"),
        ("decimal(5, 2)", "1234"),
        ("decimal(5, 2)", "nan"),
        ("date", "2025-02-30"),
        ("timestamp", "2025-11-01 10:00:00Z"),
        ("duration", "2 lightyears"),
        ("string", 5),
        ("date", datetime.datetime(2025, 1, 1)),
    ],
)
def test_bad_values_of_parameters(type_: str, given: object) -> None:
    assert codes(f"param p {type_}\n", p=given) == ["bad-parameter-value"]


def test_parameters_that_are_missing_or_unknown() -> None:
    assert codes(PARAMS) == ["missing-parameter"]
    assert "ODIBI_PARAM_REGION" in picture(PARAMS)
    assert codes(PARAMS, region="x", dya="2025-01-01") == ["unknown-parameter"]
    assert "did you mean `day`?" in picture(PARAMS, region="x", dya="2025-01-01")
    assert codes("param p int64 = 'x'\n") == ["wrong-type"]
    assert codes("param p array<int64> = null\n") == ["parameter-type"]
    assert codes("param p int64 = 1\nparam p int64 = 2\n") == ["duplicate-name"]


def path(text: str, **parameters: object) -> str:
    graph = checked(f"{PARAMS}{ORDERS}store orders to csv {text}\n", region="north", **parameters).graph
    return graph.stores[0].target.path


def test_holes_are_filled() -> None:
    assert path("'out/{day}/{region}.csv'") == "out/2025-11-01/north.csv"
    assert path("'out/{day:%Y/%m/%d}.csv'", day="0987-01-02") == "out/0987/01/02.csv"
    assert path("'out/{{x}}.csv'") == "out/{x}.csv"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("'{dya}.csv'", "unknown-hole"),
        ("'{day.csv'", "bad-hole"),
        ("'{}.csv'", "bad-hole"),
        ("'{day:%Q}.csv'", "bad-hole"),
        ("'{day:%}.csv'", "bad-hole"),
        ("'{region:%Y}.csv'", "bad-hole"),
    ],
)
def test_holes_that_cannot_be_filled(text: str, code: str) -> None:
    found = findings(f"{PARAMS}{ORDERS}store orders to csv {text}\n", region="north")
    assert [each.code for each in found] == [code]
    assert found[0].span is not None
    assert found[0].span.text.startswith("{")


def test_a_thousand_steps_are_checked_in_a_second() -> None:
    def text(count: int) -> str:
        steps = [
            f"transform s{n} from {f's{n - 1}' if n else 'orders'}\n  | filter order_id > {n}\n"
            f"  | derive x = amount * 2\n  | drop x\n  | join left customers (name) on customer_id\n  | drop name\n"
            for n in range(count)
        ]
        return ORDERS + CUSTOMERS + "\n".join(steps)

    from steps_tools import CLOCK

    from odibi_sql.check import check
    from odibi_sql.diagnostics import Source
    from odibi_sql.syntax.parse import parse

    tree = parse(Source("p.odibi", text(1_000)))
    began = time.process_time()
    check(tree, MemoryCatalog(), {}, CLOCK)
    assert time.process_time() - began < 3  # a second on a quiet machine


def test_long_chains_and_long_steps_do_not_run_out_of_stack() -> None:
    chain = "".join(f"transform s{n} from {f's{n - 1}' if n else 'orders'}\n" for n in range(3_000))
    assert codes(ORDERS + chain) == []
    assert codes(step(*(f"set amount = amount + {n}" for n in range(1_200)))) == []
    around = "".join(f"transform s{n} from s{(n + 1) % 3_000}\n" for n in range(3_000))
    assert codes(around) == ["cycle"]
