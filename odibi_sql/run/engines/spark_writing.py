"""Stores on Spark: tasks write whole files beside the place, the driver moves those of the tasks that count."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from odibi_sql.ir import Target
from odibi_sql.run.engines.copying import extension
from odibi_sql.run.engines.spark_tasks import Writing, write_in, write_rows
from odibi_sql.run.engines.spark_types import functions_of, quoted_name
from odibi_sql.run.stores.staging import files_in

_REPORT = "folder STRING, rows BIGINT"
_PLACE = "odibi place"  # a column that no dataset has: where a row stands in the order


def write_frame(frame: Any, writing: Writing, to: Path) -> int:
    """Write the rows of a frame to `to`, a file or an empty folder; return how many there are."""
    arranged = _arranged(frame, writing.target, writing.is_ordered)
    written = arranged.mapInArrow(partial(write_rows, writing), _REPORT).collect()
    folders = {Path(writing.folder) / row["folder"]: int(row["rows"]) for row in written}
    if not folders:
        folders = {Path(writing.folder) / "nothing": 0}
        write_in(writing, Path(writing.folder) / "nothing", None)
    _move(sorted(folders), writing.target, to)
    return sum(folders.values())


def _arranged(frame: Any, target: Target, is_ordered: bool) -> Any:
    """Return the rows as tasks are to get them: of one file all in one, of a hive folder all of its rows in one."""
    functions = functions_of(frame)
    keys = [functions.col(quoted_name(name)) for name in target.partition]
    if target.is_folder and not keys:
        return frame
    names = [functions.col(quoted_name(name)) for name in frame.columns]
    if is_ordered:
        frame = frame.select(*names, functions.monotonically_increasing_id().alias(_PLACE))
    frame = frame.repartition(*keys) if keys else frame.repartition(1)
    if is_ordered:
        frame = frame.sortWithinPartitions(functions.col(quoted_name(_PLACE))).select(*names)
    return frame


def _move(folders: list[Path], target: Target, to: Path) -> None:
    """Move the files of tasks to where they belong, in the order of the tasks."""
    if not target.is_folder:
        (folder,) = folders
        (folder / "part-0").rename(to)
        return
    digits = len(str(len(folders) - 1))
    for number, folder in enumerate(folders):
        for file in files_in(folder):
            place = to / file.relative_to(folder)
            if not target.partition:
                place = place.with_name(f"part-{number:0{digits}}.{extension(target)}")
            elif place.exists():
                place = place.with_name(f"part-{number:0{digits}}-{file.name.removeprefix('part-')}")
            place.parent.mkdir(parents=True, exist_ok=True)
            file.rename(place)
