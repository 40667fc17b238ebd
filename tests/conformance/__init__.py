"""The proof of one meaning: every function, operator and cast over the values at the edges of its types, on an engine
and in the reference interpreter. `python -m conformance upper --engine spark` prints where they differ."""
