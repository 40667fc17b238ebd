from __future__ import annotations

import datetime
import gzip
import math
import time

import pytest
from source_tools import columns, describe, problem, rows

from odibi_sql.ir import SourceProblem


def write(root, name, text, encoding="utf-8"):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)


def test_types_are_those_that_all_values_have(tmp_path):
    write(
        tmp_path,
        "a.csv",
        "i,f,zip,day,at,instant,flag,na,empty,big,mixed\n"
        "1,1.5,007,2025-01-02,2025-01-02 03:04:05,2025-01-02T03:04:05Z,true,NA,,12345678901234567890,1\n"
        "-2,3,123,2025-01-03,2025-01-02T03:04:05.123456,2025-01-02 03:04:05+02:00,FALSE,1,,1,x\n",
    )
    assert columns(describe(tmp_path, "csv", "a.csv")) == [
        "i int64",
        "f float64",
        "zip string",
        "day date",
        "at timestamp",
        "instant timestamptz",
        "flag bool",
        "na string",
        "empty string",
        "big decimal(38, 0)",
        "mixed string",
    ]


def test_dates_that_are_not_iso_are_text(tmp_path):
    write(tmp_path, "a.csv", "d,t\n01/02/2025,2025-01-02 3pm\n")
    assert columns(describe(tmp_path, "csv", "a.csv")) == ["d string", "t string"]
    assert columns(describe(tmp_path, "csv", "a.csv", ("date_format", "%d/%m/%Y"))) == ["d date", "t string"]
    assert rows(tmp_path, "csv 'a.csv' (date_format: '%d/%m/%Y')")[0][0] == datetime.date(2025, 2, 1)


def test_null_is_what_the_option_says(tmp_path):
    write(tmp_path, "a.csv", "a,b\nNA,x\n1,NA\n")
    assert rows(tmp_path, "csv 'a.csv'") == [("1", "NA"), ("NA", "x")]
    assert columns(describe(tmp_path, "csv", "a.csv", ("null", "NA"))) == ["a int64", "b string"]
    assert rows(tmp_path, "csv 'a.csv' (null: 'NA')") == [(1, None), (None, "x")]


def test_empty_is_null_and_quoted_empty_is_text(tmp_path):
    write(tmp_path, "a.csv", 'a,b\n1,""\n2,\n')
    assert rows(tmp_path, "csv 'a.csv'") == [(1, ""), (2, None)]


def test_files_that_quote_everything_have_quoted_nulls(tmp_path):
    write(tmp_path, "a.csv", '"a","b"\n"1","x"\n"","y"\n')
    assert ("quoted_null", True) in describe(tmp_path, "csv", "a.csv").source.options
    assert rows(tmp_path, "csv 'a.csv'") == [(1, "x"), (None, "y")]


def test_columns_are_matched_by_name_where_headers_differ(tmp_path):
    write(tmp_path, "d/1.csv", "a,b\n1,x\n")
    write(tmp_path, "d/2.csv", "b,a,c\ny,2,9\n")
    write(tmp_path, "d/3.csv", "a,b\n3,z\n")
    described = describe(tmp_path, "csv", "d/*.csv", schema="a int64, b string")
    assert [(group.files, group.header) for group in described.source.groups] == [
        (("d/1.csv", "d/3.csv"), ("a", "b")),
        (("d/2.csv",), ("b", "a", "c")),
    ]
    assert rows(tmp_path, "csv 'd/*.csv' schema (a int64, b string)") == [(1, "x"), (2, "y"), (3, "z")]
    assert rows(tmp_path, "csv 'd/*.csv'") == [(1, "x", None), (2, "y", 9), (3, "z", None)]
    assert any("`d/1.csv` and 1 more lacks `c`" in each for each in describe(tmp_path, "csv", "d/*.csv").warnings)


def test_types_widen_over_files(tmp_path):
    write(tmp_path, "d/1.csv", "a,b\n1,1\n")
    write(tmp_path, "d/2.csv", "b,a\nx,2.5\n")
    assert columns(describe(tmp_path, "csv", "d")) == ["a float64", "b string"]


def test_a_missing_column_names_file_and_column(tmp_path):
    write(tmp_path, "d/1.csv", "meter_id,b\n1,x\n")
    write(tmp_path, "d/2.csv", "meterid,b\n1,x\n")
    with pytest.raises(SourceProblem) as caught:
        describe(tmp_path, "csv", "d/*.csv", schema="meter_id int64, b string")
    assert caught.value.reason == "`d/2.csv` has no column `meter_id`"
    assert caught.value.hint == "did you mean `meterid`?"


def test_a_column_twice_is_a_problem_only_where_it_is_needed(tmp_path):
    write(tmp_path, "a.csv", "a,b,b\n1,2,3\n")
    with pytest.raises(SourceProblem, match=r"two columns called `b`"):
        describe(tmp_path, "csv", "a.csv")
    assert rows(tmp_path, "csv 'a.csv' schema (a int64)") == [(1,)]


