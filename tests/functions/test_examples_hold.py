"""Every example of every function, through the whole path, on DuckDB."""

from __future__ import annotations

import pytest
from function_harness import answer

from odibi_sql.functions import CATALOGUE

EXAMPLES = [(function.name, example) for function in CATALOGUE.values() for example in function.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_an_example_holds(name: str, example: str) -> None:
    assert answer(example) is True, example


def test_each_function_has_a_doc_and_examples_of_itself() -> None:
    for function in CATALOGUE.values():
        assert function.doc.strip().endswith("."), function.name
        assert function.examples, function.name
        assert all(f"{function.name}(" in example for example in function.examples), function.name
