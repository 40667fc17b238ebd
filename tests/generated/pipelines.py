"""Pipelines as text: tables of edge values, and steps over them with every operator."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from hypothesis import strategies as st

from generated.expressions import (
    ARRAY,
    BOOL,
    DECIMAL,
    FLOAT,
    INT,
    STRING,
    TYPES,
    VALUES,
    Col,
    Cols,
    Maker,
    aggregate,
    expression,
    literal,
    sort_keys,
    window,
)

MOST_ROWS = 7


class Written(msgspec.Struct, frozen=True):
    """A pipeline, and the datasets at its end, which no step reads."""

    text: str
    last: tuple[str, ...]


class Steps:
    """What is written so far."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.blocks: list[str] = []
        self.datasets: dict[str, Cols] = {}
        self.unread: list[str] = []
        self.quarantines: dict[str, Cols] = {}  # of the step that is being written: it cannot read them itself

    def add(self, name: str, cols: Cols, text: str, reads: tuple[str, ...] = ()) -> None:
        self.blocks.append(text)
        self.datasets[name] = cols
        self.unread = [each for each in self.unread if each not in reads] + [name]

    def add_quarantines(self) -> None:
        """Let later steps read what the step that is finished now has put aside."""
        self.datasets |= self.quarantines
        self.unread.extend(self.quarantines)
        self.quarantines = {}


@st.composite
def pipelines(draw: st.DrawFn, least: int = 2, most: int = 6) -> Written:
    """Tables and steps; with the operators of a transform counted, 3 to 12 and more."""
    make = Maker(draw)
    steps = Steps(make)
    for _ in range(make.one_of(1, 2)):
        _table(steps)
    for _ in range(draw(st.integers(least, most))):
        make.one_of(_transform, _transform, _transform, _query)(steps)
    return Written("\n\n".join(steps.blocks) + "\n", tuple(steps.unread))


def _table(steps: Steps) -> None:
    make, name = steps.make, steps.make.name("t")
    types = [INT, STRING, *make.some([FLOAT, DECIMAL, BOOL, "date", "timestamp", ARRAY], 1, 4)]
    cols = tuple(Col(make.name(), type_) for type_ in types)
    is_required = [make.chance(3) for _ in cols]
    count = make.draw(st.integers(0, MOST_ROWS))
    rows = [
        [_value(make, col, required) for col, required in zip(cols, is_required, strict=True)] for _ in range(count)
    ]
    if rows and make.chance(3):
        rows.append(rows[0])
    head = ", ".join(
        f"{col.name} {col.type}{' not null' if required else ''}"
        for col, required in zip(cols, is_required, strict=True)
    )
    if rows:
        listed = ",\n  ".join(f"({', '.join(row)})" for row in rows)
        steps.add(name, cols, f"ingest {name} from values ({head})\n  {listed}")
        return
    nulls = ", ".join(_value(make, col, required=True) for col in cols)
    steps.add(name, cols, f"ingest {name} from values ({head})\n  ({nulls})\n  | filter false")


def _value(make: Maker, col: Col, required: bool) -> str:
    if not required and make.chance(5):
        return "null"
    return str(make.one_of(*VALUES[col.type]))


def _transform(steps: Steps) -> None:
    make = steps.make
    source = _some_dataset(steps)
    name = make.name("s")
    cols, lines, reads = steps.datasets[source], [f"transform {name} from {source}"], (source,)
    for _ in range(make.draw(st.integers(1, 3))):
        operator = make.one_of(*OPERATORS)
        made = operator(steps, cols)
        if made is None:
            continue
        line, cols, *more = made
        lines.append(f"  | {line}")
        reads = (*reads, *more)
    steps.add(name, cols, "\n".join(lines), reads)
    steps.add_quarantines()


def _some_dataset(steps: Steps) -> str:
    latest = list(steps.datasets)[::-1]
    return str(steps.make.one_of(*latest[:3]))


Operator = Callable[[Steps, Cols], "tuple[str, Cols] | tuple[str, Cols, str] | None"]


