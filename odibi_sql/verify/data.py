"""What a verification runs over: the pipeline's own data, a sample of it, or data made up from the schemas."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from odibi_sql import ir
from odibi_sql.verify.generate import made_up

Read = Any  # (ir.Scan) -> pyarrow.Table


class Data(msgspec.Struct, frozen=True, kw_only=True):
    """`own`: what the pipeline reads. `sample`: `rows` rows of each file source, chosen by `seed`. `generated`: as many
    rows that nobody has written, with nulls and edge values, by the schema of each source; its files are not read."""

    kind: OneOf["own", "sample", "generated"] = "own"
    rows: int = 1000
    seed: int = 1


def with_data(graph: ir.Graph, data: Data, folder: Path, read: Read) -> ir.Graph:
    """Return the graph with its file sources replaced by Parquet files in `folder`; as it is for `own`.

    A source with durations, which Parquet does not have, stays as it is.
    """
    if data.kind == "own":
        return graph
    files = (folder / f"source-{number}.parquet" for number in itertools.count())

    def change(relation: ir.Relation, dataset: ir.Dataset) -> ir.Relation:
        if isinstance(relation, ir.Scan):
            return _scan(relation, dataset, data, next(files), read)
        return ir.walk.map_inputs(relation, lambda each: change(each, dataset))

    datasets = (replace(each, relation=change(each.relation, each)) for each in graph.datasets)
    return replace(graph, datasets=tuple(datasets))


def _scan(scan: ir.Scan, dataset: ir.Dataset, data: Data, file: Path, read: Read) -> ir.Scan:
    if any(ir.has_part(field.type, ir.Duration) for field in scan.schema):
        return scan
    import pyarrow.parquet

    chooser = random.Random(f"{data.seed} {file.name}")
    if data.kind == "sample":
        table = read(scan)
        chosen = sorted(chooser.sample(range(table.num_rows), min(data.rows, table.num_rows)))
        table = table.take(chosen)
    else:
        table = made_up(scan.schema, dataset, data.rows, chooser)
    pyarrow.parquet.write_table(table, file)
    casts = tuple(field.name for field in scan.schema if isinstance(field.type, ir.Json))
    group = ir.FileGroup(pattern=None, files=(str(file),))
    return replace(scan, source=ir.FileSource(format="parquet", groups=(group,), columns=scan.schema, casts=casts))
