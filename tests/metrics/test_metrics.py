"""Numbers of runs are those of their records, and totals count each run once, whatever is forgotten meanwhile."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from shop import BROKEN, COMMAND, TEXT, odibi, run, shop

from odibi_sql.metrics import MetricsProblem, RunMetrics, Totals, metrics_of, numbers_of, totals_of
from odibi_sql.metrics.families import BUCKETS, FAMILIES
from odibi_sql.metrics.totals import write_whole
from odibi_sql.metrics.values import StageMetrics
from odibi_sql.run import executor
from odibi_sql.run.engines.duckdb import DuckDB
from odibi_sql.run.events import NodeComplete, read_events
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import RunRecord, Runs
from odibi_sql.track import read_track


def numbers(root: Path, name: str = "latest") -> RunMetrics:
    with closing(Database(root)) as database:
        return numbers_of(root, database, Runs(database).get(name))


def counted(totals: Totals, family: str, *labels: str) -> float:
    return sum(value[0] for found, value in totals.series.get(family, {}).items() if set(labels) <= set(found))


def test_the_numbers_of_a_run(tmp_path: Path) -> None:
    run(shop(tmp_path))
    found = numbers(tmp_path)
    with closing(Database(tmp_path)) as database:
        track = read_track(tmp_path, database)
    assert found == metrics_of(track)
    sizes = [(tmp_path / each).stat().st_size for each in ("out/sold.parquet", "out/by_customer.csv")]
    assert (found.status, found.rows, found.written_bytes) == ("done", 5, sum(sizes))
    assert (found.cache_hits, found.cache_misses, found.cache_hit_ratio) == (0, 3, 0.0)
    assert (found.retries, found.failures, found.warnings) == (0, 0, 0)
    assert found.seconds == track.seconds
    assert found.total_duration_ms == round((track.seconds or 0) * 1000, 3)
    assert [(each.step, each.action, each.count) for each in found.broken] == [("sold", "drop", 1)]
    (store,) = [each for each in found.stages if each.stage == "store by_customer"]
    assert (store.rows, store.written_bytes, store.written_files, store.attempts) == (2, sizes[1], 1, 1)
    assert store.rows_per_second == pytest.approx(2 / store.seconds)
    assert store.memory_bytes is not None
    assert found.memory_bytes is not None
    assert found.memory_bytes > 10_000_000


def test_a_run_that_need_not_compute_has_hits_and_counts_no_broken_rule_again(tmp_path: Path) -> None:
    run(shop(tmp_path))
    run(tmp_path)
    found = numbers(tmp_path)
    assert (found.cache_hits, found.cache_misses, found.cache_hit_ratio) == (3, 0, 1.0)
    assert (found.rows, found.written_bytes, found.broken) == (0, 0, ())
    totals = totals_of(tmp_path)
    assert counted(totals, "odibi_rule_breaks", "sold", "drop") == 1
    assert (counted(totals, "odibi_cache_hits"), counted(totals, "odibi_cache_misses")) == (3, 3)
    assert counted(totals, "odibi_stage_rows", "store sold") == 3


def test_tries_and_failures_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [OSError(errno.EIO, "Input/output error", "x")] * 2

    class Disk(DuckDB):
        def write(self, *args: Any) -> int:
            rows = super().write(*args)
            if faults:
                raise faults.pop()
            return rows

    monkeypatch.setattr(executor, "_engine", lambda name, settings: Disk(settings))
    shop(tmp_path, TEXT.replace("(materialize: true)", "(materialize: true, retry: 3, backoff: 0.01 seconds)"))
    text = TEXT.replace('"out/sold.parquet"', '"out/sold.parquet" with (retry: 3, backoff: 0.01 seconds)')
    shop(
        tmp_path, text.replace('"out/by_customer.csv"', '"out/by_customer.csv" with (retry: 3, backoff: 0.01 seconds)')
    )
    assert run(tmp_path).success
    assert numbers(tmp_path).retries == 2
    shop(tmp_path, BROKEN)
    assert not run(tmp_path).success
    found = numbers(tmp_path)
    assert (found.status, found.failures) == ("failed", 1)
    totals = totals_of(tmp_path)
    assert counted(totals, "odibi_stage_retries") == 2
    assert counted(totals, "odibi_runs", "failed") == counted(totals, "odibi_runs", "done") == 1
    assert counted(totals, "odibi_stages", "failed") == 1
    assert [counted(totals, "odibi_last_run_status", each) for each in ("done", "failed")] == [0, 1]
    last, good = (totals.series[f"odibi_last_{each}_timestamp_seconds"] for each in ("run", "success"))
    assert last[("shop", "duckdb")] > good[("shop", "duckdb")]


def test_totals_go_on_when_runs_are_forgotten(tmp_path: Path) -> None:
    shop(tmp_path)
    for count in range(1, 4):
        run(tmp_path, cache=False)
        assert counted(totals_of(tmp_path), "odibi_runs") == count
    before = totals_of(tmp_path).series
    with closing(Database(tmp_path)) as database:
        assert len(Runs(database).prune(keep_count=1)) == 2
    assert totals_of(tmp_path).series == before
    run(tmp_path)
    assert counted(totals_of(tmp_path), "odibi_runs") == 4
    kept = json.loads((tmp_path / ".odibi/metrics.json").read_text())
    assert len(kept["counted"]) == 2  # what cannot come again is not remembered


def test_each_run_is_counted_once_by_processes_at_one_time(tmp_path: Path) -> None:
    shop(tmp_path)
    for _ in range(5):
        run(tmp_path)
    code = "from odibi_sql.metrics import totals_of; from pathlib import Path; totals_of(Path('.'))"
    children = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert all(counted(each, "odibi_runs") == 5 for each in pool.map(totals_of, [tmp_path] * 8))
    assert [each.wait() for each in children] == [0] * 4
    assert counted(totals_of(tmp_path), "odibi_runs") == 5


def test_a_run_that_still_writes_its_record_is_counted_later(tmp_path: Path) -> None:
    """Between the end of a run and its record another process may look: what it would count were half of it."""
    run(shop(tmp_path))
    file = next((tmp_path / ".odibi/runs").glob("*/track.json"))
    whole = file.read_text()
    file.write_text(whole.replace('"status":"done","started"', '"status":"running","started"'))
    assert file.read_text() != whole
    assert totals_of(tmp_path).series == {}
    file.write_text(whole)
    assert counted(totals_of(tmp_path), "odibi_stage_scanned_rows") > 0


def completed(root: Path) -> list[NodeComplete]:
    files = (root / ".odibi/runs").glob("*/events.jsonl")
    return [each for file in files for each in read_events(file) if isinstance(each, NodeComplete)]


def test_a_killed_run_is_counted_as_dead(tmp_path: Path) -> None:
    slow = TEXT.replace("aggregate n = count()", "join cross sold (other = id) | aggregate n = count()")
    shop(tmp_path, slow)
    (tmp_path / "orders.csv").write_text("id,customer,price\n" + "".join(f"{n},c{n},1.00\n" for n in range(200_000)))
    child = subprocess.Popen([*COMMAND, "run", "shop.odibi"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not any(each.node == "store sold" for each in completed(tmp_path)) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)  # the state is written behind the event
    assert child.poll() is None, "it was over before it could be killed"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    totals = totals_of(tmp_path)
    assert counted(totals, "odibi_runs", "dead") == counted(totals, "odibi_runs") == 1
    assert counted(totals, "odibi_stage_rows", "store sold") == 200_000
    assert counted(totals, "odibi_last_run_status", "dead") == 1


def test_a_run_without_a_record_is_counted_by_what_the_state_knows(tmp_path: Path) -> None:
    run(shop(tmp_path))
    next((tmp_path / ".odibi/runs").glob("*/track.json")).unlink()
    with closing(Database(tmp_path)) as database:
        database.read("UPDATE runs SET record = json_set(record, '$.ended', '2026-01-01T00:00:00Z')")
    totals = totals_of(tmp_path)
    assert counted(totals, "odibi_runs", "done") == 1
    assert counted(totals, "odibi_stage_rows", "store sold") == 3


@pytest.mark.parametrize(
    "content", ["", "{", '{"format": 1, "series": {"odibi_runs": [[["p"], [1]]]}}', "[]", "\udc80"]
)
def test_totals_that_are_damaged_begin_anew(tmp_path: Path, content: str) -> None:
    run(shop(tmp_path))
    before = totals_of(tmp_path).series
    (tmp_path / ".odibi/metrics.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert totals_of(tmp_path).series == before


def test_totals_of_a_newer_odibi_are_left_alone(tmp_path: Path) -> None:
    run(shop(tmp_path))
    file = tmp_path / ".odibi/metrics.json"
    file.write_text('{"format": 2}')
    with pytest.raises(MetricsProblem, match="newer odibi"):
        totals_of(tmp_path)
    assert file.read_text() == '{"format": 2}'


def test_names_that_change_all_the_time_are_one_series_in_the_end() -> None:
    totals = Totals()
    for number in range(1100):
        stage = StageMetrics(stage=f"s{number}", kind="write", status="done", attempts=1, rows=1, seconds=0.1)
        totals.add(RunMetrics(run=str(number), pipeline="p", engine="duckdb", status="done", stages=(stage,)))
    totals.add(RunMetrics(run="x", pipeline="q", engine="duckdb", status="done", stages=(stage,)))
    rows = totals.series["odibi_stage_rows"]
    assert len(rows) == 1002
    assert rows[("p", "duckdb", "other")] == (100.0,)
    assert rows[("q", "duckdb", "s1099")] == (1.0,)


def test_a_histogram_counts_each_value_in_its_bucket() -> None:
    totals = Totals()
    for seconds in (0.01, 0.0100001, 3600.0, 1e9):
        totals.add(RunMetrics(run="r", pipeline="p", engine="duckdb", status="done", seconds=seconds))
    total, *counts = totals.series["odibi_run_duration_seconds"][("p", "duckdb", "done")]
    assert total == pytest.approx(1e9 + 3600.0200001)
    assert [(str(bound), count) for bound, count in zip((*BUCKETS, "inf"), counts, strict=True) if count] == [
        *(("0.01", 1), ("0.05", 1), ("3600.0", 1), ("inf", 1))
    ]


def test_a_file_is_whole_whenever_it_is_read_and_never_there_under_another_name(tmp_path: Path) -> None:
    """node_exporter reads whatever is called `….prom`, also what is only there for a moment."""
    file, seen, stop = tmp_path / "a.prom", set(), threading.Event()

    def look() -> None:
        while not stop.is_set():
            for each in tmp_path.iterdir():
                if each.name.endswith(".prom"):
                    seen.add((each.name, each.read_bytes()))

    looking = threading.Thread(target=look)
    looking.start()
    for number in range(50):
        write_whole(file, str(number % 10).encode() * 100_000)
    stop.set()
    looking.join()
    assert {name for name, _ in seen} == {"a.prom"}
    assert all(len(set(content)) == 1 and len(content) == 100_000 for _, content in seen)
    assert [each.name for each in tmp_path.iterdir()] == ["a.prom"]
    (tmp_path / "b.prom").mkdir()
    with pytest.raises(MetricsProblem, match=r"b\.prom` cannot be written: is a directory"):
        write_whole(tmp_path / "b.prom", b"")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.prom", "b.prom"]


def test_families_have_names_as_prometheus_wants_them() -> None:
    assert len({each.name for each in FAMILIES}) == len(FAMILIES)
    allowed = {"pipeline", "engine", "stage", "step", "status", "action"}
    for each in FAMILIES:
        assert each.name.startswith("odibi_") and not each.name.endswith("_total")
        assert set(each.labels) <= allowed and each.help.endswith(".")
        assert not any(unit in each.name for unit in ("_ms", "_kb", "_mb", "_minutes"))


def test_the_command_prints_a_table_and_json(tmp_path: Path) -> None:
    shop(tmp_path)
    assert "no run of a pipeline is known" in odibi(tmp_path, "metrics", code=2).stderr
    odibi(tmp_path, "run", "shop.odibi")
    odibi(tmp_path, "run", "shop.odibi")
    heads, second, first = odibi(tmp_path, "metrics").stdout.splitlines()
    assert heads.split()[:3] == ["run", "pipeline", "status"]
    assert "3/3" in second
    assert "0/3" in first
    told = json.loads(odibi(tmp_path, "metrics", "--json", "--limit", "1").stdout)
    assert (told["format"], len(told["runs"])) == (1, 1)
    assert told["runs"][0]["cache_hits"] == 3
    assert odibi(tmp_path, "metrics", "--pipeline", "none", "--json").stdout.strip().endswith('"runs":[]}')
    for words in (("--json", "--prometheus"), ("--serve", "9", "--json"), ("--serve", "x:y"), ("--serve", "70000")):
        odibi(tmp_path, "metrics", *words, code=2)


def test_every_field_of_the_json_is_on_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/metrics.md").read_text()
    for name in (*RunMetrics.__struct_fields__, *StageMetrics.__struct_fields__):
        assert f"`{name}`" in page, name
    for family in FAMILIES:
        assert f"`{family.name}{'_total' if family.kind == 'counter' else ''}`" in page, family.name


def test_what_is_recorded_twice_by_name_is_known_once(tmp_path: Path) -> None:
    with closing(Database(tmp_path)) as database:
        kept = Runs(database)
        name = kept.begin(RunRecord(pipeline="p", engine="duckdb")).run
        assert totals_of(tmp_path).series == {}  # it runs
        kept.end(name, "cancelled")
        database.read("UPDATE runs SET record = json_set(record, '$.ended', '2026-01-01T00:00:00Z')")
    assert counted(totals_of(tmp_path), "odibi_runs", "cancelled") == 1
    assert counted(totals_of(tmp_path), "odibi_runs") == 1
