"""What a scan says beside the content of its files: how they are read, and which column is which."""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.ir.formats import FORMATS
from odibi_sql.keys.digest import Term, digest, type_text


def scan_options(source: ir.FileSource) -> list[tuple[str, ir.OptionValue]]:
    """Return the options that change what is read, sorted, without those that say what holds anyway.

    `hive` is not among them: which columns the folders give is seen in the columns.
    """
    known = FORMATS[source.format]
    found = []
    for name, value in source.options:
        option = known.option(name, "read")
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
