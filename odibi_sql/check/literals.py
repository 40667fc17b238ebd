"""Literals: what a number, a date or a duration says, and what a text says as a value of a type."""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal

from odibi_sql import ir, syntax
from odibi_sql.check.place import Place, unknown
from odibi_sql.diagnostics import Span, did_you_mean
from odibi_sql.diagnostics.literal_errors import BadDate, BadDuration, NumberTooLarge
from odibi_sql.diagnostics.type_errors import UnknownType

INT64_MAX = 2**63 - 1
FLOAT_MAX = "1.7976931348623157e308"
_TIME_KINDS: dict[str, ir.Type] = {"date": ir.DATE, "timestamp": ir.TIMESTAMP, "timestamptz": ir.TIMESTAMPTZ}
_EXAMPLES = {
    "date": "`2025-11-01`",
    "timestamp": "`2025-11-01 10:00:00`",
    "timestamptz": "`2025-11-01 10:00:00Z`",
}
_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<part>\d+))?)?\s*(?P<zone>.*)", re.DOTALL
)
_ZONE = re.compile(r"(?:Z|z|UTC|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)")
_MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


def number(place: Place, literal: syntax.Number, sign: int = 1) -> ir.Expr:
    """Return a number: whole ones are int64; those with a point are float64 with a Decimal value, which becomes a
    decimal next to one; those with an exponent are float64."""
    text = literal.text.replace("_", "")
    if text.isdecimal():
        value = sign * int(text) if len(text.lstrip("0")) < 40 else 10**40  # Python reads no more than 4,300 digits
        if not -INT64_MAX - 1 <= value <= INT64_MAX:
            return _too_large(place, literal.span, "int64", str(INT64_MAX))
        return ir.Literal(type=ir.INT64, nullable=False, value=value)
    if "e" not in text.lower():
        exact = Decimal(text)  # `sign * exact` would be rounded to 28 digits
        return ir.Literal(type=ir.FLOAT64, nullable=False, value=exact if sign > 0 else exact.copy_negate())
    if math.isinf(float(text)):
        return _too_large(place, literal.span, "float64", FLOAT_MAX)
    return ir.Literal(type=ir.FLOAT64, nullable=False, value=sign * float(text))


def _too_large(place: Place, span: Span, type_: str, largest: str) -> ir.Expr:
    place.report(NumberTooLarge(span=span, text=span.text, type=type_, largest=largest))
    return unknown()


def typed_literal(place: Place, literal: syntax.TypedLiteral) -> ir.Expr:
    """Return `date '…'` and its like."""
    type_ = _TIME_KINDS.get(literal.kind)
    if type_ is None:
        suggestion = did_you_mean(literal.kind, _TIME_KINDS)
        place.report(UnknownType(span=literal.span, name=literal.kind, suggestion=suggestion))
        return unknown()
    value = read_time(literal.text, type_)
    if isinstance(value, str):
        place.report(bad_date(literal.span, literal.text, type_, value))
        return unknown()
    return ir.Literal(type=type_, nullable=False, value=value)


def bad_date(span: Span, text: str, type_: ir.Type, reason: str) -> BadDate:
    """Return the finding that `text` is no date, timestamp or timestamptz."""
    return BadDate(span=span, text=text, kind=str(type_), reason=reason, example=_EXAMPLES[str(type_)])


def read_time(text: str, type_: ir.Type) -> datetime.date | datetime.datetime | str:
    """Return the date, timestamp or timestamptz (in UTC, naive) that `text` says, or the reason why it says none."""
    found = _TIMESTAMP.fullmatch(text.strip())
    if found is None:
        return "it is not written as one"
    zone = found["zone"]
    if isinstance(type_, ir.Date) and (found["time"] or zone):
        return "there is more behind the day"
    if isinstance(type_, ir.Timestamp) and zone:
        return "it has a zone, which a timestamptz takes" if _ZONE.fullmatch(zone) else "there is more behind the time"
    try:
        day = datetime.date.fromisoformat(found["day"])
        clock = datetime.time.fromisoformat(found["time"] or "00:00")
    except ValueError as problem:
        return _reason(str(problem))
    if isinstance(type_, ir.Date):
        return day
    part = (found["part"] or "").ljust(9, "0")
    if part[6:].strip("0"):
        return "timestamps hold microseconds, six digits behind the seconds"
    return _in_utc(datetime.datetime.combine(day, clock.replace(microsecond=int(part[:6]))), zone)


