"""Earning rules (积分规则): what earns how many points, versioned, and the caps they respect.

A rule's terms are frozen onto what is earned under them, so changing a rule never changes points
that a customer was promised. domain.md §2.9, §3.2; parity.md §3 nos. 22–26.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.loyalty.days import natural_days, next_year_end
from services.loyalty.errors import MemberMoved, RuleInvalid, RuleVersionConflict

RuleKind = Literal["PURCHASE", "RECHARGE", "CHECK_IN", "GAME", "BIRTHDAY"]
# NEXT_YEAR_END: at the end of the calendar year after the one it was earned in. ROLLING_DAYS: after
# that many calendar days, the day of earning being the first.
Expiry = Literal["NEXT_YEAR_END", "ROLLING_DAYS"]
# How a check-in streak climbs its ladder: round and round, or from the start each week or month.
LadderReset = Literal["CYCLE", "WEEK", "MONTH"]
BP: Final = 10_000
FEN_PER_YUAN: Final = 100
# The period of a cap on all that a rule ever gives a member.
TOTAL: Final = "TOTAL"
# Stands for all rules together in a cap.
EVERY_RULE: Final = "*"


class Milestone(msgspec.Struct, frozen=True, array_like=True):
    """Extra points on the day a check-in streak reaches ``streak`` days."""

    streak: int
    points: int


class Prize(msgspec.Struct, frozen=True, array_like=True):
    """One outcome of a game: its chance in basis points, and what it gives."""

    chance_bp: int
    points: int


class RuleTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule gives and on which conditions. Which fields matter depends on the rule's kind."""

    # PURCHASE, RECHARGE: points per yuan, 10 000 is one. The base of a purchase is the net paid for
    # goods: after all discounts and points, without shipping, without what bonus value paid.
    rate_bp: int = BP
    # PURCHASE: whether the member's benefit POINTS_MULTIPLIER_BP applies.
    tier_multiplier: bool = True
    # PURCHASE: which lines earn; an empty list means all.
    channels: list[str] = msgspec.field(default_factory=list)
    category_ids: list[str] = msgspec.field(default_factory=list)
    sku_ids: list[str] = msgspec.field(default_factory=list)
    # How long after the completion points stay pending, in days of 24 hours.
    pending_days: int = 7
    # BIRTHDAY: the award. GAME: the most that a reported round may give; 0: no limit.
    points: int = 0
    # GAME: the outcomes the server draws from; empty if the game's own server reports points.
    prizes: list[Prize] = msgspec.field(default_factory=list)
    # CHECK_IN: what each day of a streak gives.
    ladder: list[int] = msgspec.field(default_factory=list)
    milestones: list[Milestone] = msgspec.field(default_factory=list)
    ladder_reset: LadderReset = "CYCLE"
    # CHECK_IN: how many days back a missed day can be made up; 0: not at all.
    make_up_days: int = 0
    expiry: Expiry = "NEXT_YEAR_END"
    expiry_days: int = 365
    # What this rule may give one member in a day and ever; 0: no cap.
    daily_cap_points: int = 0
    total_cap_points: int = 0


class PointsRule(Row, frozen=True):
    """One earning rule as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "rule_id")

    merchant_id: str
    rule_id: str
    kind: RuleKind
    version: int
    state: Literal["ACTIVE", "PAUSED"]
    name: str
    terms: RuleTerms
    # When it applies; None: from ever, for ever.
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def applies(self, at: datetime) -> bool:
        """Whether something that happens at ``at`` earns by this rule."""
        after_start = self.starts_at is None or at >= self.starts_at
        before_end = self.ends_at is None or at < self.ends_at
        return self.state == "ACTIVE" and after_start and before_end


class PointsRuleVersion(Row, frozen=True):
    """A rule as it was: each version that ever applied, and who set it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "rule_id", "version")

    merchant_id: str
    rule_id: str
    version: int
    rule: PointsRule
    operator: str
    at: datetime


RULES = Group(PointsRule, ("merchant_id", "kind"), order=lambda rule: rule.rule_id)


def rules_at(state: State, merchant_id: str, kind: RuleKind, at: datetime) -> list[PointsRule]:
    """The rules of a kind that apply at ``at``.

    A merchant without any purchase rule gives one point per yuan; everything else is offered only
    once it has a rule.
    """
    rules = state.group(RULES, (merchant_id, kind))
    if not rules and kind == "PURCHASE":
        return [
            PointsRule(merchant_id, "purchase", "PURCHASE", 0, "ACTIVE", "1 point/¥", RuleTerms())
        ]
    return [rule for rule in rules if rule.applies(at)]


def points_for(base_fen: int, rate_bp: int, multiplier_bp: int = BP) -> int:
    """Whole points for an amount, rounded down once at the end; X1: 18 116 fen ⇒ 181."""
    return base_fen * rate_bp * multiplier_bp // (FEN_PER_YUAN * BP * BP)


def expires_at(terms: RuleTerms, earned_at: datetime, zone: str) -> datetime:
    """When points earned at ``earned_at`` expire: always a midnight of the shop's zone; L1."""
    if terms.expiry == "NEXT_YEAR_END":
        return next_year_end(earned_at, zone)
    return natural_days(earned_at, terms.expiry_days, zone)


# --- caps ---------------------------------------------------------------------------------------


