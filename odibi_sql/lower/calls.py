"""Calls of the catalogue's functions: the Ibis form, or the dialect file's, as a tree with the arguments put in.

A form is built once for a function, the types of its arguments and its constants, with a placeholder for each argument,
and kept. `[functions.NAME]` of a dialect file says where an engine needs another form than Ibis writes for it:

    sql    one template, or several: by the choice ("day"), the type ("float32") or the kind ("float", "array";
           "long_decimal" of more than 18 digits, "wide_decimal" of more than 34) of the argument that decides, or by
           the number of arguments ("1", "2"), with "else" for the rest. `{parameter}` is an argument, of a variadic one
           all of them; `{parameter_x}` is the `x` that is made of a constant (see `signature.Parameter.made`); `{type}`
           is the type of the result. `AGG(…)` stands around the aggregate where it is not the outermost call;
           `TEXT_OF(…)` is a float64 cast to a string, `JSON_OF(…)` a string as JSON, NULL where it is none. The kind
           of an array can have that of its elements ("array<integer>"), `{total}` is the type of their sum
    by     the parameter that decides; the first where this is left out
    ordered, filtered, different
           as `sql`, for an aggregate with ORDER BY, and for one over a window with FILTER or DISTINCT, where the engine
           does not take these (see `lower/shapes.py`)
    pairs  a template of `{left}` and `{right}`, from the left to the right over all arguments
    cast   the kinds of result types to which the form is cast, for the engine's own would be another
    why    what the engine, or Ibis, does otherwise
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlglot import exp

from odibi_sql import ir
from odibi_sql.functions import Function, Parameter, lookup
from odibi_sql.functions.array_numbers import total
from odibi_sql.functions.resolve import parameters_of
from odibi_sql.lower.casts import lower_cast
from odibi_sql.lower.dialect import Dialect, load_dialect
from odibi_sql.lower.fold import fold, is_null, parenthesized
from odibi_sql.lower.templates import filled
from odibi_sql.lower.typed import Typed, as_float, cast_to, number, text

Types = tuple[ir.Type, ...]
Around = Callable[[Any], Any]
CALL = "call"  # the mark of the aggregate or window function in a template
TAKES_IGNORE_NULLS = {
    "FIRST_VALUE": exp.FirstValue,
    "LAST_VALUE": exp.LastValue,
    "NTH_VALUE": exp.NthValue,
    "LAG": exp.Lag,
    "LEAD": exp.Lead,
}
_TEMPLATES: dict[tuple[Any, ...], Any] = {}


def lower_call(
    function: Function,
    types: Types,
    args: Sequence[Any],
    constants: tuple[Any, ...],
    dialect_name: str,
    around: Around | None = None,
    shape: str = "sql",
) -> Any:
    """Return a call as a new tree, of exactly the type that the function declares.

    `types` are those that the arguments were brought to; `constants` has the Python value of each argument that is one,
    None of the others. The trees in `args` become parts of the result. `around` gets the bare aggregate or window
    function and gives what stands in its place: with DISTINCT, ORDER BY, FILTER, OVER (…). `shape` is the entry of the
    dialect file that is taken if it is there.
    """
    dialect = load_dialect(dialect_name)
    if function.cast_to is not None:
        operand = Typed(sql=args[0], type=types[0])
        return lower_cast(operand, types[0], function.cast_to, function.is_try, dialect).sql
    parameters = parameters_of(function, len(args))
    assert parameters is not None, function.name
    if function.kind == "scalar" and function.fixed_result == ir.FLOAT64:
        args, types = _as_floats(types, args, dialect)
    known = _known(parameters, types, constants)
    entry = dialect.functions.get(function.name, {})
    shape = shape if shape in entry else "sql"
    key = (function.name, types, known, dialect_name, shape)
    template = _TEMPLATES.get(key)
    if template is None:
        template = _TEMPLATES[key] = _template(function, types, known, dialect, shape)
    filled = _filled(template, _exact(parameters, types, args, dialect) if args else [], around)
    return filled if function.kind == "scalar" else _without_constant_order(filled)


def has_form(name: str, dialect: Dialect) -> bool:
    """Whether a call of this name can be written for the engine."""
    function = None if name in ir.OPERATORS else lookup(name)
    if function is None or function.cast_to is not None or function.reads_clock:
        return True  # it is lowered without a form
    entry = dialect.functions.get(name, {})
    return function.ibis_form is not None or "sql" in entry or "pairs" in entry


def _without_constant_order(tree: Any) -> Any:
    """Take the ORDER BY out of an aggregate of a constant: DuckDB refuses MODE(1 ORDER BY 1)."""
    for order in list(tree.find_all(exp.Order)):
        if order.this is not None and order.find(exp.Column) is None:
            order.replace(order.this)
    return tree


def _as_floats(types: Types, args: Sequence[Any], dialect: Dialect) -> tuple[Sequence[Any], Types]:
    """Cast decimals to the nearest float64: what the engine makes of them by itself can be the one beside it."""
    cast = tuple(isinstance(type_, ir.Decimal) for type_ in types)
    if not any(cast):
        return args, types
    floats = [
        lower_cast(Typed(sql=arg, type=type_), type_, ir.FLOAT64, False, dialect).sql if is_cast else arg
        for arg, type_, is_cast in zip(args, types, cast, strict=True)
    ]
    return floats, tuple(ir.FLOAT64 if is_cast else type_ for type_, is_cast in zip(types, cast, strict=True))


def _known(parameters: tuple[Parameter, ...], types: Types, constants: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the constants that the form depends on: those that have to be some, or are checked, and whole numbers.

    A whole number is left to its placeholder where the type of the result hangs on it alone.
    """
    anchored = {_shared(each) for each, value in zip(parameters, constants, strict=True) if value is None}
    result = []
    for parameter, type_, value in zip(parameters, types, constants, strict=True):
        is_whole = isinstance(type_, ir.Integer) and isinstance(value, int) and not isinstance(value, bool)
        is_free = is_whole and (_shared(parameter) is None or _shared(parameter) in anchored)
        is_checked = isinstance(value, str) and parameter.problem is not None
        kept = value if parameter.is_constant or is_free or is_checked else None
        result.append(kept.lower() if parameter.choices and isinstance(kept, str) else kept)
    return tuple(result)


