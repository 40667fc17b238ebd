"""Regular expressions that RE2 and Java read alike: the check of a pattern before anything runs.

What is taken: literals, `.`, classes `[a-z]`, `\\d \\w` and their opposites, `\\b`, anchors, groups, alternatives,
`(?i)` at the start, and the repetitions `* + ? {n} {n,} {n,m}` with a lazy `?` behind them.
Source: RE2 "Syntax" (https://github.com/google/re2/wiki/Syntax) and java.util.regex.Pattern.
"""

from __future__ import annotations

import msgspec

_LITERAL_ESCAPES = frozenset("\\.+*?()|[]{}^$-/ \"'#&~,:;=<>!@%_")
_CONTROL_ESCAPES = frozenset("tnrf")
_CLASS_ESCAPES = frozenset("dDwW")
_MOST_REPEATS = 1000  # RE2 takes no more


class Shape(msgspec.Struct, frozen=True):
    """What there is to know of a pattern: its groups, and whether it matches the empty text."""

    groups: int
    matches_empty: bool


class PatternError(Exception):
    """The words of what is wrong with a pattern."""


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a regular expression ("it has a look-ahead, …"), or None."""
    try:
        shape_of(pattern)
    except PatternError as problem:
        return f"a regular expression that every engine reads alike ({problem})"
    return None


def replaceable_problem(pattern: str) -> str | None:
    """Return what is wrong with a pattern whose matches are all taken: it must not match the empty text either."""
    problem = pattern_problem(pattern)
    if problem is None and shape_of(pattern).matches_empty:
        return "a regular expression that does not match the empty text"
    return problem


def shape_of(pattern: str) -> Shape:
    """Return the shape of a pattern. Raises PatternError where it is not one that all engines read alike."""
    reader = _Reader(pattern)
    if pattern.startswith("(?i)"):
        reader.at = 4
    matches_empty = _alternatives(reader)
    if reader.at < len(pattern):
        raise PatternError("a `)` closes nothing")
    return Shape(reader.groups, matches_empty)


class _Reader:
    """Where the check is in the pattern."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.groups, self.depth = text, 0, 0, 0

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def take(self, count: int = 1) -> str:
        taken = self.peek(count)
        self.at += count
        return taken


def _alternatives(reader: _Reader) -> bool:
    matches_empty = _sequence(reader)
    while reader.peek() == "|":
        reader.take()
        matches_empty = _sequence(reader) or matches_empty
    return matches_empty


def _sequence(reader: _Reader) -> bool:
    matches_empty = True
    while reader.peek() not in ("", "|", ")"):
        part_is_empty = _atom(reader)
        matches_empty = _repetition(reader, part_is_empty) and matches_empty
    return matches_empty


def _atom(reader: _Reader) -> bool:
    """Read one atom; whether it can match the empty text."""
    match reader.take():
        case "(":
            return _group(reader)
        case "[":
            _character_class(reader)
        case "\\":
            return _escape(reader, in_class=False)
        case "^" | "$":
            return True
        case "*" | "+" | "?" as sign:
            raise PatternError(f"the `{sign}` repeats nothing")
        case "{" | "}" | "]" as sign:
            raise PatternError(f"a `{sign}` that stands for itself is written `\\{sign}`")
    return False


def _group(reader: _Reader) -> bool:
    reader.depth += 1
    if reader.depth > 50:
        raise PatternError("its groups are nested too deep")
    if reader.peek(2) == "?:":
        reader.take(2)
    elif reader.peek() == "?":
        raise PatternError(_unknown_group(reader.peek(3)))
    else:
        reader.groups += 1
    matches_empty = _alternatives(reader)
    if reader.take() != ")":
        raise PatternError("a `(` is not closed")
    reader.depth -= 1
    return matches_empty


