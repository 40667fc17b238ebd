"""What the compiler knows of an engine: the names of its types, what a statement may hold, what it is held to."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Literal

import msgspec

from odibi_sql import ir
from odibi_sql.functions.time_formats import Letters
from odibi_sql.resources import dialect_file


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that the meaning of statements depends on. `name` is "" where the engine has none."""

    name: str
    value: str
    why: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine would answer otherwise than the language, and what is done about it."""

    what: str
    done: str
    page: str  # of the manual, below its address


class Can(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement may be made of."""

    qualify: bool
    distinct_on: bool
    semi_join: bool
    alias_in_where: bool
    alias_in_group: bool
    alias_in_select: bool
    scan_by_path: bool
    read_functions: bool
    materialized_cte: bool
    asof_join: bool
    null_from_zero: bool
    fit_constants: bool
    quotient_of_decimals: bool
    number_unordered: bool
    null_from_in: bool
    order_null_within: bool
    order_in_aggregates: bool
    filter_in_windows: bool
    distinct_in_windows: bool
    query_in_join: bool


class Decimals(msgspec.Struct, frozen=True, kw_only=True):
    """Which decimal the engine makes of two, and of a literal."""

    narrow: int
    product: int
    remainder: Literal["longer", "shorter"]
    whole_numbers: bool
    leading_zero: bool


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """How an operator is written: a template with a hole for each operand, and one for `{type}`."""

    sql: str
    why: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Names that have to be quoted, in lower case."""

    reserved: frozenset[str]


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One file of `dialects/`. `operators` and `functions`: templates for what is written otherwise than by itself."""

    name: str
    sqlglot: str
    manual: str
    types: dict[str, str]
    can: Can
    decimals: Decimals
    words: Words
    settings: dict[str, Setting]
    differs: dict[str, Difference]
    letters: Letters
    operators: dict[str, Operator] = {}
    functions: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash(self.name)

    def type_name(self, type_: ir.Type) -> str:
        """Return what the engine calls this type."""
        return _type_name(self, type_)


@cache
def load_dialect(name: str) -> Dialect:
    """Return the dialect of an engine: `duckdb`, `spark`. Raises FileNotFoundError where there is no such file."""
    data = tomllib.loads(dialect_file(f"{name}.toml").read_text(encoding="utf-8"))
    return msgspec.convert(data, Dialect)


def _type_name(dialect: Dialect, type_: ir.Type) -> str:
    types = dialect.types
    match type_:
        case ir.Decimal(precision=precision, scale=scale):
            return types["decimal"].format(precision=precision, scale=scale)
        case ir.Array(element=element):
            return types["array"].format(element=_type_name(dialect, element))
        case ir.Map(key=key, value=value):
            return types["map"].format(key=_type_name(dialect, key), value=_type_name(dialect, value))
        case ir.Struct(members=members):
            return types["struct"].format(members=", ".join(_member(dialect, member) for member in members))
    return types[str(type_)]


def _member(dialect: Dialect, member: ir.Member) -> str:
    name = member.name if is_plain(member.name, dialect) else '"' + member.name.replace('"', '""') + '"'
    return dialect.types["member"].format(name=name, type=_type_name(dialect, member.type))


def is_plain(name: str, dialect: Dialect) -> bool:
    """Whether a name needs no quotes."""
    return name.isascii() and name.isidentifier() and name.lower() not in dialect.words.reserved
