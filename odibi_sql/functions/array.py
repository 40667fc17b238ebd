"""Arrays. Positions start at 1, negative ones count from the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import Types, always, function, if_first
from odibi_sql.functions.patterns import (
    ARRAY,
    ARRAY_OF_ARRAYS,
    ARRAY_OR_MAP,
    INTEGER,
    ORDERED_ARRAY,
    PLACE,
    TEXT,
    TEXT_ARRAY,
    T,
    checked,
    constant,
    variadic,
)
from odibi_sql.functions.signature import Mismatch
from odibi_sql.functions.text import _no_zero
from odibi_sql.ir.types import BOOL, INT64, STRING, UNKNOWN, Array, Integer, Map, Null, Type, common_type

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, StringValue, Value


def first_type(types: Types) -> Type:
    return types[0]


def second_type(types: Types) -> Type:
    return types[1]


def _element(types: Types) -> Type:
    match types[0]:
        case Array(element=element):
            return element
        case Map(value=value):
            return value
    return UNKNOWN


def _key_fits(types: Types, constants: tuple[object, ...]) -> Mismatch | None:
    match types:
        case (Array(), Integer() | Null()):
            return None
        case (Map(key=key), other) if common_type(key, other) == key:
            return None
        case (Map(key=key), _):
            return Mismatch(argument=1, expected=str(key))
    return Mismatch(argument=1, expected="a whole number")


@function(
    array=ARRAY,
    result=INT64,
    aliases=("list_length", "array_size", "cardinality"),
    examples=("array_length([1, null, 3]) = 3",),
)
def array_length(array: ArrayValue) -> IntegerValue:
    """Return how many elements an array has, nulls among them."""
    return array.length()


@function(
    container=ARRAY_OR_MAP,
    key=PLACE,
    result=_element,
    nullable=always,
    native=True,
    aliases=("list_extract", "array_extract", "list_element"),
    argument_check=_key_fits,
    examples=(
        "element_at([10, 20, 30], 1) = 10",
        "element_at([10, 20, 30], -1) = 30",
        "element_at([10, 20, 30], 4) is null",
        "element_at(map(['a'], [1]), 'a') = 1",
        "element_at(map(['a'], [1]), 'b') is null",
    ),
)
def element_at(container: Value, key: Value) -> Value:
    """Return the element of an array at a position, or the value of a map's key; null where there is none."""


@function(
    array=ARRAY,
    value=T,
    result=BOOL,
    native=True,
    aliases=("list_contains", "array_has", "list_has"),
    examples=(
        "array_contains([1, 2], 2) = true",
        "array_contains([1, null], 2) = false",
        "array_contains([1], null) is null",
    ),
)
def array_contains(array: ArrayValue, value: Value) -> BooleanValue:
    """Whether `value` is among the elements; null where it is null itself."""


@function(
    array=ARRAY,
    value=T,
    result=INT64,
    nullable=always,
    native=True,
    aliases=("list_position", "array_indexof"),
    examples=("array_position(['a', 'b'], 'b') = 2", "array_position(['a', 'b'], 'c') is null"),
)
def array_position(array: ArrayValue, value: Value) -> IntegerValue:
    """Return the position of the first element that is equal to `value`; null where there is none."""


@function(
    array=ORDERED_ARRAY,
    result=first_type,
    native=True,
    aliases=("list_distinct", "array_unique"),
    examples=("array_distinct([3, 1, null, 3]) = [1, 3]",),
)
def array_distinct(array: ArrayValue) -> ArrayValue:
    """Return the different elements, each once, in ascending order; nulls are left out."""


@function(
    array=ORDERED_ARRAY,
    order=constant(TEXT, "asc", "desc", default="asc"),
    result=first_type,
    native=True,
    aliases=("list_sort", "sort_array"),
    examples=("array_sort([3, null, 1]) = [1, 3, null]", "array_sort([3, null, 1], 'desc') = [3, 1, null]"),
)
def array_sort(array: ArrayValue, order: str) -> ArrayValue:
    """Return the elements in ascending order, or in descending with 'desc'; nulls come last in both."""


@function(
    array=ARRAY,
    result=first_type,
    native=True,
    aliases=("list_reverse",),
    examples=("array_reverse([1, 2, 3]) = [3, 2, 1]",),
)
def array_reverse(array: ArrayValue) -> ArrayValue:
    """Return the elements from the last to the first."""


@function(
    array=variadic(ARRAY),
    result=first_type,
    native=True,
    aliases=("list_concat", "array_cat", "list_cat"),
    examples=("array_concat([1], [2, 3]) = [1, 2, 3]",),
)
def array_concat(*array: ArrayValue) -> ArrayValue:
    """Return the elements of one array after those of the other; null where one of the arrays is null."""


