"""The event loop on which `async def` hooks run, on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from concurrent.futures import Future
from typing import Any

from odibi_sql.run.encoding import words_of

_LAST_WORDS = 1.0  # seconds for what is cancelled to wind up


class HookLoop:
    """One event loop, until it is ended."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._work, name="odibi-async-hooks", daemon=True).start()

    def start(self, awaitable: Awaitable[Any]) -> Future[str]:
        """Return the future of what goes wrong with an awaitable, "" where nothing does."""
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), self._loop)

    def end(self) -> None:
        """Cancel what still runs, and end the loop; nothing is waited for."""
        asyncio.run_coroutine_threadsafe(_end(), self._loop)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()


async def _awaited(awaitable: Awaitable[Any]) -> str:
    try:
        await awaitable
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # noqa: BLE001  `sys.exit()` in a hook ends no run
        return words_of(error)
    return ""


async def _end() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    if others:
        await asyncio.wait(others, timeout=_LAST_WORDS)
    asyncio.get_running_loop().stop()
