"""Which cases there are: for each function and operator expressions over columns, and the rows that they are given."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from conformance.edges import CONSTANTS, DOCUMENTS, EDGES, GIVEN, TYPES
from odibi_sql import ir
from odibi_sql.functions import CATALOGUE, Function, Parameter, Resolved, resolve
from odibi_sql.functions.resolve import parameters_of

MOST_ROWS = 250  # of one case; more are drawn by lot, always the same
MOST_TYPES = 3  # of each argument, where there are three and more


class Case(msgspec.Struct, frozen=True):
    """An expression with `{0}`, `{1}` for its arguments, their types, and the arguments of each row."""

    text: str
    types: tuple[ir.Type, ...]
    rows: tuple[tuple[Any, ...], ...]


def scalar_cases(name: str) -> list[Case]:
    """Return the cases of a scalar function of the catalogue."""
    function = CATALOGUE[name]
    return [_case(function, *each) for each in signatures(function)]


def crossed(values: Sequence[Sequence[Any]], seed: str) -> tuple[tuple[Any, ...], ...]:
    """Return every combination of the values, or as many as one case has."""
    rows = list(itertools.product(*values))
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    return tuple(random.Random(seed).sample(rows, MOST_ROWS))


def edges(type_: ir.Type) -> list[Any]:
    """Return the values at the edges of a type, null among them."""
    if isinstance(type_, ir.Json):
        return [None, *(each for each in DOCUMENTS if each not in ("{", "", "nope"))]
    return [None, *EDGES[type_]]


def written(value: Any) -> str:
    """Return a constant as the language writes it."""
    if value is None:
        return "null"
    if isinstance(value, ir.Interval):
        return f"{value.days} days" if value.days else f"{value.microseconds} microseconds"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _case(function: Function, types: tuple[ir.Type, ...], constants: tuple[Any, ...]) -> Case:
    parameters = parameters_of(function, len(types)) or ()
    parts, columns, values = [], [], []
    for parameter, type_, constant in zip(parameters, types, constants, strict=True):
        if parameter.is_constant:
            parts.append(written(constant).replace("{", "{{").replace("}", "}}"))
            continue
        parts.append(f"{{{len(columns)}}}" if type_ != ir.JSON else f"cast({{{len(columns)}}} as json)")
        columns.append(ir.STRING if type_ == ir.JSON else type_)
        values.append(_values(function, parameter, type_))
    text = f"{function.name}({', '.join(parts)})"
    return Case(text, tuple(columns), crossed(values, text))


def _values(function: Function, parameter: Parameter, type_: ir.Type) -> list[Any]:
    given = GIVEN.get(parameter.name, [])
    if function.group == "json" and isinstance(type_, ir.String):
        return [None, *DOCUMENTS]
    kind = (str,) if isinstance(type_, ir.String) else (int,) if isinstance(type_, ir.Integer | ir.Float) else ()
    fitting = [each for each in given if isinstance(each, kind) and _is_in_range(each, type_)]
    return [None, *fitting] if fitting and function.name not in ("contains",) else edges(type_)


def _is_in_range(value: Any, type_: ir.Type) -> bool:
    return not isinstance(type_, ir.Integer) or -(2 ** (type_.bits - 1)) <= value < 2 ** (type_.bits - 1)


def signatures(
    function: Function, kinds: Sequence[ir.Type] = (*TYPES, ir.JSON, ir.DURATION)
) -> Iterator[tuple[tuple[ir.Type, ...], tuple[Any, ...]]]:
    """Give the types, out of some, and constants that a function takes as they are."""
    most = len(function.parameters)
    is_variadic = most > 0 and function.parameters[-1].is_variadic
    for count in range(most + 2 if is_variadic else most + 1):
        parameters = parameters_of(function, count)
        if parameters is None:
            continue
        taken = [[type_ for type_ in kinds if each.fit(type_) is not None] for each in parameters]
        if count > 3:
            taken = [[each for each in some if each in _COMMON][: 2 if count == 4 else 1] or some for some in taken]
        elif count > 2:
            taken = [each[:MOST_TYPES] if len(set(map(str, each))) > 8 else each[-MOST_TYPES:] for each in taken]
        if function.name == "map":
            taken[0] = [each for each in taken[0] if each.element in (ir.STRING, ir.INT64)]
        taken = [
            [each for each in some if parameter.is_constant or each != ir.DURATION]
            for parameter, some in zip(parameters, taken, strict=True)
        ]
        constants = [_constants(each) if each.is_constant else [None] for each in parameters]
        for types in itertools.product(*taken):
            for known in itertools.product(*constants):
                found = resolve(function, types, (True,) * count, known)
                if isinstance(found, Resolved) and found.argument_types == types:
                    yield types, known


_COMMON = (ir.INT64, ir.FLOAT64, ir.STRING)


def _constants(parameter: Parameter) -> list[Any]:
    return list(parameter.choices) or CONSTANTS[parameter.name]
