"""Rows that machines keep for each other in an object store: found by their key, held to their digests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from object_tools import CANARY, Bucket, Server

from odibi_sql import api, objects
from odibi_sql.run import RunResult, Settings

TEXT = """
ingest a from csv "a.csv" schema (id int64, name string)

transform b from a
  | derive twice = id * 2
  with (cache: true)

store b to csv "out/{out}.csv"
"""


@pytest.fixture
def machines(tmp_path: Path) -> list[Path]:
    """Give two projects with the same files, as on two machines."""
    found = [tmp_path / name for name in ("one", "other")]
    for root in found:
        root.mkdir()
        (root / "a.csv").write_text("id,name\n1,a\n2,b\n")
    return found


def _run(root: Path, location: str, out: str = "b", **more: Any) -> RunResult:
    settings = Settings(root=root, shared_cache=location)
    return api.run(api.from_text(TEXT.format(out=out), root), settings=settings, **more).run


def _computed(result: RunResult) -> list[str]:
    assert result.success, result.problems
    return [each.stage for each in result.stages if each.status == "done" and each.kind == "materialize"]


def test_what_one_machine_keeps_another_takes(bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    assert _computed(_run(one, f"{bucket.url}/cache")) == ["b"]
    result = _run(other, f"{bucket.url}/cache/")
    assert _computed(result) == []
    assert result.warnings == ()
    assert (other / "out/b.csv").read_text() == (one / "out/b.csv").read_text()
    assert len(list((other / ".odibi/cache").rglob("*.parquet"))) == 1


def test_what_is_here_is_not_asked_for(bucket: Bucket, server: Server, machines: list[Path]) -> None:
    one, _ = machines
    location = f"{bucket.url}/cache"
    _run(one, location)
    server.asked()
    assert _computed(_run(one, location, out="c")) == []
    assert server.asked() == []


def test_other_rows_have_another_key(bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    (other / "a.csv").write_text("id,name\n1,a\n3,b\n")
    location = f"{bucket.url}/cache"
    assert _computed(_run(one, location)) == _computed(_run(other, location)) == ["b"]
    assert (other / "out/b.csv").read_text() == "id,name,twice\n1,a,2\n3,b,6\n"


def test_rows_that_are_to_be_computed_each_time_are_not_shared(bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    location = f"{bucket.url}/cache"
    _run(one, location)
    assert _computed(_run(other, location, cache=False)) == ["b"]


def _damage_rows(bucket: Bucket) -> None:
    (key,) = [each for each in bucket.names() if "/rows/" in each]
    content = bytearray(bucket.get(key))
    content[len(content) // 2] ^= 1
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=bytes(content), Metadata=bucket.head(key)["Metadata"])


def _cut_rows(bucket: Bucket) -> None:
    (key,) = [each for each in bucket.names() if "/rows/" in each]
    bucket.put(key, bucket.get(key)[:-9])


def _remove_rows(bucket: Bucket) -> None:
    (key,) = [each for each in bucket.names() if "/rows/" in each]
    bucket.client.delete_object(Bucket=bucket.name, Key=key)


def _spoil_index(bucket: Bucket) -> None:
    for key in bucket.names():
        if "/keys/" in key:
            bucket.put(key, b"{")


def _lead_away(bucket: Bucket) -> None:
    """Have the index name a place outside of the folder of what is kept."""
    for key in bucket.names():
        if "/keys/" in key:
            content = bucket.get(key)
            start = content.index(b'"name":"') + 8
            bucket.put(key, content[:start] + b"../../../out/evil.parquet" + content[content.index(b'"', start) :])


@pytest.mark.parametrize("damage", [_damage_rows, _cut_rows, _remove_rows, _spoil_index, _lead_away])
def test_damaged_rows_are_none_and_are_made_good(bucket: Bucket, machines: list[Path], damage: Any) -> None:
    one, other = machines
    location = f"{bucket.url}/cache"
    _run(one, location)
    damage(bucket)
    result = _run(other, location)
    assert _computed(result) == ["b"]
    assert [*result.warnings] == [f"the rows of `b` in `{location}` are damaged: they are computed again"]
    assert (other / "out/b.csv").read_text() == "id,name,twice\n1,a,2\n2,b,4\n"
    assert not list(other.rglob("evil*"))
    third = other.parent / "third"
    third.mkdir()
    (third / "a.csv").write_text((one / "a.csv").read_text())
    result = _run(third, location)
    assert (_computed(result), result.warnings) == ([], ())


def test_rows_that_are_damaged_here_are_brought_again(bucket: Bucket, machines: list[Path]) -> None:
    one, _ = machines
    location = f"{bucket.url}/cache"
    _run(one, location)
    (file,) = (one / ".odibi/cache").rglob("*.parquet")
    file.write_bytes(b"damaged")
    assert _computed(_run(one, location, out="c")) == []
    assert (one / "out/c.csv").read_text() == (one / "out/b.csv").read_text()


def test_a_store_that_cannot_be_reached_is_a_warning(
    bucket: Bucket, machines: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = machines
    location = f"{bucket.url}/cache"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = _run(one, location)
    assert _computed(result) == ["b"]
    (warning,) = result.warnings
    assert warning.startswith(f"rows are not shared in `{location}`: the object store of")
    assert CANARY not in warning
    result = _run(other, "s3://no-such-bucket/cache")
    assert _computed(result) == ["b"]
    assert len(result.warnings) == 1


def test_a_store_that_cannot_be_reached_is_asked_once(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(url: str, most: int) -> bytes | None:
        asked.append(url)
        raise objects.ObjectProblem("cannot be reached", can_pass=True)

    monkeypatch.setattr("odibi_sql.objects.read", read)
    steps = ""
    for each in range(3):
        steps += f"transform b{each} from a\n  | derive n = id + {each}\n  with (cache: true)\n\n"
        steps += f'store b{each} to csv "b{each}.csv"\n\n'
    text = f"ingest a from values (id int64) (1)\n\n{steps}"
    settings = Settings(root=tmp_path, shared_cache=bucket.url)
    assert api.run(api.from_text(text, tmp_path), settings=settings).success
    assert len(asked) == 1
    assert bucket.names() == []


def _told(root: Path, *more: str, **env: str) -> subprocess.CompletedProcess[str]:
    (root / "p.odibi").write_text(TEXT.format(out="b"))
    command = [sys.executable, "-m", "odibi_sql", "run", "p.odibi", *more]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, **env}, check=False)


def test_the_place_is_said_on_the_command_line_or_in_the_environment(bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    assert _told(one, "--cache", f"{bucket.url}/c").returncode == 0
    assert any("/keys/" in each for each in bucket.names())
    done = _told(other, ODIBI_CACHE=f"{bucket.url}/c")
    assert done.returncode == 0, done.stderr
    assert len(list((other / ".odibi/cache").rglob("*.parquet"))) == 1
    assert "cached" in done.stdout
    for wrong in ("/tmp/cache", "s3://", "s3://k:s@b/c"):
        for told in (_told(one, "--cache", wrong), _told(one, ODIBI_CACHE=wrong)):
            assert told.returncode == 2
            assert "Traceback" not in told.stderr
    for file in one.parent.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_what_a_checkpoint_keeps_is_shared(bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    text = TEXT.replace("cache: true", "materialize: true")
    for root, computed in ((one, 1), (other, 0)):
        (root / "p.odibi").write_text(text.format(out="b"))
        command = [sys.executable, "-m", "odibi_sql", "run", "p.odibi", "--checkpoint", "1 steps"]
        command += ["--cache", bucket.url]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        from contextlib import closing

        from odibi_sql.run.state.database import Database
        from odibi_sql.run.state.runs import Runs

        with closing(Database(root)) as database:
            runs = Runs(database)
            stages = runs.stages(runs.list()[0].run)
        assert len([each for each in stages if each.stage == "b" and each.status == "done"]) == computed


def test_spark_shares_its_rows(spark: Any, bucket: Bucket, machines: list[Path]) -> None:
    one, other = machines
    location = f"{bucket.url}/cache"
    more = {"engine": "spark", "session": spark}
    assert _computed(_run(one, location, **more)) == ["b"]
    assert _computed(_run(other, location, **more)) == []
    assert (other / "out/b.csv").read_text() == (one / "out/b.csv").read_text()
    assert _computed(_run(other, location, out="c")) == ["b"]  # another engine, another key


def test_no_version_before_is_kept_where_none_is_wanted(bucket: Bucket, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        text = f'ingest a from values (id int64) ({number})\n\nstore a to csv "{bucket.url}/a.csv"\n'
        assert api.run(api.from_text(text, tmp_path), settings=Settings(root=tmp_path, keep_versions=0)).success
    assert bucket.names() == ["a.csv"]
