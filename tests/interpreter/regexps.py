"""Regular expressions: the subset of the page, which Python reads as RE2 does with the flag ASCII for `\\d \\w \\b`."""

from __future__ import annotations

import re
from typing import Any

from interpreter.operators import Operator, strict


def _compiled(pattern: str) -> re.Pattern[str]:
    """`$` is the very end of the text, never before a last line end; letters that `(?i)` meets are Unicode's."""
    flags = re.IGNORECASE if pattern.startswith("(?i)") else 0
    body = pattern[4:] if flags else pattern
    made, place, in_class = "", 0, False
    while place < len(body):
        letter = body[place]
        if letter == "\\":
            made += _escape(body[place : place + 2], in_class)
            place += 2
            continue
        in_class = letter == "[" or (in_class and letter != "]")
        made += r"\Z" if letter == "$" and not in_class else letter
        place += 1
    return re.compile(made, flags)


_ASCII = {r"\d": "0-9", r"\w": "0-9A-Za-z_"}
_NOT_ASCII = {r"\D": "0-9", r"\W": "0-9A-Za-z_"}
_BOUNDARY = r"(?:(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<=[0-9A-Za-z_])(?![0-9A-Za-z_]))"


def _escape(escape: str, in_class: bool) -> str:
    if escape in _ASCII:
        return _ASCII[escape] if in_class else f"[{_ASCII[escape]}]"
    if escape in _NOT_ASCII and not in_class:
        return f"[^{_NOT_ASCII[escape]}]"
    if escape == r"\b":
        return _BOUNDARY
    if escape == r"\B":
        return f"(?!{_BOUNDARY})"
    return escape


def _extract(text: str, pattern: str, group: int = 0) -> str | None:
    found = _compiled(pattern).search(text)
    return (found[group] or None) if found else None


def _extract_all(text: str, pattern: str, group: int = 0) -> list[str]:
    return [each[group] or "" for each in _compiled(pattern).finditer(text)]


def _replace(count: int) -> Any:
    def function(text: str, pattern: str, replacement: str) -> str:
        return _compiled(pattern).sub(lambda found: _filled(replacement, found), text, count=count)

    return function


def _filled(replacement: str, found: re.Match[str]) -> str:
    return re.sub(
        r"\\(.)", lambda each: "\\" if each[1] == "\\" else found[int(each[1])] or "", replacement, flags=re.DOTALL
    )


REGEXPS: dict[str, Operator] = {
    "regexp_matches": strict(lambda text, pattern: _compiled(pattern).search(text) is not None),
    "regexp_full_match": strict(lambda text, pattern: _compiled(pattern).fullmatch(text) is not None),
    "regexp_extract": strict(_extract),
    "regexp_extract_all": strict(_extract_all),
    "regexp_replace": strict(_replace(0)),
    "regexp_replace_first": strict(_replace(1)),
    "regexp_count": strict(lambda text, pattern: len(_compiled(pattern).findall(text))),
}
