"""Stores: where a dataset goes, how, and what cannot be written there."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

import msgspec

from odibi_sql import ir, syntax
from odibi_sql.check.columns import columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import dataset_named
from odibi_sql.check.flow import flow_of
from odibi_sql.check.keys import is_unique
from odibi_sql.check.objects import check_object
from odibi_sql.check.options import check_format, check_format_options, check_step_options
from odibi_sql.check.refused import refuse
from odibi_sql.check.stores_keys import check_keys
from odibi_sql.check.templates import filled
from odibi_sql.diagnostics.stores_errors import (
    AppendToFile,
    FormatCannotHold,
    ModeNeedsPartition,
    PartitionLeavesNothing,
    PartitionType,
)
from odibi_sql.ir.formats import Format, is_file_of
from odibi_sql.objects import is_object


def check_store(context: Context, statement: syntax.Store, layer: str | None) -> ir.Store | None:
    """Return the store, or None where something that it needs is wrong."""
    dataset = dataset_named(context, statement.dataset)
    format_ = check_format(context, statement.format)
    options = check_step_options(context, statement.options, is_store=True)
    if dataset.options.skip:
        options = msgspec.structs.replace(options, skip=True)
    if statement.connection is not None:
        refuse(context, statement.connection.span, "a connection", "write the path from the pipeline's folder")
    partition = _partition(context, statement, dataset)
    path = filled(context, statement.location)
    mode = _mode(context, statement)
    keys = check_keys(context, statement, dataset)
    if format_ is None or path is None:
        return None
    _check_types(context, statement, format_, dataset)
    target = ir.Target(
        format=format_.name,
        path=path,
        is_folder=bool(statement.partition) or not is_file_of(format_, path),
        partition=partition,
        options=check_format_options(context, format_, "write", statement.format_options),
    )
    check_object(context, statement, target, mode, options)
    if mode == "append" and not target.is_folder and statement.mode is not None and not is_object(path):
        folder = f'"{posixpath.splitext(path)[0]}"'
        context.report(AppendToFile(span=statement.mode.span, path=f'"{path}"', folder=folder))
    return ir.Store(
        name=f"store {statement.dataset.text}",
        dataset=dataset.name,
        target=target,
        mode=mode,
        keys=keys,
        is_unique=is_unique(dataset.keys, keys),
        layer=layer,
        doc=statement.doc,
        options=options,
        span=statement.span,
    )


def _mode(context: Context, statement: syntax.Store) -> ir.Mode:
    if statement.mode is None:
        return "default"
    match statement.mode.mode:
        case "overwrite partitions" if not statement.partition:
            context.report(ModeNeedsPartition(span=statement.mode.span))
            return statement.mode.mode
        case mode:
            return mode


def _partition(context: Context, statement: syntax.Store, dataset: ir.Dataset) -> tuple[str, ...]:
    flow = flow_of(dataset, statement.dataset.text, statement.dataset.span)
    names = columns_named(context, flow, statement.partition, "`partition by`")
    for name in statement.partition:
        field = flow.schema.get(name.text)
        if field is not None and isinstance(
            field.type, ir.Array | ir.Struct | ir.Map | ir.Json | ir.Binary | ir.Duration | ir.Float
        ):
            context.report(PartitionType(span=name.span, name=name.text, type=str(field.type)))
    if names and len(names) == len(flow.schema) and not flow.schema.is_open:
        span = statement.partition[0].span.to(statement.partition[-1].span)
        context.report(PartitionLeavesNothing(span=span))
    return names


def _check_types(context: Context, statement: syntax.Store, format_: Format, dataset: ir.Dataset) -> None:
    for field in dataset.relation.schema:
        nested = isinstance(field.type, ir.Array | ir.Struct | ir.Map)
        if nested and not format_.holds_nested:
            instead = "store to parquet or ndjson, or leave it out"
            if field.type == ir.Array(ir.STRING):
                instead += f", or make a text of it: `array_to_string({field.name}, ', ')`"
        elif isinstance(field.type, ir.Binary) and format_.name != "parquet":
            instead = "store to parquet, or make a text of it with `hex` or `to_base64`"
        else:
            continue
        context.report(
            FormatCannotHold(
                span=statement.format.span,
                column=field.name,
                type=str(field.type),
                format=format_.name,
                instead=instead,
            )
        )


def named_apart(stores: Sequence[ir.Store]) -> tuple[ir.Store, ...]:
    """Return the stores with a number behind each name that an earlier one has."""
    taken: set[str] = set()
    found = []
    for each in stores:
        name, number = each.name, 2
        while name in taken:
            name, number = f"{each.name} {number}", number + 1
        taken.add(name)
        found.append(msgspec.structs.replace(each, name=name))
    return tuple(found)
