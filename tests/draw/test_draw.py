"""The picture of a pipeline: everything is in it, nothing lies on anything else, no name breaks out of it."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odibi_sql import api
from odibi_sql.draw import Edge, Node, Picture, as_dot, as_mermaid, draw, id_of, picture_of
from odibi_sql.draw.order import Columns, Item, _crossings, columns_of
from odibi_sql.draw.place import laid_out
from odibi_sql.draw.ranks import ranks_of
from odibi_sql.draw.words import fitted, width_of

SVG = "{http://www.w3.org/2000/svg}"
TEXT = """
pipeline shop
layer bronze
## What was ordered.
ingest orders from csv "o.csv" schema (id int64 not null, client int64, amount float64)
ingest clients from values (id int64 not null, name string) (1, 'a')
  key id
layer silver
transform open from orders
  | expect plausible: amount > 0 else quarantine rejected
  | expect references clients on client = clients.id else warn
  | expect unique id
  | derive gross = amount * 2
layer gold
sql named from open, clients \"\"\"select o.id, c.name from open o join clients c on o.client = c.id\"\"\"
store named to parquet "lake/gold/named.parquet"
store rejected to parquet "lake/bad.parquet"
"""


def shop() -> Picture:
    return picture_of(api.check(api.from_text(TEXT)).graph)


def test_a_node_for_each_step_and_an_edge_for_each_reading() -> None:
    picture = shop()
    kinds = {each.name: (each.kind, each.layer, len(each.columns), each.checks) for each in picture.nodes}
    assert kinds == {
        "orders": ("ingest", "bronze", 3, 0),
        "clients": ("ingest", "bronze", 2, 1),
        "open": ("transform", "silver", 4, 3),
        "rejected": ("quarantine", "silver", 4, 0),
        "named": ("sql", "gold", 2, 0),
        "store named": ("store", "gold", 0, 0),
        "store rejected": ("store", "gold", 0, 0),
    }
    assert {(each.source, each.target, each.is_side) for each in picture.edges} == {
        ("orders", "open", False),
        ("clients", "open", True),
        ("open", "rejected", True),
        ("open", "named", False),
        ("clients", "named", False),
        ("named", "store named", False),
        ("rejected", "store rejected", False),
    }


def test_the_svg_has_what_a_page_needs() -> None:
    picture = shop()
    drawn = draw(picture, {"open": "failed", "named": "skipped"}, {"open": "#card-open"}, columns=True)
    assert drawn == draw(shop(), {"named": "skipped", "open": "failed"}, {"open": "#card-open"}, columns=True)
    root = ElementTree.fromstring(drawn)
    groups = {each.get("data-step"): each for each in root.iter(f"{SVG}g") if each.get("data-step")}
    assert set(groups) == {each.name for each in picture.nodes}
    assert groups["open"].get("class") == "node kind-transform state-failed"
    assert groups["open"].get("id") == id_of("open") == "step-open"
    assert groups["orders"].get("class") == "node kind-ingest"
    (link,) = root.iter(f"{SVG}a")
    assert (link.get("href"), link[0].get("data-step")) == ("#card-open", "open")
    said = " ".join("".join(each.itertext()) for each in root.iter(f"{SVG}text"))
    for words in (
        "shop",
        "BRONZE",
        "SILVER",
        "GOLD",
        "transform · 4 columns · 3 checks",
        "1 failed",
        "amount",
        "float64",
    ):
        assert words in said
    assert "What was ordered." in "".join(groups["orders"].itertext())
    assert "prefers-color-scheme:dark" in drawn
    assert not re.search(r"(href|src)=\"(?!#)", drawn)  # it loads nothing


ODD = [
    'a"b',
    "<script>",
    "]]>",
    "a&b",
    "x'y",
    "end",
    "`tick`",
    "a\\b",
    "%%{init}%%",
    "名前",
    "a;b",
    "#quot;",
    "--> n0",
    "{}[]()|",
]


@pytest.mark.parametrize("name", ODD)
def test_no_name_breaks_out(name: str) -> None:
    quoted = name.replace("`", "``")
    text = (
        f"pipeline p\nlayer `{quoted}`\ningest `{quoted}` from values (`{quoted}` int64) (1)\n"
        f"transform other from `{quoted}` | derive x = 1\n"
    )
    graph = api.check(api.from_text(text)).graph
    picture = picture_of(graph)
    root = ElementTree.fromstring(draw(picture, {name: name}, {name: f"#{name}"}, columns=True))
    steps = [each.get("data-step") for each in root.iter(f"{SVG}g") if each.get("data-step")]
    assert steps == [name, "other"]
    known = {"svg", "style", "defs", "marker", "path", "rect", "g", "title", "text", "tspan", "circle", "a"}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= known
    assert all(re.fullmatch(r"[\w -]+", each.get("class", "x")) for each in root.iter())
    hold_mermaid(as_mermaid(picture, columns=True))
    hold_dot(as_dot(picture, columns=True))


LINE = re.compile(
    r'flowchart LR|  end|  subgraph layer\d+\["(?P<title>[^"`<>\[\]]*)"\]'
    r"|  n\d+ (-->|-\.->) n\d+"
    r'|    ?(  )?n\d+(\[|\[/|\{\{|\[\()"([^"`<>\\;&{}|]|<br/>|#\d+;)*"(\]|/\]|\}\}|\)\])'
)


def hold_mermaid(text: str) -> None:
    for line in text.splitlines():
        assert LINE.fullmatch(line), line


def hold_dot(text: str) -> None:
    """Hold the text to the grammar of quoted strings, and, where Graphviz is there, to its parser."""
    without = re.sub(r'"(?:[^"\\]|\\.)*"', "TEXT", text)
    assert '"' not in without
    assert re.fullmatch(r"[\sA-Za-z0-9_{}\[\]=,;>-]*", without), without
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tplain"], input=text.encode(), check=True, capture_output=True)


def test_ids_differ_where_names_do() -> None:
    names = ["a b", "a_b", "a_20_b", "A b", "é", "a-b", "a.b"]
    assert len({id_of(name) for name in names}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", id_of(name)) for name in names)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Steps that read earlier ones, of layers that rise."""
    count = draw(st.integers(1, 24))
    layers = draw(st.integers(0, 3))
    of = sorted(draw(st.lists(st.integers(0, max(0, layers - 1)), min_size=count, max_size=count)))
    names = [f"l{number}" for number in range(layers)]
    kinds = draw(st.lists(st.sampled_from(["transform", "store", "sql"]), min_size=count, max_size=count))
    nodes = tuple(
        Node(
            name=f"n{number}",
            label=f"n{number}",
            kind=kinds[number],
            detail="",
            layer=names[of[number]] if layers else None,
            columns=tuple((f"c{place}", "int64") for place in range(draw(st.integers(0, 20)))),
        )
        for number in range(count)
    )
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    found = draw(st.lists(pairs, max_size=40, unique=True)) if count > 1 else []
    edges = tuple(Edge(source=f"n{one}", target=f"n{other}") for one, other in found)
    return Picture(
        pipeline="p", nodes=nodes, edges=edges, layers=tuple(n for n in names if any(x.layer == n for x in nodes))
    )


