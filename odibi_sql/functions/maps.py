"""Maps: keys, each once, with their values. `settings['mode']` is `element_at(settings, 'mode')`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import Types, function
from odibi_sql.functions.patterns import ANY_MAP, KEY, KEYS, MAP, VALUES
from odibi_sql.ir.types import BOOL, INT64, UNKNOWN, Array, Map, Type

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, MapValue, Value


def _keys(types: Types) -> Type:
    return Array(types[0].key) if isinstance(types[0], Map) else UNKNOWN


def _values(types: Types) -> Type:
    return Array(types[0].value) if isinstance(types[0], Map) else UNKNOWN


def _made(types: Types) -> Type:
    keys, values = types
    return Map(keys.element, values.element) if isinstance(keys, Array) and isinstance(values, Array) else UNKNOWN


@function(
    keys=KEYS,
    values=VALUES,
    result=_made,
    native=True,
    aliases=("map_from_arrays",),
    examples=("element_at(map(['a', 'b'], [1, 2]), 'b') = 2",),
)
def map_(keys: ArrayValue, values: ArrayValue) -> MapValue:
    """Return the map of these keys to these values; a key that is null or there twice fails the run."""


@function(map=ANY_MAP, result=_keys, native=True, examples=("map_keys(map(['a'], [1])) = ['a']",))
def map_keys(map_: MapValue) -> ArrayValue:
    """Return the keys of a map, in its order."""


@function(map=ANY_MAP, result=_values, native=True, examples=("map_values(map(['a'], [1])) = [1]",))
def map_values(map_: MapValue) -> ArrayValue:
    """Return the values of a map, in the order of its keys."""


@function(map=ANY_MAP, result=INT64, native=True, examples=("map_length(map(['a'], [1])) = 1",))
def map_length(map_: MapValue) -> IntegerValue:
    """Return how many keys a map has."""


@function(
    map=MAP,
    key=KEY,
    result=BOOL,
    native=True,
    aliases=("map_contains_key",),
    examples=("map_contains(map(['a'], [1]), 'a') = true", "map_contains(map(['a'], [1]), 'b') = false"),
)
def map_contains(map_: MapValue, key: Value) -> BooleanValue:
    """Whether a map has this key."""
