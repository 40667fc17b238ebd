"""JSON. A string is read as JSON where it is given; one that is none counts as null.

JSON is what RFC 8259 says, each name once in an object and no half of a surrogate pair (RFC 7493). A number without
fraction and exponent keeps its digits; any other is the nearest float64, and its text that of a float. What is left to
the engine: how numbers and characters are written within an array or an object, numbers beyond float64, of more than
1000 characters, and values more than 500 within each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import always, function
from odibi_sql.functions.patterns import JSON_TEXT, TEXT, constant
from odibi_sql.ir.types import BOOL, INT64, JSON, STRING, Array

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, StringValue, Value


def _is_path(path: str) -> str | None:
    """A path is `$`, then names `.name` or `."any name"` and places `[0]`."""
    import re

    if re.fullmatch(r"\$(\.[A-Za-z_][A-Za-z_0-9]*|\.\"(?!\*\")[^\"\\'?]+\"|\[[0-9]+\])+", path):
        return None
    return "a path like '$.name', '$.name[0]' or '$.\"any name\".x' (places start at 0; no `'`, `?` or lone `*`)"


def _in_brackets(path: str, _: Any) -> str:
    """Return the path as Spark writes it: `$['any name'][0]`."""
    import re

    return re.sub(r"\.(?:\"([^\"]*)\"|([A-Za-z_0-9]+))", lambda name: f"['{name[1] or name[2]}']", path)


PATH = constant(TEXT, problem=_is_path, made={"brackets": _in_brackets})


@function(
    value=JSON_TEXT,
    path=PATH,
    result=JSON,
    nullable=always,
    native=True,
    examples=("cast(json_extract('{\"a\": [1, 2]}', '$.a') as string) = '[1,2]'", "json_extract('{}', '$.a') is null"),
)
def json_extract(value: Value, path: str) -> Value:
    """Return the part of a JSON value at `path`, as JSON; null where there is none, and where the value is no JSON."""


@function(
    value=JSON_TEXT,
    path=PATH,
    result=STRING,
    nullable=always,
    native=True,
    aliases=("get_json_object", "json_value", "json_extract_scalar"),
    examples=(
        "json_extract_string('{\"a\": {\"b\": \"x\"}}', '$.a.b') = 'x'",
        "json_extract_string('{\"a\": [1, 2]}', '$.a[1]') = '2'",
        "json_extract_string('{\"a\": null}', '$.a') is null",
        "json_extract_string('[null, 1.50, 1e22]', '$[0]') is null",
        "json_extract_string('[null, 1.50, 1e22]', '$[1]') = '1.5'",
        "json_extract_string('[null, 1.50, 1e22]', '$[2]') = '1e+22'",
        "json_extract_string('{', '$.a') is null",
    ),
)
def json_extract_string(value: Value, path: str) -> StringValue:
    """Return the string, number or bool of a JSON value at `path`, as a string without quotes.

    A number with a fraction or an exponent is written as a float is, an array or object as JSON without spaces. Null
    where there is none, where it is JSON's null, and where the value is no JSON.
    """


@function(
    text=TEXT,
    result=BOOL,
    native=True,
    aliases=("is_json",),
    examples=("json_valid('[1]') = true", "json_valid('[') = false", "json_valid('[1,]') = false"),
)
def json_valid(text: StringValue) -> BooleanValue:
    """Whether a string is JSON: no `NaN`, no comma before a bracket, no name twice in an object."""


@function(
    text=TEXT,
    result=JSON,
    nullable=always,
    native=True,
    aliases=("try_parse_json",),
    examples=("json_extract_string(parse_json('{\"a\": 1}'), '$.a') = '1'", "parse_json('{') is null"),
)
def parse_json(text: StringValue) -> Value:
    """Return a string as JSON; null where it is none."""


@function(
    value=JSON_TEXT,
    result=INT64,
    nullable=always,
    native=True,
    examples=("json_array_length('[1, 2]') = 2", "json_array_length('{}') is null"),
)
def json_array_length(value: Value) -> IntegerValue:
    """Return how many elements a JSON array has; null where the value is no array."""


@function(
    value=JSON_TEXT,
    result=Array(STRING),
    nullable=always,
    native=True,
    aliases=("json_object_keys",),
    examples=("json_keys('{\"a\": 1, \"b\": 2}') = ['a', 'b']", "json_keys('[1]') is null"),
)
def json_keys(value: Value) -> ArrayValue:
    """Return the names in a JSON object, in its order; null where the value is no object."""
