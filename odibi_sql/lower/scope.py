"""Where an expression stands while it is lowered: which columns it sees, and what its subqueries bring along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from odibi_sql import ir
from odibi_sql.lower.dialect import Dialect
from odibi_sql.lower.draft import Cte, Draft, Value, merged, used
from odibi_sql.lower.naming import Names
from odibi_sql.lower.typed import Typed
from odibi_sql.plan import View

if TYPE_CHECKING:
    import datetime


class Outside(msgspec.Struct, frozen=True):
    """A query around a subquery: its columns, and the aliases of its sources."""

    env: dict[str, Value]
    aliases: tuple[str, ...]


class Shared:
    """Datasets that take lines to read: `whole` as they are read, `wrapped` with their CTE; by the source's identity.

    All who read one in a statement read one CTE.
    """

    def __init__(self) -> None:
        self.whole: dict[int, Draft] = {}
        self.wrapped: dict[int, tuple[Draft, Draft]] = {}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What lowering needs wherever it is: the engine, the clock, how datasets are read, the queries around.

    `outside` has the next query around first.
    """

    dialect: Dialect
    clock: datetime.datetime
    names: Names
    shared: Shared
    read: Callable[[ir.Read, Place], Draft]  # the rows of a dataset, which has been lowered before
    lower_query: Callable[[ir.Relation, Place], Draft]
    finish: Callable[[Draft, Place], Any]  # the statement of a draft
    owner: str
    outside: tuple[Outside, ...] = ()
    views: list[View] = msgspec.field(default_factory=list)  # of files, that what is lowered reads

    @property
    def taken(self) -> tuple[str, ...]:
        """The aliases of the queries around."""
        return tuple(alias for outside in self.outside for alias in outside.aliases)


class Scope:
    """The columns that an expression sees. It gathers what subqueries in it need from the statement around."""

    def __init__(self, draft: Draft, place: Place, env: dict[str, Value] | None = None) -> None:
        self.env = draft.env if env is None else env
        self.place = place
        self.dialect = place.dialect
        self.aliases = tuple(source.alias for source in draft.sources)
        self.ctes: tuple[Cte, ...] = ()
        self.is_correlated = False  # an expression refers to a query around this one
        self.is_referred_to = False  # a subquery in an expression refers to this query

    def column(self, name: str) -> Typed:
        """Return a column of this query."""
        value = self.env[name]
        return Typed(sql=used(value), type=value.type)

    def outer(self, name: str, depth: int) -> Typed:
        """Return a column of the query that is `depth` queries around this one."""
        self.is_correlated = True
        value = self.place.outside[depth - 1].env[name]
        sql = value.sql.copy()
        return Typed(sql=sql, type=value.type)

    def inside(self) -> Place:
        """Return the place of a subquery in this scope."""
        return msgspec.structs.replace(self.place, outside=(Outside(self.env, self.aliases), *self.place.outside))

    def bring(self, ctes: tuple[Cte, ...]) -> None:
        """Keep CTEs that a subquery reads, for the WITH of the statement."""
        self.ctes = merged(self.ctes, ctes)


def absorbed(draft: Draft, scope: Scope) -> Draft:
    """Return the draft with what the expressions lowered in `scope` need."""
    if not scope.ctes and not scope.is_correlated and not scope.is_referred_to:
        return draft
    return msgspec.structs.replace(
        draft,
        ctes=merged(draft.ctes, scope.ctes),
        is_correlated=draft.is_correlated or scope.is_correlated,
        is_referred_to=draft.is_referred_to or scope.is_referred_to,
    )


def conjuncts(condition: ir.Expr) -> list[ir.Expr]:
    """Return the conditions that `and` puts together, in the order written."""
    found: list[ir.Expr] = []
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ir.Call) and part.function == "and":
            waiting.extend(reversed(part.args))
        else:
            found.append(part)
    return found
