"""The tests of a pipeline: held to its datasets by every check, and made a graph each where they are to be run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import dataset_named, internal_name
from odibi_sql.check.given import expected_rows, given_rows, spans_of
from odibi_sql.check.graph import Step, quarantines_of, reads_of
from odibi_sql.diagnostics import Span
from odibi_sql.diagnostics.steps_errors import DuplicateName
from odibi_sql.diagnostics.tests_errors import TestNeedsIngest, UnusedGiven

_KEPT = (syntax.Pipeline, syntax.Param, syntax.Layer, syntax.Func, syntax.Fragment)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that a test expects of a dataset. `rows` is the dataset of the graph that has them, `number` its column that
    numbers them as they are written."""

    dataset: str
    columns: ir.Schema  # those that are named
    rows: str
    number: str
    order: tuple[str, ...]  # the columns that the dataset is sorted by; () where it has no order
    places: tuple[Span, ...]  # of the rows
    span: Span


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A test that can be run: a graph of nothing but what it needs, its given rows in place of datasets."""

    title: str
    span: Span
    graph: ir.Graph
    expected: tuple[Expected, ...]


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a test runs and reads."""

    steps: frozenset[int]  # by their places in the file
    given: frozenset[str]  # the datasets that it gives and that are read
    missing: tuple[tuple[syntax.Name, str], ...]  # ingests that it needs and does not give, and what needs them


def check_tests(context: Context, tree: syntax.Tree) -> None:
    """Report what is wrong with the tests: names, columns, values, ingests that are not given."""
    titles: dict[str, Span] = {}
    for test in (each for each in tree.statements if isinstance(each, syntax.Test)):
        first = titles.setdefault(test.title.value, test.title.span)
        if first is not test.title.span:
            more = ((first, "the first"),)
            context.report(DuplicateName(span=test.title.span, name=test.title.value, things="tests", more=more))
        _check_given(context, test)
        for each in test.expected:
            expected_rows(context, each, dataset_named(context, each.dataset))
        _check_needs(context, tree, test)


def _check_given(context: Context, test: syntax.Test) -> None:
    seen: dict[str, Span] = {}
    for each in test.given:
        name = each.dataset
        first = seen.setdefault(name.text, name.span)
        if first is not name.span:
            more = ((first, "the first"),)
            context.report(DuplicateName(span=name.span, name=name.text, things="given datasets", more=more))
        given_rows(context, each, dataset_named(context, name))


def _check_needs(context: Context, tree: syntax.Tree, test: syntax.Test) -> None:
    found = needs_of(tree, test)
    for name, ingest in found.missing:
        context.report(TestNeedsIngest(span=name.span, dataset=name.text, ingest=ingest))
    if any(each.dataset.text not in context.datasets for each in test.expected):
        return
    for each in test.given:
        if each.dataset.text in context.datasets and each.dataset.text not in found.given:
            context.report(UnusedGiven(span=each.dataset.span, name=each.dataset.text), test.allowed)


def needs_of(tree: syntax.Tree, test: syntax.Test) -> Needs:
    """Return what has to run for the datasets that a test expects, up to those that it gives."""
    makers = _makers(tree.statements)
    given = {each.dataset.text for each in test.given}
    steps: dict[int, None] = {}
    used: set[str] = set()
    missing: dict[str, syntax.Name] = {}
    for expected in test.expected:
        waiting = [expected.dataset.text]
        while waiting:
            name = waiting.pop()
            number, step = makers.get(name, (-1, None))
            if name in given:
                used.add(name)
            elif isinstance(step, syntax.Ingest) and not isinstance(step.source, syntax.ValuesFrom):
                missing.setdefault(step.name.text, expected.dataset)
            elif step is not None and number not in steps:
                steps[number] = None
                waiting += [each.text for each in reads_of(step)]
    return Needs(
        steps=frozenset(steps),
        given=frozenset(used),
        missing=tuple((expected, ingest) for ingest, expected in missing.items()),
    )


def _makers(statements: Iterable[syntax.Statement]) -> dict[str, tuple[int, Step]]:
    found: dict[str, tuple[int, Step]] = {}
    for number, each in enumerate(statements):
        if isinstance(each, Step):
            for name in (each.name, *quarantines_of(each)):
                found.setdefault(name.text, (number, each))
    return found


CheckPipeline = Callable[[Context, syntax.Tree, Mapping[str, object]], ir.Graph]


def case_of(
    base: Context, tree: syntax.Tree, test: syntax.Test, check: CheckPipeline, parameters: Mapping[str, object]
) -> Case:
    """Return a test as it is run; what is wrong only with these rows in place is reported to `base`.

    `base` knows the datasets of the whole pipeline, whose `tree` has no fragments any more.
    """
    context = Context(base.catalog, base.clock, base.check_query)
    context.parameters, context.funcs = base.parameters, base.funcs
    for each in test.given:
        given = given_rows(context, each, dataset_named(base, each.dataset))
        context.given[given.name] = given
    steps = needs_of(tree, test).steps
    kept = tuple(each for number, each in enumerate(tree.statements) if number in steps or isinstance(each, _KEPT))
    graph = check(context, replace(tree, statements=kept), parameters)
    expected, datasets = [], list(graph.datasets)
    for rows in test.expected:
        dataset = dataset_named(context, rows.dataset)
        relation, names, number = expected_rows(context, rows, dataset)
        name = internal_name(context, f"rows expected of {dataset.name}")
        datasets.append(ir.Dataset(name=name, relation=relation, made_by="hidden", step=name))
        expected.append(_expected(rows, dataset, names, name, number))
    for finding in (each for each in context.findings if each.severity == "error"):
        base.report(replace(finding, more=(*finding.more, (test.title.span, "in this test"))))
    return Case(
        title=test.title.value,
        span=test.title.span,
        graph=replace(graph, datasets=tuple(datasets)),
        expected=tuple(expected),
    )


def _expected(
    written: syntax.TestRows, dataset: ir.Dataset, names: tuple[str, ...], rows: str, number: str
) -> Expected:
    return Expected(
        dataset=dataset.name,
        columns=ir.Schema(tuple(dataset.relation.schema[name] for name in names)),
        rows=rows,
        number=number,
        order=tuple(key.value.name for key in dataset.order if isinstance(key.value, ir.Column)),
        places=spans_of(written),
        span=written.dataset.span,
    )


def cases(
    base: Context,
    tree: syntax.Tree,
    check: CheckPipeline,
    parameters: Mapping[str, object],
    wanted: Callable[[str], bool],
) -> tuple[Case, ...]:
    """Return the tests whose titles are wanted, in the order written."""
    tests = [each for each in tree.statements if isinstance(each, syntax.Test) and wanted(each.title.value)]
    return tuple(case_of(base, tree, each, check, parameters) for each in tests)
