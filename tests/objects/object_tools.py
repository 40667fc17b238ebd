"""A server that speaks S3, and what another program does with a bucket of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CANARY = "canary-7f3a9c-secret"  # the secret key: it must not be seen anywhere
_REQUEST = re.compile(r'"(?:\x1b\[\d+m)*([A-Z]+) ([^ ?]+)[^"]* HTTP/1')


class Bucket:
    """One bucket, from outside: what another program does with it."""

    def __init__(self, endpoint: str, name: str) -> None:
        import boto3

        self.endpoint, self.name, self.url = endpoint, name, f"s3://{name}"
        self.client: Any = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key=CANARY, region_name="us-east-1"
        )
        self.client.create_bucket(Bucket=name)

    def put(self, key: str, content: str | bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return content

    def head(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.head_object(Bucket=self.name, Key=key)
        return found

    def has(self, key: str) -> bool:
        return key in set(self.names())

    def names(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]


class Server:
    """The process. `free`: how many requests it answers before it asks for credentials; None: it never does."""

    def __init__(self, folder: Path, free: int | None = None) -> None:
        self.log = folder / "server.log"
        code = (
            "import sys; from moto.server import ThreadedMotoServer as T;"
            "s = T(ip_address='127.0.0.1', port=0, verbose=True); s.start();"
            "print(s.get_host_and_port()[1], flush=True); sys.stdin.read()"
        )
        said = {"NO_COLOR": "1"} if free is None else {"NO_COLOR": "1", "INITIAL_NO_AUTH_ACTION_COUNT": str(free)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **said},
            )
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, b"")
        port = next(int(line) for line in lines if line.strip().isdigit())
        self.endpoint = f"http://127.0.0.1:{port}"
        self._told = 0

    def asked(self) -> list[str]:
        """Return the requests since this was called last, as `GET /bucket/key`, without what follows a `?`."""
        found = _REQUEST.findall(self.log.read_text())
        quiet = 0  # it writes a line a moment after it has answered
        while quiet < 4:
            time.sleep(0.05)
            before, found = found, _REQUEST.findall(self.log.read_text())
            quiet = quiet + 1 if found == before else 0
        new, self._told = found[self._told :], len(found)
        return [f"{method} {path}" for method, path in new]

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def environment(endpoint: str) -> dict[str, str]:
    """Return what reaches a server."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": CANARY,
        "AWS_REGION": "us-east-1",
    }
