"""A draft becomes a statement: names instead of what they stand for, no alias and no qualifier that is not needed."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlglot import exp

from odibi_sql.lower.draft import Draft, Joined, Source, Value
from odibi_sql.lower.named_windows import name_windows
from odibi_sql.lower.qualify import without_qualify
from odibi_sql.lower.scope import Place

WORTH_NAMING = 5  # nodes of an expression that is looked for in conditions


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Which values the statement names, and how it may say them."""

    tokens: dict[int, str]  # of a value: the column of the result that it is, where the name means nothing else
    columns: dict[tuple[str, str], str]  # of (source, column): the column of the result that it is
    names: frozenset[str]  # of the sources and their columns, in lower case
    outputs: frozenset[str]  # the columns of the result that are not the source's column of that name, in lower case


def finish(draft: Draft, place: Place) -> exp.Expression:
    """Return the statement of a draft, without its CTEs."""
    if draft.queries:
        return _set_operation(draft)
    can = place.dialect.can
    if draft.waits and not can.qualify:
        draft = without_qualify(draft, lambda inner: finish(inner, place))
    shown = _what_is_shown(draft)
    statement = exp.Select(expressions=_columns(draft, shown, can.alias_in_select))
    _add_from(draft, statement)
    _add_conditions(draft, shown, place, statement)
    if draft.is_distinct:
        statement.set("distinct", exp.Distinct())
    is_ambiguous = _add_distinct_on(draft, shown, statement) | _add_order(draft, shown, statement)
    if draft.has_window:
        name_windows(statement)
    _settle_qualifiers(draft, statement, is_ambiguous)
    return statement


def _set_operation(draft: Draft) -> exp.Expression:
    word = draft.set_word
    kind = {"UNION": exp.Union, "INTERSECT": exp.Intersect, "EXCEPT": exp.Except}[word.split()[0]]
    statement = draft.queries[0].copy()
    for query in draft.queries[1:]:
        statement = kind(this=statement, expression=query.copy(), distinct=not word.endswith("ALL"))
    if draft.order:
        statement.set("order", exp.Order(expressions=[_unqualified(each.copy()) for each in draft.order]))
    _add_limit(draft, statement)
    return statement


def _unqualified(sql: exp.Expression) -> exp.Expression:
    for node in sql.find_all(exp.Column):
        node.set("table", None)
    return sql


def _what_is_shown(draft: Draft) -> _Shown:
    names = frozenset(name.lower() for source in draft.sources for name in (source.alias, *source.columns))
    tokens: dict[int, str] = {}
    columns: dict[tuple[str, str], str] = {}
    outputs = set()
    for name, value in draft.env.items():
        if isinstance(value.sql, exp.Column):
            columns.setdefault((value.sql.table, value.sql.name), name)
            if value.sql.name != name:
                outputs.add(name.lower())
            continue
        outputs.add(name.lower())
        if name.lower() not in names:
            tokens.setdefault(value.token, name)
    return _Shown(tokens=tokens, columns=columns, names=names, outputs=frozenset(outputs))


def _columns(draft: Draft, shown: _Shown, can_name: bool) -> list[exp.Expression]:
    """Return the columns of the result. One that is made of another before it says that one's name."""
    if not draft.env:
        return [exp.Literal.number(1)]
    if _is_whole(draft):
        return [exp.Star()]
    listed = []
    said: dict[int, str] = {}
    for name, value in draft.env.items():
        sql = _named(value.sql.copy(), said) if can_name and said else value.sql.copy()
        listed.append(sql if _is_called(sql, name) else exp.Alias(this=sql, alias=exp.Identifier(this=name)))
        if shown.tokens.get(value.token) == name:
            said[value.token] = name
    return listed


def _is_whole(draft: Draft) -> bool:
    """Whether the columns are all those of the one source, as SELECT * gives them."""
    source = draft.source
    if source is None or not source.is_exact or draft.joins or draft.group is not None:
        return False
    return tuple(draft.env) == source.columns and all(_is_called(value.sql, name) for name, value in draft.env.items())


