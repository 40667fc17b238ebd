"""The steps of a pipeline as a picture: laid out here, without a tool of the system. It sees the graph alone."""

from odibi_sql.draw.picture import Edge, Node, NodeKind, Picture, id_of, picture_of, sources_first
from odibi_sql.draw.style import DARK, LIGHT, RULES
from odibi_sql.draw.svg import draw
from odibi_sql.draw.texts import as_dot, as_mermaid

__all__ = ["DARK", "LIGHT", "RULES", "Edge", "Node", "NodeKind", "Picture", "as_dot", "as_mermaid", "draw", "id_of"]
__all__ += ["picture_of", "sources_first"]