@settings(max_examples=150)
@given(pictures(), st.booleans())
def test_nothing_lies_on_anything_else(picture: Picture, columns: bool) -> None:
    shown = {each.name: min(len(each.columns), 15) for each in picture.nodes} if columns else {}
    layout = laid_out(picture, shown)
    boxes = list(layout.boxes.values())
    for place, one in enumerate(boxes):
        assert one.x >= 0 and one.y >= 60
        assert one.x + one.width <= layout.width and one.y + one.height <= layout.height
        for other in boxes[place + 1 :]:
            beside = one.x + one.width < other.x or other.x + other.width < one.x
            assert beside or one.y + one.height <= other.y - 8 or other.y + other.height <= one.y - 8
    for edge, way in zip(picture.edges, layout.ways, strict=True):
        xs = [x for x, _ in way]
        assert xs == sorted(xs)
        source, target = layout.boxes[edge.source], layout.boxes[edge.target]
        assert way[0][0] == source.x + source.width and way[-1][0] == target.x
        assert source.y < way[0][1] < source.y + source.height
        assert target.y < way[-1][1] < target.y + target.height
    bands = {each.layer: each for each in layout.bands}
    for one, other in zip(layout.bands, layout.bands[1:], strict=False):
        assert one.x + one.width <= other.x
    for node in picture.nodes:
        if node.layer is not None:
            band, box = bands[node.layer], layout.boxes[node.name]
            assert band.x <= box.x and box.x + box.width <= band.x + band.width
    ElementTree.fromstring(draw(picture, columns=columns))


