"""`odibi why`, `odibi cache`, and the options of `odibi run` about what is known from other runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_tools import odibi

PIPELINE = """
ingest a from csv "a.csv" schema (x int64)
transform b from a
  | filter x > 1
  with (cache: true)
transform c from b | aggregate n = count()
store c to csv "c.csv"
transform d from b | aggregate n = sum(x)
store d to csv "d.csv"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n")
    (tmp_path / "p.odibi").write_text(PIPELINE)
    assert odibi("run", "p.odibi", cwd=tmp_path).code == 0
    return tmp_path


def test_an_unchanged_run_says_what_it_took(project: Path) -> None:
    out = odibi("run", "p.odibi", cwd=project).out
    assert "= store c -> c.csv  1 row, 4 B, what it would store is there" in out
    assert "2 cached in" in out


def test_why(project: Path) -> None:
    out = odibi("why", "p.odibi", "c", cwd=project).out
    assert "ran, it was the first time" in out
    assert "now: would be cached, what it would store is there" in out
    (project / "a.csv").write_text("x\n5\n")
    assert "now: would run, source a: its files changed" in odibi("why", "p.odibi", "c", cwd=project).out
    (project / "p.odibi").write_text(PIPELINE.replace("x > 1", "x > 2"))
    assert "now: would run, step b: its operators changed" in odibi("why", "p.odibi", "c", cwd=project).out
    told = json.loads(odibi("why", "p.odibi", "--json", cwd=project).out)
    assert {each["verdict"] for each in told} == {"ran", "would run"}
    wrong = odibi("why", "p.odibi", "cc", cwd=project)
    assert (wrong.code, wrong.err) == (2, "error: no stored step `cc`; did you mean `c`?\n")


def test_why_says_what_became_of_the_target(project: Path) -> None:
    (project / "c.csv").unlink()
    assert "now: would run, `c.csv` is gone" in odibi("why", "p.odibi", "c", cwd=project).out


def why(project: Path, *words: str) -> list[tuple[str, str, list[str]]]:
    ended = odibi("cache", "why", "p.odibi", *words, "--json", cwd=project)
    assert (ended.code, ended.err) == (0, "")
    return [(each["stage"], each["verdict"], each["because"]) for each in json.loads(ended.out)]


def test_cache_why_tells_hits_and_the_part_that_changed(project: Path) -> None:
    assert why(project) == why(project, "b") == [("b", "hit", [])]
    run = json.loads(odibi("runs", "latest", "--json", cwd=project).out)["run"]
    lines = odibi("cache", "why", "p.odibi", cwd=project).out.splitlines()
    assert lines[0].startswith(f"b: hit  2 rows, {_kept(project)}, kept by {run} at 20")
    assert lines[1:] == ["1 of 1 would be taken"]
    (project / "p.odibi").write_text(PIPELINE.replace("x > 1", "x > 2"))
    assert why(project) == [("b", "miss", ["step b: its operators changed"])]
    (project / "a.csv").write_text("x\n5\n")
    assert why(project) == [("b", "miss", ["source a: its files changed", "step b: its operators changed"])]
    assert odibi("cache", "why", "p.odibi", cwd=project).out.splitlines()[-1] == "0 of 1 would be taken"
    assert why(project, "--engine", "spark")[0][1] == "miss"
    wrong = odibi("cache", "why", "p.odibi", "bb", cwd=project)
    assert (wrong.code, wrong.err) == (2, "error: no stored step `bb`; did you mean `b`?\n")


def test_cache_why_tells_what_is_not_there_and_looking_changes_nothing(project: Path) -> None:
    (file,) = (project / ".odibi/cache").rglob("*.parquet")
    file.write_bytes(file.read_bytes() + b"x")
    for _ in range(2):
        assert why(project) == [("b", "miss", ["the rows that are kept are gone or damaged"])]
    odibi("cache", "clear", cwd=project)
    assert why(project) == [("b", "miss", ["no rows of it are kept"])]
    (project / "p.odibi").write_text(PIPELINE.replace("cache: true", "cache: false, materialize: true"))
    assert why(project) == [("b", "never kept", ["`cache: false` is said of a step of it"])]
    held = PIPELINE.replace("| filter x > 1", "| filter x > 1 | derive d = x * 1 day").replace("count()", "count(d)")
    (project / "p.odibi").write_text(held.replace("cache: true", "materialize: true"))
    assert why(project) == [("b", "never kept", ["Parquet does not hold a type of its columns"])]


