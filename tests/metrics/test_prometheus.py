"""What Prometheus reads: held to its own parsers, its own checker, and servers of it that really scrape."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shop import COMMAND, TEXT, got, odibi, run, shop

pytest.importorskip("prometheus_client")

from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as families

from odibi_sql.metrics import RunMetrics, StageMetrics, Totals, text_of, totals_of, write_prometheus
from odibi_sql.metrics.families import FAMILIES
from odibi_sql.metrics.server import serving

WILD = 'tab\t "quoted" \\ back\nline ünï 🚲 {a="b"} #'
PROMETHEUS, NODE_EXPORTER, PROMTOOL = map(shutil.which, ("prometheus", "prometheus-node-exporter", "promtool"))


def everything() -> Totals:
    """Return totals in which each family has series, with names that need care."""
    totals = Totals()
    run_ = RunMetrics(run="r", pipeline=WILD, engine="duckdb", status="done", seconds=1.5, memory_bytes=10, retries=1)
    stage = StageMetrics(
        stage=WILD,
        kind="write",
        status="done",
        attempts=2,
        seconds=0.2,
        rows=2**53,
        written_bytes=5,
        written_files=1,
        scanned_rows=3,
        cpu_seconds=0.1,
        memory_bytes=7,
        spilled_bytes=8,
    )
    import datetime

    from msgspec.structs import replace

    from odibi_sql.metrics.values import Broken

    broken = (Broken(step=WILD, action="warn", count=3),)
    now = datetime.datetime.now(datetime.UTC)
    totals.add(replace(run_, started=now, stages=(stage,), broken=broken))
    return totals


def value_of(text: str, name: str, **labels: str) -> float:
    found = [
        sample.value
        for family in families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert found, (name, labels)
    return sum(found)


def test_the_parser_reads_every_family_with_its_kind_and_its_words() -> None:
    text = text_of(everything()).decode()
    found = {each.name: each for each in families(text)}
    assert set(found) == {each.name for each in FAMILIES}
    for each in FAMILIES:
        parsed = found[each.name]
        assert (parsed.type, parsed.documentation) == (each.kind, each.help)
        for sample in parsed.samples:
            assert set(sample.labels) - {"le"} == set(each.labels)
            assert sample.labels["pipeline"] == WILD
    for word in ("HELP", "TYPE"):
        names = [line.split()[2] for line in text.splitlines() if line.startswith(f"# {word} ")]
        assert len(names) == len(set(names)) == len(FAMILIES)
    counters = {each.name for each in FAMILIES if each.kind == "counter"}
    assert {s.name for name in counters for s in found[name].samples} == {f"{name}_total" for name in counters}
    assert value_of(text, "odibi_stage_rows_total") == 2**53
    assert text.endswith("\n")


def test_histograms_are_cumulative() -> None:
    text = text_of(everything()).decode()
    (family,) = [each for each in families(text) if each.name == "odibi_run_duration_seconds"]
    buckets = [(float(each.labels["le"]), each.value) for each in family.samples if each.name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == (float("inf"), 1.0)
    assert value_of(text, "odibi_run_duration_seconds_count") == 1.0
    assert value_of(text, "odibi_run_duration_seconds_sum") == 1.5


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_promtool_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text_of(everything()), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_a_run_writes_its_file_and_counters_go_on(tmp_path: Path) -> None:
    shop(tmp_path)
    shop(tmp_path, TEXT.replace("pipeline shop", "pipeline other").replace("out/", "out2/"), "other.odibi")
    file = tmp_path / "node" / "shop.prom"
    odibi(tmp_path, "run", "shop.odibi", "--metrics", file)
    first = file.read_text()
    assert value_of(first, "odibi_runs_total", pipeline="shop", status="done") == 1
    assert value_of(first, "odibi_stage_rows_total", stage="store sold") == 3
    odibi(tmp_path, "run", "other.odibi")
    odibi(tmp_path, "runs", "--prune", "--keep", "0")
    odibi(tmp_path, "run", "shop.odibi", "--metrics", file, "--no-cache")
    second = file.read_text()
    assert value_of(second, "odibi_runs_total") == 2  # of this pipeline alone
    assert value_of(second, "odibi_stage_rows_total", stage="store sold") == 6
    before = {
        (s.name, *sorted(s.labels.items())): s.value for f in families(first) if f.type != "gauge" for s in f.samples
    }
    after = {(s.name, *sorted(s.labels.items())): s.value for f in families(second) for s in f.samples}
    assert all(after[key] >= value for key, value in before.items())
    assert value_of(odibi(tmp_path, "metrics", "--prometheus").stdout, "odibi_runs_total", pipeline="other") == 1


def test_a_file_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "no").write_text("a file")
    done = odibi(tmp_path, "run", "shop.odibi", "--metrics", "no/shop.prom")
    assert "warning: the hook `metrics` failed with run_recorded: `no/shop.prom` cannot be written" in done.stderr


def test_a_file_of_json_has_the_last_runs(tmp_path: Path) -> None:
    run(shop(tmp_path))
    odibi(tmp_path, "run", "shop.odibi", "--metrics", "out/shop.json")
    told = json.loads((tmp_path / "out/shop.json").read_text())
    assert [each["cache_hits"] for each in told["runs"]] == [3, 0]
    assert (told["format"], len(told["runs"][1]["stages"])) == (1, 3)


def test_without_the_library_nothing_runs(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "prometheus_client.py").write_text("raise ImportError('none')\n")
    done = odibi(tmp_path, "run", "shop.odibi", "--metrics", "a.prom", env={"PYTHONPATH": f"{tmp_path}:{ROOT}"}, code=2)
    assert "pip install 'odibi-sql[metrics]'" in done.stderr
    assert not (tmp_path / "out").exists()


ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def answering(root: Path) -> Iterator[str]:
    with serving(root, port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_endpoint_reads_the_records_anew_in_the_format_that_is_asked_for(tmp_path: Path) -> None:
    shop(tmp_path)
    with answering(tmp_path) as url:
        assert got(f"{url}/metrics")[1].strip() == ""
        run(tmp_path)
        kind, text = got(f"{url}/metrics")
        assert kind.startswith("text/plain; version=")
        assert value_of(text, "odibi_runs_total") == 1
        run(tmp_path)
        kind, text = got(f"{url}/metrics", Accept="application/openmetrics-text; version=1.0.0")
        assert kind.startswith("application/openmetrics-text; version=")
        found = {each.name: each for each in open_families(text)}
        assert sum(each.value for each in found["odibi_runs"].samples) == 2
        with pytest.raises(urllib.error.HTTPError, match="404"):
            got(f"{url}/runs")
        (tmp_path / ".odibi/metrics.json").write_text('{"format": 2}')
        with pytest.raises(urllib.error.HTTPError) as refused:
            got(f"{url}/metrics")
        assert refused.value.code == 503
        assert b"newer odibi" in refused.value.read()
        (tmp_path / ".odibi/metrics.json").unlink()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):  # who says nothing holds up nobody
            assert value_of(got(f"{url}/metrics")[1], "odibi_runs_total") == 2


@contextmanager
def child(*command: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a server, and end it."""
    log = (cwd / "server.log").open("w")
    found = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield found
    finally:
        found.send_signal(signal.SIGTERM)
        try:
            found.wait(20)
        except subprocess.TimeoutExpired:
            found.kill()
            found.wait()
        log.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_command_serves_on_this_machine_alone_until_it_is_ended(tmp_path: Path) -> None:
    run(shop(tmp_path))
    with child(*COMMAND, "metrics", "--serve", "0", cwd=tmp_path) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        assert value_of(got(url)[1], "odibi_runs_total") == 1
        port = url.split(":")[2].partition("/")[0]
        taken = odibi(tmp_path, "metrics", "--serve", port, code=2)
        assert f"cannot listen on `127.0.0.1:{port}`: address already in use" in taken.stderr
    assert server.returncode == 0
    assert (tmp_path / "server.log").read_text() == ""