@pytest.mark.parametrize(("delimiter", "name"), [(";", "a.csv"), ("\t", "a.tsv"), ("|", "a.csv")])
def test_the_delimiter_is_found_where_there_is_no_comma(tmp_path, delimiter, name):
    write(tmp_path, name, f"a{delimiter}b\n1{delimiter}x\n")
    assert describe(tmp_path, "csv", name).source.options == (("delimiter", delimiter),)
    assert rows(tmp_path, f"csv '{name}'") == [(1, "x")]


def test_no_header(tmp_path):
    write(tmp_path, "a.csv", "1,x\n2,y\n")
    assert columns(describe(tmp_path, "csv", "a.csv", ("header", False))) == ["column0 int64", "column1 string"]
    assert rows(tmp_path, "csv 'a.csv' (header: false) schema (n int64, t string)") == [(1, "x"), (2, "y")]
    with pytest.raises(SourceProblem, match=r"`a.csv` has 2 columns, 1 are declared"):
        describe(tmp_path, "csv", "a.csv", ("header", False), schema="n int64")


def test_compressed_files(tmp_path):
    import pyarrow

    write(tmp_path, "g/a.csv.gz", gzip.compress(b"a,b\n1,x\n"))
    write(tmp_path, "z/a.csv.zst", pyarrow.compress(b"a,b\n2,y\n", codec="zstd", asbytes=True))
    write(tmp_path, "other.bin", gzip.compress(b"a,b\n3,z\n"))
    assert rows(tmp_path, "csv 'g'") == [(1, "x")]
    assert rows(tmp_path, "csv 'z/*.zst'") == [(2, "y")]
    assert rows(tmp_path, "csv 'other.bin' (compression: 'gzip')") == [(3, "z")]


def test_byte_order_mark_crlf_and_quoted_line_ends(tmp_path):
    write(tmp_path, "a.csv", b'\xef\xbb\xbfa,"b\r\nc"\r\n1,"x\r\ny"\r\n')
    assert describe(tmp_path, "csv", "a.csv").schema.names == ("a", "b\r\nc")
    assert rows(tmp_path, "csv 'a.csv'") == [(1, "x\r\ny")]


def test_encodings(tmp_path):
    write(tmp_path, "l.csv", "nämé,b\né,1\n", "latin-1")
    with pytest.raises(SourceProblem, match=r"`l.csv` is not utf-8"):
        describe(tmp_path, "csv", "l.csv")
    assert rows(tmp_path, "csv 'l.csv' (encoding: 'latin-1')") == [("é", 1)]
    write(tmp_path, "u.csv", "a,b\né,1\n", "utf-16")
    assert rows(tmp_path, "csv 'u.csv' (encoding: 'utf-16')") == [("é", 1)]


def test_text_that_is_not_utf8_fails_the_run_at_its_line(tmp_path):
    write(tmp_path, "a.csv", b"a,b\n" + b"1,x\n" * 50_000 + b"2,\xff\n")
    assert problem(tmp_path, "csv 'a.csv' schema (a int64, b string)") == "`a.csv` line 50002 is not UTF-8"


def test_skip_and_comment(tmp_path):
    write(tmp_path, "a.csv", "exported today\n\na,b\n1,x\n")
    assert rows(tmp_path, "csv 'a.csv' (skip: 2)") == [(1, "x")]
    write(tmp_path, "c.csv", "# about\na,b\n# more\n1,x\n")
    assert rows(tmp_path, "csv 'c.csv' (comment: '#')") == [(1, "x")]


def test_decimal_comma(tmp_path):
    write(tmp_path, "a.csv", "a;b\n1,5;2\n2;3\n")
    assert columns(describe(tmp_path, "csv", "a.csv", ("delimiter", ";"), ("decimal", ","))) == ["a float64", "b int64"]
    assert rows(tmp_path, "csv 'a.csv' (delimiter: ';', decimal: ',')") == [(1.5, 2), (2.0, 3)]


def test_not_a_number(tmp_path):
    write(tmp_path, "a.csv", "a\n1.5\nNaN\n-inf\n")
    assert columns(describe(tmp_path, "csv", "a.csv")) == ["a float64"]
    values = [value for (value,) in rows(tmp_path, "csv 'a.csv'")]
    assert any(map(math.isnan, values))
    assert -math.inf in values


