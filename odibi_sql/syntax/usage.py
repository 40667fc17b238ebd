"""The words of the language for its messages: how each statement and operator is written, and what others call them."""

from __future__ import annotations

STATEMENTS = {
    "connect": 'connect lake = s3(bucket: "acme")',
    "fragment": "fragment latest(key, at) | dedupe by key keep last at",
    "func": "func vat(amount float64) = amount * 0.2",
    "ingest": 'ingest meters from csv "data/*.csv" schema (meter_id int64, kwh float64)',
    "layer": "layer silver",
    "on": 'on node_error call "alerts:send" priority high',
    "param": "param day date = date '2025-11-01'",
    "pipeline": 'pipeline smart_grid "What it is for."',
    "publish": "publish spikes to grid.spikes mode append",
    "python": 'python scored from orders using "models:score" returns (order_id int64)',
    "sql": 'sql spikes from readings """select * from readings where kwh > 100"""',
    "store": 'store hourly to parquet "lake/hourly" mode overwrite',
    "test": 'test "title" given meters (id) (1) expect readings (id) (1)',
    "transform": "transform clean from meters | filter kwh > 0",
    "trigger": "trigger every 5 minutes",
    "use": 'use "common.odibi"',
}
OPERATORS = {
    "aggregate": "aggregate total = sum(amount), orders = count() group by region",
    "apply": "apply latest(order_id, updated_at)",
    "cast": "cast amount decimal(12, 2), client string",
    "dedupe": "dedupe by meter_id, ts keep last received_at",
    "derive": "derive tax = amount * 0.2",
    "distinct": "distinct",
    "drop": "drop tax_code, note",
    "except": "except cancelled_orders",
    "expect": "expect plausible: kwh between 0 and 500 else drop",
    "explode": "explode tags as tag",
    "fill": "fill region = 'unknown'",
    "filter": "filter amount > 0",
    "intersect": "intersect known_orders",
    "join": "join left sites (region, capacity) on meter_id",
    "limit": "limit 10 offset 20",
    "pivot": "pivot metric in ('temp', 'humidity') value avg(value) group by device_id",
    "rename": "rename client = customer_id",
    "sample": "sample 10 percent seed 42",
    "select": "select order_id, day = cast(ordered_at as date)",
    "set": "set status = lower(status)",
    "sort": "sort total desc, segment",
    "union": "union more_readings, old_readings",
    "unpivot": "unpivot temp, humidity into metric, value",
}
WHERE_WORDS = frozenset(("where", "having"))
# What an operator is called elsewhere.
OTHER_OPERATORS = {
    **dict.fromkeys(("add", "assign", "compute", "extend", "let", "mutate", "with", "with_columns"), "derive"),
    **dict.fromkeys(("modify", "replace", "update"), "set"),
    **dict.fromkeys(("first", "head", "take", "top"), "limit"),
    **dict.fromkeys(("delete", "exclude", "remove"), "drop"),
    **dict.fromkeys(("group", "group_by", "summarise", "summarize"), "aggregate"),
    **dict.fromkeys(("arrange", "order", "order_by", "orderby"), "sort"),
    **dict.fromkeys(("columns", "keep", "project"), "select"),
    **dict.fromkeys(("assert", "check", "require", "validate"), "expect"),
    **dict.fromkeys(("append", "concat", "union_all"), "union"),
    **dict.fromkeys(("coalesce", "fill_null", "fillna"), "fill"),
    **dict.fromkeys(("dedup", "deduplicate", "unique_by"), "dedupe"),
    **dict.fromkeys(("cross", "full", "inner", "left", "merge", "right"), "join"),
    **dict.fromkeys(("flatten", "unnest"), "explode"),
    **dict.fromkeys(("unique", "uniq"), "distinct"),
    "melt": "unpivot",
    "minus": "except",
}
# What a statement is called elsewhere.
OTHER_STATEMENTS = {
    **dict.fromkeys(("extract", "load", "read", "source"), "ingest"),
    **dict.fromkeys(("create", "dataset", "model", "step", "table", "view"), "transform"),
    **dict.fromkeys(("query", "select", "with"), "sql"),
    **dict.fromkeys(("save", "sink", "write"), "store"),
    **dict.fromkeys(("export", "send"), "publish"),
    **dict.fromkeys(("arg", "parameter", "set", "var", "variable"), "param"),
    **dict.fromkeys(("connection", "database"), "connect"),
    **dict.fromkeys(("def", "fn", "function", "macro"), "func"),
    **dict.fromkeys(("import", "include"), "use"),
    **dict.fromkeys(("cron", "every", "schedule"), "trigger"),
}
# What another word is called elsewhere.
OTHER_WORDS = {
    "using": "on",
    "into": "to",
    "columns": "schema",
    "ascending": "asc",
    "descending": "desc",
    "skip": "offset",
}


def usage_of(word: str) -> str:
    """Return how a statement or an operator is written, as a sentence; "" for any other word."""
    if word in OPERATORS and word != "cast":
        return f"`{word}` is written `| {OPERATORS[word]}`"
    if word in STATEMENTS:
        return f"`{word}` is written `{STATEMENTS[word]}`"
    return ""
