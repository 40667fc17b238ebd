"""Expressions are SQL: what binds how tightly, and every form."""

from __future__ import annotations

import pytest
from syntax.readable import expression, short

from odibi_sql.diagnostics import Source
from odibi_sql.syntax.parse import parse

PRECEDENCE = {
    "a or b and not c = d": "(or a (and b (not (= c d))))",
    "a or b or c": "(or (or a b) c)",
    "not a = b": "(not (= a b))",
    "not not a": "(not (not a))",
    "a = b || c": "(= a (|| b c))",
    "a || b + c": "(|| a (+ b c))",
    "a + b * c - d": "(- (+ a (* b c)) d)",
    "a - b - c": "(- (- a b) c)",
    "a - (b - c)": "(- a (- b c))",
    "a * b // c % d / e": "(/ (% (// (* a b) c) d) e)",
    "-a * b": "(* (- a) b)",
    "- - a": "(- (- a))",
    "-a::int": "(- (Cast a (TypeName int)))",
    "-a[1]": "(- (Subscript a 1))",
    "a.b[1].c::text": "(Cast (GetMember (Subscript a.b 1) c) (TypeName text))",
    "(a).b": "(GetMember a b)",
    "(a + b).c": "(GetMember (+ a b) c)",
    "a < b = c": "(= (< a b) c)",
    "a != b": "(<> a b)",
    "a is null and b is not true": "(and (Is a null) (Is b true True))",
    "a between 1 and 2 and b": "(and (Between a 1 2) b)",
    "a not between b + 1 and c || d": "(Between a (+ b 1) (|| c d) True)",
    "a is distinct from b and c is not distinct from d": "(and (IsDistinct a b) (IsDistinct c d True))",
    "a in (1, b + 1)": "(In a [1 (+ b 1)])",
    "a not in ('x')": "(In a ['x'] True)",
    "a not like 'x%' escape '!'": "(Like a 'x%' '!' True)",
    "a ilike b || '%'": "(Like a (|| b '%') True)",
}
FORMS = {
    "7": "7",
    "1_000_000": "1000000",
    "0.17": "0.17",
    ".5": ".5",
    "1e6": "1e6",
    "2.5E-3": "2.5E-3",
    "'it''s'": '"it\'s"',
    '"say ""hi"""': "'say \"hi\"'",
    '"""two\nlines"""': "'two\\nlines'",
    "TRUE": "true",
    "Null": "(Null)",
    "date '2025-11-01'": "(TypedLiteral date 2025-11-01)",
    "TimestampTZ '2025-11-01 10:00:00'": "(TypedLiteral timestamptz 2025-11-01 10:00:00)",
    "2 minutes": "(Duration 2 minute)",
    "1 day": "(Duration 1 day)",
    "90seconds": "(Duration 90 second)",
    "interval '2' minute": "(Duration 2 minute)",
    "interval 3 Months": "(Duration 3 month)",
    "interval '3 months'": "(Duration 3 month)",
    "interval '-3' months": "(- (Duration 3 month))",
    "- 3 months": "(- (Duration 3 month))",
    "[]": "(ListOf)",
    "[1, [2]]": "(ListOf [1 (ListOf [2])])",
    "{}": "(StructOf)",
    "{a: 1, case: b, 'c d': 2}": "(StructOf [a case c d] [1 b 2])",
    "case when a then 1 when b then 2 end": "(Case [(When a 1) (When b 2)])",
    "case a when 1 then 'x' else 'y' end": "(Case a [(When 1 'x')] 'y')",
    "CAST(a AS Decimal(12, 2))": "(Cast a (TypeName decimal [12 2]))",
    "try_cast(a as array<struct<x int, y map<text, date>>>)": (
        "(Cast a (TypeName array [(TypeName struct [(TypeName int) (TypeName map [(TypeName text) (TypeName date)])] "
        "[x y])]) True)"
    ),
    "count()": "(Call count)",
    "count(*)": "(Call count)",
    "Count(DISTINCT a)": "(Call count [(Argument a)] True)",
    "f(a, rate: 0.2)": "(Call f [(Argument a) (Argument 0.2 rate)])",
    "f(x -> x + 1)": "(Call f [(Argument (Lambda [x] (+ x 1)))])",
    "f(a, (x, y) -> x)": "(Call f [(Argument a) (Argument (Lambda [x y] x))])",
    "string_agg(a, ',' order by b desc, c)": (
        "(Call string_agg [(Argument a) (Argument ',')] [(SortItem b True) (SortItem c)])"
    ),
    "sum(a) filter (where b > 0)": "(Call sum [(Argument a)] (> b 0))",
    "lag(a) ignore nulls over (order by b)": "(Call lag [(Argument a)] True (Window [(SortItem b)]))",
    "lag(a ignore nulls) over ()": "(Call lag [(Argument a)] True (Window))",
    "rank() over (partition by a, b order by c nulls first)": ("(Call rank (Window [a b] [(SortItem c first)]))"),
    "sum(a) over (order by b rows between 3 preceding and current row)": (
        "(Call sum [(Argument a)] (Window [(SortItem b)] "
        "(WindowFrame rows (FrameBound 3 preceding) (FrameBound 0 preceding))))"
    ),
    "sum(a) over (range unbounded preceding)": (
        "(Call sum [(Argument a)] (Window (WindowFrame range (FrameBound preceding) (FrameBound 0 preceding))))"
    ),
    "sum(a) over (groups between unbounded preceding and n + 1 following)": (
        "(Call sum [(Argument a)] (Window (WindowFrame groups (FrameBound preceding) (FrameBound (+ n 1) following))))"
    ),
    "f(a)[1].b": "(GetMember (Subscript (Call f [(Argument a)]) 1) b)",
    "`a b`.`c``d`": "a b.c`d",
}
NAMES = "date timestamp layer key mode first last value rows count filter sort join left right from group order by sql"
NAMES += " on store test use param with values distinct unique fresh references current unbounded all any cast interval"
NAMES += " day minute desc asc nulls as to every files expect given percent seed match one many Ünïcode _x x1"