def _shared(parameter: Parameter) -> str | None:
    """Return the type variable that the parameter is of, or its elements are of, or None."""
    name: str | None = getattr(getattr(parameter.pattern, "element", parameter.pattern), "name", None)
    return name


def _exact(parameters: tuple[Parameter, ...], types: Types, args: Sequence[Any], dialect: Dialect) -> list[Any]:
    """Give a bare constant its type where the result has it from there: the engine takes 5 for an int32.

    That is so where no argument of the same type is anything else, and for the first argument of NULLIF.
    """
    shared = [_shared(each) for each in parameters]
    typed = {name for name, arg in zip(shared, args, strict=True) if not _is_bare(arg)}
    typed -= {shared[0]} if parameters[0].decides and _is_bare(args[0]) else set()
    result = []
    for name, type_, arg in zip(shared, types, args, strict=True):
        is_typed = name is None or name in typed or not _is_bare(arg)
        result.append(arg if is_typed else _with_type(arg, type_, dialect))
        typed.add(name)
    return result


def _is_bare(sql: Any) -> bool:
    """Whether it is a number or NULL, to which the engine gives a type of its own."""
    inner = sql.this if isinstance(sql, exp.Neg) else sql
    return isinstance(inner, exp.Null) or (isinstance(inner, exp.Literal) and not inner.is_string)


def _with_type(sql: Any, type_: ir.Type, dialect: Dialect) -> Any:
    is_null = isinstance(sql, exp.Null)
    if isinstance(type_, ir.Null):
        return sql
    return as_float(sql) if type_ == ir.FLOAT64 and not is_null else cast_to(sql, type_, dialect)


def _template(function: Function, types: Types, known: tuple[Any, ...], dialect: Dialect, shape: str) -> Any:
    result, entry = function.result(types), dialect.functions.get(function.name, {})
    form = _chosen(entry, shape, function, types, known)
    if form is not None:
        form = form.replace("{type}", dialect.type_name(result))
        if "{total}" in form:
            form = form.replace("{total}", dialect.type_name(total((_element(types[0]),))))
        tree = filled(form, _values(function, known, dialect), dialect)
    elif "pairs" in entry:
        tree = _paired(entry["pairs"], len(types), dialect)
    else:
        from odibi_sql.lower.ibis_forms import ibis_form  # loads Ibis

        tree = ibis_form(function, types, known, dialect)
    if function.kind != "scalar":
        tree = _marked(tree)
    if _kind(result) in entry.get("cast", ()):
        tree = cast_to(tree, result, dialect)
    return _with_casts(fold(tree), dialect)


def _chosen(
    entry: Mapping[str, Any], shape: str, function: Function, types: Types, known: tuple[Any, ...]
) -> str | None:
    """Return the template of these arguments, or None where there is none."""
    sql: str | Mapping[str, str] | None = entry.get(shape)
    if sql is None or isinstance(sql, str):
        return sql
    names = [each.name for each in function.parameters]
    by = names.index(entry["by"]) if "by" in entry else 0
    keys = [str(len(types)), "else"]
    if by < len(types):
        chosen = [known[by]] if isinstance(known[by], str) else []  # 1 would be a number of arguments
        elements = [f"array<{each}>" for each in _kinds(_element(types[by]))]
        keys = [*chosen, str(types[by]), *elements, *_kinds(types[by]), *keys]
    return next((sql[key] for key in keys if key in sql), None)


