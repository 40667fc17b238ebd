"""Parts of texts: cut out, cut off, put in; and those of URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import always, function, if_first
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import INTEGER, TEXT, constant, optional
from odibi_sql.functions.text import _no_empty
from odibi_sql.functions.time_formats import literal_pattern
from odibi_sql.ir.types import STRING

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue

SCHEME = "[A-Za-z][A-Za-z0-9+.-]*:"
AUTHORITY = f"{SCHEME}//(?:[^/?#@]*@)?"
HOST = "\\[[^/?#\\]]*\\]|[^:/?#]*"
URL_PARTS = {
    "protocol": "^([A-Za-z][A-Za-z0-9+.-]*):",
    "host": f"^{AUTHORITY}({HOST})",
    "port": f"^{AUTHORITY}(?:{HOST}):([0-9]+)",
    "path": f"^(?:{SCHEME})?(?://[^/?#]*)?([^?#]*)",
    "query": "^[^?#]*[?]([^#]*)",
    "fragment": "#([^#]*)",
}


def _parameter_pattern(name: str, _: Any) -> str:
    return f"^[^?#]*[?](?:[^#]*?&)??{literal_pattern(name)}=([^&#]*)"


@function(
    text=TEXT,
    result=STRING,
    nullable=always,
    examples=("nullif_blank('  ') is null", "nullif_blank(' a ') = ' a '"),
)
def nullif_blank(text: StringValue) -> StringValue:
    """Return `text` as it is, or null where it is empty or nothing but spaces."""
    return ibis.cases((text.replace(" ", "") != "", text))


@function(
    text=TEXT,
    result=STRING,
    native=True,
    examples=("normalize_space('  new \t  york ') = 'new york'", "normalize_space('  ') = ''"),
)
def normalize_space(text: StringValue) -> StringValue:
    """Return `text` with one space wherever it has spaces, tabs and line ends, and none where it begins and ends."""


@function(
    text=TEXT,
    replacement=TEXT,
    start=INTEGER,
    length=optional(INTEGER),
    result=STRING,
    nullable=always,
    native=True,
    examples=(
        "overlay('odibi', 'XX', 2) = 'oXXbi'",
        "overlay('odibi', 'XX', 2, 3) = 'oXXi'",
        "overlay('odibi', 'XX', 2, 0) = 'oXXdibi'",
        "overlay('odibi', 'X', 9) = 'odibiX'",
        "overlay('odibi', 'X', 0) is null",
    ),
)
def overlay(text: StringValue, replacement: StringValue, start: IntegerValue, length: IntegerValue) -> StringValue:
    """Return `text` with `length` characters (as many as `replacement` has, where left out) from `start` replaced.

    Null where `start` is below 1; a negative length counts as 0.
    """


@function(
    text=TEXT,
    separator=constant(TEXT, problem=_no_empty, made={"pattern": lambda text, _: literal_pattern(text)}),
    count=INTEGER,
    result=STRING,
    native=True,
    examples=(
        "substring_index('a.b.c', '.', 2) = 'a.b'",
        "substring_index('a.b.c', '.', -2) = 'b.c'",
        "substring_index('a.b.c', '.', 9) = 'a.b.c'",
        "substring_index('a.b.c', '.', 0) = ''",
    ),
)
def substring_index(text: StringValue, separator: str, count: IntegerValue) -> StringValue:
    """Return what stands before the separator of number `count`; where it is negative, behind it, counted from the end.

    All of the text where it has fewer separators.
    """


@function(
    text=TEXT,
    prefix=TEXT,
    result=STRING,
    nullable=if_first,
    native=True,
    examples=("remove_prefix('odibi', 'od') = 'ibi'", "remove_prefix('odibi', 'bi') = 'odibi'"),
)
def remove_prefix(text: StringValue, prefix: StringValue) -> StringValue:
    """Return `text` without `prefix` where it begins with it, otherwise as it is; a null prefix takes nothing off."""


@function(
    text=TEXT,
    suffix=TEXT,
    result=STRING,
    nullable=if_first,
    native=True,
    examples=("remove_suffix('odibi', 'bi') = 'odi'", "remove_suffix('odibi', 'od') = 'odibi'"),
)
def remove_suffix(text: StringValue, suffix: StringValue) -> StringValue:
    """Return `text` without `suffix` where it ends with it, otherwise as it is; a null suffix takes nothing off."""


@function(
    url=TEXT,
    part=constant(TEXT, *URL_PARTS, made={"pattern": lambda part, _: URL_PARTS[part]}),
    result=STRING,
    nullable=always,
    native=True,
    examples=(
        "parse_url('https://me@odibi.org:8080/a/b?x=1&y=2#top', 'host') = 'odibi.org'",
        "parse_url('https://odibi.org:8080/a/b?x=1&y=2#top', 'port') = '8080'",
        "parse_url('https://odibi.org/a/b?x=1&y=2#top', 'path') = '/a/b'",
        "parse_url('https://odibi.org/a/b?x=1&y=2#top', 'query') = 'x=1&y=2'",
        "parse_url('https://odibi.org', 'path') is null",
        "parse_url('no url', 'host') is null",
    ),
)
def parse_url(url: StringValue, part: str) -> StringValue:
    """Return a part of a URL as it is written, '%20' and all: 'protocol', 'host', 'port', 'path', 'query', 'fragment'.

    Null where the URL has none, or an empty one.
    """


@function(
    url=TEXT,
    name=constant(TEXT, problem=_no_empty, made={"pattern": _parameter_pattern}),
    result=STRING,
    nullable=always,
    native=True,
    examples=(
        "url_parameter('https://odibi.org/?x=1&y=2#top', 'y') = '2'",
        "url_parameter('https://odibi.org/?x=1', 'y') is null",
    ),
)
def url_parameter(url: StringValue, name: str) -> StringValue:
    """Return the value of a parameter in a URL's query, as it is written, the first of several.

    Null where the URL has none of this name, or its value is empty.
    """
