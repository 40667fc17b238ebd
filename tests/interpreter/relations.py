"""Relations: each gives its rows as a list, in its order where it has one."""

from __future__ import annotations

from typing import Any

from interpreter.aggregates import aggregate, place, window_values
from interpreter.evaluate import Scope, evaluate
from interpreter.operators import OPERATORS, strict
from interpreter.values import identity, is_equal, rank
from interpreter.world import Row, RunFailure, World
from odibi_sql import ir
from odibi_sql.ir.walk import every

Around = tuple[Row, ...]


def rows_of(relation: ir.Relation, world: World, around: Around = ()) -> list[Row]:
    """Return the rows; `around` are the rows of the queries around a subquery, the nearest first. Raises RunFailure."""
    rows = _rows(relation, world, around)
    for row in rows:
        for field in relation.schema:
            assert field.nullable or row[field.name] is not None, f"{field.name} is null in {relation}"
    return rows


def _rows(relation: ir.Relation, world: World, around: Around) -> list[Row]:
    match relation:
        case ir.Scan(source=source):
            return _narrowed(world.tables[source.groups[0].pattern or ""], relation.schema)
        case ir.Read(dataset=name):
            return _narrowed(world.datasets[name], relation.schema)
        case ir.Rows(rows=rows):
            scope = Scope({}, around, world, {})
            return [
                {field.name: evaluate(each, scope) for field, each in zip(relation.schema, row, strict=True)}
                for row in rows
            ]
        case ir.Join():
            return _joined(relation, world, around)
        case ir.AsOfJoin():
            return _nearest(relation, world, around)
        case ir.SetOperation():
            return _combined(relation, [rows_of(each, world, around) for each in relation.inputs])
    below = rows_of(relation.input, world, around)  # type: ignore[attr-defined]
    return _of_one(relation, [Scope(row, around, world, {}) for row in below])


def _of_one(relation: ir.Relation, scopes: list[Scope]) -> list[Row]:
    match relation:
        case ir.Filter(condition=condition):
            return [each.row for each in scopes if evaluate(condition, each) is True]
        case ir.Project(columns=columns):
            return _projected(columns, scopes)
        case ir.Explode(value=value, name=name):
            return [{**each.row, name: element} for each in scopes for element in evaluate(value, each) or []]
        case ir.Aggregate():
            return _aggregated(relation, scopes)
        case ir.Distinct():
            return list({_identity(each.row): each.row for each in scopes}.values())
        case ir.Sort(keys=keys):
            return [each.row for each in sorted(scopes, key=lambda each: place(keys, each))]
        case ir.Dedupe(keys=names, order=order):
            return _first_of_each(scopes, names, order, 1)
        case ir.Limit(count=count, offset=offset, per=names, order=order):
            return _first_of_each(scopes, names, order, count, offset)
    raise TypeError(relation)


def _narrowed(rows: list[Row], schema: ir.Schema) -> list[Row]:
    return [{name: row[name] for name in schema.names} for row in rows]


def _identity(row: Row) -> tuple[Any, ...]:
    return tuple(map(identity, row.values()))


def _projected(columns: tuple[ir.Assignment, ...], scopes: list[Scope]) -> list[Row]:
    calls = {id(part): part for each in columns for part in every(each.value) if isinstance(part, ir.WindowCall)}
    found = {key: window_values(call, scopes) for key, call in calls.items()}
    rows = []
    for number, each in enumerate(scopes):
        here = Scope(each.row, each.around, each.world, {key: values[number] for key, values in found.items()})
        rows.append({column.name: evaluate(column.value, here) for column in columns})
    return rows


def _nearest(relation: ir.AsOfJoin, world: World, around: Around) -> list[Row]:
    """Return each left row with the right row of the nearest time on the side of it that the operator says."""
    one, other = relation.times
    candidates = rows_of(relation.right, world, around)
    missing = dict.fromkeys(relation.right.schema.names)
    rows = []
    for left in rows_of(relation.left, world, around):
        matching = [
            each
            for each in candidates
            if all(strict(is_equal)([left[mine], each[theirs]], None) for mine, theirs in relation.equal)
            and OPERATORS[relation.operator]([left[one], each[other]], None)
        ]
        choose = max if relation.operator in (">=", ">") else min
        if matching:
            rows.append(left | choose(matching, key=lambda each: rank(each[other])))
        elif relation.kind == "left":
            rows.append(left | missing)
    return rows


def _aggregated(relation: ir.Aggregate, scopes: list[Scope]) -> list[Row]:
    groups: dict[Any, tuple[Row, list[Scope]]] = {} if relation.keys else {(): ({}, [])}
    for each in scopes:
        row = {key.name: evaluate(key.value, each) for key in relation.keys}
        groups.setdefault(_identity(row), (row, []))[1].append(each)
    return [
        row | {each.name: aggregate(each.value, members, each.value.order) for each in relation.aggregates}
        for row, members in groups.values()
    ]


def _first_of_each(
    scopes: list[Scope], names: tuple[str, ...], order: tuple[ir.SortKey, ...], count: int | None, offset: int = 0
) -> list[Row]:
    seen: dict[Any, int] = {}
    kept = []
    for each in sorted(scopes, key=lambda each: place(order, each)):
        key = tuple(identity(each.row[name]) for name in names)
        seen[key] = seen.get(key, 0) + 1
        if offset < seen[key] and (count is None or seen[key] <= offset + count):
            kept.append(each.row)
    return kept


def _joined(join: ir.Join, world: World, around: Around) -> list[Row]:
    left, right = rows_of(join.left, world, around), rows_of(join.right, world, around)
    pairs = [
        (i, j) for i, one in enumerate(left) for j, other in enumerate(right) if _meet(join, one | other, world, around)
    ]
    found_left, found_right = {i for i, _ in pairs}, {j for _, j in pairs}
    if join.match == "one" and len(found_left) < len(pairs):
        raise RunFailure("a row finds more than one partner")
    if join.kind == "semi":
        return [row for i, row in enumerate(left) if i in found_left]
    if join.kind == "anti":
        return [row for i, row in enumerate(left) if i not in found_left]
    rows = [left[i] | right[j] for i, j in pairs]
    if join.kind in ("left", "full"):
        rows += [row | dict.fromkeys(join.right.schema.names) for i, row in enumerate(left) if i not in found_left]
    if join.kind in ("right", "full"):
        rows += [dict.fromkeys(join.left.schema.names) | row for j, row in enumerate(right) if j not in found_right]
    return rows


def _meet(join: ir.Join, row: Row, world: World, around: Around) -> bool:
    return join.condition is None or evaluate(join.condition, Scope(row, around, world, {})) is True


def _combined(operation: ir.SetOperation, inputs: list[list[Row]]) -> list[Row]:
    rows = inputs[0]
    for others in inputs[1:]:
        rows = _two(operation, rows, others)
    return list({_identity(row): row for row in rows}.values()) if operation.is_distinct else rows


def _two(operation: ir.SetOperation, rows: list[Row], others: list[Row]) -> list[Row]:
    if operation.kind == "union":
        return rows + others
    left = [_identity(row) for row in others]
    if operation.is_distinct:
        return [row for row in rows if (_identity(row) in left) == (operation.kind == "intersect")]
    kept = []
    for row in rows:
        is_there = _identity(row) in left
        if is_there:
            left.remove(_identity(row))
        if is_there == (operation.kind == "intersect"):
            kept.append(row)
    return kept
