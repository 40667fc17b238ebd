"""From a text to the tree of its statements."""

from __future__ import annotations

from pathlib import Path

from odibi_sql.diagnostics import CompileError, Diagnostic, Source, Span
from odibi_sql.diagnostics.syntax_errors import EmptyFile
from odibi_sql.diagnostics.text_errors import NotUtf8, UnreadableFile
from odibi_sql.syntax.scan import scan
from odibi_sql.syntax.statements import Tree
from odibi_sql.syntax.walk import walk


def parse(source: Source) -> Tree:
    """Return the tree of a text.

    Raises CompileError with all syntax errors of the text.
    """
    tree, errors = parse_with_errors(source)
    if errors:
        raise CompileError(errors)
    return tree


def parse_with_errors(source: Source) -> tuple[Tree, tuple[Diagnostic, ...]]:
    """Return the tree of the statements that could be read, and what is wrong with the text, in its order.

    A small mistake (a misspelt word, a missing comma) is reported and its statement read as it was meant. The
    datasets of statements that could not be read are in `Tree.broken`.
    """
    scanned = scan(source)
    read = walk(source, scanned)
    errors = sorted(read.errors, key=lambda error: error.span.start if error.span else 0)
    if len(scanned.tokens) == 3 and not errors:
        errors = [EmptyFile(span=Span(source, 0, 0))]
    return Tree(source=source, statements=tuple(read.statements), broken=tuple(read.broken)), tuple(errors)


def read_source(path: Path) -> Source:
    """Return the text of a file, named as the path is written.

    Raises CompileError: `unreadable-file`, `not-utf8`.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # a path with a character that no file system takes is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise CompileError((UnreadableFile(name=str(path), reason=reason),)) from error
    return decode_source(str(path), content)


def decode_source(name: str, content: bytes) -> Source:
    """Return the text of a file's content, without a byte order mark.

    Raises CompileError: `not-utf8`.
    """
    try:
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        value = f"0x{content[error.start]:02X}"
        raise CompileError((NotUtf8(name=name, offset=error.start, value=value),)) from error
