"""Tests of pipelines: what they give, what they run, what they compare, and how they are told."""

from __future__ import annotations

import inspect
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import odibi_sql
from odibi_sql import api
from odibi_sql.cli.test_command import command
from odibi_sql.diagnostics import CompileError
from odibi_sql.tested import Outcomes

ORDERS = """\
ingest orders from csv "nowhere/*.csv"
  schema (id int64 not null, amount decimal(10, 2), status string, at timestamp)  # odibi: allow source-doubt
  key id
  | filter status is distinct from 'void'

ingest rates from values (status string not null, rate float64 not null) ('new', 0.5), ('old', 0.25) key status

transform rated from orders
  | expect known: amount >= 0 else quarantine bad
  | join left rates on status

transform totals from rated
  | aggregate total = sum(amount), n = count(), mean = avg(rate) group by status
  | sort status

transform top from totals
  | limit 1

sql shouted from rated \"\"\"select upper(status) as status, id from rated\"\"\"
"""


def ran(text: str, before: str = ORDERS, **options: object) -> Outcomes:
    return odibi_sql.test(api.from_text(before + text, name="p.odibi"), **options)  # type: ignore[arg-type]


def statuses(text: str, before: str = ORDERS) -> list[str]:
    return [each.status for each in ran(text, before).tests]


def codes(text: str, before: str = ORDERS) -> list[str]:
    """Return what a check finds, which is what a test finds as well where it is an error."""
    pipeline = api.from_text(before + text, name="p.odibi")
    try:
        return [each.code for each in api.check(pipeline).warnings]
    except CompileError as error:
        with pytest.raises(CompileError):
            api.test(pipeline)
        return [each.code for each in error.diagnostics]


GIVEN = """
test "t"
  given orders (id, amount, status)
    (1, 10, 'new'),
    (2, 2.5, 'new'),
    (3, 4, 'old'),
    (4, -1, null)
"""


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("totals (status, total) ('new', 12.5), ('old', 4)", "passed"),
        ("totals (n, status) (2, 'new'), (1, 'old')", "passed"),
        ("totals (status, n, mean) ('new', 2, 0.5), ('old', 1, 0.25)", "passed"),
        ("totals (status) ('old'), ('new')", "failed"),  # it is sorted
        ("totals (n) (1), (2)", "failed"),
        ("totals (status) ('new')", "failed"),
        ("totals (status) ('new'), ('old'), ('old')", "failed"),
        ("top (status, total) ('new', 12.50)", "passed"),
        ("rated (id) (3), (2), (1)", "passed"),  # it is not
        ("rated (id, rate) (1, 0.5), (2, 0.5), (3, 0.25)", "passed"),
        ("rated (id, at) (1, null), (2, null), (3, null)", "passed"),
        ("rated (status) ('new'), ('old'), ('new')", "passed"),
        ("rated (status) ('new'), ('old'), ('old')", "failed"),
        ("bad (id, _failed) (4, ['known'])", "passed"),
        ("bad (id, _failed) (4, ['other'])", "failed"),
        ("bad (id)", "failed"),
        ("bad (amount) (null)", "failed"),
        ("shouted (status, id) ('NEW', 1), ('NEW', 2), ('OLD', 3)", "passed"),
        ("orders (id) (1), (2), (3), (4)", "passed"),
    ],
)
def test_rows_are_compared(expected: str, status: str) -> None:
    assert statuses(f"{GIVEN}  expect {expected}") == [status]


def test_a_given_step_stands_for_itself_and_what_is_above_does_not_run() -> None:
    text = """
        test "in the middle" given rated (status, amount) ('a', 2), ('a', 3) expect totals (total, mean) (5, null)
        test "sorted as the step says" given totals (status, n) ('b', 1), ('a', 2) expect top (status) ('a')
        test "a quarantine" given bad (id) (7) expect bad (id) (7)
        test "its step beside it"
          given bad (id) (7)
          given orders (id, amount) (1, -1), (2, 1)
          expect bad (id) (7)
          expect rated (id) (2)
        test "a filter of the ingest is above it" given orders (id, status) (1, 'void') expect orders (status) ('void')
        """
    assert statuses(inspect.cleandoc(text)) == ["passed"] * 5


def test_left_out_columns_are_null_though_they_cannot_be() -> None:
    before = (
        "ingest a from csv 'a.csv' schema (x int64 not null, y int64 not null)\ntransform b from a | filter y is null\n"
    )
    assert statuses("test 't' given a (x) (1), (2) expect b (x) (1), (2)", before) == ["passed"]


