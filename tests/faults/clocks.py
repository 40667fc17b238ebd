"""A process whose clock is set: by so many seconds, forth or back, from one moment on."""

from __future__ import annotations

import ctypes
import datetime
import gc
import time
from typing import Any

_SECOND = 1_000_000_000


def set_clock(seconds: float) -> None:
    """Have all that asks for the time of day be told another one, in this process.

    `datetime` itself is changed: a class in its place would be another type to what reads records.
    """
    real_time, real_ns, real_now = time.time, time.time_ns, datetime.datetime.now
    by = datetime.timedelta(seconds=seconds)

    def now(_: type, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return real_now(tz) + by

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_ns() + int(seconds * _SECOND)
    methods: Any = gc.get_referents(datetime.datetime.__dict__)[0]
    methods["now"] = classmethod(now)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
