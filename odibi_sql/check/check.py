"""The check: a tree becomes a typed graph, or all that is wrong with it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.fragments import with_fragments
from odibi_sql.check.pipeline import check_pipeline
from odibi_sql.check.scope import Scope
from odibi_sql.check.tests import Case, cases
from odibi_sql.diagnostics import CompileError, Diagnostic, Source
from odibi_sql.diagnostics.sources_errors import SourceProblem


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
    found = _in_text_order(context.findings, tree.source)
    if any(each.severity == "error" for each in found):
        raise CompileError(found)
    return Checked(graph=graph, warnings=found)


def check_cases(
    tree: syntax.Tree,
    catalog: ir.Catalog,
    parameters: Mapping[str, object],
    clock: datetime.datetime,
    findings: tuple[Diagnostic, ...] = (),
    wanted: Callable[[str], bool] = bool,
) -> tuple[Case, ...]:
    """Return the tests of a pipeline whose titles are wanted, each as a graph that reads no source.

    Sources that are not there are no error: no test reads them. Raises CompileError as `check` does.
    """
    context = Context(catalog, clock, _check_query)
    context.findings += findings
    check_pipeline(context, tree, parameters)
    context.findings = [each for each in context.findings if not isinstance(each, SourceProblem)]
    _raise_errors(context, tree)
    found = cases(context, with_fragments(context, tree), check_pipeline, parameters, wanted)
    _raise_errors(context, tree)
    return found


def _raise_errors(context: Context, tree: syntax.Tree) -> None:
    if any(each.severity == "error" for each in context.findings):
        raise CompileError(_in_text_order(context.findings, tree.source))


def _check_query(context: Context, query: syntax.Query, scope: Scope) -> ir.Relation:
    from odibi_sql.check.queries import check_query

    return check_query(context, query, scope)


def _in_text_order(findings: Iterable[Diagnostic], source: Source) -> tuple[Diagnostic, ...]:
    """Return the findings in the order of the text, those about no place of it first, each once.

    Those of the files that it uses come behind its own. One that two lines share by a fragment is told of both.
    """
    found = {(_place(each, source), each.code, each.message, _reasons(each)): each for each in findings}
    return tuple(found[key] for key in sorted(found, key=lambda key: key[0]))


def _place(finding: Diagnostic, source: Source) -> tuple[bool, str, int]:
    if finding.span is None:
        return False, "", -1
    name = finding.span.source.name
    return name != source.name, name, finding.span.start


def _reasons(finding: Diagnostic) -> tuple[tuple[str, int], ...]:
    return tuple((words, span.start) for span, words in finding.more)