@pytest.mark.parametrize("text", PRECEDENCE)
def test_what_binds_how_tightly(text: str) -> None:
    assert short(expression(text)) == PRECEDENCE[text]


@pytest.mark.parametrize("text", FORMS)
def test_every_form(text: str) -> None:
    assert short(expression(text)) == FORMS[text]


@pytest.mark.parametrize("name", NAMES.split())
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{0} + 1", "(+ {0} 1)"),
        ("f({0}, a.{0})", "(Call f [(Argument {0}) (Argument a.{0})])"),
        ("a = {0} and {0} is null", "(and (= a {0}) (Is {0} null))"),
        ("f() over (partition by {0} order by {0} desc)", "(Call f (Window [{0}] [(SortItem {0} True)]))"),
        ("case {0} when {0} then {0} else {0} end", "(Case {0} [(When {0} {0})] {0})"),
        ("[{0}, {0}]", "(ListOf [{0} {0}])"),
    ],
)
def test_words_are_names_where_they_cannot_be_mistaken(name: str, text: str, expected: str) -> None:
    assert short(expression(text.format(name))) == expected.format(name)


def test_a_span_holds_the_whole_expression() -> None:
    tree = expression("( a + b ) * c")
    assert tree.span.text == "( a + b ) * c"
    assert tree.left.span.text == "a + b"  # type: ignore[attr-defined]


def test_a_name_can_be_any_word_behind_a_pipeline() -> None:
    text = "transform store from layer | dedupe by transform keep last store store store to csv 'x'"
    tree = parse(Source("test", text))
    assert short(tree.statements[0]) == "(Transform store layer [(Dedupe [transform] last [(SortItem store)])])"
    assert short(tree.statements[1]) == "(Store store csv 'x')"
