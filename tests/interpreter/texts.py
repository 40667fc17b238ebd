"""Functions of texts. A character is a code point; positions start at 1."""

from __future__ import annotations

from typing import Any

from interpreter.operators import Args, Operator, strict
from interpreter.world import RunFailure
from odibi_sql import ir


def upper(text: str) -> str:
    """Return the text with each character in its capital form of one character, as it is where there is none."""
    return "".join(_capital(each) for each in text)


def _capital(letter: str) -> str:
    if letter == "ß":
        return "ẞ"
    return next((each for each in (letter.upper(), letter.title()) if len(each) == 1), letter)


def lower(text: str) -> str:
    """Return the text with each character in its small form of one character (`İ` gives `i`, every `Σ` gives `σ`)."""
    return "".join("i" if each == "İ" else each.lower() for each in text)


def _initcap(text: str) -> str:
    return " ".join(upper(word[:1]) + lower(word[1:]) for word in text.split(" "))


def _substring(text: str, start: int, length: int | None = None) -> str | None:
    if start == 0:
        return None
    first = start - 1 if start > 0 else len(text) + start
    end = len(text) if length is None else first + max(length, 0)
    return text[max(first, 0) : max(end, 0)]


def _left(text: str, count: int) -> str:
    return text[:count] if count >= 0 else text[: max(len(text) + count, 0)]


def _right(text: str, count: int) -> str:
    return text[max(len(text) - count, 0) :] if count >= 0 else text[-count:]


def _split_part(text: str, separator: str, position: int) -> str | None:
    if position == 0:
        return None
    parts = split(text, separator)
    return parts[position - 1 if position > 0 else position] if 1 <= abs(position) <= len(parts) else ""


def split(text: str, separator: str) -> list[str]:
    """Return the parts between the separators; the characters where the separator is empty."""
    if separator == "":
        return list(text) or [""]
    return text.split(separator)


def _padding(text: str, length: int, pad: str) -> str:
    count = max(length, 0) - len(text)
    return (pad * count)[:count] if count > 0 else ""


def _lpad(text: str, length: int, pad: str = " ") -> str:
    return (_padding(text, length, pad) + text)[: max(length, 0)]


def _rpad(text: str, length: int, pad: str = " ") -> str:
    return (text + _padding(text, length, pad))[: max(length, 0)]


def _translate(text: str, search: str, replacement: str) -> str:
    changes: dict[str, str] = {}
    for place, letter in enumerate(search):
        changes.setdefault(letter, replacement[place] if place < len(replacement) else "")
    return "".join(changes.get(each, each) for each in text)


def _chr(code: int) -> str:
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000:
        raise RunFailure(f"{code} is no character")
    return chr(code)


def _concat_ws(args: Args, expr: ir.Call) -> Any:
    separator, *texts = args
    return None if separator is None else separator.join(each for each in texts if each is not None)


def _replace(text: str, search: str, replacement: str) -> str:
    return text.replace(search, replacement) if search else text


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


TEXTS: dict[str, Operator] = {
    "upper": strict(upper),
    "lower": strict(lower),
    "initcap": strict(_initcap),
    "length": strict(len),
    "octet_length": strict(lambda value: len(_bytes(value))),
    "trim": strict(lambda text, characters=" ": text.strip(characters) if characters else text),
    "ltrim": strict(lambda text, characters=" ": text.lstrip(characters) if characters else text),
    "rtrim": strict(lambda text, characters=" ": text.rstrip(characters) if characters else text),
    "substring": strict(_substring),
    "left": strict(_left),
    "right": strict(_right),
    "replace": strict(_replace),
    "concat": lambda args, expr: "".join(each for each in args if each is not None),
    "concat_ws": _concat_ws,
    "split": strict(split),
    "split_part": strict(_split_part),
    "starts_with": strict(str.startswith),
    "ends_with": strict(str.endswith),
    "contains": strict(lambda text, part: part in text),
    "strpos": strict(lambda text, part: text.find(part) + 1),
    "position": strict(lambda part, text: text.find(part) + 1),
    "lpad": strict(_lpad),
    "rpad": strict(_rpad),
    "repeat": strict(lambda text, count: text * count),
    "reverse": strict(lambda text: text[::-1]),
    "translate": strict(_translate),
    "unicode": strict(lambda text: ord(text[0]) if text else 0),
    "chr": strict(_chr),
    "count_text": strict(lambda text, part: text.count(part) if part else None),
    "is_blank": lambda args, expr: args[0] is None or args[0].strip(" ") == "",
}
