"""What is wrong with what a pipeline asks to be called: `on EVENT call "module:function"`."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_A = "ingest a from values (x int64) (1)\n\n"


class UnknownEvent(Diagnostic, frozen=True, kw_only=True):
    """There is no event of this name: it would never happen, and nobody would be told."""

    code: ClassVar[str] = "unknown-event"
    title: ClassVar[str] = "there is no event `{name}`"
    label: ClassVar[str] = "not an event"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + 'on node_failed call "alerts:send"\n'
    right: ClassVar[str] = _A + 'on node_error call "alerts:send"\n'

    name: str
    suggestion: str


class UnknownPriority(Diagnostic, frozen=True, kw_only=True):
    """What is called with one event is called by its priority: critical first, then high, medium and low.

    Without one it is medium. What has the same priority is called in the order of the text.
    """

    code: ClassVar[str] = "unknown-priority"
    title: ClassVar[str] = "there is no priority `{name}`"
    label: ClassVar[str] = "not a priority"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + 'on node_error call "alerts:send" priority urgent\n'
    right: ClassVar[str] = _A + 'on node_error call "alerts:send" priority critical\n'

    name: str
    suggestion: str


class BadHook(Diagnostic, frozen=True, kw_only=True):
    """What is called is a Python function, named by its module and its name with a colon between.

    It takes one argument, the event. The module is found from the pipeline's folder: `"alerts:send"` is the function
    `send` of `alerts.py` beside the pipeline, or of an installed package `alerts`; `"acme.alerts:Slack.send"` is a
    method of a class in `acme/alerts.py`.
    """

    code: ClassVar[str] = "bad-hook"
    title: ClassVar[str] = "`{written}` is no function of a module"
    label: ClassVar[str] = 'not `"module:function"`'
    hint: ClassVar[str] = 'write `"module:function"`, as in `on {event} call "alerts:send"`'
    wrong: ClassVar[str] = _A + 'on node_error call "alerts.send"\n'
    right: ClassVar[str] = _A + 'on node_error call "alerts:send"\n'

    written: str
    event: str


class CannotImport(Diagnostic, frozen=True, kw_only=True):
    """The function that a pipeline asks to be called cannot be found. Nothing runs.

    It is looked for when a run begins, and not by `odibi check`, which runs no code of others. Modules are found from
    the pipeline's folder, then as Python finds them.
    """

    code: ClassVar[str] = "cannot-import"
    title: ClassVar[str] = "`{reference}` cannot be imported: {reason}"
    label: ClassVar[str] = "to be called here"
    hint: ClassVar[str] = "{suggestion}"

    reference: str
    reason: str
    suggestion: str
