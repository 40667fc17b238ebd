"""Ibis, imported when a function's form is first built, never by reading the catalogue."""

from __future__ import annotations

from typing import Any


class _Lazy:
    """Stands for the module `ibis` until something of it is needed."""

    def __getattr__(self, name: str) -> Any:
        import ibis

        return getattr(ibis, name)


ibis: Any = _Lazy()
