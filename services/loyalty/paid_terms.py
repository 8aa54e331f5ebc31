"""Terms of paid memberships (付费会员): what one is, what it is worth, and the tier it brings.

domain.md §2.10, §3.2 (6). Terms of one plan follow one another; their commands are in
paid_memberships.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.rows import Group, Row
from common.timers import Timer
from services.loyalty.standing import Standing

MembershipState = Literal["PENDING", "ACTIVE", "EXPIRED", "REFUNDED", "CLOSED"]
END_TIMER = "membership_end"
_DAY = timedelta(days=1)


class PaidMembership(Row, frozen=True):
    """One term that was bought, with the plan's terms of that moment."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "membership_id")

    merchant_id: str
    membership_id: str
    member_id: str
    plan_id: str
    state: MembershipState
    price_fen: int
    days: int
    tier_id: str
    refund: Literal["PRO_RATA", "NONE"]
    bought_at: datetime
    payment_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    refund_id: str
    refunded_fen: int


MEMBERSHIPS_OF = Group(
    PaidMembership,
    ("merchant_id", "member_id"),
    holds=lambda row: row.state in ("PENDING", "ACTIVE"),
    order=lambda row: (row.bought_at, row.membership_id),
)


def end_timer(term: PaidMembership) -> Timer:
    """The timer that ends a term."""
    assert term.ends_at is not None, "Bug: an active membership without an end"
    return Timer(term.merchant_id, END_TIMER, term.membership_id, term.ends_at)


def set_paid_tier(standing: Standing, plan_id: str, terms: Iterable[PaidMembership]) -> None:
    """Brings the plan's grant to what its terms give now: each its own tier while it runs.

    A renewal may have been sold with another tier than the term before it. The grant lasts to the
    end of the terms that follow one another and bring a tier, so that none falls between two.
    """
    grants = [grant for grant in standing.active("PAID") if grant.ref == plan_id]
    # A tier that the scheme dropped since goes on where it was given; it is given to nobody anew.
    levels = {grant.tier_id: standing.tier(grant).level for grant in grants}
    levels |= {tier.tier_id: tier.level for tier in standing.scheme.tiers}
    giving = sorted(
        (term.starts_at, term.ends_at, term.tier_id)
        for term in terms
        if term.starts_at and term.ends_at and term.ends_at > standing.at
        if term.tier_id in levels
    )
    running = [term for term in giving if term[0] <= standing.at]
    if not running:
        for grant in grants:
            standing.end(grant, "REVOKED")
        return
    # Two at once only after a merge by a former release.
    tier_id = max((term[2] for term in running), key=lambda name: levels[name])
    until = standing.at
    for starts_at, ends_at, _ in giving:
        if starts_at <= until:
            until = max(until, ends_at)
    kept = next((grant for grant in grants if grant.tier_id == tier_id), None)
    for grant in grants:
        if grant is not kept:
            standing.end(grant, "ENDED")
    if kept is not None:
        standing.put(replace(kept, valid_until=until))
    else:
        standing.grant("PAID", plan_id, standing.scheme.named(tier_id), until)


def in_a_row(
    terms: Sequence[PaidMembership], at: datetime, levels: Mapping[str, int]
) -> list[PaidMembership]:
    """Active terms of one plan after a merge: one follows the other, and no paid day is lost.

    Of those that run the one with the best tier goes on; what is left of the others comes after it.
    """

    def place(term: PaidMembership) -> tuple[bool, int, datetime, str]:
        starts_at, _ = _span(term)
        runs = starts_at <= at
        level = levels.get(term.tier_id, 0) if runs else 0
        return (not runs, -level, starts_at, term.membership_id)

    free = at
    row: list[PaidMembership] = []
    for term in sorted(terms, key=place):
        starts_at, ends_at = _span(term)
        if ends_at > at and starts_at < free and free > at:
            left = ends_at - max(starts_at, at)
            term = replace(term, starts_at=free, ends_at=free + left)
        row.append(term)
        free = max(free, _span(term)[1])
    return row


def _span(term: PaidMembership) -> tuple[datetime, datetime]:
    assert term.starts_at and term.ends_at, "Bug: an active membership without a term"
    return term.starts_at, term.ends_at


def refundable_fen(term: PaidMembership, at: datetime) -> int:
    """What a refund gives back now: all before the start, then by whole days left, floored.

    Of a term that a merge made wait for another, the days that were used before stay used.
    """
    starts_at, ends_at = _span(term)
    has_begun = at >= starts_at or ends_at - starts_at < term.days * _DAY
    if has_begun and term.refund == "NONE":
        return 0
    left = -((max(at, starts_at) - ends_at) // _DAY)
    return term.price_fen * min(term.days, max(0, left)) // term.days
