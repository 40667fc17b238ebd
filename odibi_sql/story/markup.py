"""HTML that is made of elements: whatever is no `Html` yet is text, and is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

Child: TypeAlias = "str | Iterable[Child] | None"

_EMPTY = frozenset(["br", "input", "link", "meta"])
_NOT_IN_HTML = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile(f"[&<>\"'\r]|{_NOT_IN_HTML.pattern}")
_NAME = re.compile("[A-Za-z][A-Za-z0-9-]*")


class Html(str):
    """Text that is HTML already: nothing in it is escaped again."""

    __slots__ = ()


def text_of(value: str) -> Html:
    """Return a text as it stands between tags, or within double quotes. What no page can hold becomes `\ufffd`."""
    if _SPECIAL.search(value) is None:
        return Html(value)
    kept = _NOT_IN_HTML.sub("\ufffd", value.replace("\r\n", "\n").replace("\r", "\n"))
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        kept = kept.replace(character, entity)
    return Html(kept)


def joined(*children: Child) -> Html:
    """Return children one after the other."""
    return Html("".join(_parts(children)))


def el(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """Return an element. `class_` is the attribute `class`, `data_of` is `data-of`; None and False are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{''.join(_parts(children))}</{name}>")


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield text_of(child)
        elif child is not None:
            yield from _parts(child)


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    assert _NAME.fullmatch(name), name
    if value is True:
        return f" {name}"
    return f' {name}="{text_of(str(value))}"'
