"""Runs told in the words of OpenLineage: valid events, of what was stored; what cannot be told fails nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from schemas import hold, read

import odibi_sql
from odibi_sql.openlineage import OpenLineage, sender_to
from odibi_sql.openlineage.naming import Name, name_of, run_id
from odibi_sql.run.bus import EventBus
from odibi_sql.run.state.database import Database
from odibi_sql.run.state.runs import Runs

TEXT = """
pipeline shop
  "What was sold."
param day date = date '2025-11-01'
ingest orders from csv "data/{day}/*.csv"
  schema (id int64 not null, client int64, amount float64, status string)
ingest clients from csv "data/clients.csv"
  schema (id int64 not null, name string not null)
  key id
ingest notes from values (id int64, note string) (1, 'x')
## Orders that count.
transform open from orders
  | filter status is distinct from 'void'
  | join left clients (name) on client = clients.id
  | join left notes (note) on id = notes.id match many
transform totals from open
  | aggregate total = sum(amount * 2), n = count() group by name
  | sort name
store open to parquet "lake/open" partition by status mode overwrite with (owner: 'sales')
store totals to csv "lake/totals.csv"
"""
FAILING = TEXT + 'transform checked from totals\n  | expect n > 5\nstore checked to csv "lake/checked.csv"\n'
FILE = "shop.odibi"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "2025-11-01"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("id,client,amount,status\n1,7,2.5,paid\n2,7,1.0,void\n")
    (folder / "b.csv").write_text("id,client,amount,status\n3,8,4.0,open\n")
    (tmp_path / "data" / "clients.csv").write_text("id,name\n7,Ada\n8,Bob\n")
    (tmp_path / FILE).write_text(TEXT)
    return tmp_path


def odibi(cwd: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odibi_sql", *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert "Traceback" not in done.stderr
    return done


def told(file: Path) -> list[dict[str, Any]]:
    """Return the events of a file, each held to the schemas and to the model of the client."""
    found = [json.loads(line) for line in file.read_text().splitlines()]
    for event in found:
        hold(event)
        assert read(event).job.name == "shop"
    return found


def last_run(folder: Path) -> str:
    database = Database(folder)
    try:
        return Runs(database).list(1, None)[0].run
    finally:
        database.close()


def test_a_run_that_is_done(shop: Path) -> None:
    assert odibi(shop, "run", FILE, "--openlineage", "out/lineage.jsonl", OPENLINEAGE_NAMESPACE="test").returncode == 0
    start, complete = told(shop / "out" / "lineage.jsonl")
    assert [start["eventType"], complete["eventType"]] == ["START", "COMPLETE"]
    assert start["run"]["runId"] == complete["run"]["runId"] == run_id(shop, last_run(shop))
    assert start["job"]["namespace"] == "test"
    assert start["job"]["facets"]["documentation"]["description"] == "What was sold."
    assert complete["run"]["facets"]["processing_engine"]["name"] == "duckdb"
    parameters = complete["run"]["facets"]["executionParameters"]["parameters"]
    assert [(each["key"], each["value"]) for each in parameters] == [("day", "2025-11-01")]
    names = [(each["namespace"], each["name"]) for each in complete["inputs"]]
    assert names == [("file", f"{shop}/data/2025-11-01"), ("file", f"{shop}/data/clients.csv")]
    assert {each["name"] for each in start["outputs"]} == {f"{shop}/lake/open", f"{shop}/lake/totals.csv"}
    assert not any("outputStatistics" in each.get("outputFacets", {}) for each in start["outputs"])


def test_what_is_known_of_outputs(shop: Path) -> None:
    odibi(shop, "run", FILE, "--openlineage", "lineage.jsonl")
    outputs = {each["name"].rpartition("/")[2]: each for each in told(shop / "lineage.jsonl")[1]["outputs"]}
    open_, totals = outputs["open"], outputs["totals.csv"]
    assert open_["facets"]["ownership"]["owners"] == [{"name": "sales"}]
    assert open_["facets"]["documentation"]["description"] == "Orders that count."
    assert open_["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "OVERWRITE"
    statistics = open_["outputFacets"]["outputStatistics"]
    assert (statistics["rowCount"], statistics["fileCount"]) == (2, 2)
    fields = {each["name"]: each["type"] for each in totals["facets"]["schema"]["fields"]}
    assert fields == {"name": "string", "total": "float64", "n": "int64"}


def test_column_lineage(shop: Path) -> None:
    odibi(shop, "run", FILE, "--openlineage", "lineage.jsonl")
    outputs = {each["name"].rpartition("/")[2]: each for each in told(shop / "lineage.jsonl")[1]["outputs"]}
    lineage = outputs["totals.csv"]["facets"]["columnLineage"]
    (amount,) = lineage["fields"]["total"]["inputFields"]
    assert (amount["name"], amount["field"]) == (f"{shop}/data/2025-11-01", "amount")
    (how,) = amount["transformations"]
    assert (how["type"], how["subtype"], how["description"]) == ("DIRECT", "AGGREGATION", "sum(amount * 2.0)")
    named = {
        (each["name"].rpartition("/")[2], each["field"]): each for each in lineage["fields"]["name"]["inputFields"]
    }
    kinds = {key: [how["subtype"] for how in each["transformations"]] for key, each in named.items()}
    assert kinds == {
        ("2025-11-01", "client"): ["JOIN"],
        ("clients.csv", "id"): ["JOIN"],
        ("clients.csv", "name"): ["IDENTITY"],
    }
    deciding = {each["field"]: {how["subtype"] for how in each["transformations"]} for each in lineage["dataset"]}
    assert deciding["status"] == {"FILTER"}
    assert {"GROUP_BY", "SORT"} <= deciding["name"]
    assert "n" not in lineage["fields"] or all(
        how["type"] == "INDIRECT" for each in lineage["fields"]["n"]["inputFields"] for how in each["transformations"]
    )


def test_sensitive_columns_are_tagged(shop: Path) -> None:
    text = TEXT.replace("  key id\ningest notes", "  key id\n  with (sensitive: ['name'])\ningest notes")
    (shop / FILE).write_text(text)
    odibi(shop, "run", FILE, "--openlineage", "lineage.jsonl")
    complete = told(shop / "lineage.jsonl")[1]
    for each in (complete["inputs"][1], *complete["outputs"]):
        (tag,) = each["facets"]["tags"]["tags"]
        assert (tag["key"], tag["field"]) == ("sensitive", "name")
    assert "tags" not in complete["inputs"][0]["facets"]


def test_a_run_of_which_nothing_is_new_tells_what_is_there(shop: Path) -> None:
    for _ in range(2):
        odibi(shop, "run", FILE, "--openlineage", "lineage.jsonl")
    events = told(shop / "lineage.jsonl")
    assert [each["eventType"] for each in events] == ["START", "COMPLETE"] * 2
    assert events[0]["run"]["runId"] != events[2]["run"]["runId"]
    assert len(events[3]["outputs"]) == 2


def test_a_run_that_fails(shop: Path) -> None:
    (shop / FILE).write_text(FAILING)
    assert odibi(shop, "run", FILE, "--openlineage", "lineage.jsonl", "--keep-going").returncode == 1
    start, fail = told(shop / "lineage.jsonl")
    assert fail["eventType"] == "FAIL"
    assert "n > 5" in fail["run"]["facets"]["errorMessage"]["message"]
    assert len(start["outputs"]) == 3
    assert {each["name"].rpartition("/")[2] for each in fail["outputs"]} == {"open", "totals.csv"}


def test_a_run_that_is_stopped(shop: Path) -> None:
    (shop / FILE).write_text(
        TEXT.replace("ingest notes", 'ingest big from csv "data/big.csv" schema (v int64)\ningest notes')
        + "transform many from big\n  | join cross big as b (c = v)\n  | join cross big as d (e = v)\n"
        + '  | aggregate s = sum(v * c * e)\nstore many to csv "lake/many.csv"\n'
    )
    (shop / "data" / "big.csv").write_text("v\n" + "\n".join(map(str, range(100_000))))
    command = [sys.executable, "-m", "odibi_sql", "run", FILE, "--openlineage", "lineage.jsonl", "--threads", "1"]
    with subprocess.Popen(command, cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while not (shop / "lineage.jsonl").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert [each["eventType"] for each in told(shop / "lineage.jsonl")] == ["START", "ABORT"]


class Endpoint:
    """A server that answers with a code, or not at all, and keeps what it was sent."""

    def __init__(self, code: int | None) -> None:
        self.requests: list[tuple[str, str | None, dict[str, Any]]] = []
        requests, over = self.requests, threading.Event()
        self.over = over

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, self.headers["Authorization"], json.loads(body)))
                if code is None:
                    over.wait(60)
                    return
                self.send_response(code)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def endpoint(code: int | None = 201) -> Iterator[Endpoint]:
    found = Endpoint(code)
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        found.server.shutdown()
        found.server.server_close()


def test_a_server_is_told(shop: Path) -> None:
    with endpoint() as server:
        done = odibi(shop, "run", FILE, "--openlineage", server.url, OPENLINEAGE_API_KEY="secret-key")
        assert (done.returncode, done.stderr) == (0, "")
        assert "secret-key" not in done.stdout
        odibi(shop, "run", FILE, "--openlineage", f"{server.url}/own/path?x=1")
    assert [path for path, _, _ in server.requests] == ["/api/v1/lineage"] * 2 + ["/own/path?x=1"] * 2
    assert [key for _, key, _ in server.requests] == ["Bearer secret-key"] * 2 + [None] * 2
    for _, _, event in server.requests:
        hold(event)
    assert [event["eventType"] for _, _, event in server.requests] == ["START", "COMPLETE"] * 2


@pytest.mark.parametrize("code", [500, 404, None])
def test_a_server_that_fails_fails_no_run(shop: Path, code: int | None) -> None:
    started = time.monotonic()
    with endpoint(code) as server:
        done = odibi(shop, "run", FILE, "--openlineage", server.url)
    assert done.returncode == 0
    assert "warning: the hook `openlineage` failed with pipeline_start" in done.stderr
    assert (shop / "lake" / "totals.csv").exists()
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("target", ["http://127.0.0.1:9", "/proc/no/file.jsonl"])
def test_what_is_not_there_fails_no_run(shop: Path, target: str) -> None:
    done = odibi(shop, "run", FILE, "--openlineage", target)
    assert done.returncode == 0
    assert "warning: the hook `openlineage` failed" in done.stderr


def test_a_url_without_a_server_is_refused(shop: Path) -> None:
    done = odibi(shop, "run", FILE, "--openlineage", "http:///nowhere")
    assert done.returncode == 2
    assert "names no server" in done.stderr
    assert not (shop / "lake").exists()


def test_without_the_client_the_command_says_what_to_install(shop: Path) -> None:
    code = (
        "import sys; sys.modules['openlineage'] = None; sys.argv[0] = 'odibi'\nfrom odibi_sql.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "run", FILE, "--openlineage", "lineage.jsonl"]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'odibi-sql[openlineage]'" in done.stderr
    assert not (shop / "lake").exists()


def test_the_client_is_imported_only_where_it_is_used(shop: Path) -> None:
    code = (
        f"import odibi_sql, sys\nodibi_sql.run({FILE!r})\nassert not {{'openlineage', 'requests'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=shop, check=True)


def test_from_python(shop: Path) -> None:
    sent: list[Any] = []
    graph = odibi_sql.check(shop / FILE).graph
    bus = EventBus()
    OpenLineage(graph, shop, ["store totals"], sent.append).register(bus)
    assert odibi_sql.run(shop / FILE, goals=["store totals"], bus=bus).success
    bus.close()
    assert [each.eventType.value for each in sent] == ["START", "COMPLETE"]
    assert [each.name for each in sent[1].outputs] == [f"{shop}/lake/totals.csv"]


def test_a_file_is_added_to_by_several_at_once(tmp_path: Path) -> None:
    from openlineage.client.event_v2 import Job

    send = sender_to(str(tmp_path / "all.jsonl"))
    threads = [threading.Thread(target=lambda: [send(Job("n", "x" * 2000)) for _ in range(50)]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [json.loads(each)["name"] for each in (tmp_path / "all.jsonl").read_text().splitlines()] == [
        "x" * 2000
    ] * 200


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("data/a.csv", Name("file", "/root/p/data/a.csv")),
        ("./data//a.csv", Name("file", "/root/p/data/a.csv")),
        ("../other/a.csv", Name("file", "/root/other/a.csv")),
        ("/abs/a.csv", Name("file", "/abs/a.csv")),
        ("file:///abs/a.csv", Name("file", "/abs/a.csv")),
        ("s3://bucket/lake/a/", Name("s3://bucket", "lake/a")),
        ("gs://bucket", Name("gs://bucket", "/")),
        ("https://me:secret@host:8443/a.csv", Name("https://host:8443", "a.csv")),
        ("abfss://box@account.dfs.core.windows.net/a", Name("abfss://box@account.dfs.core.windows.net", "a")),
    ],
)
def test_names_of_places(place: str, name: Name) -> None:
    assert name_of(place, Path("/root/p")) == name


@pytest.mark.parametrize("read_as", ["lake/a", "lake/a/", "./lake/a/**/*.parquet", "lake/a/*.parquet"])
def test_a_place_has_one_name_whoever_reads_or_writes_it(tmp_path: Path, read_as: str) -> None:
    writing = 'ingest a from values (x int64) (1)\nstore a to parquet "lake/a"\n'
    assert odibi_sql.run(odibi_sql.from_text(writing, tmp_path)).success
    reading = f'ingest a from parquet "{read_as}"\nstore a to parquet "lake/b"\n'
    sent: list[Any] = []
    pipeline = odibi_sql.from_text(reading, tmp_path)
    bus = EventBus()
    OpenLineage(odibi_sql.check(pipeline).graph, tmp_path, ["store a"], sent.append).register(bus)
    assert odibi_sql.run(pipeline, bus=bus).success
    bus.close()
    ((place,), _) = (each.inputs for each in sent)
    assert Name(place.namespace, place.name) == name_of("lake/a", tmp_path)


def test_ids_of_runs(tmp_path: Path) -> None:
    assert run_id(tmp_path, "r1") == run_id(tmp_path, "r1")
    assert len({run_id(tmp_path, "r1"), run_id(tmp_path, "r2"), run_id(tmp_path / "x", "r1")}) == 3
    assert uuid.UUID(run_id(tmp_path, "r1")).version == 5
