"""The process around the commands: pipes, signals, paths, encodings, files that are no pipelines."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli_tools import COMMAND, odibi, pipeline

STORED = 'ingest a from csv "data/a.csv"\n\nstore a to csv "out/a.csv"\n'


def project(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "data/a.csv").write_text("x\n1\n2\n")
    return pipeline(folder, STORED)


@pytest.mark.parametrize("name", ["with space", "qu'o\"te", "ünï", "{x}", "[a]", "*", "?", "-dash", "%25"])
def test_a_project_may_be_in_any_folder_and_run_from_anywhere(tmp_path, name):
    project(tmp_path / name)
    ended = odibi("run", f"./{name}/p.odibi", cwd=tmp_path)
    assert ended.code == 0, ended.err
    assert (tmp_path / name / "out/a.csv").read_text() == "x\n1\n2\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("shell", ["{odibi} functions | head -1", "{odibi} explain | head -1"])
def test_a_reader_that_has_enough_is_no_error(tmp_path, shell):
    line = shell.format(odibi=" ".join(COMMAND))
    script = f"set -o pipefail; {line}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)


def test_closed_streams(tmp_path):
    line = " ".join(COMMAND)
    for ending, code in [("explain >&-", 0), ("explain >&- 2>&-", 0), ("check nothing.odibi 2>&-", 2)]:
        assert subprocess.run(["bash", "-c", f"{line} {ending}"], cwd=tmp_path, check=False).returncode == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_to_a_full_disk(tmp_path):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "functions"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "error: cannot write the output: no space left on device\n")


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_the_locale_changes_nothing(tmp_path, locale):
    pipeline(tmp_path, "ingest a from values (s string) ('é東')\n")
    shown = odibi("show", "p.odibi", "a", "--format", "csv", cwd=tmp_path, LC_ALL=locale, PYTHONUTF8="0")
    assert (shown.code, shown.out) == (0, "s\né東\n")
    assert odibi("explain", cwd=tmp_path, LC_ALL=locale, PYTHONIOENCODING="ascii").code == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"# nothing\n", "empty-file"),
        (b"pipeline \xe9\n", "not-utf8"),
        ("ingest a from values (x int64) (1)\n".encode("utf-16"), "not-utf8"),
        (b"pipeline a\0b\n", "unknown-character"),
        (b"ingest a from values (x int64) (" + b"9" * 5000 + b")", "number-too-large"),
        (
            b"ingest a from values (x int64) (1)\ntransform b from a | derive y = " + b"+".join([b"x"] * 5000),
            "too-deep",
        ),
        (b"ingest a from values (x int64) (1)\ntransform b from a | derive y = " + b"-" * 5000 + b"x", "too-deep"),
    ],
)
def test_what_is_no_pipeline(tmp_path, content, code):
    (tmp_path / "p.odibi").write_bytes(content)
    ended = odibi("check", "p.odibi", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith(f"error[{code}]")
    assert max(map(len, ended.err.splitlines()[1:])) < 500


def test_a_byte_order_mark_and_windows_line_ends(tmp_path):
    (tmp_path / "p.odibi").write_bytes(
        b"\xef\xbb\xbfingest a from values (x int64) (1)\r\ntransform b from a\r\n  | drop y"
    )
    assert "--> p.odibi:3:10" in odibi("check", "p.odibi", cwd=tmp_path).err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_cancels_the_run_and_leaves_nothing(tmp_path, number):
    rows = ", ".join(f"({i})" for i in range(1000))
    steps = [f"ingest a from values (x int64) {rows}\n"]
    steps += [f"transform b{i} from a\n  | rename x{i} = x\n" for i in range(4)]
    joins = "".join(f"  | join cross b{i}\n" for i in range(4))
    steps.append(
        f"transform c from a\n{joins}  | aggregate n = count(), m = max(x * x0 % 7 + x1 * x2 % 5 + x3) group by x\n"
    )
    pipeline(tmp_path, "\n".join([*steps, 'store c to parquet "out/c.parquet"\n']))
    child = subprocess.Popen(
        [*COMMAND, "run", "p.odibi"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("out/.odibi-*")) and time.monotonic() < deadline and child.poll() is None:
        time.sleep(0.05)
    child.send_signal(number)
    out, err = child.communicate(timeout=30)
    assert child.returncode == 130, (out, err)
    assert "1 cancelled" in out
    assert "Traceback" not in err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_store_over_the_project_is_refused(tmp_path):
    project(tmp_path)
    pipeline(tmp_path, STORED.replace('"out/a.csv"', f'"{tmp_path}" mode overwrite'))
    ended = odibi("run", "p.odibi", cwd=tmp_path)
    assert ended.code == 1
    assert "is the folder of the pipeline" in ended.err
    assert (tmp_path / "data/a.csv").exists()


def test_a_project_that_was_moved_runs_again(tmp_path):
    project(tmp_path / "old")
    assert odibi("run", "old/p.odibi", cwd=tmp_path).code == 0
    shutil.move(tmp_path / "old", tmp_path / "new")
    ended = odibi("run", "new/p.odibi", cwd=tmp_path)
    assert ended.code == 0, ended.err


def test_two_runs_at_once(tmp_path):
    project(tmp_path)
    runs = [subprocess.Popen([*COMMAND, "run", "p.odibi"], cwd=tmp_path, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [each.wait() for each in runs] == [0, 0, 0]
    assert (tmp_path / "out/a.csv").read_text() == "x\n1\n2\n"
