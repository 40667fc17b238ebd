"""Keys of pipelines: equal where the meaning is, and never equal where the rows differ."""
