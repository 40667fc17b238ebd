"""odibi_sql: a compiler for data pipelines. `check`, `lineage`, `compile`, `run`, `test`, `load` are all of it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odibi_sql.api import check, compile, from_text, lineage, load, run, test

__version__ = "0.1.0"
__all__ = ["__version__", "check", "compile", "from_text", "lineage", "load", "run", "test"]


class _FromApi:
    """A function of the API, imported when it is first asked for: `import odibi_sql` costs nothing.

    Three of them share their names with rooms: the import of `odibi_sql.run` leaves the function in its place.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, package: ModuleType, _: type) -> Any:
        from odibi_sql import api

        return getattr(api, self.name)

    def __set__(self, package: ModuleType, room: ModuleType) -> None:
        """The room is found by `odibi_sql.run.…` all the same."""


class _Package(ModuleType):
    """The package, with the functions of its API."""

    check, compile, from_text, lineage = map(_FromApi, ("check", "compile", "from_text", "lineage"))
    load, run, test = map(_FromApi, ("load", "run", "test"))


sys.modules[__name__].__class__ = _Package