@function(
    array=ARRAY,
    value=T,
    result=first_type,
    nullable=if_first,
    native=True,
    aliases=("list_append", "array_push_back"),
    examples=("array_append([1], 2) = [1, 2]", "array_append([1], null) = [1, null]"),
)
def array_append(array: ArrayValue, value: Value) -> ArrayValue:
    """Return the array with `value` behind it."""


@function(
    value=T,
    array=ARRAY,
    result=second_type,
    nullable=lambda nullables: nullables[1],
    native=True,
    aliases=("list_prepend",),
    examples=("array_prepend(1, [2]) = [1, 2]",),
)
def array_prepend(value: Value, array: ArrayValue) -> ArrayValue:
    """Return the array with `value` before it."""


@function(
    array=ARRAY,
    start=checked(INTEGER, _no_zero),
    end=checked(INTEGER, _no_zero),
    result=first_type,
    native=True,
    aliases=("list_slice",),
    examples=(
        "array_slice([1, 2, 3], 2, 3) = [2, 3]",
        "array_slice([1, 2, 3], -2, -1) = [2, 3]",
        "array_slice([1, 2, 3], 2, 9) = [2, 3]",
    ),
)
def array_slice(array: ArrayValue, start: IntegerValue, end: IntegerValue) -> ArrayValue:
    """Return the elements from position `start` to position `end`, both among them."""


@function(
    arrays=ARRAY_OF_ARRAYS,
    result=_element,
    aliases=("array_flatten",),
    native=True,
    examples=("flatten([[1], [2, 3]]) = [1, 2, 3]", "flatten([[1], null]) = [1]"),
)
def flatten(arrays: ArrayValue) -> ArrayValue:
    """Return the elements of the arrays within an array, one array after the other; null arrays are passed over."""


@function(
    array=ARRAY,
    result=first_type,
    native=True,
    aliases=("list_compact",),
    examples=("array_compact([1, null, 2]) = [1, 2]",),
)
def array_compact(array: ArrayValue) -> ArrayValue:
    """Return the elements that are not null."""


@function(
    array=ORDERED_ARRAY,
    other=ORDERED_ARRAY,
    result=first_type,
    native=True,
    aliases=("list_intersect",),
    examples=("array_intersect([3, 1, 2], [2, 3]) = [2, 3]",),
)
def array_intersect(array: ArrayValue, other: ArrayValue) -> ArrayValue:
    """Return the elements that are in both, each once, in ascending order; nulls are left out."""


@function(
    array=ORDERED_ARRAY,
    other=ORDERED_ARRAY,
    result=first_type,
    native=True,
    examples=("array_union([3, 1], [2, 3]) = [1, 2, 3]",),
)
def array_union(array: ArrayValue, other: ArrayValue) -> ArrayValue:
    """Return the elements that are in one of the two, each once, in ascending order; nulls are left out."""


@function(
    array=ARRAY,
    other=ARRAY,
    result=BOOL,
    native=True,
    aliases=("arrays_overlap", "list_has_any", "array_has_any"),
    examples=("array_overlaps([1, 2], [2, 3]) = true", "array_overlaps([1], [2]) = false"),
)
def array_overlaps(array: ArrayValue, other: ArrayValue) -> BooleanValue:
    """Whether two arrays have an element in common; nulls count for nothing."""


@function(
    array=TEXT_ARRAY,
    separator=constant(TEXT),
    result=STRING,
    aliases=("array_join", "list_to_string"),
    native=True,
    examples=("array_to_string(['a', null, 'b'], '-') = 'a-b'", "array_to_string(['a'], '-') = 'a'"),
)
def array_to_string(array: ArrayValue, separator: str) -> StringValue:
    """Return the strings with `separator` between them; nulls are left out, no strings give the empty string."""


@function(
    array=ARRAY,
    value=T,
    result=first_type,
    native=True,
    aliases=("list_remove",),
    examples=("array_remove([1, 2, null, 1], 1) = [2, null]", "array_remove([1], null) is null"),
)
def array_remove(array: ArrayValue, value: Value) -> ArrayValue:
    """Return the elements that are not equal to `value`, nulls among them."""


@function(
    array=ORDERED_ARRAY,
    other=ORDERED_ARRAY,
    result=first_type,
    native=True,
    aliases=("list_except",),
    examples=("array_except([3, 1, null, 3, 2], [2, 5]) = [1, 3]",),
)
def array_except(array: ArrayValue, other: ArrayValue) -> ArrayValue:
    """Return the elements that are in the first and not in the other, each once, in ascending order, without nulls."""


@function(
    value=T,
    count=INTEGER,
    result=lambda types: Array(types[0]),
    nullable=lambda nullables: nullables[1],
    native=True,
    examples=("array_repeat('a', 2) = ['a', 'a']", "array_length(array_repeat(1, -1)) = 0"),
)
def array_repeat(value: Value, count: IntegerValue) -> ArrayValue:
    """Return an array of `count` times `value`, which can be null; empty where `count` is 0 or negative."""
