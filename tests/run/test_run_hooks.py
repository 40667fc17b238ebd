"""The functions that a pipeline asks to be called: found beside it before anything runs, or refused in words."""

from __future__ import annotations

import sys

import pytest

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.run.bus import EventBus
from odibi_sql.run.emitter import Emitter
from odibi_sql.run.events import PipelineComplete, PipelineStart
from odibi_sql.run.hooks import hooks_of, register_hooks

A = "ingest a from values (x int64) (1)\n"
ALERTS = """
import hooks_helper

seen = []
number = 3

def send(event):
    seen.append((event.name, hooks_helper.WORD))

async def send_later(event):
    seen.append(("async", event.name))

def two(event, other):
    pass

class Slack:
    @staticmethod
    def send(event):
        seen.append(("slack", event.seq))
"""


@pytest.fixture(autouse=True)
def path(monkeypatch):
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in set(sys.modules) - before:
        if name.startswith("hooks_"):
            del sys.modules[name]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "hooks_helper.py").write_text("WORD = 'helped'\n")
    (tmp_path / "hooks_alerts.py").write_text(ALERTS)
    (tmp_path / "hooks_pack").mkdir()
    (tmp_path / "hooks_pack/inner.py").write_text("def f(event): pass\n")
    return tmp_path


def graph(root, *references, event="pipeline_start"):
    text = A + "".join(f'on {event} call "{each}"\n' for each in references)
    return api.check(api.from_text(text, root=root)).graph


def test_they_are_called_as_the_text_says(root):
    text = (
        A + 'on pipeline_complete call "hooks_alerts:Slack.send"\n'
        'on pipeline_complete call "hooks_alerts:send" priority high\n'
        'on pipeline_start call "hooks_alerts:send_later"\n'
    )
    bus = EventBus()
    found = hooks_of(api.check(api.from_text(text, root=root)).graph, root)
    register_hooks(bus, found)
    with Emitter("r", bus) as emitter:
        emitter.emit(PipelineStart(pipeline="p", engine="duckdb"))
        bus.drain()
        emitter.emit(PipelineComplete(pipeline="p", seconds=1.0))
    assert bus.close()
    expected = [("async", "pipeline_start"), ("pipeline_complete", "helped"), ("slack", 2)]
    assert sys.modules["hooks_alerts"].seen == expected
    assert bus.failures == ()


def test_a_failure_names_the_reference(root):
    bus = EventBus()
    (root / "hooks_raises.py").write_text("def f(event): raise ValueError('no')\n")
    register_hooks(bus, hooks_of(graph(root, "hooks_raises:f"), root))
    with Emitter("r", bus) as emitter:
        emitter.emit(PipelineStart(pipeline="p", engine="duckdb"))
        emitter.emit(PipelineComplete(pipeline="p", seconds=1.0))
    bus.close()
    assert [(each.hook, each.message) for each in bus.failures] == [("hooks_raises:f", "ValueError: no")]


def test_modules_of_packages_and_of_python_are_found_too(root):
    found = hooks_of(graph(root, "hooks_pack.inner:f", "pprint:pprint", "builtins:print"), root)
    assert [each.function.__name__ for each in found] == ["f", "pprint", "print"]


def test_a_pipeline_without_hooks_touches_nothing(root):
    before = [*sys.path]
    assert hooks_of(api.check(api.from_text(A, root=root)).graph, root) == ()
    assert sys.path == before


@pytest.mark.parametrize(
    ("reference", "words", "advice"),
    [
        ("hooks_nothing:f", "there is no module `hooks_nothing`", "it is looked for in"),
        ("hooks_pack.outer:f", "there is no module `hooks_pack.outer`", "it is looked for in"),
        ("hooks_alerts.inner:f", "there is no module `hooks_alerts.inner`", ""),
        ("hooks_alerts:sent", "the module `hooks_alerts` has no `sent`", "did you mean `send`?"),
        ("hooks_alerts:Slack.sent", "the class `Slack` has no `sent`", "did you mean `send`?"),
        ("hooks_alerts:number", "it is int, and cannot be called", "a function of one argument"),
        ("hooks_alerts:number.x.y", "has no `x`", ""),
        ("hooks_alerts:two", "it does not take one argument", "def send(event)"),
        ("hooks_needs:f", "`hooks_needs` needs `hooks_absent`, which is not installed", ""),
        ("hooks_broken:f", "`hooks_broken` failed with SyntaxError", ""),
        ("hooks_exits:f", "`hooks_exits` failed with SystemExit: 3", ""),
        ("hooks_raises:f", "`hooks_raises` failed with ValueError: two lines {x}", ""),
        ("json:dumps", "another `json` is imported already", "rename the module"),
        ("sys:exit", "another `sys` is imported already, a part of Python", "rename the module"),
    ],
)
def test_what_cannot_be_imported_is_told_with_its_place(root, reference, words, advice):
    (root / "hooks_needs.py").write_text("import hooks_absent\n")
    (root / "hooks_broken.py").write_text("def f(:\n")
    (root / "hooks_exits.py").write_text("import sys; sys.exit(3)\n")
    (root / "hooks_raises.py").write_text("raise ValueError('two\\nlines {x}')\n")
    (root / "json.py").write_text("")
    (root / "sys.py").write_text("")
    with pytest.raises(CompileError) as error:
        hooks_of(graph(root, "hooks_alerts:send", reference, "hooks_nothing:g"), root)
    first, second = error.value.diagnostics
    assert (first.code, first.span.text) == ("cannot-import", f'"{reference}"')
    assert words in first.message
    assert advice in first.advice
    assert second.reference == "hooks_nothing:g"
