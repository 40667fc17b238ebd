"""Calls that are written another way in the language than in a dialect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import syntax
from odibi_sql.functions.time_steps import WEEKDAYS
from odibi_sql.sql import calls, expressions
from odibi_sql.sql.functions import CLASSES, DUCKDB, DUCKDB_DIFFERS, UNITS, UNTOLD_PARTS
from odibi_sql.sql.reading import Reading, refuse, refuse_meaning, refuse_others


def call_by_name(reading: Reading, node: Any) -> syntax.Expr:
    """A call that sqlglot has left as it is written: every one of DuckDB, elsewhere those that it does not know."""
    name = str(node.this if isinstance(node.this, str) else node.this.name).lower()
    if reading.dialect == "duckdb" and name not in reading.funcs:
        if name in DUCKDB_DIFFERS:
            return refuse_meaning(reading, node, *DUCKDB_DIFFERS[name])
        if name in DUCKDB_SPECIAL:
            return DUCKDB_SPECIAL[name](reading, node)
        name = DUCKDB.get(name, name)
    for each in node.expressions:
        if isinstance(each, exp.PropertyEQ | exp.Kwarg):
            return refuse(reading, each, "an argument by name", "write the arguments in their order")
    return calls.call(reading, node, name, node.expressions)


def _no_query(reading: Reading, node: Any) -> syntax.Expr:
    return refuse(reading, node, "`exists` of anything but a `select`", "write `exists (select … from …)`")


def _log(reading: Reading, node: Any) -> syntax.Expr:
    return calls.call(reading, node, "log10" if len(node.expressions) == 1 else "log", node.expressions)


def _regexp_replace(reading: Reading, node: Any) -> syntax.Expr:
    """DuckDB's replaces the first match, unless the fourth argument is 'g'."""
    *values, flags = node.expressions if len(node.expressions) == 4 else (*node.expressions, None)
    if flags is None:
        return calls.call(reading, node, "regexp_replace_first", values)
    if isinstance(flags, exp.Literal) and flags.name == "g":
        return calls.call(reading, node, "regexp_replace", values)
    return refuse(reading, flags, "an option of a regular expression other than 'g'", "write it in the pattern: `(?i)`")


def _regexp_extract(reading: Reading, node: Any) -> syntax.Expr:
    """DuckDB's gives the empty string where nothing matches, the language's null."""
    return _or_empty(reading, node, calls.call(reading, node, "regexp_extract", node.expressions))


def _or_empty(reading: Reading, node: Any, call: syntax.Call) -> syntax.Expr:
    text = call.args[0].value if call.args else call
    span = call.span
    is_null = syntax.Is(span=span, operand=text, what="null", is_negated=True)
    name = syntax.Name(span=span, text="coalesce")
    empty = syntax.Text(span=span, value="")
    args = tuple(syntax.Argument(span=span, value=each) for each in (call, empty))
    found = syntax.Call(span=span, name=name, args=args)
    return syntax.Case(
        span=span, operand=None, branches=(syntax.When(span=span, condition=is_null, value=found),), otherwise=None
    )


def _epoch(reading: Reading, node: Any) -> syntax.Expr:
    """DuckDB's has fractions, the language's are whole seconds."""
    call = calls.call(reading, node, "epoch_us", node.expressions)
    million = syntax.Number(span=call.span, text="1000000")
    return syntax.Binary(span=call.span, operator="/", left=call, right=million)


def _duckdb_date_add(reading: Reading, node: Any) -> syntax.Expr:
    """`date_add(date, interval)` is `date + interval`."""
    if len(node.expressions) != 2:
        return calls.call(reading, node, "date_add", node.expressions)
    left, right = (expressions.expression_of(reading, each) for each in node.expressions)
    return syntax.Binary(span=reading.span(node), operator="+", left=left, right=right)


def _duckdb_date_part(reading: Reading, node: Any) -> syntax.Expr:
    unit, *values = node.expressions or [None]
    if not isinstance(unit, exp.Literal) or len(values) != 1:
        return calls.call(reading, node, "date_part", node.expressions)
    return _date_part(reading, node, unit, values[0])


def _list_value(reading: Reading, node: Any) -> syntax.Expr:
    items = tuple(expressions.expression_of(reading, each) for each in node.expressions)
    return syntax.ListOf(span=reading.span(node), items=items)


def _struct_pack(reading: Reading, node: Any) -> syntax.Expr:
    made = exp.Struct(expressions=node.expressions)
    return expressions.expression_of(reading, made)


def _struct_extract(reading: Reading, node: Any) -> syntax.Expr:
    if len(node.expressions) != 2 or not node.expressions[1].is_string:
        return refuse(reading, node, "`struct_extract` without a name", "write `value.name`")
    name = syntax.Name(span=reading.span(node.expressions[1]), text=node.expressions[1].name)
    operand = expressions.expression_of(reading, node.expressions[0])
    return syntax.GetMember(span=reading.span(node), operand=operand, name=name)


