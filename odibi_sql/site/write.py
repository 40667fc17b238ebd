"""Pages put into a folder, all of them in one step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from odibi_sql.run.stores.staging import clear_retired, clear_stale, staging
from odibi_sql.run.stores.swap import flush, put

MARK = ".odibi-docs"  # in a folder that is ours to replace


class SiteProblem(Exception):
    """A site cannot be written: `reason` in words, `hint` what to do ("": nothing to say)."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def write_site(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages, by the names of their files, in place of the site that is there. Raises SiteProblem, OSError.

    A folder that is there and was not written so is left as it is.
    """
    final = folder.resolve()
    if final.exists() and not final.is_dir():
        raise SiteProblem(f"`{folder}` is a file", "name a folder")
    if final.is_dir() and any(final.iterdir()) and not (final / MARK).exists():
        raise SiteProblem(f"`{folder}` is there, and not by `odibi docs`", "name another folder, or remove it")
    final.parent.mkdir(parents=True, exist_ok=True)
    clear_stale(final)
    with staging(final) as ready:
        ready.mkdir()
        (ready / MARK).write_text("This folder is replaced by `odibi docs`.\n", encoding="utf-8")
        for name, text in pages.items():
            (ready / name).write_text(text, encoding="utf-8")
        flush(ready)
        put(ready, final)
    clear_retired()
