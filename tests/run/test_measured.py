"""What a run tells of a stage beside its counts: cost, nulls and first rows, by what is there anyway."""

from __future__ import annotations

from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.run import Settings, StageOutcome
from odibi_sql.run.measured import Cost, Sample
from odibi_sql.run.texts import text_of, values_of

ROWS = (
    "ingest t from values (id int64, name string, price decimal(9, 2)) (1, 'a', 1.50), (2, null, 2.25), (3, '', null)"
)
FORMATS = ["csv 'out.csv'", "csv 'out' partition by id", "json 'out.json'", "ndjson 'out.ndjson'", "parquet 'out'"]
FORMATS += ["parquet 'out' partition by name", "csv 'out.csv' (header: false, delimiter: ';')", "csv 'out.csv.gz'"]


def _stored(root: Path, text: str, engine: str = "duckdb", **settings: object) -> StageOutcome:
    result = api.run(api.from_text(text, root=root), engine=engine, settings=Settings(root=root, **settings))  # type: ignore[arg-type]
    assert result.success, result.run.problems
    return next(each for each in result.run.stages if each.kind == "write")


@pytest.mark.parametrize("target", FORMATS)
def test_a_store_gives_its_first_rows_as_a_csv_has_them(target: str, tmp_path: Path) -> None:
    words = target.replace("'", '"')
    sample = _stored(tmp_path, f"{ROWS}\nstore t to {words}").measured.sample
    assert sample is not None
    assert sample.columns == ("id", "name", "price")
    assert sorted(sample.rows) == [("1", "a", "1.50"), ("2", None, "2.25"), ("3", "", None)]


def test_no_more_rows_than_are_wanted_and_none_where_none_are(tmp_path: Path) -> None:
    ingest = "ingest t from values (id int64) " + ", ".join(f"({each})" for each in range(50))
    sample = _stored(tmp_path, f'{ingest}\nstore t to parquet "out.parquet"', sample=7).measured.sample
    assert sample is not None
    assert len(sample.rows) == 7
    told = _stored(tmp_path, f'{ingest}\nstore t to parquet "other.parquet"', sample=0).measured
    assert (told.sample, told.nulls) == (None, None)


def test_nulls_are_those_of_the_footers(tmp_path: Path) -> None:
    assert _stored(tmp_path, f'{ROWS}\nstore t to parquet "out"').measured.nulls == {"id": 0, "name": 1, "price": 1}
    assert _stored(tmp_path, f'{ROWS}\nstore t to csv "out.csv"').measured.nulls is None


@pytest.mark.parametrize("mode", ["append", "merge on id", "scd2 on id", "overwrite partitions partition by id"])
def test_what_other_runs_stored_is_not_told_as_rows_of_this_one(mode: str, tmp_path: Path) -> None:
    told = _stored(tmp_path, f'{ROWS}\nstore t to parquet "out" mode {mode}').measured
    assert (told.sample, told.nulls) == (None, None)


def test_the_engine_tells_what_a_stage_cost_and_the_run_when_it_was_done(tmp_path: Path) -> None:
    text = """ingest t from values (id int64) (1), (2), (3)
transform u from t | derive k = id % 2 with (materialize: true)
transform v from u | aggregate n = count() group by k
transform w from u | aggregate n = count() group by id
store w to parquet "w.parquet"
store v to parquet "v.parquet"
"""
    result = api.run(api.from_text(text, root=tmp_path))
    table = next(each for each in result.run.stages if each.kind == "materialize")
    stores = [each for each in result.run.stages if each.kind == "write"]
    assert table.measured.sample == Sample(columns=("id", "k"), rows=(("1", "1"), ("2", "0"), ("3", "1")))
    for each in stores:
        cost = each.measured.cost
        assert cost.scanned == 3
        assert cost.memory is not None
        assert cost.memory > 0
        assert cost.spilled == 0
        assert cost.cpu is not None
        assert 0 < cost.cpu < 60
        assert each.measured.storing is not None
        assert 0 <= each.measured.storing <= each.seconds
        assert table.measured.began is not None
        assert each.measured.ready is not None
        assert each.measured.began is not None
        assert table.measured.began + table.seconds <= each.measured.ready <= each.measured.began <= result.run.seconds


def test_costs_add_up() -> None:
    one, other = Cost(cpu=1.0, memory=5, spilled=3, scanned=2), Cost(cpu=0.5, memory=9)
    assert one + other == Cost(cpu=1.5, memory=9, spilled=3, scanned=2)
    assert Cost() + Cost() == Cost()


TYPES = {
    "bool": "true",
    "int8": "-1",
    "float32": "0.1",
    "float64": "1e300",
    "decimal(38, 4)": "12345.6789",
    "string": "'a,b'",
    "date": "date '1969-02-28'",
    "timestamp": "timestamp '2025-11-01 10:11:12.5'",
    "timestamptz": "timestamptz '2025-11-01 10:11:12+02:00'",
    "array<int64>": "[1, 2]",
}


@pytest.mark.parametrize("keeping", ["with (materialize: true)", ""])
def test_a_sample_has_every_type_as_it_is_shown(keeping: str, tmp_path: Path) -> None:
    columns = ", ".join(f"c{place} = {value}" for place, value in enumerate(TYPES.values()))
    types = ", ".join(f"c{place} = cast(c{place} as {type_})" for place, type_ in enumerate(TYPES))
    text = f"""ingest one from values (id int64) (1)
transform t from one | select id, {columns} | set {types} | derive m = map(['k'], [id]) {keeping}
transform u from t | filter id = 1
store u to parquet "u.parquet"
transform v from t | filter id = 1
store v to parquet "v.parquet"
"""
    result = api.run(api.from_text(text, root=tmp_path), datasets=["t"])
    assert result.success, result.run.problems
    table = result.dataset("t").arrow()
    schema = api.check(api.from_text(text, root=tmp_path)).graph.dataset("t").relation.schema
    shown = tuple(text_of(values_of(table.column(each.name))[0], each.type) for each in schema)
    samples = [each.measured.sample for each in result.run.stages if each.measured.sample is not None]
    assert len(samples) == (3 if keeping else 2)
    for each in samples:
        assert each.rows == (shown,)


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_rows_that_were_read_are_counted_and_not_guessed(form: str, tmp_path: Path) -> None:
    rows = ", ".join(f"({each})" for each in range(1234))
    api.run(api.from_text(f'ingest t from values (id int64) {rows}\nstore t to {form} "t.{form}"', root=tmp_path))
    text = f'ingest t from {form} "t.{form}" schema (id int64)\nstore t to parquet "u.parquet"'
    assert _stored(tmp_path, text).measured.cost.scanned == 1234


def test_what_is_there_already_has_no_time_of_a_try(tmp_path: Path) -> None:
    text = """ingest t from values (id int64) (1), (2)
transform u from t | derive k = id % 2 with (cache: true)
store u to csv "u.csv"
"""
    api.run(api.from_text(text, root=tmp_path))
    (tmp_path / "u.csv").unlink()
    result = api.run(api.from_text(text, root=tmp_path))
    table = next(each for each in result.run.stages if each.kind == "materialize")
    assert (table.status, table.attempts, table.measured.ready, table.measured.began) == ("cached", 0, None, None)
