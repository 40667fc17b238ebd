"""Syntax errors teach: all of them at once, each at its place, in the words of the language."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from odibi_sql.diagnostics import KINDS, CompileError, Source, render_all, syntax_errors, text_errors
from odibi_sql.syntax.parse import decode_source, parse, parse_with_errors, read_source

PICTURES = {
    """pipeline a
trasform x from y
  | filter a == 1;
  | agregate n = count() gruop by b
""": """
error[unknown-statement]: no statement begins with `trasform`
 --> x.odibi:2:1
  |
2 | trasform x from y
  | ^^^^^^^^
  help: did you mean `transform`?

error[double-equals]: `==` is not written in this language
 --> x.odibi:3:14
  |
3 |   | filter a == 1;
  |              ^^
  help: equality is a single `=`

error[semicolon]: `;` is not written in this language
 --> x.odibi:3:18
  |
3 |   | filter a == 1;
  |                  ^
  help: leave it out: a statement ends where the next one begins

error[unknown-operator]: `agregate` is no operator
 --> x.odibi:4:5
  |
4 |   | agregate n = count() gruop by b
  |     ^^^^^^^^
  help: did you mean `aggregate`?

error[misspelt-word]: `gruop` cannot stand here
 --> x.odibi:4:26
  |
4 |   | agregate n = count() gruop by b
  |                          ^^^^^ did you mean `group`?

