"""What an engine is asked to do."""

from odibi_sql.plan.plan import Answer, Check, Materialize, Plan, Policy, Stage, View, Write

__all__ = ["Answer", "Check", "Materialize", "Plan", "Policy", "Stage", "View", "Write"]
