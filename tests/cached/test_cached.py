"""Whatever is edited, what a project with its cache stores is what a fresh one does; `python -m cached` at length."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from cached.edits import with_files
from cached.hold import Edits, Stale


def test_cached_is_as_uncached_over_edits(tmp_path: Path) -> None:
    project = Edits(tmp_path, random.Random(os.environ.get("ODIBI_RANDOM", "3")))
    for _ in range(15):
        project.edit()
    assert project.stages["cached"] > 20
    assert project.stages["done"] > 20


def test_what_is_stale_is_found(tmp_path: Path) -> None:
    """A store that is changed behind the back of its project, with all that is known of its file put back, is found."""
    project = Edits(tmp_path, random.Random(1))
    more = with_files(project.now, {"clients.csv": "client,city\na,Ulm\n"})
    fresh, cached = tmp_path / "other", tmp_path / "cached"
    project._run(fresh, more)
    with pytest.raises(Stale, match="`joined` is"):
        project._compare(fresh, cached, more, "nothing")
