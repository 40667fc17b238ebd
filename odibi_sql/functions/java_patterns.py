"""Regular expressions as Java reads them: what `pattern_check` takes, with the meaning that RE2 gives it.

In Java `.` stops at more ends of lines than `\\n`, `$` matches before a last one, `\\b` knows letters of all alphabets
(until Java 19), and `(?i)` has other pairs of letters. Each is written as what it means, `(?i)` as classes.
Source: java.util.regex.Pattern; RE2 "Syntax" (https://github.com/google/re2/wiki/Syntax).
"""

from __future__ import annotations

import re
import sys
from functools import cache

_TOKEN = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_ITEM = re.compile(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", re.DOTALL)
_WORD = "[0-9A-Za-z_]"
_EDGE = f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))"
_NO_EDGE = f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))"
_ATOMS = {".": r"[^\n]", "$": r"\z", r"\b": _EDGE, r"\B": _NO_EDGE}
_FOLDED_WORD = r"0-9A-Za-z_\u017F\u212A"  # with the long s and the Kelvin sign
_FOLDED_REST = r"\x00-/:-@\[-\^`\{-\u017E\u0180-\u2129\u212B-\x{10FFFF}"
_FOLDED = {r"\w": _FOLDED_WORD, r"\W": _FOLDED_REST}


def java_pattern(pattern: str) -> str:
    """Return a pattern with the same matches in Java."""
    body = pattern.removeprefix("(?i)")
    write = _plain if body == pattern else _folded
    return _TOKEN.sub(lambda found: write(found.group()), body)


def java_whole(pattern: str) -> str:
    """Return a pattern that matches all of a text, or not."""
    return rf"\A(?:{java_pattern(pattern)})\z"


def java_first(pattern: str) -> str:
    """Return a pattern that matches a text up to the end of the first match.

    Group 1 is what stands before it, group 2 the match.
    """
    return rf"\A((?s:.*?))({java_pattern(pattern)})"


def java_replacement(replacement: str) -> str:
    """Return `\\1` as `$1`; what has a meaning of its own in Java stands for itself."""
    return _replacement(replacement, 0)


def java_first_replacement(replacement: str) -> str:
    """Return the replacement of what `java_first` matches."""
    return "$1" + _replacement(replacement, 2)


def _plain(token: str) -> str:
    return _ATOMS.get(token, token)


def _folded(token: str) -> str:
    """Return an atom that matches letters in capitals and small ones alike."""
    if len(token) > 2 or token in _FOLDED:
        return _folded_class(token) if token[0] == "[" else f"[{_FOLDED[token]}]"
    others = _relatives(token)
    return f"[{token}{''.join(sorted(others))}]" if others else _plain(token)


def _folded_class(token: str) -> str:
    start = "[^" if token.startswith("[^") else "["
    inside = _ITEM.findall(token[len(start) : -1])
    written = [_FOLDED.get(low, low) + (f"-{high}" if high else "") for low, high in inside]
    if written[0].startswith("-"):
        written[0] = "\\" + written[0]
    return f"{start}{''.join(sorted(_outside(inside)))}{''.join(written)}]"


def _outside(items: list[tuple[str, str]]) -> set[str]:
    """Return the relatives of what is in a class."""
    found: set[str] = set()
    for low, high in items:
        if len(low) == 1:
            found = found.union(*(_relatives(chr(each)) for each in range(ord(low), ord(high[-1:] or low) + 1)))
    return found


def _relatives(letter: str) -> set[str]:
    """Return the other letters that differ from a character in case alone."""
    return _families().get(letter, {letter}) - {letter}


@cache
def _families() -> dict[str, set[str]]:
    """Return, for each letter that has others, all that Unicode's simple folding makes one of."""
    families: dict[str, set[str]] = {}
    for letter in map(chr, range(sys.maxunicode + 1)):
        other = letter.lower() if letter != letter.lower() else letter.upper()
        if other != letter and len(other) == 1 and letter != "\u0131":  # the i without a dot is alone
            family = families.get(letter, {letter}) | families.get(other, {other})
            families.update(dict.fromkeys(family, family))
    return families


def _replacement(text: str, shift: int) -> str:
    return re.sub(r"\\(\d)(\d?)|\\\\|\$", lambda found: _reference(found, shift), text)


def _reference(found: re.Match[str], shift: int) -> str:
    """Return one escape; a digit behind a reference is escaped, for Java would read it with it."""
    if found.group(1) is None:
        return "\\" + found.group()[-1]
    group = int(found.group(1)) + shift
    return f"${group}" + (f"\\{found.group(2)}" if found.group(2) else "")
