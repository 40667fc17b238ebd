"""Whatever is written ends in a typed expression, with findings where it is wrong: never in an exception."""

from __future__ import annotations

import random

import pytest
from expression_tools import SCHEMA, new_context, written

from odibi_sql import functions, ir
from odibi_sql.check.expressions import condition, constant, type_expression
from odibi_sql.check.grouping import has_aggregate, split_aggregates
from odibi_sql.check.nulls import can_be_null, columns_proven_not_null, null_dropping
from odibi_sql.check.scope import scope_of
from odibi_sql.diagnostics import render
from odibi_sql.ir.walk import every

OPERATORS = ["+", "-", "*", "/", "//", "%", "||", "=", "<>", "<", ">=", "and", "or"]
LEAVES = [*SCHEMA.names, "1", "0", "300", "0.5", "1e3", "'x'", "'2025-01-01'", "null", "true", "2 days", "p.a", "nope"]
LEAVES += [
    "date '2025-01-01'",
    "timestamptz '2025-01-01'",
    "[1, 2]",
    "{a: 1}",
    "today()",
    "-7",
    "x.n",
    "'$.a'",
    "'day'",
]
TYPES = ["int8", "int64", "float64", "decimal(5, 2)", "string", "date", "timestamp", "bool", "json", "array<int64>"]
SHAPES = [
    *(
        f"({{}} {operator} {{}})"
        for operator in ["+", "-", "*", "/", "//", "%", "||", "=", "<>", "<", ">=", "and", "or"]
    ),
    *("(- {})", "(not {})", "({} is null)", "({} is true)", "({} is distinct from {})", "({} between {} and {})"),
    *("({} not in ({}, {}))", "({} like {})", "case when {} then {} else {} end", "case {} when {} then {} end"),
    *("[{}, {}]", "{{m: {}}}", "coalesce({}, {})", "sum({})", "sum({}) over (partition by {} order by {})"),
    *(
        "row_number() over (order by {})",
        "count(distinct {})",
        "sum({}) over (order by {} rows {} preceding)",
        "({})[{}]",
    ),
]


def random_expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(LEAVES)
    choice = chance.random()
    if choice < 0.15:
        operand = random_expression(chance, depth - 1)
        return f"{chance.choice(['cast', 'try_cast'])}({operand} as {chance.choice(TYPES)})"
    if choice < 0.4:
        count = chance.randrange(4)
        name = chance.choice(functions.names())
        return f"{name}({', '.join(random_expression(chance, depth - 1) for _ in range(count))})"
    shape = chance.choice(SHAPES)
    return shape.format(*(random_expression(chance, depth - 1) for _ in range(shape.count("{}"))))


@pytest.mark.parametrize("seed", range(8))
def test_nothing_written_raises(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        text = random_expression(chance, 4)
        expr = written(text)
        context = new_context()
        scope = scope_of(SCHEMA, "x")
        for allow in ({}, {"aggregates": True}, {"windows": True}, {"aggregates": True, "windows": True}):
            found = type_expression(context, scope, expr, **allow)
            assert not isinstance(found.type, ir.Unknown) or context.findings, text
            assert can_be_null(found) in (True, False)
        condition(context, scope, expr)
        constant(context, expr, chance.choice([ir.INT8, ir.DATE, ir.STRING, None]))
        has_aggregate(expr)
        grouped = type_expression(context, scope, expr, aggregates=True, windows=True)
        source = ir.Read(schema=SCHEMA, dataset="x")
        key = ir.Assignment("key", ir.Column(type=ir.INT64, nullable=False, name="i"))
        split_aggregates(context, (key,), (("r", grouped),), source, (expr.span,))
        assert all(render(each) for each in context.findings), text


@pytest.mark.parametrize("seed", range(4))
def test_nulls_of_what_is_right(seed: int) -> None:
    """A right expression has right parts alone, and a second look says no more of nulls than typing did."""
    chance = random.Random(100 + seed)
    for _ in range(150):
        context = new_context()
        found = type_expression(context, scope_of(SCHEMA, "x"), written(random_expression(chance, 3)), windows=True)
        if context.findings:
            continue
        assert not any(isinstance(part.type, ir.Unknown) for part in every(found))
        assert found.nullable or not can_be_null(found)
        columns_proven_not_null(found)
        null_dropping(found)