def test_cache_why_where_a_step_reads_the_clock(project: Path) -> None:
    (project / "p.odibi").write_text(
        PIPELINE.replace("x > 1", "x > 1 | derive at = now()").replace("sum(x)", "max(at)")
    )
    assert odibi("run", "p.odibi", cwd=project).code == 0
    ((stage, verdict, (because,)),) = why(project)
    assert (stage, verdict, because.startswith("now(): 20")) == ("b", "miss", True)


def test_from_computes_a_step_and_what_reads_it(project: Path) -> None:
    out = odibi("run", "p.odibi", "--from", "d", cwd=project).out
    assert "= store c" in out
    assert "✓ store d" in out
    assert "✓ store c" in odibi("run", "p.odibi", "--from", "b", cwd=project).out
    assert "✓ store c" in odibi("run", "p.odibi", "--no-cache", cwd=project).out
    wrong = odibi("run", "p.odibi", "--from", "x", cwd=project)
    assert (wrong.code, wrong.err.startswith("error: no step `x`")) == (2, True)


def test_what_is_kept_is_listed_and_cleared(project: Path) -> None:
    assert odibi("cache", "ls", cwd=project).out.endswith("1 kept, " + _kept(project) + "\n")
    (each,) = json.loads(odibi("cache", "ls", "--json", cwd=project).out)
    assert (each["rows"], (project / each["artifact"]).exists()) == (2, True)
    assert odibi("cache", "clear", cwd=project).out.startswith("1 removed")
    assert not (project / each["artifact"]).exists()
    assert "2 cached" in odibi("run", "p.odibi", cwd=project).out
    assert "3 results forgotten" not in odibi("cache", "clear", cwd=project).out
    odibi("cache", "clear", "--results", cwd=project)
    assert "✓ store c" in odibi("run", "p.odibi", cwd=project).out


def _kept(project: Path) -> str:
    (file,) = (each for each in (project / ".odibi/cache").rglob("*.parquet"))
    return f"{file.stat().st_size} B"


def test_where_there_was_no_run(tmp_path: Path) -> None:
    ended = odibi("cache", "ls", cwd=tmp_path)
    assert (ended.code, "no run of a pipeline is known" in ended.err) == (2, True)
    assert not (tmp_path / ".odibi").exists()


def test_what_is_kept_has_limits(project: Path) -> None:
    other = project / "q.odibi"
    other.write_text('ingest o from values (x int64) (1)\nstore o to csv "o.csv"\n')
    words = ("run", "q.odibi", "--cache-limit", "1 MiB", "--cache-age", "30d", "--keep-runs", "5")
    assert odibi(*words, cwd=project).code == 0
    assert len(json.loads(odibi("cache", "ls", "--json", cwd=project).out)) == 1
    assert odibi("run", "q.odibi", "--cache-limit", "10B", cwd=project).code == 0
    assert json.loads(odibi("cache", "ls", "--json", cwd=project).out) == []
    assert odibi("run", "q.odibi", "--keep-runs", "1", cwd=project).code == 0
    assert len(json.loads(odibi("runs", "--json", "--pipeline", "q", cwd=project).out)) <= 2
    for option, value, words_ in [
        ("--cache-age", "long", "`long` is no length of time; write it as `30d`, `12h`, `2 weeks`"),
        ("--cache-limit", "80%", "`80%` is no size; write it as `4GB`"),
    ]:
        wrong = odibi("run", "q.odibi", option, value, cwd=project)
        assert (wrong.code, words_ in wrong.err) == (2, True), wrong.err
