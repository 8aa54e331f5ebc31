"""Promotions in versions, and what their terms may not say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.coupon.errors_promotions import ConditionInvalid, PromotionInvalid
from services.coupon.promotion_terms import Item, PromotionTerms, Step, check_promotion
from services.coupon.promotions import EndPromotion, SetPromotion
from services.coupon.store_promotions import active_promotions, promotion_version
from tests.coupon.desk import MERCHANT, Desk

STEP = Step(threshold_fen=100, off_fen=10)


def setting(desk: Desk, version: int = 0, **fields: Any) -> dict[str, Any]:
    given = {
        "promotion_id": "p1", "version": version, "name": "spring", "actor": "admin",
        "terms": PromotionTerms("FULL_REDUCTION", steps=[STEP]),
        "starts_at": desk.at - timedelta(days=1), "ends_at": desk.at + timedelta(days=1),
    }  # fmt: skip
    return given | fields


async def test_every_version_is_kept(desk: Desk) -> None:
    await desk.run(SetPromotion, **setting(desk))
    dearer = PromotionTerms("FULL_REDUCTION", steps=[Step(threshold_fen=200, off_fen=10)])
    await desk.run(SetPromotion, **setting(desk, 1, terms=dearer))
    assert await desk.why(SetPromotion, **setting(desk, 1)) == "PROMOTION_CHANGED"
    first = await promotion_version(desk.pool, MERCHANT, "p1", 1)
    assert first is not None and first.terms.steps == [STEP]
    (now,) = await active_promotions(desk.pool, MERCHANT, desk.at)
    assert (now.version, now.terms) == (2, dearer)
    ended = await desk.run(EndPromotion, promotion_id="p1", actor="admin")
    assert ended == await desk.run(EndPromotion, promotion_id="p1", actor="admin")
    assert await active_promotions(desk.pool, MERCHANT, desk.at) == []
    assert await desk.why(SetPromotion, **setting(desk, 3)) == "PROMOTION_ENDED"


async def test_drafts_and_other_times_are_not_quoted(desk: Desk) -> None:
    await desk.run(SetPromotion, **setting(desk, active=False))
    assert await active_promotions(desk.pool, MERCHANT, desk.at) == []
    await desk.run(SetPromotion, **setting(desk, 1))
    later = desk.at + timedelta(days=1)
    assert await active_promotions(desk.pool, MERCHANT, later) == []
    backwards = setting(desk, 2, ends_at=desk.at - timedelta(days=1))
    assert await desk.why(SetPromotion, **backwards) == "PROMOTION_INVALID"
    assert await desk.why(EndPromotion, promotion_id="x", actor="a") == "PROMOTION_NOT_FOUND"


@pytest.mark.parametrize(
    "terms",
    [
        PromotionTerms("FULL_REDUCTION"),
        PromotionTerms("FULL_REDUCTION", steps=[Step(threshold_fen=100)]),
        PromotionTerms("FULL_REDUCTION", steps=[Step(off_fen=1)]),
        PromotionTerms("FULL_REDUCTION", steps=[Step(100, 2, 1)]),
        PromotionTerms("FULL_REDUCTION", steps=[Step(100, 0, 101)]),
        PromotionTerms("FULL_REDUCTION", steps=[Step(100, 0, 1, 9_000)]),
        PromotionTerms("FULL_REDUCTION", steps=[Step(100, 0, 0, 0)]),
        PromotionTerms("FULL_REDUCTION", steps=[STEP, STEP], repeat=True),
        PromotionTerms("FULL_REDUCTION", steps=[Step(100, 0, 0, 9_000)], repeat=True),
        PromotionTerms("FULL_REDUCTION", steps=[STEP] * 11),
        PromotionTerms("ADD_ON"),
        PromotionTerms("ADD_ON", add_on_sku_ids=["a"], most_qty=0),
        PromotionTerms("BUNDLE", items=[Item("a", 1)]),
        PromotionTerms("BUNDLE", items=[Item("a", 1), Item("a", 1)]),
        PromotionTerms("BUNDLE", items=[Item("a", 3), Item("b", 0)]),
    ],
)
def test_terms_that_do_not_fit_are_refused(terms: PromotionTerms) -> None:
    with pytest.raises(PromotionInvalid):
        check_promotion(terms)


def test_conditions_are_checked_when_saved() -> None:
    with pytest.raises(ConditionInvalid):
        check_promotion(PromotionTerms("FREE_SHIPPING", condition="goods_fen"))
