"""A pipeline in its one layout: what `odibi fmt` prints."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from odibi_sql.diagnostics import Source
from odibi_sql.syntax.format_statements import write_statement
from odibi_sql.syntax.layout import Writer, laid_out
from odibi_sql.syntax.parse import parse
from odibi_sql.syntax.scan import Comment, scan
from odibi_sql.syntax.statements import Connect, Func, Ingest, Param, Publish, Statement, Store, Tree, Trigger, Use

# Short statements of one kind may stand right below each other; between all others there is a blank line.
_KINDS: dict[type[Statement], type[Statement]] = {
    **{each: each for each in (Connect, Func, Ingest, Param, Store, Trigger, Use)},
    Publish: Store,
}


def format_source(source: Source) -> str:
    """Return the text of a pipeline in its one layout: the same tree, all comments kept, formatted again the same.

    Raises CompileError with the syntax errors of the text.
    """
    return format_tree(parse(source), scan(source).comments)


def format_tree(tree: Tree, comments: Sequence[Comment] = ()) -> str:
    """Return the text of a tree, with the comments of the source that it was read from."""
    above, inside = _sorted_out(tree, comments)
    lines: list[str] = []
    before: tuple[Statement, str] | None = None
    for index, statement in enumerate(tree.statements):
        out = Writer()
        write_statement(out, statement)
        text = laid_out(out.pieces, inside[index])
        places = [*(comment.start for comment in above[index]), statement.span.start]
        is_apart = before is not None and _stand_apart(before, (statement, text))
        lines += _with_blanks(tree.source, places, [*(each.text for each in above[index]), text], is_apart)
        before = statement, text
    last = above[-1]
    lines += _with_blanks(tree.source, [each.start for each in last], [each.text for each in last], False)
    return "".join(f"{line}\n" for line in lines[not lines[0] :]) if lines else ""


def _sorted_out(tree: Tree, comments: Sequence[Comment]) -> tuple[list[list[Comment]], list[list[Comment]]]:
    """Return the comments above each statement (and those at the end), and those inside of each or behind it."""
    starts = [each.span.start for each in tree.statements]
    above: list[list[Comment]] = [[] for _ in range(len(starts) + 1)]
    inside: list[list[Comment]] = [[] for _ in starts]
    for comment in comments:
        index = bisect_right(starts, comment.start) - 1
        is_inside = index >= 0 and (comment.is_trailing or comment.start < tree.statements[index].span.end)
        (inside[index] if is_inside else above[index + 1]).append(comment)
    return above, inside


def _stand_apart(first: tuple[Statement, str], second: tuple[Statement, str]) -> bool:
    """Return whether a blank line must stand between two statements."""
    kinds = {_KINDS.get(type(statement)) for statement, _ in (first, second)}
    is_long = "\n" in first[1] or "\n" in second[1]
    return is_long or len(kinds) > 1 or None in kinds or second[0].doc is not None


def _with_blanks(source: Source, places: Sequence[int], texts: Sequence[str], is_apart: bool) -> list[str]:
    """Return the texts with blank lines between them where the source has some, before the first where it must be."""
    lines: list[str] = []
    for index, (place, text) in enumerate(zip(places, texts, strict=True)):
        if (index == 0 and is_apart) or _is_after_blank(source, place):
            lines.append("")
        lines.append(text)
    return lines


def _is_after_blank(source: Source, place: int) -> bool:
    before = source.text[max(0, place - 2000) : place]
    return before[len(before.rstrip()) :].count("\n") > 1
