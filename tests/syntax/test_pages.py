"""Every example of the language page parses, formats to the same tree, and does not mind where lines end."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from odibi_sql import syntax
from odibi_sql.diagnostics import CompileError, Source, render_all
from odibi_sql.syntax.format import format_source
from odibi_sql.syntax.parse import parse, parse_with_errors
from odibi_sql.syntax.scan import scan

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("examples/*.odibi"))}
STRANGE = ["|", "(", ")", ",", "'", '"""', "`", "{", "==", ";", "--", "é", "\0", "\\"]
DAMAGED = 60  # of each page


def tree_of(text: str) -> tuple[syntax.Statement, ...]:
    """Return the statements, without what depends on the layout."""
    statements = parse(Source("test", text)).statements
    return tuple(
        msgspec.structs.replace(each, text_start=0) if isinstance(each, syntax.Sql) else each for each in statements
    )


def without_notes(text: str) -> tuple[syntax.Statement, ...]:
    return tuple(quiet(each) for each in tree_of(text))


def quiet(statement: syntax.Statement) -> syntax.Statement:
    """Return a statement without what comments say of it."""
    plain = msgspec.structs.replace(statement, doc=None, allowed=())
    if not isinstance(plain, syntax.Ingest | syntax.Transform | syntax.Fragment):
        return plain
    return msgspec.structs.replace(
        plain, operators=tuple(msgspec.structs.replace(each, allowed=()) for each in plain.operators)
    )


def words_of(text: str) -> list[str]:
    return [text[token.start : token.end] for token in scan(Source("test", text)).tokens[:-3]]


def comments_of(text: str) -> list[str]:
    return sorted(comment.text for comment in scan(Source("test", text)).comments)


@pytest.mark.parametrize("page", PAGES)
def test_it_parses(page: str) -> None:
    tree, errors = parse_with_errors(Source(page, PAGES[page]))
    assert render_all(errors) == ""
    assert tree.statements
    assert tree.broken == ()


@pytest.mark.parametrize("page", PAGES)
def test_it_formats_to_the_same_tree_with_all_comments(page: str) -> None:
    text = format_source(Source(page, PAGES[page]))
    assert tree_of(text) == tree_of(PAGES[page])
    assert comments_of(text) == comments_of(PAGES[page])
    assert format_source(Source(page, text)) == text
    assert max(map(len, text.splitlines())) <= 120  # comments make lines of 100 longer


@pytest.mark.parametrize("page", PAGES)
def test_lines_do_not_matter(page: str) -> None:
    on_one_line, on_many = " ".join(words_of(PAGES[page])), "\n\n".join(words_of(PAGES[page]))
    assert tree_of(on_one_line) == tree_of(on_many) == without_notes(PAGES[page])


def test_the_first_page_is_in_the_layout() -> None:
    page = PAGES["1_whole_pipeline"]
    assert format_source(Source("page", page)) == page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("seed", range(8))
def test_comments_anywhere_are_kept(page: str, seed: int) -> None:
    chance = random.Random(f"{page} {seed}")
    pieces = []
    for number, word in enumerate(words_of(PAGES[page])):
        pieces.append(word)
        if chance.random() < 0.1:
            pieces.append(chance.choice([f" # c{number}\n", f"\n# c{number}\n", f"\n\n## c{number}\n\n# d{number}\n"]))
    text = " ".join(pieces)
    formatted = format_source(Source(page, text))
    assert comments_of(formatted) == comments_of(text)
    assert [msgspec.structs.replace(each, doc=None) for each in tree_of(formatted)] == [
        msgspec.structs.replace(each, doc=None) for each in tree_of(text)
    ]
    assert format_source(Source(page, formatted)) == formatted


def damaged(words: list[str], chance: random.Random) -> str:
    """Return a text in which words are dropped, doubled, swapped, cut, or of another place."""
    words = list(words)
    for _ in range(chance.randint(1, 3)):
        place, other = chance.randrange(len(words)), chance.randrange(len(words))
        match chance.randrange(6):
            case 0:
                words[place] = ""
            case 1:
                words.insert(place, words[other])
            case 2:
                words[place], words[other] = words[other], words[place]
            case 3:
                words[place] = words[place][: chance.randint(0, len(words[place]))]
            case 4:
                words[place] = chance.choice(STRANGE)
            case 5:
                words[place] = words[place][::-1]
    return chance.choice([" ", "\n"]).join(words)


@pytest.mark.parametrize("page", PAGES)
def test_damage_ends_in_diagnostics(page: str) -> None:
    words = words_of(PAGES[page])
    for seed in range(DAMAGED):
        text = damaged(words, random.Random(f"{page} {seed}"))
        tree, errors = parse_with_errors(Source(page, text))
        assert render_all(errors) or tree.statements
        try:
            formatted = format_source(Source(page, text))
        except CompileError as error:
            assert error.diagnostics == errors
        else:
            assert tree_of(formatted) == tree_of(text)
