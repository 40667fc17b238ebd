"""Every command says what to do on a line of its own, below what is wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from cli_tools import odibi

TEXT = 'ingest a from values (x int64) (1)\nstore a to csv "a.csv"\n'


@pytest.mark.parametrize(
    "words",
    [
        ("run", "p.odibi"),
        ("run", "p.odibi", "--resume"),
        ("runs",),
        ("cache", "ls"),
        ("cache", "clear"),
        ("why", "p.odibi"),
        ("rollback", "p.odibi", "a"),
    ],
    ids=" ".join,
)
def test_a_state_of_a_newer_odibi(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "p.odibi").write_text(TEXT)
    (tmp_path / ".odibi").mkdir()
    with sqlite3.connect(tmp_path / ".odibi/state.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    ended = odibi(*words, cwd=tmp_path)
    assert ended.code in (1, 2)
    first, second = ended.err.splitlines()
    assert first.startswith("error: `")
    assert first.endswith("was written by a newer odibi (format 99, this one knows 1)")
    assert second.startswith("  help: upgrade odibi-sql, or move the file away")
