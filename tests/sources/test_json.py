from __future__ import annotations

import gzip

import pytest
from source_tools import columns, describe, problem, rows

from odibi_sql.ir import SourceProblem


def test_members_have_types_and_nest(tmp_path):
    (tmp_path / "a.ndjson").write_text(
        '{"i":1,"f":1.5,"s":"007","day":"2025-01-02","stamp":"2025-01-02T03:04:05","id":"123e4567-e89b-12d3-a456-426614174000",'
        '"list":[1,2],"nested":{"x":1,"y":"q"},"none":null,"clock":"10:00:00"}\n{"i":2,"f":2,"extra":true}\n'
    )
    assert columns(describe(tmp_path, "ndjson", "a.ndjson")) == [
        "i int64",
        "f float64",
        "s string",
        "day date",
        "stamp timestamp",
        "id string",
        "list array<int64>",
        "nested struct<x int64, y string>",
        "none string",
        "clock string",
        "extra bool",
    ]


def test_mixed_types_are_json(tmp_path):
    (tmp_path / "a.json").write_text('[{"a":{"x":1}},{"a":"s"}]')
    assert columns(describe(tmp_path, "json", "a.json")) == ["a json"]


@pytest.mark.parametrize("text", ['[{"a":1,"b":"x"},{"a":2}]', '{"a":1,"b":"x"}\n{"a":2}\n', '{"a":1,"b":"x"} {"a":2}'])
def test_json_is_an_array_or_objects_one_after_the_other(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert rows(tmp_path, "json 'a.json'") == [(1, "x"), (2, None)]
    assert rows(tmp_path, "json 'a.json' schema (b string)") == [("x",), (None,)]


def test_files_are_one_by_name(tmp_path):
    (tmp_path / "1.ndjson").write_text('{"a":1}\n')
    (tmp_path / "2.ndjson.gz").write_bytes(gzip.compress(b'{"b":"x","a":2.5}\n'))
    assert rows(tmp_path, "ndjson '*.ndjson*'") == [(1.0, None), (2.5, "x")]


def test_what_holds_no_objects_is_a_problem(tmp_path):
    (tmp_path / "a.json").write_text("[1,2]")
    with pytest.raises(SourceProblem, match=r"holds no objects"):
        describe(tmp_path, "json", "a.json")
    (tmp_path / "b.json").write_text('{"json": {"a": 1}}\n{"json": 2}')
    assert columns(describe(tmp_path, "json", "b.json")) == ["json json"]


def test_a_declared_column_that_no_object_has_is_a_warning(tmp_path):
    (tmp_path / "a.json").write_text('[{"amount": 1}]')
    warnings = describe(tmp_path, "json", "a.json", schema="amont int64").warnings
    assert warnings == ("none of the first 1 objects of `a.json` has `amont`; did you mean `amount`?",)


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        ("int64", "1.5", "`a.ndjson` line 2: `1.5` in column `a` is no int64"),
        ("int64", '"x"', "`a.ndjson` line 2: `x` in column `a` is no int64"),
        ("decimal(5, 2)", "1.239", "`a.ndjson` line 2: `1.239` in column `a` is no decimal(5, 2)"),
        ("date", '"noon"', "`a.ndjson` line 2: `noon` in column `a` is no date"),
        ("timestamp", '"noon"', "`a.ndjson` line 2: `noon` in column `a` is no timestamp"),
        ("timestamptz", '"noon"', "`a.ndjson` line 2 does not fit: "),
        ("float64", '{"x":1}', "`a.ndjson` line 2 does not fit: "),
    ],
)
def test_a_value_that_does_not_fit_fails_with_its_line(tmp_path, type_, value, message):
    (tmp_path / "a.ndjson").write_text('{"a":null}\n{"a":' + value + "}\n")
    assert problem(tmp_path, f"ndjson 'a.ndjson' schema (a {type_})").startswith(message)


def test_broken_json_fails_with_its_line(tmp_path):
    (tmp_path / "a.ndjson").write_text('{"a":1}\n{"a":}\n')
    assert problem(tmp_path, "ndjson 'a.ndjson' schema (a int64)").startswith("`a.ndjson` line 2 is no JSON")
    with pytest.raises(SourceProblem, match=r"`a.ndjson` line 2 is no JSON"):
        describe(tmp_path, "ndjson", "a.ndjson")


def test_whole_numbers_written_as_floats_are_taken(tmp_path):
    (tmp_path / "a.ndjson").write_text('{"a":1.0}\n{"a":2e2}\n{"a":"3"}\n{"a":9007199254740993}\n')
    assert rows(tmp_path, "ndjson 'a.ndjson' schema (a int64)") == [(1,), (200,), (3,), (9007199254740993,)]


def test_times_with_a_zone_are_instants(tmp_path):
    (tmp_path / "a.ndjson").write_text(
        '{"z":"2025-01-02T03:04:05Z","o":"2025-01-02 03:04:05+02:00","mixed":"2025-01-02T03:04:05Z"}\n'
        '{"z":"2025-01-02T03:04:05.123Z","o":null,"mixed":"2025-01-02T03:04:05"}\n'
    )
    assert columns(describe(tmp_path, "ndjson", "a.ndjson")) == ["z timestamptz", "o timestamptz", "mixed string"]
    assert "2025-01-02 01:04:05+00:00" in {str(row[1]) for row in rows(tmp_path, "ndjson 'a.ndjson'")}
