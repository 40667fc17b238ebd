"""What stands for files: their bytes, or of large ones what no program can set back."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from odibi_sql.ir import FileGroup, FileSource, Schema, SourceProblem
from odibi_sql.sources import fingerprint
from odibi_sql.sources.fingerprint import LARGEST_FILE, MOST_BYTES, Known

LARGE = b"a\n" * (LARGEST_FILE // 2 + 1)


def source(*files: str, **more: object) -> FileSource:
    return FileSource(format="csv", groups=(FileGroup(pattern=None, files=files),), columns=Schema(()), **more)


def write(root: Path, name: str, content: bytes = b"a\n1\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def settle() -> None:
    """Wait until a change would get another time."""
    time.sleep(0.15)


def test_a_small_file_is_its_bytes(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv")
    before = fingerprint(source("a.csv"), tmp_path)
    assert len(before) == 64
    os.utime(file, (1, 1))
    shutil.copy(file, tmp_path / "b.csv")
    assert fingerprint(source("a.csv"), tmp_path) == fingerprint(source("b.csv"), tmp_path) == before
    write(tmp_path, "a.csv", b"a\n2\n")
    assert fingerprint(source("a.csv"), tmp_path) != before
    assert fingerprint(source("a.csv", "b.csv"), tmp_path) != fingerprint(source("b.csv", "b.csv"), tmp_path)
    assert fingerprint(source(), tmp_path) != before


def test_what_is_known_is_not_read_again_and_a_change_is_seen_all_the_same(tmp_path: Path) -> None:
    file, known = write(tmp_path, "a.csv"), Known()
    settle()
    first = fingerprint(source("a.csv"), tmp_path, known)
    assert list(known) == [str(file)]
    assert fingerprint(source("a.csv"), tmp_path, known) == first
    known[str(file)] = known[str(file)].__class__(*[getattr(known[str(file)], each) for each in FACTS], "other")
    assert fingerprint(source("a.csv"), tmp_path, known) != first  # so it was believed
    times = file.stat()
    write(tmp_path, "a.csv", b"a\n2\n")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # the size and the time of change are as they were
    second = fingerprint(source("a.csv"), tmp_path, known)
    assert second not in (first, fingerprint(source(), tmp_path))
    assert second == fingerprint(source("a.csv"), tmp_path)


FACTS = ("size", "mtime_ns", "ctime_ns", "inode")


def test_what_was_just_written_is_not_kept_as_known(tmp_path: Path) -> None:
    known = Known()
    write(tmp_path, "a.csv")
    fingerprint(source("a.csv"), tmp_path, known)
    assert known == {}


def test_a_large_file_is_told_by_what_cannot_be_set_back(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", LARGE)
    settle()
    first = fingerprint(source("a.csv"), tmp_path)
    assert fingerprint(source("a.csv"), tmp_path) == first
    times = file.stat()
    with file.open("r+b") as stream:
        stream.write(b"b")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    settle()
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    second = fingerprint(source("a.csv"), tmp_path)
    assert second != first
    copy = write(tmp_path, "b.csv", file.read_bytes())
    settle()
    os.utime(copy, ns=(times.st_atime_ns, times.st_mtime_ns))
    copy.replace(file)
    settle()
    assert fingerprint(source("a.csv"), tmp_path) != second


def test_a_large_file_that_was_just_written_is_another_at_the_next_look(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", LARGE)
    assert fingerprint(source("a.csv"), tmp_path) != fingerprint(source("a.csv"), tmp_path)


def test_beyond_so_many_bytes_of_a_source_files_are_not_read(tmp_path: Path) -> None:
    count = MOST_BYTES // LARGEST_FILE
    for number in range(count + 1):
        with write(tmp_path, f"{number}.csv", b"").open("wb") as stream:
            stream.truncate(LARGEST_FILE)
    settle()
    known = Known()
    files = [f"{number}.csv" for number in range(count + 1)]
    first = fingerprint(source(*files), tmp_path, known)
    assert len(known) == count
    os.utime(tmp_path / files[0])
    settle()
    assert fingerprint(source(*files), tmp_path) == first
    os.utime(tmp_path / files[-1])
    settle()
    assert fingerprint(source(*files), tmp_path) != first


def test_folders_count_where_they_give_columns(tmp_path: Path) -> None:
    one, other = (write(tmp_path, name) and name for name in ("d/year=2024/a.csv", "d/year=2025/a.csv"))
    assert fingerprint(source(one), tmp_path) == fingerprint(source(other), tmp_path)
    assert fingerprint(source(one, hive=("year",)), tmp_path) != fingerprint(source(other, hive=("year",)), tmp_path)


def test_the_ending_counts_where_it_says_how_a_file_is_compressed(tmp_path: Path) -> None:
    one, other = (write(tmp_path, name) and name for name in ("a.csv", "a.csv.gz"))
    assert fingerprint(source(one), tmp_path) != fingerprint(source(other), tmp_path)
    options = {"options": (("compression", "none"),)}
    assert fingerprint(source(one, **options), tmp_path) == fingerprint(source(other, **options), tmp_path)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match=r"`gone\.csv` cannot be read: no such file"):
        fingerprint(source("gone.csv"), tmp_path)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SourceProblem, match="is a directory"):
        fingerprint(source("folder.csv"), tmp_path)


def test_ten_thousand_files_are_quick(tmp_path: Path) -> None:
    files = [f"{number}.csv" for number in range(10_000)]
    for name in files:
        write(tmp_path, name)
    started = time.process_time()
    fingerprint(source(*files), tmp_path)
    assert time.process_time() - started < 2.0  # 0.15 s on a machine of today
