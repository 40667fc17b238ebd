"""Whole pipelines made by hypothesis, as text that a person can read, and run on every engine and in the reference."""
