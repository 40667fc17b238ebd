"""Write `docs/errors.md`: every error and warning, with a pipeline that has it, what is said, and the same one mended.

python docs/errors.py
"""

from __future__ import annotations

import datetime
import inspect
from pathlib import Path

from odibi_sql import api
from odibi_sql.diagnostics import KINDS, CompileError, Diagnostic, render_all
from odibi_sql.diagnostics.index import load_kinds

PAGE = Path(__file__).resolve().parent / "errors.md"
CLOCK = datetime.datetime(2025, 11, 1, 12)
HEAD = """# Errors and warnings

Each has a code, which `odibi explain CODE` explains too. A warning is an error with `--strict`; a comment on a step or
an operator, or above it, silences it there: `# odibi: allow CODE`. Made by `python docs/errors.py`.
"""


def page() -> str:
    """Return the whole page."""
    load_kinds()
    return "\n".join([HEAD, *(section(kind) for _, kind in sorted(KINDS.items()))])


def section(kind: type[Diagnostic]) -> str:
    """Return what there is to say of one kind."""
    parts = [f"## `{kind.code}`", f"*{kind.severity}.* {inspect.getdoc(kind) or ''}"]
    if kind.wrong:
        wrong = inspect.cleandoc(kind.wrong)
        parts += [fenced(wrong), "says", fenced(told(wrong))]
    if kind.right:
        parts += ["Mended:", fenced(inspect.cleandoc(kind.right))]
    return "\n\n".join(parts) + "\n"


def told(text: str) -> str:
    """Return what `odibi check` says of a pipeline."""
    try:
        return render_all(api.check(api.from_text(text, root=PAGE.parent, name="pipeline.odibi"), clock=CLOCK).warnings)
    except CompileError as error:
        return render_all(error.diagnostics)


def fenced(text: str) -> str:
    """Return the text as a block, between more backticks than it has."""
    marks = "````" if "```" in text else "```"
    return f"{marks}text\n{text}\n{marks}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
