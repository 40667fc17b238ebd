"""What matters to a column or to the rows of a dataset, and how: each relation and each expression of the graph."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from odibi_sql import api, ir
from odibi_sql.ir.walk import every, expressions, relations
from odibi_sql.lineage import Lineage, Ref, impact_of, lineage_of, origins_of, sources_of, words_of

TABLES = """
ingest t from values (id int64 not null, k string, a int64, b float64, at timestamp, tags array<int64>)
  (1, 'x', 1, 1.0, '2025-11-01 00:00:00', [1]), (2, 'y', 2, 2.0, '2025-11-02 00:00:00', [])
ingest u from values (id int64 not null, name string, v int64) (1, 'p', 3), (2, 'q', 4)
  key id
ingest w from values (key string, n int64, since timestamp) ('x', 1, '2025-11-01 00:00:00')
"""


def traced(step: str) -> Lineage:
    return lineage_of(api.check(api.from_text(f"{TABLES}\n{step}")).graph)


def told(lineage: Lineage, ref: Ref) -> dict[str, str]:
    """Return `{"t.a": "FILTER SORT"}`: the sources of a column, or of the rows of a dataset."""
    found: dict[str, set[str]] = {}
    for use in sources_of(lineage)[ref]:
        found.setdefault(f"{use.ref.dataset}.{use.ref.column or 'rows'}", set()).add(use.kind)
    return {name: " ".join(sorted(kinds)) for name, kinds in found.items()}


VALUES = {  # an operator: the column `c` that it makes, and what matters to it
    "derive c = a": {"t.a": "IDENTITY"},
    "derive c = a + b": {"t.a": "TRANSFORMATION", "t.b": "TRANSFORMATION"},
    "derive c = 7": {},
    "derive c = cast(a as string)": {"t.a": "TRANSFORMATION"},
    "derive c = case when k = 'x' then a else id end": {
        "t.k": "CONDITIONAL",
        "t.a": "TRANSFORMATION",
        "t.id": "TRANSFORMATION",
    },
    "derive c = if(k = 'x', a, id)": {"t.k": "CONDITIONAL", "t.a": "TRANSFORMATION", "t.id": "TRANSFORMATION"},
    "derive c = {p: a, q: b}": {"t.a": "TRANSFORMATION", "t.b": "TRANSFORMATION"},
    "derive s = {p: a, q: b}, c = s.q": {"t.a": "TRANSFORMATION", "t.b": "TRANSFORMATION"},
    "derive c = sum(a) over (partition by k order by id)": {
        "t.a": "AGGREGATION WINDOW",  # ties are broken by the other columns
        **dict.fromkeys(["t.k", "t.id", "t.b", "t.at", "t.tags"], "WINDOW"),
    },
    "derive c = lag(a) over (order by id)": {
        "t.a": "TRANSFORMATION WINDOW",
        **dict.fromkeys(["t.id", "t.k", "t.b", "t.at", "t.tags"], "WINDOW"),
    },
    "aggregate c = sum(a) filter (where b > 1) group by k": {"t.a": "AGGREGATION", "t.b": "CONDITIONAL"},
    "aggregate c = count() group by k": {"t.rows": "AGGREGATION"},
    "filter b > 1\n  | aggregate c = sum(a)": {"t.a": "AGGREGATION", "t.b": "FILTER", "t.rows": "AGGREGATION"},
    "derive d = a * 2, e = d + b\n  | aggregate c = max(e) group by k": {"t.a": "AGGREGATION", "t.b": "AGGREGATION"},
    "explode tags as c": {"t.tags": "TRANSFORMATION"},
    "join left u as u (c = v) on id": {"u.v": "IDENTITY", "t.id": "JOIN", "u.id": "JOIN", "u.rows": "JOIN"},
    "join left w as w (c = n) on k = w.key": {"w.n": "IDENTITY"},
    "join asof w as w (c = n) on k = w.key and at >= w.since": {
        "w.n": "IDENTITY JOIN",  # of several rows of one time it decides which is the last
        **dict.fromkeys(["t.k", "w.key", "t.at", "w.since"], "JOIN"),
        "w.rows": "JOIN",
    },
    "rename c = a": {"t.a": "IDENTITY"},
    "fill a = 0\n  | rename c = a": {"t.a": "TRANSFORMATION"},
    "unpivot a, id into name, c": {"t.a": "TRANSFORMATION", "t.id": "TRANSFORMATION"},
    "pivot k in (c = 'x') value sum(a) group by id": {"t.a": "AGGREGATION", "t.k": "CONDITIONAL"},
    "select c = a\n  | union (transform_of_u)": {"t.a": "IDENTITY", "u.v": "IDENTITY"},
}


@pytest.mark.parametrize("operators", VALUES, ids=list(VALUES))
def test_what_a_value_is_made_of(operators: str) -> None:
    step = f"transform of_u from u | select c = v\ntransform s from t\n  | {operators}"
    found = told(traced(step.replace("(transform_of_u)", "of_u")), Ref("s", "c"))
    assert found == VALUES[operators]


ROWS = {  # an operator: what decides which rows there are
    "derive c = a": {},
    "sort a": {},
    "filter a > 1": {"t.a": "FILTER"},
    "filter a > 1 and k = 'x'": {"t.a": "FILTER", "t.k": "FILTER"},
    "aggregate c = sum(a) group by k": {"t.k": "GROUP_BY"},
    "aggregate c = sum(a)": {"t.rows": None},
    "select k, a\n  | distinct": {"t.k": "GROUP_BY", "t.a": "GROUP_BY"},
    "select k, a\n  | dedupe by k keep first a": {"t.k": "GROUP_BY", "t.a": "SORT"},
    "select k, a\n  | sort a\n  | limit 1": {"t.k": "SORT", "t.a": "SORT"},
    "select k, a\n  | sort a\n  | limit 1 per k": {"t.k": "GROUP_BY", "t.a": "SORT"},
    "explode tags": {"t.tags": "JOIN"},
    "join u on id": {"t.id": "JOIN", "u.id": "JOIN", "u.rows": "IDENTITY"},
    "join left u on id": {},
    "join left w on k = w.key": {"t.k": "JOIN", "w.key": "JOIN", "w.rows": "JOIN"},
    "join semi w on k = w.key": {"t.k": "JOIN", "w.key": "JOIN", "w.rows": "JOIN"},
    "join cross w": {"w.rows": "IDENTITY"},
    "join asof w on k = w.key and at >= w.since": {},
    "join asof inner w (n) on k = w.key and at >= w.since": {
        **dict.fromkeys(["t.k", "w.key", "w.n", "t.at", "w.since", "w.rows"], "JOIN")
    },
    "select c = a\n  | union of_u": {"u.rows": "IDENTITY"},
    "select c = a\n  | union distinct of_u": {"t.a": "GROUP_BY", "u.v": "GROUP_BY", "u.rows": "IDENTITY"},
    "select c = a\n  | except of_u": {"t.a": "JOIN", "u.v": "JOIN", "u.rows": "IDENTITY"},
    "expect a > 1 else drop": {"t.a": "FILTER"},
    "expect a > 1": {},
    "expect references w on k = w.key else drop": {"t.k": "JOIN", "w.key": "JOIN", "w.rows": "JOIN"},
}


@pytest.mark.parametrize("operators", ROWS, ids=list(ROWS))
def test_what_decides_the_rows(operators: str) -> None:
    found = told(traced(f"transform of_u from u | select c = v\ntransform s from t\n  | {operators}"), Ref("s"))
    wanted = {"t.rows": "IDENTITY", **ROWS[operators]}
    assert found == {name: kinds for name, kinds in wanted.items() if kinds is not None}


def test_queries_within_expressions() -> None:
    step = '''sql s from t, u, w """
      select o.id, (select max(v) from u where u.id = o.id) as c, exists (select 1 from w where w.key = o.k) as d
      from t as o where o.a in (select n from w where since is not null)
    """'''
    lineage = traced(step)
    assert told(lineage, Ref("s", "c")) == {
        "u.v": "AGGREGATION",
        **dict.fromkeys(["u.id", "t.id"], "FILTER"),
        "u.rows": "AGGREGATION",
    }
    assert told(lineage, Ref("s", "d")) == dict.fromkeys(["w.key", "t.k", "w.rows"], "CONDITIONAL")
    assert told(lineage, Ref("s")) == {
        "t.rows": "IDENTITY",
        **dict.fromkeys(["t.a", "w.n", "w.since", "w.rows"], "FILTER"),
    }


def _sub(of: type) -> Iterator[type]:
    for each in of.__subclasses__():
        yield each
        yield from _sub(each)


def test_every_kind_of_relation_and_expression_is_traced() -> None:
    """The steps of this file are made of all that the graph knows: a new kind has to be brought here."""
    steps = [f"transform s{number} from t\n  | {each}" for number, each in enumerate([*VALUES, *ROWS])]
    text = "\n".join(steps).replace("(transform_of_u)", "of_u")
    text += '\ntransform of_u from u | select c = v\ningest files from csv "a.csv" schema (x int64)'
    text += (
        '\nsql q from t, u """select (select max(v) from u) as c, exists (select 1 from u x where x.id = o.id) as d, '
    )
    text += 'o.a in (select v from u) as e from t as o"""'
    graph = api.check(api.from_text(TABLES + text)).graph
    found = [each for dataset in graph.datasets for each in relations(dataset.relation)]
    kinds = {type(each) for each in found}
    kinds |= {type(part) for each in found for expr in expressions(each) for part in every(expr)}
    assert set(_sub(ir.Relation)) | set(_sub(ir.Expr)) <= kinds
    lineage_of(graph)


