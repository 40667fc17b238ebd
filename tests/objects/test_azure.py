"""The same over Azure's protocol, where its emulator is installed (`npm install -g azurite`)."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from odibi_sql import api, objects
from odibi_sql.run import Settings

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # the emulator's


@pytest.fixture
def container(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a new container, which the environment reaches."""
    command = shutil.which("azurite-blob")
    if command is None:
        pytest.skip("azurite-blob is not installed")
    log = tmp_path_factory.mktemp("azurite") / "log"
    said = ["--blobPort", "0", "--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry", "--loose"]
    with log.open("wb") as words:
        process = subprocess.Popen([command, *said], stdout=words, stderr=words)
    try:
        found = None
        while found is None:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
            found = re.search(r"listens on http://127\.0\.0\.1:(\d+)", log.read_text())
        address = f"http://127.0.0.1:{found[1]}"
        for name in [each for each in os.environ if each.startswith("AZURE_")]:
            monkeypatch.delenv(name)
        for name, value in {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_USE_EMULATOR": "true",
            "AZURITE_BLOB_STORAGE_URL": address,
            "AZURE_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        _make(address, "lake")
        yield "az://lake"
    finally:
        process.kill()
        process.wait()


def _make(address: str, container: str) -> None:
    date = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    version = "2021-08-06"
    lines = [f"x-ms-date:{date}", f"x-ms-version:{version}", f"/{ACCOUNT}/{ACCOUNT}/{container}", "restype:container"]
    text = "PUT" + "\n" * 12 + "\n".join(lines)
    signed = base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()
    headers = {"x-ms-date": date, "x-ms-version": version, "Authorization": f"SharedKey {ACCOUNT}:{signed}"}
    url = f"{address}/{ACCOUNT}/{container}?restype=container"
    request = urllib.request.Request(url, method="PUT", headers={**headers, "Content-Length": "0"})
    assert urllib.request.urlopen(request).status == 201


def test_stores_ingests_and_shared_rows_over_azure(container: str, tmp_path: Path) -> None:
    def run(rows: str, clauses: str = "") -> tuple[str, list[str]]:
        text = f'ingest a from values (id int64) {rows}\n\nstore a to parquet "{container}/out/a.parquet" {clauses}\n'
        result = api.run(api.from_text(text, tmp_path)).run
        return result.stages[-1].status, [each.message for each in result.problems]

    def there() -> list[int]:
        text = f'ingest a from parquet "{container}/out/*.parquet"\n'
        return sorted(api.run(api.from_text(text, tmp_path), datasets=["a"]).run.answers["a"]["id"].to_pylist())

    assert [run("(1)"), run("(1)"), run("(2)")] == [("done", []), ("cached", []), ("done", [])]
    assert run("(3)", "mode append") == run("(3), (4)", "mode merge on id") == ("done", [])
    assert there() == [2, 3, 4]
    other = tmp_path / "other"
    other.write_bytes(b"of others")
    seen = objects.look(f"{container}/out/a.parquet")
    assert seen is not None
    objects.put(seen.url, other, "anything", {})
    for instead_of in (seen, "nothing"):
        with pytest.raises(objects.ObjectChanged):
            objects.put(seen.url, other, instead_of, {})  # type: ignore[arg-type]
    assert run("(5)")[1] == [f"`{container}/out/a.parquet` has changed since this project wrote it"]
    assert run("(5)", "mode overwrite") == ("done", [])
    assert there() == [5]
    text = "ingest a from values (id int64) (1)\n\ntransform b from a\n  | derive n = id + 1\n  with (cache: true)\n\n"
    text += 'store b to csv "b.csv"\n'
    statuses = []
    for name in ("one", "other machine"):
        root = tmp_path / name
        root.mkdir()
        shared = Settings(root=root, shared_cache=f"{container}/cache")
        statuses.append(api.run(api.from_text(text, root), settings=shared).run.stages[0].status)
    assert statuses == ["done", "cached"]
