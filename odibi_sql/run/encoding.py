"""Records and events as JSON, and errors in words: whatever they hold has a form."""

from __future__ import annotations

import math
import traceback
from typing import Any

import msgspec


def encoded(value: Any) -> bytes:
    """Return JSON on one line, which a typed decoder reads back.

    Decimals, dates, times and durations are texts, bytes base64, whole numbers of any size numbers. NaN and the
    infinities, which JSON lacks, are the texts "NaN", "Infinity" and "-Infinity"; of a text that is no Unicode (the
    name of a file may be none) the half characters are written as `\\udc80`; what has no form of its own is its `str`.
    """
    return msgspec.json.encode(_plain(msgspec.to_builtins(value, str_keys=True, enc_hook=str)))


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case dict():
            return {_plain(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value


def words_of(error: BaseException) -> str:
    """Return what an error says: of code that is not ours with its class, `ValueError: no`."""
    if type(error).__module__.startswith("odibi_sql.") and isinstance(getattr(error, "reason", None), str):
        return "; ".join(each for each in (error.reason, getattr(error, "hint", "")) if each)  # type: ignore[attr-defined]
    return " ".join(traceback.format_exception_only(error)[-1].split())
