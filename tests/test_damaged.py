"""Damaged pipelines end in diagnostics: words of real ones dropped, doubled, swapped, replaced; never a traceback."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError, render_all

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TEXTS = {path.stem: path for path in sorted(EXAMPLES.glob("[a-z]*/[a-z]*.odibi"))}
WORD = re.compile(r'\s+|"""|\w+|"[^"\n]*"|\'[^\'\n]*\'|.', re.DOTALL)
STRANGE = [
    "",
    "select",
    "|",
    "(",
    ")",
    "'",
    '"',
    "`",
    '"""',
    "null",
    "99999999999999999999",
    "é",
    "\x00",
    "::",
    "{",
    "->",
]
COUNT = 80  # of each way, shared out over the examples


def damaged(text: str, how: str, chance: random.Random) -> str:
    """Return `text` with a word dropped, doubled, swapped with another or replaced, or with the rest cut off."""
    words = WORD.findall(text)
    places = [place for place, word in enumerate(words) if not word.isspace()]
    one, other = chance.sample(places, 2)
    match how:
        case "drop":
            words[one] = ""
        case "double":
            words[one] += " " + words[one]
        case "swap":
            words[one], words[other] = words[other], words[one]
        case "replace":
            words[one] = chance.choice(STRANGE)
        case "cut":
            words = words[:one]
    return "".join(words)


def cases() -> list[tuple[str, str, int]]:
    ways = ["drop", "double", "swap", "replace", "cut"]
    return [(list(TEXTS)[seed % len(TEXTS)], how, seed) for how in ways for seed in range(COUNT)]


@pytest.mark.parametrize(("name", "how", "seed"), cases())
def test_it_ends_in_diagnostics(name: str, how: str, seed: int) -> None:
    path = TEXTS[name]
    text = damaged(path.read_text(encoding="utf-8"), how, random.Random(f"{name} {how} {seed}"))
    try:
        api.compile_graph(api.check(api.from_text(text, root=path.parent)).graph)
    except CompileError as error:
        assert any(each.severity == "error" for each in error.diagnostics)
        assert render_all(error.diagnostics)