def test_values_of_every_type_are_compared() -> None:
    columns = {
        "bool": "true",
        "int8": "7",
        "float32": "0.1",
        "float64": "0.1",
        "decimal(10, 3)": "0.1",
        "string": "'it''s'",
        "date": "'2025-11-01'",
        "timestamp": "'2025-11-01 10:00:00.000001'",
        "timestamptz": "'2025-11-01 10:00:00+01:00'",
        "duration": "2 hours",
        "array<int64>": "[1, null]",
        "struct<a int64, b string>": "{a: 1, b: 'x'}",
    }
    for type_, value in columns.items():
        before = f"ingest a from csv 'a.csv' schema (x {type_})\ntransform b from a | derive y = x\n"
        text = f"test 'same' given a (x) ({value}), (null) expect b (y) (null), ({value})\n"
        text += f"test 'other' given a (x) ({value}) expect b (y) (null)"
        assert statuses(text, before) == ["passed", "failed"], type_


def test_floats_are_equal_where_they_differ_in_the_last_digits() -> None:
    before = "ingest a from csv 'a.csv' schema (x float64)\ntransform b from a | aggregate x = sum(x)\n"
    assert statuses("test 't' given a (x) (0.1), (0.2) expect b (x) (0.3)", before) == ["passed"]
    assert statuses("test 't' given a (x) (0.1), (0.2) expect b (x) (0.30001)", before) == ["failed"]
    nan = "test 't' given a (x) (cast('NaN' as float64)) expect b (x) (cast('NaN' as float64))"
    assert statuses(nan, before) == ["passed"]


def test_an_order_is_compared_as_far_as_the_sort_says() -> None:
    before = "ingest a from csv 'a.csv' schema (x int64, y int64)\ntransform b from a | sort x\n"
    given = "test 't' given a (x, y) (2, 1), (1, 1), (1, 2), (1, 3) expect b (y)"
    assert statuses(f"{given} (3), (1), (2), (1)", before) == ["passed"]
    assert statuses(f"{given} (1), (1), (2), (3)", before) == ["failed"]
    assert statuses(f"{given} (2), (3), (1), (1)", before) == ["passed"]
    found = ran(f"{given.replace('(2, 1)', '(2, 9)')} (9), (1), (2), (3)", before).tests[0].differences[0]
    assert found.misplaced is not None
    assert (found.misplaced[0][0], found.missing, found.unexpected) == ((9,), (), ())


def test_sources_to_be_discovered_are_what_is_given_where_they_are_not_there(tmp_path: Path) -> None:
    before = 'ingest a from csv "a.csv"\ntransform b from a | derive z = y + 1, s = upper(t)\n'
    text = "test 't' given a (y, t, u) (1, null, 'a'), (2.5, null, 'b') expect b (z, s) (2, null), (3.5, null)"
    assert statuses(text, before) == ["passed"]
    wrong = api.from_text(before + "test 't' given a (t) ('x') expect b (t) ('x')", name="p.odibi")
    with pytest.raises(CompileError) as raised:
        api.test(wrong)
    (found,) = raised.value.diagnostics
    assert (found.code, [words for _, words in found.more]) == ("unknown-column", ["in this test"])
    (tmp_path / "a.csv").write_text("y,t\n1,x\n")
    there = api.from_text(before + "test 't' given a (y) (1) expect b (t) (null)", root=tmp_path)
    assert api.test(there).success
    assert api.check(there).warnings == ()


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("given orders (id) (1) expect nothing (id)", ["unknown-dataset"]),
        ("given nothing (id) (1) given orders (id) expect orders (id)", ["unknown-dataset"]),
        ("given orders (idd) (1) expect orders (id)", ["unknown-column"]),
        ("given orders (id) (1) expect totals (id)", ["unknown-column"]),
        ("given orders (id, id) (1, 2) expect orders (id)", ["duplicate-column"]),
        ("given orders (id, at) (1) expect orders (id)", ["values-width"]),
        ("given orders (id) (1) expect orders (id) (1, 2)", ["values-width"]),
        ("given orders (id) ('a') expect orders (id)", ["wrong-type"]),
        ("given orders (id) (null) expect orders (id)", ["null-in-not-null"]),
        ("given orders (id) (amount) expect orders (id)", ["not-a-constant"]),
        ("given orders (id) (1) expect orders (id) ('a')", ["wrong-type"]),
        ("given orders (id) (1) given orders (id) (2) expect orders (id)", ["duplicate-name"]),
        ("expect totals (n) (1)", ["test-needs-ingest"]),
        ("given rates (status) ('a') expect totals (n) (1)", ["test-needs-ingest"]),
        ("expect rates (status) ('new'), ('old')", []),
        ("given orders (id) (1) given totals (n) (1) expect top (n) (1)", ["unused-given"]),
    ],
)
def test_what_is_wrong_with_a_test_is_told_by_every_check(test: str, expected: list[str]) -> None:
    assert codes(f"test 't' {test}") == expected


def test_two_tests_of_one_title_are_told() -> None:
    assert codes("test 't' expect rates (rate)\ntest 't' expect rates (rate)") == ["duplicate-name"]


