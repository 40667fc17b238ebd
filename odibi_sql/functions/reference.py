"""The reference page `docs/functions.md`, out of the catalogue: `python -m odibi_sql.functions.reference` writes it."""

from __future__ import annotations

from pathlib import Path

from odibi_sql.functions.catalogue import CATALOGUE
from odibi_sql.functions.describe import parameter_in_words, result_in_words, signature
from odibi_sql.functions.signature import Function

TITLES = {
    "text": "Text",
    "number": "Numbers",
    "time": "Dates and times",
    "condition": "Conditions",
    "cast": "Casts",
    "aggregate": "Aggregates",
    "window": "Window functions",
    "array": "Arrays",
    "struct": "Maps",
    "json": "JSON",
    "hash": "Hashes and bytes",
    "geo": "Places",
}
HEAD = """# Functions

<!-- Written by `python -m odibi_sql.functions.reference` out of `odibi_sql/functions/`. Do not edit. -->

All {count} functions of the language. `odibi functions NAME` prints one of them. An argument in brackets can be left
out; `…` stands for any number more. The examples are run by the tests on every engine; `for x in (…)` gives the rows
that an aggregate or window function sees, and a window function's answers are listed row by row.

What holds for all of them, unless a function says otherwise: an argument that is null makes the result null; names are
read in any case; a string is a sequence of Unicode code points, and positions in strings and arrays start at 1; weeks
start on Monday; what is known when compiled is a literal, a parameter of the pipeline, or made of these alone.
"""


def reference() -> str:
    """Return the page: an index, then a chapter for each group, in the order of the catalogue's modules."""
    chapters = {group: [each for each in CATALOGUE.values() if each.group == group] for group in TITLES}
    parts = [HEAD.format(count=len(CATALOGUE))]
    parts += [f"- **{TITLES[group]}**: {_links(functions)}" for group, functions in chapters.items()]
    for group, functions in chapters.items():
        parts += [f"\n## {TITLES[group]}", *map(_section, functions)]
    return "\n".join(parts) + "\n"


def _links(functions: list[Function]) -> str:
    return ", ".join(f"[{each.name}](#{each.name})" for each in functions)


def _section(function: Function) -> str:
    doc = "\n".join(line.strip() for line in function.doc.strip().splitlines())
    lines = ["", f"### {function.name}", "", f"`{signature(function)}`", "", doc, ""]
    lines += [f"- `{each.name}`: {parameter_in_words(each)}" for each in function.parameters]
    lines += [f"- gives {result_in_words(function)}"]
    if function.aliases:
        lines += [f"- also called {', '.join(f'`{alias}`' for alias in function.aliases)}"]
    return "\n".join([*lines, "", "```sql", *function.examples, "```"])


def page() -> Path:
    """Return where the page is, in a checkout."""
    return Path(__file__).resolve().parents[2] / "docs" / "functions.md"


if __name__ == "__main__":
    page().write_text(reference(), encoding="utf-8")