def _is_called(sql: exp.Expression, name: str) -> bool:
    return isinstance(sql, exp.Column) and sql.name == name


def _named(sql: Any, said: dict[int, str]) -> Any:
    """Return `sql` with the name of a value wherever the value itself stands; subqueries keep the value."""
    if not said:
        return sql
    for node in list(sql.walk(prune=lambda each: isinstance(each, exp.Query) or _token(each) in said)):
        name = said.get(_token(node))
        if name is None:
            continue
        new = exp.Column(this=exp.Identifier(this=name))
        if node is sql:
            return new
        above = node.parent
        if isinstance(above, exp.Paren) and above is not sql and not isinstance(above.parent, exp.Dot | None):
            node = above  # before a point it stays: a bare name there would be a table's
        node.replace(new)
    return sql


def _token(node: exp.Expression) -> int:
    return node.meta.get("token", 0) if node._meta else 0


def _add_from(draft: Draft, statement: exp.Select) -> None:
    if draft.source is None:
        return
    is_one = not (draft.joins or draft.is_referred_to or draft.is_correlated)
    statement.set("from_", exp.From(this=_table(draft.source, is_one)))
    for join in draft.joins:
        statement.append("joins", _join(join))


def _table(source: Source, is_one: bool) -> exp.Expression:
    table: exp.Expression = source.sql.copy()
    if source.is_named or (is_one and not isinstance(table, exp.Values)):
        return table
    alias = table.args.get("alias") or exp.TableAlias()
    alias.set("this", exp.Identifier(this=source.alias))
    table.set("alias", alias)
    return table


def _join(join: Joined) -> exp.Expression:
    side = join.word.removeprefix("ASOF").strip()
    words: dict[str, Any] = {"side": side or None, "method": "ASOF" if join.word.startswith("ASOF") else None}
    if join.word in ("SEMI", "ANTI", "CROSS"):
        words = {"kind": join.word}
    on = conjunction(join.on, {}) if join.on else None
    using = [exp.Identifier(this=name) for name in join.using] or None
    return exp.Join(this=_table(join.source, is_one=False), on=on, using=using, **words)


def _add_conditions(draft: Draft, shown: _Shown, place: Place, statement: exp.Select) -> None:
    can = place.dialect.can
    where, having, qualify = _conditions(draft)
    if where:
        windowless = {token: name for token, name in shown.tokens.items() if not _has_window(draft, name)}
        said = windowless if can.alias_in_where and draft.group is None else {}
        statement.set("where", exp.Where(this=conjunction(where, said)))
    if draft.group:
        keys = [_key(name, key, draft, shown, can.alias_in_group) for name, key in draft.group]
        statement.set("group", exp.Group(expressions=keys))
    if having:
        said = shown.tokens if can.alias_in_group else {}
        statement.set("having", exp.Having(this=conjunction(_recognized(having, draft, said), said)))
    if qualify:
        qualify = _recognized(qualify, draft, shown.tokens)
        statement.set("qualify", exp.Qualify(this=conjunction(qualify, shown.tokens)))


