"""When rows that are otherwise only in the engine are kept, so that a run that is resumed starts from them."""

from __future__ import annotations

import re
import time
from typing import Literal as OneOf

from msgspec.structs import replace

from odibi_sql.plan import Plan, Stage
from odibi_sql.run.state.results import Kept

Mode = OneOf["manual", "auto", "layer", "interval"]
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
_INTERVAL = re.compile(r"(\d+) *(second|minute|hour|step)s?")


def hold_mode(said: str) -> None:
    """Raise ValueError where `said` does not say what is kept for a run that is resumed."""
    if _INTERVAL.fullmatch(said) is None and said not in ("manual", "auto", "layer"):
        raise ValueError(f"`{said}` is none of `manual`, `auto`, `layer`, a time as `10 minutes`, `5 steps`")


class Checkpoints:
    """What a run keeps. Called from the thread of the run alone.

    `manual`: the rows of steps that say `cache: true`; `auto`: those of every stage that has some; `layer`: those that
    another layer reads; `10 minutes`, `5 steps`: those of the next stage once so much time or so many stages are over.
    """

    def __init__(self, said: str, plan: Plan, layers: tuple[tuple[str, str], ...]) -> None:
        """Raises ValueError where `said` is none of these."""
        hold_mode(said)
        found = _INTERVAL.fullmatch(said)
        self.mode: Mode = said if found is None else "interval"  # type: ignore[assignment]
        self._count = int(found[1]) if found is not None and found[2] == "step" else None
        self._seconds = int(found[1]) * _UNITS[found[2]] if found is not None and found[2] in _UNITS else None
        self._layers = dict(layers)
        self._plan = plan
        self._over = 0  # stages since the last checkpoint
        self._last = time.monotonic()

    def wants(self, stage: Stage) -> bool:
        """Whether the rows of a stage, which is about to run, are kept."""
        if self.mode == "layer":
            return any(self._layer(each) != self._layer(stage) for each in self._readers(stage))
        if self.mode != "interval":
            return self.mode == "auto"
        if self._count is not None:
            return self._over + 1 >= self._count
        return self._seconds is not None and time.monotonic() - self._last >= self._seconds

    def over(self, *, was_kept: bool) -> None:
        """A stage is over."""
        self._over = 0 if was_kept else self._over + 1
        self._last = time.monotonic() if was_kept else self._last

    def noted(self, kept: Kept, stage: Stage, run: str) -> Kept:
        """Return the record of kept rows with what made a run keep them."""
        mode = "manual" if stage.policy.cache else self.mode
        return replace(kept, run=run, stage=stage.name, layer=self._layer(stage), mode=mode)

    def _layer(self, stage: Stage) -> str | None:
        return self._layers.get(stage.steps[-1]) if stage.steps else None

    def _readers(self, stage: Stage) -> list[Stage]:
        return [each for each in self._plan.stages if stage.name in each.needs]
