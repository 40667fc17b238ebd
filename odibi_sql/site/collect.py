"""What is documented: pipelines of a folder, each checked, and what its last run left."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from odibi_sql import api, ir, syntax
from odibi_sql.run.state.database import Database, StateProblem
from odibi_sql.run.state.runs import Runs
from odibi_sql.track import Track, TrackedStep, TrackProblem, read_track, steps_of_graph, tracking_of

_LOOKED_AT = 20  # runs


class DocumentedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A `test` of a pipeline: what it gives and what it expects, by the names of the datasets."""

    title: str
    given: tuple[str, ...]
    expected: tuple[str, ...]
    text: str


class Documented(msgspec.Struct, frozen=True, kw_only=True):
    """A pipeline. `file` starts from the folder of the project."""

    file: str
    text: str
    graph: ir.Graph
    steps: tuple[TrackedStep, ...]
    tests: tuple[DocumentedTest, ...]
    last: Track | None = None  # the last run that left a record


def pipelines_in(folder: Path) -> Iterator[Path]:
    """Give the pipelines under a folder, sorted: files with a step in them; what only others use is none."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            file = Path(parent) / name
            if name.endswith(".odibi") and not name.startswith(".") and _has_steps(file):
                yield file


def documented(file: Path, root: Path, parameters: Iterable[str] = ()) -> Documented:
    """Return what is known of a pipeline. Raises CompileError."""
    values = dict(each.split("=", 1) for each in parameters)
    tree = _tree(file)
    known = {each.name.text for each in tree.statements if isinstance(each, syntax.Param)}
    pipeline = api.load(file, **{name: value for name, value in values.items() if name in known})
    graph = api.check(pipeline).graph
    return Documented(
        file=_from(file, root),
        text=pipeline.source.text,
        graph=graph,
        steps=steps_of_graph(graph, pipeline.root, tracking_of(graph)),
        tests=tuple(_test(each) for each in tree.statements if isinstance(each, syntax.Test)),
        last=_last_run(pipeline.root, graph.pipeline),
    )


def _tree(file: Path) -> syntax.Tree:
    from odibi_sql.syntax.parse import parse_with_errors, read_source

    return parse_with_errors(read_source(file))[0]


def _has_steps(file: Path) -> bool:
    from odibi_sql.diagnostics import CompileError

    try:
        tree = _tree(file)
    except CompileError:
        return True  # it is said what is wrong with it
    kinds = (syntax.Ingest, syntax.Transform, syntax.Sql, syntax.Store)
    return bool(tree.broken) or any(isinstance(each, kinds) for each in tree.statements)


def _test(test: syntax.Test) -> DocumentedTest:
    return DocumentedTest(
        title=test.title.value,
        given=tuple(each.dataset.text for each in test.given),
        expected=tuple(each.dataset.text for each in test.expected),
        text=test.span.text,
    )


def _from(file: Path, root: Path) -> str:
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return file.as_posix()


def _last_run(root: Path, pipeline: str) -> Track | None:
    """Return the record of the last run of a pipeline; of a project that never ran nothing is made."""
    if not (root / ".odibi" / "state.db").exists():
        return None
    try:
        with closing(Database(root)) as database:
            for run in Runs(database).list(limit=_LOOKED_AT, pipeline=pipeline):
                try:
                    return read_track(root, database, run.run)
                except TrackProblem:
                    continue
    except StateProblem:
        return None
    return None
