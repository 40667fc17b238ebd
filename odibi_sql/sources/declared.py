"""What the pipeline says of its sources, for what reads none of them: tests."""

from __future__ import annotations

from odibi_sql.ir import Catalog, Described, FileSource, SourceRequest


class DeclaredCatalog:
    """Sources with a schema are as they are declared, whatever is there; of others it asks another catalog."""

    def __init__(self, others: Catalog) -> None:
        self.others = others

    def describe(self, request: SourceRequest) -> Described:
        """Return what is declared, or else what is there. Raises SourceProblem."""
        if request.declared is None:
            return self.others.describe(request)
        source = FileSource(format=request.format, groups=(), columns=request.declared, options=request.options)
        return Described(source=source, schema=request.declared, is_discovered=False)