def test_an_unknown_kind_is_an_error() -> None:
    class Odd(ir.Expr, frozen=True, kw_only=True):
        pass

    graph = api.check(api.from_text(f"{TABLES}\ntransform s from t | derive c = a + 1")).graph
    dataset = graph.dataset("s")
    assert isinstance(dataset.relation, ir.Project)
    columns = (ir.Assignment("c", Odd(type=ir.INT64)),)
    from msgspec.structs import replace

    odd = replace(
        dataset, relation=replace(dataset.relation, columns=columns, schema=ir.Schema((ir.Field("c", ir.INT64),)))
    )
    with pytest.raises(TypeError):
        lineage_of(replace(graph, datasets=(*graph.datasets[:-1], odd)))


CHAIN = """
transform clean from t
  | filter a > 0
  | expect sane: b between 0 and 500 else quarantine bad
  | expect unique id
  | derive gross = a * b
transform totals from clean
  | aggregate total = sum(gross), n = count() group by k
store totals to parquet "lake/totals" mode merge on k
store bad to parquet "bad.parquet"
"""


def test_what_is_hidden_is_seen_through() -> None:
    lineage = traced(CHAIN)
    assert list(lineage.datasets) == ["t", "u", "w", "bad", "clean", "totals"]
    assert told(lineage, Ref("clean")) == {"t.rows": "IDENTITY", "t.a": "FILTER", "t.b": "FILTER"}
    assert told(lineage, Ref("totals", "total")) == {"t.a": "AGGREGATION", "t.b": "AGGREGATION"}


