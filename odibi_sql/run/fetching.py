"""The objects that a stage reads: fetched before it runs, and named by their locations where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odibi_sql import objects
from odibi_sql.objects import ObjectProblem, Seen, Wanted
from odibi_sql.plan import Stage
from odibi_sql.run.engines.engine import EngineProblem


@contextmanager
def reading(stage: Stage, root: Path) -> Iterator[None]:
    """Have the objects of a stage on this machine meanwhile. Raises EngineProblem, also where one has changed since."""
    wanted = _wanted(stage)
    with in_words():
        objects.fetch(root, wanted)
    try:
        yield
    except EngineProblem as problem:
        urls = {each.place: each.seen.url for each in wanted}
        reason, hint = (objects.without_places(each, urls, root) for each in (problem.reason, problem.hint))
        raise EngineProblem(reason, hint, can_pass=problem.can_pass) from problem


@contextmanager
def in_words() -> Iterator[None]:
    """Raise what an object store does not do as EngineProblem."""
    try:
        yield
    except ObjectProblem as problem:
        raise EngineProblem(problem.reason, problem.hint, can_pass=problem.can_pass) from problem


def _wanted(stage: Stage) -> list[Wanted]:
    return [
        Wanted(Seen(url=file, size=copy.size, e_tag=copy.e_tag, version=copy.version), copy.place)
        for source in stage.sources
        for group in source.groups
        for file, copy in zip(group.files, group.copies, strict=bool(group.copies))
    ]
