"""A project with its cache, and the same project without one: over edits of pipeline and data, the same rows."""
