"""What is to be called when something happens in a run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context
from odibi_sql.diagnostics import did_you_mean
from odibi_sql.diagnostics.hooks_errors import BadHook, UnknownEvent, UnknownPriority

_REFERENCE = re.compile(r"[^\W\d]\w*(?:[.][^\W\d]\w*)*:[^\W\d]\w*(?:[.][^\W\d]\w*)*")
# What the words of events are called elsewhere.
_OTHER_STARTS = {**dict.fromkeys(("stage", "step", "task"), "node"), "run": "pipeline"}
_OTHER_ENDS = {
    **dict.fromkeys(("completed", "done", "end", "finished", "succeeded", "success"), "complete"),
    **dict.fromkeys(("fail", "failed", "failure"), "error"),
    **dict.fromkeys(("begin", "started"), "start"),
    "retried": "retry",
}


def check_hooks(context: Context, statements: Iterable[syntax.Statement]) -> tuple[ir.Hook, ...]:
    """Return the hooks in the order of the text. No module is looked for: that is a matter of the run."""
    found = [_check_hook(context, each) for each in statements if isinstance(each, syntax.OnEvent)]
    return tuple(each for each in found if each is not None)


def _check_hook(context: Context, written: syntax.OnEvent) -> ir.Hook | None:
    event = written.event.text
    is_known = event in ir.EVENTS
    if not is_known:
        context.report(UnknownEvent(span=written.event.span, name=event, suggestion=_suggestion(event)))
    priority = _priority(context, written.priority)
    function = written.function
    if not isinstance(function, syntax.Text) or not _REFERENCE.fullmatch(function.value):
        text = function.value if isinstance(function, syntax.Text) else function.span.text
        example = event if is_known else "node_error"
        context.report(BadHook(span=function.span, written=text, event=example))
        return None
    if not is_known or priority is None:
        return None
    return ir.Hook(event=event, reference=function.value, priority=priority, span=function.span)


def _suggestion(event: str) -> str:
    """Return the event that is called so elsewhere, or the nearest."""
    start, _, end = event.lower().rpartition("_")
    renamed = f"{_OTHER_STARTS.get(start, start)}_{_OTHER_ENDS.get(end, end)}"
    return did_you_mean(renamed if renamed in ir.EVENTS else event, ir.EVENTS)


def _priority(context: Context, written: syntax.Name | None) -> ir.Priority | None:
    if written is None:
        return "MEDIUM"
    for each in ir.PRIORITIES:
        if each.lower() == written.text.lower():
            return each
    known = [each.lower() for each in ir.PRIORITIES]
    suggestion = did_you_mean(written.text, known)
    context.report(UnknownPriority(span=written.span, name=written.text, suggestion=suggestion))
    return None
