"""From the pieces of a text to nodes: statements. One function for each rule, as in `build_expressions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from odibi_sql.diagnostics import CompileError, Span
from odibi_sql.diagnostics.syntax_errors import RepeatedClause
from odibi_sql.syntax.expressions import Argument, Call, Duration, Expr, Name, Number, Text, TypeName
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

Clause = tuple[str, Span, Any]  # what it sets, where, to what
Names = tuple[Name, ...]
Operators = tuple[Operator, ...]
Options = tuple[Option, ...] | None
Row = tuple[Span, tuple[Expr, ...]]


def _same(span: Span, node: Any) -> Any:
    return node


def _tuple(span: Span, *items: Any) -> tuple[Any, ...]:
    return items


def _pipeline(span: Span, name: Name, purpose: Text | None) -> Statement:
    return Pipeline(span=span, name=name, purpose=purpose)


def _param(span: Span, name: Name, type: TypeName, default: Expr | None) -> Statement:
    return Param(span=span, name=name, type=type, default=default)


def _layer(span: Span, name: Name) -> Statement:
    return Layer(span=span, name=name)


def _connect(span: Span, name: Name, kind: Name, arguments: tuple[Argument, ...] | None, options: Options) -> Statement:
    return Connect(span=span, name=name, kind=kind, arguments=arguments or (), options=options or ())


def _ingest(
    span: Span, name: Name, source: Any, clauses: dict[str, Any], ops: Operators, options: Options
) -> Statement:
    return Ingest(span=span, name=name, source=source, operators=ops, options=options or (), **clauses)


def _files_from(
    span: Span, format: Name, connection: Name | None, location: Text, options: Options, version: Expr | None
) -> FilesFrom:
    return FilesFrom(
        span=span, format=format, connection=connection, location=location, options=options or (), version=version
    )


def _connection_from(span: Span, parts: Names, word: str | None, sql: Text | None) -> ConnectionFrom:
    return ConnectionFrom(span=span, parts=parts, sql=sql)


def _values_from(span: Span, fields: tuple[FieldSpec, ...], rows: tuple[Row, ...] | None) -> ValuesFrom:
    return ValuesFrom(
        span=span,
        fields=fields,
        rows=tuple(values for _, values in rows or ()),
        row_spans=tuple(place for place, _ in rows or ()),
    )


def _clauses(span: Span, *clauses: Clause) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, place, value in clauses:
        if name in facts:
            raise CompileError((RepeatedClause(span=place, clause=name),))
        facts[name] = value
    return facts


def _clause(span: Span, word: str, value: Any) -> Clause:
    return word, span, value


def _watermark(span: Span, word: str, column: Name, lag: Duration) -> Clause:
    return word, span, (column, lag)


def _transform(span: Span, name: Name, source: Name, ops: Operators, options: Options) -> Statement:
    return Transform(span=span, name=name, source=source, operators=ops, options=options or ())


def _sql(span: Span, name: Name, sources: Names, dialect: Name | None, text: Text, options: Options) -> Statement:
    quotes = 3 if text.span.text.startswith('"""') else 1
    return Sql(
        span=span,
        name=name,
        sources=sources,
        dialect=dialect,
        text=text,
        text_start=text.span.start + quotes,
        options=options or (),
    )


def _python(
    span: Span, name: Name, sources: Names, function: Text, returns: tuple[FieldSpec, ...] | None, options: Options
) -> Statement:
    return Python(
        span=span, name=name, sources=sources, function=function, returns=returns or (), options=options or ()
    )


def _store(
    span: Span,
    dataset: Name,
    format: Name,
    connection: Name | None,
    location: Text,
    format_options: Options,
    clauses: dict[str, Any],
    options: Options,
) -> Statement:
    return Store(
        span=span,
        dataset=dataset,
        format=format,
        connection=connection,
        location=location,
        format_options=format_options or (),
        mode=clauses.get("mode"),
        partition=clauses.get("partition", ()),
        options=options or (),
    )


def _publish(span: Span, dataset: Name, target: Names, clauses: dict[str, Any], options: Options) -> Statement:
    return Publish(span=span, dataset=dataset, target=target, mode=clauses.get("mode"), options=options or ())


