"""`odibi show`: values of every type as text, tables that fit, what a limit shows."""

from __future__ import annotations

import json
import math
import pty
import subprocess
from os import close, read
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from cli_tools import COMMAND, odibi, pipeline

TYPES = """ingest a from values (x int64) (1)

transform t from a
  | select
      yes = true,
      small = cast(1 as int8),
      half = cast(0.1 as float32),
      nothing = cast('nan' as float64),
      below = cast('-inf' as float64),
      price = cast('12345678901234567890.120' as decimal(38, 3)),
      zero = cast(0 as decimal(38, 9)),
      word = 'a "b", c',
      empty = '',
      day = date '2025-11-01',
      at = timestamp '2025-11-01 10:00:00.120',
      instant = cast(timestamp '2025-11-01 10:00:00' as timestamptz),
      length = 3 days,
      list = [cast('nan' as float64), 1.5],
      pairs = map(['k'], [cast(1.50 as decimal(4, 2))]),
      doc = cast('{"a": [1, null]}' as json),
      missing = cast(null as string)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pipelines of this page."""
    path = tmp_path_factory.mktemp("show")
    pipeline(path, TYPES, "types.odibi")
    rows = ", ".join(f"({i}, 'n{i % 7}')" for i in range(25))
    text = f"ingest a from values (x int64, s string) {rows}\n\ntransform b from a\n  | sort x desc\n"
    pipeline(path, text, "many.odibi")
    columns = ", ".join(f"column_{i} = x" for i in range(100))
    pipeline(path, f"ingest a from values (x int64) (1)\n\ntransform b from a\n  | derive {columns}\n", "wide.odibi")
    odd = "ingest a from values (s string, `名前` string, x int64) ('a\tb\x1b[31m', '東京', 1), ('ü', 'x', 22)\n"
    pipeline(path, odd, "odd.odibi")
    return path


def test_json_is_json_and_loses_nothing(folder):
    line = odibi("show", "types.odibi", "t", "--format", "json", cwd=folder).out
    found = json.loads(line, parse_constant=lambda constant: pytest.fail(constant), parse_float=str)
    assert found == {
        "yes": True,
        "small": 1,
        "half": "0.1",
        "nothing": "NaN",
        "below": "-Infinity",
        "price": "12345678901234567890.120",
        "zero": "0.000000000",
        "word": 'a "b", c',
        "empty": "",
        "day": "2025-11-01",
        "at": "2025-11-01 10:00:00.12",
        "instant": "2025-11-01 10:00:00+00",
        "length": "3 days",
        "list": ["NaN", "1.5"],
        "pairs": {"k": "1.50"},
        "doc": {"a": [1, None]},
        "missing": None,
    }


def test_csv(folder):
    head, row = odibi("show", "types.odibi", "t", "--format", "csv", cwd=folder).out.splitlines()
    assert head.startswith("yes,small,half,nothing,below,price,zero,word,empty,")
    assert row.startswith('true,1,0.1,nan,-inf,12345678901234567890.120,0.000000000,"a ""b"", c","",2025-11-01,')
    assert row.endswith(",")


def test_parquet(folder):
    ended = odibi("show", "many.odibi", "b", "-o", "rows.parquet", cwd=folder)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    table = pyarrow.parquet.read_table(folder / "rows.parquet")
    assert table.column("x").to_pylist() == list(range(24, -1, -1))


def test_a_table_names_types_as_the_language_does(folder):
    lines = odibi("show", "types.odibi", "t", cwd=folder).out.splitlines()
    assert lines[1].split("  ")[-1].strip() == "string"
    for type_ in ("bool", "int8", "float32", "decimal(38, 3)", "timestamptz", "duration", "array<float64>", "json"):
        assert f" {type_} " in f" {lines[1]} "
    assert "map<string, decimal(4, 2)>" in lines[1]


def test_a_table_shows_20_rows_and_says_that_there_are_more(folder):
    ended = odibi("show", "many.odibi", "b", cwd=folder)
    assert len(ended.out.splitlines()) == 3 + 20
    assert ended.out.splitlines()[3].split()[0] == "24"
    assert ended.err == "the first 20 rows, there are more: `--limit N` or `--limit all`\n"
    assert odibi("show", "many.odibi", "a", cwd=folder).err.startswith("any 20 rows")


@pytest.mark.parametrize(("limit", "count", "has_more"), [("25", 25, False), ("24", 24, True), ("all", 25, False)])
def test_a_limit_of_all_the_rows_says_nothing(folder, limit, count, has_more):
    ended = odibi("show", "many.odibi", "b", "--limit", limit, cwd=folder)
    assert len(ended.out.splitlines()) == 3 + count
    assert bool(ended.err) == has_more


