"""`mode merge` and `mode scd2` as SQL that DuckDB and Spark read alike.

`there` is the target as it is, `new` the rows of the stage. No key of `new` is null, and none comes twice; so a row of
`there` whose key is null is nobody's, and plain equality is enough.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

import msgspec

from odibi_sql import ir
from odibi_sql.plan import Write
from odibi_sql.run.engines.engine import Combined, EngineProblem

Ask = Callable[[str], Mapping[str, int]]  # the one row of a query of counts
Show = Callable[[str], list[tuple[str, ...]]]  # the rows of a query of texts


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How an engine writes what the engines write differently."""

    name: Callable[[str], str]
    text: str
    timestamp: str


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that are there and those that are new, by the names that statements know them by; and what is asked."""

    stage: Write
    words: Words
    there: str
    new: str
    is_there: bool  # the target; else `there` has no rows, and something has to be stored

    @property
    def keys(self) -> list[str]:
        """The keys, quoted."""
        return [self.words.name(each) for each in self.stage.keys]

    @property
    def columns(self) -> list[str]:
        """The columns of the dataset, quoted."""
        return [self.words.name(each) for each in self.stage.schema.names]

    def of(self, alias: str, columns: list[str]) -> str:
        """Return columns of a table in a list."""
        return ", ".join(f"{alias}.{each}" for each in columns)

    def same_key(self, one: str, other: str) -> str:
        """Return the condition that two rows have the same key."""
        return " AND ".join(f"{one}.{each} = {other}.{each}" for each in self.keys)

    def same_row(self, one: str, other: str) -> str:
        """Return the condition that two rows have the same key, and the same values where both may be null."""
        others = [each for each in self.columns if each not in self.keys]
        same = (f"{one}.{each} IS NOT DISTINCT FROM {other}.{each}" for each in others)
        return " AND ".join([self.same_key(one, other), *same])


class Merging(msgspec.Struct, frozen=True, kw_only=True):
    """What a target becomes: the rows, how many these are, and the counts that tell it. `sql` None: nothing changes."""

    sql: str | None
    rows: int
    combined: Combined


def merged_rows(tables: Tables, ask: Ask, show: Show) -> Merging:
    """Return what the target becomes. Raises EngineProblem where the keys do not tell it."""
    _hold_keys(tables, ask, show)
    _hold_folders(tables, ask)
    if tables.stage.mode == "scd2":
        _hold_history(tables, show)
        return _history(tables, ask)
    return _merge(tables, ask)


def hold_count(tables: Tables, written: int, rows: int) -> None:
    """Raise EngineProblem where another number of rows was written than the counts add up to."""
    if written != rows:
        raise EngineProblem(
            f"{written} rows were made ready for `{tables.stage.target.path}`, and {rows} were expected; nothing was"
            " stored",
            "this is a defect of odibi, or the target was changed meanwhile",
        )


def _hold_keys(tables: Tables, ask: Ask, show: Show) -> None:
    """Raise EngineProblem where a new row has no key, or two have the same."""
    stage, keys = tables.stage, tables.keys
    named = ", ".join(f"`{each}`" for each in stage.keys)
    nullable = [key for key, name in zip(keys, stage.keys, strict=True) if stage.schema[name].nullable]
    if nullable:
        condition = " OR ".join(f"{each} IS NULL" for each in nullable)
        count = ask(f"SELECT count(*) AS n FROM {tables.new} WHERE {condition}")["n"]
        if count:
            raise EngineProblem(
                f"{count} {'row' if count == 1 else 'rows'} of `{stage.dataset}` have no key: {named} is null",
                "`filter` them out, or route them aside: `expect … is not null else quarantine …`",
            )
    if not stage.is_unique:
        _hold_once(tables, tables.new, f"`{stage.dataset}`", show)


def _hold_history(tables: Tables, show: Show) -> None:
    """Raise EngineProblem where a key has two valid rows in the history that is there."""
    current = f"(SELECT * FROM {tables.there} WHERE {tables.words.name('is_current')})"
    _hold_once(tables, current, f"the history in `{tables.stage.target.path}`", show, "valid rows")


def _hold_once(tables: Tables, rows: str, what: str, show: Show, those: str = "rows") -> None:
    texts = ", ".join(f"CAST({each} AS {tables.words.text})" for each in tables.keys)
    keys = ", ".join(tables.keys)
    twice = show(
        f"SELECT {texts}, CAST(count(*) AS {tables.words.text}) FROM {rows} AS t"
        f" GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT 1"
    )
    if twice:
        *values, count = twice[0]
        shown = ", ".join(f"{name} = {value}" for name, value in zip(tables.stage.keys, values, strict=True))
        raise EngineProblem(
            f"{what} has {count} {those} with {shown}: a key tells one row from all others",
            f"`dedupe by {', '.join(tables.stage.keys)} keep …` says which of them is meant",
        )


def _hold_folders(tables: Tables, ask: Ask) -> None:
    """Raise EngineProblem where a text would come back as null from the name of a folder."""
    for name in tables.stage.target.partition:
        if isinstance(tables.stage.schema[name].type, ir.String):
            column = tables.words.name(name)
            taken = f"upper({column}) IN ('NULL', '__HIVE_DEFAULT_PARTITION__')"
            if ask(f"SELECT count(*) AS n FROM {tables.new} WHERE {taken}")["n"]:
                raise EngineProblem(
                    f"a row of `{tables.stage.dataset}` has a `{name}` that is null as the name of a folder",
                    "`mode overwrite` takes such texts; or partition by another column",
                )


def _merge(tables: Tables, ask: Ask) -> Merging:
    there, new, key = tables.there, tables.new, tables.same_key("n", "t")
    can_compare = all(ir.is_comparable(field.type) for field in tables.stage.schema)
    twin = f"SELECT 1 FROM {there} AS t WHERE {tables.same_row('n', 't')}"
    same = f"SELECT count(*) FROM {new} AS n WHERE EXISTS ({twin})"
    found = ask(
        f"SELECT (SELECT count(*) FROM {new}) AS new_rows, (SELECT count(*) FROM {there}) AS there_rows,"
        f" (SELECT count(*) FROM {new} AS n WHERE EXISTS (SELECT 1 FROM {there} AS t WHERE {key})) AS updated,"
        f" (SELECT count(*) FROM {there} AS t WHERE EXISTS (SELECT 1 FROM {new} AS n WHERE {key})) AS replaced,"
        f" ({same if can_compare else 'SELECT 0'}) AS same_rows"
    )
    kept = found["there_rows"] - found["replaced"]
    combined = Combined(inserted=found["new_rows"] - found["updated"], updated=found["updated"], kept=kept)
    is_same = can_compare and found["same_rows"] == found["new_rows"] == found["replaced"]
    sql = (
        f"SELECT {tables.of('t', tables.columns)} FROM {there} AS t"
        f" WHERE NOT EXISTS (SELECT 1 FROM {new} AS n WHERE {key})"
        f" UNION ALL SELECT {tables.of('n', tables.columns)} FROM {new} AS n"
    )
    return Merging(sql=None if is_same and tables.is_there else sql, rows=kept + found["new_rows"], combined=combined)


def _history(tables: Tables, ask: Ask) -> Merging:
    there, new, key, name = tables.there, tables.new, tables.same_key("c", "t"), tables.words.name
    valid_from, valid_to, is_current = (name(field.name) for field in ir.HISTORY)
    changed = (
        f"SELECT {tables.of('n', tables.columns)} FROM {new} AS n WHERE NOT EXISTS"
        f" (SELECT 1 FROM {there} AS t WHERE t.{is_current} AND {tables.same_row('n', 't')})"
    )
    clock = _clock(tables)
    closed = f"FROM {there} AS t WHERE t.{is_current} AND EXISTS (SELECT 1 FROM changed AS c WHERE {key})"
    found = ask(
        f"WITH changed AS ({changed}) SELECT (SELECT count(*) FROM {there}) AS there_rows,"
        f" (SELECT count(*) FROM changed) AS changed, (SELECT count(*) {closed}) AS closed,"
        f" (SELECT count(*) {closed} AND t.{valid_from} > {clock}) AS later"
    )
    if found["later"]:
        raise EngineProblem(
            f"{found['later']} rows of `{tables.stage.target.path}` are valid since a time after the clock of this"
            f" run, {tables.stage.clock}",
            "was the clock set back? A history goes forward alone",
        )
    combined = Combined(
        inserted=found["changed"] - found["closed"],
        updated=found["closed"],
        kept=found["there_rows"] - found["closed"],
    )
    flag = name("odibi closed")
    sql = (
        f"WITH changed AS ({changed})"
        f" SELECT {tables.of('t', tables.columns)}, t.{valid_from},"
        f" CASE WHEN c.{flag} THEN {clock} ELSE t.{valid_to} END AS {valid_to},"
        f" CASE WHEN c.{flag} THEN false ELSE t.{is_current} END AS {is_current}"
        f" FROM {there} AS t LEFT JOIN (SELECT {', '.join(tables.keys)}, true AS {flag} FROM changed) AS c"
        f" ON t.{is_current} AND {key}"
        f" UNION ALL SELECT {tables.of('c', tables.columns)}, {clock}, CAST(NULL AS {tables.words.timestamp}), true"
        f" FROM changed AS c"
    )
    rows = found["there_rows"] + found["changed"]
    return Merging(sql=sql if found["changed"] or not tables.is_there else None, rows=rows, combined=combined)


def _clock(tables: Tables) -> str:
    clock = tables.stage.clock
    assert isinstance(clock, datetime.datetime)
    return f"CAST('{clock.isoformat(' ', 'microseconds')}' AS {tables.words.timestamp})"