def test_a_rule_that_fails_the_run_fails_the_test() -> None:
    before = "ingest a from csv 'a.csv' schema (x int64)\ntransform b from a | expect x > 0\n"
    found = ran("test 't' given a (x) (0) expect b (x) (0)", before).tests[0]
    assert (found.status, found.differences) == ("failed", ())
    assert "x > 0" in found.problems[0]


def test_a_skipped_step_fails_the_test() -> None:
    before = "ingest a from csv 'a.csv' schema (x int64)\ntransform b from a with (when: 1 > 2)\n"
    assert "skipped by its `when`" in ran("test 't' given a (x) (0) expect b (x)", before).tests[0].problems[0]


def test_funcs_fragments_and_parameters_are_there(tmp_path: Path) -> None:
    (tmp_path / "lib.odibi").write_text("func more(x int64) = x + p\ntest 'not run' expect nothing (x)\n")
    text = 'use "lib.odibi"\nparam p int64\nfragment f(c) | derive y = more(c)\n'
    text += "ingest a from csv 'a.csv' schema (x int64)\ntransform b from a | apply f(x)\n"
    text += "test 't' given a (x) (1), (p) expect b (y) (p + 1), (more(p))\n"
    assert api.test(api.from_text(text, root=tmp_path, p="5")).success


def test_tests_run_on_spark(spark: object) -> None:
    smart_grid = Path(__file__).resolve().parents[2] / "examples" / "smart_grid" / "smart_grid.odibi"
    assert api.test(smart_grid, engine="spark", session=spark).success
    text = f"{ORDERS}{GIVEN}  expect totals (status, total, mean) ('old', 4, 0.25), ('new', 1, 0.5)\n"
    (found,) = ran(text, "", engine="spark", session=spark).tests[0].differences
    assert ([row for row, _ in found.missing], found.unexpected) == (
        [("new", Decimal("1.00"), 0.5)],
        (("new", Decimal("12.50"), 0.5),),
    )


def odibi_test(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_the_command_shows_what_differs_and_where(tmp_path: Path) -> None:
    text = f"{ORDERS}{GIVEN}  expect totals (status, n)\n    ('new', 1),\n    (' old', 1)\n"
    text += 'test "u" expect rates (rate) (0.5), (0.25)\n'
    done = odibi_test(write(tmp_path / "p.odibi", text))
    assert done.exit_code == 1
    place = f"{tmp_path}/p.odibi"
    lines = [line.rstrip() for line in done.output.replace("  0.", " 0.").splitlines()]
    shown = "\n".join(line.split("  0.")[0] for line in lines)
    assert "      totals: 2 rows missing, 2 rows unexpected\n" in shown
    assert (
        f"        - 'new'   1  {place}:{text[: text.index(chr(39) + 'new' + chr(39) + ', 1)')].count(chr(10)) + 1}"
        in shown
    )
    assert "        - ' old'  1" in shown
    assert "        + 'old'   1" in shown
    assert "✓ u" in shown
    assert "1 passed, 1 failed in" in shown


def test_exit_codes_and_choice_of_tests(tmp_path: Path) -> None:
    good = write(
        tmp_path / "good.odibi", ORDERS + "test 'One' expect rates (rate) (0.5), (0.25)\ntest 'two' expect rates (rate)"
    )
    wrong = write(tmp_path / "wrong.odibi", "transform a from b")
    none = write(tmp_path / "none.odibi", ORDERS)
    assert odibi_test(good, "--name", "one").exit_code == 0
    assert odibi_test(good, "--name", "t*o").exit_code == 1
    assert odibi_test(good, "--name", "t?").exit_code == 2
    assert odibi_test(none).exit_code == 0
    assert "no tests" in odibi_test(none).output
    both = odibi_test(wrong, good, "--name", "one")
    assert both.exit_code == 2
    assert "1 passed" in both.output
    assert odibi_test(tmp_path / "nowhere.odibi").exit_code == 2
    assert odibi_test(good, "--engine", "nothing").exit_code == 2
    assert odibi_test().exit_code == 2


def test_json_has_everything(tmp_path: Path) -> None:
    text = (
        ORDERS
        + GIVEN
        + "  expect totals (status, total) ('new', 1), ('old', 4)\n  expect rated (at, id) (null, 1), (null, 2)"
    )
    done = odibi_test(write(tmp_path / "p.odibi", text), "--json")
    ((found,),) = [each["tests"] for each in json.loads(done.output)]
    assert (found["title"], found["status"], found["problems"]) == ("t", "failed", [])
    totals, rated = found["differences"]
    assert totals["missing"][0]["row"] == {"status": "new", "total": 1.0}
    assert totals["unexpected"] == [{"status": "new", "total": 12.5}]
    assert rated["unexpected"] == [{"at": None, "id": 3}]
    assert done.exit_code == 1
