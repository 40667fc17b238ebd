"""What is asked of an object store. obstore is imported once a location is in one.

Credentials are those that obstore finds in the environment. Nothing here holds one, and none is in an error.
"""

from __future__ import annotations

import datetime
import mmap
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from typing import Literal as OneOf

import msgspec

from odibi_sql.objects.location import Location, parse
from odibi_sql.objects.problem import CameInPart, NoBucket, NothingThere, ObjectProblem, in_words, obstore_module

SHARE = 8  # requests at one time
_LARGEST = 5 * 2**30  # bytes of one PUT of S3
_CHUNK = 4 * 2**20
_PREFIXES: Final = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE", "abfss": "AZURE"}
_SWITCHES = ("allow_http", "allow_invalid_certificates")
_OPTIONS = ("proxy_url", "connect_timeout", "timeout")


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was when it was looked at. `marks`: what was put with it, in small letters; of a list: none."""

    url: str
    size: int
    e_tag: str
    version: str
    changed: str = ""  # when, ISO 8601
    marks: dict[str, str] = {}


InsteadOf = Seen | OneOf["nothing", "anything"]  # what has to be at a location for a request to be done


def look(url: str) -> Seen | None:
    """Return what is at a location; None where nothing is, or there is no such bucket. Raises ObjectProblem."""
    location = parse(url)
    with suppress(NothingThere), in_words(location):
        found = obstore_module().get(_store(location, "short"), location.key, options={"head": True})
        return _seen(location, found.meta, found.attributes)
    return None


def hold_bucket(url: str) -> None:
    """Raise NoBucket where there is none. One whose objects may not be listed is taken to be there."""
    location = parse(url)
    try:
        with in_words(location):
            next(iter(obstore_module().list(_store(location, "short"), location.key, chunk_size=1)), None)
    except ObjectProblem as problem:
        if isinstance(problem, NoBucket) or problem.can_pass:
            raise


def listed(folder: str, *, is_deep: bool) -> list[Seen]:
    """Return the objects in a folder, and (deep) in all folders in it, in the order of their names.

    `folder`: a bucket, or a key in it whole parts of which are the folder's. Raises ObjectProblem.
    """
    location = parse(folder)
    store, prefix = _store(location, "short"), location.key.rstrip("/") or None
    with in_words(location):
        if is_deep:
            metas = [each for chunk in obstore_module().list(store, prefix) for each in chunk]
        else:
            metas = obstore_module().list_with_delimiter(store, prefix)["objects"]
    return [_seen(location, each, {}) for each in sorted(metas, key=lambda each: str(each["path"]))]


def names_below(folder: str) -> list[str]:
    """Return the names right below a folder: those of objects, and of folders. Raises ObjectProblem."""
    location = parse(folder)
    store, prefix = _store(location, "short"), location.key.rstrip("/") or None
    with in_words(location):
        found = obstore_module().list_with_delimiter(store, prefix)
    paths = [*found["common_prefixes"], *(each["path"] for each in found["objects"])]
    return sorted({path.rstrip("/").rpartition("/")[2] for path in paths})


def download(seen: Seen, to: Path) -> None:
    """Write the bytes of an object to a file. Raises ObjectChanged where it is another one by now, OSError."""
    location = parse(seen.url)
    options = {"if_match": seen.e_tag} if seen.e_tag else {}
    with in_words(location):
        found = obstore_module().get(_store(location, "long"), location.key, options=options)
        chunks = iter(found.stream(min_chunk_size=_CHUNK))
    size = 0
    with to.open("wb") as out:
        while True:
            with in_words(location):
                chunk = next(chunks, None)
            if chunk is None:
                break
            size += out.write(chunk)
    if size != seen.size:
        raise CameInPart(f"`{seen.url}` came in part: {size} of {seen.size} bytes", can_pass=True)


def read(url: str, most: int) -> bytes | None:
    """Return the content of a small object; None where nothing is. Raises ObjectProblem, also where it is larger."""
    location = parse(url)
    with suppress(NothingThere), in_words(location):
        found = obstore_module().get(_store(location, "short"), location.key)
        if found.meta["size"] > most:
            raise ObjectProblem(f"`{url}` is larger than it can be")
        return bytes(found.bytes())
    return None


def put(url: str, file: Path, instead_of: InsteadOf, marks: dict[str, str]) -> Seen:
    """Put a file at a location in one step, if what is there is what it has to be.

    The file is mapped, not read into memory. Raises ObjectChanged, ObjectProblem: what is there is as before, but for
    faults that can pass, after which a look tells.
    """
    location, size = parse(url), file.stat().st_size
    if size > _LARGEST:
        raise ObjectProblem(f"`{url}` would be larger than one PUT can be, 5 GiB", "store less, or to a local file")
    if isinstance(instead_of, Seen):
        stamp = {"e_tag": instead_of.e_tag, "version": instead_of.version}
        mode: Any = {name: value for name, value in stamp.items() if value}
        if not mode:
            raise ObjectProblem(f"the store of `{url}` gives no ETag, so what is there cannot be held to be the same")
    else:
        mode = "create" if instead_of == "nothing" else "overwrite"
    with file.open("rb") as stream, in_words(location):
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        store = _store(location, "long")
        done = obstore_module().put(
            store, location.key, memoryview(content), attributes=dict(marks), mode=mode, use_multipart=False
        )
    return Seen(url=url, size=size, e_tag=done["e_tag"] or "", version=done["version"] or "", marks=marks)


def copy(seen: Seen, to: str) -> Seen | None:
    """Copy an object inside of its bucket; None where it was another one by then. Raises ObjectProblem."""
    location, other = parse(seen.url), parse(to)
    with in_words(location):
        obstore_module().copy(_store(location, "long"), location.key, other.key)
    found = look(to)
    return found if found is not None and found.size == seen.size and found.marks == seen.marks else None


def remove(url: str) -> None:
    """Remove an object, if it is there. Raises ObjectProblem."""
    location = parse(url)
    with suppress(NothingThere), in_words(location):
        obstore_module().delete(_store(location, "short"), location.key)


def environment(scheme: str) -> tuple[tuple[str, str], ...]:
    """Return what the environment says of stores of a scheme, secrets and all: for comparing, never for showing."""
    prefix = f"{_PREFIXES[scheme]}_"
    return tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith(prefix)))


def _seen(location: Location, meta: Any, attributes: Any) -> Seen:
    return Seen(
        url=location.at(meta["path"]),
        size=meta["size"],
        e_tag=meta["e_tag"] or "",
        version=meta["version"] or "",
        changed=meta["last_modified"].isoformat(),
        marks={str(name).lower(): str(value) for name, value in attributes.items() if str(name).islower()},
    )


def _store(location: Location, kind: OneOf["short", "long"]) -> Any:
    with in_words(location):
        return _opened(location.root, kind, environment(location.scheme))


@lru_cache(maxsize=32)
def _opened(root: str, kind: OneOf["short", "long"], said: tuple[tuple[str, str], ...]) -> Any:
    """Return the client of a bucket. Options that are given replace those of the environment, which are handed on."""
    from obstore.store import from_url

    words, prefix = dict(said), _PREFIXES[Location(root, "").scheme]
    options: dict[str, Any] = {"connect_timeout": "5s", "timeout": "30s" if kind == "short" else "1h"}
    options |= {name: words[key] for name in _OPTIONS if (key := f"{prefix}_{name.upper()}") in words}
    options |= {name: True for name in _SWITCHES if words.get(f"{prefix}_{name.upper()}", "").lower() in ("true", "1")}
    retry = {"max_retries": 3, "retry_timeout": datetime.timedelta(seconds=30)}
    return from_url(root, client_options=options, retry_config=retry)
