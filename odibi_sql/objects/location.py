"""Locations of objects as a pipeline writes them: `s3://bucket/key`, `gs://…`, `az://container/key`, `abfss://…`."""

from __future__ import annotations

import posixpath
import re

import msgspec

from odibi_sql.objects.problem import ObjectProblem

_SCHEMES = ("s3", "gs", "az", "abfss")
_PREFIXES = tuple(f"{each}://" for each in _SCHEMES)


_ANY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Location(msgspec.Struct, frozen=True):
    """`root` is the bucket or the container, as in `s3://bucket`; `key` is what comes after it, without a `/`."""

    root: str
    key: str

    @property
    def scheme(self) -> str:
        """What stands before `://`."""
        return self.root.partition("://")[0]

    @property
    def url(self) -> str:
        """The location as it is written."""
        return self.at(self.key)

    def at(self, key: str) -> str:
        """Return the location of another key of the same bucket."""
        return f"{self.root}/{key}"


def is_object(location: str) -> bool:
    """Whether a location is one in an object store."""
    return location.startswith(_PREFIXES)


def is_elsewhere(location: str) -> bool:
    """Whether a location is neither on this machine nor in a store that is known here."""
    return _ANY.match(location) is not None and not is_object(location)


def parse(location: str) -> Location:
    """Return bucket and key. Raises ObjectProblem for what is no location, or has a secret in it, which is not told."""
    scheme, _, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if ("@" in bucket) != (scheme == "abfss") or ":" in bucket or "sig=" in key:
        if scheme == "abfss" and "@" not in bucket:
            raise ObjectProblem(f"`{location}` names no account", "`abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/…`")
        raise ObjectProblem(
            f"a location that begins with `{scheme}://` has credentials in it", "they are taken from the environment"
        )
    parts = key.rstrip("/").split("/")
    if not bucket or (key and not {"", ".", ".."}.isdisjoint(parts)) or "\x00" in location:
        raise ObjectProblem(f"`{location}` is no place in an object store", f"write it as `{scheme}://BUCKET/KEY`")
    return Location(f"{scheme}://{bucket}", key)


def shortest(path: str) -> str:
    """Return a path, or a location in an object store, in its shortest form."""
    scheme, mark, rest = path.partition("://")
    return f"{scheme}://{posixpath.normpath(rest)}" if mark and is_object(path) else posixpath.normpath(path)
