"""Members, tiers and points in the replay, through loyalty's doors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from danke.loyalty.v1 import member_pb2, tier_pb2
from demo import rules
from demo.doors import Doors
from demo.plan import Visit
from demo.stubs import Stubs

# Whose number a household's id is.
REALM: Final = "completejourney"
VALIDITY_DAYS: Final = 365
NOTICE_DAYS: Final = 30


async def offer_tiers(doors: Doors, stubs: Stubs) -> None:
    """Puts the tiers in force."""
    request = tier_pb2.SetTierSchemeRequest(
        request_id="set-tiers",
        metric=tier_pb2.TIER_METRIC_GROWTH,
        validity_days=VALIDITY_DAYS,
        notice_days=NOTICE_DAYS,
        tiers=[
            tier_pb2.Tier(
                tier_id=tier.tier_id,
                level=level,
                name=tier.name,
                threshold=tier.threshold,
                keep_threshold=tier.keep,
            )
            for level, tier in enumerate(rules.TIERS, 1)
        ],
    )
    await doors.call(stubs.tiers, "SetTierScheme", request)


async def enrol(doors: Doors, stubs: Stubs, visits: Sequence[Visit]) -> None:
    """Makes members of households that are here for the first time."""
    answers = await doors.each(
        stubs.members,
        "Enroll",
        (
            member_pb2.EnrollRequest(
                request_id=f"enrol-{visit.household.household_id}",
                identities=member_pb2.Identities(
                    external_ids=[
                        member_pb2.ForeignIdentity(
                            realm=REALM, value=str(visit.household.household_id)
                        )
                    ]
                ),
                channel=(
                    member_pb2.ENROL_CHANNEL_MINI
                    if rules.in_mini_program(visit.basket)
                    else member_pb2.ENROL_CHANNEL_POS
                ),
                store_id=str(visit.basket.store_id),
                opening_guide_id=rules.guide_of(visit.basket.store_id),
            )
            for visit in visits
        ),
    )
    for visit, answer in zip(visits, answers):
        visit.household.member_id = answer.member.member_id