@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed: apt-get install prometheus")
def test_a_prometheus_server_scrapes_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    run(shop(project))
    port = free_port()
    with child(*COMMAND, "metrics", "--serve", "0", cwd=project) as exporter:
        assert exporter.stdout is not None
        target = urllib.parse.urlparse(exporter.stdout.readline().strip()).netloc
        (tmp_path / "prometheus.yml").write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "1s"},
                    "scrape_configs": [{"job_name": "odibi", "static_configs": [{"targets": [target]}]}],
                }
            )
        )
        with child(
            "prometheus",
            f"--config.file={tmp_path}/prometheus.yml",
            f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            cwd=tmp_path,
        ):
            url = f"http://127.0.0.1:{port}/api/v1"
            wait_for(lambda: asked(url, "sum(odibi_runs_total)") == [1.0])
            run(project)
            run(project, cache=False)
            with_cost = 'odibi_runs_total{status="done",pipeline="shop"}'
            wait_for(lambda: asked(url, with_cost) == [3.0])
            assert asked(url, "increase(odibi_runs_total[1h]) > 0") != []  # it takes it for one counter
            assert asked(url, 'odibi_stage_rows_total{stage="store sold"}') == [6.0]
            assert asked(url, "odibi_run_duration_seconds_count") == [3.0]
            assert asked(url, "histogram_quantile(0.5, odibi_run_duration_seconds_bucket) > 0") != []
            assert asked(url, "odibi_cache_hits_total") == [3.0]
            (kept,) = json.loads(got(f"{url}/targets")[1])["data"]["activeTargets"]
            assert (kept["health"], kept["lastError"]) == ("up", "")
            known = json.loads(got(f"{url}/metadata?metric=odibi_runs")[1])["data"]["odibi_runs"]
            assert {each["type"] for each in known} == {"counter"}


