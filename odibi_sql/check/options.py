"""Options in parentheses: those of formats, declared in `ir.formats`, and those of steps, in `with (…)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import condition, constant
from odibi_sql.check.row_counts import calls_of_rows
from odibi_sql.check.scope import Scope
from odibi_sql.diagnostics import did_you_mean, listed
from odibi_sql.diagnostics.name_errors import UnknownColumn
from odibi_sql.diagnostics.options_errors import BadOption, DuplicateOption, UnknownFormat, UnknownOption
from odibi_sql.diagnostics.versions_errors import NotInThisVersion
from odibi_sql.ir.formats import FORMATS, LATER_FORMATS, Format, FormatOption, Side

STEP_OPTIONS = ("when", "owner", "tags", "materialize", "retry", "backoff", "timeout", "cache", "publish", "sensitive")
MOST_RETRIES = 100
SIDES = {"read": "when it is read,", "write": "when it is written,"}


def check_format(context: Context, name: syntax.Name) -> Format | None:
    """Return the format, or report that it is unknown, or of a later version, and return None."""
    found = FORMATS.get(name.text)
    if found is None and name.text in LATER_FORMATS:
        context.report(NotInThisVersion(span=name.span, what=f"the format `{name.text}`", instead=_formats()))
    elif found is None:
        suggestion = did_you_mean(name.text, FORMATS)
        context.report(UnknownFormat(span=name.span, name=name.text, suggestion=suggestion))
    return found


def _formats() -> str:
    return f"this version has {listed(FORMATS)}"


def check_format_options(context: Context, format_: Format, side: Side, written: Iterable[syntax.Option]) -> ir.Options:
    """Return the values of the options that are written, in the order in which the format declares them."""
    found: dict[str, ir.OptionValue] = {}
    for each in written:
        option = format_.option(each.name.text, side)
        if option is None:
            context.report(_unknown(format_, side, each))
        elif option.name in found:
            context.report(DuplicateOption(span=each.name.span, name=option.name))
        elif (value := _option_value(context, option, each)) is not None:
            found[option.name] = value
    return tuple((name, found[name]) for name in format_.option_names(side) if name in found)


def _unknown(format_: Format, side: Side, written: syntax.Option) -> UnknownOption:
    name, owner = written.name.text, f"{format_.name}, {SIDES[side]}"
    other: Side = "write" if side == "read" else "read"
    if format_.option(name, other) is not None:
        suggestion = f"it is an option of {format_.name} {SIDES[other].removesuffix(',')}"
    else:
        suggestion = did_you_mean(name, format_.option_names(side))
    return UnknownOption(span=written.name.span, name=name, owner=owner, suggestion=suggestion)


def _option_value(context: Context, option: FormatOption, written: syntax.Option) -> ir.OptionValue | None:
    """Return the value, or report that the option does not take it. A bare word is the text that it is."""
    literal = _literal(context, written.value)
    if literal is None or literal.type == ir.UNKNOWN:
        return None
    value = literal.value
    match option.kind:
        case "bool":
            expected, fits = "true or false", isinstance(value, bool)
        case "whole number":
            fits = isinstance(value, int) and not isinstance(value, bool) and value >= option.least
            expected = f"a whole number from {option.least}"
        case "character":
            expected, fits = "one character", isinstance(value, str) and len(value) == 1
        case "text":
            expected, fits = "a text", isinstance(value, str)
    if fits and option.choices and value not in option.choices:
        expected, fits = "one of " + ", ".join(f"`{each}`" for each in option.choices), False
    if fits and isinstance(value, bool | int | str):
        return value
    near = did_you_mean(str(value), option.choices) if option.choices and isinstance(value, str) else ""
    span, actual = written.value.span, f"`{written.value.span.text}`"
    context.report(BadOption(span=span, name=option.name, expected=expected, actual=actual, suggestion=near))
    return None


def _literal(context: Context, value: syntax.Expr) -> ir.Literal | None:
    if isinstance(value, syntax.Reference) and len(value.parts) == 1 and value.parts[0].text not in context.parameters:
        return ir.Literal(type=ir.STRING, nullable=False, value=value.parts[0].text)
    return constant(context, value)


def check_step_options(context: Context, written: Sequence[syntax.Option], *, is_store: bool = False) -> ir.StepOptions:
    """Return what `with (…)` says of a step. A `when` that is false, or null, skips it."""
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for each in written:
        name = each.name.text
        if name in seen:
            context.report(DuplicateOption(span=each.name.span, name=name))
        seen.add(name)
        match name:
            case "when":
                found["skip"] = _is_skipped(context, each.value)
            case "owner":
                found[name] = _text(context, each)
            case "tags":
                found[name] = _texts(context, each)
            case "materialize" | "cache":
                found[name] = _read(context, each, _truth, "true or false")
            case "retry":
                found[name] = _read(context, each, _count, f"a whole number from 0 to {MOST_RETRIES}")
            case "publish" if is_store:
                found["together"] = _is_together(context, each)
            case "sensitive" if not is_store:
                found[name] = _texts(context, each)
            case "sensitive":
                suggestion = "it is said of the step that is stored"
                context.report(UnknownOption(span=each.name.span, name=name, owner="a store", suggestion=suggestion))
            case "publish":
                suggestion = "it is said of stores"
                context.report(UnknownOption(span=each.name.span, name=name, owner="a step", suggestion=suggestion))
            case "backoff" | "timeout":
                found[name] = _read(context, each, _seconds, "a length of time, like `10 minutes`")
            case _:
                suggestion = did_you_mean(name, STEP_OPTIONS)
                context.report(UnknownOption(span=each.name.span, name=name, owner="a step", suggestion=suggestion))
    _hold_together(context, found, written)
    return ir.StepOptions(**found)


def hold_cache(context: Context, written: Sequence[syntax.Option], options: ir.StepOptions, schema: ir.Schema) -> None:
    """Report `cache: true` of a step whose rows the files of the cache cannot hold."""
    inexact = next((each for each in schema if not ir.is_exact_in_parquet(each.type) and each.type != ir.UNKNOWN), None)
    if options.cache and inexact is not None:
        option = next(each for each in written if each.name.text == "cache")
        _bad(context, option, f"`false` here, for Parquet cannot hold `{inexact.name}`, a {inexact.type}")


def hold_sensitive(
    context: Context, written: Sequence[syntax.Option], options: ir.StepOptions, schema: ir.Schema
) -> None:
    """Report names in `sensitive` that are no columns of the step."""
    for name in options.sensitive if not schema.is_open else ():
        if name not in schema:
            option = next(each for each in written if each.name.text == "sensitive")
            suggestion = did_you_mean(name, schema.names)
            span = option.value.span
            context.report(UnknownColumn(span=span, name=name, place=" in what the step gives", suggestion=suggestion))


def _hold_together(context: Context, found: dict[str, Any], written: Iterable[syntax.Option]) -> None:
    """Report `materialize: false` of a step whose rows are to be kept."""
    if found.get("cache") and found.get("materialize") is False:
        option = next(each for each in written if each.name.text == "materialize")
        _bad(context, option, "true beside `cache: true`, which keeps the rows")


def _is_skipped(context: Context, written: syntax.Expr) -> bool:
    if calls_of_rows(written):
        return False
    if condition(context, Scope(columns=(), what="`when`"), written).type == ir.UNKNOWN:
        return False
    literal = constant(context, written, ir.BOOL)
    return literal is not None and literal.type == ir.BOOL and literal.value is not True


def _text(context: Context, written: syntax.Option) -> str | None:
    literal = _literal(context, written.value)
    if literal is None or literal.type == ir.UNKNOWN or isinstance(literal.value, str):
        return None if literal is None or not isinstance(literal.value, str) else literal.value
    _bad(context, written, "a text")
    return None


def _texts(context: Context, written: syntax.Option) -> tuple[str, ...]:
    items = written.value.items if isinstance(written.value, syntax.ListOf) else (written.value,)
    values = [_literal(context, each) for each in items]
    found = tuple(each.value for each in values if each is not None and isinstance(each.value, str))
    if len(found) < len([each for each in values if each is not None]):
        _bad(context, written, "a list of texts, like `['pii']`")
    return found


def _truth(value: ir.Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _is_together(context: Context, written: syntax.Option) -> bool:
    literal = _literal(context, written.value)
    if literal is not None and literal.value == "together":
        return True
    if literal is not None:
        _bad(context, written, "`together`")
    return False


def _count(value: ir.Value) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= MOST_RETRIES else None  # type: ignore[operator, return-value]


def _seconds(value: ir.Value) -> float | None:
    """Return a length of time; months have none."""
    if isinstance(value, ir.Interval) and value.months == 0 and (value.days, value.microseconds) > (0, 0):
        return value.days * 86400.0 + value.microseconds / 1_000_000
    return None


def _read(context: Context, written: syntax.Option, read: Callable[[ir.Value], Any], expected: str) -> Any:
    """Return what `read` makes of the constant that is written; report that it is none of what is expected, or None."""
    literal = constant(context, written.value)
    if literal is None or literal.type == ir.UNKNOWN:
        return None
    found = read(literal.value)
    if found is None:
        _bad(context, written, expected)
    return found


def _bad(context: Context, written: syntax.Option, expected: str) -> None:
    name, actual = written.name.text, f"`{written.value.span.text}`"
    context.report(BadOption(span=written.value.span, name=name, expected=expected, actual=actual))
