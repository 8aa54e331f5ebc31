"""Upgrade gifts (升级礼): once per tier and validity, gone with the grant that brought them.

domain.md §3.2; parity.md §3 Tiers 30. A working copy that ``Standing`` has for one member.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from danke.events.envelope import Event
from danke.events.loyalty import TierUpgradeGiftDue, TierUpgradeGiftRevoked
from services.loyalty.tier_schemes import Tier, TierScheme
from services.loyalty.tiers import TierGift, TierGrant


class Gifts:
    """The gifts a member had, by tier; ``rows`` and ``events`` are what changed."""

    def __init__(self, gifts: Iterable[TierGift], scheme: TierScheme) -> None:
        self.by_tier = {gift.tier_id: gift for gift in gifts}
        self.scheme = scheme
        self.rows: dict[str, TierGift] = {}
        self.events: list[Event] = []

    def keep(self, gift: TierGift) -> None:
        """Remembers that the member got a tier's gift."""
        self.by_tier[gift.tier_id] = gift
        self.rows[gift.tier_id] = gift

    def give(self, tier: Tier, grant: TierGrant, at: datetime, gift_id: str) -> None:
        """The tier's gift, unless the member had it within one validity."""
        known = self.by_tier.get(tier.tier_id)
        if tier.gift is None:
            return
        if known and not known.revoked and at < known.given_at + self.scheme.validity:
            return
        self.keep(
            TierGift(
                grant.merchant_id, grant.member_id, tier.tier_id, gift_id, tier.gift.points, at,
                revoked=False, grant_id=grant.grant_id,
            )
        )  # fmt: skip
        self.events.append(
            TierUpgradeGiftDue(
                member_id=grant.member_id,
                gift_id=gift_id,
                tier_id=tier.tier_id,
                points=tier.gift.points,
                coupons=tier.gift.coupons,
            )
        )

    def take_back(self, undone: Iterable[TierGrant], left: list[TierGrant]) -> None:
        """What the ``undone`` grants brought goes back, unless one that is ``left`` lifts as high.

        A gift that another grant brought stays, though it be of the tier that was lost. The grant
        that lifts as high answers for the gift from now on; a trial brings none.
        """
        grants = {grant.grant_id: grant for grant in undone}
        for gift in list(self.by_tier.values()):
            grant = grants.get(gift.grant_id)
            if grant is None or gift.revoked:
                continue
            level = self.scheme.stands_for(gift.tier_id, grant.level).level
            heirs = [
                one
                for one in left
                if one.source != "TRIAL"
                and self.scheme.stands_for(one.tier_id, one.level).level >= level
            ]
            if heirs:
                self.keep(replace(gift, grant_id=heirs[0].grant_id))
            else:
                self._revoke(gift)

    def take_back_of(self, tier_id: str) -> None:
        """The gift of a tier that was lost, if it is not known which grant brought it."""
        gift = self.by_tier.get(tier_id)
        if gift is not None and not gift.revoked and not gift.grant_id:
            self._revoke(gift)

    def _revoke(self, gift: TierGift) -> None:
        self.keep(replace(gift, revoked=True))
        self.events.append(
            TierUpgradeGiftRevoked(
                member_id=gift.member_id,
                gift_id=gift.gift_id,
                tier_id=gift.tier_id,
                points=gift.points,
            )
        )
