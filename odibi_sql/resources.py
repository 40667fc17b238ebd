"""Where the grammar and the dialect files are: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def grammar_file(name: str) -> Path:
    """Return the path of one file of `grammar/`."""
    return _folder("grammar") / name


def dialect_file(name: str) -> Path:
    """Return the path of one file of `dialects/`."""
    return _folder("dialects") / name


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
