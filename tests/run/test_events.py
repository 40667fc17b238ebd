"""Events: numbered, in pairs, on the disk as they come, and told to hooks that can do a run no harm."""

from __future__ import annotations

import asyncio
import datetime
import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from odibi_sql.ir import EVENTS
from odibi_sql.run import events
from odibi_sql.run.bus import EventBus
from odibi_sql.run.emitter import Emitter, OutOfOrder
from odibi_sql.run.encoding import encoded
from odibi_sql.run.events import (
    LayerComplete,
    NodeCached,
    NodeComplete,
    NodeError,
    NodeRetry,
    NodeSkipped,
    NodeStart,
    PipelineComplete,
    PipelineError,
    PipelineStart,
    QualityFailed,
    RunCancelled,
    event_file,
    read_events,
)

BEGIN = PipelineStart(pipeline="p", engine="duckdb")
END = PipelineComplete(pipeline="p", seconds=1.0)


def start(node="a"):
    return NodeStart(node=node, kind="write", steps=("s",))


def complete(node="a"):
    return NodeComplete(node=node, kind="write", seconds=0.5, rows=3)


def error(node="a"):
    return NodeError(node=node, kind="write", message="no")


def retry(node="a"):
    return NodeRetry(node=node, kind="write", attempt=1, wait=0.1, reason="busy")


def skipped(node="a"):
    return NodeSkipped(node=node, kind="write", reason="it needs `b`")


def cached(node="a"):
    return NodeCached(node=node, kind="write", key="k")


def test_the_names_are_those_of_the_language():
    assert tuple(each.__struct_config__.tag for each in get_args(events.OneEvent)) == EVENTS
    assert EVENTS == (
        "pipeline_start",
        "pipeline_complete",
        "pipeline_error",
        "run_cancelled",
        "node_start",
        "node_complete",
        "node_error",
        "node_retry",
        "node_skipped",
        "node_cached",
        "layer_complete",
        "checkpoint_saved",
        "quality_failed",
        "schema_changed",
        "run_recorded",
    )
    assert start().name == "node_start"
    assert (NodeStart.__doc__ or "") and all(getattr(events, _class(each)).__doc__ for each in EVENTS)


def _class(name):
    return "".join(part.title() for part in name.split("_"))


def test_events_are_numbered_and_come_back_from_the_file(tmp_path):
    file = event_file(tmp_path, "r1")
    before = datetime.datetime.now(datetime.UTC)
    with Emitter("r1", file=file) as emitter:
        told = [emitter.emit(each) for each in (BEGIN, start(), retry(), complete(), LayerComplete(layer="gold"), END)]
    assert [each.seq for each in told] == [1, 2, 3, 4, 5, 6]
    assert {each.run for each in told} == {"r1"}
    assert before <= told[0].at <= told[-1].at <= datetime.datetime.now(datetime.UTC)
    assert [each.elapsed for each in told] == sorted(each.elapsed for each in told)
    assert list(read_events(file)) == told
    assert file.read_bytes().count(b"\n") == 6


def test_an_event_cannot_be_changed():
    with pytest.raises(AttributeError):
        start().node = "b"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([start()], "did not begin"),
        ([BEGIN, BEGIN], "began before"),
        ([BEGIN, start(), start()], "began before"),
        ([BEGIN, complete()], "does not run"),
        ([BEGIN, error()], "does not run"),
        ([BEGIN, retry()], "does not run"),
        ([BEGIN, start(), complete(), complete()], "does not run"),
        ([BEGIN, start(), complete(), error()], "does not run"),
        ([BEGIN, start(), error(), start()], "is over"),
        ([BEGIN, start(), skipped()], "runs"),
        ([BEGIN, start(), cached()], "runs"),
        ([BEGIN, skipped(), start()], "is over"),
        ([BEGIN, cached(), start()], "is over"),
        ([BEGIN, start(), END], "`a` did not end"),
        ([BEGIN, END, END], "ended before"),
        ([BEGIN, END, RunCancelled(pipeline="p", seconds=1)], "ended before"),
        ([BEGIN, END, start()], "ended before"),
    ],
)
def test_a_start_without_its_one_end_is_refused(tmp_path, wrong, words):
    file = tmp_path / "events.jsonl"
    emitter = Emitter("r", file=file)
    for each in wrong[:-1]:
        emitter.emit(each)
    with pytest.raises(OutOfOrder, match=words):
        emitter.emit(wrong[-1])
    emitter.close()
    assert len(list(read_events(file))) == len(wrong) - 1


