"""A disk that is really full, or read-only: the run fails in words, and goes on once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from faults.projects import Project
from faults.victims import Victims

SIZE = 6 * 2**20  # bytes of the disk


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    started = Victims()
    yield started
    started.close()


def mounted(folder: Path, *options: str) -> None:
    """Mount a disk in memory; the test is skipped where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"a disk cannot be mounted: {done.stderr.decode().strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    if os.name == "nt" or shutil.which("mount") is None:
        pytest.skip("there is no `mount`")
    folder = tmp_path / "disk"
    mounted(folder, f"size={SIZE}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, rest: int) -> None:
    """Leave so many bytes of a disk free."""
    there = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"x" * (there.f_bavail * there.f_bsize - rest))


def run(project: Project) -> dict[str, Any]:
    """Run a pipeline, whatever comes of it."""
    answer = project.victims.command(project.root, "run", "p.odibi")
    assert "Traceback" not in answer["said"]
    return answer


@pytest.mark.parametrize(
    ("place", "rest"), [("o.csv", 0), ("o.parquet", 0), ("f", 0), ("h", 8192), (".odibi/cache", 0)]
)
def test_a_full_disk_for_a_store_and_for_what_is_kept(tmp_path, disk, victims, place, rest) -> None:
    project = Project(tmp_path / "p", victims, is_together=False, elsewhere=[place], disk=disk)
    project.next_version()
    fill(disk, rest)
    answer = run(project)
    assert (answer["code"], "no space left" in answer["said"].lower()) == (1, True), answer["said"]
    found = dict(zip([case.place for case in project.cases], project.found(), strict=True))
    assert all(found[each] == "old" for each in (found if place == ".odibi/cache" else [place]))
    assert "wrong" not in found.values()
    (disk / "ballast").unlink()
    project.end()


@pytest.mark.parametrize("is_together", [False, True])
def test_a_full_disk_for_all_of_a_project(disk, victims, is_together) -> None:
    project = Project(disk / "p", victims, is_together=is_together)
    for rest in (0, 32, 160, 200, 280):  # kB: for the state, for some stores, for all of them but the end of the run
        project.next_version()
        fill(disk, rest * 1024)
        answer = run(project)
        assert answer["code"] == 1, answer["said"]
        assert "state.db` cannot be used: no space left" in answer["said"] or "full" in answer["said"], answer["said"]
        (disk / "ballast").unlink()
        found = project.found()
        assert "wrong" not in found
        if is_together:
            assert len(set(found)) == 1
        project.end()


def test_a_full_disk_for_the_events(tmp_path, disk, victims) -> None:
    """They are lost, and that is told: the rows are not."""
    project = Project(tmp_path / "p", victims, is_together=False, elsewhere=[".odibi/runs"], disk=disk)
    project.next_version()
    fill(disk, 0)
    answer = run(project)
    assert answer["code"] == 0, answer["said"]
    assert "events are not kept: no space left on device" in answer["said"]
    assert set(project.found()) == {"new"}


@pytest.mark.parametrize("is_all", [False, True])
def test_a_disk_that_is_read_only(tmp_path, disk, victims, is_all) -> None:
    root, places = (disk / "p", []) if is_all else (tmp_path / "p", ["h"])
    project = Project(root, victims, is_together=False, elsewhere=places, disk=disk)
    project.next_version()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    answer = victims.command(project.root, "run", "p.odibi")
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert answer["code"] == 1
    assert "Traceback" not in answer["said"]
    assert "read-only" in answer["said"].lower() or "readonly" in answer["said"].lower(), answer["said"]
    assert project.found()[3] == "old"
    project.end()
