"""Text. Characters are Unicode code points, positions start at 1; one beyond 32 bits fails the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odibi_sql.functions.define import function, if_first, never
from odibi_sql.functions.lazy import ibis
from odibi_sql.functions.patterns import BYTES, INTEGER, TEXT, TEXT_OR_ARRAY, checked, constant, optional, variadic
from odibi_sql.functions.time_formats import literal_pattern
from odibi_sql.ir.types import BOOL, INT64, STRING, Array

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Value


def _no_zero(position: int) -> str | None:
    return "a position from 1 (or from -1, counted from the end), never 0" if position == 0 else None


def _no_empty(text: str) -> str | None:
    return "a string that is not empty" if text == "" else None


@function(
    text=TEXT,
    result=STRING,
    aliases=("ucase",),
    examples=("upper('odibi') = 'ODIBI'", "upper('é') = 'É'", "upper('ß') = 'ẞ'"),
)
def upper(text: StringValue) -> StringValue:
    """Return `text` in capitals; one character becomes one (`ß` becomes `ẞ`, not `SS`)."""
    return text.upper()


@function(
    text=TEXT,
    result=STRING,
    aliases=("lcase",),
    examples=("lower('ODIBI') = 'odibi'", "lower('É') = 'é'", "lower('ΣΑΣ') = 'σασ'"),
)
def lower(text: StringValue) -> StringValue:
    """Return `text` in small letters; one character becomes one (`Σ` becomes `σ`, at the end of a word too).

    Letters that came with Unicode 16 or later stay as they are, as in `upper`.
    """
    return text.lower()


@function(text=TEXT, result=STRING, native=True, examples=("initcap('new york') = 'New York'", "initcap('') = ''"))
def initcap(text: StringValue) -> StringValue:
    """Return `text` with the first letter of each word a capital, the others small; words end at spaces."""


@function(
    text=TEXT_OR_ARRAY,
    result=INT64,
    aliases=("len", "char_length", "character_length"),
    examples=("length('odibi') = 5", "length('né') = 2", "length('') = 0", "length([1, null]) = 2"),
)
def length(text: Value) -> IntegerValue:
    """Return how many characters a string has, or how many elements an array has, nulls among them."""
    return text.length()


@function(text=BYTES, result=INT64, native=True, aliases=("byte_length",), examples=("octet_length('né') = 3",))
def octet_length(text: Value) -> IntegerValue:
    """Return how many bytes a binary value, or a string in UTF-8, has."""


@function(
    text=TEXT,
    characters=optional(TEXT),
    result=STRING,
    native=True,
    examples=("trim('  a b ') = 'a b'", "trim('xxaxx', 'x') = 'a'", "trim('abcba', 'ba') = 'c'"),
)
def trim(text: StringValue, characters: StringValue | None) -> StringValue:
    """Return `text` without those of `characters` (spaces of all kinds, if left out) that it begins and ends with."""


@function(
    text=TEXT,
    characters=optional(TEXT),
    result=STRING,
    native=True,
    aliases=("trim_start",),
    examples=("ltrim('  a ') = 'a '", "ltrim('xxa', 'x') = 'a'"),
)
def ltrim(text: StringValue, characters: StringValue | None) -> StringValue:
    """Return `text` without those of `characters` (spaces of all kinds, where left out) that it begins with."""


@function(
    text=TEXT,
    characters=optional(TEXT),
    result=STRING,
    native=True,
    aliases=("trim_end",),
    examples=("rtrim(' a  ') = ' a'", "rtrim('axx', 'x') = 'a'"),
)
def rtrim(text: StringValue, characters: StringValue | None) -> StringValue:
    """Return `text` without those of `characters` (spaces of all kinds, where left out) that it ends with."""


@function(
    text=TEXT,
    start=checked(INTEGER, _no_zero),
    length=optional(INTEGER),
    result=STRING,
    native=True,
    aliases=("substr", "mid"),
    examples=(
        "substring('odibi', 2) = 'dibi'",
        "substring('odibi', 2, 3) = 'dib'",
        "substring('odibi', -2) = 'bi'",
        "substring('odibi', 4, 10) = 'bi'",
        "substring('odibi', 9) = ''",
        "substring('odibi', 2, -1) = ''",
    ),
)
def substring(text: StringValue, start: IntegerValue, length: IntegerValue | None) -> StringValue:
    """Return the `length` characters of `text` (all that remain, where left out) from position `start`.

    Positions start at 1; negative ones count from the end. A start of 0 is an error where it is known when compiled,
    otherwise it gives null. A negative length gives the empty string.
    """


@function(
    text=TEXT,
    count=INTEGER,
    result=STRING,
    native=True,
    examples=("left('odibi', 2) = 'od'", "left('odibi', 9) = 'odibi'", "left('odibi', -2) = 'odi'"),
)
def left(text: StringValue, count: IntegerValue) -> StringValue:
    """Return the first `count` characters of `text`; where `count` is negative, all but the last `-count`."""


@function(
    text=TEXT,
    count=INTEGER,
    result=STRING,
    native=True,
    examples=("right('odibi', 2) = 'bi'", "right('odibi', 9) = 'odibi'", "right('odibi', -2) = 'ibi'"),
)
def right(text: StringValue, count: IntegerValue) -> StringValue:
    """Return the last `count` characters of `text`; where `count` is negative, all but the first `-count`."""


@function(
    text=TEXT,
    search=TEXT,
    replacement=TEXT,
    result=STRING,
    examples=("replace('a-b-c', '-', '+') = 'a+b+c'", "replace('abc', '', 'x') = 'abc'"),
)
def replace(text: StringValue, search: StringValue, replacement: StringValue) -> StringValue:
    """Return `text` with each `search` replaced; an empty `search` replaces nothing."""
    return text.replace(search, replacement)


@function(
    text=variadic(TEXT),
    result=STRING,
    nullable=never,
    native=True,
    examples=("concat('a', 'b', 'c') = 'abc'", "concat('a', null) = 'a'"),
)
def concat(*text: StringValue) -> StringValue:
    """Return the strings one after the other; null counts as the empty string (with `||` the whole is null)."""


@function(
    separator=TEXT,
    text=variadic(TEXT),
    result=STRING,
    nullable=if_first,
    examples=("concat_ws('-', 'a', 'b') = 'a-b'", "concat_ws('-', 'a', null, 'b') = 'a-b'"),
)
def concat_ws(separator: StringValue, *text: StringValue) -> StringValue:
    """Return the strings with `separator` between them; nulls are left out."""
    return separator.join(text)


@function(
    text=TEXT,
    separator=constant(TEXT, made={"pattern": lambda text, _: literal_pattern(text)}),
    result=Array(STRING),
    native=True,
    aliases=("string_split", "str_split", "string_to_array"),
    examples=("split('a,b,c', ',') = ['a', 'b', 'c']", "split('a.b', '.') = ['a', 'b']", "split('', ',') = ['']"),
)
def split(text: StringValue, separator: str) -> Value:
    """Return the parts of `text` between the separators: no pattern. The empty one gives the characters."""


@function(
    text=TEXT,
    separator=checked(TEXT, _no_empty),
    position=checked(INTEGER, _no_zero),
    result=STRING,
    native=True,
    examples=(
        "split_part('a,b,c', ',', 2) = 'b'",
        "split_part('a,b,c', ',', -1) = 'c'",
        "split_part('a,b,c', ',', 4) = ''",
    ),
)
def split_part(text: StringValue, separator: StringValue, position: IntegerValue) -> StringValue:
    """Return the part of `text` at `position` (from 1, or from -1 at the end); the empty string where there is none.

    A position of 0 and an empty separator are errors where they are known when compiled, otherwise they give null.
    """


@function(
    text=TEXT,
    prefix=TEXT,
    result=BOOL,
    aliases=("startswith", "prefix"),
    examples=("starts_with('odibi', 'od') = true", "starts_with('odibi', 'OD') = false"),
)
def starts_with(text: StringValue, prefix: StringValue) -> BooleanValue:
    """Whether `text` begins with `prefix`; the empty string begins every string."""
    return text.startswith(prefix)


@function(
    text=TEXT,
    suffix=TEXT,
    result=BOOL,
    aliases=("endswith", "suffix"),
    examples=("ends_with('odibi', 'bi') = true", "ends_with('odibi', 'od') = false"),
)
def ends_with(text: StringValue, suffix: StringValue) -> BooleanValue:
    """Whether `text` ends with `suffix`; the empty string ends every string."""
    return text.endswith(suffix)


@function(
    text=TEXT,
    search=TEXT,
    result=BOOL,
    examples=("contains('odibi', 'dib') = true", "contains('odibi', 'x') = false", "contains('odibi', '') = true"),
)
def contains(text: StringValue, search: StringValue) -> BooleanValue:
    """Whether `search` is somewhere in `text`. Of arrays: `array_contains`."""
    return text.contains(search)


@function(
    text=TEXT,
    search=TEXT,
    result=INT64,
    aliases=("instr",),
    examples=("strpos('odibi', 'i') = 3", "strpos('odibi', 'x') = 0"),
)
def strpos(text: StringValue, search: StringValue) -> IntegerValue:
    """Return the position of the first `search` in `text`, from 1; 0 where there is none."""
    return text.find(search) + 1


@function(
    search=TEXT,
    text=TEXT,
    result=INT64,
    aliases=("locate",),
    examples=("position('i', 'odibi') = 3", "position('x', 'odibi') = 0"),
)
def position(search: StringValue, text: StringValue) -> IntegerValue:
    """Return the position of the first `search` in `text`, from 1, or 0: `strpos` with what is sought first."""
    return text.find(search) + 1


@function(
    text=TEXT,
    length=INTEGER,
    pad=optional(checked(TEXT, _no_empty), " "),
    result=STRING,
    native=True,
    examples=("lpad('7', 3, '0') = '007'", "lpad('abc', 2) = 'ab'", "lpad('a', 4, 'xy') = 'xyxa'"),
)
def lpad(text: StringValue, length: IntegerValue, pad: StringValue) -> StringValue:
    """Return `text` with `pad` (a space, where left out) before it, `length` characters long; what is longer is cut.

    An empty pad is an error where it is known when compiled, otherwise it gives null.
    """


@function(
    text=TEXT,
    length=INTEGER,
    pad=optional(checked(TEXT, _no_empty), " "),
    result=STRING,
    native=True,
    examples=("rpad('7', 3, '0') = '700'", "rpad('abc', 2) = 'ab'", "rpad('a', 4, 'xy') = 'axyx'"),
)
def rpad(text: StringValue, length: IntegerValue, pad: StringValue) -> StringValue:
    """Return `text` with `pad` (a space, where left out) behind it, `length` characters long; what is longer is cut.

    An empty pad is an error where it is known when compiled, otherwise it gives null.
    """


@function(
    text=TEXT,
    count=INTEGER,
    result=STRING,
    examples=("repeat('ab', 3) = 'ababab'", "repeat('ab', 0) = ''", "repeat('ab', -1) = ''"),
)
def repeat(text: StringValue, count: IntegerValue) -> StringValue:
    """Return `text` `count` times; the empty string where `count` is 0 or negative."""
    return text.repeat(count)


@function(text=TEXT, result=STRING, native=True, examples=("reverse('abc') = 'cba'", "reverse('né') = 'én'"))
def reverse(text: StringValue) -> StringValue:
    """Return the characters of `text` from the last to the first."""


@function(
    text=TEXT,
    search=TEXT,
    replacement=TEXT,
    result=STRING,
    examples=("translate('abcabc', 'ab', 'xy') = 'xycxyc'", "translate('abc', 'abc', 'x') = 'x'"),
)
def translate(text: StringValue, search: StringValue, replacement: StringValue) -> StringValue:
    """Return `text` with each character of `search` replaced by the one at its place in `replacement`.

    A character of `search` that has none there is left out.
    """
    return text.translate(search, replacement)


@function(
    text=TEXT,
    result=INT64,
    aliases=("ascii", "ord"),
    native=True,
    examples=("unicode('a') = 97", "unicode('é') = 233", "unicode('') = 0"),
)
def unicode(text: StringValue) -> IntegerValue:
    """Return the code point of the first character of `text`; 0 where it is empty."""


@function(code=INTEGER, result=STRING, aliases=("char",), native=True, examples=("chr(97) = 'a'", "chr(233) = 'é'"))
def chr_(code: IntegerValue) -> StringValue:
    """Return the character of a code point; what is none fails the run."""


@function(
    text=TEXT,
    search=checked(TEXT, _no_empty),
    result=INT64,
    native=True,
    examples=("count_text('banana', 'an') = 2", "count_text('banana', 'x') = 0"),
)
def count_text(text: StringValue, search: StringValue) -> IntegerValue:
    """Return how often `search` is in `text`, without overlaps."""


@function(text=TEXT, result=BOOL, nullable=never, examples=("is_blank('  ') = true", "is_blank('a') = false"))
def is_blank(text: StringValue) -> BooleanValue:
    """Whether `text` is null, empty, or nothing but spaces."""
    return ibis.coalesce(text.replace(" ", ""), "") == ""
