"""What is said of files beside their content: how they are read and written, and which column is which."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.ir.formats import FORMATS, Side
from odibi_sql.keys.digest import Term, digest, type_text


def options_that_count(format_name: str, options: ir.Options, side: Side) -> list[tuple[str, ir.OptionValue]]:
    """Return the options that change what is read or written, sorted, without those that say what holds anyway.

    `hive` is not among them: which columns the folders give is seen in the columns.
    """
    known, found = FORMATS[format_name], []
    for name, value in options:
        option = known.option(name, side)
        if name != "hive" and (option is None or option.default != value):
            found.append((name, value))
    return sorted(found)


def scan_columns(scan: ir.Scan) -> dict[str, Term]:
    """Return the columns of a scan: by their names in the files and their types, and of files without names by their
    places."""
    return {field.name: ("", digest("scanned", *_column(scan.source, field))) for field in scan.schema}


def _column(source: ir.FileSource, field: ir.Field) -> tuple[object, ...]:
    type_ = type_text(field.type)
    if field.name in source.hive:
        return "folder", field.name, type_
    if source.format == "csv" and dict(source.options).get("header", True) is False:
        return "place", [_place(group, field.name) for group in source.groups], type_
    return "name", field.name, type_


def _place(group: ir.FileGroup, name: str) -> int | None:
    return group.header.index(name) if name in group.header else None
