"""The steps of a pipeline as a picture: laid out here, without a tool of the system. It sees the graph alone."""

from odibi_sql.draw.picture import Edge, Node, Picture, id_of, picture_of
from odibi_sql.draw.svg import draw
from odibi_sql.draw.texts import as_dot, as_mermaid

__all__ = ["Edge", "Node", "Picture", "as_dot", "as_mermaid", "draw", "id_of", "picture_of"]
