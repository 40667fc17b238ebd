"""Whether the arguments of a call fit a function, what they are brought to and what comes out."""

from __future__ import annotations

from typing import Any

from odibi_sql.functions.patterns import Bindings, bind, build
from odibi_sql.functions.signature import Function, Mismatch, Parameter, Resolved
from odibi_sql.ir.types import UNKNOWN, Type, Unknown

Types = tuple[Type, ...]
Constants = tuple[Any, ...]


def resolve(
    function: Function, types: Types, nullables: tuple[bool, ...], constants: Constants = ()
) -> Resolved | Mismatch:
    """Return the types that the arguments are brought to and what comes out, or why they do not fit.

    `constants` has the Python value of each argument that is a constant, None of the others (and of null).
    """
    constants = constants or (None,) * len(types)
    parameters = parameters_of(function, len(types))
    if parameters is None:
        return Mismatch(argument=None, expected=count_in_words(function))
    mismatch = _misfit(parameters, types, constants)
    bindings: Bindings = {}
    mismatch = mismatch or _unbound(parameters, types, bindings)
    if mismatch is None and function.argument_check is not None and UNKNOWN not in types:
        mismatch = function.argument_check(types, constants)
    if mismatch is not None:
        return mismatch
    fitting = tuple(build(each.pattern, type_, bindings) for each, type_ in zip(parameters, types, strict=True))
    return Resolved(argument_types=fitting, type=_result(function, fitting), nullable=function.nullable(nullables))


def parameters_of(function: Function, count: int) -> tuple[Parameter, ...] | None:
    """Return the parameter of each of `count` arguments, or None where the function does not take so many."""
    parameters = function.parameters
    if parameters and parameters[-1].is_variadic:
        parameters = parameters + (parameters[-1],) * (count - len(parameters))
    least = sum(not each.is_optional for each in parameters)
    return parameters[:count] if least <= count <= len(parameters) else None


def count_in_words(function: Function) -> str:
    """Return how many arguments a function takes: "2 arguments"."""
    most = len(function.parameters)
    least = sum(not each.is_optional for each in function.parameters)
    if most and function.parameters[-1].is_variadic:
        return f"at least {_arguments(least)}"
    if least == most:
        return "no arguments" if most == 0 else _arguments(most)
    return f"{least} {'or' if most == least + 1 else 'to'} {most} arguments"


def _arguments(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"


def _misfit(parameters: tuple[Parameter, ...], types: Types, constants: Constants) -> Mismatch | None:
    for position, (parameter, type_, value) in enumerate(zip(parameters, types, constants, strict=True)):
        expected = _expected(parameter, type_, value)
        if expected is not None:
            return Mismatch(argument=position, expected=expected)
    return None


def _expected(parameter: Parameter, type_: Type, value: Any) -> str | None:
    """Return what is expected instead of this argument, or None where it fits."""
    if isinstance(type_, Unknown):
        return None
    if parameter.fit(type_) is None:
        return parameter.words
    if value is None:
        return (
            f"{_choices(parameter) or parameter.words} that is known when compiled" if parameter.is_constant else None
        )
    if parameter.choices and str(value).lower() not in parameter.choices:
        return _choices(parameter)
    return None if parameter.problem is None else parameter.problem(value)


def _choices(parameter: Parameter) -> str:
    return f"one of {', '.join(repr(each) for each in parameter.choices)}" if parameter.choices else ""


def _unbound(parameters: tuple[Parameter, ...], types: Types, bindings: Bindings) -> Mismatch | None:
    """Bind the type variables; return the first argument that does not go with those before it."""
    for position, (parameter, type_) in enumerate(zip(parameters, types, strict=True)):
        if isinstance(type_, Unknown):
            continue
        before = dict(bindings)
        if not bind(parameter.pattern, type_, bindings):
            name = getattr(parameter.pattern, "name", "")
            return Mismatch(argument=position, expected=str(before.get(name, parameter.words)))
    return None


def _result(function: Function, types: Types) -> Type:
    """Return the type of the result: unknown where it depends on an argument whose type is unknown."""
    if any(isinstance(type_, Unknown) for type_ in types):
        fixed = function.fixed_result
        return UNKNOWN if fixed is None else fixed
    return function.result(types)