@settings(max_examples=100)
@given(pictures())
def test_crossings_are_counted_and_become_fewer(picture: Picture) -> None:
    ranks = ranks_of(picture)
    found = columns_of(picture, ranks)
    assert _slowly(found) == _crossings(found.columns, _after(found))
    names = [each.name for column in found.columns for each in column if each.name]
    assert sorted(names) == sorted(each.name for each in picture.nodes)
    assert all(ranks[each.source] < ranks[each.target] for each in picture.edges)


def _after(found: Columns) -> dict[Item, list[Item]]:
    after: dict[Item, list[Item]] = {}
    for way in found.ways:
        for one, other in itertools.pairwise(way):
            after.setdefault(one, []).append(other)
    return after


def _slowly(found: Columns) -> int:
    places = {item: (number, place) for number, column in enumerate(found.columns) for place, item in enumerate(column)}
    pairs = [(places[one], places[other]) for way in found.ways for one, other in itertools.pairwise(way)]
    pairs = [each for each in pairs if each[1][0] == each[0][0] + 1]
    return sum(
        one[0][0] == other[0][0] and (one[0][1] - other[0][1]) * (one[1][1] - other[1][1]) < 0
        for place, one in enumerate(pairs)
        for other in pairs[place + 1 :]
    )


def test_a_tree_is_drawn_without_crossings() -> None:
    nodes = [Node(name=f"n{number}", label="", kind="transform", detail="") for number in range(31)]
    edges = [Edge(source=f"n{(number - 1) // 2}", target=f"n{number}") for number in range(1, 31)]
    picture = Picture(pipeline="p", nodes=tuple(nodes[::-1]), edges=tuple(edges), layers=())
    found = columns_of(picture, ranks_of(Picture(pipeline="p", nodes=tuple(nodes), edges=tuple(edges), layers=())))
    assert _slowly(found) == 0


def test_texts_fit() -> None:
    assert fitted("short", 100, 13) == "short"
    assert fitted("lake/silver/deep/readings.parquet", 150, 13, keep_end=True) == "…/readings.parquet"
    for text in ("x" * 300, "名" * 300, "lake/" * 90):
        for keep_end in (False, True):
            assert width_of(fitted(text, 150, 13, keep_end=keep_end), 13) <= 150


def test_the_picture_on_the_page_is_what_the_command_draws() -> None:
    """`odibi graph examples/smart_grid/smart_grid.odibi -o docs/graph.svg` makes it."""
    root = Path(__file__).resolve().parents[2]
    picture = picture_of(api.check(root / "examples" / "smart_grid" / "smart_grid.odibi").graph)
    assert (root / "docs" / "graph.svg").read_text(encoding="utf-8") == draw(picture)


@pytest.mark.parametrize("shape", ["chain", "fan", "long edges"])
def test_a_thousand_steps_are_drawn_in_a_moment(shape: str) -> None:
    nodes = tuple(Node(name=f"n{number}", label=f"n{number}", kind="transform", detail="") for number in range(1000))
    reads = {"chain": lambda n: [n - 1], "fan": lambda n: [n // 30], "long edges": lambda n: [n - 1, 0]}[shape]
    edges = tuple(
        Edge(source=f"n{one}", target=f"n{number}") for number in range(1, 1000) for one in sorted(set(reads(number)))
    )
    started = time.process_time()
    draw(Picture(pipeline="p", nodes=nodes, edges=edges, layers=()))
    assert time.process_time() - started < 5