class PointsCap(Row, frozen=True):
    """How much of a cap one member used: by a rule (or all, ``*``) on a day (or ever, TOTAL)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "period", "rule_id")

    merchant_id: str
    member_id: str
    period: str
    rule_id: str
    points: int


CAPS = Group(PointsCap, ("merchant_id", "member_id", "period"))


def days_near(at: datetime) -> tuple[str, ...]:
    """The days it may be in the shop's zone at ``at``, before the zone was read."""
    return tuple((at.date() + timedelta(days=n)).isoformat() for n in (-1, 0, 1))


def cap_reads(merchant_id: str, member_id: str, days: Iterable[str]) -> Iterable[Read]:
    """What a command must declare to use the caps of these days."""
    for period in (TOTAL, *days):
        yield CAPS, (merchant_id, member_id, period)


class Caps:
    """A working copy of one member's caps: what is earned takes, what is revoked gives back."""

    def __init__(self, state: State, merchant_id: str, member_id: str, days: Sequence[str]) -> None:
        """Refuses MEMBER_MOVED if the command did not declare them."""
        self._member = (merchant_id, member_id)
        self._used: dict[tuple[str, str], int] = {}
        for period in (TOTAL, *days):
            if (*self._member, period) not in state.groups.get(CAPS, {}):
                raise MemberMoved(member_id=member_id)
            for row in state.group(CAPS, (*self._member, period)):
                self._used[row.period, row.rule_id] = row.points
        self._changed: dict[tuple[str, str], None] = {}

    def take(
        self, rule_id: str, day: str, points: int, terms: RuleTerms, programme_daily: int
    ) -> int:
        """How many of ``points`` the caps leave room for; counts them."""
        caps = {
            (day, rule_id): terms.daily_cap_points,
            (TOTAL, rule_id): terms.total_cap_points,
            (day, EVERY_RULE): programme_daily,
        }
        caps = {cap: limit for cap, limit in caps.items() if limit}
        for cap, limit in caps.items():
            points = min(points, max(0, limit - self._used.get(cap, 0)))
        if points:
            for cap in caps:
                self._used[cap] = self._used.get(cap, 0) + points
                self._changed[cap] = None
        return points

    def give_back(self, rule_id: str, day: str, points: int) -> None:
        """Makes room again for what was revoked; parity.md §3 no. 25."""
        for cap in ((day, rule_id), (TOTAL, rule_id), (day, EVERY_RULE)):
            if cap in self._used:
                self._used[cap] = max(0, self._used[cap] - points)
                self._changed[cap] = None

    def rows(self) -> list[Row]:
        """The caps that changed."""
        return [
            PointsCap(*self._member, period, rule_id, self._used[period, rule_id])
            for period, rule_id in self._changed
        ]


# --- changing rules -----------------------------------------------------------------------------


class SetRule(Command, frozen=True, kw_only=True):
    """Makes a rule or replaces it by its next version.

    ``version`` is the version that was read (0: a new rule). Refuses RULE_VERSION_CONFLICT,
    RULE_INVALID with the field at fault.
    """

    RESULT: ClassVar[type] = PointsRule

    rule_id: str
    kind: RuleKind
    version: int
    state: Literal["ACTIVE", "PAUSED"]
    name: str
    terms: RuleTerms
    operator: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def lane(self) -> str:
        return f"points-rule/{self.rule_id}"

    def reads(self, found: State) -> Iterable[Read]:
        yield PointsRule, (self.merchant_id, self.rule_id)

    def decide(self, state: State) -> Decision:
        current = state.get(PointsRule, (self.merchant_id, self.rule_id))
        version = current.version if current else 0
        if version != self.version:
            raise RuleVersionConflict(version=version)
        if current is not None and current.kind != self.kind:
            raise RuleInvalid(field="kind")
        must_be_consistent(self.kind, self.terms)
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise RuleInvalid(field="ends_at")
        rule = PointsRule(
            self.merchant_id, self.rule_id, self.kind, version + 1, self.state, self.name,
            self.terms, self.starts_at, self.ends_at,
        )  # fmt: skip
        kept = PointsRuleVersion(
            self.merchant_id, self.rule_id, rule.version, rule, self.operator, self.at
        )
        return Decision(result=rule, rows=[rule, kept])


def must_be_consistent(kind: RuleKind, terms: RuleTerms) -> None:
    """Refuses RULE_INVALID naming the field that cannot be meant."""
    if terms.expiry == "ROLLING_DAYS" and terms.expiry_days <= terms.pending_days:
        raise RuleInvalid(field="terms.expiry_days", pending_days=terms.pending_days)
    if kind == "CHECK_IN" and (not terms.ladder or min(terms.ladder) < 0):
        raise RuleInvalid(field="terms.ladder")
    if kind == "BIRTHDAY" and terms.points < 1:
        raise RuleInvalid(field="terms.points")
    if kind in ("PURCHASE", "RECHARGE") and terms.rate_bp < 1:
        raise RuleInvalid(field="terms.rate_bp")
    if sum(prize.chance_bp for prize in terms.prizes) > BP:
        raise RuleInvalid(field="terms.prizes")


def at_once(terms: RuleTerms) -> RuleTerms:
    """The same terms without a time of waiting: for what cannot be returned."""
    return replace(terms, pending_days=0)
