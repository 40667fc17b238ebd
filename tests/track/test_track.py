"""The record of a run: what each step gave and cost, of runs that ended well, failed, had nothing to do, or died."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odibi_sql import api
from odibi_sql.run.encoding import encoded
from odibi_sql.run.measured import Cost, Sample
from odibi_sql.run.state.database import Database
from odibi_sql.track import Change, Column, MadeOf, Track, TrackedRule, TrackedStage, TrackedStep, read_track
from odibi_sql.track.schemas import changes_between

TEXT = """pipeline shop "What was sold."

layer bronze

ingest orders from csv "orders.csv" schema (id int64 not null, customer string, price decimal(9, 2))
ingest customers from csv "customers.csv" schema (customer string not null, region string) key customer

layer silver

## Orders with their region.
transform sold from orders
  | expect priced: price is not null else drop
  | join left customers (region) on customer
  | derive cheap = price < 2
  with (materialize: true, owner: "shop team", tags: ["sales"])

transform by_region from sold | aggregate n = count(), total = sum(price) group by region
transform dear from sold | filter not cheap
store by_region to parquet "out/by_region.parquet"
store dear to csv "out/dear.csv"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.odibi").write_text(TEXT)
    (tmp_path / "orders.csv").write_text("id,customer,price\n1,ann,1.50\n2,bob,3.00\n3,cy,\n4,,9.99\n")
    (tmp_path / "customers.csv").write_text("customer,region\nann,north\nbob,south\n")
    return tmp_path


def _run(project: Path, **options: object) -> Track:
    result = api.run(api.load(project / "shop.odibi"), **options)  # type: ignore[arg-type]
    return _read(project, result.run.run)


def _read(project: Path, run: str = "latest") -> Track:
    with closing(Database(project)) as database:
        return read_track(project, database, run)


def test_every_step_has_its_words_its_columns_and_what_is_new_in_it(project: Path) -> None:
    track = _run(project)
    assert [each.name for each in track.steps] == [
        *("orders", "customers", "sold", "by_region", "dear", "store by_region", "store dear")
    ]
    assert (track.status, track.pipeline, track.doc, track.engine) == ("done", "shop", "What was sold.", "duckdb")
    assert track.layers == ("bronze", "silver")
    sold = track.step("sold")
    assert sold is not None
    assert (sold.kind, sold.layer, sold.doc, sold.line) == ("transform", "silver", "Orders with their region.", 11)
    assert (sold.owner, sold.tags, sold.reads) == ("shop team", ("sales",), ("orders", "customers"))
    assert sold.text.startswith("transform sold from orders\n  | expect priced")
    assert sold.changes == (
        Change(column="price", kind="nullability", before="decimal(9, 2)", after="decimal(9, 2) not null"),
        Change(column="region", kind="added", after="string"),
        Change(column="cheap", kind="added", after="bool not null"),
    )
    orders = track.step("orders")
    assert orders is not None
    assert orders.input is not None
    assert (orders.input.format, orders.input.location, orders.input.files) == ("csv", "orders.csv", 1)
    assert orders.input.bytes == (project / "orders.csv").stat().st_size


def test_counts_are_those_of_the_run_and_what_was_fused_says_so(project: Path) -> None:
    track = _run(project)
    rows = {each.name: each.rows for each in track.steps}
    assert rows == {
        "orders": None,
        "customers": None,
        "sold": 3,
        "by_region": 3,
        "dear": 2,
        "store by_region": 3,
        "store dear": 2,
    }
    orders = track.step("orders")
    assert orders is not None
    assert (orders.stage, orders.status) == (None, "done")
    assert "sold" in orders.within
    sold = track.step("sold")
    assert sold is not None
    broken = Sample(columns=("id", "customer", "price"), rows=(("3", "cy", None),))
    words = {"name": "priced", "action": "drop", "text": "price is not null"}
    assert sold.rules == (TrackedRule(**words, count=1, broken=broken),)  # type: ignore[arg-type]
    assert sold.sample is not None
    assert set(sold.sample.rows) == {
        *(("1", "ann", "1.50", "north", "true"), ("2", "bob", "3.00", "south", "false")),
        ("4", None, "9.99", None, "false"),
    }
    nulls = {each.name: each.nulls for each in (track.step("by_region") or sold).columns}
    assert nulls == {"region": 1, "n": 0, "total": 0}
    stage = track.stage("store by_region")
    assert stage is not None
    assert stage.sql.upper().startswith("SELECT")
    assert stage.bytes == (project / "out/by_region.parquet").stat().st_size
    assert stage.seconds > 0


def test_a_second_run_is_compared_with_the_first(project: Path) -> None:
    first, second = _run(project), _run(project)
    assert second.compared_with == first.run
    assert {each.status for each in second.stages} == {"cached"}
    dear = second.step("dear")
    assert dear is not None
    assert (dear.status, dear.rows, dear.rows_last) == ("cached", 2, 2)
    assert dear.sample == (first.step("dear") or dear).sample
    assert dear.sample_from == first.run
    (project / "shop.odibi").write_text(TEXT.replace("filter not cheap", "filter not cheap | derive half = price / 2"))
    third = _run(project)
    dear, other = third.step("dear"), third.step("by_region")
    assert dear is not None
    assert other is not None
    assert [each.column for each in dear.drift] == ["half"]
    assert (dear.status, other.status, other.drift) == ("done", "cached", ())
    stage = third.stage("store dear")
    assert stage is not None
    assert stage.why
    assert stage.seconds_last is None


