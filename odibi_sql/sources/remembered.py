"""What was found out about sources, kept on disk, so that the next check need not ask an engine.

It is a help and nothing more: what cannot be read or written, or is of another version, is as if it were not there.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from odibi_sql import ir
from odibi_sql.ir import Copy, Described, Field, FileGroup, FileSource, Schema, SourceRequest

VERSION = 2
_MOST = 500  # entries; the oldest go first


class Memory(msgspec.Struct):
    """The file of one root: answers by the key of their request, each with the files that it was seen with."""

    path: Path
    entries: dict[str, Any] | None = None  # None: not read yet

    def recall(self, key: str, stamp: list[list[Any]]) -> Described | None:
        """Return the answer of then, where the files are still those of then."""
        entry = self._read().get(key)
        try:
            return _described(entry["described"]) if entry is not None and entry["stamp"] == stamp else None
        except (KeyError, TypeError, ValueError, IndexError):
            return None

    def keep(self, key: str, stamp: list[list[Any]], described: Described) -> None:
        """Remember an answer; nothing is said where that fails."""
        entries = self._read()
        entries.pop(key, None)
        entries[key] = {"stamp": stamp, "described": _plain(described)}
        while len(entries) > _MOST:
            del entries[next(iter(entries))]
        data = msgspec.json.encode({"version": VERSION, "entries": entries})
        temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(self.path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        if self.entries is None:
            self.entries = _entries(self.path)
        return self.entries


def _entries(path: Path) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeError):
        return {}
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return {}
    entries = content.get("entries")
    return entries if isinstance(entries, dict) else {}


def key_of(request: SourceRequest) -> str:
    """Return what stands for a request: its format, location, options and declared schema."""
    declared = None if request.declared is None else _plain_schema(request.declared)
    parts = [VERSION, request.format, request.location, request.options, declared]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]


def _plain(described: Described) -> dict[str, Any]:
    source = described.source
    return {
        "format": source.format,
        "groups": [[group.pattern, group.files, group.header, _plain_copies(group)] for group in source.groups],
        "columns": _plain_schema(source.columns),
        "options": source.options,
        "hive": source.hive,
        "casts": source.casts,
        "by_name": source.by_name,
        "schema": _plain_schema(described.schema),
        "is_discovered": described.is_discovered,
        "warnings": described.warnings,
    }


def _plain_copies(group: FileGroup) -> list[list[Any]]:
    return [[each.place, each.size, each.e_tag, each.version] for each in group.copies]


def _copies(plain: list[list[Any]]) -> tuple[Copy, ...]:
    return tuple(Copy(place=place, size=size, e_tag=tag, version=version) for place, size, tag, version in plain)


def _described(plain: dict[str, Any]) -> Described:
    source = FileSource(
        format=plain["format"],
        groups=tuple(
            FileGroup(pattern=pattern, files=tuple(files), header=tuple(header), copies=_copies(copies))
            for pattern, files, header, copies in plain["groups"]
        ),
        columns=_schema(plain["columns"]),
        options=tuple((name, value) for name, value in plain["options"]),
        hive=tuple(plain["hive"]),
        casts=tuple(plain["casts"]),
        by_name=plain["by_name"],
    )
    schema, warnings = _schema(plain["schema"]), tuple(plain["warnings"])
    return Described(source=source, schema=schema, is_discovered=plain["is_discovered"], warnings=warnings)


def _plain_schema(schema: Schema) -> list[Any]:
    return [[field.name, _plain_type(field.type), field.nullable] for field in schema]


def _schema(plain: list[Any]) -> Schema:
    return ir.schema_of(Field(name, _type(type_), nullable) for name, type_, nullable in plain)


def _plain_type(type_: ir.Type) -> Any:
    match type_:
        case ir.Decimal(precision=precision, scale=scale):
            return ["decimal", precision, scale]
        case ir.Array(element=element):
            return ["array", _plain_type(element)]
        case ir.Map(key=key, value=value):
            return ["map", _plain_type(key), _plain_type(value)]
        case ir.Struct(members=members):
            return ["struct", *([member.name, _plain_type(member.type)] for member in members)]
    return str(type_)


def _type(plain: Any) -> ir.Type:
    match plain:
        case str():
            return ir.NAMED[plain]
        case ["decimal", int(precision), int(scale)]:
            return ir.Decimal(precision, scale)
        case ["array", element]:
            return ir.Array(_type(element))
        case ["map", key, value]:
            return ir.Map(_type(key), _type(value))
        case ["struct", *members]:
            return ir.Struct(tuple(ir.Member(name, _type(type_)) for name, type_ in members))
    raise ValueError(plain)
