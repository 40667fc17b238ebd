"""Stores to an object: whole or not there, held to what was seen, known by a look."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from object_tools import CANARY, Bucket, Server, environment
from pyarrow import parquet

from odibi_sql import api, objects
from odibi_sql.diagnostics import CompileError
from odibi_sql.objects import ObjectChanged, ObjectProblem
from odibi_sql.run import RunResult
from odibi_sql.run.stores import object_target

FORMATS = {"csv": "csv", "json": "json", "ndjson": "ndjson", "parquet": "parquet"}


def _text(rows: str, format_: str, target: str, clauses: str = "") -> str:
    ingest = f"ingest a from values (id int64, name string) {rows}\n\n"
    return f'{ingest}store a to {format_} "{target}" {clauses}\n'


def _run(text: str, root: Path, **more: Any) -> RunResult:
    return api.run(api.from_text(text, root), **more).run


def _rows(content: bytes) -> list[dict[str, Any]]:
    return parquet.read_table(io.BytesIO(content)).to_pylist()


def _ids(content: bytes) -> list[int]:
    return sorted(each["id"] for each in _rows(content))


MODES = [
    ("default", "", ["(1, 'a'), (2, 'b')", "(3, 'c')", "(3, 'c')"]),
    ("overwrite", "mode overwrite", ["(1, 'a'), (2, 'b')", "(3, null)"]),
    ("fail if exists", "mode fail if exists", ["(1, 'a')", "(2, 'b')"]),
    ("merge", "mode merge on id", ["(1, 'a'), (2, 'b')", "(2, 'B'), (3, 'c')", "(2, 'B')"]),
    ("scd2", "mode scd2 on id", ["(1, 'a'), (2, 'b')", "(2, 'B'), (3, 'c')", "(1, 'a')"]),
]


def _sequence(root: Path, target: str, clauses: str, each_rows: list[str], format_: str, **more: Any) -> list[Any]:
    told = []
    for rows in each_rows:
        result = _run(_text(rows, format_, target, clauses), root, **more)
        stage = result.stages[-1]
        words = [each.message.replace(target, "TARGET") for each in result.problems]
        told.append((result.status, stage.status, stage.rows, stage.message.replace(target, "TARGET"), words))
    return told


def _read(target: str, root: Path, format_: str, **more: Any) -> list[str]:
    text = f'ingest there from {format_} "{target}"\n'
    rows = api.run(api.from_text(text, root), datasets=["there"], **more).run.answers["there"].to_pylist()
    return sorted(str({name: value for name, value in row.items() if "valid" not in name}) for row in rows)


@pytest.mark.parametrize(("mode", "clauses", "rows"), MODES, ids=[each[0] for each in MODES])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_mode_makes_of_an_object_what_it_makes_of_a_file(
    bucket: Bucket, tmp_path: Path, mode: str, clauses: str, rows: list[str], format_: str
) -> None:
    target, local = f"{bucket.url}/out/a.{FORMATS[format_]}", f"out/a.{FORMATS[format_]}"
    told = _sequence(tmp_path, target, clauses, rows, format_)
    assert told == _sequence(tmp_path, local, clauses, rows, format_)
    assert _read(target, tmp_path, format_) == _read(local, tmp_path, format_)
    assert told[0][0] == "done"


@pytest.mark.parametrize("format_", FORMATS)
def test_appended_rows_come_after_those_that_are_there(bucket: Bucket, tmp_path: Path, format_: str) -> None:
    target = f"{bucket.url}/a.{format_}"
    for rows in ("(1, 'a')", "(2, null)", "(2, null)"):
        assert _run(_text(rows, format_, target, "mode append"), tmp_path).success
    names = [each.replace("'name': ''", "'name': None") for each in _read(target, tmp_path, format_)]
    assert names == ["{'id': 1, 'name': 'a'}", "{'id': 2, 'name': None}", "{'id': 2, 'name': None}"]


@pytest.mark.parametrize("format_", FORMATS)
def test_each_run_adds_an_object_to_a_folder(bucket: Bucket, server: Server, tmp_path: Path, format_: str) -> None:
    bucket.put("log/other.txt", "of others")
    target, local = f"{bucket.url}/log", "log"
    for rows in ("(1, 'a'), (2, 'b')", "(3, 'c')", "(3, 'c')"):
        server.asked()
        result = _run(_text(rows, format_, target, "mode append"), tmp_path)
        assert result.success, result.problems
        assert len([each for each in server.asked() if each.startswith("PUT")]) == 1
        assert _run(_text(rows, format_, local, "mode append"), tmp_path).success
    assert len(bucket.names()) == 4
    assert all(each.endswith((f".{format_}", ".txt")) for each in bucket.names())
    assert bucket.get("log/other.txt") == b"of others"
    assert _read(f"{target}/*.{format_}", tmp_path, format_) == _read(f"{local}/*.{format_}", tmp_path, format_)


def test_spark_adds_one_object(spark: Any, bucket: Bucket, tmp_path: Path) -> None:
    text = _text("(1, 'a'), (2, 'b'), (3, 'c')", "parquet", f"{bucket.url}/log", "mode append")
    assert _run(text, tmp_path, engine="spark", session=spark).success
    (name,) = bucket.names()
    assert _ids(bucket.get(name)) == [1, 2, 3]


@pytest.mark.parametrize("point", ["before the request", "after the request"])
def test_a_run_that_is_resumed_adds_nothing_twice(bucket: Bucket, tmp_path: Path, point: str) -> None:
    file = tmp_path / "p.odibi"
    file.write_text(_text("(1, 'a')", "parquet", f"{bucket.url}/log", "mode append"))
    victim = _VICTIM.replace("object_target.objects", "objects")
    victim = victim.replace("import object_target", "import object_target\nfrom odibi_sql import objects")
    done = subprocess.run([sys.executable, "-c", victim, point, str(file)], env=os.environ, check=False)
    assert done.returncode == -9
    assert len(bucket.names()) == (point == "after the request")
    command = [sys.executable, "-m", "odibi_sql", "run", "p.odibi", "--resume"]
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert len(bucket.names()) == 1
    assert _ids(bucket.get(bucket.names()[0])) == [1]
    done = subprocess.run([*command[:-1]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(bucket.names()) == 2  # another run
    rolled = subprocess.run(
        [*command[:3], "rollback", "p.odibi", "a"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert rolled.returncode == 1
    assert "an object in each run" in rolled.stderr


def test_an_answer_to_an_append_that_is_lost_is_no_failure(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost() -> None:
        raise ObjectProblem("it broke", can_pass=True)

    _while_put(monkeypatch, _nothing, lost)
    result = _run(_text("(1, 'a')", "parquet", f"{bucket.url}/log", "mode append"), tmp_path)
    assert (result.success, result.stages[-1].rows) == (True, 1)
    assert len(bucket.names()) == 1


@pytest.mark.parametrize(("mode", "clauses", "rows"), MODES[:1] + MODES[3:], ids=["default", "merge", "scd2"])
def test_spark_makes_the_same(
    spark: Any, bucket: Bucket, tmp_path: Path, mode: str, clauses: str, rows: list[str]
) -> None:
    one, other = f"{bucket.url}/a.parquet", f"{bucket.url}/b.parquet"
    more = {"engine": "spark", "session": spark}
    assert _sequence(tmp_path, one, clauses, rows[:2], "parquet", **more) == _sequence(
        tmp_path, other, clauses, rows[:2], "parquet"
    )
    assert _read(one, tmp_path, "parquet") == _read(other, tmp_path, "parquet")


def test_a_run_that_changes_nothing_asks_with_head_alone(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    text = _text("(1, 'a')", "parquet", f"{bucket.url}/a.parquet")
    assert _run(text, tmp_path).stages[-1].status == "done"
    server.asked()
    result = _run(text, tmp_path)
    assert result.stages[-1].status == "cached"
    assert set(server.asked()) == {f"HEAD /{bucket.name}/a.parquet"}


def test_the_same_bytes_are_not_put_again(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    target = f"{bucket.url}/a.parquet"
    assert _run(_text("(1, 'a')", "parquet", target), tmp_path).success
    before = bucket.head("a.parquet")
    server.asked()
    result = _run(_text("(1, upper('a'))", "parquet", target).replace("upper('a')", "'a'"), tmp_path, cache=False)
    assert result.stages[-1].message == "it holds the same already"
    assert set(server.asked()) == {f"HEAD /{bucket.name}/a.parquet"}
    assert bucket.head("a.parquet")["Metadata"] == before["Metadata"]


def test_an_object_of_others_is_not_replaced(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("a.parquet", b"of others")
    target = f"{bucket.url}/a.parquet"
    (problem,) = _run(_text("(1, 'a')", "parquet", target), tmp_path).problems
    assert problem.message == f"`{target}` is there, and not by this project"
    assert bucket.get("a.parquet") == b"of others"
    assert _run(_text("(1, 'a')", "parquet", target, "mode overwrite"), tmp_path).success
    assert _ids(bucket.get("a.parquet")) == [1]
    bucket.put("a.parquet", b"changed")
    (problem,) = _run(_text("(1, 'a')", "parquet", target), tmp_path).problems
    assert problem.message == f"`{target}` has changed since this project wrote it"
    assert bucket.get("a.parquet") == b"changed"


def _while_put(monkeypatch: pytest.MonkeyPatch, before: Callable[[], Any], after: Callable[[], Any]) -> None:
    """Have something happen right before and right after the request that puts an object."""
    put = objects.put

    def patched(*arguments: Any) -> Any:
        before()
        done = put(*arguments)
        after()
        return done

    monkeypatch.setattr(object_target.objects, "put", patched)


def _nothing() -> None:
    pass


@pytest.mark.parametrize("was_there", [True, False])
@pytest.mark.parametrize("clauses", ["", "mode append", "mode merge on id", "mode scd2 on id"])
def test_what_another_writer_put_meanwhile_stays(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clauses: str, was_there: bool
) -> None:
    target = f"{bucket.url}/a.parquet"
    if was_there:
        assert _run(_text("(1, 'a')", "parquet", target, clauses), tmp_path).success
    _while_put(monkeypatch, lambda: bucket.put("a.parquet", b"of another"), _nothing)
    (problem,) = _run(_text("(2, 'b')", "parquet", target, clauses), tmp_path).problems
    assert problem.message == f"`{target}` was changed by something else while this run wrote it"
    assert bucket.get("a.parquet") == b"of another"
    monkeypatch.undo()


def test_two_machines_that_append_lose_no_row(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a project of its own. The one that comes second is refused, and does it again."""
    target, one, other = f"{bucket.url}/a.parquet", tmp_path / "one", tmp_path / "other"
    for each in (one, other):
        each.mkdir()
    assert _run(_text("(1, 'a')", "parquet", target, "mode append"), one).success
    second = _text("(2, 'b')", "parquet", target, "mode append")
    with monkeypatch.context() as patch:
        is_first = [True]

        def meanwhile() -> None:
            if is_first.pop() if is_first else False:
                assert _run(_text("(3, 'c')", "parquet", target, "mode append"), other).success

        _while_put(patch, meanwhile, _nothing)
        result = _run(second, one)
    assert [each.message for each in result.problems] == [
        f"`{target}` was changed by something else while this run wrote it"
    ]
    assert _ids(bucket.get("a.parquet")) == [1, 3]
    assert _run(second, one).success
    assert _ids(bucket.get("a.parquet")) == [1, 2, 3]


