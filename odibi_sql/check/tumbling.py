"""`tumble(time, size)`: the start of the window that a time is in. The windows follow each other without a gap.

They are counted from Monday, 2000-01-03 00:00: those of minutes and hours begin with the hour and with the day where
they divide it, those of weeks on Mondays. A month, a quarter and a year begin with themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.folding import fold
from odibi_sql.check.place import Operand, Place, is_unknown, unknown, with_article
from odibi_sql.diagnostics.call_errors import WrongArgumentCount, WrongArgumentType
from odibi_sql.diagnostics.reshape_errors import BadWindowOfTime

USAGE = {
    "tumble": "tumble(ts, 15 minutes)",
    "hop": "hop(ts, 1 minute, 5 minutes)",
    "session": "session(ts, 30 minutes)",
}
DAY = 86_400_000_000  # microseconds
UNITS = {
    "week": 7 * DAY,
    "day": DAY,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
MONTHS = {1: "month", 3: "quarter", 12: "year"}


def tumble(place: Place, call: syntax.Call, given: Sequence[Operand]) -> ir.Expr:
    """Return the call of `tumble`."""
    window = arguments(place.context, call, given)
    return unknown() if window is None else tumbled(window[0], window[1][0])


def arguments(
    context: Context, call: syntax.Call, given: Sequence[Operand]
) -> tuple[ir.Expr, tuple[ir.Interval, ...]] | None:
    """Return the time and the durations of a call of `tumble`, `hop` or `session`; None where they do not fit, which is
    reported."""
    name = call.name.text.lower()
    count = 3 if name == "hop" else 2
    if len(given) != count or any(each.name is not None for each in call.args):
        expected = f"{count} arguments, by their places"
        context.report(
            WrongArgumentCount(span=call.span, name=name, expected=expected, actual=len(given), signature=USAGE[name])
        )
        return None
    time, *durations = given
    if is_unknown(*given):
        return None
    if not isinstance(time.type, ir.Date | ir.Timestamp | ir.TimestampTz):
        what, actual = "a date or timestamp", with_article(time.type)
        context.report(
            WrongArgumentType(span=time.span, name=name, expected=what, actual=actual, signature=USAGE[name])
        )
        return None
    found = [_duration(context, name, each, time.type) for each in durations]
    known = tuple(each for each in found if each is not None)
    return (time.value, known) if len(known) == len(found) else None


def _duration(context: Context, name: str, operand: Operand, type_: ir.Type) -> ir.Interval | None:
    literal = fold(operand.value, context.clock)
    reason = _problem(name, None if literal is None else literal.value, type_)
    if not reason:
        assert literal is not None
        assert isinstance(literal.value, ir.Interval)
        return literal.value
    context.report(BadWindowOfTime(span=operand.span, name=name, reason=reason, usage=USAGE[name]))
    return None


def _problem(name: str, value: ir.Value, type_: ir.Type) -> str:
    """Return why a value is no duration that a window can have, or ""."""
    if not isinstance(value, ir.Interval):
        return "it takes a duration that is known when compiled"
    if value.months:
        is_one = name == "tumble" and value.months in MONTHS and not (value.days or value.microseconds)
        return "" if is_one else "months have different lengths; `tumble` takes 1 month, 1 quarter or 1 year"
    if microseconds(value) <= 0:
        return "a duration has to be longer than nothing"
    if isinstance(type_, ir.Date) and microseconds(value) % DAY:
        return "of a date it takes whole days; `cast(… as timestamp)` makes a time of it"
    return ""


def microseconds(duration: ir.Interval) -> int:
    """Return how long a duration without months is."""
    return duration.days * DAY + duration.microseconds


def tumbled(time: ir.Expr, size: ir.Interval) -> ir.Expr:
    """Return the start of the window of this size that `time` is in; of one unit it is what `date_trunc` gives."""
    unit = MONTHS.get(size.months)
    if unit is None:
        length = microseconds(size)
        unit = next((name for name, each in UNITS.items() if each == length), None)
    if unit is not None:
        args: tuple[ir.Expr, ...] = (_text(unit), time)
        return ir.Call(type=time.type, nullable=time.nullable, function="date_trunc", args=args)
    days, rest = divmod(length, DAY)
    width = ir.Interval(microseconds=length) if rest else ir.Interval(days=days)
    bins = ir.Literal(type=ir.DURATION, nullable=False, value=width)
    return ir.Call(type=time.type, nullable=time.nullable, function="date_bin", args=(bins, time))


def _text(value: str) -> ir.Literal:
    return ir.Literal(type=ir.STRING, nullable=False, value=value)
