"""`odibi test`: the tests of pipelines, with nothing but the rows that they give."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from odibi_sql import api
from odibi_sql.cli.common import findings_shown, hold_spark_options, load_pipeline, spark_options, stop
from odibi_sql.cli.exit_codes import FAILED, WRONG
from odibi_sql.diagnostics import Span

if TYPE_CHECKING:
    from odibi_sql.tested import Difference, Outcome, Outcomes, Row

_MOST = 20  # rows of a difference that are shown


@click.command("test")
@spark_options
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE…")
@click.option("--name", metavar="PATTERN", help="Only tests with this in their titles; `*` and `?` stand for others.")
@click.option("--param", "-p", "parameters", multiple=True, metavar="NAME=VALUE", help="A value for a parameter.")
@click.option("--json", "as_json", is_flag=True, help="Print what came out as JSON.")
def command(
    files: tuple[str, ...],
    engine: str,
    spark_master: str | None,
    spark_remote: str | None,
    name: str | None,
    parameters: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run the tests of the pipelines FILE….

    Each test runs with nothing but the rows that it gives: no source is read, nothing is stored. Exit code 1 where a
    test failed, 2 where a pipeline or one of its tests is wrong: the others are run all the same.
    """
    hold_spark_options(engine, spark_master, spark_remote)
    found: list[Outcomes] = []
    is_wrong = False
    for file in files:
        try:
            tested = _tested(file, parameters, name, engine, spark_master, spark_remote)
        except click.exceptions.Exit:
            is_wrong = True
            continue
        found.append(tested)
        if not as_json:
            _show(tested)
    tests = [each for tested in found for each in tested.tests]
    if as_json:
        click.echo(json.dumps([_as_json(each) for each in found], ensure_ascii=False, indent=2))
    elif tests:
        click.echo(_counts(tests))
    if is_wrong:
        raise click.exceptions.Exit(WRONG)
    if name is not None and not tests:
        stop(f"no test has `{name}` in its title")
    if not all(each.success for each in found):
        raise click.exceptions.Exit(FAILED)


def _tested(
    file: str,
    parameters: tuple[str, ...],
    name: str | None,
    engine: str,
    spark_master: str | None,
    spark_remote: str | None,
) -> Outcomes:
    from odibi_sql.run import Settings

    pipeline = load_pipeline(file, parameters)
    settings = Settings(root=pipeline.root, spark_master=spark_master, spark_remote=spark_remote)
    with findings_shown():
        return api.test(pipeline, name=name, engine=engine, settings=settings)


def _show(tested: Outcomes) -> None:
    click.echo(tested.pipeline if tested.tests else f"{tested.pipeline}: no tests")
    for each in tested.tests:
        title = " ".join(each.title.split())
        is_passed = each.status == "passed"
        mark = click.style("✓", fg="green") if is_passed else click.style("✗", fg="red")
        place = "" if is_passed else f"  ({_place(each.span)})"
        click.echo(f"  {mark if sys.stdout.isatty() else click.unstyle(mark)} {title}  {each.seconds:.2f} s{place}")
        for line in (*(f"the run failed: {problem}" for problem in each.problems), *_lines(each.differences)):
            click.echo(f"      {line}".rstrip())


def _place(span: Span) -> str:
    line, _ = span.source.line_and_column(span.start)
    return f"{span.source.name}:{line}"


def _counts(tests: Sequence[Outcome]) -> str:
    failed = sum(each.status == "failed" for each in tests)
    counts = [f"{len(tests) - failed} passed"] if len(tests) > failed else []
    counts += [f"{failed} failed"] if failed else []
    return f"{', '.join(counts)} in {sum(each.seconds for each in tests):.2f} s"


def _lines(differences: Sequence[Difference]) -> Iterator[str]:
    """Give what differs, a table for each dataset: `-` is expected and missing, `+` is there and not expected."""
    from odibi_sql.cli.progress import rows_of

    for each in differences:
        counts = [f"{rows_of(len(each.missing))} missing"] if each.missing else []
        counts += [f"{rows_of(len(each.unexpected))} unexpected"] if each.unexpected else []
        yield f"{each.dataset}: {', '.join(counts) or 'the rows are right, their order is not'}"
        rows = [("-", row, _place(place)) for row, place in each.missing] + [("+", row, "") for row in each.unexpected]
        if each.misplaced is not None:
            (wanted, place), there = each.misplaced
            rows = [("-", wanted, f"{_place(place)}, expected here"), ("+", there, "stands here")]
        yield from _table(each, rows[:_MOST])
        if len(rows) > _MOST:
            yield f"  … and {rows_of(len(rows) - _MOST)} more"


def _table(difference: Difference, rows: Sequence[tuple[str, Row, str]]) -> Iterator[str]:
    from odibi_sql.cli.rows import aligned, written

    cells = []
    for place, field in enumerate(difference.columns):
        texts = [written(row[place], field.type) for _, row, _ in rows]
        cells.append(aligned([field.name, *texts], field.type))
    for number, line in enumerate(zip(*cells, strict=True)):
        mark, _, words = rows[number - 1] if number else (" ", (), "")
        yield f"  {mark} {'  '.join(line)}  {words}"


def _as_json(tested: Outcomes) -> dict[str, Any]:
    return {
        "pipeline": tested.pipeline,
        "tests": [
            {
                "title": each.title,
                "place": _place(each.span),
                "status": each.status,
                "seconds": round(each.seconds, 3),
                "problems": list(each.problems),
                "differences": [_difference_as_json(found) for found in each.differences],
            }
            for each in tested.tests
        ],
    }


def _difference_as_json(found: Difference) -> dict[str, Any]:
    def row_of(row: Row) -> dict[str, Any]:
        from odibi_sql.run.texts import json_of

        pairs = zip(found.columns, row, strict=True)
        return {field.name: json.loads(json_of(value, field.type)) for field, value in pairs}

    return {
        "dataset": found.dataset,
        "missing": [{"place": _place(place), "row": row_of(row)} for row, place in found.missing],
        "unexpected": [row_of(row) for row in found.unexpected],
        "misplaced": None
        if found.misplaced is None
        else {
            "place": _place(found.misplaced[0][1]),
            "expected": row_of(found.misplaced[0][0]),
            "there": row_of(found.misplaced[1]),
        },
    }
