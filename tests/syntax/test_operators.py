"""Each operator and each statement has its node."""

from __future__ import annotations

import pytest
from syntax.readable import operator, short

from odibi_sql import syntax
from odibi_sql.diagnostics import Source
from odibi_sql.syntax.parse import parse

OPERATORS = {
    "filter a > 0": "(Filter (> a 0))",
    "derive a = 1, case = b": "(Derive [(Assignment a 1) (Assignment case b)])",
    "set a = 1": "(Set [(Assignment a 1)])",
    "fill a = 'x'": "(Fill [(Assignment a 'x')])",
    "select a, b.c, d = e = f, (g = h)": (
        "(Select [(Assignment a) (Assignment b.c) (Assignment d (= e f)) (Assignment (= g h))])"
    ),
    "rename a = b, `c d` = e": "(Rename [(Renaming a b) (Renaming c d e)])",
    "drop a, b": "(Drop [a b])",
    "cast a int, b decimal(3, 1)": (
        "(CastColumns [(ColumnCast a (TypeName int)) (ColumnCast b (TypeName decimal [3 1]))])"
    ),
    "join b on x": "(Join inner b [x])",
    "JOIN LEFT OUTER b AS c (x, y = z) ON c.x = a.x AND d MATCH ONE": (
        "(Join left b c [(Assignment x) (Assignment y z)] [(= c.x a.x) d] one)"
    ),
    "join semi b on x, y and z": "(Join semi b [x y z])",
    "join anti b on x or y": "(Join anti b [(or x y)])",
    "join cross b as c (x)": "(Join cross b c [(Assignment x)])",
    "join left on left": "(Join inner left [left])",
    "join left left on left": "(Join left left [left])",
    "join asof b (r) on c and d >= b.e": "(AsOfJoin b [(Assignment r)] [c (>= d b.e)] left)",
    "join left asof b on c": "(AsOfJoin b [c] left)",
    "join asof inner b on c": "(AsOfJoin b [c] inner)",
    "join asof left b on c": "(AsOfJoin b [c] left)",
    "join asof on c": "(Join inner asof [c])",
    "aggregate n = count() group by a, b = f(c)": (
        "(Aggregate [(Assignment n (Call count))] [(Assignment a) (Assignment b (Call f [(Argument c)]))])"
    ),
    "aggregate group = count()": "(Aggregate [(Assignment group (Call count))])",
    "dedupe by a, b keep last c desc, d": "(Dedupe [a b] last [(SortItem c True) (SortItem d)])",
    "dedupe by a keep first": "(Dedupe [a] first)",
    "dedupe by a keep any": "(Dedupe [a] any)",
    "distinct": "(Distinct)",
    "sort a, b desc nulls first": "(Sort [(SortItem a) (SortItem b True first)])",
    "limit 3 per a, b": "(Limit 3 [a b])",
    "limit 10 offset 20": "(Limit 10 20)",
    "union a, b": "(SetWith union [a b])",
    "union distinct a": "(SetWith union True [a])",
    "union all a": "(SetWith union [a])",
    "union distinct": "(SetWith union [distinct])",
    "intersect a": "(SetWith intersect True [a])",
    "intersect all a": "(SetWith intersect [a])",
    "except distinct a": "(SetWith except True [a])",
    "expect a > 0": "(Expect (ConditionRule (> a 0)))",
    "expect named: a > 0 else drop": "(Expect named (ConditionRule (> a 0)) drop)",
    "expect not null a, b else warn": "(Expect (NotNullRule [a b]) warn)",
    "expect not null": "(Expect (ConditionRule (not (Null))))",
    "expect unique a, b else quarantine c": "(Expect (UniqueRule [a b]) quarantine c)",
    "expect unique and b": "(Expect (ConditionRule (and unique b)))",
    "expect rows > 0": "(Expect (RowsRule > [0]))",
    "expect rows != 0": "(Expect (RowsRule <> [0]))",
    "expect rows between 1 and n * 2": "(Expect (RowsRule between [1 (* n 2)]))",
    "expect rows + 1 > 2": "(Expect (ConditionRule (> (+ rows 1) 2)))",
    "expect `rows` > 2": "(Expect (ConditionRule (> rows 2)))",
    "expect fresh a within 1 day": "(Expect (FreshRule a (Duration 1 day)))",
    "expect references b on c = b.d": "(Expect (ReferencesRule b [(= c b.d)]))",
    "apply f(a, b)": "(Apply (Call f [(Argument a) (Argument b)]))",
    "pivot a in (1, 2) value max(b) group by c": (
        "(Pivot a [(Assignment 1) (Assignment 2)] [(Assignment (Call max [(Argument b)]))] [(Assignment c)])"
    ),
    "pivot a in (b = 1) value c = max(d), e = count()": (
        "(Pivot a [(Assignment b 1)] [(Assignment c (Call max [(Argument d)])) (Assignment e (Call count))])"
    ),
    "unpivot a, b into c, d": "(Unpivot [a b] c d)",
    "explode a as b": "(Explode a b)",
    "sample 10 percent seed 42": "(Sample 10 percent 42)",
    "sample 100 rows": "(Sample 100 rows)",
}
STATEMENTS = {
    'pipeline a "why"': "(Pipeline a 'why')",
    "param a int = 1": "(Param a (TypeName int) 1)",
    "layer bronze": "(Layer bronze)",
    "layer layer": "(Layer layer)",
    'connect a = s3(bucket: "b", 1)': "(Connect a s3 [(Argument 'b' bucket) (Argument 1)])",
    "ingest a from b.c key d, e": "(Ingest a (ConnectionFrom [b c]) [d e])",
    "ingest a from b sql 'select 1'": "(Ingest a (ConnectionFrom [b] 'select 1'))",
    "ingest a from csv lake 'x' (header: false) version 12": (
        "(Ingest a (FilesFrom csv lake 'x' [(Option header false)] 12))"
    ),
    "ingest a from csv key 'x' key b": "(Ingest a (FilesFrom csv key 'x') [b])",
    "ingest a from csv 'x' schema (b int not null, c text) incremental by b watermark c 2 minutes": (
        "(Ingest a (FilesFrom csv 'x') [(FieldSpec b (TypeName int) True) (FieldSpec c (TypeName text))] b "
        "[c (Duration 2 minute)])"
    ),
    "ingest a from b | limit 1 with (retry: 3)": "(Ingest [(Option retry 3)] a (ConnectionFrom [b]) [(Limit 1)])",
    "transform a from b": "(Transform a b)",
    'sql a from b, c dialect spark """select 1"""': "(Sql a [b c] spark 'select 1' 33)",
    "python a from b using 'm:f' returns (x int)": "(Python a [b] 'm:f' [(FieldSpec x (TypeName int))])",
    "store a to parquet 'x' (level: 3) mode merge on b, c partition by d": (
        "(Store a parquet 'x' [(Option level 3)] (ModeClause merge [b c]) [d])"
    ),
    "store a to csv lake 'x' partition by d mode fail if exists": (
        "(Store a csv lake 'x' (ModeClause fail if exists) [d])"
    ),
    "publish a to b.c mode overwrite partitions": "(Publish a [b c] (ModeClause overwrite partitions))",
    "publish a to b mode scd2 on c": "(Publish a [b] (ModeClause scd2 [c]))",
    "func f(a int, b text = 'x') = a": (
        "(Func f [(FuncParameter a (TypeName int)) (FuncParameter b (TypeName text) 'x')] a)"
    ),
    "fragment f(a) | limit 1": "(Fragment f [a] [(Limit 1)])",
    "use 'x'": "(Use 'x')",
    "test 't' given a (b) (1), (2) expect c (d)": ("(Test 't' [(TestRows a [b] [[1] [2]])] [(TestRows c [d])])"),
    "trigger cron '* * * * *' timezone 'UTC'": "(Trigger cron '* * * * *' 'UTC')",
    "trigger every 5 minutes": "(Trigger every (Duration 5 minute))",
    "trigger files '*.csv'": "(Trigger files '*.csv')",
    "on node_error call 'm:f'": "(OnEvent node_error 'm:f')",
    "on node_error call 'm:f' priority High": "(OnEvent node_error 'm:f' High)",
    "on node_error call f(1)": "(OnEvent node_error (Call f [(Argument 1)]))",
}


