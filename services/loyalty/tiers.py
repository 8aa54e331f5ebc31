"""Tiers (会员等级): a stack of dated grants; the effective tier is the best one that is valid.

EARNED, RECHARGE and MANUAL grants are evaluated when their validity ends: kept, or one level down.
PAID and TRIAL grants just end, and what is below them shows again (tier_terms.py). A command works
on a member's grants through ``Standing`` (standing.py). domain.md §2.10; parity.md §2 item 7.

Sums are kept by the number of the ledger entry, not by time: an entry counts in the window of the
grant whose ``from_n`` is the last one not above it, so a refund finds the window it was earned in.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from common.rows import Group, Read, Row
from danke.events.loyalty import TierMetric, TierSource
from services.loyalty.members import MEMBER_LINK
from services.loyalty.tier_schemes import Sums, TierScheme, scheme_key

GrantState = Literal["ACTIVE", "SUPERSEDED", "ENDED", "REVOKED", "REVERTED"]
# Evaluates a grant, or ends it, when its validity runs out.
TERM_TIMER = "tier_term"
# Tells the member in advance.
NOTICE_TIMER = "tier_notice"
# Grants that are kept or stepped down when they end; the others just end.
EVALUATED: tuple[TierSource, ...] = ("EARNED", "RECHARGE", "MANUAL")


class TierGrant(Row, frozen=True):
    """One reason to be in a tier, with its validity."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "grant_id")

    merchant_id: str
    grant_id: str
    member_id: str
    source: TierSource
    # The recharge, plan or order it came from, or why an operator gave it.
    ref: str
    state: GrantState
    tier_id: str
    level: int
    # What the member had before: a reverted upgrade never falls below it.
    level_before: int
    obtained_at: datetime
    valid_until: datetime | None
    # Ledger entries from this number on count in ``window``, the sums that keep the tier.
    from_n: int
    window_sums: Sums
    # The threshold that was reached, until the tier was kept on its own merit: falling below it by
    # a refund undoes the upgrade.
    threshold: int | None
    metric: TierMetric


class TierState(Row, frozen=True):
    """What one member has collected, and the tier that follows from the grants."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    tier_id: str
    level: int
    source: TierSource
    valid_until: datetime | None
    # All there ever was, refunds taken off: the sum of the ledger.
    growth: int
    points: int
    spend_fen: int
    orders: int
    # What upgrades look at: the total, until a downgrade starts it anew.
    qualifying: Sums
    qualifying_from_n: int
    # Number of the last ledger entry.
    last_n: int
    scheme_version: int

    @property
    def total(self) -> Sums:
        """All four sums."""
        return Sums(self.growth, self.points, self.spend_fen, self.orders)


class TierGift(Row, frozen=True):
    """That a member got a tier's gift: once per tier and cycle, parity §3 Tiers 30."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "tier_id")

    merchant_id: str
    member_id: str
    tier_id: str
    gift_id: str
    points: int
    given_at: datetime
    revoked: bool
    # The grant that brought it, or answers for it now; empty if a former release did not say.
    grant_id: str = ""


GRANTS = Group(
    TierGrant,
    ("merchant_id", "member_id"),
    holds=lambda grant: grant.state in ("ACTIVE", "SUPERSEDED"),
    order=lambda grant: (grant.from_n, grant.obtained_at, grant.grant_id),
)
GIFTS = Group(TierGift, ("merchant_id", "member_id"), order=lambda gift: gift.tier_id)


def standing_reads(merchant_id: str, member_id: str) -> tuple[Read, ...]:
    """What ``Standing`` needs of a member."""
    member = (merchant_id, member_id)
    return (
        (MEMBER_LINK, member),
        (TierState, member),
        (GRANTS, member),
        (GIFTS, member),
        (TierScheme, scheme_key(merchant_id)),
    )
