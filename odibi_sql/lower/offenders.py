"""The rows that break a rule, out of the statement that counts them."""

from __future__ import annotations

from sqlglot import exp, parse_one

_NUMBER = "row_count"  # begins the name of what counts the rows of each value, in a gate of `unique`


def offending(sql: str, column: str, dialect: str, count: int) -> str | None:
    """Return a query of at most `count` rows that `column` of a gate's statement counts; None where it counts none.

    A rule of rows gives the rows themselves, with what the statement reads of them; `unique` and `key` the values that
    are there more than once, and how often. Rules of the whole dataset have no rows that break them.
    """
    statement = parse_one(sql, dialect=dialect)
    for select in statement.find_all(exp.Select):
        counted = next((each for each in select.expressions if each.alias_or_name == column), None)
        if counted is None or not isinstance(counted, exp.Alias):
            continue
        query = _of_rows(select, counted.this) or _of_values(statement, select)
        if query is None:
            return None
        text: str = _with_queries(query.limit(count), statement).sql(dialect=dialect)
        return text
    return None


def _of_rows(select: exp.Select, counted: exp.Expression) -> exp.Select | None:
    """Return the rows that a count with a condition counts."""
    if not isinstance(counted, exp.Filter) or not isinstance(counted.this, exp.Count) or select.args.get("group"):
        return None
    rows = select.copy()
    source = select.args["from_"].this
    is_joined = bool(select.args.get("joins"))  # a join finds out whether a row breaks it: what it finds is no part
    rows.set("expressions", [exp.column(exp.Star(), table=source.alias_or_name) if is_joined else exp.Star()])
    rows.set("with_", None)
    return rows.where(counted.expression.this.copy(), copy=False)


def _of_values(statement: exp.Expression, select: exp.Select) -> exp.Select | None:
    """Return the values that are there more than once, where a statement adds up how many too many there are."""
    source = select.args["from_"].this if "from_" in select.args else None
    if not isinstance(source, exp.Table):
        return None
    named = {each.alias: each.this for each in statement.find_all(exp.CTE)}
    groups = named.get(source.name)
    if not isinstance(groups, exp.Select) or not groups.args.get("group"):
        return None
    number = next((each.alias for each in groups.expressions if each.alias.startswith(_NUMBER)), None)
    if number is None:
        return None
    name = exp.column(exp.to_identifier(number))
    rows = exp.select("*").from_(exp.to_table(source.name)).where(exp.GT(this=name, expression=exp.Literal.number(1)))
    return rows.order_by(exp.Ordered(this=name.copy(), desc=True))


def _with_queries(query: exp.Select, statement: exp.Expression) -> exp.Select:
    queries = statement.args.get("with_")
    if queries is not None:
        query.set("with_", queries.copy())
    return query
