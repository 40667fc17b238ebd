"""Casts with the language's meaning: towards zero, strict about text, the value in the message."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.ir.text_forms import DIGITS, POINTED, WHOLE_PART, text_form
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.templates import operator
from odibi_sql.lower.typed import Typed, binary, cast_to, exactly, function, number, text

FLOAT32_ENDS = 3.4028235677973366e38  # from here on a float64 is nearer to infinity than to any float32
EXACT_DIGITS = 15  # a decimal of so many digits is one float64 divided by another, rounded once


def lower_cast(operand: Typed, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect) -> Typed:
    """Return `operand` (of `from_` by the graph) as a `to`; what does not fit fails, or is NULL where `is_try`."""
    if operand.type == ir.NULL or (operand.type == to and from_ == to):
        return Typed(sql=exactly(operand, to, dialect), type=to)
    if operand.is_constant and isinstance(from_, ir.Integer | ir.Bool) and isinstance(to, _NUMBERS):
        return Typed(sql=exactly(operand, to, dialect), type=to)
    own = exactly(operand, from_, dialect) if _shows_its_type(operand, from_, to) else operand.sql
    return Typed(sql=_cast(own, from_, to, is_try, dialect), type=to)


_NUMBERS = (ir.Integer, ir.Float, ir.Decimal)


def _shows_its_type(operand: Typed, from_: ir.Type, to: ir.Type) -> bool:
    """Whether the result depends on which type the operand has: 1.50 as text, a DECIMAL before a DOUBLE is rounded."""
    return operand.type != from_ and isinstance(from_, ir.Float | ir.Decimal) and to != ir.FLOAT64


def _cast(sql: Any, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    written = _of_its_own(sql, from_, to, is_try, dialect)
    if written is not None:
        return written
    match from_, to:
        case (ir.Float() | ir.Decimal(), ir.Integer()):
            return cast_to(function("trunc", sql), to, dialect, is_try)
        case (ir.Float(), ir.Decimal()):
            return _decimal_of_float(sql, from_, to, is_try, dialect)
        case (ir.Decimal(precision=precision, scale=scale), ir.String()) if precision == scale:
            written = cast_to(sql, to, dialect, is_try)
            return operator("text of a fraction", dialect, {"x": written}) or written
        case (ir.Decimal(precision=precision), ir.Float(bits=bits)) if bits == 32 or precision > EXACT_DIGITS:
            return cast_to(cast_to(sql, ir.STRING, dialect), to, dialect, is_try)
        case (ir.Float(bits=64), ir.Float(bits=32)):
            return _narrowed(sql, to, dialect)
        case (ir.String(), ir.Binary()):
            return function("encode", sql)
        case (ir.Binary(), ir.String()):
            decoded = function("decode", sql)
            return function("try", decoded) if is_try else decoded
        case (ir.String(), _):
            return _read(sql, to, is_try, dialect)
        case (ir.Array() | ir.Struct() | ir.Map(), _) if not _is_engines_own(from_, to):
            return _part_by_part(sql, from_, to, is_try, dialect)
    return cast_to(sql, to, dialect, is_try)


def _of_its_own(
    sql: exp.Expression, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect
) -> exp.Expression | None:
    """Return the cast as the engine has a template for it (`cast float string`, `try_cast binary string`), or None."""
    for name in _cast_names(from_, to):
        for word in ("try_cast", "cast") if is_try else ("cast",):
            if f"{word} {name}" in dialect.operators:
                written: exp.Expression = operator(f"{word} {name}", dialect, {"x": sql}, to)
                return written
    return None


def _cast_names(from_: ir.Type, to: ir.Type) -> tuple[str, ...]:
    kinds = [type(each).__name__.lower() for each in (from_, to)]
    return (f"{from_} {to}", f"{kinds[0]} {to}", f"{kinds[0]} {kinds[1]}")


def _decimal_of_float(sql: Any, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    """Return a float as the decimal that its text says."""
    written = _cast(sql, from_, ir.STRING, False, dialect)
    plain = cast_to(written, to, dialect, is_try)
    has_exponent = operator("float has exponent", dialect, {"x": sql})
    if has_exponent is not None:
        moved = exp.If(this=has_exponent, true=_without_exponent(written, to, is_try, dialect))
        return exp.Case(ifs=[moved], default=plain)
    fits = operator("float fits", dialect, {"x": sql}) if is_try else None
    return plain if fits is None else exp.Case(ifs=[exp.If(this=fits, true=plain)])


def _without_exponent(sql: Any, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    """Return the decimal that a text with an exponent says, on an engine that takes only texts without one exactly."""
    moved = cast_to(operator("without exponent", dialect, {"x": sql}), to, dialect, is_try=True)
    return moved if is_try else exp.Coalesce(this=moved, expressions=[cast_to(_misread(sql, to, dialect), to, dialect)])


def _narrowed(sql: exp.Expression, to: ir.Type, dialect: Dialect) -> exp.Expression:
    """Return a float64 as a float32; the engine fails on what is too large, instead of giving infinity."""
    ends = exp.Literal.number(repr(FLOAT32_ENDS))
    inside = exp.LT(this=function("abs", sql.copy()), expression=ends)
    is_nan = function("isnan", sql.copy())
    signed = binary(exp.Mul, function("sign", sql.copy()), cast_to(text("inf"), to, dialect))
    kept = exp.If(this=binary(exp.Or, inside, is_nan), true=cast_to(sql, to, dialect))
    return exp.Case(ifs=[kept], default=cast_to(signed, to, dialect))


def _read(sql: exp.Expression, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    """Return a text as a `to`, held to its form first: the engine takes `0x1F`, `1_000` and more."""
    form = text_form(to)
    if form is None:
        return cast_to(sql, to, dialect, is_try)
    ifs = [exp.If(this=_has_form(sql, form, dialect), true=_taken(sql, to, is_try, dialect))]
    if isinstance(to, ir.Decimal) and "without exponent" in dialect.operators:
        ifs[0].set("true", _without_exponent(sql, to, is_try, dialect))
        ifs.insert(0, exp.If(this=_has_form(sql, POINTED, dialect), true=_taken(sql, to, is_try, dialect)))
    if isinstance(to, ir.Integer):
        whole = cast_to(
            function("regexp_extract", sql.copy(), text(DIGITS), *_whole_match(dialect)), to, dialect, is_try
        )
        ifs.insert(0, exp.If(this=_has_form(sql, WHOLE_PART, dialect), true=whole))
    if is_try:
        return exp.Case(ifs=ifs)
    ifs.insert(0, exp.If(this=exp.Is(this=sql.copy(), expression=exp.Null()), true=exp.Null()))
    return exp.Case(ifs=ifs, default=_misread(sql, to, dialect))


def _has_form(sql: exp.Expression, form: str, dialect: Dialect) -> exp.Expression:
    written = operator("matches", dialect, {"x": sql, "form": text(f"^({form})\\z")})
    return written or function("regexp_full_match", sql.copy(), text(form))


def _whole_match(dialect: Dialect) -> list[exp.Expression]:
    return [number(0)] if "matches" in dialect.operators else []


def _taken(sql: exp.Expression, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    match to:
        case ir.Integer():
            return _cast(cast_to(sql.copy(), ir.FLOAT64, dialect), ir.FLOAT64, to, is_try, dialect)
        case ir.Decimal():
            written = operator("try text decimal" if is_try else "text decimal", dialect, {"x": sql}, to)
            return written or cast_to(sql.copy(), to, dialect, is_try)
        case ir.Float():
            return cast_to(sql.copy(), to, dialect, is_try)
    return cast_to(function("trim", sql.copy()), to, dialect, is_try)


def _misread(sql: exp.Expression, to: ir.Type, dialect: Dialect) -> exp.Expression:
    """Fail as the engine does by itself, with the value."""
    before, behind = text("Could not convert string '"), text(f"' to {to}")
    return failure(binary(exp.DPipe, binary(exp.DPipe, before, sql.copy()), behind), dialect)


def failure(message: exp.Expression, dialect: Dialect) -> exp.Expression:
    """Return what fails the run with a message."""
    return operator("fail", dialect, {"message": message}) or function("error", message)


def _is_engines_own(from_: ir.Type, to: ir.Type) -> bool:
    """Whether the engine's own cast of these types is the language's."""
    match from_, to:
        case ir.Array(element=one), ir.Array(element=other):
            return _is_engines_own(one, other)
        case ir.Map(key=key, value=value), ir.Map(key=other_key, value=other_value):
            return _is_engines_own(key, other_key) and _is_engines_own(value, other_value)
        case ir.Struct(members=members), ir.Struct(members=others):
            there = {each.name: each.type for each in members}
            is_in_order = [each.name for each in members] == [each.name for each in others]
            return is_in_order and all(_is_engines_own(there[each.name], each.type) for each in others)
        case (ir.String() | ir.Binary() | ir.Float() | ir.TimestampTz(), _) | (ir.Decimal(), ir.Integer() | ir.Float()):
            return from_ == to
    return True


def _part_by_part(sql: Any, from_: ir.Type, to: ir.Type, is_try: bool, dialect: Dialect) -> exp.Expression:
    match from_, to:
        case ir.Array(element=one), ir.Array(element=other):
            return transformed(sql, lambda each: _cast(each, one, other, is_try, dialect), dialect)
        case ir.Map(key=key, value=value), ir.Map(key=other_key, value=other_value):

            def entry(each: exp.Expression) -> exp.Expression:
                left = _cast(member(each, "key"), key, other_key, is_try, dialect)
                right = _cast(member(each, "value"), value, other_value, is_try, dialect)
                written: exp.Expression = operator("entry", dialect, {"key": left, "value": right})
                return written or function("row", left, right)

            return function("map_from_entries", transformed(function("map_entries", sql), entry, dialect))
        case ir.Struct(members=members), ir.Struct(members=others):
            there = {each.name: each.type for each in members}
            parts = [
                exp.PropertyEQ(
                    this=exp.Identifier(this=each.name, quoted=True),
                    expression=_cast(member(sql.copy(), each.name), there[each.name], each.type, is_try, dialect),
                )
                for each in others
            ]
            is_there = exp.Is(this=sql.copy(), expression=exp.Null(), negate=True)
            return exp.Case(ifs=[exp.If(this=is_there, true=exp.Struct(expressions=parts))])
    raise TypeError(from_)


def member(sql: exp.Expression, name: str) -> exp.Expression:
    """Return a member of a struct."""
    inner = sql if isinstance(sql, exp.Column | exp.Dot | exp.Identifier) else exp.Paren(this=sql)
    return exp.Dot(this=inner, expression=exp.Identifier(this=name, quoted=True))


def transformed(sql: exp.Expression, change: Any, dialect: Dialect) -> exp.Expression:
    """Return an array with each element changed; the element is named by how deep it is, so that none hides another."""
    changed = change(exp.Identifier(this="e"))
    depth = len(list(changed.find_all(exp.Lambda)))
    name = "e" * (depth + 1)
    inner = change(exp.Identifier(this=name))
    made = exp.Lambda(this=inner, expressions=[exp.Identifier(this=name)])
    return operator("transform", dialect, {"array": sql, "change": made}) or function("list_transform", sql, made)