@pytest.mark.parametrize("text", OPERATORS)
def test_operators(text: str) -> None:
    assert short(operator(text)) == OPERATORS[text]


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    (only,) = parse(Source("test", text)).statements
    assert short(only) == STATEMENTS[text]


def test_every_kind_of_node_is_tried() -> None:
    tried = " ".join([*OPERATORS.values(), *STATEMENTS.values()])
    kinds = [*syntax.Operator.__subclasses__(), *syntax.Rule.__subclasses__(), *syntax.Statement.__subclasses__()]
    assert [each.__name__ for each in kinds if f"({each.__name__}" not in tried] == []


def test_values_know_their_places() -> None:
    text = "ingest a from values (b int)\n  (1),\n  (2)"
    source = parse(Source("test", text)).statements[0].source  # type: ignore[attr-defined]
    assert short(source.rows) == "[[1] [2]]"
    assert [span.text for span in source.row_spans] == ["(1)", "(2)"]


def test_the_text_of_sql_knows_where_it_begins() -> None:
    text = 'sql a from b """\n  select 1\n"""'
    (only,) = parse(Source("test", text)).statements
    assert isinstance(only, syntax.Sql)
    assert text[only.text_start :].startswith("\n  select 1")
    assert only.text.span.text == '"""\n  select 1\n"""'


def test_doc_comments_belong_to_the_statement_below() -> None:
    text = "## One.\n##   Two.\n# no\nlayer a ## behind\n## Three.\nlayer b\n### line\nlayer c"
    assert [each.doc for each in parse(Source("test", text)).statements] == ["One.\n  Two.", "Three.", None]


def test_allowed_warnings_belong_to_what_they_stand_on_or_above() -> None:
    text = """
# odibi: allow a, b
transform x from y  # odibi: allow c
  # odibi: allow d
  | filter p
  | derive
      q = 1,  # odibi: allow e
      r = 2   # Odibi: Allow f
  | distinct
# odibi: allow g
transform z from x
"""
    first, second = parse(Source("test", text)).statements
    assert isinstance(first, syntax.Transform)
    assert first.allowed == ("a", "b", "c")
    assert [each.allowed for each in first.operators] == [("d",), ("e", "f"), ()]
    assert second.allowed == ("g",)


def test_spans_are_whole() -> None:
    text = "layer a transform b from c | filter d = 1 | sort e  # end"
    _, step = parse(Source("test", text)).statements
    assert isinstance(step, syntax.Transform)
    assert step.span.text == "transform b from c | filter d = 1 | sort e"
    assert [each.span.text for each in step.operators] == ["filter d = 1", "sort e"]


@pytest.mark.parametrize("word", ["layer", "pipeline", "param", "store", "test"])
def test_a_column_behind_a_comma_can_be_called_as_a_statement_begins(word: str) -> None:
    lines = (f"ingest r from values (id int64,\n  {word} string) (1, 'a')", f"  | sort id, {word} desc", "  | distinct")
    tree = parse(Source("test", "\n".join(lines)))
    assert len(tree.statements) == 1
