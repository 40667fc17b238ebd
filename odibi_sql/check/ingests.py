"""Ingests: files and written rows, held to their declared schema and key."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.columns import check_case, columns_named
from odibi_sql.check.context import Context
from odibi_sql.check.datasets import OPEN
from odibi_sql.check.flow import Flow, Origin, projection
from odibi_sql.check.gates import count_not_unique, gate_of, split_off
from odibi_sql.check.keys import keys_of
from odibi_sql.check.options import check_format, check_format_options
from odibi_sql.check.refused import refuse_parts_of_ingest
from odibi_sql.check.scope import column_of
from odibi_sql.check.templates import filled
from odibi_sql.check.values import declared_schema, rows_of_values
from odibi_sql.diagnostics.sources_errors import (
    SourceDoubt,
    SourceProblem,
)


def check_source(context: Context, statement: syntax.Ingest, flow: Flow) -> Flow:
    """Return the rows that an ingest takes in, before its operators."""
    relation = _relation(context, statement)
    origins = {field.name: Origin(statement.name.text, statement.name.span) for field in relation.schema}
    flow = replace(flow, relation=relation, origins=origins)
    return _with_key(context, statement, flow) if statement.key else flow


def _relation(context: Context, statement: syntax.Ingest) -> ir.Relation:
    declared = None if statement.schema is None else declared_schema(context, statement.schema)
    if refuse_parts_of_ingest(context, statement):
        return ir.Rows(schema=ir.Schema((), is_open=True) if declared is None else declared, rows=())
    match statement.source:
        case syntax.ValuesFrom() as source:
            return rows_of_values(context, source)
        case syntax.FilesFrom() as source:
            return _scan(context, statement, source, declared)
    return ir.Rows(schema=OPEN, rows=())


def _scan(
    context: Context, statement: syntax.Ingest, source: syntax.FilesFrom, declared: ir.Schema | None
) -> ir.Relation:
    nothing_known = ir.Rows(schema=OPEN if declared is None else declared, rows=())
    format_ = check_format(context, source.format)
    location = filled(context, source.location)
    if format_ is None:
        return nothing_known
    options = check_format_options(context, format_, "read", source.options)
    if location is None or (declared is not None and any(field.type == ir.UNKNOWN for field in declared)):
        return nothing_known
    request = ir.SourceRequest(format=format_.name, location=location, options=options, declared=declared)
    try:
        described = context.catalog.describe(request)
    except ir.SourceProblem as problem:
        context.report(SourceProblem(span=source.location.span, reason=problem.reason, suggestion=problem.hint))
        return nothing_known
    for warning in described.warnings:
        context.report(SourceDoubt(span=source.location.span, reason=warning), statement.allowed)
    check_case(context, (), [(name, source.location.span) for name in described.schema.names])
    return _held_to(statement, described, declared)


def _held_to(statement: syntax.Ingest, described: ir.Described, declared: ir.Schema | None) -> ir.Relation:
    """Return the scan; what is declared `not null` is required to be so, for every row that is read."""
    if declared is None:
        return ir.Scan(schema=described.schema, source=described.source, span=statement.source.span)
    required = {field.name for field in declared if not field.nullable}
    fields = tuple(replace(field, nullable=field.nullable or field.name in required) for field in described.schema)
    scan = ir.Scan(schema=ir.Schema(fields), source=described.source, span=statement.source.span)
    if not required:
        return scan
    columns = [
        ir.Assignment(field.name, _required(statement, field) if field.name in required else column_of(field))
        for field in scan.schema
    ]
    return projection(scan, columns, statement.source.span)


def _required(statement: syntax.Ingest, field: ir.Field) -> ir.Expr:
    text = f"{field.name} of {statement.name.text} is null, and its schema says not null"
    message = ir.Literal(type=ir.STRING, nullable=False, value=text)
    return ir.Call(type=field.type, nullable=False, function="require", args=(column_of(field), message))


def _with_key(context: Context, statement: syntax.Ingest, flow: Flow) -> Flow:
    """Return the rows behind a gate that holds them to their key: no two rows share it, no part of it is null."""
    names = columns_named(context, flow, statement.key, "the key")
    if not names:
        return flow
    if statement.operators:
        flow = split_off(context, flow)
    rows = flow.relation if statement.operators else ir.Read(schema=flow.relation.schema, dataset=flow.step)
    span = statement.key[0].span.to(statement.key[-1].span)
    text = f"key {', '.join(names)}"
    rule = ir.GateRule(name=text, column="key_broken", action="fail", text=text, span=span)
    count = count_not_unique(rows, names, rule.column, nulls_break=True)
    keys = keys_of((*flow.keys, frozenset(names)))
    held = gate_of(context, flow, [count], [rule], span)
    return replace(held, keys=keys, checked=flow.checked | frozenset(names))
