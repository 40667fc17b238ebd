"""Hooks that are told what happens, beside the run: what they do, or fail to do, never stops it."""

from __future__ import annotations

import inspect
import queue
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any

import msgspec

from odibi_sql.diagnostics import did_you_mean
from odibi_sql.ir import EVENTS, PRIORITIES, Priority
from odibi_sql.run.encoding import words_of
from odibi_sql.run.events import Event

if TYPE_CHECKING:
    from odibi_sql.run.hook_loop import HookLoop

Hook = Callable[[Any], Any]
TIMEOUT = 30.0  # seconds
_PAUSE = 0.05  # seconds between two looks at hooks that are waited for
_LAST_WORDS = 1.0  # seconds to wind up, once the time is over


class HookFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A hook that raised, or took too long, with this event."""

    event: Event
    hook: str
    message: str


class _Registered(msgspec.Struct, frozen=True, kw_only=True):
    event: str  # or "*"
    hook: Hook
    name: str
    priority: Priority
    timeout: float


class _Started(msgspec.Struct, frozen=True, kw_only=True):
    """What an async hook does meanwhile."""

    event: Event
    registered: _Registered
    future: Future[str]
    until: float  # monotonic


class EventBus:
    """Hands events to hooks, on threads of its own: one for sync hooks, one event loop for `async def` ones.

    Sync hooks are called one after the other, in the order of the events; for one event those of CRITICAL first, then
    HIGH, MEDIUM, LOW, and of one priority in the order in which they were registered. Async hooks are started in that
    order, and nothing is promised of when they end. A hook that takes longer than its timeout is left to itself: it is
    not ended, and no other waits for it.
    """

    def __init__(self, timeout: float = TIMEOUT) -> None:
        """`timeout`: seconds for one call of a hook, where its registration says nothing else."""
        self._timeout = timeout
        self._registered: tuple[_Registered, ...] = ()
        self._lock = threading.Lock()
        self._failures: list[HookFailure] = []
        self._waiting: queue.SimpleQueue[tuple[Event, list[_Registered]] | threading.Event | None] = queue.SimpleQueue()
        self._started: list[_Started] = []
        self._dispatcher: threading.Thread | None = None
        self._hand: _Hand | None = None
        self._loop: HookLoop | None = None
        self._is_late = False  # nothing is called any more: the process ends

    def register(
        self,
        event: str,
        hook: Hook,
        priority: str = "MEDIUM",
        *,
        timeout: float | None = None,
        name: str | None = None,
    ) -> None:
        """Have `hook` called with each event of this name; "*": with every event.

        Raises ValueError where the name of the event or the priority is none, or the hook cannot be called.
        """
        chosen = priority.upper()
        if event != "*" and event not in EVENTS:
            raise ValueError(f"no event `{event}`; {did_you_mean(event, EVENTS)}")
        if chosen not in PRIORITIES:
            raise ValueError(f"no priority `{priority}`; {did_you_mean(chosen, PRIORITIES)}")
        if not callable(hook):
            raise ValueError(f"{hook!r} cannot be called")  # noqa: TRY004  it is a value of the caller, told with the others
        new = _Registered(
            event=event,
            hook=hook,
            name=name or _name_of(hook),
            priority=chosen,
            timeout=self._timeout if timeout is None else timeout,
        )
        with self._lock:
            found = [*self._registered, new]
            self._registered = tuple(sorted(found, key=lambda each: PRIORITIES.index(each.priority)))

    def unregister(self, event: str, hook: Hook) -> bool:
        """Call the hook no more with these events; return whether it was registered for them."""
        with self._lock:
            kept = tuple(each for each in self._registered if (each.event, each.hook) != (event, hook))
            was_there = len(kept) < len(self._registered)
            self._registered = kept
        return was_there

    def emit(self, event: Event) -> None:
        """Hand an event on, and return at once."""
        hooks = [each for each in self._registered if each.event in ("*", event.name)]
        if not hooks:
            return
        if self._dispatcher is None:
            self._is_late = False
            self._dispatcher = threading.Thread(target=self._dispatch, name="odibi-events", daemon=True)
            self._dispatcher.start()
        self._waiting.put((event, hooks))

    @property
    def failures(self) -> tuple[HookFailure, ...]:
        """Return what failed until now; an async hook that takes too long is known after `drain`."""
        with self._lock:
            return tuple(self._failures)

    def drain(self, timeout: float = TIMEOUT) -> bool:
        """Wait until every hook was called and ended, or took its time; return whether that was within `timeout`.

        What was not called by then is not called any more, and is among the failures.
        """
        until = time.monotonic() + timeout
        if self._dispatcher is not None:
            reached = threading.Event()
            self._waiting.put(reached)
            self._is_late = not reached.wait(timeout)
            reached.wait(_LAST_WORDS if self._is_late else 0)
        while self._started and not self._is_late:
            self._leave_overdue()
            self._is_late = time.monotonic() > until
            time.sleep(_PAUSE if self._started else 0)
        self._leave_overdue(everything=True)
        was_late, self._is_late = self._is_late, False
        return not was_late

    def close(self, timeout: float = TIMEOUT) -> bool:
        """Drain, and end the threads; the bus can be used again. Return whether all was in time."""
        was_in_time = self.drain(timeout)
        if self._dispatcher is not None:
            self._waiting.put(None)
            self._dispatcher.join(_LAST_WORDS)
            self._dispatcher = None
        if self._loop is not None:
            self._loop.end()
            self._loop = None
        return was_in_time

    def _dispatch(self) -> None:
        """Call hooks until the bus is closed: all that the dispatcher's thread does."""
        while (item := self._waiting.get()) is not None:
            if isinstance(item, threading.Event):
                item.set()
                continue
            event, hooks = item
            for each in hooks:
                if self._is_late:
                    self._fail(event, each, "not called: the run ended, and the hooks before it took too long")
                else:
                    self._call(event, each)
            self._leave_overdue()
        if self._hand is not None:
            self._hand.calls.put(None)
            self._hand = None

    def _call(self, event: Event, registered: _Registered) -> None:
        """Call one hook, and wait for it until its time is over."""
        until = time.monotonic() + registered.timeout
        if self._hand is None:
            self._hand = _Hand()
        call = _Call(registered.hook, event)
        self._hand.calls.put(call)
        while not call.over.wait(min(_PAUSE, max(0.0, until - time.monotonic()))):
            if self._is_late or time.monotonic() >= until:
                self._hand.calls.put(None)
                self._hand = None
                self._fail(event, registered, _too_long(registered))
                return
        if call.problem:
            self._fail(event, registered, call.problem)
        elif inspect.isawaitable(call.result):
            self._begin(event, registered, call.result, until)

    def _begin(self, event: Event, registered: _Registered, awaitable: Awaitable[Any], until: float) -> None:
        """Have the event loop do what an async hook asks for."""
        if self._loop is None:
            from odibi_sql.run.hook_loop import HookLoop  # asyncio takes a tenth of a second to import

            self._loop = HookLoop()
        future = self._loop.start(awaitable)
        started = _Started(event=event, registered=registered, future=future, until=until)
        with self._lock:
            self._started.append(started)
        future.add_done_callback(lambda _: self._ended(started))

    def _ended(self, started: _Started) -> None:
        with self._lock:
            was_waited_for = any(each is started for each in self._started)
            self._started = [each for each in self._started if each is not started]
        try:
            problem = started.future.result()
        except CancelledError:
            problem = "it was cancelled"
        if problem and was_waited_for:
            self._fail(started.event, started.registered, problem)

    def _leave_overdue(self, *, everything: bool = False) -> None:
        """Wait no more for async hooks whose time is over."""
        now = time.monotonic()
        with self._lock:
            overdue = [each for each in self._started if everything or each.until <= now]
            self._started = [each for each in self._started if not (everything or each.until <= now)]
        for each in overdue:
            self._fail(each.event, each.registered, _too_long(each.registered))

    def _fail(self, event: Event, registered: _Registered, message: str) -> None:
        with self._lock:
            self._failures.append(HookFailure(event=event, hook=registered.name, message=message))


class _Call:
    """One call of a hook; `result` and `problem` are there once it is `over`."""

    def __init__(self, hook: Hook, event: Event) -> None:
        self.hook = hook
        self.event = event
        self.over = threading.Event()
        self.result: Any = None
        self.problem = ""

    def run(self) -> None:
        """Call it. What it raises, of whatever kind, is its problem alone."""
        try:
            self.result = self.hook(self.event)
        except BaseException as error:  # noqa: BLE001  `sys.exit()` in a hook ends no run
            self.problem = words_of(error)
        self.over.set()


class _Hand:
    """The thread on which sync hooks run, one after the other; left to itself where one does not end."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="odibi-hooks", daemon=True).start()

    def _work(self) -> None:
        while (call := self.calls.get()) is not None:
            call.run()


def _too_long(registered: _Registered) -> str:
    return f"it took longer than {registered.timeout:g} s, and is left to itself"


def _name_of(hook: Hook) -> str:
    name = getattr(hook, "__qualname__", type(hook).__qualname__)
    return f"{getattr(hook, '__module__', '')}:{name}"
