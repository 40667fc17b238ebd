"""Names, numbers, strings and types as text: as they were written, where the source says how."""

from __future__ import annotations

import re
from functools import cache

from odibi_sql.syntax import tables
from odibi_sql.syntax.build_statements import name_of, number_of, text_of
from odibi_sql.syntax.expressions import Name, Number, Text, TypedLiteral, TypeName
from odibi_sql.syntax.words import LITERAL_TYPES, RESERVED, UNITS

_PLAIN_NAME = re.compile(r"[^\W\d]\w*\Z")


def type_text(node: TypeName) -> str:
    """Return a type: `decimal(12, 2)`, `array<string>`."""
    if node.members:
        members = zip(node.members, node.arguments, strict=True)
        return f"struct<{', '.join(f'{_quoted(member)} {type_text(each)}' for member, each in members)}>"
    if node.arguments:
        return f"{node.name}<{', '.join(map(type_text, node.arguments))}>"
    numbers = f"({', '.join(map(str, node.numbers))})" if node.numbers else ""
    return (node.name if _PLAIN_NAME.match(node.name) else _quoted(node.name)) + numbers


def name(node: Name, is_marked: bool = False) -> str:
    """Return a name as it was written, between backticks where it has to be.

    `is_marked`: `=`, `:` or `->` comes next, so that it cannot be taken for a word of the language.
    """
    written = node.span.text
    is_plain = _PLAIN_NAME.match(node.text)
    if written and name_of(node.span, written).text == node.text and (written[0] == "`" or is_plain):
        return written
    is_free = is_marked or written.lower() == node.text or node.text.lower() not in _words()
    return node.text if is_plain and is_free else _backticked(node.text)


def _quoted(word: str) -> str:
    return word if _PLAIN_NAME.match(word) and word.lower() not in RESERVED else _backticked(word)


def _backticked(word: str) -> str:
    return f"`{word.replace('`', '``')}`"


@cache
def _words() -> frozenset[str]:
    return frozenset(tables.load().words) | RESERVED | LITERAL_TYPES | frozenset(UNITS)


def number(node: Number) -> str:
    written = node.span.text
    return written if written and number_of(node.span, written).text == node.text else node.text


def text(node: Text) -> str:
    """Return a string as it was written."""
    written = node.span.text
    if written[:1] in ("'", '"') and text_of(node.span, written).value == node.value:
        return written
    if "\n" in node.value or "\r" in node.value:
        return f'"""{node.value}"""'
    return f"""'{node.value.replace("'", "''")}'"""


def literal_text(node: TypedLiteral) -> str:
    written = node.span.text[len(node.kind) :].strip()
    return written if written[:1] in ("'", '"') and text_of(node.span, written).value == node.text else _text_of(node)


def _text_of(node: TypedLiteral) -> str:
    return f"""'{node.text.replace("'", "''")}'"""
