"""What no store may replace, whatever its mode: the project itself, and what the same run reads."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import abspath
from pathlib import Path

from odibi_sql.objects import is_object
from odibi_sql.plan import Plan, Stage, Write
from odibi_sql.run.engines.engine import EngineProblem


def paths_read(plan: Plan, root: Path) -> frozenset[str]:
    """Return the absolute paths of the files that a run reads, and of the folders around them; objects as they are."""
    paths = {file for file in _files(plan.stages) if is_object(file)}
    for path in {abspath(root / file) for file in _files(plan.stages) if not is_object(file)}:  # noqa: PTH100 -- asks no disk for 10,000 files
        while path not in paths:
            paths.add(path)
            path = path.rpartition("/")[0] or "/"
    return frozenset(paths)


def _files(stages: Iterable[Stage]) -> Iterable[str]:
    return (file for stage in stages for source in stage.sources for group in source.groups for file in group.files)


def endangers(stage: Write, root: Path, read: frozenset[str]) -> EngineProblem | None:
    """Return why a store may not be written at all, or None."""
    path, project = stage.target.path, root.resolve()
    if is_object(path):
        return EngineProblem(f"`{path}` is read in the same run", "store to another path") if path in read else None
    final = (root / path).resolve()
    if final == project or final in project.parents:
        return EngineProblem(f"`{path}` is the folder of the pipeline, or one around it", "store to a folder inside it")
    if (project / ".odibi") in (final, *final.parents):
        return EngineProblem(f"`{path}` is where odibi keeps its own files", "store to another path")
    if str(final) in read or abspath(root / path) in read:  # noqa: PTH100 -- links and all
        return EngineProblem(f"`{path}` is read in the same run", "store to another path")
    return None
