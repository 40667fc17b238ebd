"""Which stages a plan has, what each needs, and what is left out."""

from __future__ import annotations

from typing import Any

from lower_build import DUCKDB, agg, aggregate, call, col, dataset, graph, key, lit, read, scan, sort, where

from odibi_sql import ir
from odibi_sql.lower import lower
from odibi_sql.plan import Answer, Check, Materialize, Plan, Write

ORDERS = dataset("orders", scan("orders.parquet", id=ir.INT64, amount=ir.FLOAT64, region=ir.STRING))
TOTALS = dataset(
    "totals",
    aggregate(
        read(ORDERS),
        {"region": col(read(ORDERS), "region")},
        total=agg("sum", col(read(ORDERS), "amount"), type_=ir.FLOAT64),
    ),
)


def store(of: ir.Dataset, **more: Any) -> ir.Store:
    target = ir.Target(format="csv", path=f"{of.name}.csv", is_folder=False)
    return ir.Store(name=f"store {of.name}", dataset=of.name, target=target, **more)


def above(of: ir.Dataset, least: float, name: str) -> ir.Dataset:
    rows = read(of)
    return dataset(name, where(rows, call(">", col(rows, rows.schema.names[1]), lit(least))))


def plan(*datasets: ir.Dataset, goals: tuple[str, ...] | None = None, **more: Any) -> Plan:
    return lower(graph(*datasets, **more), DUCKDB, goals)


def kinds(made: Plan) -> list[tuple[type, str]]:
    return [(type(stage), stage.name) for stage in made.stages]


def test_one_reader_is_one_statement() -> None:
    high = above(TOTALS, 10.0, "high")
    made = plan(ORDERS, TOTALS, high, stores=(store(high),))
    assert kinds(made) == [(Write, "store high")]
    [stage] = made.stages
    assert stage.steps == ("orders", "totals", "high", "store high")
    assert [source.groups[0].pattern for source in stage.sources] == ["orders.parquet"]
    assert stage.schema == high.relation.schema


def test_what_two_read_is_computed_once() -> None:
    high, low = above(TOTALS, 10.0, "high"), above(TOTALS, -1.0, "low")
    made = plan(ORDERS, TOTALS, high, low, stores=(store(high), store(low)))
    assert kinds(made) == [(Materialize, "totals"), (Write, "store high"), (Write, "store low")]
    assert [stage.needs for stage in made.stages] == [(), ("totals",), ("totals",)]
    assert "FROM totals" in made.stages[1].sql


def test_files_are_read_again_rather_than_kept() -> None:
    high, low = above(ORDERS, 10.0, "high"), above(ORDERS, -1.0, "low")
    made = plan(ORDERS, high, low, stores=(store(high), store(low)))
    assert kinds(made) == [(Write, "store high"), (Write, "store low")]


def test_materialize_is_done_as_it_is_said() -> None:
    kept = dataset("orders", ORDERS.relation, options=ir.StepOptions(materialize=True))
    assert kinds(plan(kept, TOTALS, goals=("totals",))) == [(Materialize, "orders"), (Answer, "totals")]
    free = dataset("totals", TOTALS.relation, options=ir.StepOptions(materialize=False))
    high, low = above(free, 10.0, "high"), above(free, -1.0, "low")
    assert kinds(plan(ORDERS, free, high, low, goals=("high", "low"))) == [(Answer, "high"), (Answer, "low")]


def checked() -> tuple[ir.Dataset, ir.Dataset, ir.Gate]:
    """Return totals before and after an expectation, and its gate."""
    hidden = ir.Dataset(name="totals_unchecked", relation=TOTALS.relation, made_by="hidden", step="totals")
    rule = ir.GateRule(name="total > 0", column="broken", action="fail", text="total > 0")
    count = aggregate(read(hidden), {}, broken=agg("count", where=call("<=", col(read(hidden), "total"), lit(0.0))))
    gate = ir.Gate(name="totals_checks", step="totals", relation=count, rules=(rule,))
    return hidden, dataset("totals", read(hidden), gates=("totals_checks",)), gate


