"""Reading files: the engine's reader, told exactly what there is and left nothing to guess."""

from __future__ import annotations

from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import ir
from odibi_sql.lower.draft import Cte, Draft, Source, Value, column, over_source, value_of
from odibi_sql.lower.scope import Place
from odibi_sql.lower.sets import no_rows
from odibi_sql.lower.typed import cast_to, text
from odibi_sql.lower.wrapping import table
from odibi_sql.plan import View

Known = dict[str, tuple[str, ir.OptionValue]]
CSV_OPTIONS: Known = {  # of the language: the engine's name for it, and what it is without a word
    "delimiter": ("delim", ","),
    "quote": ("quote", '"'),
    "escape": ("escape", '"'),
    "null": ("nullstr", ""),
    "encoding": ("encoding", "utf-8"),
    "skip": ("skip", 0),
    "comment": ("comment", ""),
    "decimal": ("decimal_separator", "."),
}
TIME_OPTIONS: Known = {"date_format": ("dateformat", ""), "timestamp_format": ("timestampformat", "")}
Settings = dict[str, exp.Expression]


def lower_scan(scan: ir.Scan, place: Place) -> Draft:
    """Return the draft that reads the files; several layouts of files are put together in a CTE."""
    source, name = scan.source, place.owner
    if not source.groups:
        return no_rows(scan.schema, place)  # no file matches yet
    if not place.dialect.can.read_functions:
        return _view(scan, place)
    if len(source.groups) == 1:
        return _draft(scan, _source(scan, source.groups[0], place), place)
    reads = [_all_of(_source(scan, group, place)) for group in source.groups]
    query = reads[0]
    for each in reads[1:]:
        query = exp.Union(this=query, expression=each, distinct=False, by_name=True)
    cte = Cte(name=place.names.of_step(name), query=query)
    table = Source(
        alias=cte.name,
        sql=exp.Table(this=exp.Identifier(this=cte.name)),
        columns=source.columns.names,
        is_named=True,
        is_exact=False,
    )
    return over_source(table, scan.schema, name, (cte,))


def _view(scan: ir.Scan, place: Place) -> Draft:
    """Return the draft over a view of the files, which the engine makes."""
    view = View(name=place.names.of_step(place.owner), source=scan.source, schema=scan.schema)
    place.views.append(view)
    return over_source(table(view.name, scan.schema.names), scan.schema, place.owner)


def _all_of(source: Source) -> exp.Expression:
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.sql))


def _draft(scan: ir.Scan, source: Source, place: Place) -> Draft:
    draft = over_source(source, scan.schema, place.owner)
    for name in scan.source.casts:
        field = scan.schema.get(name)
        if field is not None:
            sql = cast_to(column(name, source.alias), field.type, place.dialect)
            is_cut = isinstance(field.type, ir.Timestamp)
            draft.env[name] = _whole(sql, field, place) if is_cut else value_of(sql, field.type)
    return draft


def _whole(sql: exp.Expression, field: ir.Field, place: Place) -> Value:
    """Return a time that was finer in the file: what microseconds do not hold fails the run."""
    message = f"{field.name} of {place.owner} has nanoseconds, which a timestamp does not hold"
    failure = cast_to(exp.Anonymous(this="error", expressions=[text(message)]), field.type, place.dialect)
    is_less = exp.NEQ(this=sql.copy(), expression=sql.this.copy())
    checked = exp.Case(ifs=[exp.If(this=is_less, true=failure)], default=sql)
    return replace(value_of(checked, field.type), is_volatile=True)


def _source(scan: ir.Scan, group: ir.FileGroup, place: Place) -> Source:
    source = scan.source
    files = _files(group)
    match source.format:
        case "parquet":
            sql, names = _parquet(source, group, files, place), source.columns.names
        case "csv":
            sql, names = _csv(source, group, files, place), (*group.header, *source.hive)
        case _:
            sql, names = _json(scan, group, files, place), (*_own(scan.schema, source), *source.hive)
    is_exact = source.format != "parquet"
    return Source(
        alias=place.owner,
        sql=sql,
        columns=names,
        is_named=False,
        is_exact=is_exact,
        is_wide=isinstance(sql.this, exp.Func),
    )