@pytest.mark.parametrize(("raised", "ends"), [(ValueError("x"), PipelineError), (KeyboardInterrupt(), RunCancelled)])
def test_what_is_open_is_ended_when_the_block_is_left(tmp_path, raised, ends):
    file = tmp_path / "events.jsonl"
    with pytest.raises(type(raised)), Emitter("r", file=file) as emitter:
        for each in (BEGIN, start("a"), start("b"), complete("b"), start("c")):
            emitter.emit(each)
        raise raised
    *_, first, second, last = read_events(file)
    assert [(type(each), each.node) for each in (first, second)] == [(NodeError, "a"), (NodeError, "c")]
    assert first.cancelled is isinstance(raised, KeyboardInterrupt)
    assert type(last) is ends


def test_whatever_a_payload_holds_has_a_form(tmp_path):
    values = {
        "decimal": (Decimal("12.50"), "12.50"),
        "day": (datetime.date(2025, 11, 1), "2025-11-01"),
        "instant": (datetime.datetime(2025, 11, 1, 10, tzinfo=datetime.UTC), "2025-11-01T10:00:00Z"),
        "nan": (float("nan"), "NaN"),
        "low": (float("-inf"), "-Infinity"),
        "big": (2**200, 2**200),
        "least": (-(2**63), -(2**63)),
        "half": ("a\udc80b", "a\\udc80b"),
        "ä\n\u2028": ("ä\n\u2028", "ä\n\u2028"),
        "bytes": (b"\xff", "/w=="),
        "nested": ({1: [float("inf"), (Decimal(1),)]}, {"1": ["Infinity", ["1"]]}),
        "other": (Path("x"), "x"),
        "none": (None, None),
    }
    file = tmp_path / "events.jsonl"
    with Emitter("r", file=file) as emitter:
        pairs = tuple((name, value) for name, (value, _) in values.items())
        emitter.emit(msgspec.structs.replace(BEGIN, parameters=pairs))
        emitter.emit(END)
    first, _ = read_events(file)
    assert dict(first.parameters) == {name: expected for name, (_, expected) in values.items()}
    assert b"\n" not in encoded({"a": "x\ny\r"})


def test_a_torn_line_is_dropped(tmp_path):
    file = tmp_path / "events.jsonl"
    with Emitter("r", file=file) as emitter:
        told = [emitter.emit(each) for each in (BEGIN, start(), complete())]
        emitter.emit(END)
    whole = file.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(whole) - 1):
        file.write_bytes(whole[:cut])
        assert list(read_events(file)) == told
    assert list(read_events(tmp_path / "nothing")) == []


KILLED = """
import sys
from pathlib import Path
from odibi_sql.run.emitter import Emitter
from odibi_sql.run.events import NodeComplete, NodeStart, PipelineStart
emitter = Emitter("r", file=Path(sys.argv[1]))
emitter.emit(PipelineStart(pipeline="p", engine="duckdb"))
for number in range(10**9):
    emitter.emit(NodeStart(node=str(number), kind="write"))
    emitter.emit(NodeComplete(node=str(number), kind="write", seconds=0.0))
    print(number, flush=True)
"""


def test_what_was_told_before_a_kill_is_on_the_disk(tmp_path):
    file = tmp_path / "events.jsonl"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(50):
        number = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = list(read_events(file))
    assert len(found) >= 1 + 2 * (number + 1)
    assert [each.seq for each in found] == list(range(1, len(found) + 1))


def test_a_full_disk_ends_the_file_and_not_the_run(tmp_path):
    emitter = Emitter("r", file=Path("/dev/full"))
    assert emitter.emit(BEGIN).seq == 1
    assert emitter.emit(END).seq == 2
    emitter.close()
    assert os.strerror(errno.ENOSPC).lower() in emitter.warning
    (tmp_path / "x").write_text("")
    assert Emitter("r", file=tmp_path / "x" / "events.jsonl").warning


