"""Casts, as "Casts" of the language's page says: what does not fit fails the run."""

from __future__ import annotations

import datetime
import decimal
import math
import re
import struct
from typing import Any

from interpreter.documents import NOTHING, parsed
from interpreter.numbers import fitted
from interpreter.world import RunFailure
from odibi_sql import ir

NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
CLOCK = (
    r"[ T](?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5]?[0-9])(:(?P<second>[0-5]?[0-9])([.](?P<part>[0-9]{1,6})0*)?)?"
)
ZONE = r"Z| UTC|(?P<sign>[+-])(?P<hours>0[0-9]|1[0-4])(:?(?P<minutes>[0-5][0-9]))?"
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")


def try_cast(value: Any, from_: ir.Type, to: ir.Type) -> Any:
    """Return the value as a `to`, or None where it is not one; of nested values the part that is not one is None."""
    if isinstance(to, ir.Array | ir.Map | ir.Struct):
        return cast(value, from_, to, is_try=True)
    try:
        return cast(value, from_, to)
    except RunFailure:
        return None


def cast(value: Any, from_: ir.Type, to: ir.Type, is_try: bool = False) -> Any:
    """Return the value as a `to`. Raises RunFailure."""
    if value is None or from_ == to:
        return value
    change = try_cast if is_try else cast
    match from_, to:
        case ir.Array(element=one), ir.Array(element=other):
            return [change(each, one, other) for each in value]
        case ir.Map(), ir.Map():
            return {change(k, from_.key, to.key): change(each, from_.value, to.value) for k, each in value.items()}
        case ir.Struct(members=members), ir.Struct(members=others):
            types = {each.name: each.type for each in members}
            return {each.name: change(value[each.name], types[each.name], each.type) for each in others}
    try:
        return _cast(value, from_, to)
    except (ValueError, decimal.InvalidOperation, OverflowError) as problem:
        raise RunFailure(f"{value!r} is no {to}") from problem


def _cast(value: Any, from_: ir.Type, to: ir.Type) -> Any:
    if isinstance(value, str) and not isinstance(from_, ir.Json):
        return _read(value, to)
    match to:
        case ir.Bool():
            return bool(value)
        case ir.Integer():
            return fitted(int(value), to)
        case ir.Float():
            exact = decimal.Decimal(value)
            return fitted(value, to) if isinstance(value, float) else _float(f"{exact:f}", to)
        case ir.Decimal():
            return fitted(
                decimal.Decimal(text(value, from_)) if isinstance(value, float) else decimal.Decimal(value), to
            )
        case ir.String():
            return text(value, from_)
        case ir.Date():
            return value.date() if isinstance(value, datetime.datetime) else value
        case ir.Timestamp() | ir.TimestampTz():
            return value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
    raise TypeError(to)


def _read(text_: str, to: ir.Type) -> Any:
    """Return what a text says."""
    value = text_.strip(" ")
    match to:
        case ir.Bool():
            if value.lower() not in TRUE + FALSE or not value.isascii():
                raise ValueError(text_)
            return value.lower() in TRUE
        case ir.Integer():
            return fitted(_whole(value), to)
        case ir.Float():
            return _float(value, to)
        case ir.Decimal():
            return fitted(decimal.Decimal(_number(value)), to)
        case ir.Date() | ir.Timestamp() | ir.TimestampTz():
            return _time(value, to)
        case ir.Binary():
            return text_.encode()
        case ir.Json():
            if parsed(text_) is NOTHING:
                raise ValueError(text_)
            return text_
    raise TypeError(to)


def _number(value: str) -> str:
    if not re.fullmatch(NUMBER, value):
        raise ValueError(value)
    return value


def _whole(value: str) -> int:
    number = _number(value)
    return int(float(number)) if "e" in number.lower() else int(decimal.Decimal(number))


def _float(value: str, to: ir.Float) -> float:
    if re.fullmatch("[+-]?inf(inity)?|nan", value, re.IGNORECASE | re.ASCII):
        return float(value)
    number = float(_number(value))
    return number if to.bits == 64 else _nearest32(value, number)


def _nearest32(value: str, number: float) -> float:
    """Return the float32 nearest to what the text says: not that nearest to its float64, which is rounded already."""
    near = fitted(number, ir.FLOAT32)
    if not math.isfinite(near) or not math.isfinite(number):
        return float(near)
    (bits,) = struct.unpack("i", struct.pack("f", abs(near)))
    beside = [struct.unpack("f", struct.pack("i", each))[0] for each in (max(bits - 1, 0), bits, bits + 1)]
    exact = abs(decimal.Decimal(value))
    with decimal.localcontext(decimal.Context(prec=400)):
        chosen = min(beside, key=lambda each: (abs(decimal.Decimal(each) - exact), beside.index(each) != 1))
    return math.copysign(chosen, number)


def _time(value: str, to: ir.Type) -> Any:
    form = f"{DAY}({CLOCK}(?P<zone>{ZONE})?)?" if isinstance(to, ir.TimestampTz) else f"{DAY}({CLOCK})?"
    found = re.fullmatch(form, value)
    if found is None:
        raise ValueError(value)
    parts = {name: int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")}
    moment = datetime.datetime(**parts, microsecond=int((found["part"] or "0").ljust(6, "0")))
    if isinstance(to, ir.Date):
        return moment.date()
    if not isinstance(to, ir.TimestampTz) or not found["zone"]:
        return moment
    if found["second"] is None:
        raise ValueError(value)
    offset = datetime.timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return moment + offset if found["sign"] == "-" else moment - offset


def text(value: Any, from_: ir.Type) -> str:
    """Return the value as the language writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value) if from_ == ir.FLOAT64 or not math.isfinite(value) else _float32_text(value)
        case datetime.datetime():
            written = f"{value:%H:%M:%S}" + f".{value.microsecond:06}".rstrip("0").rstrip(".")
            zone = "+00" if isinstance(from_, ir.TimestampTz) else ""
            return f"{value.date().isoformat()} {written}{zone}"
        case datetime.date():
            return value.isoformat()
        case bytes():
            return value.decode()
        case decimal.Decimal():
            return f"{value:f}"
    return str(value)


def _float32_text(value: float) -> str:
    """Return the fewest digits that give the same float32, laid out as Python lays out those of a float64."""
    for digits in range(1, 10):
        written = f"{value:.{digits - 1}e}"
        if fitted(float(written), ir.FLOAT32) == value:
            break
    return repr(float(written))
