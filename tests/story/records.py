"""Records to tell stories of: one with everything in it, others that are large or ended badly."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from odibi_sql.run.measured import Cost, Sample
from odibi_sql.track import Change, Column, MadeOf, Track, TrackedRule, TrackedStage, TrackedStep
from odibi_sql.track.values import Input

STARTED = datetime.datetime(2026, 11, 26, 16, 44, 38, tzinfo=datetime.UTC)
_WORDS = ("status", "kind", "action", "counts")  # fields that are no free text


def everything() -> Track:
    """Return a record with every field filled: an ingest, two transforms (one within the other), two stores."""
    return Track(
        run="20261126-164438-cc32",
        pipeline="shop",
        doc="What was *sold*.",
        file="shop.odibi",
        text=TEXT,
        engine="duckdb",
        engine_version="1.5.6",
        version="0.1.0",
        status="done",
        started=STARTED,
        seconds=0.75,
        compiling=0.5,
        parameters={"day": "2025-11-01"},
        clock=datetime.datetime(2026, 11, 26, 16, 44, 37),
        goals=("store sold", "store odd"),
        layers=("bronze", "silver"),
        resumed_from="20261126-100000-aaaa",
        compared_with="20261125-164438-bbbb",
        seconds_last=0.5,
        memory=173_129_728,
        problems=(("the disk is full", "make room"),),
        warnings=("a hook failed",),
        skipped=(("later", "it is not needed"),),
        steps=_steps(),
        stages=_stages(),
    )


TEXT = """pipeline shop "What was sold."
layer bronze
ingest orders from csv "orders.csv"
layer silver
transform priced from orders
  | expect dear: price > 2 else quarantine odd
