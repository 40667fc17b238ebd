"""Doc comments: a small part of Markdown. Everything else in them is text."""

from __future__ import annotations

import re

from odibi_sql.story.markup import Html, el, joined

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<strong>[^*\n]+)\*\*"
    r"|(?<![\w*])\*(?P<emphasis>[^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<link>https?://[^\s()<>\"']+)\)"
)
_ITEM = re.compile(r"\s*[-*]\s+")


def doc(text: str) -> Html:
    """Return paragraphs and lists with code, emphasis and links to http and https."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return el("div", map(_block, blocks), class_="doc")


def inline(text: str) -> Html:
    """Return one line of it."""
    parts: list[Html | str] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts += [text[end : found.start()], _marked(found)]
        end = found.end()
    return joined(parts, text[end:])


def _block(block: str) -> Html:
    lines = block.strip().split("\n")
    if all(map(_ITEM.match, lines)):
        return el("ul", (el("li", inline(_ITEM.sub("", line, count=1))) for line in lines))
    return el("p", inline(" ".join(line.strip() for line in lines)))


def _marked(found: re.Match[str]) -> Html:
    if found["code"]:
        return el("code", found["code"])
    if found["strong"]:
        return el("strong", inline(found["strong"]))
    if found["emphasis"]:
        return el("em", inline(found["emphasis"]))
    return el("a", inline(found["label"]), href=found["link"], rel="noopener noreferrer", target="_blank")
