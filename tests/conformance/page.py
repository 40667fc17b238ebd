"""`python -m conformance.page`, from the folder of the tests, writes docs/conformance.md from the suite's cases."""

from __future__ import annotations

from pathlib import Path

from conformance.frames import NAMES as FRAMES
from conformance.suite import KNOWN, LOOSE, NEAR, REFUSED, cases_of, is_group, names

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
HEAD = """# What is held to one meaning

Every operator, cast and function is computed over the values at the edges of its types, by a reference interpreter and
by each engine; so are joins and set operations over keys of each type, and the frames of windows. The tests compare the
values and their types. What differs fails the tests, unless it is known and stands here. Not among them: functions that
read the clock, `any_value`, and sorts, pivots and the like, which have tests of their own.

- **cases**: expressions, one for each combination of types and constants; **rows**: what they are given, all in all
  (of an aggregate or a window, groups of rows; of a join or set operation, rows of each side). Aggregates have cases
  with `filter`, `distinct` and over windows, too.
- **agrees**: each value is that of the reference, and a run fails where it has to (of those a few for each name).
  The sign of a zero is free. Spark compiles expressions to Java, as it does where it is left alone.
- **floats**: exact; or so many neighbouring floats apart at most, where IEEE 754 or the order of the rows
  leaves it open.

This page is written by `python -m conformance.page`, run in `tests/`.

| name | cases | rows | floats | DuckDB | Spark |
| --- | ---: | ---: | --- | --- | --- |
"""


def page() -> str:
    """Return the page."""
    return HEAD + "".join(map(_line, names()))


def _line(name: str) -> str:
    cases = cases_of(name)
    ulps = (LOOSE if is_group(name) else NEAR).get(name, 0)
    near = f"within {ulps} floats" if ulps else "as each function" if name in FRAMES else "exact"
    shown = name.replace("|", "\\|")
    rows = sum(len(each.rows) for each in cases)
    return f"| `{shown}` | {len(cases)} | {rows} | {near} | {_said(name, 'duckdb')} | {_said(name, 'spark')} |\n"


def _said(name: str, engine: str) -> str:
    if name in KNOWN[engine]:
        return f"differs: {KNOWN[engine][name]}"
    return "agrees, or is refused when compiled" if name in REFUSED[engine] else "agrees"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
