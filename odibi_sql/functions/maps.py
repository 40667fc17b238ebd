"""Maps: keys, each once, with their values. `settings['mode']` is `element_at(settings, 'mode')`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import Types, function
from odibi_sql.functions.patterns import ANY_MAP, KEY, KEYS, MAP, VALUES, Pattern
from odibi_sql.ir.types import BOOL, INT64, STRING, UNKNOWN, Array, Map, Member, Null, Struct, Type

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, MapValue, Value


def _keys(types: Types) -> Type:
    return Array(types[0].key) if isinstance(types[0], Map) else UNKNOWN


def _values(types: Types) -> Type:
    return Array(types[0].value) if isinstance(types[0], Map) else UNKNOWN


def _made(types: Types) -> Type:
    keys, values = types
    return Map(keys.element, values.element) if isinstance(keys, Array) and isinstance(values, Array) else UNKNOWN


def _entries(types: Types) -> Type:
    map_ = types[0]
    return Array(entry(map_.key, map_.value)) if isinstance(map_, Map) else UNKNOWN


def entry(key: Type, value: Type) -> Struct:
    """Return the type of a map's entry."""
    return Struct((Member("key", key), Member("value", value)))


def _taken_for_entries(type_: Type) -> Type | None:
    if isinstance(type_, Null):
        return Array(entry(STRING, STRING))
    match type_:
        case Array(element=Struct(members=(_, _))):
            return type_
    return None


def _of_entries(types: Types) -> Type:
    match types[0]:
        case Array(element=Struct(members=(key, value))):
            return Map(key.type, value.type)
    return UNKNOWN


ENTRIES = Pattern("an array of structs of a key and a value", _taken_for_entries)


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


@function(
    map=ANY_MAP,
    result=_entries,
    native=True,
    examples=("map_entries(map(['a', 'b'], [1, 2])) = [{key: 'a', value: 1}, {key: 'b', value: 2}]",),
)
def map_entries(map_: MapValue) -> ArrayValue:
    """Return the entries of a map, in its order: structs of a `key` and a `value`."""


@function(
    entries=ENTRIES,
    result=_of_entries,
    native=True,
    examples=("element_at(map_from_entries([{key: 'a', value: 1}, {key: 'b', value: 2}]), 'b') = 2",),
)
def map_from_entries(entries: ArrayValue) -> MapValue:
    """Return the map of an array of structs, each a key and its value, whatever the two members are called.

    A key that is null or there twice, and an entry that is null, fail the run.
    """
