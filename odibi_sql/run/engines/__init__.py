"""The engines that run a plan. DuckDB is imported when a run begins, not before."""