def _files(group: ir.FileGroup) -> exp.Expression:
    if group.pattern is not None:
        return text(group.pattern)
    listed = [text(file) for file in group.files]
    return listed[0] if len(listed) == 1 else exp.Array(expressions=listed)


def _reader(name: str, files: exp.Expression, settings: Settings) -> exp.Expression:
    said = [exp.EQ(this=exp.Identifier(this=key), expression=value) for key, value in settings.items()]
    return exp.Table(this=exp.Anonymous(this=name, expressions=[files, *said]))


def _parquet(source: ir.FileSource, group: ir.FileGroup, files: exp.Expression, place: Place) -> exp.Expression:
    settings = _hive(source, group, place)
    if source.by_name:
        settings["union_by_name"] = exp.true()
    if not settings and place.dialect.can.scan_by_path and str(files.this).endswith(".parquet"):
        return exp.Table(this=files)
    return _reader("read_parquet", files, settings)


def _csv(source: ir.FileSource, group: ir.FileGroup, files: exp.Expression, place: Place) -> exp.Expression:
    options = dict(source.options)
    settings: Settings = {"header": exp.Boolean(this=bool(options.get("header", True)))}
    settings |= _options(options, CSV_OPTIONS | TIME_OPTIONS) | _compression(options, "none")
    if not options.get("quoted_null", False):
        settings["allow_quoted_nulls"] = exp.false()
    settings["auto_detect"] = exp.false()
    settings["columns"] = _types({name: _type(source, name) for name in group.header}, place)
    return _reader("read_csv", files, settings | _hive(source, group, place))


def _type(source: ir.FileSource, name: str) -> ir.Type:
    field = source.columns.get(name)
    return ir.STRING if field is None or name in source.hive else field.type


def _json(scan: ir.Scan, group: ir.FileGroup, files: exp.Expression, place: Place) -> exp.Expression:
    source, options = scan.source, dict(scan.source.options)
    settings: Settings = {"format": text("newline_delimited" if source.format == "ndjson" else "auto")}
    settings |= _options(options, TIME_OPTIONS) | _compression(options, "uncompressed")
    columns = {name: source.columns[name].type for name in _own(scan.schema, source)}
    if columns:
        settings["columns"] = _types(columns, place)
    return _reader("read_json", files, settings | _hive(source, group, place))


def _own(schema: ir.Schema, source: ir.FileSource) -> tuple[str, ...]:
    """Return the columns of the schema that are members of the objects; at least one, for their rows to be seen."""
    names = tuple(name for name in schema.names if name not in source.hive)
    return names or tuple(name for name in source.columns.names if name not in source.hive)[:1]


def _options(options: dict[str, ir.OptionValue], known: Known) -> Settings:
    said: Settings = {}
    for name, (word, default) in known.items():
        value = options.get(name, default)
        if value != default:
            said[word] = exp.Literal.number(value) if isinstance(value, int) else text(str(value))
    return said


def _compression(options: dict[str, ir.OptionValue], none: str) -> Settings:
    value = options.get("compression", "auto")
    return {} if value == "auto" else {"compression": text(none if value == "none" else str(value))}


def _hive(source: ir.FileSource, group: ir.FileGroup, place: Place) -> Settings:
    """Say whether folders are columns: by itself the engine goes by what the paths look like."""
    if not source.hive:
        looks_so = any("=" in file for file in group.files)
        return {"hive_partitioning": exp.false()} if looks_so else {}
    types = {name: source.columns[name].type for name in source.hive}
    return {"hive_partitioning": exp.true(), "hive_types": _types(types, place)}


def _types(types: dict[str, ir.Type], place: Place) -> exp.Expression:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.Identifier(this=name, quoted=True), expression=text(place.dialect.type_name(type_)))
            for name, type_ in types.items()
        ]
    )