def _reason(problem: str) -> str:
    """Return what Python says of a wrong day or time, without its brackets."""
    return problem.split(":")[0] if problem.startswith("Invalid") else problem


def _in_utc(local: datetime.datetime, zone: str) -> datetime.datetime | str:
    if not zone:
        return local
    found = _ZONE.fullmatch(zone)
    if found is None:
        return f"`{zone}` is no offset from UTC"
    offset = datetime.timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    try:
        return local - offset if found["sign"] == "+" else local + offset
    except OverflowError:
        return "the year is out of range"


def duration(place: Place, literal: syntax.Duration) -> ir.Expr:
    """Return `2 minutes`, `7 days`."""
    amount = Decimal(literal.amount.replace("_", ""))
    value = _interval(amount, literal.unit)
    if isinstance(value, str):
        units = [*_MICROSECONDS, *_DAYS, *_MONTHS]
        suggestion = "" if literal.unit in units else did_you_mean(literal.unit, units)
        place.report(BadDuration(span=literal.span, text=literal.span.text, reason=value, suggestion=suggestion))
        return unknown()
    return ir.Literal(type=ir.DURATION, nullable=False, value=value)


def _interval(amount: Decimal, unit: str) -> ir.Interval | str:
    """Return the interval, or why there is none."""
    if unit in _MICROSECONDS:
        microseconds = amount * _MICROSECONDS[unit]
        if microseconds != microseconds.to_integral_value():
            return "it is finer than a microsecond"
        return ir.Interval(0, 0, int(microseconds)) if abs(microseconds) <= INT64_MAX else "it is too long"
    if unit not in _DAYS and unit not in _MONTHS:
        return f"there is no unit `{unit}`"
    whole = amount * (_DAYS.get(unit) or _MONTHS[unit])
    if amount != amount.to_integral_value():
        return f"{unit}s are counted in whole numbers"
    if abs(whole) >= 2**31:
        return "it is too long"
    return ir.Interval(0, int(whole), 0) if unit in _DAYS else ir.Interval(int(whole), 0, 0)


def read_text(text: str, type_: ir.Type) -> ir.Value:
    """Return what `text` says as a value of a scalar type, as a cast reads it; None where it says none.

    A float is given as a float, a decimal is rounded half up to its scale. Durations and nested types are not read.
    """
    form = ir.text_form(type_)
    if form is None or re.fullmatch(form, text) is None:
        return text if isinstance(type_, ir.String) else None
    stripped = text.strip()
    padded = re.sub(r"(?<![0-9.])[0-9](?![0-9])", r"0\g<0>", stripped)  # 2025-1-5
    match type_:
        case ir.Bool():
            return stripped.lower() in ("true", "t", "yes", "y", "1")
        case ir.Integer(bits=bits):
            return _read_integer(stripped, bits)
        case ir.Float():
            return float(stripped)
        case ir.Decimal():
            return rounded(Decimal(stripped), type_)
        case ir.Date():
            value = read_time(padded, ir.TIMESTAMP)
            return value.date() if isinstance(value, datetime.datetime) else None
    value = read_time(padded, type_)
    return None if isinstance(value, str) else value


def _read_integer(text: str, bits: int) -> int | None:
    """Cut off what is behind the point; with an exponent the number is a float first."""
    whole = text.partition(".")[0]
    if "e" in text.lower() or not whole.strip("+-"):
        number = float(text)
        value = int(number) if math.isfinite(number) else 2**bits
    else:
        value = int(whole) if len(whole.lstrip("+-0")) < 40 else 2**bits
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def rounded(value: Decimal, type_: ir.Decimal) -> Decimal | None:
    """Return the value with the scale of the type, rounded half up (away from zero), or None where it does not fit."""
    from decimal import ROUND_HALF_UP, localcontext

    if not value.is_finite() or (value and value.adjusted() > type_.precision - type_.scale):
        return None
    with localcontext() as context:
        context.prec = 100
        result = value.quantize(Decimal(1).scaleb(-type_.scale), rounding=ROUND_HALF_UP)
    return result if digits_of(result).precision <= type_.precision or not result else None


def digits_of(value: Decimal | int) -> ir.Decimal:
    """Return the decimal type of exactly the digits of a number: 0.17 is decimal(2, 2), 100.50 is decimal(5, 2).

    Its precision is more than 38 where the number has more digits than a decimal can have.
    """
    if isinstance(value, int):
        return ir.Decimal(len(str(abs(value))), 0)
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    return ir.Decimal(max(len(digits) + max(0, exponent), scale, 1), scale)
