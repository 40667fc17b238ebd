"""A message to a webhook when a run fails: once for one failure, never with the secret that the address is."""

from odibi_sql.alerts.alert import MINUTES, Alert
from odibi_sql.alerts.once import Once
from odibi_sql.alerts.webhook import AlertProblem, Webhook

__all__ = ["MINUTES", "Alert", "AlertProblem", "Once", "Webhook"]
