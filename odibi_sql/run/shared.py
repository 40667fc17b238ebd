"""Rows that machines keep for each other, below one location of an object store.

What is kept under a key is a small object, `keys/ab/KEY.json`, that names the files of the rows by their digests,
`rows/ab/DIGEST.parquet`. It is put last, so that whoever sees it finds all of them. What is found is brought into the
folder of what this machine keeps, and its digests are looked at before it is trusted. A store that cannot be reached,
or rows that are damaged, are a warning: the run computes what it does not find.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from odibi_sql import objects
from odibi_sql.objects import ObjectProblem, Seen
from odibi_sql.run.kept import digest_of, new_place
from odibi_sql.run.state.results import Kept
from odibi_sql.run.stores.object_seals import DIGEST
from odibi_sql.run.stores.staging import files_at, staging

VARIABLE = "ODIBI_CACHE"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST = 16 * 2**20  # bytes of what names the files


class File(msgspec.Struct, frozen=True):
    """One file of rows."""

    name: str
    sha256: str
    size: int


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept under a key: one file, or a folder of files."""

    version: int
    is_folder: bool
    rows: int
    schema: str
    sha256: str
    bytes: int
    made: datetime.datetime
    files: tuple[File, ...]


class Shared:
    """The rows that are shared at a location. Raises ObjectProblem where it is none."""

    def __init__(self, location: str, root: Path) -> None:
        self.location = location.rstrip("/")
        self.root = root
        if not objects.is_object(location):
            reason = f"`{location}` is no place in an object store"
            raise ObjectProblem(reason, f"`--cache`, or {VARIABLE}, is one, such as `s3://BUCKET/KEY`")
        objects.parse(location)
        self._pool: ThreadPoolExecutor | None = None
        self._sent: list[Future[None]] = []
        self._damaged: set[str] = set()
        self._missed: set[str] = set()  # keys that are not asked for again
        self._told: list[str] = []
        self._is_down = False

    def find(self, key: str, step: str) -> Kept | None:
        """Return the rows that are kept under a key, brought to this machine; None where none are, or not whole."""
        if self._is_down or key in self._missed:
            return None
        try:
            index = self._index(key)
            if index is not None:
                return self._brought(index, key)
        except _Damaged:
            self._told.append(f"the rows of `{step}` in `{self.location}` are damaged: they are computed again")
        except (ObjectProblem, OSError) as problem:
            self._fail(problem)
        self._missed.add(key)
        return None

    def share(self, keys: list[str], record: Kept) -> None:
        """Have rows that this machine keeps sent, beside what else is done."""
        if self._is_down:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(2, thread_name_prefix="odibi-shared")
        self._sent.append(self._pool.submit(self._send, keys, record))

    def warnings(self) -> list[str]:
        """Return what went wrong, once all is sent."""
        for each in self._sent:
            try:
                each.result()
            except (ObjectProblem, OSError) as problem:
                self._fail(problem)
        self._sent.clear()
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        return self._told

    def _fail(self, problem: ObjectProblem | OSError) -> None:
        if not self._is_down:
            reason = (
                problem.reason if isinstance(problem, ObjectProblem) else (problem.strerror or str(problem)).lower()
            )
            self._told.append(f"rows are not shared in `{self.location}`: {reason}")
        self._is_down = True

    def _index(self, key: str) -> Index | None:
        content = objects.read(self._at("keys", key, ".json"), _LARGEST)
        if content is None:
            return None
        try:
            index = msgspec.json.decode(content, type=Index)
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise _Damaged from None
        names = [each.name for each in index.files]
        is_sound = all(_FILE.fullmatch(each.name) and _DIGEST.fullmatch(each.sha256) for each in index.files)
        is_sound = is_sound and len(set(names)) == len(names) and (index.is_folder or len(names) == 1)
        if index.version != 1 or not is_sound:
            raise _Damaged
        return index

    def _brought(self, index: Index, key: str) -> Kept:
        final = new_place(self.root, key, is_folder=index.is_folder)
        with staging(final) as ready:
            self._download(index, ready)
            if digest_of(ready) != (index.sha256, index.bytes):
                self._damaged.update(each.sha256 for each in index.files)
                raise _Damaged
            ready.rename(final)
        return Kept(
            artifact=final.relative_to(self.root).as_posix(),
            rows=index.rows,
            schema=index.schema,
            sha256=index.sha256,
            bytes=index.bytes,
            made=index.made,
        )

    def _download(self, index: Index, ready: Path) -> None:
        if index.is_folder:
            ready.mkdir()
        for each in index.files:
            seen = Seen(url=self._at("rows", each.sha256, ".parquet"), size=each.size, e_tag="", version="")
            try:
                objects.download(seen, ready / each.name if index.is_folder else ready)
            except (objects.NothingThere, objects.CameInPart):
                self._damaged.add(each.sha256)
                raise _Damaged from None

    def _send(self, keys: list[str], record: Kept) -> None:
        place = self.root / record.artifact
        files = []
        for file in files_at(place):
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            each = File(file.name, digest, file.stat().st_size)
            self._send_file(file, each)
            files.append(each)
        index = Index(
            version=1,
            is_folder=place.is_dir(),
            rows=record.rows,
            schema=record.schema,
            sha256=record.sha256,
            bytes=record.bytes,
            made=record.made,
            files=tuple(files),
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "index"
            file.write_bytes(msgspec.json.encode(index))
            for key in keys:
                objects.put(self._at("keys", key, ".json"), file, "anything", {})

    def _send_file(self, file: Path, facts: File) -> None:
        url = self._at("rows", facts.sha256, ".parquet")
        seen = objects.look(url) if facts.sha256 not in self._damaged else None
        if seen is None or seen.size != facts.size or seen.marks.get(DIGEST) != facts.sha256:
            objects.put(url, file, "anything", {DIGEST: facts.sha256})

    def _at(self, kind: str, name: str, ending: str) -> str:
        return f"{self.location}/{kind}/{name[:2]}/{name}{ending}"


class _Damaged(Exception):
    """What was found is not what it says that it is."""
