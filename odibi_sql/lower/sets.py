"""Union, intersection, difference; and rows written out."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.draft import Cte, Draft, Source, Value, merged, over_source, value_of
from odibi_sql.lower.finish import finish
from odibi_sql.lower.literals import lower_literal
from odibi_sql.lower.scope import Place
from odibi_sql.lower.typed import Typed, cast_to, exactly
from odibi_sql.lower.wrapping import wrap


def lower_set_operation(node: ir.SetOperation, drafts: list[Draft], place: Place) -> Draft:
    """Return the inputs one after the other, with the word between them."""
    word = f"{node.kind.upper()}{'' if node.is_distinct else ' ALL'}"
    queries: list[exp.Expression] = []
    ctes: tuple[Cte, ...] = ()
    is_correlated = False
    for draft in drafts:
        simple = _input(draft, word, place)
        queries.extend(simple.queries or (finish(replace(simple, order=()), place),))
        ctes = merged(ctes, simple.ctes)
        is_correlated = is_correlated or simple.is_correlated
    return Draft(
        owner=place.owner,
        source=None,
        env={field.name: _column(field) for field in node.schema},
        queries=tuple(queries),
        set_word=word,
        ctes=ctes,
        is_correlated=is_correlated,
    )


def _column(field: ir.Field) -> Value:
    """Return a column of the result; there is nothing to qualify it with."""
    return value_of(exp.Column(this=exp.Identifier(this=field.name)), field.type)


def _input(draft: Draft, word: str, place: Place) -> Draft:
    """Return the input as a query that needs no parentheses: a union in a union is one list."""
    is_list = draft.set_word == word and not word.startswith("EXCEPT")
    if draft.is_cut or (draft.queries and not is_list):
        return wrap(draft, place)
    return draft


def lower_rows(node: ir.Rows, place: Place) -> Draft:
    """Return FROM (VALUES …) AS step(columns). The first row has the types, the others are brought to them."""
    if not node.rows:
        return no_rows(node.schema, place)
    types = [field.type for field in node.schema]
    listed = [_row(row, types, place, is_first=not at) for at, row in enumerate(node.rows)]
    return _values(listed, node.schema, place)


def no_rows(schema: ir.Schema, place: Place) -> Draft:
    """Return columns of these types without a row."""
    nulls = [cast_to(exp.Null(), field.type, place.dialect) for field in schema]
    return replace(_values([nulls], schema, place), where=(exp.false(),))


def _values(rows: list[list[exp.Expression]], schema: ir.Schema, place: Place) -> Draft:
    columns = [exp.Identifier(this=name) for name in schema.names]
    listed = [exp.Tuple(expressions=row) for row in rows]
    values = exp.Values(expressions=listed, alias=exp.TableAlias(columns=columns))
    source = Source(alias=place.owner, sql=values, columns=schema.names, is_named=False, is_exact=True, is_wide=True)
    return over_source(source, schema, place.owner)


def _row(row: tuple[ir.Literal, ...], types: list[ir.Type], place: Place, is_first: bool) -> list[exp.Expression]:
    lowered = [lower_literal(literal, place.dialect) for literal in row]
    if is_first:
        return [exactly(value, type_, place.dialect) for value, type_ in zip(lowered, types, strict=True)]
    return [_later(value, type_, place) for value, type_ in zip(lowered, types, strict=True)]


def _later(value: Typed, type_: ir.Type, place: Place) -> exp.Expression:
    """Numbers are brought to the type of the first row's; a decimal is written with all its digits already."""
    is_bare = value.is_constant and isinstance(value.type, ir.Integer | ir.Decimal | ir.Null)
    if not place.dialect.can.fit_constants:
        is_bare = is_bare and type_ in (ir.INT64, ir.FLOAT64, value.type)
    return value.sql if is_bare or value.type == type_ else exactly(value, type_, place.dialect)
