"""Every error kind teaches: it has words, an example that has exactly this error, and the same one mended."""

from __future__ import annotations

import datetime
import inspect
import runpy
from pathlib import Path

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import KINDS, CompileError, Diagnostic
from odibi_sql.diagnostics.index import load_kinds

load_kinds()
CLOCK = datetime.datetime(2025, 11, 1, 12)


def findings(text: str, engine: str = "") -> set[str]:
    """Return the codes of what is found when a pipeline is checked, and compiled for an engine."""
    pipeline = api.from_text(inspect.cleandoc(text), name="example.odibi")
    try:
        checked = api.check(pipeline, clock=CLOCK)
        if engine:
            api.compile_graph(checked.graph, api.goals_of(checked.graph), engine)
        return {each.code for each in checked.warnings}
    except CompileError as error:
        return {each.code for each in error.diagnostics}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_says_what_and_why(kind: type[Diagnostic]) -> None:
    assert kind.title
    assert inspect.getdoc(kind)


@pytest.mark.parametrize("kind", [each for each in KINDS.values() if each.wrong], ids=lambda kind: kind.code)
def test_its_example_has_it(kind: type[Diagnostic]) -> None:
    assert findings(kind.wrong, getattr(kind, "example_engine", "")) == {kind.code}


@pytest.mark.parametrize("kind", [each for each in KINDS.values() if each.right], ids=lambda kind: kind.code)
def test_its_mended_example_has_nothing(kind: type[Diagnostic]) -> None:
    assert findings(kind.right, getattr(kind, "example_engine", "")) == set()


def test_the_page_of_errors_is_what_the_kinds_say() -> None:
    root = Path(__file__).resolve().parent.parent
    made = runpy.run_path(str(root / "docs" / "errors.py"))["page"]()
    assert (root / "docs" / "errors.md").read_text(encoding="utf-8") == made, "python docs/errors.py writes it anew"
