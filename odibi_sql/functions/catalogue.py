"""All functions by name. Importing this module fills the catalogue."""

from __future__ import annotations

from odibi_sql.functions import (
    aggregate,
    array,
    array_numbers,
    bits,
    boolean,
    cast,
    condition,
    hash,
    json,
    maps,
    number,
    regexp,
    statistics,
    text,
    time,
    time_parts,
    trigonometry,
    window,
)
from odibi_sql.functions.define import CATALOGUE
from odibi_sql.functions.signature import Function

_MODULES = (
    *(text, regexp, number, trigonometry, bits, time, time_parts, condition, cast),
    *(aggregate, statistics, boolean, window, array, array_numbers, maps, json, hash),
)
_BY_NAME = {
    name: function for function in CATALOGUE.values() for name in (*function.aliases, function.name)
}  # a name stands before another function's alias only by mistake; a test holds that no two meet


def lookup(name: str) -> Function | None:
    """Return the function of this name or alias, in any case, or None."""
    return _BY_NAME.get(name.lower())


def names() -> tuple[str, ...]:
    """Return the names of all functions and their aliases, in order."""
    return tuple(sorted(_BY_NAME))
