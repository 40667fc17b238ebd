"""A server that speaks S3, for the session: a process of its own on loopback. Every test has a bucket of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

pytest.importorskip("obstore")
pytest.importorskip("moto")

from object_tools import Bucket, Server, environment


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give the server of the session."""
    found = Server(tmp_path_factory.mktemp("server"))
    yield found
    found.close()


@pytest.fixture
def bucket(server: Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Give a new bucket, which the environment reaches."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "AZURE_", "GOOGLE_"))]:
        monkeypatch.delenv(name)
    for name, value in environment(server.endpoint).items():
        monkeypatch.setenv(name, value)
    made = Bucket(server.endpoint, f"t{uuid.uuid4().hex[:12]}")
    server.asked()
    return made
