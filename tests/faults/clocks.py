"""A process whose clock is set: by so many seconds, forth or back, from one moment on."""

from __future__ import annotations

import datetime
import time
from typing import Any

_SECOND = 1_000_000_000


def set_clock(seconds: float) -> None:
    """Have all that asks for the time of day be told another one, in this process."""
    real_time, real_ns, real = time.time, time.time_ns, datetime.datetime
    by = datetime.timedelta(seconds=seconds)

    class Meta(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real)

    class Clock(real, metaclass=Meta):  # type: ignore[misc,valid-type]
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return real.now(tz) + by

        @classmethod
        def utcnow(cls) -> Any:
            return real.now(datetime.UTC).replace(tzinfo=None) + by

        def __new__(cls, *parts: Any, **named: Any) -> Any:
            return real(*parts, **named)

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_ns() + int(seconds * _SECOND)
    datetime.datetime = Clock  # type: ignore[misc]
