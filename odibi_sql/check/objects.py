"""Stores to object stores: one object each, put in its place by one request; an append adds one to a folder."""

from __future__ import annotations

import posixpath

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics.objects_errors import ObjectIsFolder, ObjectLocation, ObjectTogether
from odibi_sql.ir.formats import FORMATS
from odibi_sql.objects import ObjectProblem, is_elsewhere, is_object, parse


def check_object(
    context: Context, statement: syntax.Store, target: ir.Target, mode: ir.Mode, options: ir.StepOptions
) -> None:
    """Report what keeps a target in an object store from being whole or not there."""
    if is_elsewhere(target.path):
        reason = f"`{target.path}` is not on this machine"
        suggestion = "this version stores to local files, and s3://, gs://, az://, abfss://"
        context.report(ObjectLocation(span=statement.location.span, reason=reason, suggestion=suggestion))
    if not is_object(target.path):
        return
    span = statement.location.span
    try:
        has_key = bool(parse(target.path).key)
    except ObjectProblem as problem:
        context.report(ObjectLocation(span=span, reason=problem.reason, suggestion=problem.hint))
        return
    if target.is_folder and (mode != "append" or target.partition):
        what = "folders of partitions" if target.partition else "a folder"
        base = posixpath.splitext(target.path.rstrip("/"))[0] if has_key else f"{target.path.rstrip('/')}/rows"
        instead = f'"{base}{FORMATS[target.format].extensions[0]}"'
        context.report(ObjectIsFolder(span=span, path=f'"{target.path}"', what=what, instead=instead))
    if options.together:
        context.report(ObjectTogether(span=span, path=f'"{target.path}"'))
