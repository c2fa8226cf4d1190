"""A priority rises at once, and falls only after it was held for a while: a list that jumps is not read.

Limits are not damped: what one holds down is down at once. Nor are other rules: their priority counts from the first change
that they score.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.base import Part, Utc
from schemas.categories import Priority
from streams.domain.rules.rules import DampingRule


class ShownPriority(Part):
    """The priority that was shown last, by which rules, and when it falls, where it does."""

    priority: Priority
    rules_version: str
    falls_at: Utc | None = None

    def is_at_rest(self, priority: Priority, rules_version: str) -> bool:
        """Return whether this priority is shown by these rules, and nothing is held."""
        return self.falls_at is None and self.priority is priority and self.rules_version == rules_version


def shown(
    before: ShownPriority | None, scored: Priority, limited: bool, rule: DampingRule, rules_version: str, now: datetime
) -> ShownPriority:
    """Return the priority to show.

    Args:
        before: What was shown last; None for the first time.
        scored: What the score gives now.
        limited: Whether a limit holds it.
        rule: How long a fall waits.
        rules_version: The rules that scored.
        now: When it is shown. The hold that a fall began goes on while the score stays below, and ends when it rises back.
    """
    if before is not None and before.is_at_rest(scored, rules_version):
        return before
    if before is not None and not limited and before.rules_version == rules_version and scored > before.priority:
        # as text, P1 < P4: it falls
        falls_at = before.falls_at or now + timedelta(seconds=rule.fall_after_s)
        if falls_at > now:
            return before.model_copy(update={"falls_at": falls_at})
    return ShownPriority(priority=scored, rules_version=rules_version)
