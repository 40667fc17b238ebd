"""`odibi check`: everything that is wrong, before anything runs."""

from __future__ import annotations

import click

from odibi_sql import api, ir
from odibi_sql.cli.common import findings_shown, load_pipeline, pipeline_options, show_findings
from odibi_sql.ir.walk import inputs


@click.command("check")
@pipeline_options
@click.option("--json", "as_json", is_flag=True, help="Print the schemas as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings alone, no schemas.")
def command(file: str, parameters: tuple[str, ...], strict: bool, as_json: bool, quiet: bool) -> None:
    """Find everything that is wrong with the pipeline FILE, before anything runs.

    Names, types, nullability, joins, options: all errors at once, each with its place. Where there are none, the
    schema of every dataset is printed, of the discovered ones too. Exit code 2 where the pipeline is wrong.
    """
    pipeline = load_pipeline(file, parameters)
    with findings_shown():
        checked = api.check(pipeline, strict=strict)
    if checked.warnings:
        show_findings(checked.warnings)
    if as_json:
        click.echo(_as_json(checked.graph))
    elif not quiet:
        click.echo(_as_text(checked.graph))


def _shown(graph: ir.Graph) -> list[ir.Dataset]:
    return [dataset for dataset in graph.datasets if dataset.made_by != "hidden"]


def _as_text(graph: ir.Graph) -> str:
    lines = [f"{graph.pipeline}: no errors"]
    for dataset in _shown(graph):
        lines += ["", f"{dataset.made_by} {dataset.name}{_origin(graph, dataset)}"]
        width = max(len(field.name) for field in dataset.relation.schema)
        lines += [
            f"  {field.name.ljust(width)}  {field.type}{'' if field.nullable else ' not null'}"
            for field in dataset.relation.schema
        ]
    lines += ["", *(f"store {store.dataset} to {store.target.format} {store.target.path}" for store in graph.stores)]
    return "\n".join(lines).rstrip()


def _origin(graph: ir.Graph, dataset: ir.Dataset) -> str:
    """Return where a discovered schema comes from: the location, and how many files there are."""
    source = source_of(graph, dataset) if dataset.is_discovered else None
    if source is None:
        return ""
    files = [file for group in source.groups for file in group.files]
    place = source.groups[0].pattern if len(source.groups) == 1 else None
    others = f" and {len(files) - 1} more" if len(files) > 1 else ""
    where = f"{place}, {len(files)} files" if place not in (None, *files) else f"{files[0]}{others}"
    return f" (discovered in {where})"


def _files(graph: ir.Graph, dataset: ir.Dataset) -> list[str]:
    source = source_of(graph, dataset) if dataset.made_by == "ingest" else None
    return [] if source is None else [file for group in source.groups for file in group.files]


def source_of(graph: ir.Graph, dataset: ir.Dataset) -> ir.FileSource | None:
    """Return the files that an ingest reads, also where an expectation or a key stands between."""
    by_name = {each.name: each for each in graph.datasets}
    waiting = [dataset.relation]
    while waiting:
        relation = waiting.pop()
        match relation:
            case ir.Scan(source=source):
                return source
            case ir.Read(dataset=name) if by_name[name].made_by == "hidden" and by_name[name].step == dataset.name:
                waiting.append(by_name[name].relation)
        waiting += reversed(inputs(relation))
    return None


def _as_json(graph: ir.Graph) -> str:
    import json

    datasets = {
        dataset.name: {
            "made_by": dataset.made_by,
            "layer": dataset.layer,
            "discovered": dataset.is_discovered,
            "files": _files(graph, dataset),
            "columns": [
                {"name": field.name, "type": str(field.type), "nullable": field.nullable}
                for field in dataset.relation.schema
            ],
        }
        for dataset in _shown(graph)
    }
    stores = [
        {"dataset": each.dataset, "format": each.target.format, "path": each.target.path} for each in graph.stores
    ]
    return json.dumps({"pipeline": graph.pipeline, "datasets": datasets, "stores": stores}, indent=2)
