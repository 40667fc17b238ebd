"""Calls of scalar and aggregate functions, and the clauses that they take."""

from __future__ import annotations

from collections.abc import Sequence

from odibi_sql import functions, ir, syntax
from odibi_sql.check.casts import cast
from odibi_sql.check.fitting import Fitted, fitted
from odibi_sql.check.place import Operand, Place, is_unknown, unknown
from odibi_sql.check.windows import TAKES_IGNORE_NULLS, columns_of, total_order
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.call_errors import ClauseNotAllowed, MisplacedAggregate, UnknownFunction
from odibi_sql.diagnostics.reuse_errors import NotAFunction

__all__ = [
    "aggregate_call",
    "clauses_taken",
    "fitted",
    "misplaced_aggregate",
    "refuse_clauses",
    "report_unknown_function",
    "scalar_call",
]


def report_unknown_function(place: Place, name: syntax.Name) -> None:
    """Report that there is no such function."""
    if name.text in {each.lower() for each in place.context.fragments}:
        instead = f"a fragment gives rows: `| apply {name.text}(…)`"
        place.report(NotAFunction(span=name.span, name=name.text, what="fragment", instead=instead))
        return
    suggestion = did_you_mean(name.text, (*place.context.funcs, *functions.names()))
    if suggestion.startswith("known are"):
        suggestion = "`odibi functions` lists them all"
    place.report(UnknownFunction(span=name.span, name=name.text, suggestion=suggestion))


_DISTINCT_CHANGES_NOTHING = frozenset(["min", "max", "any_value", "bool_and", "bool_or", "bit_and", "bit_or"])


def is_distinct(function: functions.Function, call: syntax.Call) -> bool:
    """Whether `distinct` is written and makes a difference."""
    return call.is_distinct and function.name not in _DISTINCT_CHANGES_NOTHING


def misplaced_aggregate(place: Place, call: syntax.Call) -> MisplacedAggregate:
    """Return the finding that an aggregate stands where there are no groups, with what can be written there."""
    name = call.name.text
    remedy = f"aggregate first and ask for its column below: `aggregate x = {name}(…) group by …`"
    if place.scope.is_func:
        remedy = "a func looks at one row at a time: give it the value of the aggregate"
    elif place.windows:
        remedy = f"`{name}(…) over (partition by …)` gives each row the value of its partition; or {remedy}"
    return MisplacedAggregate(span=call.span, name=name, remedy=remedy)


def scalar_call(
    place: Place, function: functions.Function, found: Fitted, operands: Sequence[Operand], span: Span
) -> ir.Expr:
    """Return the call of a scalar function; `to_int(x)` and its like are casts."""
    if function.cast_to is not None and not is_unknown(*found.args):
        return cast(place, Operand(found.args[0], operands[0].span), function.cast_to, span, is_try=function.is_try)
    return ir.Call(type=found.type, nullable=found.nullable, function=function.name, args=found.args)


def refuse_clauses(place: Place, function: functions.Function, call: syntax.Call, taken: Sequence[str]) -> bool:
    """Report the clauses of a call that are not among those taken; whether there were some."""
    written = {
        "distinct": call.is_distinct,
        "filter": call.where is not None,
        "order by": bool(call.order),
        "ignore nulls": call.ignore_nulls,
        "over": call.over is not None,
        "rows between": call.over is not None and call.over.frame is not None,
    }
    wrong = [clause for clause, is_there in written.items() if is_there and clause not in taken]
    if "over" in wrong:
        wrong = ["over"]
    for clause in wrong:
        remedy = _clause_remedy(function, clause)
        place.report(ClauseNotAllowed(span=call.span, name=call.name.text, clause=clause, remedy=remedy))
    return bool(wrong)


def _clause_remedy(function: functions.Function, clause: str) -> str:
    if function.kind == "scalar":
        return "it looks at one row at a time; aggregates and window functions take such a clause"
    match clause:
        case "order by":
            return "its value does not depend on an order; over a window the order stands in `over (order by …)`"
        case "ignore nulls":
            return "`lag`, `lead`, `first_value`, `last_value` and `nth_value` over a window take it"
        case "rows between":
            return "it looks at its partition, whatever the frame"
        case "filter":
            return "`case when … end` inside its argument leaves values out"
    return ""


def clauses_taken(function: functions.Function, *, is_window: bool) -> list[str]:
    """Return the clauses that a call of the function can have."""
    taken = ["over"] if is_window else []
    if function.kind == "scalar":
        return []
    if function.kind == "aggregate":
        taken.append("filter")
        if function.takes_distinct or function.name in _DISTINCT_CHANGES_NOTHING:
            taken.append("distinct")
        if function.takes_order and not is_window:
            taken.append("order by")
    if is_window and function.takes_frame:
        taken.append("rows between")
    if is_window and function.name in TAKES_IGNORE_NULLS:
        taken.append("ignore nulls")
    return taken


def aggregate_call(
    place: Place,
    function: functions.Function,
    call: syntax.Call,
    found: Fitted,
    where: ir.Expr | None,
    order: tuple[ir.SortKey, ...],
) -> ir.Expr:
    """Return an aggregate, its order made total where the result depends on it.

    With `distinct` the order is that of the values themselves: any other could put one value in two places.
    """
    if call.is_distinct and function.needs_order:
        if any(key.value != found.args[0] for key in order):
            remedy = "with `distinct` the order can be that of the values alone"
            place.report(ClauseNotAllowed(span=call.span, name=function.name, clause="order by", remedy=remedy))
            return unknown()
        order = order or (ir.SortKey(value=found.args[0]),)
    elif function.needs_order:
        order = total_order(order, columns_of(place.scope), place.scope.keys)
    return ir.AggregateCall(
        type=found.type,
        nullable=function.nullable(tuple(True for _ in found.args)),
        function=function.name,
        args=found.args,
        is_distinct=is_distinct(function, call),
        where=where,
        order=order,
    )
