"""No secret of the environment is in anything that a run leaves or tells, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent / "alerts"))
from listener import HANG, Listener, listening

CANARY = "canary-5b2e9d-secret"
ADDRESS, KEY, TOKEN = f"{CANARY}-address", f"{CANARY}-key", f"{CANARY}-token"
ROOT = Path(__file__).resolve().parents[1]
TEXT = """pipeline p
ingest a from csv "a.csv" schema (x int64, c string)
transform b from a | expect small: x < 2 else warn | derive n = cast(c as int64)
store b to csv "b.csv"
"""
SLOW = TEXT.replace("from a |", "from a | join cross a (y = x) | join cross a (z = x) |")
# What a library of ours, or another, may do: fail with what it was given. Imported by Python when it starts.
BREAKS = """
import os, urllib.request
def fail(*_, **__):
    raise {error}("cannot take " + os.environ["HOOK"] + " with " + os.environ["AWS_SECRET_ACCESS_KEY"])
urllib.request.OpenerDirector.open = fail
"""


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "p.odibi").write_text(TEXT)
    (folder / "a.csv").write_text("x,c\n1,1\n2,2\n")
    return folder


def environment(server: Listener, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "HOOK": server.url(f"/services/{ADDRESS}"),
        "ODIBI_ALERT_URL": server.url(f"/services/{ADDRESS}"),
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_SESSION_TOKEN": TOKEN,
        "AZURE_STORAGE_ACCOUNT_KEY": KEY,
        "GOOGLE_SERVICE_ACCOUNT_KEY": f'{{"private_key": "{KEY}"}}',
        "OPENLINEAGE_API_KEY": KEY,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
        **more,
    }


def command(*more: str) -> list[str]:
    asked = ["run", "p.odibi", "--log", "run.log", "--log-level", "debug", "-v", "--metrics", "p.prom", "--story"]
    asked += ["--openlineage", "lineage.ndjson"] if find_spec("openlineage") else []
    return [sys.executable, "-m", "odibi_sql", *asked, "--alert-webhook-env", "HOOK", *more]


def ran(project: Path, env: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*more), cwd=project, env=env, capture_output=True, text=True, timeout=300, check=False
    )
    hold(project, done.stdout + done.stderr)
    return done


def hold(project: Path, output: str) -> None:
    """Look for the secrets in everything that is there."""
    assert CANARY not in output, output
    looked_at = 0
    for file in project.rglob("*"):
        if file.is_file():
            looked_at += 1
            assert CANARY.encode() not in file.read_bytes(), file
            assert CANARY not in str(file)
    assert looked_at >= 2


def told(project: Path, env: dict[str, str]) -> None:
    """Have everything told that can be of what there was."""
    for words in (
        ("runs", "latest", "--events"),
        ("runs", "--json"),
        ("metrics", "--json"),
        ("metrics", "--prometheus"),
        ("why", "p.odibi"),
        ("story", "latest"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "odibi_sql", *words],
            cwd=project,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        hold(project, done.stdout + done.stderr)


def test_the_look_finds_what_is_there(project: Path) -> None:
    (project / ".odibi").mkdir()
    (project / ".odibi/x").write_bytes(b"\x00" + KEY.encode())
    (project / "y").write_text("")
    with pytest.raises(AssertionError):
        hold(project, "")
    with pytest.raises(AssertionError):
        hold(project, TOKEN)


def test_a_run_that_is_done(project: Path, server: Listener) -> None:
    env = environment(server)
    assert ran(project, env).returncode == 0
    assert (project / "p.prom").exists()
    assert (project / "run.log").exists()
    told(project, env)


@pytest.mark.parametrize("answers", [[], [500] * 9, [404], [429, 200], [HANG] * 9], ids=str)
def test_a_run_that_fails_whatever_the_webhook_does(project: Path, server: Listener, answers: list[int]) -> None:
    server.answers = [*answers]
    (project / "a.csv").write_text("x,c\n1,y\n")
    env = environment(server)
    done = ran(project, env)
    assert done.returncode == 1
    assert "pipeline_error" in (project / "run.log").read_text()
    assert ADDRESS in server.got[0][0]
    assert not any(CANARY in each for each in server.texts)
    told(project, env)


@pytest.mark.parametrize("address", [f"htp://{ADDRESS}", f"http://127.0.0.1:{ADDRESS}/", f"http://[{ADDRESS}", ADDRESS])
def test_an_address_that_is_none(project: Path, server: Listener, address: str) -> None:
    (project / "a.csv").write_text("x,c\n1,y\n")
    with (project / "p.odibi").open("a") as file:
        file.write('on pipeline_error call "odibi_sql.hooks:alert"\n')
    done = ran(project, environment(server, HOOK=address, ODIBI_ALERT_URL=address))
    assert done.returncode == 1
    assert "warning: the hook `alert` failed" in done.stderr
    assert "warning: the hook `odibi_sql.hooks:alert` failed" in done.stderr


@pytest.mark.parametrize("debug", [{}, {"ODIBI_DEBUG": "1"}])
@pytest.mark.parametrize("error", ["ValueError", "OSError", "urllib.error.URLError", "RuntimeError"])
def test_a_library_that_fails_with_the_address_in_its_words(
    project: Path, server: Listener, error: str, debug: dict[str, str]
) -> None:
    (project / "a.csv").write_text("x,c\n1,y\n")
    breaks = project.parent / "breaks"
    breaks.mkdir()
    (breaks / "sitecustomize.py").write_text(BREAKS.format(error=error))
    path = f"{breaks}{os.pathsep}{ROOT}"
    done = ran(project, environment(server, PYTHONPATH=path, **debug))
    assert done.returncode == 1
    assert "warning: the hook `alert` failed" in done.stderr
    assert server.got == []


def test_a_crash_with_a_traceback(project: Path, server: Listener) -> None:
    """A defect of odibi itself, with all the frames of the stack: nothing on the way has a secret in its words."""
    breaks = project.parent / "breaks"
    breaks.mkdir()
    (breaks / "sitecustomize.py").write_text(
        "import sys, importlib.abc, importlib.machinery\n"
        "class Find(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'odibi_sql.run.engines.duckdb': return None\n"
        "        raise RuntimeError('a defect')\n"
        "sys.meta_path.insert(0, Find())\n"
    )
    path = f"{breaks}{os.pathsep}{ROOT}"
    shown = ran(project, environment(server, PYTHONPATH=path, ODIBI_DEBUG="1"))
    assert "Traceback" in shown.stderr
    assert shown.returncode == 1
    words = ran(project, environment(server, PYTHONPATH=path))
    assert "internal error: RuntimeError: a defect" in words.stderr
    assert server.texts != []  # it is told all the same
    assert not any(CANARY in each for each in server.texts)
    told(project, environment(server))


def test_a_run_that_is_killed_and_one_that_is_ended(project: Path, server: Listener) -> None:
    (project / "p.odibi").write_text(SLOW)
    (project / "a.csv").write_text("x,c\n" + "".join(f"{n},{n}\n" for n in range(3_000)))
    env = environment(server)
    for number in (signal.SIGKILL, signal.SIGTERM):
        output = (project.parent / "output").open("w+")
        child = subprocess.Popen(command(), cwd=project, env=env, stdout=output, stderr=output)
        until = time.monotonic() + 60
        while '"event":"node_start"' not in log_of(project) and time.monotonic() < until:
            time.sleep(0.05)
        assert child.poll() is None, "it was over before it could be ended"
        child.send_signal(number)
        assert child.wait(60) != 0
        output.seek(0)
        hold(project, output.read())
        output.close()
        (project / "run.log").rename(project / f"run-{number}.log")
    told(project, env)


def log_of(project: Path) -> str:
    try:
        return (project / "run.log").read_text()
    except FileNotFoundError:
        return ""


def test_an_object_store_that_is_not_there(project: Path, server: Listener) -> None:
    pytest.importorskip("obstore")
    (project / "p.odibi").write_text(TEXT.replace('"a.csv"', '"s3://bucket/a.csv"'))
    done = ran(project, environment(server, AWS_MAX_RETRIES="0"))
    assert done.returncode != 0
    (project / "p.odibi").write_text(TEXT.replace('"b.csv"', '"s3://bucket/b.csv"'))
    done = ran(project, environment(server))
    assert done.returncode != 0