def _element(type_: ir.Type) -> ir.Type:
    return type_.element if isinstance(type_, ir.Array) else type_


def _paired(form: str, count: int, dialect: Dialect) -> Any:
    tree = _placeholder(0)
    for position in range(1, count):
        tree = filled(form, {"left": tree, "right": _placeholder(position)}, dialect)
    return tree


def _kinds(type_: ir.Type) -> list[str]:
    digits = type_.precision if isinstance(type_, ir.Decimal) else 0
    return [*(["wide_decimal"] if digits > 34 else []), *(["long_decimal"] if digits > 18 else []), _kind(type_)]


def _kind(type_: ir.Type) -> str:
    return type(type_).__name__.lower()


def _values(function: Function, known: tuple[Any, ...], dialect: Dialect) -> dict[str, Any]:
    """Return what stands for each parameter: a literal, or a list of placeholders; and what is made of constants."""
    values: dict[str, Any] = {}
    for position, parameter in enumerate(function.parameters):
        if parameter.is_variadic:
            several = [_placeholder(at) for at in range(position, len(known))]
            values[parameter.name] = several if len(several) > 1 else several[0]
        elif position >= len(known):
            values[parameter.name] = literal(parameter.default)
        elif isinstance(known[position], bool | int | float | Decimal | str):
            values[parameter.name] = literal(known[position])
        else:
            values[parameter.name] = _placeholder(position)
        for name, make in parameter.made.items():
            values[f"{parameter.name}_{name}"] = literal(make(known[position], dialect.letters))
    return values


def _placeholder(position: int) -> Any:
    return exp.Placeholder(this=str(position))


def literal(value: Any) -> Any:
    """Return a Python value as a literal."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, str):
        return text(value)
    return number(value) if isinstance(value, int) else exp.Literal.number(str(value))


CASTS: dict[str, tuple[ir.Type, ir.Type]] = {"TEXT_OF": (ir.FLOAT64, ir.STRING), "JSON_OF": (ir.STRING, ir.JSON)}


def _with_casts(tree: Any, dialect: Dialect) -> Any:
    """Put the casts of the language in the places of TEXT_OF and JSON_OF; what is cast within another comes first."""
    called = [each for each in tree.find_all(exp.Anonymous) if each.name.upper() in CASTS]
    for each in reversed(called):
        from_, to = CASTS[each.name.upper()]
        cast = lower_cast(Typed(sql=each.expressions[0], type=from_), from_, to, True, dialect).sql
        tree = cast if each is tree else _replaced(tree, each, cast)
    return tree


def _marked(tree: Any) -> Any:
    """Mark the aggregate or window function of a template."""
    wrapped = [each for each in tree.find_all(exp.Anonymous) if each.name.upper() == "AGG"]
    for each in wrapped:
        inside = each.expressions[0]
        inside.meta[CALL] = True
        tree = inside if each is tree else _replaced(tree, each, inside)
    if not wrapped:
        found = _outermost(tree)
        if found.name.upper() in TAKES_IGNORE_NULLS and found is tree:  # sqlglot drops IGNORE NULLS of an unknown one
            found = tree = TAKES_IGNORE_NULLS[found.name.upper()].from_arg_list(found.expressions)
        found.meta[CALL] = True
    return tree


def _outermost(tree: Any) -> Any:
    """Return the outermost node that is an aggregate or window function; of an arithmetic one, what is within."""
    return next(
        each for each in tree.walk() if isinstance(each, exp.Func) and not isinstance(each, exp.Cast | exp.Case)
    )


def _replaced(tree: Any, old: Any, new: Any) -> Any:
    old.replace(new)
    return tree


def _filled(template: Any, args: list[Any], around: Around | None) -> Any:
    """Return a copy of the template with the arguments in the places of their placeholders."""
    tree = template.copy()
    holes = list(tree.find_all(exp.Placeholder))
    used: set[int] = set()
    for hole in holes:
        position = int(hole.this)
        arg = args[position].copy() if position in used else args[position]
        used.add(position)
        if hole is tree:
            return arg
        hole.replace(arg)
        parenthesized(arg)
    if (
        isinstance(tree, exp.Case)
        and is_null(tree.args.get("default"))
        and not is_null(tree.args["ifs"][0].args["true"])
    ):
        tree.set("default", None)
    if around is not None:
        for call in [each for each in tree.walk() if each.meta.get(CALL)]:
            tree = _surrounded(tree, call, around)
    return tree


def _surrounded(tree: Any, call: Any, around: Around) -> Any:
    call.meta.pop(CALL)
    if call is tree:
        return around(call)
    stand_in = exp.Placeholder(this="call")
    call.replace(stand_in)
    stand_in.replace(around(call))
    return tree
