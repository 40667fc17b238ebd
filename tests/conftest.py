"""Being here, it puts this folder on the path: tests import the reference interpreter as `interpreter`.

Property tests take the same examples each time, so that a run tells of the change before it and of nothing else;
`ODIBI_RANDOM=1 pytest` looks for new ones.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
import spark_local
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile("random" if "ODIBI_RANDOM" in os.environ else "same")


@pytest.fixture(scope="session")
def spark() -> Any:
    """Give the one local Spark session of the run; the test is skipped where Spark cannot be started."""
    reason = spark_local.missing()
    if reason:
        pytest.skip(reason)
    return spark_local.session()


def pytest_configure(config: pytest.Config) -> None:
    """Side by side, tests are dealt out one by one: those on Spark take seconds each, most others none."""
    if getattr(config.option, "maxschedchunk", 0) is None:
        config.option.maxschedchunk = 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that use Spark."""
    items.sort(key=lambda item: "spark" not in getattr(item, "fixturenames", ()))
