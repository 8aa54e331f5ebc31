"""Calibrating and simulating a scheme, and which benefits a member has."""

from __future__ import annotations

import pytest

from common.errors import Refusal
from services.loyalty import store_tiers
from services.loyalty.benefits import Benefit, Source, best
from services.loyalty.calibration import Calibration, calibrated, thresholds
from services.loyalty.tier_schemes import check_tiers
from tests.loyalty.club import MERCHANT, Club, tiers


def test_l11_thresholds_follow_from_order_value_and_frequency() -> None:
    assert thresholds(Calibration(aov_fen=8_000, yearly_orders=[5, 12, 24])) == [400, 960, 1_920]


def test_a_calibrated_scheme_can_be_set() -> None:
    made = calibrated(Calibration(aov_fen=8_000, yearly_orders=[5, 12, 24]), ["Silver", "Gold"])
    check_tiers(made)
    assert [(tier.name, tier.threshold, tier.keep_threshold) for tier in made] == [
        ("Silver", 0, 0),
        ("Gold", 400, 240),
        ("V3", 960, 576),
        ("V4", 1_920, 1_152),
    ]


@pytest.mark.parametrize("targets", [[], [5, 5], [12, 5], [0]])
def test_targets_must_rise(targets: list[int]) -> None:
    with pytest.raises(Refusal, match="TARGETS_INVALID"):
        thresholds(Calibration(aov_fen=8_000, yearly_orders=targets))


async def test_simulating_says_what_a_scheme_would_do_and_changes_nothing(club: Club) -> None:
    for member_id, growth in (("a", 100), ("b", 900), ("c", 1_000), ("d", 5_200), ("e", 5_100)):
        await club.enrol(member_id)
        await club.grow(member_id, growth)
    await club.enrol("new")
    scheme = tiers((0, 0), (900, 0), (5_150, 0))
    found = await store_tiers.simulate(club.pool, MERCHANT, "GROWTH", scheme)
    assert [(one.from_tier_id, one.to_tier_id, one.members) for one in found] == [
        ("V1", "V1", 2),
        ("V1", "V2", 1),
        ("V2", "V2", 1),
        ("V3", "V2", 1),
        ("V3", "V3", 1),
    ]
    assert (found[0].least, found[0].average, found[0].most) == (0, 50, 100)


def test_of_each_kind_the_best_benefit_counts_and_is_explained() -> None:
    tier, plan = Source("TIER", "V2"), Source("PLAN", "gold")
    held = best(
        [
            (Benefit("MEMBER_PRICE_OFF_BP", 500), tier),
            (Benefit("MEMBER_PRICE_OFF_BP", 1_000), plan),
            # Said the wrong way round; of the well-known kinds it is known what is better.
            (Benefit("FREE_SHIPPING_FROM_FEN", 5_900, "HIGHER"), tier),
            (Benefit("FREE_SHIPPING_FROM_FEN", 9_900, "LOWER"), plan),
            (Benefit("BIRTHDAY_POINTS", 100), tier),
        ]
    )
    assert [(one.benefit.kind, one.benefit.value, one.source.owner) for one in held] == [
        ("BIRTHDAY_POINTS", 100, "TIER"),
        ("FREE_SHIPPING_FROM_FEN", 5_900, "TIER"),
        ("MEMBER_PRICE_OFF_BP", 1_000, "PLAN"),
    ]
    assert held[2].beaten == [(Benefit("MEMBER_PRICE_OFF_BP", 500), tier)]
