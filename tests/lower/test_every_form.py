"""Every call of the catalogue can be written for every engine; where one cannot, that is said when it is compiled."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.cases import signatures
from msgspec.structs import replace
from sqlglot import exp

from odibi_sql import api
from odibi_sql.diagnostics import CompileError
from odibi_sql.functions import CATALOGUE
from odibi_sql.functions import catalogue as written
from odibi_sql.lower import calls, load_dialect
from odibi_sql.lower.calls import lower_call

ENGINES = ("duckdb", "spark")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_call_has_a_form(engine: str) -> None:
    for function in CATALOGUE.values():
        if function.reads_clock:
            continue
        for types, constants in signatures(function):
            args = [exp.column(f"c{place}") for place in range(len(types))]
            assert lower_call(function, types, args, constants, engine) is not None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("cbrt", "derive y = cbrt(x) + 1"),
        ("kurtosis_pop", "aggregate y = kurtosis_pop(x)"),
        ("cume_dist", "derive y = cume_dist() over (order by x)"),
    ],
)
def test_a_function_without_a_form_is_refused(
    name: str, step: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = api.from_text(f"ingest t from values (x float64) (0.5)\ntransform a from t | {step}")
    assert api.compile(pipeline, goals=["a"], engine=engine).stages
    forms: dict[str, Any] = load_dialect(engine).functions
    monkeypatch.setattr(calls, "_TEMPLATES", {})
    monkeypatch.setitem(written._BY_NAME, name, replace(CATALOGUE[name], ibis_form=None))
    monkeypatch.setitem(forms, name, {"why": "It is taken away."})
    with pytest.raises(CompileError) as caught:
        api.compile(pipeline, goals=["a"], engine=engine)
    assert [(each.code, each.what) for each in caught.value.diagnostics] == [("not-on-this-engine", f"`{name}`")]
