"""What a project remembers of its runs: one SQLite file, `.odibi/state.db`."""