transform sold from priced | derive twice = price * 2  # a comment
store sold to parquet "out/sold"
store odd to csv "out/odd.csv"
"""


def _steps() -> tuple[TrackedStep, ...]:
    sample = Sample(
        columns=("id", "price", "card"),
        rows=(("1", "2.50", None), ("2", None, None), ("3", "", None)),
        masked=("card",),
    )
    columns = (
        Column(name="id", type="int64", nullable=False, nulls=0, made_of=(MadeOf("orders", "id", "IDENTITY"),)),
        Column(name="price", type="decimal(9, 2)", nulls=1, made_of=(MadeOf("orders", "price", "IDENTITY"),)),
        Column(name="card", type="string", is_sensitive=True, made_of=(MadeOf("orders", "id", "JOIN"),)),
    )
    changes = (
        Change(column="card", kind="added", after="string"),
        Change(column="gone", kind="removed", before="int64"),
        Change(column="price", kind="type", before="int32", after="decimal(9, 2)", is_wider=True),
        Change(column="id", kind="nullability", before="int64", after="int64 not null"),
    )
    rule = TrackedRule(
        name="dear", action="quarantine", text="price > 2", count=3, quarantine="odd", broken=replace(sample, masked=())
    )
    return (
        TrackedStep(
            name="orders",
            kind="ingest",
            layer="bronze",
            line=3,
            text='ingest orders from csv "orders.csv"',
            input=Input(format="csv", location="orders.csv", files=2, bytes=2048),
            columns=tuple(replace(each, made_of=()) for each in columns),
            status="done",
            within=("priced_checks", "sold", "store odd"),
        ),
        TrackedStep(
            name="priced",
            kind="transform",
            layer="silver",
            doc="Keeps what is `dear`.\n\n- see [the wiki](https://example.org/dear)\n- **often** looked at",
            owner="shop team",
            tags=("sales", "daily"),
            line=5,
            text="transform priced from orders\n  | expect dear: price > 2 else quarantine odd",
            reads=("orders",),
            columns=columns,
            changes=changes,
            drift=changes,
            status="done",
            within=("priced_checks", "sold"),
            rules=(
                rule,
                TrackedRule(name="unseen", action="warn", text="id > 0"),
                TrackedRule(name="ok", action="fail", text="id > 0", count=0),
            ),
        ),
        TrackedStep(
            name="sold",
            kind="transform",
            layer="silver",
            line=7,
            text="transform sold from priced | derive twice = price * 2  # a comment",
            reads=("priced",),
            columns=(
                *columns,
                Column(
                    name="twice",
                    type="float64",
                    made="price * 2",
                    made_of=(MadeOf("priced", "price", "TRANSFORMATION"),),
                ),
            ),
            status="cached",
            because="its rows are kept",
            stage="sold",
            rows=1890,
            rows_last=1880,
            sample=sample,
            sample_from="20261120-000000-dddd",
        ),
        TrackedStep(
            name="store sold",
            kind="store",
            layer="silver",
            line=8,
            text='store sold to parquet "out/sold"',
            reads=("sold",),
            dataset="sold",
            target="out/sold",
            mode="append",
            columns=columns,
            drift=changes,
            status="done",
            stage="store sold",
            rows=None,
            rows_last=7,
        ),
        TrackedStep(
            name="store odd",
            kind="store",
            layer="silver",
            line=9,
            text='store odd to csv "out/odd.csv"',
            reads=("priced",),
            dataset="odd",
            target="out/odd.csv",
            columns=columns,
            status="failed",
            because="no room",
            stage="store odd",
        ),
    )


def _stages() -> tuple[TrackedStage, ...]:
    sql = "SELECT id, price * 2 AS twice -- twice\nFROM orders WHERE note = 'it''s'"
    return (
        TrackedStage(
            name="priced_checks",
            kind="check",
            steps=("orders", "priced"),
            status="done",
            sql=sql,
            attempts=1,
            ready=0.0,
            began=0.1,
            seconds=0.05,
        ),
        TrackedStage(
            name="sold",
            kind="materialize",
            steps=("orders", "priced", "sold"),
            needs=("priced_checks",),
            status="cached",
            because="its rows are kept",
            key="9ef58ea8ee0622743b037b",
            parts={"engine": "duckdb 1.5.6"},
        ),
        TrackedStage(
            name="store sold",
            kind="write",
            steps=("store sold",),
            needs=("sold",),
            status="done",
            why=("source orders: its files changed",),
            sql=sql,
            attempts=2,
            ready=0.15,
            began=0.2,
            seconds=0.4,
            storing=0.1,
            seconds_last=0.3,
            cost=Cost(cpu=0.3, memory=1_000_000, spilled=5, scanned=99),
            bytes=44861,
            files=4,
            rows=1890,
            target="out/sold",
        ),
        TrackedStage(
            name="store odd",
            kind="write",
            steps=("orders", "priced", "store odd"),
            status="failed",
            because="no room\nat all",
            hint="make `room`",
            sql=sql,
            attempts=1,
            began=0.2,
            seconds=0.3,
            target="out/odd.csv",
        ),
    )


def many(steps: int, rows: int = 20, columns: int = 8) -> Track:
    """Return a record of so many steps, each with its table, its rows and its SQL."""
    one = everything()
    names = tuple(f"c{number}" for number in range(columns))
    cells = tuple(tuple(f"value {row * column}" for column in range(columns)) for row in range(rows))
    made, stages = [], []
    for number in range(steps):
        before = f"step_{number - 1 - number % 3}" if number > 3 else None
        name = f"step_{number}"
        made.append(
            TrackedStep(
                name=name,
                kind="transform" if before else "ingest",
                layer="bronze" if not before else "silver",
                doc=f"What step {number} is for.",
                line=number + 1,
                text=f"transform {name} from {before}\n" + "  | derive x = amount * 2, y = coalesce(z, 0)\n" * 6,
                reads=(before,) if before else (),
                columns=tuple(
                    Column(name=each, type="float64", made_of=(MadeOf(before, each, "IDENTITY"),) if before else ())
                    for each in names
                ),
                status="done",
                stage=name,
                rows=number * 1000,
                sample=Sample(columns=names, rows=cells),
                rules=(TrackedRule(name="plausible", action="warn", text="x between 0 and 500", count=0),),
            )
        )
        stages.append(
            TrackedStage(
                name=name,
                kind="materialize",
                steps=(name,),
                status="done",
                sql="SELECT a, b\nFROM c\n" * 30,
                attempts=1,
                began=number / 100,
                seconds=0.02,
            )
        )
    return replace(one, steps=tuple(made), stages=tuple(stages))


def with_texts(track: Track, text_of: Callable[[str], str]) -> Track:
    """Return a record with other texts, in every field that can hold any; the same text has the same other one."""
    return msgspec.convert(_other(msgspec.to_builtins(track), text_of, ""), Track)


def _other(value: Any, text_of: Callable[[str], str], field: str) -> Any:
    match value:
        case str() if field in _WORDS or field in ("started", "clock"):
            return value
        case str():
            return text_of(value)
        case dict():
            is_struct = field not in ("parameters", "parts")
            return {
                (key if is_struct else text_of(key)): _other(each, text_of, key if is_struct else "")
                for key, each in value.items()
            }
        case list() | tuple() if field == "made_of":
            return [[text_of(step), text_of(column), kind] for step, column, kind in value]
        case list() | tuple():
            return [_other(each, text_of, field) for each in value]
    return value