def test_after_a_line_that_was_not_written_no_other_is(tmp_path):
    file = tmp_path / "events.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    emitter = Emitter("r", file=file)
    told = [emitter.emit(each) for each in (BEGIN, start())]
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 20, hard))
    try:
        emitter.emit(complete())  # torn: 20 bytes of it are there
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    emitter.emit(END)
    emitter.close()
    assert os.strerror(errno.EFBIG).lower() in emitter.warning
    assert list(read_events(file)) == told
    assert len(file.read_bytes().splitlines()[-1]) == 20


def test_an_event_costs_little(tmp_path):
    with Emitter("r", EventBus(), tmp_path / "events.jsonl") as emitter:
        emitter.emit(BEGIN)
        began = time.perf_counter()
        for number in range(500):
            emitter.emit(start(str(number)))
            emitter.emit(complete(str(number)))
        each = (time.perf_counter() - began) / 500
        emitter.emit(END)
    assert each < 0.001


# The bus.


def emitted(bus, *found):
    with Emitter("r", bus) as emitter:
        for each in (BEGIN, *found, END):
            emitter.emit(each)


def test_sync_hooks_are_called_by_priority_then_as_registered():
    bus, seen = EventBus(), []
    for number, priority in enumerate(["LOW", "medium", "CRITICAL", "HIGH", "LOW", "MEDIUM", "CRITICAL"]):
        told = priority.upper(), number
        bus.register("node_start", lambda event, told=told: seen.append((event.node, *told)), priority)
    emitted(bus, start("a"), complete("a"), start("b"), complete("b"))
    assert bus.close()
    order = [("CRITICAL", 2), ("CRITICAL", 6), ("HIGH", 3), ("MEDIUM", 1), ("MEDIUM", 5), ("LOW", 0), ("LOW", 4)]
    assert seen == [("a", *each) for each in order] + [("b", *each) for each in order]
    assert bus.failures == ()


def test_a_star_hears_everything_and_a_name_its_events_alone():
    bus, everything, one = EventBus(), [], []
    bus.register("*", lambda event: everything.append(event.name))
    bus.register("quality_failed", one.append)
    bus.register("layer_complete", one.append)
    assert bus.unregister("layer_complete", one.append)
    assert not bus.unregister("layer_complete", one.append)
    broken = QualityFailed(node="g", kind="check", rule="r", action="warn", count=2)
    emitted(bus, broken, LayerComplete(layer="l"))
    bus.close()
    assert everything == ["pipeline_start", "quality_failed", "layer_complete", "pipeline_complete"]
    assert [(type(each), each.count, each.seq) for each in one] == [(QualityFailed, 2, 2)]


def test_async_hooks_run_side_by_side_on_one_loop():
    bus, ended, threads = EventBus(), [], set()
    gate = []

    async def waits(event):
        gate.append(asyncio.Event())
        threads.add(threading.current_thread().name)
        await gate[0].wait()
        ended.append(event.name)

    async def opens(event):
        gate[0].set()
        threads.add(threading.current_thread().name)

    class Callable:
        async def __call__(self, event):
            ended.append("called")

    bus.register("pipeline_start", waits)
    bus.register("pipeline_complete", opens)
    bus.register("pipeline_complete", Callable())
    emitted(bus)
    assert bus.close()
    assert sorted(ended) == ["called", "pipeline_start"]
    assert threads == {"odibi-async-hooks"}
    assert bus.failures == ()


def test_a_hook_that_raises_is_a_failure_and_the_others_go_on():
    bus, seen = EventBus(), []

    class Unspeakable(Exception):
        def __str__(self):
            raise ValueError

    def raises(event):
        raise ValueError(f"no {event.name}")

    async def raises_later(event):
        await asyncio.sleep(0)
        raise KeyError("k")

    def exits(event):
        sys.exit(3)

    async def exits_later(event):
        sys.exit(4)

    def unspeakable(event):
        raise Unspeakable

    for hook in (raises, raises_later, exits, exits_later, unspeakable):
        bus.register("pipeline_start", hook, "HIGH")
    bus.register("*", lambda event: seen.append(event.name), "LOW")
    emitted(bus)
    assert bus.close()
    assert seen == ["pipeline_start", "pipeline_complete"]
    told = {each.hook.rpartition(".")[2]: each.message for each in bus.failures}
    assert told["raises"] == "ValueError: no pipeline_start"
    assert told["raises_later"] == "KeyError: 'k'"
    assert told["exits"] == "SystemExit: 3"
    assert told["exits_later"] == "SystemExit: 4"
    assert "Unspeakable" in told["unspeakable"]
    assert {each.event.name for each in bus.failures} == {"pipeline_start"}


