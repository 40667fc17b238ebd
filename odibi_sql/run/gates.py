"""What the counts of a gate mean."""

from __future__ import annotations

from odibi_sql.plan import Check
from odibi_sql.run.outcome import RuleOutcome


def outcomes(stage: Check, counts: dict[str, int]) -> tuple[RuleOutcome, ...]:
    """Return what each rule of a gate found."""
    return tuple(
        RuleOutcome(
            rule=rule.name,
            stage=stage.name,
            steps=stage.steps,
            action=rule.action,
            text=rule.text,
            count=counts.get(rule.column, 0),
            counts=rule.counts,
            quarantine=rule.quarantine,
        )
        for rule in stage.rules
    )


def broken(rules: tuple[RuleOutcome, ...]) -> str:
    """Return in words which rules fail the run; "" where none does."""
    return "; ".join(_sentence(rule) for rule in rules if rule.action == "fail" and not rule.holds)


def _sentence(rule: RuleOutcome) -> str:
    name = f"`{rule.rule}`: " if rule.rule != rule.text else ""
    if rule.counts == "failures":
        return f"{name}`{rule.text}` does not hold"
    rows = "1 row breaks" if rule.count == 1 else f"{rule.count:,} rows break"
    return f"{rows} {name}`{rule.text}`"