def test_checks_come_before_what_depends_on_them() -> None:
    hidden, totals, gate = checked()
    high = above(totals, 10.0, "high")
    stores = (store(totals), store(high))
    made = plan(ORDERS, hidden, totals, high, gates=(gate,), stores=stores)
    assert kinds(made) == [
        (Materialize, "totals_unchecked"),
        (Check, "totals_checks"),
        (Write, "store totals"),
        (Write, "store high"),
    ]
    assert made.stages[1].needs == ("totals_unchecked",)
    assert set(made.stages[2].needs) == {"totals_unchecked", "totals_checks"}
    assert set(made.stages[3].needs) == {"totals_unchecked", "totals_checks"}


def test_checks_hold_back_tables_made_of_what_they_check() -> None:
    hidden, totals, gate = checked()
    best = dataset("best", aggregate(read(totals), {}, most=agg("max", col(read(totals), "total"), type_=ir.FLOAT64)))
    one, other = dataset("one", read(best)), dataset("other", read(best))
    made = plan(ORDERS, hidden, totals, best, one, other, gates=(gate,), goals=("one", "other"))
    table = next(stage for stage in made.stages if stage.name == "best")
    assert isinstance(table, Materialize)
    assert set(table.needs) == {"totals_unchecked", "totals_checks"}


def test_a_gate_may_read_what_it_guards() -> None:
    guarded = dataset("totals", TOTALS.relation, gates=("totals_checks",))
    count = aggregate(read(guarded), {}, broken=agg("count"))
    gate = ir.Gate(name="totals_checks", step="totals", relation=count, rules=())
    made = plan(ORDERS, guarded, gates=(gate,), goals=("totals",))
    assert [type(stage) for stage in made.stages] == [Materialize, Check, Answer]
    assert made.stages[-1].needs == ("totals", "totals_checks")


def test_only_what_is_asked_for_is_done() -> None:
    high, low = above(TOTALS, 10.0, "high"), above(TOTALS, -1.0, "low")
    stores = (store(high), store(low))
    assert kinds(plan(ORDERS, TOTALS, high, low, stores=stores, goals=("store low",))) == [(Write, "store low")]
    made = plan(ORDERS, TOTALS, high, low, stores=stores, goals=("totals",))
    assert kinds(made) == [(Answer, "totals")]
    assert plan(ORDERS, TOTALS, high, low, stores=stores, goals=()).stages == ()


def test_a_false_condition_skips_what_needs_the_step() -> None:
    skipped = dataset("totals", TOTALS.relation, options=ir.StepOptions(skip=True))
    high = above(skipped, 10.0, "high")
    later = dataset("later", read(high))
    made = plan(ORDERS, skipped, high, later, stores=(store(later), store(ORDERS)))
    assert kinds(made) == [(Write, "store orders")]
    reason = "it needs `totals`, which is skipped"
    assert made.steps_skipped == (
        ("totals", "its condition is false"),
        ("high", reason),
        ("later", reason),
        ("store later", reason),
    )
    idle = plan(ORDERS, stores=(store(ORDERS, options=ir.StepOptions(skip=True)),))
    assert idle.stages == ()
    assert idle.steps_skipped == (("store orders", "its condition is false"),)


def test_an_order_is_kept_where_rows_are_stored() -> None:
    order = (key(TOTALS.relation, "total", descending=True),)
    ranked = dataset("ranked", sort(read(TOTALS), *order), order=order)
    made = plan(ORDERS, TOTALS, ranked, stores=(store(ranked),))
    [stage] = made.stages
    assert isinstance(stage, Write)
    assert stage.is_ordered
    assert stage.sql.endswith("ORDER BY\n  total DESC")


def test_an_order_is_no_work_for_a_table() -> None:
    order = (key(TOTALS.relation, "total", descending=True),)
    ranked = dataset("ranked", sort(read(TOTALS), *order), order=order)
    one, other = above(ranked, 1.0, "one"), above(ranked, 2.0, "other")
    made = plan(ORDERS, TOTALS, ranked, one, other, goals=("one", "ranked", "other"))
    table = made.stages[0]
    assert isinstance(table, Materialize)
    assert "ORDER BY" not in table.sql
    ranked_rows = next(stage for stage in made.stages if isinstance(stage, Answer) and stage.dataset == "ranked")
    assert "ORDER BY\n  total DESC" in ranked_rows.sql
