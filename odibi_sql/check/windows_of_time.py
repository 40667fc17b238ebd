"""Windows of time as keys of a `group by`: `hop`, of which a row is in several, and `session`, which ends in a pause.

`tumble`, of which a row is in one, is a value like any other. A row whose time is null is in the window null.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import type_expression
from odibi_sql.check.flow import Flow, columns_as_they_are, fresh, projection, scope_of_flow
from odibi_sql.check.keys import Keys
from odibi_sql.check.place import Operand, is_unknown, unknown
from odibi_sql.check.scope import column_of
from odibi_sql.check.tumbling import UNITS, USAGE, arguments, microseconds, tumbled
from odibi_sql.diagnostics.reshape_errors import BadWindowOfTime, TwoWindowsOfTime

MOST_WINDOWS = 1_000  # of `hop`, that a row is in
UP_TO_HERE = ir.Frame(ir.Bound(None, "preceding"), ir.Bound(0, "following"), "range")


def window_key(context: Context, keys: Sequence[syntax.Assignment]) -> syntax.Assignment | None:
    """Return the key that is `hop(…)` or `session(…)`, if there is one; a second one is reported."""
    found = [each for each in keys if is_window(each.value)]
    for other in found[1:]:
        context.report(TwoWindowsOfTime(span=other.span, more=((found[0].span, "the first"),)))
    return found[0] if found else None


def is_window(expr: syntax.Expr) -> bool:
    """Whether it is a call of `hop` or `session`."""
    return isinstance(expr, syntax.Call) and expr.name.text.lower() in ("hop", "session") and expr.over is None


def with_window(
    context: Context, flow: Flow, call: syntax.Call, others: Sequence[ir.Assignment]
) -> tuple[Flow, ir.Expr]:
    """Return the rows with a hidden column for the start of their window, a row for each window that they are in.

    `others` are the other keys: the rows of a session agree in them.
    """
    scope = scope_of_flow(flow)
    given = [
        Operand(type_expression(context, scope, each.value, allowed=flow.allowed), each.value.span)
        for each in call.args
    ]
    window = arguments(context, call, given)
    if window is None or is_unknown(*(each.value for each in others)):
        return flow, unknown()
    time, durations = window
    name = fresh("window", flow.relation.schema.names)
    keys: Keys = ()
    if call.name.text.lower() == "session":
        relation = _in_sessions(flow, time, durations[0], name, [each.value for each in others])
        keys = flow.keys
    elif _fits(context, call, durations):
        relation = _hopped(flow, time, durations, name)
    else:
        return flow, unknown()
    flow = replace(flow, relation=relation, hidden=flow.hidden | {name}, keys=keys)
    return flow, column_of(relation.schema[name])


def _fits(context: Context, call: syntax.Call, durations: tuple[ir.Interval, ...]) -> bool:
    """Whether the windows of `hop` are a whole number of steps long, and not too many; else that is reported."""
    every, size = map(microseconds, durations)
    if size % every == 0 and size // every <= MOST_WINDOWS:
        return True
    reason = "the windows have to be a whole number of times as long as the time between their starts"
    if size % every == 0:
        reason = f"a row would be in {size // every:,} windows; it can be in {MOST_WINDOWS:,}"
    context.report(BadWindowOfTime(span=call.args[2].value.span, name="hop", reason=reason, usage=USAGE["hop"]))
    return False


def _hopped(flow: Flow, time: ir.Expr, durations: tuple[ir.Interval, ...], name: str) -> ir.Relation:
    """Return each row once for each window that it is in: the one that began last, the one before it, and so on."""
    every, size = map(microseconds, durations)
    back = fresh("window.back", flow.relation.schema.names)
    unit = next(name for name, length in UNITS.items() if every % length == 0)
    steps = [-number * (every // UNITS[unit]) for number in range(size // every)]
    moves = ir.Rows(
        schema=ir.Schema((ir.Field(back, ir.INT64, nullable=False),)),
        rows=tuple((_whole(each),) for each in steps),
    )
    schema = ir.Schema((*flow.relation.schema, *moves.schema))
    relation: ir.Relation = ir.Join(schema=schema, left=flow.relation, right=moves, kind="cross", condition=None)
    column = column_of(moves.schema[back])
    if time.nullable:
        once = _call("or", _call("not", _call("is null", time)), _call("=", column, _whole(0)))
        relation = ir.Filter(schema=schema, input=relation, condition=once)
    args = (ir.Literal(type=ir.STRING, nullable=False, value=unit), column, tumbled(time, durations[0]))
    start = ir.Call(type=time.type, nullable=time.nullable, function="date_add", args=args)
    return projection(relation, [*columns_as_they_are(flow.relation.schema), ir.Assignment(name, start)])


def _whole(value: int) -> ir.Literal:
    return ir.Literal(type=ir.INT64, nullable=False, value=value)


def _call(function: str, *args: ir.Expr) -> ir.Call:
    nullable = function != "is null" and any(each.nullable for each in args)
    return ir.Call(type=ir.BOOL, nullable=nullable, function=function, args=args)


def _in_sessions(flow: Flow, time: ir.Expr, pause: ir.Interval, name: str, others: Sequence[ir.Expr]) -> ir.Relation:
    """Return the rows with the time of the first row of their session.

    A session begins with a row that is more than the pause after the row before it. The frame is a range: rows of one
    time are in one session, whichever of them comes first.
    """
    at = fresh("session.time", flow.relation.schema.names)
    before = fresh("session.before", flow.relation.schema.names)
    columns = columns_as_they_are(flow.relation.schema)
    partition = tuple(each for each in others if not isinstance(each, ir.Literal))
    order = (ir.SortKey(value=time),)
    lag = ir.WindowCall(type=time.type, function="lag", args=(time,), partition=partition, order=order)
    timed = projection(flow.relation, [*columns, ir.Assignment(at, time), ir.Assignment(before, lag)])
    here, previous = column_of(timed.schema[at]), column_of(timed.schema[before])
    length = ir.Literal(type=ir.DURATION, nullable=False, value=pause)
    latest = ir.Call(type=time.type, nullable=True, function="+", args=(previous, length))
    begins = _call("or", _call("is null", previous), _call(">", here, latest))
    start = ir.Case(type=time.type, branches=(ir.Branch(begins, here),), otherwise=None)
    session: ir.Expr = ir.WindowCall(
        type=time.type,
        nullable=time.nullable,
        function="max",
        args=(start,),
        partition=partition,
        order=(ir.SortKey(value=here),),
        frame=UP_TO_HERE,
    )
    if time.nullable:
        is_there = _call("not", _call("is null", here))
        session = ir.Case(type=time.type, branches=(ir.Branch(is_there, session),), otherwise=None)
    return projection(timed, [*columns, ir.Assignment(name, session)])
