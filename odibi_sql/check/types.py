"""Types as they are written: `decimal(10, 2)`, `array<T>`, and the names that SQL has for them."""

from __future__ import annotations

from odibi_sql import ir, syntax
from odibi_sql.check.context import Context


def type_named(context: Context, name: syntax.TypeName) -> ir.Type:
    """Return the type, or report `unknown-type` (and its like) and return `ir.UNKNOWN`."""
    raise NotImplementedError
