"""What is wrong with a store to an object store."""

from __future__ import annotations

from typing import ClassVar

from odibi_sql.diagnostics.diagnostic import Diagnostic

_A = "ingest a from values (x int64, tag string) (1, 'n')\n\n"


class ObjectIsFolder(Diagnostic, frozen=True, kw_only=True):
    """A store to an object store would be several objects: a folder, or one with `partition by`.

    An object store puts one object in its place in one step. It has no step for several: a reader that lists them
    while they are replaced would see some of the old and some of the new ones. One object is stored whole or not at
    all, and `mode append` without `partition by` adds one object to a folder in each run. Another table of many files
    is best made on a disk, where a folder is exchanged in one step, and copied from there.
    """

    code: ClassVar[str] = "object-is-folder"
    title: ClassVar[str] = "{path} would be several objects, which no step puts in place at once"
    label: ClassVar[str] = "{what}"
    hint: ClassVar[str] = "store to one object: {instead}"
    wrong: ClassVar[str] = _A + 'store a to parquet "s3://lake/a"\n'
    right: ClassVar[str] = _A + 'store a to parquet "s3://lake/a.parquet"\n'

    path: str
    what: str  # "a folder", "folders of partitions"
    instead: str


class ObjectTogether(Diagnostic, frozen=True, kw_only=True):
    """A store to an object store says `publish: together`.

    On a disk such stores are put in place by steps that take no time and cannot be refused once they are ready. An
    object is put there by a request to another machine, which can fail after others were done: all or none cannot be
    promised.
    """

    code: ClassVar[str] = "object-together"
    title: ClassVar[str] = "`publish: together` cannot be kept for an object: {path}"
    label: ClassVar[str] = "in an object store"
    hint: ClassVar[str] = "leave `publish` out here, or store to a local file"
    wrong: ClassVar[str] = _A + 'store a to parquet "s3://lake/a.parquet" with (publish: together)\n'
    right: ClassVar[str] = _A + 'store a to parquet "s3://lake/a.parquet"\n'

    path: str


class ObjectLocation(Diagnostic, frozen=True, kw_only=True):
    """A store goes to a location that is none of an object store, or of one that this version does not write to.

    Locations are written `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://CONTAINER/KEY` or
    `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/KEY`, without credentials, which are taken from the environment.
    """

    code: ClassVar[str] = "object-location"
    title: ClassVar[str] = "{reason}"
    label: ClassVar[str] = "nothing can be stored here"
    hint: ClassVar[str] = "{suggestion}"
    wrong: ClassVar[str] = _A + 'store a to parquet "hdfs://lake/a.parquet"\n'
    right: ClassVar[str] = _A + 'store a to parquet "s3://lake/a.parquet"\n'

    reason: str
    suggestion: str
