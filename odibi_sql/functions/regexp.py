"""Regular expressions: those that RE2 and Java read alike. The pattern is known when compiled, and checked then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from odibi_sql.functions.define import Types, always, function
from odibi_sql.functions.java_patterns import (
    java_first,
    java_first_replacement,
    java_pattern,
    java_replacement,
    java_whole,
)
from odibi_sql.functions.pattern_check import pattern_problem, replaceable_problem, shape_of
from odibi_sql.functions.patterns import INTEGER, TEXT, constant
from odibi_sql.functions.signature import Mismatch
from odibi_sql.ir.types import BOOL, INT64, STRING, Array

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, StringValue

JAVA: dict[str, Callable[[str, Any], str]] = {
    "java": lambda pattern, _: java_pattern(pattern),
    "java_whole": lambda pattern, _: java_whole(pattern),
    "java_first": lambda pattern, _: java_first(pattern),
}
PATTERN = constant(TEXT, problem=pattern_problem, made=JAVA)
COUNTED_PATTERN = constant(TEXT, problem=replaceable_problem, made=JAVA)
REPLACEMENT = constant(
    TEXT,
    made={
        "java": lambda replacement, _: java_replacement(replacement),
        "java_first": lambda replacement, _: java_first_replacement(replacement),
    },
)
GROUP = constant(INTEGER, default=0)


def _group_is_there(types: Types, constants: tuple[Any, ...]) -> Mismatch | None:
    group = constants[2] if len(constants) > 2 else 0
    groups = shape_of(constants[1]).groups
    if 0 <= group <= groups:
        return None
    return Mismatch(argument=2, expected=f"a group of the pattern: 0 for the whole match{_up_to(groups)}")


def _replacement_is_fit(types: Types, constants: tuple[Any, ...]) -> Mismatch | None:
    groups, replacement = shape_of(constants[1]).groups, constants[2]
    after = [replacement[i + 1 : i + 2] for i in _backslashes(replacement)]
    if all(each == "\\" or (each.isascii() and each.isdigit() and int(each) <= groups) for each in after):
        return None
    return Mismatch(
        argument=2, expected=f"a replacement in which `\\0` is the match{_up_to(groups)} and `\\\\` a backslash"
    )


def _up_to(groups: int) -> str:
    return f", 1 to {groups} for its groups" if groups else ""


def _backslashes(text: str) -> list[int]:
    """Return where escapes begin: the second of two backslashes begins none."""
    found, at = [], text.find("\\")
    while at >= 0:
        found.append(at)
        at = text.find("\\", at + 2)
    return found


@function(
    text=TEXT,
    pattern=PATTERN,
    result=BOOL,
    aliases=("regexp_like", "rlike"),
    examples=(
        "regexp_matches('ab12', '[0-9]+') = true",
        "regexp_matches('ab', '^b') = false",
        "regexp_matches('AB', '(?i)ab') = true",
    ),
)
def regexp_matches(text: StringValue, pattern: str) -> BooleanValue:
    """Whether `pattern` matches somewhere in `text`."""
    return text.re_search(pattern)


@function(
    text=TEXT,
    pattern=PATTERN,
    result=BOOL,
    native=True,
    examples=("regexp_full_match('ab12', '[a-z]+[0-9]+') = true", "regexp_full_match('ab12', '[0-9]+') = false"),
)
def regexp_full_match(text: StringValue, pattern: str) -> BooleanValue:
    """Whether `pattern` matches all of `text`."""


@function(
    text=TEXT,
    pattern=PATTERN,
    group=GROUP,
    result=STRING,
    nullable=always,
    native=True,
    aliases=("regexp_substr",),
    argument_check=_group_is_there,
    examples=(
        "regexp_extract('id=42;', '[0-9]+') = '42'",
        "regexp_extract('id=42;', 'id=([0-9]+)', 1) = '42'",
        "regexp_extract('none', '[0-9]+') is null",
    ),
)
def regexp_extract(text: StringValue, pattern: str, group: int) -> StringValue:
    """Return the first match of `pattern` in `text`, or of one of its groups; null where it is none, or empty."""


@function(
    text=TEXT,
    pattern=COUNTED_PATTERN,
    group=GROUP,
    result=Array(STRING),
    native=True,
    argument_check=_group_is_there,
    examples=(
        "regexp_extract_all('a1b22', '[0-9]+') = ['1', '22']",
        "regexp_extract_all('a=1,b=2', '([a-z])=', 1) = ['a', 'b']",
        "regexp_extract_all('ab', '(a)|b', 1) = ['a', '']",
    ),
)
def regexp_extract_all(text: StringValue, pattern: str, group: int) -> ArrayValue:
    """Return all matches of `pattern` in `text`, or of one of its groups, in order; an empty array of none.

    A group that took no part in a match gives the empty text.
    """


@function(
    text=TEXT,
    pattern=COUNTED_PATTERN,
    replacement=REPLACEMENT,
    result=STRING,
    argument_check=_replacement_is_fit,
    examples=(
        "regexp_replace('a1b22', '[0-9]+', '#') = 'a#b#'",
        "regexp_replace('2025-11-01', '([0-9]+)-([0-9]+)-([0-9]+)', '\\3.\\2.\\1') = '01.11.2025'",
        "regexp_replace('5 €', '€', '$') = '5 $'",
    ),
)
def regexp_replace(text: StringValue, pattern: str, replacement: str) -> StringValue:
    """Return `text` with every match replaced; `\\1` to `\\9` in the replacement are the groups, `\\0` the match.

    DuckDB's own function of this name replaces the first match only, where it is not told 'g': `regexp_replace_first`.
    """
    return text.re_replace(pattern, replacement)


@function(
    text=TEXT,
    pattern=COUNTED_PATTERN,
    replacement=REPLACEMENT,
    result=STRING,
    native=True,
    argument_check=_replacement_is_fit,
    examples=("regexp_replace_first('a1b22', '[0-9]+', '#') = 'a#b22'",),
)
def regexp_replace_first(text: StringValue, pattern: str, replacement: str) -> StringValue:
    """Return `text` with the first match replaced; what stands in the replacement is as in `regexp_replace`."""


@function(
    text=TEXT,
    pattern=COUNTED_PATTERN,
    result=INT64,
    native=True,
    examples=("regexp_count('a1b22', '[0-9]+') = 2", "regexp_count('ab', '[0-9]') = 0"),
)
def regexp_count(text: StringValue, pattern: str) -> IntegerValue:
    """Return how often `pattern` matches in `text`, without overlaps."""
