"""Windows: which rows a call over a window sees, and in an order that leaves nothing to chance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal as OneOf

from msgspec.structs import replace

from odibi_sql import functions, ir, syntax
from odibi_sql.check.casts import coerce
from odibi_sql.check.fitting import Fitted
from odibi_sql.check.place import Place
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics.call_errors import BadFrame

UP_TO_HERE = ir.Frame(ir.Bound(None, "preceding"), ir.Bound(0, "following"))
ALL_ROWS = ir.Frame(ir.Bound(None, "preceding"), ir.Bound(None, "following"))
VALUE_OF_ROWS = frozenset(
    ["sum", "avg", "min", "max", "any_value", "first", "last", "arg_min", "arg_max", "mode", "median", "percentile"]
    + ["percentile_disc", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor", "string_agg", "array_agg"]
    + ["stddev_pop", "var_pop", "first_value", "last_value"]
)  # never null of at least one row in which no argument is null
TAKES_IGNORE_NULLS = frozenset(["lag", "lead", "first_value", "last_value", "nth_value"])


def default_frame(function: functions.Function, order: Sequence[ir.SortKey]) -> ir.Frame | None:
    """Return the frame where none is written: the rows up to this one, or None where that is all rows or of no
    matter."""
    return UP_TO_HERE if function.takes_frame and order else None


def frame_of(
    place: Place, written: syntax.WindowFrame, start: object, end: object, order: Sequence[ir.SortKey]
) -> ir.Frame | None:
    """Return the frame that is written, its offsets given as values; None where it is reported to have no meaning.

    `start` and `end` are None where unbounded; anything but a whole number from 0 is reported.
    """
    if written.unit == "groups":
        _report(place, written, "`groups` is not one that every engine has")
        return None
    bounds = [_bound(place, bound, value) for bound, value in ((written.start, start), (written.end, end))]
    if bounds[0] is None or bounds[1] is None:
        return None
    frame = ir.Frame(bounds[0], bounds[1], "rows" if written.unit == "rows" else "range")
    reason = _nonsense(frame, order)
    if reason:
        _report(place, written, reason)
        return None
    return frame


def _report(place: Place, written: syntax.WindowFrame, reason: str) -> None:
    place.report(BadFrame(span=written.span, reason=reason))


def _bound(place: Place, written: syntax.FrameBound, value: object) -> ir.Bound | None:
    if written.offset is None:
        return ir.Bound(None, written.side)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        reason = "an offset is a whole number from 0, known when compiled"
        place.report(BadFrame(span=written.offset.span, reason=reason))
        return None
    side: OneOf["preceding", "following"] = "following" if value == 0 else written.side
    return ir.Bound(value, side)


def _nonsense(frame: ir.Frame, order: Sequence[ir.SortKey]) -> str:
    """Return why a frame has no meaning, or ""."""
    if _position(frame.start) > _position(frame.end):
        return "it begins after its end"
    if frame.start == ir.Bound(None, "following") or frame.end == ir.Bound(None, "preceding"):
        return "it begins after the last row, or ends before the first"
    if frame.unit == "range" and (frame.start.offset or frame.end.offset):
        if len(order) != 1:
            return "`range` with a number takes one `order by`"
        if not isinstance(order[0].value.type, ir.Integer | ir.Float | ir.Decimal | ir.Unknown):
            return "`range` with a number takes an `order by` a number"
        if _is_too_wide(frame, order[0].value.type):
            return "its bounds would have more than 38 digits: cast the `order by` to a decimal of fewer"
    return ""


def _is_too_wide(frame: ir.Frame, type_: ir.Type) -> bool:
    """Whether a decimal moved by an offset may have more digits than there are."""
    if not isinstance(type_, ir.Decimal):
        return False
    digits = max(len(str(bound.offset or 0)) for bound in (frame.start, frame.end))
    return max(type_.precision - type_.scale, digits) + 1 + type_.scale > 38


def _position(bound: ir.Bound) -> float:
    """Return where a bound stands from the current row."""
    offset = float("inf") if bound.offset is None else bound.offset
    return -offset if bound.side == "preceding" else offset


def is_whole(frame: ir.Frame) -> bool:
    """Whether a frame is the whole partition."""
    return frame.start.offset is None and frame.end.offset is None


def may_be_empty(frame: ir.Frame | None) -> bool:
    """Whether there can be no row in a frame: where it does not reach the current row."""
    return frame is not None and (_position(frame.start) > 0 or _position(frame.end) < 0)


def depends_on_ties(call: ir.WindowCall) -> bool:
    """Whether the value depends on which of two rows, equal in the order, comes first."""
    function = functions.lookup(call.function)
    if function is not None and function.needs_order:
        return True
    return call.frame is not None and call.frame.unit == "rows" and not is_whole(call.frame)


def totalized(call: ir.WindowCall, columns: Iterable[ir.Expr], keys: Iterable[frozenset[str]]) -> ir.WindowCall:
    """Return a window call whose order leaves no ties where those would matter: the columns are appended that it has
    not. The order of a `range` stays as it is, for its keys are what the range is measured in."""
    if not depends_on_ties(call) or (call.frame is not None and call.frame.unit == "range"):
        return call
    order = total_order(call.order, columns, keys, fixed=call.partition)
    function = functions.lookup(call.function)
    takes_frame = function is not None and function.takes_frame
    frame = ALL_ROWS if order and call.frame is None and takes_frame else call.frame
    return replace(call, order=order, frame=frame)


def total_order(
    order: tuple[ir.SortKey, ...],
    columns: Iterable[ir.Expr],
    keys: Iterable[frozenset[str]],
    fixed: tuple[ir.Expr, ...] = (),
) -> tuple[ir.SortKey, ...]:
    """Return the order with the columns appended that break its ties, unless a key is in it already.

    `fixed` is what the rows compared have in common. Columns without an order are left out.
    """
    known = [*fixed, *(key.value for key in order)]
    names = frozenset(each.name for each in known if isinstance(each, ir.Column))
    if any(key <= names for key in keys):
        return order
    missing = dict.fromkeys(each for each in columns if isinstance(each, ir.Column) and each.name not in names)
    return (*order, *(ir.SortKey(value=each) for each in missing if ir.is_orderable(each.type)))


def window_call(
    place: Place,
    function: functions.Function,
    call: syntax.Call,
    found: Fitted,
    where: ir.Expr | None,
    partition: tuple[ir.Expr, ...],
    order: tuple[ir.SortKey, ...],
    frame: ir.Frame | None,
) -> ir.Expr:
    """Return a call over a window, its order made total where that matters.

    Over groups (where aggregates can stand too) the order stays as it is: `split_aggregates` knows the keys.
    """
    result = ir.WindowCall(
        type=found.type,
        nullable=found.nullable,
        function=function.name,
        args=found.args,
        is_distinct=call.is_distinct and function.takes_distinct,
        where=where,
        ignore_nulls=call.ignore_nulls,
        partition=partition,
        order=_measured(order, frame),
        frame=frame,
    )
    result = replace(result, nullable=window_can_be_null(result))
    if frame is not None and frame.unit == "range" and function.needs_order and not _is_total(place, partition, order):
        reason = f"`range` leaves open which of equal rows comes first, and `{function.name}` depends on it"
        place.report(BadFrame(span=call.span, reason=reason))
    return result if place.aggregates else totalized(result, columns_of(place.scope), place.scope.keys)


def _measured(order: tuple[ir.SortKey, ...], frame: ir.Frame | None) -> tuple[ir.SortKey, ...]:
    """Return the order of a frame of so much more or less in the widest type of its kind, where nothing overflows but
    what is at the ends of it."""
    if frame is None or frame.unit != "range" or not (frame.start.offset or frame.end.offset):
        return order
    return tuple(replace(key, value=coerce(key.value, _widest(key.value.type))) for key in order)


def _widest(type_: ir.Type) -> ir.Type:
    match type_:
        case ir.Integer():
            return ir.INT64
        case ir.Float():
            return ir.FLOAT64
        case ir.Decimal(scale=scale):
            return ir.Decimal(38, scale)
    return type_


def window_can_be_null(call: ir.WindowCall) -> bool:
    """Whether a call over a window can be null, as far as its arguments and its frame tell."""
    sees_rows = call.where is None and not may_be_empty(call.frame) and not call.ignore_nulls
    if call.function in VALUE_OF_ROWS and sees_rows:
        return any(each.nullable for each in call.args)
    return call.nullable


def _is_total(place: Place, partition: tuple[ir.Expr, ...], order: tuple[ir.SortKey, ...]) -> bool:
    return total_order(order, columns_of(place.scope), place.scope.keys, fixed=partition) == order


def columns_of(scope: Scope) -> list[ir.Expr]:
    """Return the columns that break ties between the rows."""
    return [each.value for each in scope.columns] if scope.ties is None else list(scope.ties)