def _unknown_group(start: str) -> str:
    if start[:2] in ("?=", "?!"):
        return "look-ahead is not known to RE2"
    if start in ("?<=", "?<!"):
        return "look-behind is not known to RE2"
    if start[:2] in ("?P", "?<"):
        return "groups have numbers, no names"
    return f"`({start}` is not taken; of flags, only `(?i)` at the very start is"


def _repetition(reader: _Reader, part_is_empty: bool) -> bool:
    """Read the repetition after an atom, if there is one; whether the whole can match the empty text."""
    least, most = 1, _MOST_REPEATS
    match reader.peek():
        case "*" | "+" | "?" as sign:
            least, most = int(sign == "+"), 1 if sign == "?" else most
            reader.take()
        case "{":
            least, most = _counts(reader)
        case _:
            return part_is_empty
    if reader.peek() == "?":
        reader.take()
    elif reader.peek() == "+":
        raise PatternError("a possessive repetition is not known to RE2")
    if reader.peek() in ("*", "?", "{", "+") and reader.peek():
        raise PatternError("a repetition is repeated")
    if part_is_empty and most > 1:
        raise PatternError("what is repeated can match the empty text")
    return part_is_empty or least == 0


def _counts(reader: _Reader) -> tuple[int, int]:
    end = reader.text.find("}", reader.at)
    inside = reader.text[reader.at + 1 : end] if end > 0 else ""
    low, comma, high = inside.partition(",")
    if not (low.isascii() and low.isdigit()) or (high and not (high.isascii() and high.isdigit())):
        raise PatternError("a repetition is `{n}`, `{n,}` or `{n,m}`; a `{` that stands for itself is written `\\{`")
    if int(low) > _MOST_REPEATS or int(high or 0) > _MOST_REPEATS or (high and int(high) < int(low)):
        raise PatternError(f"`{{{inside}}}` is out of range")
    reader.at = end + 1
    return int(low), int(high or (_MOST_REPEATS if comma else low))


def _escape(reader: _Reader, *, in_class: bool) -> bool:
    letter = reader.take()
    if letter == "":
        raise PatternError("it ends in a `\\`")
    if letter in _LITERAL_ESCAPES or letter in _CONTROL_ESCAPES or letter in _CLASS_ESCAPES:
        return False
    if letter in "bB" and not in_class:
        return True
    raise PatternError(_unknown_escape(letter))


def _unknown_escape(letter: str) -> str:
    if letter in "123456789":
        return "a reference back to a group is not known to RE2"
    if letter in "sS":
        return f"`\\{letter}` is another set of characters in RE2 and in Java; write `[ \\t\\n\\f\\r]`"
    if letter in "pP":
        return f"`\\{letter}` is not read alike"
    return f"`\\{letter}` is not read alike"


def _character_class(reader: _Reader) -> None:
    if reader.peek() == "^":
        reader.take()
    if reader.peek() == "]":
        raise PatternError("a class `[…]` is empty")
    while reader.peek() != "]":
        if reader.peek() == "":
            raise PatternError("a `[` is not closed")
        if reader.peek(2) in ("[:", "[.", "[="):
            raise PatternError("`[[:name:]]` is not known to Java")
        if reader.peek() == "[" or reader.peek(2) == "&&":
            raise PatternError("a `[` or `&&` within a class is read otherwise by Java; write `\\[`")
        _class_member(reader)
    reader.take()


def _class_member(reader: _Reader) -> None:
    """Read one character, escape or range of a class."""
    low = _class_character(reader)
    if reader.peek() == "-" and reader.peek(2)[1:] not in ("]", ""):
        reader.take()
        high = _class_character(reader)
        if len(low) != 1 or len(high) != 1 or low > high:
            raise PatternError(f"the range `{low}-{high}` is upside down or not one of characters")


def _class_character(reader: _Reader) -> str:
    letter = reader.take()
    if letter != "\\":
        return letter
    start = reader.at
    _escape(reader, in_class=True)
    escaped = reader.text[start : reader.at]
    return f"\\{escaped}" if escaped in _CLASS_ESCAPES or escaped in _CONTROL_ESCAPES else escaped