def _mode(span: Span, *words: str) -> ModeClause:
    return ModeClause(span=span, mode=" ".join(words))  # type: ignore[arg-type]


def _keyed_mode(span: Span, word: Any, keys: Names) -> ModeClause:
    return ModeClause(span=span, mode=word, keys=keys)


def _func(span: Span, name: Name, parameters: tuple[FuncParameter, ...] | None, body: Expr) -> Statement:
    return Func(span=span, name=name, parameters=parameters or (), body=body)


def _func_parameter(span: Span, name: Name, type: TypeName, default: Expr | None) -> FuncParameter:
    return FuncParameter(span=span, name=name, type=type, default=default)


def _fragment(span: Span, name: Name, parameters: Names | None, ops: Operators) -> Statement:
    return Fragment(span=span, name=name, parameters=parameters or (), operators=ops)


def _use(span: Span, path: Text) -> Statement:
    return Use(span=span, path=path)


def _test(span: Span, title: Text, given: tuple[TestRows, ...], expected: tuple[TestRows, ...]) -> Statement:
    return Test(span=span, title=title, given=given, expected=expected)


def _test_rows(span: Span, dataset: Name, columns: Names, rows: tuple[Row, ...] | None) -> TestRows:
    return TestRows(span=span, dataset=dataset, columns=columns, rows=tuple(values for _, values in rows or ()))


def _trigger(span: Span, kind: Any, schedule: Expr, timezone: Text | None = None) -> Statement:
    return Trigger(span=span, kind=kind, schedule=schedule, timezone=timezone)


def _on_event(span: Span, word: str, event: Name, function: Call | Text, priority: Name | None) -> Statement:
    return OnEvent(span=span, event=event, function=function, priority=priority)


def _option(span: Span, name: Name, value: Expr) -> Option:
    return Option(span=span, name=name, value=value)


def _field(span: Span, name: Name, type: TypeName, negation: str | None) -> FieldSpec:
    return FieldSpec(span=span, name=name, type=type, is_not_null=negation is not None)


def _row(span: Span, values: tuple[Expr, ...]) -> Row:
    return span, values


def number_of(span: Span, text: str) -> Number:
    """Return the node of a number as it stands in the text."""
    return Number(span=span, text=text.replace("_", ""))


def text_of(span: Span, text: str) -> Text:
    """Return the node of a string as it stands in the text, with its quotes."""
    if text.startswith('"""'):
        return Text(span=span, value=text[3:-3])
    return Text(span=span, value=text[1:-1].replace(text[0] * 2, text[0]))


def name_of(span: Span, text: str) -> Name:
    """Return the node of a name as it stands in the text, perhaps between backticks."""
    return Name(span=span, text=text[1:-1].replace("``", "`") if text[0] == "`" else text)


CALLBACKS: dict[str, Callable[..., Any]] = {
    "connect": _connect,
    "connection_from": _connection_from,
    "dotted": _tuple,
    "field": _field,
    "fields": _tuple,
    "file": _tuple,
    "files_from": _files_from,
    "format_options": _same,
    "fragment": _fragment,
    "func": _func,
    "func_parameter": _func_parameter,
    "func_parameters": _tuple,
    "ingest": _ingest,
    "ingest_clause": _clause,
    "ingest_clauses": _clauses,
    "keyed_mode": _keyed_mode,
    "layer": _layer,
    "mode": _mode,
    "on_event": _on_event,
    "option": _option,
    "options": _tuple,
    "param": _param,
    "pipeline": _pipeline,
    "publish": _publish,
    "python": _python,
    "row": _row,
    "rows": _tuple,
    "sql": _sql,
    "statement": _same,
    "step_options": _same,
    "store": _store,
    "store_clause": _clause,
    "store_clauses": _clauses,
    "test": _test,
    "test_expected": _tuple,
    "test_given": _tuple,
    "test_rows": _test_rows,
    "transform": _transform,
    "trigger": _trigger,
    "use": _use,
    "values_from": _values_from,
    "watermark": _watermark,
}
