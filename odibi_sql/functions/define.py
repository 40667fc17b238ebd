"""How a function of the catalogue is written: one decorated block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from odibi_sql.functions.patterns import Pattern, Use, Variable
from odibi_sql.functions.signature import Function, Group, Kind, Mismatch, Parameter
from odibi_sql.ir.types import Type

Body = TypeVar("Body", bound=Callable[..., Any])
Types = tuple[Type, ...]
Nullables = tuple[bool, ...]
Result = Type | Variable | Callable[[Types], Type]
ArgumentCheck = Callable[[Types, tuple[Any, ...]], "Mismatch | None"]

CATALOGUE: dict[str, Function] = {}
GROUPS: dict[str, Group] = {
    "regexp": "text",
    "trigonometry": "number",
    "bits": "number",
    "time_parts": "time",
    "time_text": "time",
    "time_zones": "time",
    "time_steps": "time",
    "number_bounds": "number",
    "text_parts": "text",
    "statistics": "aggregate",
    "boolean": "aggregate",
    "array_numbers": "array",
    "maps": "struct",
}  # modules whose name is not that of their group


def if_any(nullables: Nullables) -> bool:
    """Null where an argument is null."""
    return True in nullables


def if_all(nullables: Nullables) -> bool:
    """Null where all arguments are null."""
    return False not in nullables


def if_first(nullables: Nullables) -> bool:
    """Null where the first argument is null."""
    return nullables[0]


def never(nullables: Nullables) -> bool:
    """Never null."""
    return False


def always(nullables: Nullables) -> bool:
    """Null where an argument is null, and where the text says."""
    return True


def no_values(nullables: Nullables) -> bool:
    """Null where there is no value that is not null."""
    return True


def function(
    *,
    result: Result,
    examples: tuple[str, ...],
    nullable: Callable[[Nullables], bool] = if_any,
    native: bool = False,
    **settings: Any,
) -> Callable[[Body], Body]:
    """Put a scalar function into the catalogue; keywords that are no fields of `Function` are its parameters.

    The decorated function is the Ibis form, its name (without a last `_`) the name, its docstring the doc.
    `native`: Ibis has no operation for it, its body is empty and every dialect file holds its SQL.
    """
    return _define("scalar", result, examples, nullable, native, settings)


def aggregate(
    *,
    result: Result,
    examples: tuple[str, ...],
    nullable: Callable[[Nullables], bool] = no_values,
    native: bool = False,
    **settings: Any,
) -> Callable[[Body], Body]:
    """Put an aggregate function into the catalogue, as `function` does."""
    return _define("aggregate", result, examples, nullable, native, settings)


def window(
    *,
    result: Result,
    examples: tuple[str, ...],
    nullable: Callable[[Nullables], bool] = never,
    native: bool = False,
    **settings: Any,
) -> Callable[[Body], Body]:
    """Put a window function into the catalogue, as `function` does."""
    return _define("window", result, examples, nullable, native, settings)


def _define(
    kind: Kind,
    result: Result,
    examples: tuple[str, ...],
    nullable: Callable[[Nullables], bool],
    native: bool,
    settings: dict[str, Any],
) -> Callable[[Body], Body]:
    options = {name: settings.pop(name) for name in _OPTIONS if name in settings}
    parameters = tuple(_parameter(name.rstrip("_"), pattern) for name, pattern in settings.items())

    def add(body: Body) -> Body:
        module = body.__module__.rpartition(".")[2]
        name = body.__name__.rstrip("_")
        assert name not in CATALOGUE, name
        CATALOGUE[name] = Function(
            name=name,
            group=GROUPS.get(module, module),  # type: ignore[arg-type]  # the modules are the groups
            kind=kind,
            parameters=parameters,
            doc=body.__doc__ or "",
            examples=examples,
            ibis_form=None if native else body,
            result=_result_of(result, parameters),
            fixed_result=result if isinstance(result, Type) else None,
            nullable=nullable,
            null_rule=nullable.__doc__ or "",
            **options,
        )
        return body

    return add


_OPTIONS = frozenset(
    ["aliases", "is_volatile", "needs_order", "takes_distinct", "takes_order", "takes_frame", "reads_clock"]
    + ["argument_check", "cast_to", "is_try"]
)


def _parameter(name: str, given: Pattern | Use) -> Parameter:
    if isinstance(given, Pattern):
        return Parameter(name=name, words=given.words, fit=given.fit, pattern=given)
    return Parameter(
        name=name,
        words=given.pattern.words,
        fit=given.pattern.fit,
        pattern=given.pattern,
        is_constant=given.is_constant,
        is_optional=given.is_optional,
        default=given.default,
        is_variadic=given.is_variadic,
        choices=given.choices,
        decides=given.decides,
        problem=given.problem,
        made=given.made,
    )


def _result_of(result: Result, parameters: tuple[Parameter, ...]) -> Callable[[Types], Type]:
    if isinstance(result, Type):
        return lambda _: result
    if isinstance(result, Variable):
        return _shared(result.name, parameters)
    return result


def _shared(name: str, parameters: tuple[Parameter, ...]) -> Callable[[Types], Type]:
    """Return what gives the type that a variable stands for: that of the first parameter which is just it."""
    position = next(i for i, each in enumerate(parameters) if getattr(each.pattern, "name", None) == name)
    return lambda types: types[position]
