"""What sources look like: their files, their columns, what stands for their content."""

from odibi_sql.sources.catalog import LocalCatalog, fingerprint
from odibi_sql.sources.declared import DeclaredCatalog

__all__ = ["DeclaredCatalog", "LocalCatalog", "fingerprint"]
