"""The same pipeline on both engines: the same rows, or the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from odibi_sql import api
from odibi_sql.result import Result


def run_on(root: Path, engine: str, session: Any, text: str, **asked: Any) -> Result:
    return api.run(api.from_text(text, root), engine=engine, session=session, **asked)


def answers(root: Path, session: Any, text: str, name: str = "a") -> tuple[Any, Any]:
    """Return the rows of a dataset on DuckDB and on Spark, sorted as text; or the words in which both fail."""
    return tuple(_answer(run_on(root, engine, session, text, datasets=[name]), name) for engine in ("duckdb", "spark"))


def _answer(result: Result, name: str) -> Any:
    if not result.success:
        return [(problem.message, problem.hint) for problem in result.run.problems]
    table = result.dataset(name).arrow()
    return table.schema, in_any_order(table)


def in_any_order(table: pa.Table) -> list[str]:
    return sorted(repr(row) for row in table.to_pylist())


def agree(root: Path, session: Any, text: str, name: str = "a") -> Any:
    """Hold both engines to the same answer, and return it."""
    one, other = answers(root, session, text, name)
    assert other == one
    return one
