"""What stands around an aggregate: DISTINCT, ORDER BY and FILTER, or what an engine without them has instead.

Where it takes no ORDER BY inside an aggregate, COLLECT_LIST(STRUCT(value AS v)) of a dialect file gets the keys as
members, and its array is sorted by them. Where it takes no FILTER over a window, the arguments are NULL outside of it.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from odibi_sql.lower.typed import number

COLLECTED = "COLLECT_LIST"


def with_distinct(call: Any) -> Any:
    """Return a bare aggregate over the different values only."""
    name = "expressions" if isinstance(call, exp.Anonymous) else "this"
    inside = call.args[name]
    first = inside[0] if isinstance(inside, list) else inside
    distinct = exp.Distinct(expressions=[first])
    call.set(name, [distinct, *inside[1:]] if isinstance(inside, list) else distinct)
    return call


def with_order(call: Any, keys: list[Any]) -> Any:
    """Return a bare aggregate over the values in an order: the keys are `exp.Ordered`."""
    if isinstance(call, exp.Anonymous):
        *before, last = call.expressions
        call.set("expressions", [*before, exp.Order(this=last, expressions=keys)])
    else:
        call.set("this", exp.Order(this=call.this, expressions=keys))
    return call


def with_filter(call: Any, where: Any) -> Any:
    """Return an aggregate over the rows that fulfil a condition; None is no condition."""
    return call if where is None else exp.Filter(this=call, expression=exp.Where(this=where.copy()))


def is_collected(call: Any) -> bool:
    """Whether a bare aggregate gives the rows themselves."""
    return isinstance(call, exp.Anonymous) and call.name.upper() == COLLECTED


def with_keys(call: Any, keys: list[Any]) -> Any:
    """Return the rows that an aggregate gives with the keys of an order as members."""
    members = [exp.alias_(key.this.copy(), f"k{at}") for at, key in enumerate(keys)]
    row = call.expressions[0]
    row.set("expressions", [*row.expressions, *members])
    return call


def sorted_by_keys(rows: Any, keys: list[Any]) -> Any:
    """Return an array of rows that have keys in the order of the keys."""
    branches = [branch for at, key in enumerate(keys) for branch in _compared(f"k{at}", key)]
    compared = exp.Case(ifs=branches, default=number(0))
    names = [exp.to_identifier("l"), exp.to_identifier("r")]
    return exp.Anonymous(this="ARRAY_SORT", expressions=[rows, exp.Lambda(this=compared, expressions=names)])


def _compared(name: str, key: Any) -> list[Any]:
    left, right = _member("l", name), _member("r", name)
    first, before = (-1 if key.args.get("nulls_first") else 1), (1 if key.args.get("desc") else -1)
    return [
        _if(exp.and_(_is_null(left), _is_known(right)), first),
        _if(exp.and_(_is_known(left), _is_null(right)), -first),
        _if(exp.LT(this=left.copy(), expression=right.copy()), before),
        _if(exp.GT(this=left.copy(), expression=right.copy()), -before),
    ]


def _member(row: str, name: str) -> Any:
    return exp.Dot(this=exp.to_identifier(row), expression=exp.to_identifier(name))


def _is_null(value: Any) -> Any:
    return exp.Is(this=value.copy(), expression=exp.Null())


def _is_known(value: Any) -> Any:
    return exp.Is(this=value.copy(), expression=exp.Not(this=exp.Null()))


def _if(condition: Any, value: int) -> Any:
    return exp.If(this=condition, true=number(value))


def outside_null(call: Any, where: Any) -> Any:
    """Return a bare aggregate whose arguments are NULL where a condition is not true."""
    if where is None:
        return call
    name = "expressions" if isinstance(call, exp.Anonymous) else "this"
    args = call.args[name]
    many = args if isinstance(args, list) else [args]
    inside = [_where(each, where) for each in many]
    call.set(name, inside if isinstance(args, list) else inside[0])
    return call


def _where(arg: Any, where: Any) -> Any:
    if isinstance(arg, exp.Distinct):
        return exp.Distinct(expressions=[_where(each, where) for each in arg.expressions])
    if isinstance(arg, exp.Literal | exp.Boolean) and arg.arg_key == "expressions" and arg.index:
        return arg
    value = number(1) if isinstance(arg, exp.Star) else arg.copy()
    return exp.Case(ifs=[exp.If(this=where.copy(), true=value)])
