"""What sources look like: their files, their columns, what stands for their content."""

from odibi_sql.sources.catalog import LocalCatalog, fingerprint

__all__ = ["LocalCatalog", "fingerprint"]