def _conditions(draft: Draft) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Return what goes to WHERE, HAVING and QUALIFY: where no window is left, nothing has to wait for one."""
    if not draft.qualify or draft.waits:
        return draft.where, draft.having, draft.qualify
    if draft.group is None:
        return (*draft.where, *draft.qualify), draft.having, ()
    return draft.where, (*draft.having, *draft.qualify), ()


def _recognized(conditions: tuple[Any, ...], draft: Draft, said: dict[int, str]) -> tuple[Any, ...]:
    """Return copies of the conditions in which what is computed as a column of the result is known to be that column.

    The optimizer moves conditions to where their columns are computed, and with them what they are made of.
    """
    known = [value for value in draft.env.values() if value.token in said and value.weight >= WORTH_NAMING]
    copies = tuple(condition.copy() for condition in conditions)
    for copy in copies if known else ():
        for node in copy.walk(prune=lambda each: isinstance(each, exp.Query)):
            value = next((each for each in known if type(each.sql) is type(node) and each.sql == node), None)
            if value is not None:
                node.meta["token"] = value.token
    return copies


def _has_window(draft: Draft, name: str) -> bool:
    return draft.env[name].has_window


def conjunction(conditions: tuple[Any, ...], said: dict[int, str]) -> exp.Expression:
    """Return copies of all conditions with AND between them."""
    named = [_named(each.copy(), said) for each in conditions]
    if len(named) == 1:
        return named[0]
    return exp.and_(
        *(exp.Paren(this=each) if isinstance(each, exp.Or) else each for each in named), copy=False, wrap=False
    )


def _key(name: str, key: Any, draft: Draft, shown: _Shown, can_name: bool) -> exp.Expression:
    """Return one key of GROUP BY: by its name in the result where that can mean nothing else."""
    if isinstance(key, exp.Column):
        return key.copy()
    value: Value | None = draft.env.get(name)
    is_kept = value is not None and value.sql == key and name.lower() not in shown.names
    return exp.Column(this=exp.Identifier(this=name)) if can_name and is_kept else key.copy()


def _add_distinct_on(draft: Draft, shown: _Shown, statement: exp.Select) -> bool:
    """Add DISTINCT ON; return whether a column of a source has the name of another column of the result."""
    if not draft.distinct_on:
        return False
    keys = [_told_outside(each.copy(), shown) for each in draft.distinct_on]
    statement.set("distinct", exp.Distinct(on=exp.Tuple(expressions=[key for key, _ in keys])))
    return any(is_ambiguous for _, is_ambiguous in keys)


def _add_order(draft: Draft, shown: _Shown, statement: exp.Select) -> bool:
    """Add ORDER BY and LIMIT; return whether a column of a source has the name of another column of the result."""
    is_ambiguous = False
    keys = []
    for each in draft.order:
        key = each.copy()
        value, is_other = _told_outside(key.this, shown)
        key.set("this", value)
        is_ambiguous = is_ambiguous or is_other
        keys.append(key)
    if keys:
        statement.set("order", exp.Order(expressions=keys))
    _add_limit(draft, statement)
    return is_ambiguous


def _told_outside(value: exp.Expression, shown: _Shown) -> tuple[exp.Expression, bool]:
    """Return a value as ORDER BY and DISTINCT ON say it, where a bare name is a column of the result if there is one;
    and whether it is a column of a source that has the name of another column of the result."""
    if not isinstance(value, exp.Column) or not value.table:
        return _named(value, shown.tokens), False
    output = shown.columns.get((value.table, value.name))
    if output is not None:
        return exp.Column(this=exp.Identifier(this=output)), False
    return value, value.name.lower() in shown.outputs


def _add_limit(draft: Draft, statement: exp.Expression) -> None:
    if draft.limit is not None:
        statement.set("limit", exp.Limit(expression=exp.Literal.number(draft.limit)))
    if draft.offset:
        statement.set("offset", exp.Offset(expression=exp.Literal.number(draft.offset)))


def _settle_qualifiers(draft: Draft, statement: exp.Select, is_ambiguous: bool) -> None:
    """Take the source's name off the columns where there is one source and nothing could be mistaken."""
    if len(draft.sources) != 1 or draft.is_correlated:
        return
    if is_ambiguous:
        table = statement.args["from_"].this
        if not isinstance(table, exp.Values) and not draft.sources[0].is_named:
            table.set("alias", exp.TableAlias(this=exp.Identifier(this=draft.sources[0].alias)))
        return
    for node in statement.walk(prune=lambda each: isinstance(each, exp.Query) and each is not statement):
        if isinstance(node, exp.Column) and node.table:
            node.set("table", None)
