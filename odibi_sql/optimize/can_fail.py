"""Which expressions can fail the run: they must never see a row that they would not have seen as written.

Whoever is not known here to give a value for every argument counts as one that can fail; the only price of a wrong
"can fail" is a filter that stays where it was written.
"""

from __future__ import annotations

from odibi_sql import ir
from odibi_sql.ir.walk import every, expressions, inputs

CONDITIONS = frozenset(
    ["=", "<>", "<", "<=", ">", ">=", "and", "or", "not", "is null", "is distinct from", "in", "between"]
    + ["is true", "is false", "||", "%", "[]", "array", "like", "ilike"]
)
ARITHMETIC = frozenset(["+", "-", "*", "/", "negate"])  # total on floats alone: whole numbers and decimals overflow
TOTAL_FUNCTIONS = frozenset(
    ["coalesce", "ifnull", "nullif", "if", "nvl2", "greatest", "least", "upper", "lower", "initcap", "length"]
    + ["octet_length", "trim", "ltrim", "rtrim", "left", "right", "replace", "concat", "concat_ws", "reverse"]
    + ["starts_with", "ends_with", "contains", "strpos", "position", "translate", "is_blank", "count_text"]
    + ["regexp_matches", "regexp_full_match", "regexp_extract", "regexp_replace", "regexp_count", "json_valid"]
    + ["is_nan", "is_inf", "is_finite", "is_even", "sign", "floor", "ceil", "bitwise_and", "bitwise_or", "bitwise_xor"]
    + ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond"]
    + ["day_of_week", "day_of_year", "iso_year", "month_name", "day_name", "date_trunc", "date_part", "last_day"]
    + ["now", "today", "to_text", "try_to_int", "try_to_float", "try_to_bool", "try_to_date", "try_to_timestamp"]
    + ["array_length", "array_contains", "element_at", "md5", "sha1", "sha256", "hex"]
    + ["date_format", "try_parse_date", "try_parse_timestamp", "epoch_day", "days_in_month", "is_weekend"]
    + ["try_add", "try_subtract", "try_multiply", "nullif_zero", "zero_if_null", "equal_null", "nullif_blank"]
    + ["normalize_space", "remove_prefix", "remove_suffix", "parse_url", "url_parameter", "map_entries"]
    + ["geohash", "geohash_lat", "geohash_lon", "haversine"]
)


def can_fail(expr: ir.Expr) -> bool:
    """Whether there are values for which `expr` fails the run instead of giving a value or null."""
    return any(map(_fails_itself, every(expr)))


def _fails_itself(expr: ir.Expr) -> bool:
    match expr:
        case ir.Call(function=function, type=type_):
            if function in ARITHMETIC:
                return not isinstance(type_, ir.Float)
            return function not in CONDITIONS and function not in TOTAL_FUNCTIONS
        case ir.Cast(operand=operand, type=to, is_try=is_try):
            return not (is_try or _always_fits(operand.type, to))
        case ir.AggregateCall() | ir.WindowCall():
            return expr.function in ("sum", "avg") and not isinstance(expr.type, ir.Float)
        case ir.ScalarQuery(relation=relation):
            return not _is_one_row(relation) or _relation_can_fail(relation)
        case ir.Exists(relation=relation) | ir.InQuery(relation=relation):
            return _relation_can_fail(relation)
    return False


def _always_fits(from_: ir.Type, to: ir.Type) -> bool:
    match from_, to:
        case (same, other) if same == other:
            return True
        case (ir.Null(), _) | (ir.Bool(), ir.Integer()) | (ir.Date(), ir.Timestamp()) | (ir.Timestamp(), ir.Date()):
            return True
        case (ir.Integer(bits=bits), ir.Integer(bits=wider)) | (ir.Float(bits=bits), ir.Float(bits=wider)):
            return bits <= wider
        case (ir.Integer() | ir.Decimal(), ir.Float(bits=64)):
            return True
        case ((ir.Integer() | ir.Decimal()) as narrow, ir.Decimal(precision=precision, scale=scale)):
            as_decimal = ir.decimal_of(narrow)
            assert as_decimal is not None
            return as_decimal.scale <= scale and as_decimal.precision - as_decimal.scale <= precision - scale
        case (ir.Bool() | ir.Integer() | ir.Float() | ir.Decimal() | ir.Date() | ir.Timestamp(), ir.String()):
            return True
    return False


def _is_one_row(relation: ir.Relation) -> bool:
    match relation:
        case ir.Aggregate(keys=()):
            return True
        case ir.Project() | ir.Filter() | ir.Sort():
            return _is_one_row(relation.input)
        case ir.Limit(count=count, per=()):
            return (count is not None and count <= 1) or _is_one_row(relation.input)
    return False


def _relation_can_fail(relation: ir.Relation) -> bool:
    if isinstance(relation, ir.Scan) or any(can_fail(expr) for expr in expressions(relation)):
        return True
    return any(_relation_can_fail(each) for each in inputs(relation))
