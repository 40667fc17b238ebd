"""What a name stands for: a column, one of the query around, a parameter, a member of a struct."""

from __future__ import annotations

from msgspec.structs import replace

from odibi_sql import ir, syntax
from odibi_sql.check.operators import member
from odibi_sql.check.place import Place, unknown
from odibi_sql.check.scope import Scope, Visible
from odibi_sql.diagnostics import Span, did_you_mean, listed, nearest
from odibi_sql.diagnostics.name_errors import AmbiguousColumn, NotAConstant, ParameterHidden, UnknownColumn
from odibi_sql.diagnostics.reuse_errors import UnknownInFunc
from odibi_sql.ir.walk import rewrite


def reference(place: Place, written: syntax.Reference) -> ir.Expr:
    """Return what `a`, `a.b`, `a.b.c` stands for.

    The first part is a dataset or its alias where there is one with such a column, otherwise a column; what is left
    over are members. A column here comes before one of the query around, and before a parameter.
    """
    first, *rest = written.parts
    if rest:
        qualified = _found(place, written, rest[0].text, first.text)
        if qualified is not None:
            return _members(place, qualified, rest[1:])
    value = _found(place, written, first.text, None)
    if value is None:
        value = _parameter(place, first)
    elif first.text in place.context.parameters and not place.scope.is_func and not isinstance(value.type, ir.Unknown):
        place.report(ParameterHidden(span=first.span, name=first.text))
    if value is None:
        return _not_found(place, written)
    return _members(place, value, rest)


def _members(place: Place, value: ir.Expr, names: list[syntax.Name]) -> ir.Expr:
    for name in names:
        value = member(place, value, name.text, name.span)
    return value


def _parameter(place: Place, name: syntax.Name) -> ir.Expr | None:
    return place.context.parameters.get(name.text)


def _found(place: Place, written: syntax.Reference, name: str, qualifier: str | None) -> ir.Expr | None:
    """Return the column, from the innermost scope that has it; a name that could be several is reported."""
    scope: Scope | None = place.scope
    depth = 0
    while scope is not None:
        candidates = _candidates(scope, name, qualifier)
        if len(candidates) > 1:
            _report_ambiguous(place, written, name, candidates)
            return unknown()
        if candidates:
            return (
                _located(place, candidates[0].value, written.span)
                if depth == 0
                else outward(candidates[0].value, depth)
            )
        scope, depth = scope.outer, depth + 1
    return None


def _candidates(scope: Scope, name: str, qualifier: str | None) -> list[Visible]:
    if qualifier is None:
        return [each for each in scope.columns if each.name == name and not each.needs_qualifier]
    return [each for each in scope.columns if each.name == name and each.qualifier == qualifier]


def _report_ambiguous(place: Place, written: syntax.Reference, name: str, candidates: list[Visible]) -> None:
    spellings = dict.fromkeys(f"`{each.qualifier}.{name}`" for each in candidates if each.qualifier is not None)
    choices = " or ".join(spellings) or "more than one column"
    place.report(AmbiguousColumn(span=written.span, name=name, choices=choices))


def _located(place: Place, value: ir.Expr, span: Span) -> ir.Expr:
    """Return a column; beside aggregates a copy of its own, whose place in the text is kept."""
    if not place.aggregates:
        return value
    copy = replace(value)
    place.context.places[id(copy)] = (copy, span)
    return copy


def outward(value: ir.Expr, depth: int) -> ir.Expr:
    """Return a value of the query `depth` queries up, as a subquery sees it."""

    def change(part: ir.Expr) -> ir.Expr:
        match part:
            case ir.Column(name=name):
                return ir.Outer(type=part.type, nullable=part.nullable, name=name, depth=depth)
            case ir.Outer():
                return replace(part, depth=part.depth + depth)
        return part

    return rewrite(value, change)


def _not_found(place: Place, written: syntax.Reference) -> ir.Expr:
    """Report that there is no such name, unless something around is wrong already."""
    first, *rest = written.parts
    scopes = list(_scopes(place.scope))
    if any(scope.is_open for scope in scopes):
        return unknown()
    qualifiers = {each.qualifier for scope in scopes for each in scope.columns if each.qualifier is not None}
    if rest and first.text in qualifiers:
        columns = [each.name for scope in scopes for each in scope.columns if each.qualifier == first.text]
        suggestion = did_you_mean(rest[0].text, columns)
        span, name, where = rest[0].span, rest[0].text, f" in `{first.text}`"
    elif place.scope.is_func:
        names = [*(each.name for each in place.scope.columns), *place.context.parameters]
        what = did_you_mean(first.text, names) or "what it needs comes in by a parameter"
        place.report(UnknownInFunc(span=first.span, name=first.text, func=place.scope.what, suggestion=what))
        return unknown()
    elif place.scope.constants_only:
        near = nearest(first.text, place.context.parameters)
        what = f"did you mean the parameter `{near}`?" if near else "literals and parameters can stand here"
        place.report(NotAConstant(span=written.span, suggestion=what))
        return unknown()
    else:
        suggestion = _suggestion(place, first.text, scopes, qualifiers if rest else set())
        span, name = first.span, first.text
        where = f" in {place.scope.what}" if place.scope.what else ""
    place.report(UnknownColumn(span=span, name=name, place=where, suggestion=suggestion))
    return unknown()


def _scopes(scope: Scope | None) -> list[Scope]:
    found = []
    while scope is not None:
        found.append(scope)
        scope = scope.outer
    return found


def _suggestion(place: Place, name: str, scopes: list[Scope], qualifiers: set[str]) -> str:
    """Return what could have been meant: a column by its name, one that takes a qualifier, a parameter."""
    visible = [each for scope in scopes for each in scope.columns]
    same = [f"{each.qualifier}.{each.name}" for each in visible if each.name == name and each.needs_qualifier]
    if same:
        return f"write {listed(same)}"
    if any(each.qualifier == name for each in visible):
        return f"`{name}` is a dataset; name one of its columns, as `{name}.…`"
    names = dict.fromkeys(each.name for each in visible if not each.needs_qualifier)
    return did_you_mean(name, [*names, *place.context.parameters, *sorted(qualifiers)])
