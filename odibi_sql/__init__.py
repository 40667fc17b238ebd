"""odibi_sql: a compiler for data pipelines. `check`, `compile`, `run` and `load` are the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odibi_sql.api import check, compile, load, run

__version__ = "0.1.0"
__all__ = ["__version__", "check", "compile", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import the compiler when it is first asked for, so that `import odibi_sql` costs nothing."""
    if name in {"check", "compile", "load", "run"}:
        from odibi_sql import api

        return getattr(api, name)
    raise AttributeError(name)
