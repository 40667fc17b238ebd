"""Pipelines in the tests of steps: checked against a catalog in memory, shown in few words, run by the interpreter."""

from __future__ import annotations

import datetime
from typing import Any

from interpreter import run_graph
from interpreter.functions import FUNCTIONS

from odibi_sql import ir
from odibi_sql.check import Checked, check
from odibi_sql.diagnostics import CompileError, Diagnostic, Source, render
from odibi_sql.ir.walk import inputs
from odibi_sql.syntax.parse import parse_with_errors

FUNCTIONS.setdefault("array_compact", lambda args, expr: [each for each in args[0] if each is not None])
CLOCK = datetime.datetime(2025, 11, 1, 12)
ORDERS = """\
ingest orders from values (order_id int64 not null, customer_id int64, status string, amount float64, at timestamp)
  (1, 7, 'new', 9.5, timestamp '2025-11-01 10:00:00'), (2, 7, 'void', 3.0, timestamp '2025-11-01 11:00:00'),
  (3, 8, null, null, timestamp '2025-10-01 10:00:00'), (4, null, 'new', 20.0, null)
"""
CUSTOMERS = """\
ingest customers from values (customer_id int64 not null, name string, since date)
  (7, 'Ada', date '2020-01-01'), (9, 'Bob', null) key customer_id
"""


class MemoryCatalog:
    """Sources by their location: a schema that is there, or a problem."""

    def __init__(self, sources: dict[str, ir.Schema] | None = None) -> None:
        self.sources = sources or {}
        self.requests: list[ir.SourceRequest] = []

    def describe(self, request: ir.SourceRequest) -> ir.Described:
        self.requests.append(request)
        schema = self.sources.get(request.location, request.declared)
        if schema is None:
            raise ir.SourceProblem(f"no file matches `{request.location}`", "declare the columns: `schema (…)`")
        source = ir.FileSource(
            format=request.format, groups=(ir.FileGroup(pattern=request.location, files=()),), columns=schema
        )
        warnings = ("`empty.csv` is empty",) if "empty" in request.location else ()
        return ir.Described(source=source, schema=schema, is_discovered=request.declared is None, warnings=warnings)


def checked(text: str, catalog: MemoryCatalog | None = None, **parameters: object) -> Checked:
    """Return the checked pipeline. Raises CompileError."""
    tree, findings = parse_with_errors(Source("p.odibi", text))
    return check(tree, catalog or MemoryCatalog(), parameters, CLOCK, findings)


def findings(text: str, catalog: MemoryCatalog | None = None, **parameters: object) -> tuple[Diagnostic, ...]:
    """Return all that is found, errors or warnings."""
    try:
        return checked(text, catalog, **parameters).warnings
    except CompileError as error:
        return error.diagnostics


def codes(text: str, **parameters: object) -> list[str]:
    """Return the codes of all that is found, in the order of the text."""
    return [each.code for each in findings(text, **parameters)]


def picture(text: str, **parameters: object) -> str:
    """Return the pictures of all that is found."""
    return "\n\n".join(render(each) for each in findings(text, **parameters))


def step(*operators: str, source: str = "orders", before: str = ORDERS + CUSTOMERS) -> str:
    """Return a pipeline of the usual datasets and one transform `t` with these operators."""
    return f"{before}\ntransform t from {source}\n" + "".join(f"  | {each}\n" for each in operators)


def made(text: str, name: str = "t", **parameters: object) -> ir.Dataset:
    """Return a dataset of a pipeline without errors."""
    return checked(text, **parameters).graph.dataset(name)


def columns(text: str, name: str = "t") -> list[str]:
    """Return the columns of a dataset as they would be declared."""
    return [str(field) for field in made(text, name).relation.schema]


def rows(text: str, name: str = "t") -> list[tuple[Any, ...]]:
    """Return the rows of a dataset, as the interpreter has them."""
    graph = checked(text).graph
    found = run_graph(graph, {})[0][name]
    return [tuple(row[field] for field in graph.dataset(name).relation.schema.names) for row in found]


def gates(text: str) -> dict[str, int]:
    """Return what breaks each rule of a pipeline, as the interpreter counts it."""
    graph = checked(text).graph
    counts = run_graph(graph, {})[1]
    return {rule.name: counts[gate.name][rule.column] for gate in graph.gates for rule in gate.rules}


def kinds(relation: ir.Relation) -> list[str]:
    """Return the kinds of the relations from the top down, always the first input."""
    found = [type(relation).__name__]
    while inputs(relation):
        relation = inputs(relation)[0]
        found.append(type(relation).__name__)
    return found


def order(keys: tuple[ir.SortKey, ...]) -> list[str]:
    """Return the keys of an order as they would be written."""
    words = []
    for key in keys:
        assert isinstance(key.value, ir.Column)
        words.append(key.value.name + (" desc" if key.descending else "") + (" nulls first" if key.nulls_first else ""))
    return words


def keys(dataset: ir.Dataset) -> list[list[str]]:
    """Return the keys of a dataset."""
    return [sorted(each) for each in dataset.keys]
