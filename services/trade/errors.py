"""What trade refuses."""

from __future__ import annotations

from typing import NamedTuple

from common.errors import Invalid


class Flaw(NamedTuple):
    """One contradiction: the field at fault, the rule it breaks, and what is wrong in words."""

    field: str
    rule: str
    says: str


class DuplicateEventId(Invalid):
    """Two records of the request carry one event id."""


class TimeAhead(Invalid):
    """A record tells of what has not happened yet; clocks may differ by a day, not by more."""

    def __init__(self, fields: list[str]) -> None:
        """Each field is a path from the request."""
        super().__init__(field=fields[0])
        self.violations = [(field, "TIME_AHEAD", "has not come yet") for field in fields]


class InconsistentRecord(Invalid):
    """A record contradicts itself; consumers could not make sense of it."""

    def __init__(self, flaws: list[Flaw]) -> None:
        """Each flaw's field is a path from the request."""
        super().__init__(field=flaws[0].field)
        self.violations = [(flaw.field, flaw.rule, flaw.says) for flaw in flaws]
