"""What sources look like: their files, their columns, what stands for their content."""

from odibi_sql.sources.catalog import LocalCatalog
from odibi_sql.sources.declared import DeclaredCatalog
from odibi_sql.sources.fingerprint import fingerprint

__all__ = ["DeclaredCatalog", "LocalCatalog", "fingerprint"]