def test_a_hook_that_takes_too_long_is_left_to_itself():
    bus, seen, held = EventBus(timeout=0.2), [], threading.Event()
    lasting = []

    def hangs(event):
        lasting.append(event.name)
        held.wait(20)
        lasting.append("ended")

    async def hangs_too(event):
        await asyncio.sleep(60)

    bus.register("pipeline_start", hangs, "CRITICAL")
    bus.register("pipeline_start", hangs_too, "CRITICAL", timeout=0.3)
    bus.register("*", lambda event: seen.append(event.name))
    began = time.monotonic()
    emitted(bus)
    assert time.monotonic() - began < 0.15  # the run itself waits for nothing
    assert bus.drain(10)
    assert time.monotonic() - began < 5
    assert seen == ["pipeline_start", "pipeline_complete"]
    assert lasting == ["pipeline_start"]
    assert [each.message for each in bus.failures] == [
        "it took longer than 0.2 s, and is left to itself",
        "it took longer than 0.3 s, and is left to itself",
    ]
    held.set()
    bus.close()


def test_draining_has_an_end():
    bus, held, calls = EventBus(), threading.Event(), []

    def hangs(event):
        calls.append(event.name)
        held.wait(20)

    async def hangs_too(event):
        await asyncio.sleep(60)

    bus.register("*", hangs)
    bus.register("pipeline_start", hangs_too, "HIGH")
    emitted(bus, start(), complete())
    began = time.monotonic()
    assert not bus.drain(0.3)
    assert time.monotonic() - began < 2
    assert calls == ["pipeline_start"]
    assert len(bus.failures) == 5
    held.set()
    bus.register("node_retry", lambda event: calls.append("again"))
    bus.emit(retry())
    assert bus.close(10)
    assert calls[-2:] == ["node_retry", "again"]


def test_draining_waits_for_async_hooks_no_longer_than_it_is_told():
    bus = EventBus()

    async def hangs(event):
        await asyncio.sleep(60)

    bus.register("pipeline_start", hangs)
    emitted(bus)
    began = time.monotonic()
    assert not bus.drain(0.3)
    assert 0.3 <= time.monotonic() - began < 2
    assert len(bus.failures) == 1
    assert bus.close()


def test_a_hook_that_is_late_and_then_raises_is_one_failure():
    bus, over = EventBus(timeout=0.1), threading.Event()

    async def raises_late(event):
        await asyncio.sleep(0.3)
        over.set()
        raise ValueError

    bus.register("pipeline_start", raises_late)
    emitted(bus)
    assert bus.drain(10)
    assert over.wait(10)
    bus.close()
    assert [each.message for each in bus.failures] == ["it took longer than 0.1 s, and is left to itself"]


BLOCKED = """
import time
from odibi_sql.run.bus import EventBus
from odibi_sql.run.events import PipelineStart

async def blocks(event):
    time.sleep(60)

bus = EventBus(timeout=0.2)
bus.register("*", lambda event: time.sleep(60))
bus.register("*", blocks)
bus.emit(PipelineStart(pipeline="p", engine="duckdb"))
print(bus.close(), len(bus.failures))
"""


def test_a_process_ends_though_its_hooks_do_not():
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("True 2\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("node_eror", print), "did you mean `node_error`?"),
        (("node_error", print, "HIGHEST"), "did you mean `HIGH`?"),
        (("node_error", "print"), "cannot be called"),
    ],
)
def test_a_wrong_registration_says_what_is_meant(arguments, words):
    with pytest.raises(ValueError, match=words.replace("?", "[?]")):
        EventBus().register(*arguments)


def test_a_bus_without_hooks_costs_no_thread():
    before = threading.active_count()
    bus = EventBus()
    emitted(bus)
    assert threading.active_count() == before
    assert bus.close()