5 errors""",
    """transform x from y
  filter a = (1 + 2
  | where b > 2
  | derive sum(x)
  | sort a +
store x to csv "a
""": """
error[missing-bar]: a `|` is missing before `filter`
 --> x.odibi:2:3
  |
2 |   filter a = (1 + 2
  |   ^^^^^^
  help: each operator of a step begins with `|`: `| filter …`

error[unclosed-bracket]: this `(` is not closed
 --> x.odibi:2:14
  |
2 |   filter a = (1 + 2
  |              ^ it is opened here
  help: close it with `)` before `|`

error[where-for-filter]: `where` is not written in a step
 --> x.odibi:3:5
  |
3 |   | where b > 2
  |     ^^^^^
  help: rows are chosen with `filter`: `| filter status = 'paid'`

error[missing-name]: this column has no name
 --> x.odibi:4:12
  |
4 |   | derive sum(x)
  |            ^^^ write `name = …` here
  help: `derive` is written `| derive tax = amount * 0.2`

error[syntax]: `store` cannot stand here
 --> x.odibi:6:1
  |
6 | store x to csv "a
  | ^^^^^ expected an expression
  help: `sort` is written `| sort total desc, segment`

error[unclosed-string]: this string is not closed
 --> x.odibi:6:16
  |
6 | store x to csv "a
  |                ^ it begins here
  help: close it with `"`; a text of several lines stands between `\"""` and `\"""`

6 errors""",
}
STEP = "transform a from b "
CODES = {
    STEP + "| filter a nott in (1)": "misspelt-word",
    STEP + "| filter a = 5 dayz": "misspelt-word",
    STEP + "| join c using d": "misspelt-word",
    STEP + "| filter a in ()": "syntax",
    STEP + "| filter date 2025": "syntax",
    STEP + "| | distinct": "syntax",
    STEP + "| limit 10, 20": "syntax",
    STEP + "| drop a b c": "missing-comma missing-comma",
    STEP + "| filter f(a, b,)": "extra-comma",
    STEP + "| select a,\n| limit 1": "extra-comma",
    STEP + "| filter a)": "extra-bracket",
    STEP + "| filter [1, 2": "unclosed-bracket",
    STEP + "| filter f((a)": "unclosed-bracket",
    STEP + "| dedupe a keep any": "missing-word",
    STEP + "| filter cast(a int) > 1": "missing-word",
    STEP + "| filter case when a b end": "missing-word",
    STEP + "| select a as b": "name-after",
    STEP + "| drop end": "reserved-word",
    STEP + "| filter a in (select b from c)": "query-in-expression",
    STEP + "| order by a": "unknown-operator",
    STEP + "| mutate c = 1": "unknown-operator",
    STEP + "\norder by a": "missing-bar unknown-operator",
    STEP + "| filter 12x": "bad-number",
    STEP + "| filter 1.2.3": "bad-number",
    STEP + "| filter 1__0": "bad-number",
    STEP + "| filter a && b": "foreign-mark",
    STEP + "| filter “a” = b": "foreign-mark",
    STEP + "/* no */ | distinct": "foreign-mark",
    STEP + "-- no\n| distinct": "sql-comment",
    STEP + "| filter 'it\\'s' = b": "bad-escape",
    STEP + "| filter `a = b": "unclosed-name",
    STEP + "| filter a €": "unknown-character",
    STEP + "| derive a = interval 'soon'": "bad-interval",
    STEP + "| cast a decimal(1.5)": "not-a-whole-number",
    STEP + "| filter " + "-" * 200 + "a": "too-deep",
    STEP + "| filter " + "f(" * 200 + "a" + ")" * 200: "too-deep",
    "| filter a": "unknown-statement",
    "select * from a": "unknown-statement",
    "let a = 1": "unknown-statement",
    "transform a form b": "misspelt-word",
    "transform a b": "missing-word",
    "store a to csv 'x' mode append mode append": "repeated-clause",
    'sql a from b """select 1': "unclosed-string",
    "transform case from b": "reserved-word",
    "": "empty-file",
    "# nothing": "empty-file",
}


@pytest.mark.parametrize("text", PICTURES)
def test_pictures(text: str) -> None:
    _, errors = parse_with_errors(Source("x.odibi", text))
    assert "\n" + render_all(errors) == PICTURES[text]


@pytest.mark.parametrize("text", CODES)
def test_kinds(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        parse(Source("test", text))
    assert " ".join(each.code for each in caught.value.diagnostics) == CODES[text]


OURS = [each for each in KINDS.values() if each.__module__ in (syntax_errors.__name__, text_errors.__name__)]


@pytest.mark.parametrize("kind", [each for each in OURS if each.wrong], ids=lambda kind: kind.code)
def test_examples_of_kinds(kind: type[syntax_errors.Unexpected]) -> None:
    _, errors = parse_with_errors(Source("wrong", kind.wrong))
    assert [each.code for each in errors] == [kind.code]
    assert parse_with_errors(Source("right", kind.right))[1] == ()
    assert inspect.getdoc(kind)


def test_every_kind_is_tried() -> None:
    seen = " ".join([*CODES.values(), *PICTURES.values()])
    files = {"not-utf8", "unreadable-file"}
    assert {each.code for each in OURS} - {code for code in KINDS if code in seen} == files


def test_other_statements_are_read_and_the_broken_ones_are_named() -> None:
    text = """
layer a
transform b from c | filter + | expect x else quarantine d
transform e from f | selct g
ingest h from
store e to csv "x"
"""
    tree, errors = parse_with_errors(Source("test", text))
    assert [each.code for each in errors] == ["syntax", "unknown-operator", "syntax"]
    assert [each.span.text for each in tree.statements] == [
        "layer a",
        "transform e from f | selct g",
        'store e to csv "x"',
    ]
    assert [name.text for name in tree.broken] == ["b", "d", "h"]


def test_all_operators_of_a_broken_step_are_looked_at() -> None:
    text = "transform a from b\n" + "  | filter x +\n  | limit\n" * 5
    assert len(parse_with_errors(Source("test", text))[1]) == 10


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.odibi"
    path.write_bytes(b"\xef\xbb\xbflayer a\r\nlayer \xc3\xa9\r\n")
    assert len(parse(read_source(path)).statements) == 2
    path.write_bytes(b"layer \xe9")
    with pytest.raises(CompileError, match=r"byte 6 \(0xE9\)"):
        read_source(path)
    with pytest.raises(CompileError, match="unreadable-file"):
        read_source(tmp_path / "none.odibi")
    with pytest.raises(CompileError, match="not-utf8"):
        decode_source("x", "layer a".encode("utf-16"))