@pytest.mark.parametrize(
    ("type_", "value", "message"),
    [
        ("int64", "x", "`d/2.csv` line 3: `x` in column `a` is no int64"),
        ("int64", "1.5", "`d/2.csv` line 3: `1.5` in column `a` is no int64"),
        ("int8", "300", "`d/2.csv` line 3: `300` in column `a` is no int8"),
        ("int64", '""', "`d/2.csv` line 3: the empty text in column `a` is no int64"),
        ("decimal(5, 2)", "1.234", "`d/2.csv` line 3: `1.234` in column `a` is no decimal(5, 2)"),
        ("float64", "1;5", "`d/2.csv` line 3: `1;5` in column `a` is no float64"),
        ("date", "01/02/2025", "`d/2.csv` line 3: `01/02/2025` in column `a` is no date"),
        ("date", "2025-02-01 10:00:00", "`d/2.csv` line 3: `2025-02-01 10:00:00` in column `a` is no date"),
        ("timestamp", "2025-02-01 10:00+02", "`d/2.csv` line 3: `2025-02-01 10:00+02` in column `a` is no timestamp"),
        (
            "timestamp",
            "2025-02-01T10:00:00.1234567",
            "`d/2.csv` line 3: `2025-02-01T10:00:00.1234567` in column `a` is no timestamp",
        ),
        ("timestamp", "noon", "`d/2.csv` line 3: `noon` in column `a` is no timestamp"),
        ("bool", "maybe", "`d/2.csv` line 3: `maybe` in column `a` is no bool"),
    ],
)
def test_a_value_that_does_not_fit_fails_with_file_line_and_value(tmp_path, type_, value, message):
    write(tmp_path, "d/1.csv", "a,b\n,x\n")
    write(tmp_path, "d/2.csv", f"a,b\n,x\n{value},y\n")
    assert problem(tmp_path, f"csv 'd/*.csv' schema (a {type_}, b string)") == message


def test_numbers_that_lose_nothing_are_taken(tmp_path):
    write(tmp_path, "a.csv", "a,b\n1.0,1.500\n 2 ,2\n+3,-.5\n-0,1.5e1\n")
    found = rows(tmp_path, "csv 'a.csv' schema (a int64, b decimal(5, 2))")
    assert [(a, str(b)) for a, b in found] == [(0, "15.00"), (1, "1.50"), (2, "2.00"), (3, "-0.50")]


def test_a_date_with_the_time_of_midnight_is_a_date(tmp_path):
    write(tmp_path, "a.csv", "a\n2025-02-01 00:00:00\n2025-02-02T00:00:00.000\n2025-02-03\n")
    assert [str(a) for (a,) in rows(tmp_path, "csv 'a.csv' schema (a date)")] == [
        "2025-02-01",
        "2025-02-02",
        "2025-02-03",
    ]


def test_timestamps_without_a_zone_or_in_utc(tmp_path):
    texts = ("2025-02-01T10:00:00Z", "2025-02-01 10:00:00.120000+00", "2025-02-01 10:00", "2025-02-01")
    write(tmp_path, "a.csv", "a\n" + "\n".join(texts))
    assert [str(a) for (a,) in rows(tmp_path, "csv 'a.csv' schema (a timestamp)")] == [
        "2025-02-01 00:00:00",
        "2025-02-01 10:00:00",
        "2025-02-01 10:00:00",
        "2025-02-01 10:00:00.120000",
    ]


def test_a_line_with_too_few_or_too_many_values_fails(tmp_path):
    write(tmp_path, "a.csv", "a,b\n1,x\n2\n")
    with pytest.raises(SourceProblem, match=r"`a.csv` line 3 has 1 values, 2 are wanted: 2"):
        describe(tmp_path, "csv", "a.csv")
    assert problem(tmp_path, "csv 'a.csv' schema (a int64, b string)") == "`a.csv` line 3 has 1 values, 2 are wanted: 2"


def test_empty_files(tmp_path):
    write(tmp_path, "d/1.csv", "")
    with pytest.raises(SourceProblem, match=r"is empty, so there are no columns"):
        describe(tmp_path, "csv", "d/1.csv")
    assert rows(tmp_path, "csv 'd/1.csv' schema (a int64)") == []
    write(tmp_path, "d/2.csv", "a\n1\n")
    assert rows(tmp_path, "csv 'd'") == [(1,)]
    assert describe(tmp_path, "csv", "d").warnings == ("`d/1.csv` is empty",)
    write(tmp_path, "h.csv", "a,b\n")
    assert columns(describe(tmp_path, "csv", "h.csv")) == ["a string", "b string"]
    assert rows(tmp_path, "csv 'h.csv'") == []


def test_very_wide_files_take_no_longer_for_each_column(tmp_path):
    width = 500
    names, values = ",".join(f"c{i}" for i in range(width)), ",".join(map(str, range(width)))
    write(tmp_path, "a.csv", f"{names}\n{values}\n")
    started = time.process_time()
    assert columns(describe(tmp_path, "csv", "a.csv")) == [f"c{i} int64" for i in range(width)]
    assert time.process_time() - started < 5  # it was a minute for 250 columns
