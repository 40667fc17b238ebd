"""Events in a log: JSON lines for machines, words for people, no line lost or torn, the root logger left alone."""

from __future__ import annotations

import datetime
import json
import logging
import multiprocessing
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from odibi_sql import api
from odibi_sql.hooks import log_events, rotate_logs, summarize
from odibi_sql.logs import JsonLines, LogFile, Words, log_event, redacted, rotate
from odibi_sql.run import events
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import event_file, read_events

TEXT = """pipeline p
ingest a from csv "a.csv" schema (x int64, c string)
transform b from a | expect small: x < 2 else warn | derive n = cast(c as int64)
store b to csv "b.csv"
transform d from a | filter x > 0
store d to csv "d.csv"
"""
COMMAND = (sys.executable, "-m", "odibi_sql")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "p.odibi").write_text(TEXT)
    (tmp_path / "a.csv").write_text("x,c\n1,1\n2,2\n")
    return tmp_path


def odibi(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **env},
    )
    assert "Traceback" not in done.stderr
    return done


def lines_of(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_each_event_is_a_line_with_its_own_time(project: Path) -> None:
    done = odibi(project, "run", "p.odibi", "--log", "logs/run.log", "--log-level", "debug")
    assert (done.returncode, done.stderr) == (0, "")
    lines = lines_of(project / "logs/run.log")
    run = str(lines[0]["run"])
    told = list(read_events(event_file(project, run)))
    assert [each["event"] for each in lines] == [*(each.name for each in told), "run_recorded"]
    for line, event in zip(lines, told, strict=False):
        assert (line["run"], line["seq"], line["logger"]) == (run, event.seq, "odibi_sql.run")
        time = datetime.datetime.fromisoformat(str(line["time"]))
        assert abs(time - event.at) < datetime.timedelta(milliseconds=1)
        assert line["level"] in ("DEBUG", "INFO", "WARNING", "ERROR")
    (stored,) = [each for each in lines if each["event"] == "node_complete" and each["stage"] == "store b"]
    assert (stored["rows"], stored["attempt"], stored["target"], stored["steps"]) == (
        2,
        1,
        "b.csv",
        ["a", "b", "store b"],
    )
    (broken,) = [each for each in lines if each["event"] == "quality_failed"]
    assert (broken["level"], broken["rule"], broken["count"]) == ("WARNING", "small", 1)
    again = odibi(project, "run", "p.odibi", "--log", "logs/run.log")
    assert again.returncode == 0
    assert len(lines_of(project / "logs/run.log")) > len(lines)


def test_levels_hold_back_what_is_less(project: Path) -> None:
    (project / "a.csv").write_text("x,c\n1,y\n3,2\n")
    done = odibi(project, "run", "p.odibi", "--keep-going", "--log", "run.log", "--log-level", "error")
    assert done.returncode == 1
    lines = lines_of(project / "run.log")
    assert {each["event"] for each in lines} == {"node_error", "pipeline_error"}
    assert {each["level"] for each in lines} == {"ERROR"}
    (failed,) = [each for each in lines if each["event"] == "node_error"]
    assert failed["stage"] == "store b"
    assert "cannot be cast" in str(failed["message"]) or "'y'" in str(failed["message"])


def test_verbose_tells_it_in_words_on_standard_error(project: Path) -> None:
    quiet = odibi(project, "run", "p.odibi")
    done = odibi(project, "run", "p.odibi", "--no-cache", "-v")
    assert quiet.stderr == ""
    assert any(line.endswith("WARNING b_checks: warn small: 1 row") for line in done.stderr.splitlines())
    assert any("INFO    store b: done, 2 rows" in line for line in done.stderr.splitlines())
    assert done.stdout.splitlines()[-1].startswith("p: ")


def test_on_a_terminal_the_lines_come_above_the_live_display(project: Path) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen([*COMMAND, "run", "p.odibi", "-v"], cwd=project, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        output += piece
    os.close(ours)
    assert child.wait() == 0
    assert b"INFO    store b: done, 2 rows" in output
    assert b"Traceback" not in output


def test_what_a_run_warns_of_is_in_the_log_too(project: Path) -> None:
    (project / "broken_hook.py").write_text("def f(event): raise ValueError('no such day')\n")
    with (project / "p.odibi").open("a") as file:
        file.write('on pipeline_start call "broken_hook:f"\n')
    done = odibi(project, "run", "p.odibi", "--log", "run.log", "-v")
    (warned,) = [each for each in lines_of(project / "run.log") if each["event"] == "warning"]
    assert "no such day" in str(warned["message"])
    assert done.stderr.count("no such day") == 1


def test_a_log_that_cannot_be_opened_ends_the_command(project: Path) -> None:
    (project / "file").write_text("")
    done = odibi(project, "run", "p.odibi", "--log", "file/run.log")
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write the log `file/run.log`: ")
    assert not (project / "b.csv").exists()


def test_a_log_that_cannot_be_written_is_a_warning(project: Path) -> None:
    done = odibi(project, "run", "p.odibi", "--log", "/dev/full")
    assert done.returncode == 0
    assert "warning: the hook `log` failed with pipeline_start, and" in done.stderr
    assert "No space left on device" in done.stderr


def test_from_python_only_who_asks_is_told(project: Path) -> None:
    code = (
        "import logging, sys; from odibi_sql import api; from odibi_sql.run.bus import EventBus\n"
        "from odibi_sql.hooks import log_events; bus = EventBus(); log_events(bus)\n"
        "assert api.run('p.odibi', bus=bus, cache=False).success\n"
        "assert logging.getLogger().handlers == [] and logging.getLogger().level == logging.WARNING\n"
        "(none,) = logging.getLogger('odibi_sql').handlers; assert isinstance(none, logging.NullHandler)\n"
        "print('silent', file=sys.stderr, flush=True)\n"
        "logging.basicConfig(level='INFO', format='%(name)s %(levelname)s %(message)s')\n"
        "assert api.run('p.odibi', bus=bus, cache=False).success; bus.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False)
    before, _, after = done.stderr.partition("silent\n")
    assert (done.returncode, before) == (0, ""), done.stderr
    assert "odibi_sql.run INFO store b: done, 2 rows" in after


def test_the_command_leaves_logging_as_it_was(project: Path) -> None:
    from click.testing import CliRunner

    from odibi_sql.cli.run_command import command

    logger = logging.getLogger("odibi_sql")
    before = logger.level, [*logger.handlers], [*logging.getLogger().handlers]
    done = CliRunner().invoke(
        command, [str(project / "p.odibi"), "--log", str(project / "x.log"), "--log-level", "debug"]
    )
    assert done.exit_code == 0, done.output
    assert (logger.level, [each for each in logger.handlers if not isinstance(each, logging.NullHandler)]) == (
        before[0],
        [each for each in before[1] if not isinstance(each, logging.NullHandler)],
    )
    assert logging.getLogger().handlers == before[2]


def test_every_event_has_words_and_facts_of_its_own() -> None:
    now = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)
    needed = {
        "node": "store b",
        "kind": "write",
        "pipeline": "p",
        "engine": "duckdb",
        "seconds": 1.5,
        "message": "no",
        "reason": "why",
        "attempt": 2,
        "wait": 0.5,
        "key": "k",
        "layer": "gold",
        "mode": "auto",
        "rule": "r",
        "action": "warn",
        "count": 3,
        "dataset": "b",
        "before": ("x int64",),
        "after": ("x int32",),
        "status": "done",
        "root": "/r",
    }
    logger = logging.getLogger("odibi_sql")
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logger.addHandler(handler)
    level, logger.level = logger.level, logging.DEBUG
    logging.getLogger("odibi_sql.run").manager._clear_cache()  # type: ignore[attr-defined]
    try:
        kinds = get_args(events.OneEvent)
        for kind in kinds:
            facts = {name: needed[name] for name in kind.__struct_fields__ if name in needed}
            log_event(kind(**facts, run="r", seq=1, at=now))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    words = [each.getMessage() for each in seen]
    assert len(words) == len(set(words)) == len(kinds)
    assert not any(each in (kind.__struct_config__.tag for kind in kinds) for each in words)
    for record, kind in zip(seen, kinds, strict=True):
        line = json.loads(JsonLines().format(record))
        assert line["event"] == kind.__struct_config__.tag
        assert line["time"] == "2026-11-26T00:00:00.000Z"
        assert {"run", "level", "message", "logger", "seq"} <= set(line)
        assert ("stage" in line) == issubclass(kind, events.NodeEvent)


def test_lines_are_json_whatever_they_hold_and_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'pass"word\\ü🚲'
    monkeypatch.setenv("MY_SERVICE_TOKEN", secret)
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    event = events.NodeError(node="a\n\udc80", kind="write", message=f"abc {secret} {float('nan')}", run="r")
    record = logging.LogRecord("odibi_sql.run", logging.ERROR, "", 0, "%s", (event.message,), None)
    record.odibi = {"stage": event.node, "count": float("inf"), "hint": secret}
    line = JsonLines().format(record)
    told = json.loads(line)
    assert "\n" not in line
    assert (told["message"], told["hint"], told["count"]) == ("abc [redacted] nan", "[redacted]", "Infinity")
    assert secret not in Words().format(record)
    assert redacted("abc") == "abc"


def test_a_traceback_is_in_the_line_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-1")
    try:
        raise ValueError("it is canary-secret-1")  # noqa: TRY301
    except ValueError:
        record = logging.LogRecord("odibi_sql", logging.ERROR, "", 0, "no", (), sys.exc_info())
    for form in (JsonLines(), Words()):
        assert "ValueError: it is [redacted]" in form.format(record)


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("odibi_sql.run", logging.INFO, "", 0, text, (), None)


def test_a_full_file_is_renamed_and_so_many_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    handler = LogFile(file, size=50, kept=2)
    for number in range(20):
        handler.emit(record(f"{number:02} {'x' * 20}"))
    handler.emit(record("y" * 200))  # alone in a file
    handler.emit(record("last"))
    handler.close()
    handler.close()
    texts = [each.read_text() for each in (file, tmp_path / "a.log.1", tmp_path / "a.log.2")]
    assert texts == ["last\n", "y" * 200 + "\n", f"18 {'x' * 20}\n19 {'x' * 20}\n"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.log", "a.log.1", "a.log.2", "a.log.lock"]
    assert not rotate(tmp_path / "none.log", size=1)
    assert rotate(file, size=1, kept=0)
    assert not file.exists()


def _write(file: Path, worker: int, count: int) -> None:
    handler = LogFile(file, size=2_000, kept=1_000)
    for number in range(count):
        handler.emit(record(json.dumps({"worker": worker, "number": number, "text": "x" * 50})))


def test_processes_that_write_to_one_file_lose_no_line(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write, args=(tmp_path / "a.log", each, 200)) for each in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
        assert each.exitcode == 0
    found = [json.loads(line) for file in tmp_path.glob("a.log*") for line in file.read_text().splitlines()]
    assert sorted((each["worker"], each["number"]) for each in found) == [(w, n) for w in range(4) for n in range(200)]
    assert all(each.stat().st_size <= 2_300 for each in tmp_path.glob("a.log*"))
    assert len(list(tmp_path.glob("a.log.*"))) > 10


def test_a_file_that_someone_else_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    handler = LogFile(file)
    handler.emit(record("one"))
    file.rename(tmp_path / "moved.log")
    handler.emit(record("two"))
    handler.close()
    assert ((tmp_path / "moved.log").read_text(), file.read_text()) == ("one\n", "two\n")


def test_hooks_for_the_summary_and_for_files_of_others(project: Path) -> None:
    import io

    words, as_json = io.StringIO(), io.StringIO()
    bus = EventBus()
    log_events(bus)
    summarize(bus, words)
    summarize(bus, as_json, as_json=True)
    (project / "other.log").write_text("x" * 100)
    rotate_logs(bus, project / "other.log", size=50, kept=1)
    result = api.run(api.load(project / "p.odibi"), bus=bus)
    bus.close()
    assert (result.success, result.run.warnings) == (True, ())
    assert words.getvalue().startswith("p: done in ")
    assert "4 rows and " in words.getvalue()
    told = json.loads(as_json.getvalue())
    assert (told["run"], told["rows"]) == (result.run.run, 4)
    assert told["total_duration_ms"] == round(result.run.seconds * 1000, 3)
    assert (project / "other.log.1").read_text() == "x" * 100


def test_hooks_of_a_pipeline_take_what_they_need_from_the_environment(project: Path) -> None:
    with (project / "p.odibi").open("a") as file:
        file.write(
            'on run_recorded call "odibi_sql.hooks:metrics"\n'
            'on run_recorded call "odibi_sql.hooks:summary"\n'
            'on run_recorded call "odibi_sql.hooks:rotate_log"\n'
            'on pipeline_error call "odibi_sql.hooks:alert"\n'
        )
    (project / "big.log").write_bytes(b"x" * (11 * 2**20))
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    done = odibi(elsewhere, "run", "../p.odibi", ODIBI_LOG_FILE="big.log")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("p: done in ")
    assert (project / ".odibi/metrics.prom").exists()
    assert (project / "big.log.1").exists()
    odibi(project, "run", "p.odibi", ODIBI_METRICS_FILE="out/p.prom")
    assert (project / "out/p.prom").exists()
    (project / "a.csv").write_text("x,c\n1,y\n")
    failed = odibi(project, "run", "p.odibi")
    assert (
        "warning: the hook `odibi_sql.hooks:alert` failed with pipeline_error: the variable `ODIBI_ALERT_URL`"
        in failed.stderr
    )