def _strftime(reading: Reading, node: Any) -> syntax.Expr:
    """DuckDB's takes the format first or last."""
    values = node.expressions
    is_turned = len(values) == 2 and isinstance(values[0], exp.Literal) and values[0].is_string
    return calls.call(reading, node, "date_format", values[::-1] if is_turned else values)


def _timezone(reading: Reading, node: Any) -> syntax.Expr:
    return calls.call(reading, node, "at_time_zone", node.expressions[::-1])


DUCKDB_SPECIAL: dict[str, Callable[[Reading, Any], syntax.Expr]] = {
    "exists": _no_query,
    "log": _log,
    "regexp_replace": _regexp_replace,
    "regexp_extract": _regexp_extract,
    "epoch": _epoch,
    "date_add": _duckdb_date_add,
    "date_part": _duckdb_date_part,
    "datepart": _duckdb_date_part,
    "list_value": _list_value,
    "list_pack": _list_value,
    "struct_pack": _struct_pack,
    "struct_extract": _struct_extract,
    "strftime": _strftime,
    "timezone": _timezone,
}


def _extract(reading: Reading, node: Any) -> syntax.Expr:
    return _date_part(reading, node, node.this, node.expression)


def _date_part(reading: Reading, node: Any, unit: exp.Expr, value: exp.Expr) -> syntax.Expr:
    written = unit.name.lower()
    if written in UNTOLD_PARTS or (written == "second" and reading.dialect != "duckdb"):
        return refuse_meaning(reading, node, *UNTOLD_PARTS.get(written, UNTOLD_PARTS["epoch"]))
    return _timed(reading, node, "date_part", unit, [value])


def _timed(reading: Reading, node: Any, name: str, unit: exp.Expr | None, values: list[exp.Expr]) -> syntax.Expr:
    """A call whose first argument is a unit of time; sqlglot writes units as words in capitals."""
    written = unit.name.lower() if unit is not None else "day"
    text = syntax.Text(span=reading.span(unit or node), value=UNITS.get(written, written.removesuffix("s")))
    return calls.call(reading, node, name, values, text)


def _date_trunc(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "unit", "input_type_preserved"))
    return _timed(reading, node, "date_trunc", node.args.get("unit"), [node.this])


def _date_diff(reading: Reading, node: Any) -> syntax.Expr:
    """Only days are counted alike everywhere: of longer and shorter units some dialects count what is whole."""
    unit = node.args.get("unit")
    if unit is not None and unit.name.lower() != "day":
        what = f"`{node.sql_name().lower()}` counts whole units in one dialect and their starts in another"
        return refuse_meaning(
            reading, node, what, "write the step in DuckDB's SQL, without `dialect`, with `date_diff`"
        )
    return _timed(reading, node, "date_diff", unit, [node.expression, node.this])


def _date_add(reading: Reading, node: Any) -> syntax.Expr:
    unit = node.args.get("unit")
    return _timed(reading, node, "date_add", unit, [node.expression, node.this])


def _add_months(reading: Reading, node: Any) -> syntax.Expr:
    return _timed(reading, node, "date_add", exp.var("month"), [node.expression, node.this])


def _trim(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "expression", "position"))
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    return calls.call(reading, node, name, calls.written(node, ["this", "expression"]))


def _pad(reading: Reading, node: Any) -> syntax.Expr:
    name = "lpad" if node.args.get("is_left") else "rpad"
    return calls.call(reading, node, name, calls.written(node, ["this", "expression", "fill_pattern"]))


def _concat(reading: Reading, node: Any) -> syntax.Expr:
    """The language's `concat` takes null for the empty string; where a dialect gives null it is `||`."""
    if node.args.get("coalesce"):
        return calls.call(reading, node, "concat", node.expressions)
    values = [expressions.expression_of(reading, each) for each in node.expressions]
    joined = values[0]
    for value in values[1:]:
        joined = syntax.Binary(span=reading.span(node), operator="||", left=joined, right=value)
    return joined


def _collect(reading: Reading, node: Any) -> syntax.Expr:
    call = calls.call(reading, node, "array_agg", [node.this])
    if not node.args.get("nulls_excluded") or not call.args:
        return call
    is_there = syntax.Is(span=call.span, operand=call.args[0].value, what="null", is_negated=True)
    return replace(call, where=is_there)


def _many(reading: Reading, node: Any) -> syntax.Expr:
    """`greatest` and `least` pass over nulls in the language."""
    if not node.args.get("ignore_nulls"):
        written = node.sql_name().lower()
        what = (
            f"`{written}` is null where one value is null in {reading.dialect}, and passes over nulls in the language"
        )
        return refuse_meaning(reading, node, what, "write `case when … then … else … end`")
    return calls.call(reading, node, *_named(node))


def _named(node: Any) -> tuple[str, list[exp.Expr]]:
    name, *order = CLASSES[type(node)]
    return name, calls.written(node, order)


