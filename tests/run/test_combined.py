"""What a merge and a history made of the rows of their target: in the outcome, in its event, and on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from odibi_sql import api
from odibi_sql.cli.progress import lines_of
from odibi_sql.run import EventBus
from odibi_sql.run.events import NodeComplete, event_file, read_events

PIPELINE = """
ingest a from csv "a.csv" schema (id int64 not null, v string)
store a to parquet "m" mode merge on id
store a to csv "h" mode scd2 on id
store a to csv "o.csv"
"""


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_counts_of_a_merge_are_told(tmp_path: Path, engine: str, request: Any) -> None:
    session = request.getfixturevalue("spark") if engine == "spark" else None
    heard: list[tuple[str, Any]] = []
    bus = EventBus()
    bus.register("node_complete", lambda event: heard.append((event.node, (event.inserted, event.updated, event.kept))))

    def run(text: str) -> Any:
        (tmp_path / "a.csv").write_text(text)
        heard.clear()
        result = api.run(api.from_text(PIPELINE, tmp_path), engine=engine, session=session, bus=bus)
        assert result.success, result.run.problems
        events = read_events(event_file(tmp_path, result.run.run))
        kept = [
            (each.node, (each.inserted, each.updated, each.kept)) for each in events if isinstance(each, NodeComplete)
        ]
        assert sorted(kept) == sorted(heard)
        return result, {name: counts for name, counts in kept if name.startswith("store")}

    _, found = run("id,v\n1,a\n2,b\n3,c\n")
    assert found == {"store a": (3, 0, 0), "store a 2": (3, 0, 0), "store a 3": (None, None, None)}
    result, found = run("id,v\n2,B\n4,d\n")
    assert found == {"store a": (1, 1, 2), "store a 2": (1, 1, 2), "store a 3": (None, None, None)}
    merged, history, plain = (each for each in result.run.stages if each.kind == "write")
    assert ", 1 inserted, 1 updated, 2 kept, " in lines_of(merged)[0]
    assert ", 1 inserted, 1 updated, 2 kept, " in lines_of(history)[0]
    assert "inserted" not in lines_of(plain)[0]
    bus.close()
