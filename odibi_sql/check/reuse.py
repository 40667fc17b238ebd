"""The funcs of a pipeline: each is typed once for itself, after those that it calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from odibi_sql import functions, ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.check.expressions import constant, type_expression
from odibi_sql.check.funcs import Func, FuncParameter, as_declared
from odibi_sql.check.place import DEEPEST, LARGEST, is_unknown
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.check.types import type_named
from odibi_sql.diagnostics.call_errors import ConstantExpected
from odibi_sql.diagnostics.reuse_errors import CallsItself, FuncIsBuiltIn, GrowsTooLarge, NameClash
from odibi_sql.diagnostics.steps_errors import DuplicateName
from odibi_sql.syntax.nodes import every

Reusable = syntax.Func | syntax.Fragment


def check_funcs(context: Context, statements: Iterable[syntax.Statement]) -> None:
    """Type the funcs and put them where calls find them, by their names in small letters."""
    written = named_once(context, [each for each in statements if isinstance(each, syntax.Func)], "func")
    calls = {name: _calls_of(func, written) for name, func in written.items()}
    broken = circles(context, calls, "func") | {name for name in written if functions.lookup(name) is not None}
    sizes: dict[str, int] = {}
    for name in _callees_first(calls, broken):
        sizes[name] = 1 + sum(sizes.get(each.text, 1) for each in calls[name])
        func = _declared(context, written[name])
        if name in broken:
            func = replace(func, is_broken=True)
        elif sizes[name] > LARGEST:
            func = _too_large(context, func, is_told=any(sizes.get(each.text, 0) > LARGEST for each in calls[name]))
        context.funcs[name] = func if func.is_broken else _typed(context, func, written[name])


def _too_large(context: Context, func: Func, *, is_told: bool) -> Func:
    if not is_told:
        context.report(GrowsTooLarge(span=func.body.span, what=f"`{func.name}`", most=LARGEST, deepest=DEEPEST))
    return replace(func, is_broken=True)


def named_once(context: Context, statements: Iterable[Reusable], what: str) -> dict[str, Reusable]:
    """Return the statements by their names in small letters; a name that is given twice is reported."""
    found: dict[str, Reusable] = {}
    for each in statements:
        name = each.name.text.lower()
        if isinstance(each, syntax.Func) and functions.lookup(name) is not None:
            context.report(FuncIsBuiltIn(span=each.name.span, name=name))
        first = found.setdefault(name, each)
        if first is not each:
            _report_twice(context, each.name, first.name, what)
    return found


def _report_twice(context: Context, name: syntax.Name, first: syntax.Name, what: str) -> None:
    more = ((first.span, "the first"),)
    files = name.span.source.name, first.span.source.name
    if files[0] == files[1]:
        context.report(DuplicateName(span=name.span, name=name.text, things=f"{what}s", more=more))
        return
    context.report(NameClash(span=name.span, name=name.text, what=what, file=files[0], first=files[1], more=more))


def _calls_of(func: Reusable, known: Mapping[str, object]) -> list[syntax.Name]:
    return [each.name for each in every(func) if isinstance(each, syntax.Call) and each.name.text in known]


def circles(context: Context, uses: Mapping[str, Sequence[syntax.Name]], what: str) -> set[str]:
    """Return the names that are part of a circle, or lead into one; each circle is reported once, with its way around.

    `uses`: of each, the names that are written in it.
    """
    done: set[str] = set()
    broken: set[str] = set()
    for start in uses:
        way: list[tuple[str, list[syntax.Name]]] = [(start, list(uses[start]))]
        while way and way[0][0] not in done:
            name, rest = way[-1]
            if not rest:
                done.add(name)
                way.pop()
                continue
            used = rest.pop(0)
            around = [each for each, _ in way]
            if used.text in around:
                circle = [*around[around.index(used.text) :], used.text]
                path = " → ".join(f"`{each}`" for each in circle)
                context.report(CallsItself(span=used.span, what=what, path=path))
                broken.update(around)
            elif used.text in broken:
                broken.update(around)
            elif used.text not in done:
                way.append((used.text, list(uses[used.text])))
    return broken


def _callees_first(calls: Mapping[str, Sequence[syntax.Name]], broken: set[str]) -> list[str]:
    """Return the names in an order in which each comes after those that it calls; the broken ones come first."""
    order = dict.fromkeys(name for name in calls if name in broken)
    for start in calls:
        waiting = [start]
        while waiting:
            name = waiting[-1]
            missing = [each.text for each in calls[name] if each.text not in order]
            if name in order or not missing:
                order.setdefault(waiting.pop())
            else:
                waiting.append(missing[0])
    return list(order)


def _declared(context: Context, statement: Reusable) -> Func:
    """Return a func whose expression is not typed yet."""
    assert isinstance(statement, syntax.Func)
    found: dict[str, FuncParameter] = {}
    is_broken = False
    for each in statement.parameters:
        if each.name.text in found:
            context.report(DuplicateName(span=each.name.span, name=each.name.text, things="parameters"))
            continue
        type_ = type_named(context, each.type)
        default = None if each.default is None else constant(context, each.default, type_)
        is_broken = is_broken or type_ == ir.UNKNOWN or (default is None and each.default is not None)
        fixed = None if default is None else as_declared(default)
        assert fixed is None or isinstance(fixed, ir.Literal)
        found[each.name.text] = FuncParameter(name=each.name.text, type=type_, default=fixed)
    return Func(name=statement.name.text, parameters=tuple(found.values()), body=statement.body, is_broken=is_broken)


def _typed(context: Context, func: Func, statement: Reusable) -> Func:
    """Return the func with its type, found over parameters that could be anything of theirs."""
    columns = tuple(
        Visible(name=each.name, value=ir.Column(type=each.type, nullable=True, name=each.name))
        for each in func.parameters
    )
    scope = Scope(columns=columns, what=f"`{func.name}`", is_func=True)
    before = len(context.findings)
    value = type_expression(context, scope, func.body, allowed=statement.allowed)
    found = context.findings[before:]
    context.findings[before:] = [each for each in found if not isinstance(each, ConstantExpected)]
    if any(each.severity == "error" for each in context.findings[before:]):
        return replace(func, is_broken=True)
    return replace(func, type=None if is_unknown(value) or len(context.findings) < before + len(found) else value.type)
