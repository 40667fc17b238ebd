"""Small pipelines that show an error and its mending: all over the same few orders."""

from __future__ import annotations

ORDERS = """\
pipeline example

ingest orders from values
  (order_id int64 not null, amount decimal(10, 2), status string, ordered_at timestamp)
  (1, 9.50, 'paid', timestamp '2025-11-01 10:00:00'),
  (2, 3.25, null, null)

"""


def over_orders(*operators: str) -> str:
    """Return a pipeline with one transform over orders, an operator a line."""
    return ORDERS + "transform result from orders\n" + "\n".join(f"  | {each}" for each in operators) + "\n"


def sql_over_orders(query: str) -> str:
    """Return a pipeline with one sql step over orders."""
    return f'{ORDERS}sql result from orders """\n  {query}\n"""\n'
