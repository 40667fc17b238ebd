"""Arithmetic of days, instants and durations. An engine whose intervals cannot mix months and days has them as structs,
with templates for what is done with them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.literals import interval_steps
from odibi_sql.lower.templates import operator
from odibi_sql.lower.typed import Typed, binary, cast_to, within

KINDS: dict[str, type[exp.Expression]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def lower_time(name: str, left: Typed, right: Typed, type_: ir.Type, dialect: Dialect) -> Typed:
    """Return `left name right`, of `type_`; by itself the engine gives a TIMESTAMP for a date and an interval."""
    if not has_structs(dialect):
        result = binary(KINDS[name], left.sql, right.sql)
        sides = (left.type, right.type)
        if isinstance(type_, ir.Date):
            return Typed(sql=cast_to(result, type_, dialect), type=type_)
        is_dated = isinstance(type_, ir.Timestamp) and ir.DATE in sides
        return Typed(sql=result, type=ir.TIMESTAMP if is_dated else type_)
    if isinstance(type_, ir.Duration):
        return Typed(sql=_duration(name, left, right, dialect), type=type_)
    if isinstance(left.type, ir.Duration):
        left, right = right, left
    moment = cast_to(left.sql, type_, dialect) if left.type != type_ else left.sql
    if right.interval is not None:
        return Typed(sql=_by_steps(name, moment, right.interval), type=type_)
    moved = operator(f"timestamp {name} duration", dialect, {"left": moment, "right": right.sql})
    return Typed(sql=cast_to(moved, type_, dialect) if isinstance(type_, ir.Date) else moved, type=type_)


def has_structs(dialect: Dialect) -> bool:
    """Whether durations are structs on the engine."""
    return "measure" in dialect.operators


def measured(sql: Any, dialect: Dialect) -> Any:
    """Return what durations are compared and sorted by: a day is 24 hours, a month 30 days."""
    return operator("measure", dialect, {"x": sql})


def _duration(name: str, left: Typed, right: Typed, dialect: Dialect) -> Any:
    if name == "*":
        left, right = (left, right) if isinstance(left.type, ir.Duration) else (right, left)
        return operator("duration * number", dialect, {"left": left.sql, "right": right.sql}, ir.DURATION)
    kind = "duration" if isinstance(left.type, ir.Duration) else "timestamp"
    sides = [cast_to(each.sql, ir.TIMESTAMP, dialect) if each.type == ir.DATE else each.sql for each in (left, right)]
    return operator(f"{kind} {name} {kind}", dialect, {"left": sides[0], "right": sides[1]}, ir.DURATION)


def _by_steps(name: str, moment: Any, interval: ir.Interval) -> Any:
    """Add or subtract months, then days, then the rest."""
    for step in interval_steps(interval):
        moment = KINDS[name](this=within(moment, 7), expression=step)
    return moment
