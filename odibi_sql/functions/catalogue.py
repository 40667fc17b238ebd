"""All functions by name. Importing this module fills the catalogue."""

from __future__ import annotations

from importlib import import_module

from odibi_sql.functions.define import CATALOGUE
from odibi_sql.functions.signature import Function

__all__ = ["CATALOGUE", "lookup", "names"]

MODULES = (
    *("text", "text_parts", "regexp", "number", "number_bounds", "trigonometry", "bits"),
    *("time", "time_parts", "time_text", "time_zones", "time_steps", "condition", "cast"),
    *("aggregate", "statistics", "boolean", "window", "array", "array_numbers", "maps", "json", "hash", "geo"),
)
for module in MODULES:
    import_module(f"odibi_sql.functions.{module}")

_BY_NAME = {name: function for function in CATALOGUE.values() for name in (function.name, *function.aliases)}


def lookup(name: str) -> Function | None:
    """Return the function of this name or alias, in any case, or None."""
    return _BY_NAME.get(name.lower())


def names() -> tuple[str, ...]:
    """Return the names of all functions and their aliases, in order."""
    return tuple(sorted(_BY_NAME))
