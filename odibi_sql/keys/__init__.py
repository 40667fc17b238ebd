"""What stands for the result of a store, a gate or a dataset: the same key, the same rows. It knows the graph alone."""

from odibi_sql.keys.changes import changes
from odibi_sql.keys.keys import Key, Keys
from odibi_sql.keys.parts import Parts

__all__ = ["Key", "Keys", "Parts", "changes"]
