"""The check: a tree becomes a typed graph, or all that is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.pipeline import check_pipeline
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import CompileError, Diagnostic


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline without errors: its graph, and what its author may want to know."""

    graph: ir.Graph
    warnings: tuple[Diagnostic, ...]


def check(
    tree: syntax.Tree,
    catalog: ir.Catalog,
    parameters: Mapping[str, object],
    clock: datetime.datetime,
    findings: tuple[Diagnostic, ...] = (),
) -> Checked:
    """Return the typed graph of a pipeline, and the warnings in the order of the text.

    `parameters` are texts, as the command line has them, or Python values. `clock` is what `now()` is: naive, UTC.
    `findings` are what was found before; they are told with those of the check. Raises CompileError with all findings
    where one of them is an error.
    """
    context = Context(catalog, clock, _check_query)
    context.findings += findings
    graph = check_pipeline(context, tree, parameters)
    found = _in_text_order(context.findings)
    if any(each.severity == "error" for each in found):
        raise CompileError(found)
    return Checked(graph=graph, warnings=found)


def _check_query(context: Context, query: syntax.Query, scope: Scope) -> ir.Relation:
    from odibi_sql.check.queries import check_query

    return check_query(context, query, scope)


def _in_text_order(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the findings in the order of the text, those about no place of it first, each once."""
    places = {(-1 if each.span is None else each.span.start, each.code, each.message): each for each in findings}
    return tuple(places[key] for key in sorted(places, key=lambda key: key[0]))
