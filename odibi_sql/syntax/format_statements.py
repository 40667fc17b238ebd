"""Statements as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from odibi_sql.syntax.expressions import Argument, Expr, Name
from odibi_sql.syntax.format_expressions import filled, separated, write
from odibi_sql.syntax.format_operators import column, write_operator
from odibi_sql.syntax.format_words import name, text, type_text
from odibi_sql.syntax.layout import Writer
from odibi_sql.syntax.operators import Operator
from odibi_sql.syntax.statements import (
    Connect,
    ConnectionFrom,
    FieldSpec,
    FilesFrom,
    Fragment,
    Func,
    FuncParameter,
    Ingest,
    Layer,
    ModeClause,
    OnEvent,
    Option,
    Param,
    Pipeline,
    Publish,
    Python,
    Sql,
    Statement,
    Store,
    Test,
    TestRows,
    Transform,
    Trigger,
    Use,
    ValuesFrom,
)

_NARROW = 80  # a purpose that makes the first line longer than this has its own


def write_statement(out: Writer, node: Statement) -> None:
    """Write a whole statement."""
    with out.group(0 if isinstance(node, Connect | Func) else 2):
        match node:
            case Pipeline():
                _pipeline(out, node)
            case Param():
                _param(out, node)
            case Layer():
                _begin(out, node, "layer", node.name)
            case Connect():
                _begin(out, node, "connect", node.name)
                out.leaf(node.kind.span, f" = {name(node.kind)}")
                bracketed(out, node.arguments, _argument)
            case Ingest():
                _ingest(out, node)
            case Transform():
                _begin(out, node, "transform", node.name)
                out.leaf(node.source.span, f" from {name(node.source)}")
                _operators(out, node.operators)
            case _:
                _write_other(out, node)
        _options(out, node)


def _write_other(out: Writer, node: Statement) -> None:
    match node:
        case Sql():
            _sql(out, node)
        case Python():
            _python(out, node)
        case Store():
            _store(out, node)
        case Publish():
            _begin(out, node, "publish", node.dataset)
            out.text(" to ")
            _dotted(out, node.target)
            _mode(out, node.mode)
        case _:
            _write_later(out, node)


def _write_later(out: Writer, node: Statement) -> None:
    match node:
        case Func():
            _func(out, node)
        case Fragment():
            _begin(out, node, "fragment", node.name)
            bracketed(out, node.parameters, column)
            _operators(out, node.operators)
        case Use():
            out.leaf(node.span, "use ")
            write(out, node.path)
        case Test():
            _test(out, node)
        case Trigger():
            out.leaf(node.span, f"trigger {node.kind} ")
            write(out, node.schedule)
            if node.timezone is not None:
                out.leaf(node.timezone.span, f" timezone {text(node.timezone)}")
        case OnEvent():
            out.leaf(node.span, f"on {name(node.event)} call ")
            write(out, node.function)
            if node.priority is not None:
                out.leaf(node.priority.span, f" priority {name(node.priority)}")
        case _:
            raise AssertionError(type(node).__name__)


def _begin(out: Writer, node: Statement, word: str, named: Name) -> None:
    out.leaf(node.span, word)
    out.leaf(named.span, " " + name(named))


def bracketed(out: Writer, items: Sequence[Any], item: Callable[[Writer, Any], None]) -> None:
    """Write items in brackets: on one line, or each on a line of its own."""
    with out.group(2):
        out.text("(")
        out.line("") if items else None
        separated(out, items, item)
        with out.nest(-2):
            out.line("") if items else None
        out.text(")")


def _argument(out: Writer, node: Argument) -> None:
    if node.name is not None:
        out.leaf(node.name.span, f"{name(node.name, is_marked=True)}: ")
    write(out, node.value)


def _option(out: Writer, node: Option) -> None:
    out.leaf(node.name.span, f"{name(node.name, is_marked=True)}: ")
    write(out, node.value)


def _options(out: Writer, node: Statement) -> None:
    if node.options:
        out.line()
        out.text("with ")
        bracketed(out, node.options, _option)


def _operators(out: Writer, nodes: Sequence[Operator]) -> None:
    for node in nodes:
        out.hard()
        write_operator(out, node)


def _pipeline(out: Writer, node: Pipeline) -> None:
    _begin(out, node, "pipeline", node.name)
    if node.purpose is not None:
        purpose = text(node.purpose)
        is_short = len(f"pipeline {node.name.text} {purpose}") <= _NARROW
        out.text(" ") if is_short else out.hard()
        out.leaf(node.purpose.span, purpose)


def _param(out: Writer, node: Param) -> None:
    _begin(out, node, "param", node.name)
    out.leaf(node.type.span, " " + type_text(node.type))
    if node.default is not None:
        out.text(" = ")
        write(out, node.default)


def _field(out: Writer, node: FieldSpec) -> None:
    out.leaf(node.name.span, name(node.name))
    out.leaf(node.type.span, f" {type_text(node.type)}{' not null' if node.is_not_null else ''}")


def _ingest(out: Writer, node: Ingest) -> None:
    _begin(out, node, "ingest", node.name)
    out.text(" from ")
    _source(out, node.source)
    if node.schema is not None:
        out.hard()
        out.text("schema ")
        bracketed(out, node.schema, _field)
    if node.key:
        out.line()
        out.text("key ")
        filled(out, node.key, column)
    if node.incremental is not None:
        out.line()
        out.leaf(node.incremental.span, f"incremental by {name(node.incremental)}")
    if node.watermark is not None:
        out.line()
        out.leaf(node.watermark[0].span, f"watermark {name(node.watermark[0])} ")
        write(out, node.watermark[1])
    _operators(out, node.operators)


def _source(out: Writer, node: FilesFrom | ConnectionFrom | ValuesFrom) -> None:
    match node:
        case FilesFrom():
            _location(out, node.format, node.connection, node.location, node.options)
            if node.version is not None:
                out.text(" version ")
                write(out, node.version)
        case ConnectionFrom():
            _dotted(out, node.parts)
            if node.sql is not None:
                out.leaf(node.sql.span, f" sql {text(node.sql)}")
        case ValuesFrom():
            with out.group(0):
                out.text("values ")
                bracketed(out, node.fields, _field)
                out.line() if node.rows else None
                separated(out, node.rows, _row)


def _location(out: Writer, format: Name, connection: Name | None, location: Expr, options: Sequence[Option]) -> None:
    column(out, format)
    out.text(" ")
    if connection is not None:
        column(out, connection)
        out.text(" ")
    write(out, location)
    if options:
        out.text(" ")
        bracketed(out, options, _option)


def _row(out: Writer, values: Sequence[Expr]) -> None:
    with out.group(2):
        out.text("(")
        filled(out, values, write)
        out.text(")")


def _dotted(out: Writer, parts: Sequence[Name]) -> None:
    for index, part in enumerate(parts):
        out.leaf(part.span, "." * (index > 0) + name(part))


def _sql(out: Writer, node: Sql) -> None:
    _begin(out, node, "sql", node.name)
    out.text(" from ")
    filled(out, node.sources, column)
    if node.dialect is not None:
        out.leaf(node.dialect.span, f" dialect {name(node.dialect)}")
    out.text(" ")
    write(out, node.text)


def _python(out: Writer, node: Python) -> None:
    _begin(out, node, "python", node.name)
    out.text(" from ")
    filled(out, node.sources, column)
    out.line()
    out.leaf(node.function.span, f"using {text(node.function)}")
    if node.returns:
        out.line()
        out.text("returns ")
        bracketed(out, node.returns, _field)


def _store(out: Writer, node: Store) -> None:
    _begin(out, node, "store", node.dataset)
    out.text(" to ")
    _location(out, node.format, node.connection, node.location, node.format_options)
    _mode(out, node.mode)
    if node.partition:
        out.line()
        out.text("partition by ")
        filled(out, node.partition, column)


def _mode(out: Writer, node: ModeClause | None) -> None:
    if node is None:
        return
    out.line()
    out.leaf(node.span, f"mode {node.mode}" + " on " * bool(node.keys))
    filled(out, node.keys, column)


def _func(out: Writer, node: Func) -> None:
    _begin(out, node, "func", node.name)
    bracketed(out, node.parameters, _func_parameter)
    out.text(" =")
    out.line()
    write(out, node.body)


def _func_parameter(out: Writer, node: FuncParameter) -> None:
    out.leaf(node.name.span, f"{name(node.name)} {type_text(node.type)}")
    if node.default is not None:
        out.text(" = ")
        write(out, node.default)


def _test(out: Writer, node: Test) -> None:
    out.leaf(node.span, "test ")
    write(out, node.title)
    for word, tables in (("given", node.given), ("expect", node.expected)):
        for each in tables:
            out.hard()
            _test_rows(out, word, each)


def _test_rows(out: Writer, word: str, node: TestRows) -> None:
    out.leaf(node.span, f"{word} {name(node.dataset)} ")
    bracketed(out, node.columns, column)
    with out.nest(2):
        for index, row in enumerate(node.rows):
            out.text("," if index else "")
            out.hard()
            _row(out, row)