def wait_for(holds, seconds: float = 120.0) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.5)


def asked(url: str, query: str) -> list[float]:
    """Return the values of a query."""
    try:
        answer = json.loads(got(f"{url}/query?query={urllib.parse.quote(query)}")[1])
    except urllib.error.HTTPError:  # it is not ready yet
        return []
    return [float(each["value"][1]) for each in answer["data"]["result"]]


@pytest.mark.skipif(NODE_EXPORTER is None, reason="prometheus-node-exporter is not installed: apt-get install it")
def test_the_textfile_collector_of_node_exporter_takes_it(tmp_path: Path) -> None:
    run(shop(tmp_path))
    shop(tmp_path, TEXT.replace("pipeline shop", "pipeline other").replace("out/", "out2/"), "other.odibi")
    run(tmp_path, "other.odibi")
    folder, port = tmp_path / "textfile", free_port()
    for name in ("shop", "other"):
        write_prometheus(tmp_path, folder / f"{name}.prom", name)
    with child(
        "prometheus-node-exporter",
        f"--web.listen-address=127.0.0.1:{port}",
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={folder}",
        cwd=tmp_path,
    ):
        text = got(f"http://127.0.0.1:{port}/metrics")[1]
        assert value_of(text, "node_textfile_scrape_error") == 0
        for name in ("shop", "other"):
            assert value_of(text, "odibi_runs_total", pipeline=name) == 1
        run(tmp_path)
        write_prometheus(tmp_path, folder / "shop.prom", "shop")
        text = got(f"http://127.0.0.1:{port}/metrics")[1]
        assert value_of(text, "odibi_runs_total", pipeline="shop") == 2
        assert value_of(text, "odibi_runs_total") == sum(
            value[0] for value in totals_of(tmp_path).series["odibi_runs"].values()
        )
