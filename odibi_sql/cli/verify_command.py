"""`odibi verify`: whether two engines agree about a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odibi_sql.cli.common import findings_shown, hold_spark_options, load_pipeline, pipeline_options, stop
from odibi_sql.cli.exit_codes import FAILED

if TYPE_CHECKING:
    from odibi_sql.verify import Culprit, Data, Difference, Verification


@click.command("verify")
@pipeline_options
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Over N rows of each file source.")
@click.option("--generated", type=click.IntRange(min=1), metavar="N", help="Over N made-up rows for each file source.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which rows are chosen, or made up.")
@click.option("--spark-master", metavar="spark://…", help="Where Spark runs; else local[*].")
@click.option("--spark-remote", metavar="sc://…", help="A Spark Connect server to run on.")
@click.option("--json", "as_json", is_flag=True, help="Print what was compared as JSON.")
def command(
    file: str,
    parameters: tuple[str, ...],
    strict: bool,
    sample: int | None,
    generated: int | None,
    seed: int,
    spark_master: str | None,
    spark_remote: str | None,
    as_json: bool,
) -> None:
    """Run the pipeline FILE on DuckDB and on Spark and compare the rows of every dataset. Nothing is stored.

    It runs over the pipeline's own data, a sample of it, or data made up from the schemas. Expectations are counted and
    compared, and stop nothing. Exits with 1 where the engines differ, and shows the first rows that do, with the
    expression that makes them.
    """
    hold_spark_options("spark", spark_master, spark_remote)
    if sample is not None and generated is not None:
        stop("`--sample` and `--generated` exclude each other")
    pipeline = load_pipeline(file, parameters)
    from odibi_sql.run import Settings
    from odibi_sql.verify import verify

    settings = Settings(root=pipeline.root, spark_master=spark_master, spark_remote=spark_remote)
    with findings_shown():
        found = verify(pipeline, data=_data(sample, generated, seed), settings=settings, strict=strict)
    click.echo(_as_json(found) if as_json else _as_text(found))
    if not found.is_equal:
        raise click.exceptions.Exit(FAILED)


def _data(sample: int | None, generated: int | None, seed: int) -> Data:
    from odibi_sql.verify import Data

    if sample is not None:
        return Data(kind="sample", rows=sample, seed=seed)
    return Data(kind="generated", rows=generated, seed=seed) if generated is not None else Data(seed=seed)


def _over(data: Data) -> str:
    match data.kind:
        case "sample":
            return f"a sample of at most {data.rows:,} rows a source, seed {data.seed}"
        case "generated":
            return f"{data.rows:,} made-up rows a source, seed {data.seed}"
    return "its own data"


def _as_text(found: Verification) -> str:
    one, other = found.engines
    lines = [f"{found.pipeline} on {one} and {other}, over {_over(found.data)}"]
    width = max((len(each.name) for each in found.compared), default=0)
    for each in found.compared:
        count = "" if each.rows is None else f"{each.rows:,} row{'' if each.rows == 1 else 's'}"
        words = {"equal": "equal", "differs": "DIFFERS", "failed": "fails on both"}[each.status]
        lines.append(f"  {each.name:<{width}}  {words:<13}  {count}".rstrip())
    first = next((each for each in found.compared if each.status == "differs"), None)
    if first is not None and first.difference is not None:
        lines += ["", f"{first.name}: {first.difference.what}", *_rows(first.difference, found.engines)]
        if found.culprit is not None:
            lines += ["", *_culprit(found.culprit, found.engines)]
    differing = sum(each.status == "differs" for each in found.compared)
    lines += ["", f"{differing} of {len(found.compared)} differ" if differing else _equal(found)]
    return "\n".join(lines)


def _equal(found: Verification) -> str:
    failing = [each for each in found.compared if each.status == "failed"]
    if not failing:
        return "equal"
    return f"equal, as far as they run: `{failing[0].name}` fails on both: {failing[0].failure}"


def _culprit(culprit: Culprit, engines: tuple[str, str]) -> list[str]:
    from odibi_sql.diagnostics import picture

    lines = [f"made by `{culprit.expression or culprit.operator}`"]
    if culprit.span is not None:
        lines += picture(culprit.span, "")
    if culprit.expression is not None:
        lines += [culprit.difference.what, *_rows(culprit.difference, engines)]
    return lines


def _rows(difference: Difference, engines: tuple[str, str]) -> list[str]:
    return [
        f"  {engine}: {', '.join(f'{name} = {_shown(value)}' for name, value in row.items())}"
        for engine, rows in zip(engines, difference.only, strict=True)
        for row in rows
    ]


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case str():
            return repr(value)
    return str(value)


def _as_json(found: Verification) -> str:
    import json

    culprit = found.culprit
    content = {
        "pipeline": found.pipeline,
        "engines": found.engines,
        "data": {"kind": found.data.kind, "rows": found.data.rows, "seed": found.data.seed},
        "equal": found.is_equal,
        "compared": [
            {
                "name": each.name,
                "kind": each.kind,
                "status": each.status,
                "rows": each.rows,
                "difference": None if each.difference is None else each.difference.what,
            }
            for each in found.compared
        ],
        "culprit": None
        if culprit is None
        else {"dataset": culprit.dataset, "operator": culprit.operator, "expression": culprit.expression},
    }
    return json.dumps(content, indent=2)
