"""Which regular expressions are taken, and that those which are mean the same to RE2 as to a second engine."""

from __future__ import annotations

import re

import pytest
from function_harness import connect

from odibi_sql.functions import pattern_problem
from odibi_sql.functions.pattern_check import replaceable_problem, shape_of

TAKEN = [
    *(
        "",
        "abc",
        "a|b|",
        "^a.c$",
        "[a-z]+",
        "[^a-z0-9_]",
        "[-a]",
        "[a-]",
        r"[\\d.]",
        r"\d{3}",
        r"\w+?",
        "(?:ab)*c",
        "(a)(b(c))",
    ),
    *(
        r"a{2,}",
        r"a{2,3}?",
        r"\.",
        r"\[x\]",
        "(?i)abc",
        r"\bab\b",
        r"[\]]",
        r"a\tb",
        "é+",
        "a||b",
        "()",
        r"\D\W",
        "x*?",
        r"\/",
    ),
]
REFUSED = {
    "(?=a)": "look-ahead",
    "(?!a)": "look-ahead",
    "(?<=a)b": "look-behind",
    r"(a)\1": "back to a group",
    "(?P<n>a)": "no names",
    "(?<n>a)": "no names",
    "a++": "possessive",
    "a**": "repeated",
    "*a": "repeats nothing",
    "(a": "not closed",
    "a)": "closes nothing",
    "[a": "not closed",
    "[]": "empty",
    "[z-a]": "upside down",
    r"[\d-z]": "upside down",
    "[[:alpha:]]": "not known to Java",
    "[a&&b]": "otherwise by Java",
    "a{2": "a repetition is",
    "a{,2}": "a repetition is",
    "a{3,2}": "out of range",
    "a{1001}": "out of range",
    r"\s": "another set",
    r"\p{L}": "not read alike",
    r"\Z": "not read alike",
    "a\\": "ends in",
    "a(?i)b": "very start",
    "{": "stands for itself",
    "((((((((((" * 6: "too deep",
}
TEXTS = [
    "",
    "a",
    "abc",
    "ab12",
    "ABC",
    "a.c",
    "x",
    "aa",
    "aaa",
    "-",
    "_",
    "[x]",
    "é",
    "éé",
    "a b",
    "a\tb",
    "/",
    "]",
    "123",
    "bc",
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_what_is_taken_is_read_alike_by_two_engines(pattern: str) -> None:
    assert pattern_problem(pattern) is None
    connection = connect()
    for text in TEXTS:
        found = connection.execute("SELECT regexp_matches(?, ?)", [text, pattern]).fetchall()[0][0]
        assert found == (re.search(pattern, text, re.ASCII) is not None), text


@pytest.mark.parametrize(("pattern", "words"), REFUSED.items())
def test_what_is_refused_says_why(pattern: str, words: str) -> None:
    problem = pattern_problem(pattern)
    assert problem is not None
    assert words in problem


@pytest.mark.parametrize("pattern", TAKEN)
def test_whether_it_matches_the_empty_text_is_known(pattern: str) -> None:
    shape = shape_of(pattern)
    empties = re.fullmatch(pattern, "", re.ASCII) is not None
    assert shape.groups == re.compile(pattern).groups
    assert shape.matches_empty or not empties  # `\b` alone is taken for empty, though it needs a word beside it
    assert (replaceable_problem(pattern) is None) == (not shape.matches_empty)
