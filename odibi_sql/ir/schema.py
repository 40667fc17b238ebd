"""The columns of a dataset: names, types, and which can be null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from odibi_sql.ir.types import BOOL, TIMESTAMP, Type


class Field(msgspec.Struct, frozen=True):
    """One column."""

    name: str
    type: Type
    nullable: bool = True

    def __str__(self) -> str:
        return f"{self.name} {self.type}{'' if self.nullable else ' not null'}"


class Schema(msgspec.Struct, frozen=True, dict=True):
    """Columns in order, each name once. `is_open` marks what could not be found out because of an error
    elsewhere: it answers every name with an unknown type, so that one mistake is told once."""

    fields: tuple[Field, ...]
    is_open: bool = False

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name()

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(field.name for field in self.fields)

    def get(self, name: str) -> Field | None:
        """Return the column called `name`, or None."""
        return self._by_name().get(name)

    def __getitem__(self, name: str) -> Field:
        return self._by_name()[name]

    def _by_name(self) -> dict[str, Field]:
        found: dict[str, Field] | None = self.__dict__.get("by_name")
        if found is None:
            found = self.__dict__["by_name"] = {field.name: field for field in self.fields}
        return found


def schema_of(fields: Iterable[Field]) -> Schema:
    """Return the schema of these columns."""
    return Schema(tuple(fields))


HISTORY = (Field("valid_from", TIMESTAMP, False), Field("valid_to", TIMESTAMP), Field("is_current", BOOL, False))
"""What `mode scd2` adds to the columns of a dataset; `valid_to` is null while a row is valid."""
