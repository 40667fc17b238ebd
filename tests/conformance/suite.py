"""The suite: the cases of a name, on an engine."""

from __future__ import annotations

from conformance.cases import scalar_cases
from conformance.engines import Engine
from conformance.scalar import Outcome, run_cases
from odibi_sql.functions import CATALOGUE

# Floats of these are not fixed to the last bit by IEEE 754: how many floats apart an engine may be.
NEAR = dict.fromkeys(
    ["exp", "ln", "log10", "log2", "log", "power", "cbrt", "sin", "cos", "tan", "cot", "asin", "acos", "atan", "atan2"]
    + ["sinh", "cosh", "tanh", "degrees", "radians"],
    2,
)


def names() -> list[str]:
    """Return the name of everything that there are cases of."""
    return [each.name for each in CATALOGUE.values() if each.kind == "scalar" and not each.reads_clock]


def run(name: str, engine: Engine) -> Outcome:
    """Return what comes of all cases of a name on an engine."""
    return run_cases(scalar_cases(name), engine, lambda text: NEAR.get(name, 0))