def _logarithm(reading: Reading, node: Any) -> syntax.Expr:
    values = calls.written(node, ["this", "expression"])
    return calls.call(reading, node, "log10" if len(values) == 1 else "log", values)


def _regexp_replace_of(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "expression", "replacement", "modifiers", "single_replace"))
    flags = node.args.get("modifiers")
    is_all = not node.args.get("single_replace") if flags is None else flags.name == "g"
    if flags is not None and flags.name != "g":
        return refuse(reading, flags, "an option of a regular expression other than 'g'", "write it in the pattern")
    name = "regexp_replace" if is_all else "regexp_replace_first"
    return calls.call(reading, node, name, calls.written(node, ["this", "expression", "replacement"]))


def _to_date(reading: Reading, node: Any) -> syntax.Expr:
    refuse_others(reading, node, ("this", "safe"))
    span = reading.span(node)
    operand = expressions.expression_of(reading, node.this)
    return syntax.Cast(span=span, operand=operand, type=syntax.TypeName(span=span, name="date"), is_try=False)


def _deviation(name: str) -> Callable[[Reading, Any], syntax.Expr]:
    def convert(reading: Reading, node: Any) -> syntax.Expr:
        if reading.dialect in ("mysql", "doris", "starrocks", "singlestore"):
            what = f"`{node.sql_name().lower()}` is that of all there is in {reading.dialect}, elsewhere of a sample"
            return refuse_meaning(reading, node, what, f"write `{name}_pop` or `{name}_samp`")
        return calls.call(reading, node, f"{name}_samp", [node.this])

    return convert


def _sha2(reading: Reading, node: Any) -> syntax.Expr:
    length = node.args.get("length")
    if length is not None and length.name != "256":
        return refuse(reading, node, f"SHA-2 of {length.name} bits", "write `sha256(x)`")
    return calls.call(reading, node, "sha256", [node.this])


def at_time_zone(reading: Reading, node: Any) -> syntax.Expr:
    if reading.dialect not in ("duckdb", "postgres"):
        what = f"a timestamp has a zone or has none as {reading.dialect} is set up, and is turned one way or the other"
        return refuse_meaning(reading, node, what, "write `to_timezone(…)` or `from_timezone(…)` in a transform")
    return calls.call(reading, node, "at_time_zone", [node.this, node.args["zone"]])


_READ_AS_TIME = (exp.TimeStrToTime, exp.TsOrDsToDate, exp.TsOrDsToTimestamp)


def _time_to_text(reading: Reading, node: Any) -> syntax.Expr:
    """sqlglot has brought the format to strftime's letters; those that mean "with all digits" it marks `strict`."""
    refuse_others(reading, node, ("this", "format"))
    form = node.args["format"]
    if not isinstance(form, exp.Literal):
        return refuse(reading, form, "a format that is no constant")
    letters = syntax.Text(span=reading.span(form), value=re.sub(r"(%\w)strict", r"\1", form.name))
    call = calls.call(
        reading, node, "date_format", [node.this.this if isinstance(node.this, _READ_AS_TIME) else node.this]
    )
    return replace(call, args=(*call.args, syntax.Argument(span=letters.span, value=letters)))


def _day_of(name: str) -> Callable[[Reading, Any], syntax.Expr]:
    def convert(reading: Reading, node: Any) -> syntax.Expr:
        written = node.expression
        is_text = isinstance(written, exp.Literal) and len(written.name) > 1
        days = [each for each in WEEKDAYS if is_text and each.startswith(written.name.lower())]
        if len(days) != 1:
            return calls.call(reading, node, name, [node.this, written])
        day = syntax.Text(span=reading.span(written), value=days[0])
        call = calls.call(reading, node, name, [node.this])
        return replace(call, args=(*call.args, syntax.Argument(span=day.span, value=day)))

    return convert


SPECIAL: dict[type[exp.Expr], Callable[[Reading, Any], syntax.Expr]] = {
    exp.Extract: _extract,
    exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc,
    exp.DateDiff: _date_diff,
    exp.TsOrDsDiff: _date_diff,
    exp.TsOrDsAdd: _date_add,
    exp.DateAdd: _date_add,
    exp.TimestampAdd: _date_add,
    exp.AddMonths: _add_months,
    exp.Trim: _trim,
    exp.Pad: _pad,
    exp.Concat: _concat,
    exp.ArrayAgg: _collect,
    exp.Greatest: _many,
    exp.Least: _many,
    exp.Log: _logarithm,
    exp.RegexpReplace: _regexp_replace_of,
    exp.TsOrDsToDate: _to_date,
    exp.Stddev: _deviation("stddev"),
    exp.SHA2: _sha2,
    exp.AtTimeZone: at_time_zone,
    exp.TimeToStr: _time_to_text,
    exp.NextDay: _day_of("next_day"),
    exp.PreviousDay: _day_of("previous_day"),
}