def test_a_limit_of_none_shows_the_columns(folder):
    assert odibi("show", "many.odibi", "b", "--limit", "0", "--format", "csv", cwd=folder).out == "x,s\n"


def test_wide_characters_are_aligned_and_control_characters_written_out(folder):
    lines = odibi("show", "odd.odibi", "a", cwd=folder).out.splitlines()
    assert lines[3] == "a\\tb\\x1b[31m  東京        1"
    assert lines[4] == "ü             x          22"


def on_a_terminal(*arguments: str, cwd: Path, columns: int) -> str:
    """Return what a command prints on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        ["env", f"COLUMNS={columns}", *COMMAND, *arguments],
        cwd=cwd,
        stdout=theirs,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    close(theirs)
    parts = []
    while True:
        try:
            part = read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    assert child.stderr is not None
    told = child.stderr.read()
    child.wait()
    close(ours)
    return b"".join([*parts, told]).decode().replace("\r\n", "\n")


def test_a_terminal_gets_the_columns_that_fit(folder):
    text = on_a_terminal("show", "wide.odibi", "b", cwd=folder, columns=50)
    *table, told = text.splitlines()
    assert max(map(len, table)) <= 50
    assert told == "5 of 101 columns fit the terminal; `--format csv` has all"
    assert len(odibi("show", "wide.odibi", "b", cwd=folder).out.splitlines()[0].split()) == 101


def test_a_terminal_gets_no_parquet(folder):
    text = on_a_terminal("show", "many.odibi", "b", "--format", "parquet", cwd=folder, columns=80)
    assert "parquet on a terminal is no use" in text


def test_a_run_on_a_terminal_ends_with_its_outcome(folder):
    pipeline(folder, 'ingest a from values (x int64) (1)\n\nstore a to csv "out/[a].csv"\n', "run.odibi")
    text = on_a_terminal("run", "run.odibi", cwd=folder, columns=80)
    assert "store a -> out/[a].csv  1 row, 4 B" in text
    assert text.splitlines()[-1].startswith("run: 1 done in ")


def test_nan_is_nan_for_who_reads_it_again(folder):
    line = odibi("show", "types.odibi", "t", "--format", "json", cwd=folder).out
    assert math.isnan(float(json.loads(line)["nothing"]))
    assert float(json.loads(line)["below"]) == -math.inf


def test_a_store_to_json_writes_nan_as_show_does_and_an_ingest_reads_it_again(folder):
    lines = """{"a": "NaN", "b": "-Infinity", "c": [null, "NaN", 2.5], "d": {"x": "Infinity", "y": "NaN"},
     "e": {"k": "Infinity"}, "f": [{"z": ["NaN"]}], "g": 1.5}
    {"a": null, "b": 0.5, "c": null, "d": null, "e": null, "f": [], "g": -1e300}"""
    written = "[" + lines.replace("}\n    {", "}, {") + "]"
    (folder / "nan.json").write_text(written)
    schema = """a float64, b float32, c array<float64>, d struct<x float64, y string>, e map<string, float64>,
    f array<struct<z array<float64>>>, g float64"""
    text = f'ingest t from json "nan.json" schema ({schema})\n'
    text += '\nstore t to ndjson "out/t.ndjson"\n\nstore t to json "out/t.json"\n'
    pipeline(folder, text, "nan.odibi")
    ended = odibi("run", "nan.odibi", cwd=folder)
    assert ended.code == 0, ended.err
    expected = json.loads(written)
    stored = (folder / "out/t.ndjson").read_text().splitlines()
    shown = odibi("show", "nan.odibi", "t", "--format", "json", cwd=folder).out.splitlines()
    for found in (map(strictly, stored), map(strictly, shown), strictly((folder / "out/t.json").read_text())):
        assert sorted(found, key=repr) == sorted(expected, key=repr)


def strictly(text: str) -> Any:
    """Read JSON that is JSON: bare NaN and Infinity are none."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_a_store_of_floats_to_json_keeps_its_order(folder):
    (folder / "many.csv").write_text("r\n" + "\n".join(map(str, range(300_000))) + "\n")
    text = 'ingest n from csv "many.csv"\n\ntransform t from n\n  | derive f = r * 1.0\n  | sort r desc\n'
    pipeline(folder, text + '\nstore t to ndjson "out/o.ndjson"\n', "order.odibi")
    assert odibi("run", "order.odibi", cwd=folder).code == 0
    rows = [json.loads(line)["r"] for line in (folder / "out/o.ndjson").read_text().splitlines()]
    assert rows == list(range(299_999, -1, -1))
