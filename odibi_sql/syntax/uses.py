"""The files that a pipeline uses: read by whoever can, and their funcs, fragments and connections brought in."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from msgspec.structs import replace

from odibi_sql.diagnostics import CompileError, Diagnostic, Source
from odibi_sql.diagnostics.reuse_errors import CannotUse, UsesItself
from odibi_sql.diagnostics.text_errors import UnreadableFile
from odibi_sql.syntax.parse import parse_with_errors
from odibi_sql.syntax.statements import Connect, Fragment, Func, Statement, Tree, Use

Reader = Callable[[str], Source]  # takes a path from the pipeline's folder; raises CompileError
_DEEPEST = 50  # files that use each other


def with_used(tree: Tree, read: Reader) -> tuple[Tree, tuple[Diagnostic, ...]]:
    """Return the tree with what the files bring that it uses, and they in turn, each file once; and what is wrong with
    them."""
    if not any(isinstance(each, Use) for each in tree.statements):
        return tree, ()
    files = _Files(read)
    files.follow(tree, (posixpath.basename(tree.source.name.replace("\\", "/")),))
    return replace(tree, brought=tuple(files.brought)), tuple(files.findings)


def _reason(finding: Diagnostic) -> str:
    return finding.reason.lower() if isinstance(finding, UnreadableFile) else "it is not UTF-8"


class _Files:
    """The files read so far, by their paths from the pipeline's folder."""

    def __init__(self, read: Reader) -> None:
        self.read = read
        self.known: set[str] = set()
        self.brought: list[Statement] = []
        self.findings: list[Diagnostic] = []

    def follow(self, tree: Tree, way: tuple[str, ...]) -> None:
        """Bring in what a file uses. `way`: the files that led here, this one last."""
        for each in tree.statements:
            if isinstance(each, Use):
                self._use(each, way)

    def _use(self, use: Use, way: tuple[str, ...]) -> None:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(way[-1]), use.path.value))
        if path in way:
            circle = " → ".join(f"`{each}`" for each in (*way[way.index(path) :], path))
            self.findings.append(UsesItself(span=use.path.span, path=circle))
        elif path not in self.known:
            self.known.add(path)
            self._bring(use, path, way)

    def _bring(self, use: Use, path: str, way: tuple[str, ...]) -> None:
        try:
            source = self.read(path)
        except CompileError as error:
            self._refuse(use, _reason(error.diagnostics[0]))
            return
        if len(way) > _DEEPEST:
            self._refuse(use, f"more than {_DEEPEST} files use each other")
            return
        tree, findings = parse_with_errors(source)
        self.findings += findings
        self.follow(tree, (*way, path))
        self.brought += [each for each in tree.statements if isinstance(each, Func | Fragment | Connect)]

    def _refuse(self, use: Use, reason: str) -> None:
        self.findings.append(CannotUse(span=use.path.span, path=use.path.value, reason=reason))
