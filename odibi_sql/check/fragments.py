"""Fragments: the operators of one in place of each `apply` of it, its parameters replaced by what they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice

from msgspec.structs import replace

from odibi_sql import functions, syntax
from odibi_sql.check.binding import bound, has_clauses
from odibi_sql.check.context import Context
from odibi_sql.check.place import LARGEST
from odibi_sql.check.reuse import circles, named_once
from odibi_sql.diagnostics import Diagnostic, Span, did_you_mean
from odibi_sql.diagnostics.reuse_errors import FragmentNeedsName, GrowsTooLarge, NotAFunction, UnknownFragment
from odibi_sql.diagnostics.steps_errors import DuplicateName
from odibi_sql.syntax.nodes import every, mapped

MOST_NESTED = 40  # fragments in fragments
_LABELS: dict[type[syntax.Node], str] = {
    syntax.Call: "name",
    syntax.Argument: "name",
    syntax.StructOf: "names",
    syntax.GetMember: "name",
    syntax.Lambda: "parameters",
    syntax.Expect: "name",
}  # names that are neither of columns nor of datasets: no parameter stands for them
Arguments = Mapping[str, syntax.Expr]


def with_fragments(context: Context, tree: syntax.Tree) -> syntax.Tree:
    """Return the pipeline without `apply`, but for those that are reported to be wrong."""
    every_statement = (*tree.brought, *tree.statements)
    written = named_once(context, [each for each in every_statement if isinstance(each, syntax.Fragment)], "fragment")
    context.fragments = frozenset(written)
    if not written and not any(map(_applies, tree.statements)):
        return tree
    uses = {name: _used(fragment, written) for name, fragment in written.items()}
    broken = circles(context, uses, "fragment")
    for fragment in written.values():
        _check_parameters(context, fragment)
    fragments = {name: each for name, each in written.items() if isinstance(each, syntax.Fragment)}
    statements = tuple(_with_operators(context, fragments, broken, each) for each in tree.statements)
    return replace(tree, statements=statements)


def _applies(statement: syntax.Statement) -> bool:
    return isinstance(statement, syntax.Transform | syntax.Ingest) and any(
        isinstance(each, syntax.Apply) for each in statement.operators
    )


def _used(fragment: syntax.Statement, known: Mapping[str, object]) -> list[syntax.Name]:
    names = [each.fragment.name for each in every(fragment) if isinstance(each, syntax.Apply)]
    return [each for each in names if each.text in known]


def _check_parameters(context: Context, fragment: syntax.Statement) -> None:
    assert isinstance(fragment, syntax.Fragment)
    names = [each.text for each in fragment.parameters]
    for number, each in enumerate(fragment.parameters):
        if each.text in names[:number]:
            context.report(DuplicateName(span=each.span, name=each.text, things="parameters"))


def _with_operators(
    context: Context, fragments: Mapping[str, syntax.Fragment], broken: set[str], statement: syntax.Statement
) -> syntax.Statement:
    if not isinstance(statement, syntax.Transform | syntax.Ingest) or not _applies(statement):
        return statement
    found: list[syntax.Operator] = []
    for each in statement.operators:
        applied = _Expansion(context, fragments, broken).expanded(each, 0)
        found += [each] if applied is None else applied
    return replace(statement, operators=tuple(found))


class _Expansion:
    """One line of a step while fragments are put in its place."""

    def __init__(self, context: Context, fragments: Mapping[str, syntax.Fragment], broken: set[str]) -> None:
        self.context = context
        self.fragments = fragments
        self.broken = broken
        self.count = 0

    def expanded(self, operator: syntax.Operator, depth: int) -> list[syntax.Operator] | None:
        """Return what stands for an operator; None where it is an `apply` that is wrong."""
        if not isinstance(operator, syntax.Apply):
            self.count += 1
            return [operator]
        fragment = _fragment_named(self.context, self.fragments, operator.fragment)
        if fragment is None or fragment.name.text.lower() in self.broken:
            return None
        given = _arguments(self.context, fragment, operator.fragment)
        if given is None:
            return None
        if depth > MOST_NESTED or self.count > LARGEST or any(map(_is_too_large, given.values())):
            finding = GrowsTooLarge(
                span=operator.span, what="what this `apply` stands for", most=LARGEST, deepest=MOST_NESTED
            )
            self.context.report(finding)
            return None
        return self._body(operator, fragment, given, depth)

    def _body(
        self, apply: syntax.Apply, fragment: syntax.Fragment, given: Arguments, depth: int
    ) -> list[syntax.Operator] | None:
        found: list[syntax.Operator] = []
        for each in fragment.operators:
            before = len(self.context.findings)
            inside = self.expanded(_with_arguments(self.context, fragment, each, given), depth + 1)
            if inside is None or len(self.context.findings) > before:
                return None
            found += inside
        return [
            replace(
                each,
                applied=(*each.applied, apply.span),
                allowed=(*each.allowed, *apply.allowed, *fragment.allowed),
            )
            for each in found
        ]


def _is_too_large(argument: syntax.Expr) -> bool:
    return next(islice(every(argument), LARGEST, None), None) is not None


def _fragment_named(
    context: Context, fragments: Mapping[str, syntax.Fragment], call: syntax.Call
) -> syntax.Fragment | None:
    name = call.name.text
    found = fragments.get(name)
    if found is None and (name in context.funcs or functions.lookup(name) is not None):
        instead = f"call it in an expression: `| derive x = {name}(…)`"
        what = "func" if name in context.funcs else "function"
        context.report(NotAFunction(span=call.name.span, name=name, what=what, instead=instead))
    elif found is None:
        known = [each.name.text for each in fragments.values()]
        suggestion = did_you_mean(name, known) or f"write one: `fragment {name}(…)`, and its operators below"
        context.report(UnknownFragment(span=call.name.span, name=call.name.span.text, suggestion=suggestion))
    return found


def _arguments(context: Context, fragment: syntax.Fragment, call: syntax.Call) -> Arguments | None:
    if has_clauses(context, call, "a fragment takes columns and expressions alone"):
        return None
    names = [each.text for each in fragment.parameters]
    signature = f"{fragment.name.text}({', '.join(names)})"
    written = bound(context, call, signature, dict.fromkeys(names, True))
    return None if written is None else {name: argument.value for name, argument in written.items()}


def _with_arguments(
    context: Context, fragment: syntax.Fragment, operator: syntax.Operator, given: Arguments
) -> syntax.Operator:
    """Return an operator of a fragment with what stands for the parameters in their place."""

    def change(node: syntax.Node) -> object:
        match node:
            case syntax.Reference(parts=(first, *rest)) if first.text in given:
                return _members(given[first.text], rest)
            case syntax.Reference():
                return node
            case syntax.Name(text=text) if text in given:
                return _name(context, fragment, node, given[text])
        return None

    changed: syntax.Operator = mapped(operator, change, _LABELS)
    if isinstance(operator, syntax.Expect) and isinstance(changed, syntax.Expect):
        return replace(changed, text=_text(operator.rule, given))
    return changed


def _members(value: syntax.Expr, names: Sequence[syntax.Name]) -> syntax.Expr:
    if isinstance(value, syntax.Reference):
        return replace(value, parts=(*value.parts, *names))
    for name in names:
        value = syntax.GetMember(span=value.span, operand=value, name=name)
    return value


def _name(context: Context, fragment: syntax.Fragment, used: syntax.Name, value: syntax.Expr) -> syntax.Name:
    if isinstance(value, syntax.Reference) and len(value.parts) == 1:
        return value.parts[0]
    more = ((used.span, f"`{used.text}` is a name here"),)
    context.report(FragmentNeedsName(span=value.span, parameter=used.text, fragment=fragment.name.text, more=more))
    return used


def _text(rule: syntax.Rule, given: Arguments) -> str:
    """Return a rule as it would be written in the step itself."""
    start, pieces, done = rule.span.start, [], rule.span.start
    for node in every(rule):
        name = node.parts[0] if isinstance(node, syntax.Reference) else node
        if isinstance(name, syntax.Name) and name.text in given and name.span.start >= done:
            pieces += [rule.span.text[done - start : name.span.start - start], given[name.text].span.text]
            done = name.span.end
    return "".join((*pieces, rule.span.text[done - start :]))


def told_with_place(findings: list[Diagnostic], before: int, operators: Iterable[syntax.Operator]) -> None:
    """Add to what was found in operators since there were `before` findings where their fragment was applied."""
    applied = [each for each in operators if each.applied]
    if not applied:
        return
    new = findings[before:]
    del findings[before:]
    for finding in new:
        operator = next((each for each in applied if _is_in(finding.span, each.span)), applied[0])
        is_of_argument = any(_is_in(finding.span, each) for each in operator.applied)
        if is_of_argument and any(map(partial(_is_same, finding), findings)):
            continue  # what is wrong with an argument is told once, wherever it stands in the fragment
        places = [(operator.span, "it stands here in the fragment")]
        if not is_of_argument:
            places = [(each, "applied here") for each in operator.applied]
        findings.append(replace(finding, more=(*finding.more, *places)))


def _is_in(place: Span | None, around: Span) -> bool:
    return place is not None and place.is_in(around)


def _is_same(one: Diagnostic, other: Diagnostic) -> bool:
    if one.span is None or other.span is None or not one.span.is_in(other.span):
        return False
    return (one.code, one.message) == (other.code, other.message)
