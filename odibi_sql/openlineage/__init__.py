"""Runs told in the words of OpenLineage, to a file or to an endpoint. Used, it needs the extra `openlineage`."""

from odibi_sql.openlineage.hook import OpenLineage
from odibi_sql.openlineage.sending import NotInstalled, Sender, sender_to

__all__ = ["NotInstalled", "OpenLineage", "Sender", "sender_to"]
