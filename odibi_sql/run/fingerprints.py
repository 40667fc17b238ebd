"""What stood for the files of each source when the run began, and whether it still does."""

from __future__ import annotations

from pathlib import Path

from odibi_sql.ir import FileSource, SourceProblem
from odibi_sql.sources.fingerprint import Known, fingerprint


class Fingerprints:
    """The sources of a run, each looked at once before it begins."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: Known = {}
        self._found: dict[int, tuple[FileSource, str]] = {}  # by identity, which lasts as long as the source is here

    def of(self, source: FileSource) -> str:
        """Return what stands for the files of a source. Raises SourceProblem."""
        found = self._found.get(id(source))
        if found is None:
            found = self._found[id(source)] = (source, fingerprint(source, self._root, self._known))
        return found[1]

    def holds(self, source: FileSource) -> bool:
        """Whether the files are still those that stood for the source when it was looked at first."""
        try:
            return self.of(source) == fingerprint(source, self._root, self._known)
        except SourceProblem:
            return False
