"""What stands for the content of the files of a source, without reading more than is quick.

Files of up to 8 MB, of a source 64 MB in all, stand for themselves: their bytes are hashed, so that a copy of them, or
the same written again, is the same. A larger one is told by its path, size, times and inode. That cannot miss a change:
whatever writes to a file, replaces it or renames another into its place moves its time of status change (ctime) or its
inode, and unlike the time of modification no program can set that time back. It can see a change where there is none:
a large file that was copied or touched counts as another.

An object in a store is told by its copy, which is another one for each version of it: nothing is downloaded.

A time says nothing of a change that came within one tick of the clock of the file system. So what was touched less than
a moment ago is not told by its times: a large file is then another at the next look.
"""

from __future__ import annotations

import os
import time
from hashlib import sha256
from pathlib import Path

import msgspec

from odibi_sql.ir import FileSource, SourceProblem
from odibi_sql.sources.files import compression_of, hive_values

LARGEST_FILE = 8 * 2**20  # bytes that are hashed of one file
MOST_BYTES = 64 * 2**20  # and of one source
_TICK = 100_000_000  # nanoseconds: more than the clock of any file system that counts finer than seconds
_COARSE_TICK = 2_000_000_000  # of one that counts seconds, or two
_HAS_CHANGE_TIME = os.name != "nt"  # there `st_ctime` is when the file was made


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was looked at, and the digest of its bytes then."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    digest: str = ""


Known = dict[str, Seen]  # by absolute path


def fingerprint(source: FileSource, root: Path, known: Known | None = None) -> str:
    """Return what stands for the files that a scan of `source` reads, in their order; of none, too.

    Where a file is does not matter, but for the folders that give columns. `known` saves reading files that have not
    changed since; what is hashed now is added to it. Raises SourceProblem where a file is gone or cannot be read.
    """
    looks = _Looks(root, {} if known is None else known)
    digest = sha256(msgspec.json.encode(["files", source.format]))
    option = str(dict(source.options).get("compression", "auto"))
    for group in source.groups:
        for file, path in zip(group.files, group.paths, strict=True):
            folders = sorted(
                (ascii(name), ascii(value)) for name, value in hive_values(file).items() if name in source.hive
            )
            facts = ["object", path] if group.copies else looks.at(file)
            digest.update(msgspec.json.encode([compression_of(file, option), folders, facts]))
        digest.update(b"\n")
    return digest.hexdigest()


class _Looks:
    """One look at the files of a source, and how much of them was hashed so far."""

    def __init__(self, root: Path, known: Known) -> None:
        self.root = str(root.absolute())
        self.known = known
        self.room = MOST_BYTES

    def at(self, file: str) -> list[str | int]:
        """Return what stands for one file."""
        path = os.path.join(self.root, file)  # noqa: PTH118 (ten thousand of them: a Path for each takes longer)
        try:
            status = os.stat(path)  # noqa: PTH116 (as above)
            if status.st_size <= min(LARGEST_FILE, self.room) or not _HAS_CHANGE_TIME:
                self.room -= status.st_size
                return ["content", self._content(path, status)]
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "it was there when the pipeline was checked"
            raise SourceProblem(f"`{file}` cannot be read: {reason}", hint) from error
        told: list[str | int] = [
            "file",
            ascii(file),
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_ino,
        ]
        return told if _is_settled(status) else [*told, time.time_ns()]

    def _content(self, path: str, status: os.stat_result) -> str:
        seen = self.known.get(path)
        if seen is not None and seen == _seen(status, seen.digest):
            return seen.digest
        with open(path, "rb") as stream:  # noqa: PTH123 (as above)
            digest = sha256()
            while block := stream.read(2**20):
                digest.update(block)
            is_same = _seen(os.fstat(stream.fileno())) == _seen(status)
        found = digest.hexdigest()
        if is_same and _HAS_CHANGE_TIME and _is_settled(status):
            self.known[path] = _seen(status, found)
        else:
            self.known.pop(path, None)
        return found


def _seen(status: os.stat_result, digest: str = "") -> Seen:
    return Seen(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, digest)


def _is_settled(status: os.stat_result) -> bool:
    """Whether a change from now on gets another time than the last one got."""
    is_coarse = status.st_ctime_ns % 1_000_000_000 == 0
    return time.time_ns() - status.st_ctime_ns > (_COARSE_TICK if is_coarse else _TICK)
