"""JSON, hashes and bytes. A JSON value is its text; a text that is none counts as null."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from interpreter.operators import Operator, strict
from interpreter.world import RunFailure

NOTHING = object()


class Number(str):
    """A number of a JSON document, as it is written there."""


def parsed(text: str) -> Any:
    """Return the value of a JSON document, its numbers as they are written; NOTHING where it is none."""

    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        value = json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=refuse, object_pairs_hook=_each_name_once
        )
        written(value).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        return NOTHING
    return value


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


def written(value: Any) -> str:
    """Return a value as JSON without spaces."""
    if isinstance(value, Number):
        is_whole = not set(value) & set(".eE")
        return str(int(value)) if is_whole else repr(float(value))
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{written(name)}:{written(each)}" for name, each in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _at(text: str, path: str) -> Any:
    """Return the part at a path such as `$.a[0]."b c"`, or NOTHING."""
    value = parsed(text)
    for name, quoted, place in re.findall(r'\.([A-Za-z_]\w*)|\."([^"]+)"|\[([0-9]+)\]', path):
        if place:
            found = isinstance(value, list) and int(place) < len(value)
            value = value[int(place)] if found else NOTHING
        else:
            value = value.get(name or quoted, NOTHING) if isinstance(value, dict) else NOTHING
    return value


def _extract(text: str, path: str) -> str | None:
    value = _at(text, path)
    return None if value is NOTHING else written(value)


def _extract_string(text: str, path: str) -> str | None:
    value = _at(text, path)
    if value is NOTHING or value is None:
        return None
    return value if isinstance(value, str) and not isinstance(value, Number) else written(value)


def _array_length(text: str) -> int | None:
    value = parsed(text)
    return len(value) if isinstance(value, list) else None


def _keys(text: str) -> list[str] | None:
    value = parsed(text)
    return list(value) if isinstance(value, dict) else None


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


def _hashed(name: str) -> Operator:
    return strict(lambda value: hashlib.new(name, _bytes(value)).hexdigest())


def _failing(function: Callable[[Any], Any]) -> Operator:
    def operate(value: Any) -> Any:
        try:
            return function(value)
        except ValueError as problem:
            raise RunFailure(str(problem)) from problem

    return strict(operate)


def _unhex(text: str) -> bytes:
    if not re.fullmatch("[0-9A-Fa-f]*", text):
        raise ValueError(text)
    return bytes.fromhex("0" * (len(text) % 2) + text)


DOCUMENTS: dict[str, Operator] = {
    "json_extract": strict(_extract),
    "json_extract_string": strict(_extract_string),
    "json_valid": strict(lambda text: parsed(text) is not NOTHING),
    "parse_json": strict(lambda text: None if parsed(text) is NOTHING else text),
    "json_array_length": strict(_array_length),
    "json_keys": strict(_keys),
    **{name: _hashed(name) for name in ("md5", "sha1", "sha256")},
    "stable_hash": strict(lambda text: int(hashlib.md5(text.encode()).hexdigest()[:15], 16)),
    "hex": strict(lambda value: _bytes(value).hex().upper()),
    "unhex": _failing(_unhex),
    "encode": strict(str.encode),
    "to_base64": strict(lambda value: base64.b64encode(_bytes(value)).decode()),
    "from_base64": _failing(lambda text: base64.b64decode(text, validate=True)),
    "decode": _failing(bytes.decode),
}