def _filter(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    return f"filter {expression(steps.make, cols, BOOL)}", cols


def _derive(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make, seen, written = steps.make, cols, []
    for _ in range(make.one_of(1, 2)):
        type_ = make.one_of(*TYPES, ARRAY)
        name = make.name()
        written.append(f"{name} = {expression(make, seen, type_)}")
        seen = (*seen, Col(name, type_, is_summable=False))
    return f"derive {', '.join(written)}", seen


def _window(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    call, type_ = window(steps.make, cols)
    name = steps.make.name()
    return f"derive {name} = {call}", (*cols, Col(name, type_, is_summable=False))


def _set(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    make = steps.make
    changed = make.one_of(*cols)
    if changed.type not in TYPES:
        return None
    type_ = make.one_of(*TYPES)
    new = tuple(Col(col.name, type_, is_summable=False) if col is changed else col for col in cols)
    return f"set {changed.name} = {expression(make, cols, type_)}", new


def _select(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    kept = make.some(cols, 1, 4)
    name, type_ = make.name(), make.one_of(*TYPES)
    made = f"{name} = {expression(make, cols, type_)}"
    listed = ", ".join([*(col.name for col in kept), made])
    return f"select {listed}", (*kept, Col(name, type_, is_summable=False))


def _rename(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    old, new = steps.make.one_of(*cols), steps.make.name()
    changed = tuple(Col(new, col.type, col.is_summable) if col is old else col for col in cols)
    return f"rename {new} = {old.name}", changed


def _drop(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    if len(cols) < 3:
        return None
    gone = steps.make.one_of(*cols)
    return f"drop {gone.name}", tuple(col for col in cols if col is not gone)


def _fill(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    filled = [col for col in cols if col.type in (INT, STRING, FLOAT, BOOL)]
    if not filled:
        return None
    col = steps.make.one_of(*filled)
    return f"fill {col.name} = {literal(steps.make, col.type)}", cols


def _join(steps: Steps, cols: Cols) -> tuple[str, Cols, str] | None:
    make, name = steps.make, _some_dataset(steps)
    others = steps.datasets[name]
    pairs = [(a, b) for a in cols for b in others if a.type == b.type and a.type not in (ARRAY, FLOAT)]
    kind = make.one_of("inner", "left", "right", "full", "semi", "anti", "cross")
    alias = make.name("j")
    taken = make.some(others, 1, 3)
    brought = tuple(Col(make.name(), col.type, col.is_summable) for col in taken)
    listed = ", ".join(f"{new.name} = {old.name}" for new, old in zip(brought, taken, strict=True))
    if kind == "cross":
        return f"join cross {name} as {alias} ({listed})", (*cols, *brought), name
    if not pairs:
        return None
    one, other = make.one_of(*pairs)
    on = f"{one.name} = {alias}.{other.name}"
    if make.chance(4):
        two, second = make.one_of(*pairs)
        on += f" and {two.name} {make.one_of('<=', '<>', '=', '>')} {alias}.{second.name}"
    if kind in ("semi", "anti"):
        return f"join {kind} {name} as {alias} on {on}", cols, name
    return f"join {kind} {name} as {alias} ({listed}) on {on}", (*cols, *brought), name


def _aggregate(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    keys = make.some([col for col in cols if col.type != ARRAY], 0, 2)
    made, new = [], []
    for _ in range(make.one_of(1, 2, 3)):
        call, type_ = aggregate(make, cols)
        name = make.name()
        made.append(f"{name} = {call}")
        new.append(Col(name, type_, is_summable=False))
    by = [col.name for col in keys]
    result = list(keys)
    if make.chance(3):
        name, type_ = make.name(), make.one_of(INT, STRING, "date")
        by.append(f"{name} = {expression(make, cols, type_, 1)}")
        result.append(Col(name, type_))
    grouped = f" group by {', '.join(by)}" if by else ""
    return f"aggregate {', '.join(made)}{grouped}", (*result, *new)


def _dedupe(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    names = make.some([col.name for col in cols if col.type != ARRAY], 1, 2) or [cols[0].name]
    which = make.one_of("first", "last")
    order = f" {sort_keys(make, cols)}" if make.chance(2) else ""
    return f"dedupe by {', '.join(names)} keep {which}{order}", cols


def _distinct(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    return "distinct", cols


def _sort_limit(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    count, offset = make.one_of(1, 2, 3), make.one_of("", "", " offset 1")
    return f"sort {sort_keys(make, cols)}\n  | limit {count}{offset}", cols


def _limit_per(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    per = make.some([col.name for col in cols if col.type != ARRAY], 1, 2) or [cols[0].name]
    return f"sort {sort_keys(make, cols)}\n  | limit {make.one_of(1, 2)} per {', '.join(per)}", cols


def _set_operation(steps: Steps, cols: Cols) -> tuple[str, Cols, str] | None:
    make, name = steps.make, _some_dataset(steps)
    others = list(steps.datasets[name])
    pairs = []
    for col in cols:
        match = next((other for other in others if other.type == col.type), None)
        if match is not None:
            others.remove(match)
            pairs.append((col, match))
    if not pairs:
        return None
    helper = make.name("u")
    renamed = ", ".join(f"{col.name} = {other.name}" for col, other in pairs)
    steps.add(
        helper,
        tuple(Col(col.name, col.type, other.is_summable) for col, other in pairs),
        f"transform {helper} from {name}\n  | select {renamed}",
        (name,),
    )
    word = make.one_of("union", "union distinct", "intersect", "except", "intersect all", "except all")
    kept = tuple(Col(col.name, col.type, col.is_summable and other.is_summable) for col, other in pairs)
    listed = ", ".join(col.name for col in kept)
    return f"select {listed}\n  | {word} {helper}", kept, helper


def _expect(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    make = steps.make
    condition = expression(make, cols, BOOL, 1)
    action = make.one_of("warn", "drop", "quarantine")
    if action != "quarantine":
        return f"expect {condition} else {action}", cols
    name = make.name("q")
    steps.quarantines[name] = cols  # what breaks the rule, with `_failed` behind it
    return f"expect {condition} else quarantine {name}", cols


def _explode(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    make = steps.make
    arrays = [col for col in cols if col.type == ARRAY]
    if not arrays:
        return None
    col, name = make.one_of(*arrays), make.name()
    return f"explode {col.name} as {name}", (*cols, Col(name, INT, is_summable=False))


def _unpivot(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    make = steps.make
    type_ = make.one_of(*(col.type for col in cols))
    taken = make.some([col for col in cols if col.type == type_], 1, 3)
    kept = tuple(col for col in cols if col not in taken)
    name, value = make.name(), make.name()
    line = f"unpivot {', '.join(col.name for col in taken)} into {name}, {value}"
    return line, (*kept, Col(name, STRING), Col(value, type_, all(col.is_summable for col in taken)))


def _pivot(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    make = steps.make
    texts = [col for col in cols if col.type == STRING]
    if not texts:
        return None
    col, (call, type_) = make.one_of(*texts), aggregate(make, cols)
    if " filter " in call:
        return None
    names = [make.name(), make.name()]
    values = ", ".join(f"{name} = {value}" for name, value in zip(names, ("'a'", "''"), strict=True))
    by = make.some([each for each in cols if each.type != ARRAY and each is not col], 0, 2)
    grouped = f" group by {', '.join(each.name for each in by)}" if by else ""
    new = tuple(Col(name, type_, is_summable=False) for name in names)
    return f"pivot {col.name} in ({values}) value {call}{grouped}", (*by, *new)


def _sample(steps: Steps, cols: Cols) -> tuple[str, Cols]:
    return f"sample {steps.make.one_of('3 rows', '50 percent')} seed {steps.make.one_of(0, 7)}", cols


def _asof(steps: Steps, cols: Cols) -> tuple[str, Cols, str] | None:
    make, name = steps.make, _some_dataset(steps)
    others = steps.datasets[name]
    kinds = (INT, "date", "timestamp")
    pairs = [(a, b) for a in cols for b in others if a.type == b.type and a.type in kinds]
    if not pairs:
        return None
    one, other = make.one_of(*pairs)
    alias, brought = make.name("j"), make.some(others, 1, 2)
    new = tuple(Col(make.name(), col.type, col.is_summable) for col in brought)
    listed = ", ".join(f"{col.name} = {old.name}" for col, old in zip(new, brought, strict=True))
    on = f"{one.name} {make.one_of('>=', '>', '<=', '<')} {alias}.{other.name}"
    equal = [(a, b) for a in cols for b in others if a.type == b.type == STRING]
    if equal and make.chance(2):
        left, right = make.one_of(*equal)
        on = f"{left.name} = {alias}.{right.name} and {on}"
    return f"join asof {name} as {alias} ({listed}) on {on}", (*cols, *new), name


def _time_window(steps: Steps, cols: Cols) -> tuple[str, Cols] | None:
    make = steps.make
    times = [col for col in cols if col.type in ("date", "timestamp")]
    if not times:
        return None
    col, name, count = make.one_of(*times), make.name(), make.name()
    window = make.one_of("tumble({}, 7 days)", "hop({}, 1 day, 3 days)", "session({}, 30 days)").format(col.name)
    keys = make.some([each for each in cols if each.type == STRING], 0, 1)
    by = ", ".join([*(each.name for each in keys), f"{name} = {window}"])
    return f"aggregate {count} = count() group by {by}", (*keys, Col(name, col.type), Col(count, INT))


OPERATORS: tuple[Operator, ...] = (
    *(_filter, _derive, _window, _set, _select, _rename, _drop, _fill, _join, _join, _aggregate, _aggregate),
    *(_dedupe, _distinct, _sort_limit, _limit_per, _set_operation, _expect),
    *(_explode, _unpivot, _pivot, _sample, _asof, _time_window),
)


# ---- steps in SQL


def _query(steps: Steps) -> None:
    make = steps.make
    make.one_of(_plain_query, _grouped_query, _joined_query, _nested_query)(steps)


def _plain_query(steps: Steps) -> None:
    make, source = steps.make, _some_dataset(steps)
    cols, name = steps.datasets[source], steps.make.name("s")
    made, type_ = window(make, cols, is_sql=True) if make.chance(2) else (expression(make, cols, INT), INT)
    new = make.name()
    kept = make.some(cols, 1, 4)
    listed = ", ".join([*(col.name for col in kept), f"{made} as {new}"])
    where = f"\n  where {expression(make, cols, BOOL)}" if make.chance(2) else ""
    word = "select distinct" if make.chance(4) and all(col.type != ARRAY for col in kept) else "select"
    text = f'sql {name} from {source} """\n  {word} {listed}\n  from {source}{where}\n"""'
    steps.add(name, (*kept, Col(new, type_, is_summable=False)), text, (source,))


def _grouped_query(steps: Steps) -> None:
    make, source = steps.make, _some_dataset(steps)
    cols, name = steps.datasets[source], steps.make.name("s")
    keys = make.some([col for col in cols if col.type != ARRAY], 1, 2)
    if not keys:
        return
    total, most = make.name(), make.name()
    by = ", ".join(col.name for col in keys)
    having = "\n  having count(*) > 1" if make.chance(3) else ""
    text = (
        f'sql {name} from {source} """\n  select {by}, count(*) as {total}, max({cols[0].name}) as {most}\n'
        f'  from {source}\n  group by {by}{having}\n"""'
    )
    if cols[0].type == ARRAY:
        return
    steps.add(name, (*keys, Col(total, INT), Col(most, cols[0].type, is_summable=False)), text, (source,))


def _joined_query(steps: Steps) -> None:
    make, left, right = steps.make, _some_dataset(steps), _some_dataset(steps)
    name = make.name("s")
    pairs = [
        (a, b)
        for a in steps.datasets[left]
        for b in steps.datasets[right]
        if a.type == b.type and a.type not in (ARRAY, FLOAT)
    ]
    if not pairs:
        return
    one, other = make.one_of(*pairs)
    a, b = make.some(steps.datasets[left], 1, 2), make.some(steps.datasets[right], 1, 2)
    brought = [(f"l.{col.name}", Col(make.name(), col.type, col.is_summable)) for col in a]
    brought += [(f"r.{col.name}", Col(make.name(), col.type, col.is_summable)) for col in b]
    listed = ", ".join(f"{value} as {col.name}" for value, col in brought)
    kind = make.one_of("join", "left join", "full join", "right join")
    sources = left if left == right else f"{left}, {right}"
    text = (
        f'sql {name} from {sources} """\n  select {listed}\n  from {left} as l\n'
        f'  {kind} {right} as r on l.{one.name} = r.{other.name}\n"""'
    )
    steps.add(name, tuple(col for _, col in brought), text, (left, right))


def _nested_query(steps: Steps) -> None:
    make, outer, inner = steps.make, _some_dataset(steps), _some_dataset(steps)
    name = make.name("s")
    cols = steps.datasets[outer]
    pairs = [(a, b) for a in cols for b in steps.datasets[inner] if a.type == b.type and a.type in (INT, STRING)]
    if not pairs:
        return
    one, other = make.one_of(*pairs)
    condition = make.one_of(
        f"exists (select 1 from {inner} as i where i.{other.name} = o.{one.name})",
        f"not exists (select 1 from {inner} as i where i.{other.name} = o.{one.name})",
        f"o.{one.name} in (select i.{other.name} from {inner} as i)",
        f"o.{one.name} not in (select i.{other.name} from {inner} as i)",
        f"(select count(*) from {inner} as i where i.{other.name} = o.{one.name}) > 1",
        f"o.{one.name} = (select max(i.{other.name}) from {inner} as i)",
    )
    listed = ", ".join(f"o.{col.name}" for col in cols)
    sources = outer if outer == inner else f"{outer}, {inner}"
    text = f'sql {name} from {sources} """\n  select {listed}\n  from {outer} as o\n  where {condition}\n"""'
    steps.add(name, cols, text, (outer, inner))


__all__ = ["DECIMAL", "STRING", "Written", "pipelines"]
