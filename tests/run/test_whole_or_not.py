"""A store is whole or not there, whoever looks at it and whenever the process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from plans import done, names, rows, run, write

HERE = Path(__file__).parent
ROWS = 20_000


def version(number: int) -> str:
    return f"select {number}::bigint v, range i from range({ROWS})"


@pytest.mark.parametrize(
    ("path", "is_folder", "query"),
    [
        ("o.parquet", False, "from '{root}/o.parquet'"),
        ("f", True, "from '{root}/f/*.parquet'"),
        (
            "o.csv",
            False,
            "from read_csv('{root}/o.csv', columns = {{'v': 'BIGINT', 'i': 'BIGINT'}}, header = true)",
        ),
    ],
)
def test_a_reader_sees_the_old_or_the_new(tmp_path, path, is_folder, query):
    format_ = "csv" if path.endswith("csv") else "parquet"
    done(run(tmp_path, write("w", path, version(0), format_=format_, is_folder=is_folder)))
    seen: list[tuple] = []
    stop = threading.Event()

    def poll():
        connection = duckdb.connect(config={"threads": 1})
        sql = f"select min(v), max(v), count(*), count(distinct i) {query.format(root=tmp_path)}"
        while not stop.is_set():
            try:
                seen.append(connection.execute(sql).fetchone())
            except duckdb.IOException as error:
                gone = ("No such file", "No files found")  # as is documented: when it is opened, or listed to the end
                if not (is_folder and any(each in str(error) for each in gone)):
                    seen.append((str(error),))

    reader = threading.Thread(target=poll)
    reader.start()
    for number in range(1, 11):
        done(run(tmp_path, write("w", path, version(number), format_=format_, is_folder=is_folder)))
    stop.set()
    reader.join()
    assert len(seen) > 5
    assert [each for each in seen if len(each) == 1 or each[0] != each[1] or each[2:] != (ROWS, ROWS)] == []


def test_the_names_of_a_version_are_no_names_of_another(tmp_path):
    """A reader that has listed the files of an older version can never take those of a newer one for them."""
    sql = "select range v, range % 3 k from range(100)"
    done(run(tmp_path, write("h", "h", sql, partition=("k",))))
    before = set(names(tmp_path))
    done(run(tmp_path, write("h", "h", sql.replace("range v", "range + 1 v"), partition=("k",))))
    assert len(before) == 3
    assert before.isdisjoint(names(tmp_path))


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from plans import run, write
path, is_folder = sys.argv[3], sys.argv[4] == "folder"
number = 0
while True:
    number += 1
    sql = f"select {number}::bigint v, range i, range % 4 k from range(200000)"
    partition = ("k",) if path == "h" else ()
    result = run(Path(sys.argv[1]), write("w", path, sql, is_folder=is_folder, partition=partition, mode="default"))
    assert result.success, result.problems
    print(number, flush=True)
"""


@pytest.mark.parametrize(("path", "is_folder"), [("o.parquet", False), ("f", True), ("h", True)])
def test_a_killed_writer_leaves_a_whole_store(tmp_path, path, is_folder):
    for attempt in range(3):
        arguments = [str(tmp_path), str(HERE), path, "folder" if is_folder else "file"]
        process = subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.06 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        place = f"{tmp_path}/{path}" + ("/**/*.parquet" if is_folder else "")
        ((least, most, count),) = rows(f"select min(v), max(v), count(*) from '{place}'")
        assert (most - least, count) == (0, 200_000)
    done(run(tmp_path, write("w", path, "select 1 v, 1 k", is_folder=is_folder, mode="default")))
    assert list(tmp_path.glob(".odibi-*")) == []


def test_only_what_dead_runs_left_is_removed(tmp_path):
    from odibi_sql.run.stores.staging import staging

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with staging(tmp_path / "o.csv") as ours:
        prefix = ours.name.split(f"-{os.getpid()}-")[0]
        ours.write_text("in use")
        left = tmp_path / f"{prefix}-{dead.pid}-0123456789ab-o.csv"
        other_target = tmp_path / f"{prefix}-{dead.pid}-0123456789ab-p.csv"
        other_host = tmp_path / f".odibi-zzzzzz-{dead.pid}-0123456789ab-o.csv"
        other_run = tmp_path / f"{prefix}-{os.getppid()}-0123456789ab-o.csv"
        reused = tmp_path / f"{prefix}-{os.getpid()}-0123456789ab-o.csv"
        for each in (left, other_target, other_host, other_run, reused):
            each.write_text("")
        done(run(tmp_path, write("w", "o.csv", "select 1 a", format_="csv")))
        assert {each.name for each in (ours, other_target, other_host, other_run)} == {
            each.name for each in tmp_path.glob(".odibi-*")
        }


def test_two_runs_that_append_at_one_time_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]); from plans import run, write\n"
        "for number in range(8):\n"
        "    for path, folder in (('f', True), ('o.ndjson', False)):\n"
        "        stage = write('w', path, f'select {number} a', is_folder=folder, mode='append', format_='ndjson')\n"
        "        assert run(Path(sys.argv[1]), stage).success\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(HERE)]) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    for place in ("f/*", "o.ndjson"):
        assert rows(f"select count(*), sum(a) from read_json('{tmp_path}/{place}')") == [(16, 56)]
