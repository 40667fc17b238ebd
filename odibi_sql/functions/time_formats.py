"""Formats of dates and times: strftime's letters, those that every engine prints and reads alike, with English names.

A format is known when compiled; it becomes the engine's own, with the letters of the dialect file. What is read has
just the digits that the format says, and nothing before or behind: `shape` is a regular expression that says so.
"""

from __future__ import annotations

import itertools
import re

import msgspec

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
PRINTED = ("%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S", "%f", "%p", "%b", "%B", "%a", "%A", "%j")
READ = ("%Y", "%m", "%d", "%H", "%I", "%M", "%S", "%f", "%p", "%b", "%B")
MONTH = ("%m", "%b", "%B")
NUMBERS = ("%Y", "%m", "%d", "%H", "%I", "%M", "%S", "%f")
NEEDS = {"%d": MONTH, "%M": ("%H", "%I"), "%S": ("%M",), "%f": ("%S",), "%I": ("%p",), "%p": ("%I",)}
_PIECE = re.compile(r"%.|%$|[^%]+", re.DOTALL)


class Letters(msgspec.Struct, frozen=True, kw_only=True):
    """How an engine writes formats: the parts by ours, and plain text, in which some characters are written twice."""

    printing: dict[str, str]  # also where a number is read that has all its digits
    reading: dict[str, str]  # where a number can have fewer digits
    text: str  # with a hole
    doubled: str  # the characters that stand in plain text twice


def printed_problem(form: str) -> str | None:
    """What a format to print with should be instead, or None where it is one."""
    return _unknown(form, PRINTED)


def read_problem(form: str) -> str | None:
    """What a format to read with should be instead, or None where it is one."""
    parts = [each for each in pieces(form) if each.startswith("%") and len(each) == 2]
    if _unknown(form, READ) is not None:
        return _unknown(form, READ)
    if "%Y" not in parts:
        return "a format with a year, `%Y`"
    if len(set(parts)) < len(parts) or len({*parts} & {*MONTH}) > 1 or {"%H", "%I"} <= {*parts}:
        return "a format that says year, month, day, hour, minute and second once each"
    for part in parts:
        if part in NEEDS and not {*parts} & {*NEEDS[part]}:
            return f"a format in which {' or '.join(f'`{each}`' for each in NEEDS[part])} stands with `{part}`"
    if any("%f" in (one, other) for one, other in itertools.pairwise(pieces(form)) if _touch(one, other)):
        return "a format with something between `%f` and the number beside it"
    return None


def _unknown(form: str, known: tuple[str, ...]) -> str | None:
    parts = pieces(form)
    if parts and all(each in known or _is_text(each) for each in parts):
        return None
    return f"a format of text and {', '.join(known)} (`%%` is a percent sign)"


def _is_text(piece: str) -> bool:
    return piece.startswith("\0")


def pieces(form: str) -> tuple[str, ...]:
    """Return the parts of a format, and between them its plain text, each marked by a zero before it."""
    found: list[str] = []
    for each in _PIECE.findall(form):
        text = "%" if each == "%%" else each if not each.startswith("%") else None
        if text is None:
            found.append(each)
        elif found and _is_text(found[-1]):
            found[-1] += text
        else:
            found.append(f"\0{text}")
    return tuple(found)


def _touch(one: str, other: str) -> bool:
    """Whether two pieces are numbers without a border."""
    ends = one in NUMBERS or (_is_text(one) and one[-1].isdigit())
    begins = other in NUMBERS or (_is_text(other) and other[1:2].isdigit())
    return ends and begins


def printing(form: str, letters: Letters) -> str:
    """Return the engine's own format to print with."""
    return "".join(_text(each, letters) if _is_text(each) else letters.printing[each] for each in pieces(form))


def reading(form: str, letters: Letters) -> str:
    """Return the engine's own format to read with."""
    written = ""
    for each, is_full in _with_digits(form):
        chosen = letters.printing if is_full else letters.reading
        written += _text(each, letters) if _is_text(each) else chosen[each]
    return written


def _text(piece: str, letters: Letters) -> str:
    return letters.text.format("".join(each * 2 if each in letters.doubled else each for each in piece[1:]))


def _with_digits(form: str) -> list[tuple[str, bool]]:
    """Return each piece, and whether it is a number that needs all its digits, for another one follows or precedes."""
    around = ["", *pieces(form), ""]
    return [
        (each, _touch(before, each) or _touch(each, after))
        for before, each, after in zip(around, around[1:], around[2:], strict=False)
    ]


def shape(form: str, _: Letters | None = None) -> str:
    """Return a regular expression of what the format reads: of a number one or two digits, of a year four."""
    return f"^{''.join(_shape(each, is_full) for each, is_full in _with_digits(form))}\\z"


def _shape(piece: str, is_full: bool) -> str:
    match piece:
        case "%Y":
            return "[0-9]{4}"
        case "%f":
            return "[0-9]{1,6}"
        case "%p":
            return "(?i:am|pm)"
        case "%b":
            return f"(?i:{'|'.join(each[:3].lower() for each in MONTHS)})"
        case "%B":
            return f"(?i:{'|'.join(MONTHS).lower()})"
    if _is_text(piece):
        return literal_pattern(piece[1:])
    return "[0-9]{2}" if is_full else "[0-9]{1,2}"


def literal_pattern(text: str) -> str:
    """Return the regular expression, of RE2 and Java, that a text is matched by alone."""
    return re.sub(r"[.^$*+?{}\[\]\\|()]", r"\\\g<0>", text)
