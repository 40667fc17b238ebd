"""Texts in the picture: as wide as there is room, and nothing in them can end what they stand in."""

from __future__ import annotations

import re
import unicodedata

_NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\ ·-")
_WIDE = frozenset("mwMW@%")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escaped(text: str) -> str:
    """Return the text as it stands in XML, between tags and in quotes, on one line."""
    line = " ".join(_NOT_IN_XML.sub("\ufffd", text).split())
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        line = line.replace(character, entity)
    return line


def fitted(text: str, width: float, size: float, *, keep_end: bool = False) -> str:
    """Return as much of the text as is about `width` pixels wide; `keep_end`: what is left out is its beginning."""
    line = " ".join(text.split())
    if width_of(line, size) <= width:
        return line
    if keep_end:
        for place in (found.start() for found in re.finditer("/", line)):
            if width_of(line[place:], size) <= width - size:
                return f"…{line[place:]}"
    characters = line[::-1] if keep_end else line
    room, kept = width - size, []
    for character in characters:
        room -= width_of(character, size)
        if room < 0:
            break
        kept.append(character)
    found = "".join(kept)
    return f"…{found[::-1].lstrip()}" if keep_end else f"{found.rstrip()}…"


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is; fonts differ."""
    return size * sum(map(_share, text))


def _share(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.92
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if unicodedata.combining(character):
        return 0.0
    return 0.72 if character.isupper() else 0.6
