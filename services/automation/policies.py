"""A merchant's messaging policy: quiet hours, caps, holdout, windows, costs. domain.md §3.7."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.caps import Cap
from services.automation.errors_messages import DuplicateCap, PolicyChanged, UnknownZone
from services.automation.quiet import QuietHours

CHINA: Final = "Asia/Shanghai"
# There is one for each merchant.
DEFAULT: Final = "default"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Rules(msgspec.Struct, frozen=True):
    """What the policy says. The defaults are those of domain.md §2.12 and §2.14."""

    zone: str = CHINA
    quiet: QuietHours = QuietHours()
    caps: tuple[Cap, ...] = (Cap(per_day=1, per_week=3),)
    global_holdout_bp: int = 0
    # Until how long after a message an order is credited to it.
    window_hours: int = 7 * 24
    # How long the result of a delivery is waited for.
    result_hours: int = 24
    # What one message costs by channel, in fen, where its adapter does not say so.
    costs_fen: dict[str, int] = {}
    # The rate below which a report is flagged; M61.
    reference_bp: int = 500


class Policy(Row, frozen=True):
    """The policy of a merchant, as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "policy_id")

    merchant_id: str
    policy_id: str
    version: int
    rules: Rules
    changed_by: str
    changed_at: datetime


def policy_key(merchant_id: str) -> Read:
    """What ``policy_of`` needs."""
    return Policy, (merchant_id, DEFAULT)


def policy_of(state: State, merchant_id: str) -> Policy:
    """The merchant's policy, or the default one."""
    return state.get(Policy, (merchant_id, DEFAULT)) or default_policy(merchant_id)


def default_policy(merchant_id: str) -> Policy:
    """What holds until a merchant says otherwise; version 0."""
    return Policy(merchant_id, DEFAULT, 0, Rules(), "", _NEVER)


def must_be_zone(name: str, field: str) -> None:
    """Refuses UNKNOWN_ZONE."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise UnknownZone(field=field) from error


class SetPolicy(Command, frozen=True, kw_only=True):
    """Replaces the policy; what was decided before stays. Messages are judged by it when sent.

    Refuses POLICY_CHANGED if ``version`` is not the stored one, UNKNOWN_ZONE, DUPLICATE_CAP.
    """

    RESULT: ClassVar[type] = Policy

    version: int
    rules: Rules
    actor: str

    def lane(self) -> str:
        return "policy"

    def reads(self, found: State) -> Iterable[Read]:
        return (policy_key(self.merchant_id),)

    def decide(self, state: State) -> Decision:
        must_be_zone(self.rules.zone, "rules.zone")
        names = [cap.channel for cap in self.rules.caps]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise DuplicateCap(field=f"rules.caps[{place}].channel")
        old = policy_of(state, self.merchant_id)
        if old.version != self.version:
            raise PolicyChanged(field="version", version=old.version)
        after = Policy(self.merchant_id, DEFAULT, old.version + 1, self.rules, self.actor, self.at)
        return Decision(result=after, rows=[after])
