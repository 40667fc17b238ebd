"""Secrets of the environment, kept out of what is written: a second net, should some text hold one."""

from __future__ import annotations

import json
import os
import re

_NAMES = re.compile(r"SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|WEBHOOK|(ACCESS|ACCOUNT|API|PRIVATE|SAS)_KEY")
_SHORTEST = 8  # characters: what is shorter stands in texts by chance
_also: set[str] = set()  # variables that hold secrets, whatever they are called
MASK = "[redacted]"


def is_secret(variable: str) -> None:
    """Say that a variable of the environment holds a secret."""
    _also.add(variable)


def redacted(text: str) -> str:
    """Return a text without the values of variables that hold secrets, by their names."""
    for value in _secrets():
        for form in (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
            text = text.replace(form, MASK)
    return text


def _secrets() -> list[str]:
    found = (
        value
        for name, value in os.environ.items()
        if (name in _also or _NAMES.search(name.upper())) and len(value) >= _SHORTEST
    )
    return sorted(set(found), key=len, reverse=True)
