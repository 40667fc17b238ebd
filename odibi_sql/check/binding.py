"""The arguments of a func or of a fragment: which of them is for which parameter."""

from __future__ import annotations

from collections.abc import Mapping

from odibi_sql import syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.call_errors import ClauseNotAllowed, UnknownArgument, WrongArgumentCount


def bound(
    context: Context, call: syntax.Call, signature: str, parameters: Mapping[str, bool]
) -> dict[str, syntax.Argument] | None:
    """Return the arguments by the names of their parameters, in the order written; None where that was reported to be
    wrong. `parameters`: whether a call has to give it."""
    name, names = signature.partition("(")[0], list(parameters)
    found: dict[str, syntax.Argument] = {}
    for number, argument in enumerate(call.args):
        if argument.name is None and number < len(names) and names[number] not in found:
            found[names[number]] = argument
        elif argument.name is None:
            _report_count(context, call, signature, parameters)
            return None
        elif argument.name.text in names and argument.name.text not in found:
            found[argument.name.text] = argument
        else:
            _report_name(context, name, argument.name, names)
            return None
    if any(is_needed and each not in found for each, is_needed in parameters.items()):
        _report_count(context, call, signature, parameters)
        return None
    return found


def has_clauses(context: Context, call: syntax.Call, remedy: str) -> bool:
    """Report the clauses of aggregates and windows that a call has; whether there were some."""
    written = {
        "distinct": call.is_distinct,
        "filter": call.where is not None,
        "order by": bool(call.order),
        "ignore nulls": call.ignore_nulls,
        "over": call.over is not None,
    }
    for clause in (each for each, is_there in written.items() if is_there):
        context.report(ClauseNotAllowed(span=call.span, name=call.name.text, clause=clause, remedy=remedy))
    return any(written.values())


def _report_name(context: Context, of: str, name: syntax.Name, names: list[str]) -> None:
    is_twice = name.text in names
    reason = "was given twice the argument" if is_twice else "has no argument"
    suggestion = "" if is_twice else did_you_mean(name.text, names)
    context.report(UnknownArgument(span=name.span, name=of, argument=name.text, reason=reason, suggestion=suggestion))


def _report_count(context: Context, call: syntax.Call, signature: str, parameters: Mapping[str, bool]) -> None:
    least, most = sum(parameters.values()), len(parameters)
    counts = f"{least} to {most}" if least < most else f"{most}"
    expected = f"{counts} argument{'' if counts == '1' else 's'}" if most else "no arguments"
    name = signature.partition("(")[0]
    context.report(
        WrongArgumentCount(span=call.span, name=name, expected=expected, actual=len(call.args), signature=signature)
    )
