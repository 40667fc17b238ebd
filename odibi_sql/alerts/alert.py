"""What is sent of a failed run, and whether."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable
from pathlib import Path

from odibi_sql.alerts.once import Once
from odibi_sql.alerts.webhook import AlertProblem, Webhook
from odibi_sql.run.events import Event, PipelineError

MINUTES = 60.0  # in which the same failure is sent once
_MOST = 2000  # characters of a message
_NUMBERS = re.compile(r"\d+")


class Alert:
    """A hook for `pipeline_error`: sends `{"text": …}`, which Slack, Mattermost and their like take.

    The same failure (of the same pipeline, in the same stages, in the same words but for numbers) is sent once in
    `minutes`; how often it came meanwhile is said with the next. A call raises AlertProblem where a message could not
    be sent, which is a warning of the run.
    """

    def __init__(
        self,
        webhook: Webhook,
        root: Path,
        *,
        minutes: float = MINUTES,
        cleaned: Callable[[str], str] = str,
    ) -> None:
        """`cleaned` takes secrets out of a text."""
        self._webhook = webhook
        self._once = Once(root, minutes * 60)
        self._cleaned = cleaned

    def __call__(self, event: Event) -> None:
        """Send, if it is to be sent. Other events are passed over."""
        if not isinstance(event, PipelineError):
            return
        digest = _digest(event)
        held_back, unkept = self._claimed(digest)
        if held_back is None:
            return
        try:
            self._webhook.send({"text": self._cleaned(text_of(event, held_back))})
        except AlertProblem:
            self._noted(self._once.release, digest)
            raise
        unkept = unkept or self._noted(self._once.confirm, digest)
        if unkept:
            raise AlertProblem(f"it is sent, and may be sent again: what was sent cannot be kept: {unkept}")

    def _claimed(self, digest: str) -> tuple[int | None, str]:
        """Return what `Once.claim` says; where that cannot be known it is sent, and why is said too."""
        try:
            return self._once.claim(digest), ""
        except OSError as error:
            return 0, _words(error)

    def _noted(self, note: Callable[[str], None], digest: str) -> str:
        """Keep what became of it; return why that cannot be."""
        try:
            note(digest)
        except OSError as error:
            return _words(error)
        return ""


def text_of(event: PipelineError, held_back: int = 0) -> str:
    """Return the message: what failed, where and why, what to do."""
    stages = f" in {', '.join(f'`{each}`' for each in event.failed)}" if event.failed else ""
    lines = [f"Pipeline `{event.pipeline}` failed{stages} after {event.seconds:.1f} s on {socket.gethostname()}"]
    lines.append(event.message)
    if event.hint:
        lines.append(f"help: {event.hint}")
    if event.run:
        lines.append(f"odibi runs {event.run}")
    if held_back:
        lines.append(f"It failed so {held_back} times more since it was told last.")
    text = "\n".join(lines)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _digest(event: PipelineError) -> str:
    said = (event.pipeline, *event.failed, _NUMBERS.sub("#", event.message))
    return hashlib.sha256("\0".join(said).encode("utf-8", "backslashreplace")).hexdigest()
