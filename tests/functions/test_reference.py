"""The catalogue in words: the reference page, `odibi functions`, and what holds of all functions."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from odibi_sql.functions import CATALOGUE, describe, lookup, names, signature, summary
from odibi_sql.functions.reference import page, reference
from odibi_sql.lower import load_dialect


def test_the_reference_page_is_not_stale() -> None:
    assert page().read_text(encoding="utf-8") == reference(), "run `python -m odibi_sql.functions.reference`"


def test_no_two_functions_share_a_name() -> None:
    given = Counter(name for each in CATALOGUE.values() for name in (each.name, *each.aliases))
    assert [name for name, count in given.items() if count > 1] == []
    assert sorted(given) == list(names())


def test_lookup_knows_aliases_in_any_case() -> None:
    assert lookup("SUBSTR") is CATALOGUE["substring"]
    assert lookup("nothing_like_it") is None


def test_optional_parameters_come_last() -> None:
    for each in CATALOGUE.values():
        optional = [parameter.is_optional for parameter in each.parameters]
        assert optional == sorted(optional), each.name


def test_a_description_has_the_signature_the_doc_and_the_examples() -> None:
    text = describe(CATALOGUE["round"])
    assert text.startswith("round(x, [digits])\n")
    assert "Halves go away from zero." in text
    assert "round(2.5) = 3.0" in text
    assert signature(CATALOGUE["concat"]) == "concat(text, …)"
    assert signature(CATALOGUE["rank"]) == "rank() over (…)"


def test_summaries_are_one_line() -> None:
    for each in CATALOGUE.values():
        line = summary(each)
        assert line, each.name
        assert "\n" not in line, each.name
        assert len(line) <= 130, (each.name, len(line))


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_entries_of_the_dialect_are_of_functions_that_there_are(dialect: str) -> None:
    entries = load_dialect(dialect).functions
    assert set(entries) <= set(CATALOGUE)
    for name, entry in entries.items():
        assert set(entry) <= {"sql", "by", "pairs", "cast", "why", "ordered", "filtered", "different"}, name
        assert entry["why"].endswith("."), name
        assert {"sql", "pairs", "cast"} & set(entry), name


def test_what_has_no_ibis_form_has_its_sql() -> None:
    entries = load_dialect("duckdb").functions
    for each in CATALOGUE.values():
        if each.ibis_form is None and not each.reads_clock:
            assert {"sql", "pairs"} & set(entries[each.name]), each.name


def test_reading_the_catalogue_imports_nothing_heavy() -> None:
    heavy = ("ibis", "sqlglot", "duckdb", "pandas")
    code = f"import sys, odibi_sql.functions; print([each for each in {heavy} if each in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
