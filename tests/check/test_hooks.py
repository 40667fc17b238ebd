"""`on EVENT call "module:function"`: which events there are, and what can be called."""

from __future__ import annotations

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError

A = "ingest a from values (priority int64) (1)\ntransform b from a | filter priority > 0 | derive on_call = priority\n"


def hooks(text):
    return api.check(api.from_text(A + text)).graph.hooks


def test_hooks_are_in_the_order_of_the_text():
    found = hooks(
        'on node_error call "alerts:send" priority High\n'
        'on pipeline_complete call "acme.tools.alerts:Slack.send"\n'
        'on node_error call "ü.b_1:c"\n'
        'ON node_error CALL "m:f" PRIORITY critical\n'
    )
    assert [(each.event, each.reference, each.priority, each.span.text) for each in found] == [
        ("node_error", "alerts:send", "HIGH", '"alerts:send"'),
        ("pipeline_complete", "acme.tools.alerts:Slack.send", "MEDIUM", '"acme.tools.alerts:Slack.send"'),
        ("node_error", "ü.b_1:c", "MEDIUM", '"ü.b_1:c"'),
        ("node_error", "m:f", "CRITICAL", '"m:f"'),
    ]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('on node_eror call "m:f"', "unknown-event", "did you mean `node_error`?"),
        ('on node_failed call "m:f"', "unknown-event", "did you mean `node_error`?"),
        ('on step_end call "m:f"', "unknown-event", "did you mean `node_complete`?"),
        ('on Run_Started call "m:f"', "unknown-event", "did you mean `pipeline_start`?"),
        ('on done call "m:f"', "unknown-event", "known are `pipeline_start`"),
        ('on node_error call "m:f" priority hihg', "unknown-priority", "did you mean `high`?"),
        ('on node_error call "m:f" priority 1', "syntax", "priority high"),
        *[
            (f'on layer_complete call "{wrong}"', "bad-hook", 'on layer_complete call "alerts:send"')
            for wrong in [
                "",
                "m",
                "m.f",
                "m:",
                ":f",
                "m:f:g",
                "m f:g",
                "m:f()",
                "1m:f",
                "m..n:f",
                ".m:f",
                "m:f ",
                "m.py:",
            ]
        ],
        ("on node_error call f(1)", "bad-hook", 'on node_error call "alerts:send"'),
    ],
)
def test_what_cannot_be_called_is_told_with_what_to_write(text, code, words):
    with pytest.raises(CompileError) as error:
        hooks(text)
    (found,) = error.value.diagnostics
    assert found.code == code
    assert words in found.advice


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(CompileError) as error:
        hooks('on x call "m" priority y')
    assert [each.code for each in error.value.diagnostics] == ["unknown-event", "bad-hook", "unknown-priority"]


def test_the_optimizer_keeps_them():
    graph = api.check(api.from_text(A + 'on node_error call "m:f"')).graph
    assert api.optimized(graph).hooks == graph.hooks != ()
