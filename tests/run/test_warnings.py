"""What goes wrong beside a run is among its warnings, and harms it not: events that cannot be kept, hooks that fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.run import emitter
from odibi_sql.run.bus import EventBus

TEXT = 'ingest a from values (x int64) (1)\nstore a to csv "a.csv"\n'


def odibi(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odibi_sql", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def fails(event: Any) -> None:
    raise ValueError("no")


def test_events_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.odibi").write_text(TEXT)
    (tmp_path / ".odibi").mkdir()
    (tmp_path / ".odibi/runs").write_text("")  # where the folder should be
    result = api.run(tmp_path / "p.odibi").run
    assert result.success
    assert "events are not kept: not a directory" in result.warnings
    told = odibi(tmp_path, "run", "p.odibi")
    assert told.returncode == 0
    assert "warning: events are not kept: not a directory" in told.stderr.splitlines()


def test_events_that_do_not_reach_the_disk_in_the_end_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as changed:
        changed.setattr(emitter.os, "fsync", full)
        result = api.run(api.from_text(TEXT.partition("store")[0], tmp_path), datasets=["a"])
    assert result.success
    assert result.run.warnings == ("events are not kept: no space left on device",)


def test_a_hook_that_fails_each_time_is_told_once(tmp_path: Path) -> None:
    bus = EventBus()
    bus.register("*", fails, name="alerts:send")
    for cache in (True, False):  # of the second run, its own alone
        result = api.run(api.from_text(TEXT, tmp_path), bus=bus, cache=cache).run
        words = "the hook `alerts:send` failed with pipeline_start, and 4 more: ValueError: no"
        assert (result.success, result.warnings) == (True, (words,))
    bus.close()


def test_a_hook_of_a_pipeline_that_fails_is_told_on_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "alerts.py").write_text("def send(event): raise ValueError('no')\n")
    (tmp_path / "p.odibi").write_text(TEXT + 'on pipeline_complete call "alerts:send"\n')
    told = odibi(tmp_path, "run", "p.odibi")
    words = "warning: the hook `alerts:send` failed with pipeline_complete: ValueError: no\n"
    assert (told.returncode, told.stderr) == (0, words)
