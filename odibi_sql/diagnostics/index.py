"""The index of all error kinds."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path


def load_kinds() -> None:
    """Import every module of kinds, so that `KINDS` is complete."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.endswith("_errors"):
            import_module(f"odibi_sql.diagnostics.{module.name}")
