"""The story of a run: its page, read by a parser and shown by a browser."""