def test_origins() -> None:
    origins = origins_of(traced(CHAIN), Ref("totals", "total"))
    names = [(each.ref.dataset, each.ref.column, each.ref.is_source) for each in origins.hops]
    assert names == [
        ("totals", "total", False),
        ("clean", "gross", False),
        ("t", "a", False),
        ("t", "b", False),
        ("t", "a", True),
        ("t", "b", True),
    ]
    assert {each.column: kinds for each, kinds in origins.sources.items()} == {
        "a": ("AGGREGATION",),
        "b": ("AGGREGATION",),
    }
    assert [words_of(each) for each in origins.mentions] == [
        "group by k",
        "filter a > 0",
        "filter b between 0.0 and 500.0",
    ]


def test_impact() -> None:
    lineage = traced(CHAIN)
    impact = impact_of(lineage, [Ref("t", "b")])
    columns = {f"{each.dataset}.{each.column}": kinds for each, kinds in impact.columns.items()}
    assert columns == {
        "bad.b": ("IDENTITY",),
        "clean.b": ("IDENTITY",),
        "clean.gross": ("TRANSFORMATION",),
        "totals.total": ("AGGREGATION",),
        "totals.n": ("FILTER",),
    }
    assert impact.rows == ("bad", "clean", "totals")
    assert {(each.rule.rule.name, each.by_rows) for each in impact.rules} == {("sane", False), ("unique id", False)}
    assert [(each.store.dataset, each.columns, each.rows_change) for each in impact.stores] == [
        ("totals", ("total", "n"), True),
        ("bad", ("b",), True),
    ]
    by_key = impact_of(lineage, [Ref("t", "k")])
    assert [each.keys for each in by_key.stores if each.store.dataset == "totals"] == [("k",)]
    assert impact_of(lineage, [Ref("w", "n")]).columns == {}


def test_a_thousand_steps_take_no_second() -> None:
    columns = ", ".join(f"c{number} int64" for number in range(12))
    steps = [f'ingest t0 from csv "a.csv" schema (id int64 not null, {columns})']
    steps += [
        f"transform t{number} from t{number - 1}\n  | filter c{number % 12} > {number}\n"
        f"  | set c{number % 12} = c{number % 12} + c{(number + 3) % 12}"
        for number in range(1, 1000)
    ]
    graph = api.check(api.from_text("\n".join(steps))).graph
    started = time.process_time()
    lineage = lineage_of(graph)
    sources_of(lineage)
    origins_of(lineage, Ref("t999", "c3"))
    impact_of(lineage, [Ref("t0", "c3")])
    assert time.process_time() - started < 3  # 0.5 s where nothing else runs
