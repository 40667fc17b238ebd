"""What is said to be sensitive is in no record, message or picture of a run, nor is what is made of it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.ir import Schema
from odibi_sql.plan import Stage
from odibi_sql.run.masking import without_values
from odibi_sql.run.state.database import Database
from odibi_sql.track import Track, read_track

CANARY = "canary7391"
TEXT = """pipeline people

ingest people from csv "people.csv" schema (id int64 not null, email string, age int64)
  with (sensitive: ["email"])

transform named from people
  | derive user = lower(email), long = length(email), is_known = email is not null
  | expect known: length(user) > 100 else warn
  | expect unique user else warn
  with (materialize: true)

transform counts from named | aggregate n = count(), mails = max(user) group by age
transform ages from named | select age
store named to csv "named.csv"
store counts to parquet "counts.parquet"
store ages to ndjson "ages.ndjson"
"""


def _rows(*more: str) -> str:
    return "id,email,age\n" + f"1,{CANARY}@x.org,30\n2,{CANARY}@x.org,31\n3,,32\n" + "".join(more)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "people.odibi").write_text(TEXT)
    (tmp_path / "people.csv").write_text(_rows())
    return tmp_path


def _artifacts(project: Path) -> dict[str, bytes]:
    """Return what the project keeps of its runs; what is stored for others is data."""
    return {str(each): each.read_bytes() for each in (project / ".odibi").rglob("*") if each.is_file()}


def _is_clean(project: Path, *texts: str) -> bool:
    found = [name for name, content in _artifacts(project).items() if CANARY.encode() in content]
    return not found and not any(CANARY in text for text in texts)


def _read(project: Path) -> Track:
    with closing(Database(project)) as database:
        return read_track(project, database)


def _hidden(track: Track, step: str) -> set[str]:
    found = track.step(step)
    assert found is not None
    return {each.name for each in found.columns if each.is_sensitive}


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_nothing_of_it_is_written_down(engine: str, project: Path, request: pytest.FixtureRequest) -> None:
    session: Any = request.getfixturevalue("spark") if engine == "spark" else None
    result = api.run(api.load(project / "people.odibi"), engine=engine, session=session)
    assert result.success, result.run.problems
    assert (project / "named.csv").read_text().count(CANARY) == 4  # the data itself is whole
    assert _is_clean(project, repr(result.run))
    track = _read(project)
    assert _hidden(track, "people") == {"email"}
    assert _hidden(track, "named") == {"email", "user", "long", "is_known"}
    assert _hidden(track, "counts") == {"mails"}
    assert _hidden(track, "ages") == set()
    named, ages = track.step("named"), track.step("ages")
    assert named is not None
    assert ages is not None
    assert named.sample is not None
    assert named.sample.masked == ("email", "user", "long", "is_known")
    assert [rule.broken is not None for rule in named.rules] == [True, True]
    assert ages.sample is not None
    assert {row[0] for row in ages.sample.rows} == {"30", "31", "32"}


def test_a_column_that_becomes_sensitive_is_masked_in_what_is_carried_over(project: Path) -> None:
    (project / "people.odibi").write_text(TEXT.replace('  with (sensitive: ["email"])\n', ""))
    api.run(api.load(project / "people.odibi"))
    for each in (project / ".odibi" / "runs").rglob("track.json"):
        assert CANARY in each.read_text()
    (project / "people.odibi").write_text(TEXT)
    api.run(api.load(project / "people.odibi"))
    latest = sorted((project / ".odibi" / "runs").iterdir())[-1]
    assert CANARY not in (latest / "track.json").read_text()
    named = _read(project).step("named")
    assert named is not None
    assert named.status == "cached"


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize(
    ("was", "becomes", "row"),
    [
        ("email string", "email int64", ""),
        ("email string", "email date", ""),
        ("derive user", "derive number = cast(email as int64), user", ""),
        ("age int64", "age int64", f"4,b,5,{CANARY}\n"),
        ("age int64", "age int64", f"4,b,{CANARY}\n"),
    ],
)
def test_a_failure_does_not_say_the_value(
    engine: str, was: str, becomes: str, row: str, project: Path, request: pytest.FixtureRequest
) -> None:
    session: Any = request.getfixturevalue("spark") if engine == "spark" else None
    text = TEXT.replace(was, becomes, 1)
    if "email int64" in text or "email date" in text:
        text = text.replace("lower(email)", "cast(email as string)").replace("length(email)", "1")
    (project / "people.odibi").write_text(text)
    (project / "people.csv").write_text(_rows(row))
    result = api.run(api.load(project / "people.odibi"), engine=engine, session=session)
    assert not result.success
    assert _is_clean(project, repr(result.run)), result.run.problems


def test_the_command_line_does_not_say_it_either(project: Path) -> None:
    (project / "people.csv").write_text(_rows("x\n"))
    command = [sys.executable, "-m", "odibi_sql", "run", "people.odibi"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    (project / "people.odibi").write_text(TEXT.replace("derive user", "derive number = cast(email as int64), user"))
    ended = subprocess.run(command, cwd=project, env=environment, capture_output=True, check=False, timeout=120)
    assert ended.returncode == 1
    assert _is_clean(project, ended.stdout.decode(), ended.stderr.decode())


def test_only_columns_of_the_step_can_be_sensitive() -> None:
    text = 'ingest t from values (email string) (\'a\')\n  with (sensitive: ["emial"])\nstore t to csv "t.csv"'
    with pytest.raises(CompileError, match=r"no column `emial`.*") as raised:
        api.check(api.from_text(text))
    assert "email" in raised.value.diagnostics[0].advice
    text = 'ingest t from values (email string) (\'a\')\nstore t to csv "t.csv" with (sensitive: ["email"])'
    with pytest.raises(CompileError, match="sensitive"):
        api.check(api.from_text(text))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("`a.csv` line 7: `secret` in column `email` is no int64", "`a.csv` line 7: `…` in column `email` is no int64"),
        ("`a.csv` line 7 has 3 values, 2 are wanted: secret,row", "`a.csv` line 7 has … values, … are wanted"),
        ("Could not convert string 'secret' to INT64", "Could not convert string '…' to INT64"),
        ("Type INT64 with value 4711 can't be cast", "Type INT64 with value … can't be cast"),
        ("`a.csv` line 3 does not fit: cast 'x', expected 12", "`a.csv` line 3 does not fit"),
    ],
)
def test_messages_keep_their_names_and_places(message: str, told: str) -> None:
    assert without_values(message, Stage(name="a.csv", sql="", schema=Schema(()), steps=("email",))) == told
