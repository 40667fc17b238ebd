"""A failure is told once, to a server that fails, hangs and comes back; no alert fails a run, or tells its address."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from listener import CLOSE, HANG, Listener, listening

from odibi_sql import api
from odibi_sql.alerts import Alert, AlertProblem, Once, Webhook
from odibi_sql.alerts.alert import text_of
from odibi_sql.hooks import send_alerts
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import NodeStart, PipelineError

FAILED = PipelineError(
    pipeline="shop", seconds=1.5, message="`c` of row 17 is no number", hint="look at it", failed=("store a",), run="r1"
)
TEXT = """pipeline shop
ingest a from csv "a.csv" schema (x int64, c string)
transform b from a | derive n = cast(c as int64)
store b to csv "b.csv"
"""
NAME = "SHOP_WEBHOOK"
QUICK = {"timeout": 0.4, "backoff": 0.02, "patience": 5.0}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    with listening() as found:
        monkeypatch.setenv(NAME, found.url())
        yield found


def alert(root: Path, minutes: float = 60, **more: float) -> Alert:
    return Alert(Webhook(variable=NAME, **(QUICK | more)), root, minutes=minutes)  # type: ignore[arg-type]


def odibi(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "odibi_sql", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **env},
    )
    assert "Traceback" not in done.stderr
    return done


def failing(folder: Path) -> Path:
    (folder / "p.odibi").write_text(TEXT)
    (folder / "a.csv").write_text("x,c\n1,y\n")
    return folder


def test_what_is_sent_is_what_slack_takes(tmp_path: Path, server: Listener) -> None:
    alert(tmp_path)(FAILED)
    ((path, headers, message),) = server.got
    assert path == "/services/T000/secret"
    assert headers["Content-Type"] == "application/json"
    assert list(message) == ["text"]
    assert message["text"] == (
        f"Pipeline `shop` failed in `store a` after 1.5 s on {socket.gethostname()}\n"
        "`c` of row 17 is no number\nhelp: look at it\nodibi runs r1"
    )
    alert(tmp_path)(NodeStart(node="a", kind="write"))
    assert len(server.got) == 1
    assert len(text_of(PipelineError(pipeline="p", seconds=1.0, message="x" * 9_999))) == 2_000


@pytest.mark.parametrize("answers", [[500], [429], [503, 502, 500], [CLOSE], [HANG], [CLOSE, HANG, 500]])
def test_what_can_pass_is_met_with_another_try(tmp_path: Path, server: Listener, answers: list[int]) -> None:
    server.answers = [*answers]
    alert(tmp_path)(FAILED)
    assert len(server.got) == len(answers) + 1
    assert len(set(server.texts)) == 1
    alert(tmp_path)(FAILED)  # the same
    assert len(server.got) == len(answers) + 1


@pytest.mark.parametrize(
    ("answers", "words", "sent"),
    [
        ([400], "answered 400", 1),
        ([403], "answered 403", 1),
        ([404], "answered 404", 1),
        ([301], "answered 301", 1),
        ([307], "answered 307", 1),
        ([500] * 9, "answered 500, at 4 tries", 4),
        ([HANG] * 9, "did not answer within 0.4 s, at 4 tries", 4),
        ([CLOSE] * 9, "cannot be reached: ", 4),
    ],
)
def test_what_does_not_pass_is_told_without_the_address(
    tmp_path: Path, server: Listener, answers: list[int], words: str, sent: int
) -> None:
    server.answers = [*answers]
    server.headers = {"Location": server.url("/services/elsewhere")}
    with pytest.raises(AlertProblem) as refused:
        alert(tmp_path)(FAILED)
    assert f"the webhook of `{NAME}` {words}" in str(refused.value)
    assert len(server.got) == sent
    assert {path for path, _, _ in server.got} == {"/services/T000/secret"}
    shown = "".join(traceback.format_exception(refused.value))
    assert "secret" not in shown
    server.answers = []
    alert(tmp_path)(FAILED)  # it was not sent, so that the next one is, and tells of it
    assert "It failed so 1 times more since it was told last." in server.texts[-1]


def test_the_wait_doubles_and_is_as_long_as_the_server_asks(tmp_path: Path, server: Listener) -> None:
    server.answers = [500, 500, 500]
    alert(tmp_path, backoff=0.1)(FAILED)
    waits = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    assert waits[0] >= 0.1 and waits[1] >= 0.2 and waits[2] >= 0.4
    server.times.clear()
    server.answers, server.headers = [429], {"Retry-After": "1"}
    alert(tmp_path / "other")(FAILED)
    assert server.times[1] - server.times[0] >= 1.0
    server.answers, server.headers = [429], {"Retry-After": "3600"}
    began = time.monotonic()
    with pytest.raises(AlertProblem, match="answered 429"):
        alert(tmp_path / "third")(FAILED)
    assert time.monotonic() - began < 2  # nobody waits an hour


def test_all_of_it_is_over_in_time(tmp_path: Path, server: Listener) -> None:
    server.answers = [HANG] * 99
    began = time.monotonic()
    with pytest.raises(AlertProblem, match="did not answer"):
        alert(tmp_path, timeout=0.5, patience=1.2, tries=99)(FAILED)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "is not set"),
        ("hooks.example.com/secret", "holds no address that begins with `https://`"),
        ("htps://secret", "holds no address"),
        ("file:///etc/secret", "holds no address"),
        ("http://127.0.0.1:1/secret with space", "holds no address"),
        ("http://127.0.0.1:1/secret\r\nHost: x", "holds no address"),
        ("http://[secret", "has an address that is none"),
        ("http://127.0.0.1:secret/x", "has an address that is none"),
        ("http://127.0.0.1:1/secret", "cannot be reached: connection refused"),
        ("http://user:secret@127.0.0.1:1/x", ""),
        ("http://secret.invalid/x", ""),
        ("http://" + "secret" * 50 + "/", ""),
        ("https://127.0.0.1:1/secret", "cannot be reached: connection refused"),
    ],
)
def test_an_address_that_is_none_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.setenv(NAME, address)
    with pytest.raises(AlertProblem) as refused:
        alert(tmp_path, tries=1)(FAILED)
    assert words in str(refused.value)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_a_server_that_speaks_no_tls_or_no_http_is_told_without_the_address(
    tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, server.url().replace("http:", "https:"))
    with pytest.raises(AlertProblem) as refused:
        alert(tmp_path, tries=1)(FAILED)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_the_same_failure_is_what_differs_in_numbers_alone(tmp_path: Path, server: Listener) -> None:
    from msgspec.structs import replace

    send = alert(tmp_path)
    send(FAILED)
    send(replace(FAILED, message="`c` of row 18 is no number", run="r2", seconds=9.0))
    assert len(server.got) == 1
    for other in ({"pipeline": "other"}, {"failed": ("store b",)}, {"message": "a disk is full"}):
        send(replace(FAILED, **other))
    assert len(server.got) == 4


def test_after_the_time_it_is_sent_again_with_how_often_it_came(tmp_path: Path, server: Listener) -> None:
    for minutes, sent in ((60, 1), (60, 1), (60, 1), (0, 2), (60, 2), (0, 3)):
        alert(tmp_path, minutes)(FAILED)
        assert len(server.got) == sent
    assert "2 times more" in server.texts[1]
    assert "1 times more" in server.texts[2]


def test_processes_at_one_time_send_it_once(tmp_path: Path, server: Listener) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: alert(tmp_path)(FAILED), range(8)))
    assert len(server.got) == 1
    assert Once(tmp_path, 3600).claim("another") == 0


def test_who_was_killed_before_it_could_send_holds_it_back_for_a_minute_only(
    tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    once = Once(tmp_path, 3600)
    assert once.claim("x") == 0
    assert once.claim("x") is None
    monkeypatch.setattr("odibi_sql.alerts.once.time.time", lambda: now + 61)
    assert once.claim("x") == 1
    once.confirm("x")
    monkeypatch.setattr("odibi_sql.alerts.once.time.time", lambda: now + 3600)
    assert once.claim("x") is None
    monkeypatch.setattr("odibi_sql.alerts.once.time.time", lambda: now - 3600)  # a clock that was set back
    assert once.claim("x") is not None


@pytest.mark.parametrize("content", ["{", '{"a": {"at": "b"}}', "\udcff"])
def test_what_was_sent_may_be_unreadable(tmp_path: Path, server: Listener, content: str) -> None:
    (tmp_path / ".odibi").mkdir()
    (tmp_path / ".odibi/alerts.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    alert(tmp_path)(FAILED)
    alert(tmp_path)(FAILED)
    assert len(server.got) == 1


def test_where_nothing_can_be_kept_it_is_sent_and_said(tmp_path: Path, server: Listener) -> None:
    (tmp_path / ".odibi").write_text("a file")
    with pytest.raises(AlertProblem, match=r"it is sent, and may be sent again: .*: file exists"):
        alert(tmp_path)(FAILED)
    assert len(server.got) == 1


def test_a_command_that_fails_tells_it_once_over_processes(tmp_path: Path, server: Listener) -> None:
    failing(tmp_path)
    for _ in range(2):
        done = odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", NAME)
        assert done.returncode == 1
        assert "warning" not in done.stderr
    (text,) = server.texts
    run = json.loads(odibi(tmp_path, "runs", "--json").stdout)[-1]["run"]
    assert text.startswith("Pipeline `shop` failed in `store b` after ")
    assert text.endswith(f"odibi runs {run}")
    odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", NAME, "--alert-minutes", "0")
    assert "It failed so 1 times more" in server.texts[-1]
    (tmp_path / "a.csv").write_text("x,c\n1,1\n")
    assert odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", NAME).returncode == 0
    assert len(server.got) == 2


def test_an_alert_that_cannot_be_sent_is_a_warning_of_a_run_that_ends_as_it_would(tmp_path: Path) -> None:
    failing(tmp_path)
    unset = odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", "NO_SUCH_VARIABLE")
    assert unset.returncode == 1
    assert unset.stderr.startswith("warning: no alert can be sent: the variable `NO_SUCH_VARIABLE`")
    refused = odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", NAME, **{NAME: "http://127.0.0.1:1/secret"})
    assert refused.returncode == 1
    words = (
        f"the hook `alert` failed with pipeline_error: the webhook of `{NAME}` cannot be reached: connection refused"
    )
    assert f"warning: {words}, at 4 tries\n" in refused.stderr
    (tmp_path / "a.csv").write_text("x,c\n1,1\n")
    done = odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", "NO_SUCH_VARIABLE")
    assert done.returncode == 0


def test_a_run_that_cannot_begin_is_told_too(tmp_path: Path, server: Listener) -> None:
    failing(tmp_path)
    (tmp_path / ".odibi").write_text("a file")
    done = odibi(tmp_path, "run", "p.odibi", "--alert-webhook-env", NAME)
    assert done.returncode == 1
    (text,) = server.texts
    assert ".odibi" in text


def test_a_pipeline_that_is_wrong_is_told_too(tmp_path: Path, server: Listener) -> None:
    failing(tmp_path)
    text = (tmp_path / "p.odibi").read_text()
    (tmp_path / "p.odibi").write_text(text.replace("cast(c as int64)", "cast(d as int64) + e"))
    asked = ("run", "p.odibi", "--alert-webhook-env", NAME, "--log", "run.log")
    for _ in range(2):
        done = odibi(tmp_path, *asked)
        assert done.returncode == 2
        assert "warning" not in done.stderr
        assert done.stderr.count("error[unknown-column]") == 2
    (message,) = server.texts
    assert message.startswith("Pipeline `p` failed after 0.0 s on ")
    assert "there is no column `d` in `b`; and 1 more\nhelp: `odibi check p.odibi` says where" in message
    logged = [json.loads(line) for line in (tmp_path / "run.log").read_text().splitlines()]
    assert [each["event"] for each in logged] == ["pipeline_error"] * 2
    odibi(tmp_path, *asked, "--dry-run", "--alert-minutes", "0")
    assert len(server.got) == 1
    refused = odibi(tmp_path, *asked, "--alert-minutes", "0", **{NAME: "http://127.0.0.1:1/secret"})
    assert "warning: the hook `alert` failed: the webhook of `SHOP_WEBHOOK` cannot be reached" in refused.stderr
    assert refused.returncode == 2
    with (tmp_path / "p.odibi").open("w") as file:
        file.write(f'{TEXT}on node_error call "nothing_there:f"\n')
    (tmp_path / "a.csv").write_text("x,c\n1,1\n")
    assert odibi(tmp_path, *asked).returncode == 2
    assert "nothing_there" in server.texts[-1]


def test_from_python_and_from_a_pipeline(tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(tmp_path)
    bus = EventBus()
    send_alerts(bus, NAME, tmp_path, minutes=30, **QUICK)
    server.answers = [500]
    assert not api.run(api.load(tmp_path / "p.odibi"), bus=bus).success
    bus.close()
    assert bus.failures == ()
    assert len(server.got) == 2
    other = tmp_path / "other"
    other.mkdir()
    failing(other)
    with (other / "p.odibi").open("a") as file:
        file.write('on pipeline_error call "odibi_sql.hooks:alert"\n')
    for _ in range(2):
        odibi(tmp_path, "run", "other/p.odibi", ODIBI_ALERT_URL=server.url("/pipeline"))
    assert [path for path, _, _ in server.got[2:]] == ["/pipeline"]
    assert (other / ".odibi/alerts.json").exists()


def test_secrets_of_the_environment_are_not_sent(
    tmp_path: Path, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from odibi_sql.logs import redacted

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret-2")
    message = "no access with canary-secret-2"
    Alert(Webhook(variable=NAME), tmp_path, cleaned=redacted)(PipelineError(pipeline="p", seconds=1.0, message=message))
    assert "no access with [redacted]" in server.texts[0]
    assert logging.getLogger("odibi_sql").level == logging.NOTSET
