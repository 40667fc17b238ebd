"""The command line as a shell runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

COMMAND = (sys.executable, "-m", "odibi_sql")


class Ended(msgspec.Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str


def odibi(*arguments: object, cwd: Path, stdin: bytes = b"", **environment: str) -> Ended:
    """Run one command. No output may ever show a traceback or call itself a defect."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ended.err, ended.err
    assert "internal error" not in ended.err, ended.err
    return ended


def pipeline(folder: Path, text: str, name: str = "p.odibi") -> Path:
    """Write a pipeline and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
