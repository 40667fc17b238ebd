"""Which faults can pass, how long to wait before the next try, and when a try has taken too long."""

from __future__ import annotations

import errno
import os
import random
import re
import time

from msgspec.structs import replace

from odibi_sql.plan import Stage
from odibi_sql.run.outcome import Settings, StageOutcome

LONGEST_WAIT = 300.0  # seconds
_BACKOFF = 1.0  # seconds, where a step that is tried again says nothing
_PASSING = (
    *(errno.EIO, errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH),
    *(errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNREFUSED, errno.ECONNABORTED, errno.EPIPE, errno.ENOLCK),
    *(errno.ESTALE, errno.ENETRESET, errno.EDEADLK, errno.ENFILE, errno.EMFILE),
)
_WORDS = [os.strerror(each) for each in _PASSING] + [
    *("Could not set lock", "Connection error", "Could not establish connection", "timed out", "Too Many Requests"),
    *("HTTP 408", "HTTP 429", "HTTP 500", "HTTP 502", "HTTP 503", "HTTP 504", "StatusCode.UNAVAILABLE"),
    *("ExecutorLostFailure", "FetchFailed", "MetadataFetchFailedException", "Connection refused", "Broken pipe"),
    *("SparkContext was shut down", "Lost connection"),
]
_PASSES = re.compile("|".join(map(re.escape, _WORDS)), re.IGNORECASE)


def passes(error: Exception) -> bool:
    """Whether the fault behind an error can be gone a moment later: one of a network, a lock, a device, no value."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _PASSING
    return _PASSES.search(str(error)) is not None


class Attempts:
    """The tries of one stage. Times are of `time.monotonic`."""

    def __init__(self, stage: Stage, settings: Settings, chance: random.Random) -> None:
        policy = stage.policy
        self.most = 1 + (settings.retry if policy.retry is None else policy.retry)
        self.backoff = policy.backoff or settings.backoff or _BACKOFF
        self.timeout = policy.timeout
        self.number = 0
        self.started = 0.0
        self.ready = self.first = (
            time.monotonic()
        )  # since when all that it needs is there, and when the first try began
        self._chance = chance

    def can_begin(self) -> None:
        """All that it needs is there."""
        self.ready = time.monotonic()

    def begin(self) -> None:
        """Count one more try from now on."""
        self.number += 1
        self.started = time.monotonic()
        if self.number == 1:
            self.first = self.started

    def told(self, outcome: StageOutcome, begin: float) -> StageOutcome:
        """Return the outcome of the last try with how many there were, and when, in seconds after `begin`.

        What was there already was not tried.
        """
        if not self.number:
            return outcome
        measured = replace(outcome.measured, ready=self.ready - begin, began=self.first - begin)
        return replace(outcome, attempts=self.number, measured=measured)

    @property
    def is_late(self) -> bool:
        """Whether the try has taken longer than it may."""
        return self.timeout is not None and time.monotonic() > self.started + self.timeout

    @property
    def is_last(self) -> bool:
        """Whether no other try follows."""
        return self.number >= self.most

    def pause(self) -> float:
        """Return the seconds to wait before the next try: the backoff, twice that after each further failure, and by
        chance up to the half of it less, so that runs that failed together do not come back together.
        """
        most = min(LONGEST_WAIT, self.backoff * 2 ** min(self.number - 1, 60))
        return self._chance.uniform(most / 2, most)


def in_words(seconds: float) -> str:
    """Return `90 seconds`, `10 minutes`."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"
