"""Any tree, printed, reads back as itself; and what is printed is printed the same again."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from odibi_sql import syntax
from odibi_sql.diagnostics import Source, Span
from odibi_sql.syntax.format import format_source, format_tree
from odibi_sql.syntax.parse import parse

HERE = Span(Source("made", ""), 0, 0)
ODD_NAMES = ["a b", "c`d", "1x", "é", "case", "rows", "left", "date", "with", "Store", "on", "distinct", "_", "x.y"]


def node(kind: type, /, **fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.builds(kind, span=st.just(HERE), **fields)


def some(items: st.SearchStrategy[object], least: int = 1) -> st.SearchStrategy[object]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def maybe(item: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | item


words = st.sampled_from(["a", "b", "amount", "Meter", "very_long_name_of_a_column_that_makes_lines_break", *ODD_NAMES])
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
names = node(syntax.Name, text=words)
numbers = node(syntax.Number, text=st.sampled_from(["0", "7", "1000", "0.17", "1e6", ".5"]))
strings = node(syntax.Text, value=texts | st.sampled_from(["two\nlines", "'", '"', "it's", "{day}", "# no comment"]))
references = node(syntax.Reference, parts=some(names))
booleans = st.booleans()
scalar_types = st.sampled_from(
    [
        syntax.TypeName(span=HERE, name="int64"),
        syntax.TypeName(span=HERE, name="decimal", numbers=(12, 2)),
        syntax.TypeName(span=HERE, name="date"),
    ]
)
types = st.recursive(
    scalar_types,
    lambda inner: st.one_of(
        node(syntax.TypeName, name=st.just("array"), arguments=some(inner).map(lambda each: each[:1])),
        node(syntax.TypeName, name=st.just("map"), arguments=st.tuples(inner, inner)),
        st.tuples(inner, words, inner, words).map(
            lambda four: syntax.TypeName(
                span=HERE, name="struct", arguments=(four[0], four[2]), members=(four[1], four[3])
            )
        ),
    ),
    max_leaves=3,
)
atoms = st.one_of(
    numbers,
    strings,
    references,
    node(syntax.Boolean, value=booleans),
    node(syntax.Null),
    node(syntax.TypedLiteral, kind=st.sampled_from(["date", "timestamp", "timestamptz"]), text=texts),
    node(syntax.Duration, amount=st.sampled_from(["1", "2", "30"]), unit=st.sampled_from(["day", "minute", "month"])),
)


def struct_of(entries: list[tuple[syntax.Name, syntax.Expr]]) -> syntax.StructOf:
    names, values = zip(*entries, strict=True) if entries else ((), ())
    return syntax.StructOf(span=HERE, names=names, values=values)


def reference_to(name: syntax.Name) -> syntax.Reference:
    return syntax.Reference(span=HERE, parts=(name,))


OPERATORS = ["or", "and", "=", "<>", "<", "<=", ">", ">=", "||", "+", "-", "*", "/", "//", "%"]


def compound(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    items = node(syntax.SortItem, value=inner, descending=booleans, nulls=st.sampled_from([None, "first", "last"]))
    bounds = st.one_of(
        node(syntax.FrameBound, offset=maybe(inner), side=st.sampled_from(["preceding", "following"])),
        st.just(syntax.FrameBound(span=HERE, offset=syntax.Number(span=HERE, text="0"), side="preceding")),
    )
    frames = node(syntax.WindowFrame, unit=st.sampled_from(["rows", "range", "groups"]), start=bounds, end=bounds)
    windows = node(syntax.Window, partition=some(inner, 0), order=some(items, 0), frame=maybe(frames))
    lambdas = node(syntax.Lambda, parameters=some(names), body=inner)
    arguments = node(syntax.Argument, value=inner | lambdas, name=maybe(names))
    calls = node(
        syntax.Call,
        name=node(syntax.Name, text=st.sampled_from(["f", "sum", "left", "a b"])),
        args=some(arguments),
        is_distinct=booleans,
        order=some(items, 0),
        where=maybe(inner),
        ignore_nulls=booleans,
        over=maybe(windows),
    )
    entries = st.lists(st.tuples(names, inner), max_size=3)
    branches = node(syntax.When, condition=inner, value=inner)
    negated = {"is_negated": booleans}
    return st.one_of(
        node(syntax.Binary, operator=st.sampled_from(OPERATORS), left=inner, right=inner),
        node(syntax.Unary, operator=st.sampled_from(["not", "-", "+"]), operand=inner),
        node(syntax.Between, operand=inner, low=inner, high=inner, **negated),
        node(syntax.In, operand=inner, items=some(inner), **negated),
        node(syntax.Like, operand=inner, pattern=inner, escape=maybe(inner), ignores_case=booleans, **negated),
        node(syntax.Is, operand=inner, what=st.sampled_from(["null", "true", "false"]), **negated),
        node(syntax.IsDistinct, left=inner, right=inner, **negated),
        node(syntax.ListOf, items=some(inner, 0)),
        entries.map(struct_of),
        node(syntax.GetMember, operand=inner, name=names),
        node(syntax.Subscript, operand=inner, index=inner),
        node(syntax.Cast, operand=inner, type=types, is_try=booleans),
        node(syntax.Case, operand=maybe(inner), branches=some(branches), otherwise=maybe(inner)),
        calls,
    )


expressions = st.recursive(atoms, compound, max_leaves=12)
sort_items = node(
    syntax.SortItem, value=expressions, descending=booleans, nulls=st.sampled_from([None, "first", "last"])
)
assignments = node(syntax.Assignment, name=names, value=expressions)
columns = node(syntax.Assignment, name=maybe(names), value=expressions)
taken = node(syntax.Assignment, name=maybe(names), value=names.map(reference_to))


def is_no_conjunction(value: object) -> bool:
    return not (isinstance(value, syntax.Binary) and value.operator == "and")


on = some(expressions.filter(is_no_conjunction))
sides = {"dataset": names, "alias": maybe(names), "columns": maybe(some(taken)), "on": on}
rules = st.one_of(
    node(syntax.ConditionRule, condition=expressions),
    node(syntax.NotNullRule, columns=some(names)),
    node(syntax.UniqueRule, columns=some(names)),
    node(syntax.RowsRule, operator=st.sampled_from(["=", "<>", ">", "<="]), values=st.tuples(expressions)),
    node(syntax.RowsRule, operator=st.just("between"), values=st.tuples(expressions, expressions)),
    node(syntax.FreshRule, column=names, within=expressions),
    node(syntax.ReferencesRule, dataset=names, on=on),
)
orders = some(sort_items, 0)
operators = st.one_of(
    node(syntax.Filter, condition=expressions),
    node(syntax.Derive, assignments=some(assignments)),
    node(syntax.Set, assignments=some(assignments)),
    node(syntax.Fill, assignments=some(assignments)),
    node(syntax.Select, columns=some(columns)),
    node(syntax.Rename, renamings=some(node(syntax.Renaming, new=names, old=names))),
    node(syntax.Drop, columns=some(names)),
    node(syntax.CastColumns, casts=some(node(syntax.ColumnCast, column=names, type=types))),
    node(
        syntax.Join,
        kind=st.sampled_from(["inner", "left", "right", "full", "semi", "anti"]),
        match=st.sampled_from([None, "one", "many"]),
        **sides,
    ),
    node(syntax.Join, kind=st.just("cross"), **{**sides, "on": st.just(())}),
    node(syntax.AsOfJoin, kind=st.sampled_from(["left", "inner"]), **sides),
    node(syntax.Aggregate, assignments=some(assignments), keys=some(columns, 0)),
    node(syntax.Dedupe, by=some(names), keep=st.sampled_from(["first", "last"]), order=orders),
    node(syntax.Dedupe, by=some(names), keep=st.just("any")),
    node(syntax.Distinct),
    node(syntax.Sort, keys=some(sort_items)),
    node(syntax.Limit, count=expressions, offset=maybe(expressions), per=some(names, 0)),
    node(
        syntax.SetWith,
        kind=st.sampled_from(["union", "intersect", "except"]),
        is_distinct=booleans,
        datasets=some(names),
    ),
    node(syntax.Expect, name=maybe(names), rule=rules, action=st.sampled_from([None, "fail", "warn", "drop"])),
    node(syntax.Expect, name=maybe(names), rule=rules, action=st.just("quarantine"), quarantine=names),
    node(syntax.Pivot, column=names, values=some(columns), aggregates=some(columns), keys=some(columns, 0)),
    node(syntax.Unpivot, columns=some(names), into_name=names, into_value=names),
    node(syntax.Explode, value=expressions, alias=maybe(names)),
    node(syntax.Sample, amount=expressions, unit=st.sampled_from(["percent", "rows"]), seed=maybe(expressions)),
)
options = some(node(syntax.Option, name=names, value=expressions), 0)
fields = some(node(syntax.FieldSpec, name=names, type=types, is_not_null=booleans))
rows = st.lists(some(expressions), max_size=3).map(tuple)
modes = st.one_of(
    node(syntax.ModeClause, mode=st.sampled_from(["overwrite", "append", "overwrite partitions", "fail if exists"])),
    node(syntax.ModeClause, mode=st.sampled_from(["merge", "scd2"]), keys=some(names)),
)
values_from = rows.flatmap(
    lambda made: node(
        syntax.ValuesFrom, fields=fields, rows=st.just(made), row_spans=st.just(tuple(HERE for _ in made))
    )
)
sources = st.one_of(
    node(
        syntax.FilesFrom,
        format=names,
        connection=maybe(names),
        location=strings,
        options=options,
        version=maybe(expressions),
    ),
    node(syntax.ConnectionFrom, parts=some(names), sql=maybe(strings)),
    values_from,
)
lags = node(syntax.Duration, amount=st.just("2"), unit=st.just("minute"))
steps = some(operators, 0)
statements = st.one_of(
    node(syntax.Pipeline, name=names, purpose=maybe(strings)),
    node(syntax.Param, name=names, type=types, default=maybe(expressions)),
    node(syntax.Layer, name=names),
    node(
        syntax.Connect,
        name=names,
        kind=names,
        arguments=some(node(syntax.Argument, value=expressions, name=maybe(names)), 0),
        options=options,
    ),
    node(
        syntax.Ingest,
        name=names,
        source=sources,
        schema=maybe(fields),
        key=some(names, 0),
        incremental=maybe(names),
        watermark=maybe(st.tuples(names, lags)),
        operators=steps,
        options=options,
    ),
    node(syntax.Transform, name=names, source=names, operators=steps, options=options),
    node(
        syntax.Python,
        name=names,
        sources=some(names),
        function=strings,
        returns=fields | st.just(()),
        options=options,
    ),
    node(
        syntax.Store,
        dataset=names,
        format=names,
        connection=maybe(names),
        location=strings,
        format_options=options,
        mode=maybe(modes),
        partition=some(names, 0),
        options=options,
    ),
    node(syntax.Publish, dataset=names, target=some(names), mode=maybe(modes), options=options),
    node(
        syntax.Func,
        name=names,
        parameters=some(node(syntax.FuncParameter, name=names, type=types, default=maybe(expressions)), 0),
        body=expressions,
    ),
    node(syntax.Fragment, name=names, parameters=some(names, 0), operators=steps),
    node(syntax.Use, path=strings),
    node(
        syntax.Test,
        title=strings,
        given=some(node(syntax.TestRows, dataset=names, columns=some(names), rows=rows), 0),
        expected=some(node(syntax.TestRows, dataset=names, columns=some(names), rows=rows)),
    ),
    node(syntax.Trigger, kind=st.just("cron"), schedule=strings, timezone=maybe(strings)),
    node(syntax.Trigger, kind=st.just("every"), schedule=expressions),
    node(syntax.OnEvent, event=names, function=strings, priority=maybe(names)),
)


def tree(*nodes: syntax.Statement) -> syntax.Tree:
    return syntax.Tree(source=HERE.source, statements=nodes)


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_expressions(made: syntax.Expr) -> None:
    name = syntax.Name(span=HERE, text="f")
    text = format_tree(tree(syntax.Func(span=HERE, name=name, parameters=(), body=made)))
    (read,) = parse(Source("printed", text)).statements
    assert isinstance(read, syntax.Func)
    assert read.body == made
    assert format_source(Source("printed", text)) == text


@settings(max_examples=120, deadline=None)
@given(st.lists(operators, max_size=4).map(tuple))
def test_operators(made: tuple[syntax.Operator, ...]) -> None:
    name = syntax.Name(span=HERE, text="a")
    text = format_tree(tree(syntax.Transform(span=HERE, name=name, source=name, operators=made)))
    (read,) = parse(Source("printed", text)).statements
    assert isinstance(read, syntax.Transform)
    assert read.operators == made
    assert format_source(Source("printed", text)) == text


@settings(max_examples=120, deadline=None)
@given(st.lists(statements, max_size=4))
def test_statements(made: list[syntax.Statement]) -> None:
    text = format_tree(tree(*made))
    if made:
        assert parse(Source("printed", text)).statements == tuple(made)
        assert format_source(Source("printed", text)) == text
