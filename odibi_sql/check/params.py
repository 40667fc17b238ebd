"""Parameters: their types, their defaults, and the values that the run gives for them."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Iterable, Mapping
from contextlib import suppress

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import constant
from odibi_sql.check.literals import read_time
from odibi_sql.check.types import type_named
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.params_errors import BadParameterValue, MissingParameter, ParameterType, UnknownParameter
from odibi_sql.diagnostics.steps_errors import DuplicateName

FORMS = {
    "bool": "true or false",
    "date": "a date is written 2025-11-01",
    "timestamp": "a timestamp is written 2025-11-01 10:00:00",
    "timestamptz": "an instant is written 2025-11-01 10:00:00+00:00",
    "duration": "a duration is written like `2 hours`",
}
UNITS = {
    "microsecond": ir.Interval(microseconds=1),
    "millisecond": ir.Interval(microseconds=1_000),
    "second": ir.Interval(microseconds=1_000_000),
    "minute": ir.Interval(microseconds=60_000_000),
    "hour": ir.Interval(microseconds=3_600_000_000),
    "day": ir.Interval(days=1),
    "week": ir.Interval(days=7),
    "month": ir.Interval(months=1),
    "quarter": ir.Interval(months=3),
    "year": ir.Interval(months=12),
}


def check_parameters(
    context: Context, statements: Iterable[syntax.Param], given: Mapping[str, object]
) -> tuple[ir.Parameter, ...]:
    """Return the parameters with their values, and keep them in the context, where expressions find them.

    A value is a text, as the command line and the environment have it, or a Python value. A wrong one is reported and
    stands in the context with an unknown type.
    """
    declared: dict[str, syntax.Param] = {}
    found = []
    for each in statements:
        name = each.name.text
        if name in declared:
            first = declared[name].name.span
            context.report(
                DuplicateName(span=each.name.span, name=name, things="parameters", more=((first, "the first"),))
            )
            continue
        declared[name] = each
        literal = _literal(context, each, given)
        context.parameters[name] = literal
        found.append(ir.Parameter(name=name, type=str(literal.type), value=literal.value))
    for name in given:
        if name not in declared:
            suggestion = did_you_mean(name, declared) or "it has none"
            context.report(UnknownParameter(name=name, suggestion=suggestion))
    return tuple(found)


def _literal(context: Context, statement: syntax.Param, given: Mapping[str, object]) -> ir.Literal:
    name, type_ = statement.name.text, type_named(context, statement.type)
    unknown = ir.Literal(type=ir.UNKNOWN, value=None)
    if isinstance(type_, ir.Array | ir.Struct | ir.Map | ir.Json | ir.Binary):
        context.report(ParameterType(span=statement.type.span, type=str(type_)))
        type_ = ir.UNKNOWN
    if type_ == ir.UNKNOWN:
        return unknown
    default = None if statement.default is None else constant(context, statement.default, type_)
    if name not in given:
        if statement.default is None:
            context.report(MissingParameter(span=statement.name.span, name=name, upper=name.upper()))
        return default or unknown
    value = parameter_value(given[name], type_)
    if value is not None:
        return ir.Literal(type=type_, nullable=False, value=value)
    if given[name] is None:
        return ir.Literal(type=type_, nullable=True, value=None)
    finding = BadParameterValue(
        span=statement.type.span, name=name, type=str(type_), value=repr(given[name]), suggestion=_form(type_)
    )
    context.report(finding)
    return unknown


def _form(type_: ir.Type) -> str:
    if isinstance(type_, ir.Integer):
        return f"a whole number from {-(2 ** (type_.bits - 1))} to {2 ** (type_.bits - 1) - 1}"
    if isinstance(type_, ir.Decimal):
        return f"a number of at most {type_.precision} digits, {type_.scale} of them behind the point"
    return FORMS.get(str(type_), "")


def parameter_value(given: object, type_: ir.Type) -> ir.Value:
    """Return a text or a Python value as a value of the type, or None where it is not one."""
    with suppress(ValueError, ArithmeticError, TypeError):
        match type_:
            case ir.Bool():
                return _truth(given)
            case ir.Integer(bits=bits):
                return _whole(given, bits)
            case ir.Float():
                return None if isinstance(given, bool) else float(str(given))
            case ir.Decimal():
                return _decimal(given, type_)
            case ir.String():
                return given if isinstance(given, str) else None
            case ir.Date():
                return _date(given)
            case ir.Timestamp() | ir.TimestampTz():
                return _moment(given, type_)
            case ir.Duration():
                return _duration(given)
    return None


def _truth(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    return {"true": True, "false": False}.get(str(given).strip().lower())


def _whole(given: object, bits: int) -> int | None:
    if isinstance(given, bool | float):
        return None
    value = int(str(given).strip())
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None


def _decimal(given: object, type_: ir.Decimal) -> decimal.Decimal | None:
    if isinstance(given, bool):
        return None
    value = decimal.Decimal(str(given).strip())
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or -exponent > type_.scale:
        return None
    return value if max(len(digits) + exponent, 0) <= type_.precision - type_.scale else None


def _date(given: object) -> datetime.date | None:
    if isinstance(given, str):
        read = read_time(given.strip(), ir.DATE)
        return None if isinstance(read, str) else read
    return given if isinstance(given, datetime.date) and not isinstance(given, datetime.datetime) else None


def _moment(given: object, type_: ir.Type) -> datetime.datetime | None:
    """Return a moment without a zone, in UTC where the type has one; where it has none, a zone is wrong."""
    if isinstance(given, str):
        read = read_time(given.strip(), type_)
        return read if isinstance(read, datetime.datetime) else None
    if not isinstance(given, datetime.date):
        return None
    if not isinstance(given, datetime.datetime):
        return datetime.datetime(given.year, given.month, given.day)
    if given.tzinfo is None:
        return given
    return given.astimezone(datetime.UTC).replace(tzinfo=None) if type_ == ir.TIMESTAMPTZ else None


def _duration(given: object) -> ir.Interval | None:
    if isinstance(given, datetime.timedelta):
        return ir.Interval(days=given.days, microseconds=given.seconds * 1_000_000 + given.microseconds)
    amount, _, unit = str(given).strip().partition(" ")
    one = UNITS.get(unit.strip().lower().removesuffix("s"))
    if one is None:
        return None
    times = int(amount)
    return ir.Interval(months=one.months * times, days=one.days * times, microseconds=one.microseconds * times)
