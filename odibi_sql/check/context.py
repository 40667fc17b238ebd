"""What every part of the check has at hand: the findings so far, the parameters, the clock, the catalog."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from odibi_sql import ir, syntax
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import Diagnostic, Span

if TYPE_CHECKING:
    from odibi_sql.check.funcs import Func

QueryChecker = Callable[["Context", syntax.Query, Scope], ir.Relation]


class Context:
    """One check of one pipeline. It collects: nothing here raises for what a user wrote."""

    def __init__(self, catalog: ir.Catalog, clock: datetime.datetime, check_query: QueryChecker) -> None:
        self.catalog = catalog
        self.clock = clock  # naive, UTC: what now() is in this run
        self.check_query = check_query  # types the subquery of an expression, inside the scope around it
        self.parameters: dict[str, ir.Literal] = {}
        self.funcs: dict[str, Func] = {}  # by their names in small letters
        self.fragments: frozenset[str] = frozenset()  # the names of those that can be applied
        self.given: dict[str, ir.Dataset] = {}  # by a test, in place of those of the pipeline
        self.datasets: dict[str, ir.Dataset] = {}  # those checked so far; a wrong one has an open schema
        self.findings: list[Diagnostic] = []
        self.places: dict[int, tuple[ir.Expr, Span]] = {}  # by identity: where columns beside aggregates stand
        self.names: dict[str, Span | None] = {}  # of the datasets that the pipeline makes, checked already or not
        self.internal: set[str] = set()  # names that the compiler gave: of hidden datasets and of gates

    def report(self, finding: Diagnostic, allowed: tuple[str, ...] = ()) -> None:
        """Keep a finding; a warning that is in `allowed` by its code is silenced."""
        if finding.severity == "error" or finding.code not in allowed:
            self.findings.append(finding)