def test_two_runs_of_one_project_wait_for_each_other(bucket: Bucket, tmp_path: Path) -> None:
    target = f"{bucket.url}/a.parquet"
    runs = [
        threading.Thread(target=_run, args=(_text(f"({each}, 'a')", "parquet", target, "mode append"), tmp_path))
        for each in range(4)
    ]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert _ids(bucket.get("a.parquet")) == [0, 1, 2, 3]


@pytest.mark.parametrize("clauses", ["", "mode append"])
def test_an_answer_that_is_lost_is_no_failure(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clauses: str
) -> None:
    """The request was done; the client saw a broken connection, or tried again and was told that all is changed."""
    target = f"{bucket.url}/a.parquet"
    for number, error in enumerate([ObjectProblem("it broke", can_pass=True), ObjectChanged("is another")], start=1):

        def lost(error: ObjectProblem = error) -> None:
            raise error

        with monkeypatch.context() as patch:
            _while_put(patch, _nothing, lost)
            assert _run(_text(f"({number}, 'a')", "parquet", target, clauses), tmp_path).success
    assert _ids(bucket.get("a.parquet")) == ([1, 2] if clauses else [2])
    assert _run(_text("(3, 'a')", "parquet", target, clauses), tmp_path).success


def test_a_request_that_fails_is_tried_again_where_that_is_asked_for(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"{bucket.url}/a.parquet"
    faults = [ObjectProblem("the network is gone", can_pass=True)] * 2

    def fail() -> None:
        if faults:
            raise faults.pop()

    _while_put(monkeypatch, fail, _nothing)
    text = _text("(1, 'a')", "parquet", target, "mode append with (retry: 2, backoff: 10 milliseconds)")
    result = _run(text, tmp_path)
    assert result.success, result.problems
    assert result.stages[-1].attempts == 3
    assert _ids(bucket.get("a.parquet")) == [1]


def test_readers_see_one_version_or_the_other(bucket: Bucket, tmp_path: Path) -> None:
    target, seen, stop = f"{bucket.url}/a.parquet", [], threading.Event()
    versions = {tuple(range(count)) for count in range(2000, 2010)}

    def poll() -> None:
        while not stop.is_set():
            seen.append(tuple(_ids(bucket.get("a.parquet"))))

    def stored(count: int) -> bool:
        rows = ", ".join(f"({each}, 'n')" for each in range(count))
        return _run(_text(rows, "parquet", target), tmp_path).success

    assert stored(2000)
    readers = [threading.Thread(target=poll) for _ in range(2)]
    for each in readers:
        each.start()
    assert all(stored(count) for count in range(2001, 2010))
    stop.set()
    for each in readers:
        each.join()
    assert len(seen) > 20
    assert set(seen) <= versions
    assert len(set(seen)) > 2


KILLS = ["before the record", "before the request", "after the request", "after all"]
_VICTIM = """
import os, signal, sys
from odibi_sql import api
from odibi_sql.run.stores import object_target
from odibi_sql.run.stores.ledger import Ledger

point, file = sys.argv[1:]
put, write = object_target.objects.put, Ledger.write
def die(): os.kill(os.getpid(), signal.SIGKILL)
def putting(*all):
    if point == "before the request": die()
    done = put(*all)
    if point == "after the request": die()
    return done
def writing(self, entries):
    entries = list(entries)
    if point == "before the record" and entries[0][1].is_pending: die()
    write(self, entries)
    if point == "after all" and not entries[0][1].is_pending: die()
object_target.objects.put, Ledger.write = putting, writing
sys.exit(0 if api.run(file).run.success else 1)
"""


@pytest.mark.parametrize("point", KILLS)
@pytest.mark.parametrize(
    ("clauses", "was_there"),
    [("", True), ("mode append", True), ("mode append", False), ("mode merge on id", True)],
)
def test_a_kill_leaves_the_old_or_the_new_and_the_next_run_goes_on(
    bucket: Bucket, server: Server, tmp_path: Path, point: str, clauses: str, was_there: bool
) -> None:
    target, file = f"{bucket.url}/a.parquet", tmp_path / "p.odibi"
    if was_there:
        assert _run(_text("(1, 'a')", "parquet", target, clauses), tmp_path).success
        assert _run(_text("(1, 'a')", "parquet", f"{bucket.url}/b.parquet", clauses), tmp_path).success
    text = _text("(2, 'b')", "parquet", target, clauses)
    file.write_text(text)
    done = subprocess.run([sys.executable, "-c", _VICTIM, point, str(file)], env=os.environ, check=False)
    assert done.returncode == -9
    is_new = point in ("after the request", "after all")
    old = [1] if was_there else []
    new = [2] if not clauses else [*old, 2]
    has = _ids(bucket.get("a.parquet")) if bucket.has("a.parquet") else []
    assert has == (new if is_new else old)
    env = {**os.environ, **environment(server.endpoint)}
    command = [sys.executable, "-m", "odibi_sql", "run", "p.odibi", "--resume"]
    resumed = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    assert _run(_text("(2, 'b')", "parquet", f"{bucket.url}/b.parquet", clauses), tmp_path).success
    assert _read(target, tmp_path, "parquet") == _read(f"{bucket.url}/b.parquet", tmp_path, "parquet")
    again = _run(text, tmp_path) if clauses != "mode append" else None
    assert again is None or again.stages[-1].message in ("what it would store is there", "it holds the same already")
    assert CANARY not in resumed.stdout + resumed.stderr


def test_rollback_puts_the_version_before_back(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    target, file = f"{bucket.url}/out/a.parquet", tmp_path / "p.odibi"

    def rolled_back() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "odibi_sql", "rollback", "p.odibi", "a"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    for number in (1, 2, 3):
        file.write_text(_text(f"({number}, 'a')", "parquet", target))
        assert api.run(file).run.success
        if number == 1:
            done = rolled_back()
            assert done.returncode == 1
            assert f"no version before of `{target}` is kept" in done.stderr
    assert len(bucket.names()) == 2  # one version is kept
    done = rolled_back()
    assert done.returncode == 0, done.stderr
    assert "is as it was stored" in done.stdout
    assert _ids(bucket.get("out/a.parquet")) == [2]
    assert rolled_back().returncode == 0
    assert _ids(bucket.get("out/a.parquet")) == [3]
    assert len(bucket.names()) == 2
    assert api.run(file).run.stages[-1].status in ("cached", "done")
    assert _read(f"{bucket.url}/out", tmp_path, "parquet") == ["{'id': 3, 'name': 'a'}"]  # what is kept is no data
    bucket.put("out/a.parquet", b"of others")
    done = rolled_back()
    assert done.returncode == 1
    assert "was changed since" in done.stderr
    assert bucket.get("out/a.parquet") == b"of others"


def test_what_others_stored_is_kept_when_it_is_overwritten(bucket: Bucket, tmp_path: Path) -> None:
    from contextlib import closing

    from odibi_sql.run.state.database import Database
    from odibi_sql.run.stores.ledger import Ledger
    from odibi_sql.run.stores.object_rollback import rollback_object

    bucket.put("a.parquet", b"of others")
    target = f"{bucket.url}/a.parquet"
    assert _run(_text("(1, 'a')", "parquet", target, "mode overwrite"), tmp_path).success
    with closing(Database(tmp_path)) as database:
        rollback_object(Ledger(tmp_path, database), target)
    assert bucket.get("a.parquet") == b"of others"


def test_later_stages_read_what_was_stored(bucket: Bucket, server: Server, tmp_path: Path) -> None:
    target = f"{bucket.url}/a.parquet"
    text = (
        _text("(1, 'a')", "parquet", target) + 'transform b from a\n  | derive n = {n}\n\nstore b to csv "out/b.csv"\n'
    )
    for number in ("id + 1", "id + 2"):
        result = _run(text.replace("{n}", number), tmp_path)
        assert result.success, result.problems
        for copy in (tmp_path / ".odibi/objects").rglob("*.parquet"):
            copy.unlink()
    assert (tmp_path / "out/b.csv").read_text() == "id,name,n\n1,a,3\n"


def _told(tmp_path: Path, text: str, env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "p.odibi").write_text(text)
    called = [sys.executable, "-m", "odibi_sql", *(command or ("run",)), "p.odibi"]
    return subprocess.run(called, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_what_keeps_a_store_from_its_object_fails_the_run(bucket: Bucket, tmp_path: Path) -> None:
    done = _told(tmp_path, _text("(1, 'a')", "parquet", "s3://no-such-bucket/a.parquet"), {})
    assert (done.returncode, "there is no bucket `s3://no-such-bucket`" in done.stderr) == (1, True), done.stderr
    text = _text("(1, 'a')", "parquet", f"{bucket.url}/a.parquet")
    down = _told(tmp_path, text, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert (down.returncode, "cannot be reached" in down.stderr) == (1, True), down.stderr
    assert "Traceback" not in done.stderr + down.stderr
    assert CANARY not in done.stderr + down.stderr + done.stdout + down.stdout
    why = _told(tmp_path, text, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "why")
    assert "Traceback" not in why.stderr


def test_wrong_credentials_fail_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = Server(tmp_path, free=1)
    try:
        bucket = Bucket(strict.endpoint, "closed")
        done = _told(tmp_path, _text("(1, 'a')", "csv", f"{bucket.url}/a.csv"), environment(strict.endpoint))
    finally:
        strict.close()
    assert done.returncode == 1
    assert "the credentials of the environment do not open" in done.stderr
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        ('parquet "{b}/a"', "object-is-folder"),
        ('parquet "{b}/a/"', "object-is-folder"),
        ('parquet "{b}"', "object-is-folder"),
        ('parquet "{b}/a.parquet" partition by name', "object-is-folder"),
        ('parquet "{b}/a" mode append partition by name', "object-is-folder"),
        ('parquet "{b}/a" mode merge on id', "object-is-folder"),
        ('parquet "{b}/a.parquet" with (publish: together)', "object-together"),
        ('parquet "{b}//a.parquet"', "object-location"),
        ('parquet "s3://k:s@b/a.parquet"', "object-location"),
        ('parquet "s3:///a.parquet"', "object-location"),
        ('parquet "gcs://b/a.parquet"', "object-location"),
        ('parquet "S3://b/a.parquet"', "object-location"),
    ],
)
def test_what_cannot_be_whole_is_refused_when_compiled(bucket: Bucket, tmp_path: Path, clauses: str, code: str) -> None:
    text = f"ingest a from values (id int64, name string) (1, 'a')\n\nstore a to {clauses.format(b=bucket.url)}\n"
    with pytest.raises(CompileError) as caught:
        api.check(api.from_text(text, tmp_path))
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_no_target_is_written_twice_or_read_in_the_same_run(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("in/a.csv", "id\n1\n")
    ingest = f'ingest a from csv "{bucket.url}/in/*.csv"\n\n'
    for text, code in (
        (f'{ingest}store a to csv "{bucket.url}/in/b.csv"\n', "target-is-source"),
        (f'{ingest}store a to csv "{bucket.url}/b.csv"\nstore a to csv "{bucket.url}/b.csv"\n', "same-target"),
    ):
        with pytest.raises(CompileError) as caught:
            api.check(api.from_text(text, tmp_path))
        (found,) = caught.value.diagnostics
        assert found.code == code
        assert f"{bucket.url}/" in str(caught.value)


def test_checkpoints_and_why_know_objects(bucket: Bucket, tmp_path: Path) -> None:
    target = f"{bucket.url}/a.parquet"
    text = _text("(1, 'a')", "parquet", target)
    assert _told(tmp_path, text, {}).returncode == 0
    listed = subprocess.run(
        [sys.executable, "-m", "odibi_sql", "checkpoints", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert target in listed.stdout, listed
    assert "what it would store is there" in _told(tmp_path, text, {}, "why").stdout
    bucket.put("a.parquet", b"of others")
    assert f"`{target}` has changed since" in _told(tmp_path, text, {}, "why").stdout


def test_no_secret_is_in_a_file_of_a_run_that_stores(bucket: Bucket, tmp_path: Path) -> None:
    done = _told(tmp_path, _text("(1, 'a')", "parquet", f"{bucket.url}/a.parquet"), {})
    assert done.returncode == 0
    assert CANARY not in done.stdout + done.stderr
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file