def test_a_failed_run_says_what_failed_and_what_was_not_reached(project: Path) -> None:
    (project / "shop.odibi").write_text(TEXT.replace("else drop", "else fail"))
    track = _run(project)
    assert track.status == "failed"
    sold, dear = track.step("sold"), track.step("store dear")
    assert sold is not None
    assert sold.rules[0].count == 1
    assert dear is not None
    assert dear.status == "skipped"
    assert dear.because


def test_a_killed_run_says_how_far_it_came(project: Path) -> None:
    (project / "hook.py").write_text("import os, signal\ndef die(event):\n    os.kill(os.getpid(), signal.SIGKILL)\n")
    (project / "shop.odibi").write_text(TEXT + '\non node_complete call "hook:die"\n')
    command = [sys.executable, "-m", "odibi_sql", "run", "shop.odibi"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    track = _read(project)
    assert (track.status, track.seconds) == ("dead", None)
    assert [each.name for each in track.steps][:3] == ["orders", "customers", "sold"]
    assert "pending" in {each.status for each in track.stages} | {each.status for each in track.steps}


def _texts() -> st.SearchStrategy[str]:
    return st.text(max_size=8)


@given(
    st.builds(
        Track,
        run=_texts(),
        pipeline=_texts(),
        seconds=st.none() | st.floats(0, 1e9),
        memory=st.none() | st.integers(0, 2**63),
        started=st.none() | st.datetimes(timezones=st.just(datetime.UTC)),
        parameters=st.dictionaries(_texts(), _texts(), max_size=3),
        steps=st.tuples(
            st.builds(
                TrackedStep,
                name=_texts(),
                kind=st.just("ingest"),
                columns=st.tuples(st.builds(Column, name=_texts(), type=_texts())),
                sample=st.none() | st.builds(Sample, columns=st.tuples(_texts()), rows=st.just((("x", None),))),
            )
        ),
        stages=st.tuples(st.builds(TrackedStage, name=_texts(), kind=st.just("write"), cost=st.builds(Cost))),
    )
)
def test_a_record_is_read_back_as_it_was_written(track: Track) -> None:
    assert msgspec.json.decode(encoded(track), type=Track) == track


NUMBERS = [f"int{bits}" for bits in (8, 16, 32, 64)] + ["float32", "float64"]
NUMBERS += ["decimal(4, 2)", "decimal(9, 2)", "decimal(12, 0)", "decimal(22, 3)"]


@pytest.mark.parametrize("before", NUMBERS)
@pytest.mark.parametrize("after", NUMBERS)
def test_a_type_is_wider_where_it_has_every_value_of_the_other(before: str, after: str) -> None:
    if before == after:
        return
    (change,) = changes_between([Column(name="a", type=before)], [Column(name="a", type=after)])
    is_wider = after == "float64" if before == "float32" else _holds(after, before)
    assert change.is_wider == is_wider


def _holds(wide: str, narrow: str) -> bool:
    """Judge by the largest value of `narrow` that has the most digits after the point."""
    if narrow.startswith("float") or wide.startswith("float"):
        return False
    largest = 2 ** (int(narrow[3:]) - 1) if narrow.startswith("int") else None
    digits = Decimal(largest) if largest is not None else _nines(narrow)
    if wide.startswith("int"):
        return digits == digits.to_integral_value() and largest is not None and digits <= 2 ** (int(wide[3:]) - 1)
    precision, scale = (int(each) for each in wide[8:-1].split(","))
    is_exact = digits == digits.quantize(Decimal(1).scaleb(-scale)) if scale < 20 else True
    return is_exact and digits < 10 ** (precision - scale)


def _nines(text: str) -> Decimal:
    precision, scale = (int(each) for each in text[8:-1].split(","))
    return Decimal(10**precision - 1).scaleb(-scale)


def test_a_column_says_of_which_it_is_made_also_where_nothing_had_to_run(project: Path) -> None:
    first, again = _run(project), _run(project)
    assert {each.status for each in again.stages} == {"cached"}
    for track in (first, again):
        sold, store = track.step("sold"), track.step("store by_region")
        assert sold is not None and store is not None
        made = {each.name: each for each in sold.columns}
        assert made["cheap"].made == "price < 2"
        assert made["cheap"].made_of == (MadeOf("orders", "price", "TRANSFORMATION"),)
        assert made["id"].made_of == (MadeOf("orders", "id", "IDENTITY"),)
        assert MadeOf("customers", "region", "IDENTITY") in made["region"].made_of
        assert store.dataset == "by_region"
        assert store.columns[0].made_of == (MadeOf("by_region", "region", "IDENTITY"),)
