"""DuckDB as the eye of the catalog: it looks at files, and is imported only when there is something to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from odibi_sql.ir import SourceProblem
from odibi_sql.sources.messages import explained

WHOLE = 32 * 2**20  # files of up to this many bytes together are looked at whole, larger ones by a sample
SAMPLE_ROWS = 50_000


def connect() -> Any:
    """Return a connection in memory that loads nothing from outside and reads times in UTC."""
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def ask(connection: Any, query: str, about: str, root: Path) -> Any:
    """Return the relation of a query. Raises SourceProblem in words where it cannot be had."""
    import duckdb

    try:
        return connection.sql(query)
    except duckdb.Error as error:
        raise _problem(str(error), about, root) from error


def rows(connection: Any, query: str, about: str, root: Path) -> list[tuple[Any, ...]]:
    """Return the rows of a query. Raises SourceProblem."""
    import duckdb

    try:
        found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
    except duckdb.Error as error:
        raise _problem(str(error), about, root) from error
    return found


def _problem(message: str, about: str, root: Path) -> SourceProblem:
    words = explained(message, root)
    is_placed = words.reason.startswith("`")
    return SourceProblem(words.reason if is_placed else f"{about} cannot be read: {words.reason}", words.hint)


def quoted(text: str) -> str:
    """Return `text` as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Return `name` as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def path_list(files: list[str]) -> str:
    """Return absolute paths as a list of SQL, none of whose characters is taken for a pattern."""
    return f"[{', '.join(quoted(literal_path(each)) for each in files)}]"


def literal_path(path: str) -> str:
    """Return a path in which `*`, `?` and `[` stand for themselves where DuckDB reads patterns."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in path)
