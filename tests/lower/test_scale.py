"""Long pipelines: time grows with their length, nothing recurses, DuckDB can plan what comes out."""

from __future__ import annotations

import time

import pytest
from lower_build import (
    DUCKDB,
    agg,
    aggregate,
    call,
    col,
    connect,
    dataset,
    graph,
    join,
    point,
    prefixed,
    project,
    read,
    rows,
    union,
    where,
    window,
)

from odibi_sql import ir
from odibi_sql.lower import lower
from odibi_sql.plan import Materialize, Plan

BASE = dataset("base", rows({"k": ir.INT64, "a": ir.FLOAT64}, (1, 1.0), (2, 2.5)))


def step(kind: str, before: ir.Read) -> ir.Relation:
    k, a = col(before, "k"), col(before, "a")
    match kind:
        case "filter":
            return where(before, call(">", a, point("0.5")))
        case "derive":
            return project(before, k="k", a=call("+", a, point("1.5"), type_=ir.FLOAT64))
        case "aggregate":
            return aggregate(before, {"k": k}, a=agg("sum", a, type_=ir.FLOAT64))
        case "window":
            return project(before, k="k", a=window("sum", a, type_=ir.FLOAT64, partition=(k,)))
        case "union":
            return where(union(before, read(BASE), is_distinct=True), call("is true", call("=", k, k)))
    other = prefixed(read(BASE), "other")
    both = join(before, other, "left", call("=", k, col(other, "other.k")))
    return project(both, k="k", a="other.a")


def chain(kind: str, length: int) -> Plan:
    steps = [BASE]
    for number in range(length):
        steps.append(dataset(f"step{number}", step(kind, read(steps[-1]))))
    return lower(graph(*steps), DUCKDB, (steps[-1].name,))


KINDS = ["filter", "derive", "aggregate", "window", "union", "join"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_steps(kind: str) -> None:
    chain(kind, 10)
    before = time.process_time()
    plan = chain(kind, 1000)
    assert time.process_time() - before < 4
    assert max(len(stage.sql) for stage in plan.stages) < 100_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_hundred_steps_run(kind: str) -> None:
    connection = connect()
    before = time.process_time()
    for stage in chain(kind, 100).stages:
        if isinstance(stage, Materialize):
            connection.execute(f'CREATE TABLE "{stage.name}" AS {stage.sql}')
        else:
            assert len(connection.sql(stage.sql).fetchall()) == 2
    assert time.process_time() - before < 10


def test_a_step_of_a_thousand_operators() -> None:
    relation: ir.Relation = read(BASE)
    for _ in range(1000):
        total = call("+", col(relation, "a"), point("1.5"), type_=ir.FLOAT64)
        relation = project(relation, k="k", a=total)
    work = graph(BASE)
    before = time.process_time()
    from odibi_sql.lower.draft import over_source
    from odibi_sql.lower.finish import finish
    from odibi_sql.lower.naming import Names
    from odibi_sql.lower.relations import lower_relation
    from odibi_sql.lower.scope import Place, Shared
    from odibi_sql.lower.wrapping import table

    place = Place(
        dialect=DUCKDB,
        clock=work.clock,
        names=Names(["base"]),
        shared=Shared(),
        read=lambda read, place: over_source(table("base", read.schema.names), read.schema, "base"),
        lower_query=lower_relation,
        finish=finish,
        owner="long",
    )
    draft = lower_relation(relation, place)
    assert time.process_time() - before < 4
    assert 10 < len(draft.ctes) < 200
