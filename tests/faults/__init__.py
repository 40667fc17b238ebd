"""Processes that are killed while they store, and what is there afterwards."""
