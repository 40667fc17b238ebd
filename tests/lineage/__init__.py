"""Lineage of pipelines: what it does not name changes nothing."""
