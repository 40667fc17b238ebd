"""The columns that folders give: `year=2025/month=11/`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from odibi_sql import ir
from odibi_sql.ir import Options, Schema, SourceProblem
from odibi_sql.sources.files import hive_values, option_of

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")


def hive_columns(files: Iterable[str], options: Options, declared: Schema | None) -> tuple[ir.Field, ...]:
    """Return the columns that the folders of the files give, with their declared types, or the nearest.

    Raises SourceProblem where files differ in which columns their folders give, or a value is not of the type declared.
    """
    if option_of(options, "hive", True) is False:
        return ()
    values: dict[str, list[str | None]] = {}
    first: tuple[str, tuple[str, ...]] | None = None
    for file in files:
        found = hive_values(file)
        first = first or (file, tuple(found))
        if set(found) != set(first[1]):
            raise SourceProblem(
                f"the folders of `{first[0]}` and `{file}` give different columns",
                "bring them to one layout, or say (hive: false)",
            )
        for name, value in found.items():
            values.setdefault(name, []).append(value)
    return tuple(_field(name, each, declared) for name, each in values.items())


def _field(name: str, values: list[str | None], declared: Schema | None) -> ir.Field:
    wanted = declared.get(name) if declared is not None else None
    given = {value for value in values if value is not None}
    if wanted is None:
        return ir.Field(name, _type_of(given), None in values)
    for value in sorted(given):
        if not _fits(value, wanted.type):
            raise SourceProblem(f"the folder `{name}={value}` is no {wanted.type}", f"declare `{name} string`")
    return wanted


def _type_of(values: set[str]) -> ir.Type:
    for type_ in (ir.INT64, ir.DATE):
        if values and all(_fits(value, type_) for value in values):
            return type_
    return ir.STRING


def _fits(value: str, type_: ir.Type) -> bool:
    match type_:
        case ir.Integer(bits=bits):
            return _INTEGER.fullmatch(value) is not None and -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)
        case ir.Date():
            return _is_day(value)
    return True


def _is_day(value: str) -> bool:
    try:
        return len(value) == 10 and bool(datetime.date.fromisoformat(value))
    except ValueError:
        return False
