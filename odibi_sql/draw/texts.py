"""The picture in the languages of other tools: Mermaid and DOT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odibi_sql.draw.picture import Node, NodeKind, Picture

_MERMAID: dict[NodeKind, tuple[str, str]] = {
    "ingest": ("[/", "/]"),
    "transform": ("[", "]"),
    "sql": ("[", "]"),
    "quarantine": ("{{", "}}"),
    "store": ("[(", ")]"),
}
_DOT: dict[NodeKind, str] = {
    "ingest": "shape=invhouse",
    "transform": "shape=box, style=rounded",
    "sql": "shape=box",
    "quarantine": "shape=octagon",
    "store": "shape=cylinder",
}
_PLAIN = frozenset(" _.,/()=+-")


def as_mermaid(picture: Picture, *, columns: bool = False) -> str:
    """Return a flowchart of Mermaid, for pages that draw it."""
    ids = _ids(picture)
    lines = ["flowchart LR"]
    for number, (layer, nodes) in enumerate(_by_layer(picture)):
        drawn = [f"{ids[each.name]}{_mermaid_node(each, columns=columns)}" for each in nodes]
        if layer is None:
            lines += [f"  {each}" for each in drawn]
        else:
            title = f'  subgraph layer{number}["{_in_mermaid(layer)}"]'
            lines += [title, *(f"    {each}" for each in drawn), "  end"]
    for edge in picture.edges:
        lines.append(f"  {ids[edge.source]} {'-.->' if edge.is_side else '-->'} {ids[edge.target]}")
    return "\n".join(lines) + "\n"


def as_dot(picture: Picture, *, columns: bool = False) -> str:
    """Return a graph in DOT, the language of Graphviz."""
    ids = _ids(picture)
    lines = [f"digraph {_in_dot(picture.pipeline)} {{", "  rankdir=LR;", '  node [fontname="sans-serif"];']
    for number, (layer, nodes) in enumerate(_by_layer(picture)):
        drawn = [f"{ids[each.name]} [label={_in_dot(_label(each, columns))}, {_DOT[each.kind]}];" for each in nodes]
        if layer is None:
            lines += [f"  {each}" for each in drawn]
        else:
            lines += [f"  subgraph cluster_{number} {{", f"    label={_in_dot(layer)};"]
            lines += [*(f"    {each}" for each in drawn), "  }"]
    for edge in picture.edges:
        lines.append(f"  {ids[edge.source]} -> {ids[edge.target]}{' [style=dashed]' if edge.is_side else ''};")
    return "\n".join([*lines, "}"]) + "\n"


def _ids(picture: Picture) -> dict[str, str]:
    return {each.name: f"n{number}" for number, each in enumerate(picture.nodes)}


def _by_layer(picture: Picture) -> Iterator[tuple[str | None, Sequence[Node]]]:
    for layer in (None, *picture.layers):
        nodes = [each for each in picture.nodes if each.layer == layer]
        if nodes:
            yield layer, nodes


def _label(node: Node, columns: bool) -> str:
    return "\n".join([node.label, node.detail, *(f"{name} {type_}" for name, type_ in node.columns if columns)])


def _mermaid_node(node: Node, *, columns: bool) -> str:
    before, after = _MERMAID[node.kind]
    text = "<br/>".join(map(_in_mermaid, _label(node, columns).split("\n")))
    return f'{before}"{text}"{after}'


def _in_mermaid(text: str) -> str:
    """Return the text as it stands between quotes: all but letters, digits and a few signs as their numbers."""
    line = " ".join(text.split())
    return "".join(each if each.isalnum() or each in _PLAIN else f"#{ord(each)};" for each in line)


def _in_dot(text: str) -> str:
    escaped = "".join(each for each in text if each == "\n" or each.isprintable())
    escaped = escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
