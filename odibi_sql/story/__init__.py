"""The story of a run: its record as one page that a browser shows, without anything else."""

from odibi_sql.story.notes import NotesProblem, read_notes
from odibi_sql.story.page import policy, story_of, style_of_pages

__all__ = ["NotesProblem", "policy", "read_notes", "story_of", "style_of_pages"]
