from __future__ import annotations

from pathlib import Path

from odibi_sql import ir
from odibi_sql.run.engines.bind import bind

ROOT = Path("/root dir")


def source(pattern, *files, format_="csv", hive=(), options=()):
    group = ir.FileGroup(pattern=pattern, files=files)
    return ir.FileSource(format=format_, groups=(group,), columns=ir.schema_of([]), hive=hive, options=options)


def test_a_pattern_becomes_the_files_that_were_found():
    bound = bind(
        "SELECT a FROM READ_CSV('d/*.csv', header = TRUE) AS x", [source("d/*.csv", "d/1.csv", "d/2.csv")], ROOT
    )
    assert bound.sql == "SELECT a FROM read_csv(['/root dir/d/1.csv', '/root dir/d/2.csv'], header = TRUE) AS x"


def test_lists_and_quotes_and_characters_of_patterns():
    bound = bind("FROM read_parquet(['it''s[1].parquet', 'b*'])", [source(None, "it's[1].parquet", "b*")], ROOT)
    assert bound.sql == "FROM read_parquet(['/root dir/it''s[[]1].parquet', '/root dir/b[*]'])"


def test_a_path_in_the_place_of_a_table():
    bound = bind(
        "SELECT 1 FROM 'a.parquet' AS t JOIN\n 'a.parquet' USING (k)", [source("a.parquet", "a.parquet")], ROOT
    )
    reader = "read_parquet(['/root dir/a.parquet'], hive_partitioning = false)"
    assert bound.sql == f"SELECT 1 FROM {reader} AS t JOIN\n {reader} USING (k)"


def test_texts_of_the_pipeline_stay_as_they_are():
    sql = (
        "SELECT 'a.csv' AS t, 'read_csv(''a.csv'')', \"read_csv('a.csv')\", EXTRACT(DAY FROM '2025-01-02')"
        " FROM t -- FROM 'a.csv'\n WHERE x = 'a.csv' /* read_csv('a.csv') */"
    )
    assert bind(sql, [source("a.csv", "a.csv")], ROOT).sql == sql


def test_whole_numbers_decimals_and_dates_are_read_exactly():
    types = "{'a': 'BIGINT', \"b\": 'VARCHAR', 'c': 'DECIMAL(5, 2)', 'd': 'DATE', 't': 'TIMESTAMP'}"
    bound = bind(f"SELECT a FROM read_csv('a.csv', columns = {types})", [source("a.csv", "a.csv")], ROOT)
    assert "{'a': 'VARCHAR', \"b\": 'VARCHAR', 'c': 'VARCHAR', 'd': 'VARCHAR', 't': 'VARCHAR'}" in bound.sql
    assert len(bound.readers) == 1
    kept = "SELECT a FROM read_csv('a.csv', columns = {'b': 'VARCHAR', 'f': 'DOUBLE', 'd': 'DATE'}, dateformat = '%d')"
    bound = bind(kept, [source("a.csv", "a.csv")], ROOT)
    assert bound.sql == kept.replace("'a.csv'", "['/root dir/a.csv']")
    assert bound.readers == ()


def test_folders_of_the_root_are_no_columns():
    bound = bind("FROM read_csv('a.csv')", [source("a.csv", "a.csv")], Path("/x/year=2025"))
    assert bound.sql == "FROM read_csv(['/x/year=2025/a.csv'], hive_partitioning = false)"
