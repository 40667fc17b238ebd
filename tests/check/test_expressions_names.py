"""Names: columns, those of the query around, parameters, members; subqueries."""

from __future__ import annotations

import datetime

import pytest
from expression_tools import CLOCK, SCHEMA, NoCatalog, findings, new_context, show, typed, written
from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.scope import Scope, Visible, column_of, scope_of
from odibi_sql.diagnostics import Source, Span

LEFT = ir.Schema((ir.Field("id", ir.INT64, False), ir.Field("name", ir.STRING)))
RIGHT = ir.Schema((ir.Field("id", ir.INT64, False), ir.Field("size", ir.FLOAT64)))


def join_scope(outer: Scope | None = None) -> Scope:
    """Return the scope of a join of `a` and `b`, whose `id` is kept as `b.id`."""
    left = scope_of(LEFT, "a").columns
    right = tuple(
        Visible(
            name=field.name,
            qualifier="b",
            value=column_of(ir.Field(f"b.{field.name}" if field.name == "id" else field.name, field.type)),
        )
        for field in RIGHT
    )
    return Scope(columns=left + right, outer=outer, what="the join of `a` and `b`")


def test_a_qualifier_says_which_of_two_columns() -> None:
    assert show(typed("b.id", join_scope())) == "b.id"
    assert show(typed("a.id", join_scope())) == "id"
    assert show(typed("size", join_scope())) == "size"
    found = findings("id + 1", join_scope())
    assert found == ["ambiguous-column: `id` could be `a.id` or `b.id` | id | write `a.id` or `b.id`"]


def test_what_needs_a_qualifier_is_not_found_without() -> None:
    columns = (
        *scope_of(LEFT, "a").columns,
        *(replace(each, needs_qualifier=True) for each in scope_of(RIGHT, "b").columns),
    )
    scope = Scope(columns=columns)
    assert show(typed("id", scope)) == "id"
    assert show(typed("b.size", scope)) == "size"
    assert findings("size", scope) == ["unknown-column: there is no column `size` | size | write `b.size`"]


def test_the_query_around_comes_second_and_gives_outer_columns() -> None:
    inner = scope_of(RIGHT, "b", outer=scope_of(LEFT, "a", outer=scope_of(SCHEMA, "x")))
    assert show(typed("size", inner)) == "size"
    assert show(typed("name", inner)) == "^name"
    assert show(typed("a.id = b.id", inner)) == "=(^id, id)"
    assert show(typed("x.p.a", inner)) == "^^p.a"
    assert typed("name", inner).nullable


def test_a_parameter_is_a_constant_that_a_column_hides() -> None:
    context = new_context()
    value = ir.Literal(type=ir.DATE, nullable=False, value=datetime.date(2025, 1, 1))
    context.parameters["today_"] = value
    assert typed("today_", context=context) == value
    assert show(typed("at > today_", context=context)) == ">(at, datetime.datetime(2025, 1, 1, 0, 0))"
    context.parameters["day"] = value
    assert findings("day", context=context) == [
        "parameter-hidden: `day` is the column here, not the parameter of the same name | day | "
        "give the parameter another name"
    ]
    context.findings.clear()
    assert findings("todya_", context=context)[0].endswith("did you mean `today_`?")


def test_a_warning_can_be_allowed() -> None:
    context = new_context()
    type_expression(context, scope_of(SCHEMA, "x"), written("n = null"), allowed=("compares-with-null",))
    assert not context.findings


def test_an_open_scope_answers_every_name() -> None:
    scope = scope_of(ir.Schema((), is_open=True), "a")
    assert typed("anything", scope).type == ir.UNKNOWN
    assert typed("a.anything + 1 > upper(other)", scope).type == ir.BOOL
    assert typed("case when x then y else 'z' end", scope).type == ir.UNKNOWN
    assert typed("anything", scope_of(LEFT, "b", outer=scope)).type == ir.UNKNOWN


def test_a_column_before_a_member_of_another() -> None:
    schema = ir.Schema((ir.Field("a", ir.Struct((ir.Member("id", ir.DATE),)), False), ir.Field("id", ir.INT64, False)))
    assert typed("a.id", scope_of(schema, "a")).type == ir.INT64
    assert typed("a.id", scope_of(schema, "b")).type == ir.DATE


class Queries:
    """What a subquery is, for these tests: a relation given beforehand."""

    def __init__(self, relation: ir.Relation) -> None:
        self.relation = relation
        self.scopes: list[Scope] = []

    def check(self, context: Context, query: syntax.Query, scope: Scope) -> ir.Relation:
        self.scopes.append(scope)
        return self.relation


HERE = Span(Source("q", "(select 1)"), 0, 10)
QUERY = syntax.ValuesQuery(span=HERE, rows=())
ONE = ir.Read(schema=ir.Schema((ir.Field("v", ir.INT32, False),)), dataset="o")


def type_query(expr: syntax.Expr, relation: ir.Relation) -> tuple[ir.Expr, list[str], Queries]:
    queries = Queries(relation)
    context = Context(NoCatalog(), CLOCK, queries.check)
    found = type_expression(context, scope_of(SCHEMA, "x"), expr)
    return found, [each.code for each in context.findings], queries


def test_exists_is_never_null_and_sees_the_query_around() -> None:
    found, codes, queries = type_query(syntax.ExistsQuery(span=HERE, query=QUERY), ONE)
    assert (found.type, found.nullable, codes) == (ir.BOOL, False, [])
    assert queries.scopes[0].columns[0].name == "i8"


@pytest.mark.parametrize(
    ("text", "nullable", "is_cast"), [("i", False, True), ("n", True, True), ("i32", False, False)]
)
def test_in_query_brings_both_sides_to_one_type(text: str, nullable: bool, is_cast: bool) -> None:
    expr = syntax.InQuery(span=HERE, operand=written(text), query=QUERY, is_negated=False)
    found, codes, _ = type_query(expr, ONE)
    assert isinstance(found, ir.InQuery)
    assert (found.nullable, codes) == (nullable, [])
    assert isinstance(found.relation, ir.Project) == is_cast
    assert found.relation.schema.fields[0].type == found.operand.type


def test_in_query_of_another_type_is_refused() -> None:
    expr = syntax.InQuery(span=HERE, operand=written("s"), query=QUERY, is_negated=True)
    assert type_query(expr, ONE)[1] == ["cannot-compare"]


def test_a_scalar_query_is_null_where_it_can_have_no_row() -> None:
    expr = syntax.ScalarQuery(span=HERE, query=QUERY)
    assert type_query(expr, ONE)[0].nullable
    count = ir.AggregateCall(type=ir.INT64, nullable=False, function="count", args=())
    total = ir.Aggregate(
        schema=ir.Schema((ir.Field("n", ir.INT64, False),)),
        input=ONE,
        keys=(),
        aggregates=(ir.AggregateAssignment("n", count),),
    )
    assert not type_query(expr, total)[0].nullable


def test_a_query_in_an_expression_has_one_column() -> None:
    expr = syntax.ScalarQuery(span=HERE, query=QUERY)
    two = ir.Read(schema=LEFT, dataset="o")
    assert type_query(expr, two)[1] == ["subquery-columns"]
    wrong = ir.Read(schema=ir.Schema((), is_open=True), dataset="o")
    assert type_query(expr, wrong)[1] == []
