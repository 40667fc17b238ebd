"""Ingests from an object store: read as the same files on this machine are, downloaded once for each version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from object_tools import CANARY, Bucket, Server, environment
from pyarrow import parquet

from odibi_sql import api, objects
from odibi_sql.diagnostics import CompileError
from odibi_sql.objects import mirror

COLUMNS = {"id": [1, 2, 3], "name": ["a", "é", None]}


def _files(bucket: Bucket, folder: Path, files: dict[str, bytes]) -> None:
    """Put files into a bucket, and below a folder the same."""
    for name, content in files.items():
        bucket.put(name, content)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _parquet(table: dict[str, list[Any]]) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(table), sink)
    return bytes(sink.getvalue())


def _rows(text: str, root: Path, **more: Any) -> Any:
    result = api.run(api.from_text(text, root), datasets=["a"], **more)
    assert result.run.success, result.run.problems
    table = result.run.answers["a"]
    return sorted(map(str, table.to_pylist())), str(table.schema)


LAYOUTS = {
    "csv": {"d/a.csv": b"id,name\n1,a\n", "d/b.csv": b"name,id\nb,2\n", "d/e/c.csv": b"id,name\n3,\n"},
    "ndjson": {"d/a.ndjson": b'{"id":1,"name":"a"}\n', "d/b.ndjson": b'{"id":2}\n'},
    "json": {"d/a.json": b'[{"id":1,"name":"a"}]', "d/b.json": b'[{"id":2,"name":null}]'},
    "parquet": {
        "d/year=2025/month=1/a.parquet": _parquet(COLUMNS),
        "d/year=2026/month=2/b.parquet": _parquet({"id": [4], "name": ["d"]}),
        "d/year=2026/month=2/c.parquet": _parquet({"id": [5], "name": ["x y"]}),
    },
}


@pytest.mark.parametrize("format_", LAYOUTS)
@pytest.mark.parametrize("place", ["d", "d/", "d/**", "d/**/*", "d/*", "d/[ab].csv", "d/*/*/b.parquet"])
def test_objects_are_read_as_files_are(bucket: Bucket, tmp_path: Path, format_: str, place: str) -> None:
    _files(bucket, tmp_path, LAYOUTS[format_])
    try:
        expected = _rows(f'ingest a from {format_} "{place}"\n', tmp_path)
    except CompileError:
        with pytest.raises(CompileError):
            _rows(f'ingest a from {format_} "{bucket.url}/{place}"\n', tmp_path)
        return
    assert _rows(f'ingest a from {format_} "{bucket.url}/{place}"\n', tmp_path) == expected


@pytest.mark.parametrize("key", ["a.csv", "x y/é[1]+%20.csv.gz", "k=v/w=1/a.csv", "_hidden.csv", f"{'n' * 240}.csv"])
def test_one_key_is_read_whatever_it_is_called(bucket: Bucket, tmp_path: Path, key: str) -> None:
    import gzip

    content = b"id\n1\n"
    bucket.put(key, gzip.compress(content) if key.endswith(".gz") else content)
    (rows, _) = _rows(f'ingest a from csv "{bucket.url}/{key}"\n', tmp_path)
    assert len(rows) == 1
    assert ("'k': 'v', 'w': 1" in rows[0]) == ("=" in key)


def test_declared_columns_hold_and_hidden_names_are_no_data(bucket: Bucket, tmp_path: Path) -> None:
    for name in ("d/_SUCCESS", "d/.x.csv", "d/a.csv", "d/", "d/e/"):
        bucket.put(name, b"id,x\n1,2\n" if name.endswith(".csv") else b"")
    rows, schema = _rows(f'ingest a from csv "{bucket.url}/d" schema (id int32, x string)\n', tmp_path)
    assert rows == ["{'id': 1, 'x': '2'}"]
    assert "int32" in schema


def test_what_has_not_changed_is_not_downloaded_again(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    bucket.put("d/a.csv", "id\n1\n")
    bucket.put("d/b.csv", "id\n2\n")
    text = f'ingest a from csv "{bucket.url}/d/*.csv"\n\nstore a to parquet "out/a.parquet"\n'
    server.asked()
    assert api.run(api.from_text(text, tmp_path)).run.stages[0].status == "done"
    first = server.asked()
    assert sorted(first[1:]) == [f"GET /{bucket.name}/d/a.csv", f"GET /{bucket.name}/d/b.csv"]
    assert api.run(api.from_text(text, tmp_path)).run.stages[0].status == "cached"
    assert server.asked() == first[:1]  # the listing alone
    bucket.put("d/b.csv", "id\n3\n")
    server.asked()
    result = api.run(api.from_text(text, tmp_path), datasets=["a"]).run
    assert [each.status for each in result.stages if each.kind == "write"] == ["done"]
    assert server.asked() == [*first[:1], f"GET /{bucket.name}/d/b.csv"]
    assert result.answers["a"].column("id").to_pylist() == [1, 3]
    bucket.put("d/a.csv", "id\n1\n")  # the same bytes again
    assert api.run(api.from_text(text, tmp_path)).run.stages[0].status == "cached"


def test_another_address_is_another_store(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("a.csv", "id\n1\n")
    seen = objects.look(f"{bucket.url}/a.csv")
    assert seen is not None
    place = objects.place_of(seen)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert objects.place_of(seen) == place
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
    assert objects.place_of(seen) != place


def test_a_wrong_value_is_told_with_the_object_and_the_line(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("d/a.csv", "id,x\n1,2\n")
    bucket.put("d/b.csv", "id,x\n1,2\n2,two\n")
    text = f'ingest a from csv "{bucket.url}/d" schema (id int64, x int64)\n\nstore a to csv "out.csv"\n'
    (problem,) = api.run(api.from_text(text, tmp_path)).run.problems
    assert problem.message.startswith(f"`{bucket.url}/d/b.csv` line 3: `two` in column `x`")


def test_a_line_that_is_no_row_is_told_with_the_object(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.csv", "id,x\n1,2\n2,3,4\n")
    text = f'ingest a from csv "{bucket.url}/a.csv" schema (id int64, x int64)\n\nstore a to csv "out.csv"\n'
    (problem,) = api.run(api.from_text(text, tmp_path)).run.problems
    assert f"`{bucket.url}/a.csv` line 3" in problem.message
    assert ".odibi" not in problem.message


def test_a_problem_with_the_files_names_the_objects(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("d/a.csv", b"id,name\n1,\xff\n")
    with pytest.raises(CompileError) as caught:
        api.check(api.from_text(f'ingest a from csv "{bucket.url}/d"\n', tmp_path))
    said = str(caught.value)
    assert f"{bucket.url}/d/a.csv" in said
    assert ".odibi" not in said
    bucket.put("e/a.csv", "id\n1\n")
    bucket.put("e/b.csv", "")
    checked = api.check(api.from_text(f'ingest a from csv "{bucket.url}/e"\n', tmp_path))
    assert f"`{bucket.url}/e/b.csv` is empty" in str(checked.warnings[0])


def test_an_object_that_changes_under_a_run_is_not_taken(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("a.csv", "id\n1\n")
    text = f'ingest a from csv "{bucket.url}/a.csv" schema (id int64)\n\nstore a to csv "out.csv"\n'
    pipeline = api.from_text(text, tmp_path)
    task = api.task_of(pipeline, api.check(pipeline).graph, ["store a"], "duckdb")
    for file in (tmp_path / ".odibi/objects").rglob("*.csv"):
        file.unlink()
    bucket.put("a.csv", "id\n2\n")
    from odibi_sql.run import Settings

    (problem,) = task.run(Settings(root=tmp_path)).problems
    assert problem.message == f"`{bucket.url}/a.csv` was changed by something else"
    assert not (tmp_path / "out.csv").exists()


def test_an_object_that_comes_in_part_is_not_taken(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.csv", "id\n1\n")
    seen = objects.look(f"{bucket.url}/a.csv")
    assert seen is not None
    with pytest.raises(objects.CameInPart):
        objects.fetch(tmp_path, [objects.Wanted(msgspec.structs.replace(seen, size=99), ".odibi/objects/a.csv")])
    assert [each.name for each in (tmp_path / ".odibi/objects").iterdir()] == [".lock"]


def test_the_mirror_keeps_to_its_limit(bucket: Bucket, tmp_path: Path) -> None:
    for name in "abc":
        bucket.put(f"{name}.csv", "id\n" + "1\n" * 1000)
        _rows(f'ingest a from csv "{bucket.url}/{name}.csv"\n', tmp_path)
    files = {each.name[0]: each for each in (tmp_path / mirror.FOLDER).rglob("*.csv")}
    for age, name in enumerate("bca"):
        os.utime(files[name], (time.time() - 7200 - age, time.time() - 7200 - age))
    objects.make_room(tmp_path, 5000)
    assert {name for name, each in files.items() if each.exists()} == {"b", "c"}
    _rows(f'ingest a from csv "{bucket.url}/b.csv"\n', tmp_path)  # used now
    objects.make_room(tmp_path, 0)
    assert {name for name, each in files.items() if each.exists()} == {"b"}


def test_nothing_is_removed_while_another_process_reads(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.csv", "id\n1\n")
    _rows(f'ingest a from csv "{bucket.url}/a.csv"\n', tmp_path)
    (file,) = (tmp_path / mirror.FOLDER).rglob("*.csv")
    os.utime(file, (1, 1))
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_SH); print(1, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / mirror.FOLDER / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    other.stdout.readline()
    objects.make_room(tmp_path, 0)
    assert file.exists()
    other.communicate(b"\n")
    objects.make_room(tmp_path, 0)
    assert not file.exists()


def test_processes_share_what_was_downloaded(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    bucket.put("a.csv", "id\n" + "1\n" * 300_000)
    (tmp_path / "p.odibi").write_text(f'ingest a from csv "{bucket.url}/a.csv"\n')
    command = [sys.executable, "-m", "odibi_sql", "show", "p.odibi", "a", "--limit", "1"]
    several = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(3)]
    assert [each.wait() for each in several] == [0, 0, 0]
    server.asked()
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).returncode == 0
    assert server.asked() == [f"HEAD /{bucket.name}/a.csv"]


def _command(tmp_path: Path, text: str, *command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (tmp_path / "p.odibi").write_text(text)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AZURE_", "GOOGLE_"))}
    called = [sys.executable, "-m", "odibi_sql", *command]
    return subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, env={**kept, **env}, check=False)


@pytest.mark.parametrize(
    ("location", "changed", "said"),
    [
        ("{b}/in/b.csv", {}, "did you mean `{b}/in/a.csv`?"),
        ("{b}/other", {}, "no object matches `{b}/other`"),
        ("{b}/inn/a.csv", {}, "did you mean `{b}/in/a.csv`?"),
        ("{b}/zzzz/*.csv", {}, "no object matches `{b}/zzzz/*.csv`"),
        ("s3://no-such-bucket/a.csv", {}, "there is no bucket `s3://no-such-bucket`"),
        ("s3://", {}, "is no place in an object store"),
        ("{b}//a.csv", {}, "is no place in an object store"),
        ("{b}/../a.csv", {}, "is no place in an object store"),
        ("s3://b*/a.csv", {}, "has a pattern for the bucket"),
        ("s3://key:secret@bucket/a.csv", {}, "has credentials in it"),
        ("{b}/in/a.csv", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "cannot be reached"),
        ("{b}/in/a.csv", {"AWS_ALLOW_HTTP": "false"}, "is at an address without TLS"),
        ("hdfs://x/a.csv", {}, "is not on this machine"),
        ("az://c/a.csv", {}, "there are no credentials for `az://c/a.csv`"),
        ("abfss://c/a.csv", {}, "names no account"),
    ],
)
def test_what_cannot_be_read_is_told_when_checked(
    bucket: Bucket, server: Server, tmp_path: Path, location: str, changed: dict[str, str], said: str
) -> None:
    bucket.put("in/a.csv", "id\n1\n")
    text = f'ingest a from csv "{location.format(b=bucket.url)}"\n'
    done = _command(tmp_path, text, "check", "p.odibi", env={**environment(server.endpoint), **changed})
    assert done.returncode == 2
    assert said.format(b=bucket.url) in done.stderr
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stderr + done.stdout


def test_wrong_credentials_are_told_and_never_shown(tmp_path: Path) -> None:
    strict = Server(tmp_path, free=1)
    try:
        bucket = Bucket(strict.endpoint, "closed")
        text = f'ingest a from csv "{bucket.url}/a.csv" schema (id int64)\n'
        env = {**environment(strict.endpoint), "AWS_SESSION_TOKEN": f"{CANARY}-token"}
        done = _command(tmp_path, text, "check", "p.odibi", env=env)
    finally:
        strict.close()
    assert done.returncode == 2
    assert f"the credentials of the environment do not open `{bucket.url}/a.csv`" in done.stderr
    _hold_canary(tmp_path, done)


@pytest.mark.parametrize(
    "text",
    [
        "Error performing GET https://h/c?sv=1&sig={c}: status code: 400 Bad Request: <Code>{c}</Code>",
        "Error performing PUT https://{c}@h/c: error sending request for url (https://{c}@h/c)",
        "status code: 503: <Message>{c}</Message>",
        "<Code>AuthorizationFailure</Code><Message>{c}</Message>",
        "{c}",
    ],
)
def test_nothing_of_what_a_client_says_is_handed_on(bucket: Bucket, text: str) -> None:
    from obstore.exceptions import GenericError, PermissionDeniedError

    from odibi_sql.objects.problem import in_words

    for kind in (GenericError, PermissionDeniedError, OSError, ValueError):
        with pytest.raises(objects.ObjectProblem) as caught, in_words(objects.parse("s3://b/k")):
            raise kind(text.replace("{c}", CANARY))
        assert CANARY not in caught.value.reason + caught.value.hint
        assert caught.value.__cause__ is None


def _hold_canary(root: Path, done: subprocess.CompletedProcess[str]) -> None:
    """No output and no file of the project has the secret."""
    assert CANARY not in done.stdout + done.stderr
    for file in root.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_no_secret_is_in_any_output_or_file(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    bucket.put("in/a.csv", "id\n1\n")
    text = f'ingest a from csv "{bucket.url}/in"\n\nstore a to csv "out.csv"\n'
    for command in (["run", "p.odibi"], ["check", "p.odibi", "--json"], ["compile", "p.odibi"], ["why", "p.odibi"]):
        done = _command(tmp_path, text, *command, env=environment(server.endpoint))
        _hold_canary(tmp_path, done)
        assert done.returncode == 0, done.stderr
    done = _command(tmp_path, text, "runs", "latest", "--events", env=environment("http://127.0.0.1:9"))
    _hold_canary(tmp_path, done)


def test_without_the_extra_it_is_named(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    (tmp_path / "obstore.py").write_text("raise ImportError('not here')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    env = {**environment(server.endpoint), "PYTHONPATH": path}
    done = _command(tmp_path, f'ingest a from csv "{bucket.url}/a.csv"\n', "check", "p.odibi", env=env)
    assert done.returncode == 2
    assert "pip install 'odibi-sql[objects]'" in done.stderr
    local = _command(tmp_path, "ingest a from values (id int64) (1)\n", "check", "p.odibi", env=env)
    assert local.returncode == 0


def test_a_client_is_loaded_where_a_location_needs_one_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    code = (
        "import sys; from odibi_sql import api; "
        "api.run(api.from_text('ingest a from csv \"a.csv\"\\nstore a to csv \"b.csv\"\\n', '.')); "
        "print('obstore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("format_", ["csv", "parquet", "ndjson"])
def test_spark_reads_the_same(spark: Any, bucket: Bucket, tmp_path: Path, format_: str) -> None:
    _files(bucket, tmp_path, LAYOUTS[format_])
    text = f'ingest a from {format_} "{bucket.url}/d"\n'
    assert _rows(text, tmp_path, engine="spark", session=spark) == _rows(text, tmp_path)


def test_spark_tells_the_object_and_the_line(spark: Any, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("d/b.csv", "id,x\n1,2\n2,two\n")
    text = f'ingest a from csv "{bucket.url}/d" schema (id int64, x int64)\n\nstore a to csv "out.csv"\n'
    (problem,) = api.run(api.from_text(text, tmp_path), engine="spark", session=spark).run.problems
    assert problem.message.startswith(f"`{bucket.url}/d/b.csv` line 3: `two` in column `x`")


def test_what_a_check_tells_of_objects(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    bucket.put("d/a.csv", "id\n1\n")
    text = f'ingest a from csv "{bucket.url}/d/*.csv"\n'
    done = _command(tmp_path, text, "check", "p.odibi", "--json", env=environment(server.endpoint))
    assert f"{bucket.url}/d/a.csv" in json.dumps(json.loads(done.stdout))
    assert ".odibi" not in done.stdout
