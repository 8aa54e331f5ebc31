"""Each check of fission, promotions and packs, seen finding what it is for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.coupon.pack_refunds import RefundPack
from services.coupon.promotions import SetPromotion
from services.coupon.store_verify_fission import CHECKS
from tests.conftest import Migrated
from tests.coupon.desk import Desk, opened
from tests.coupon.test_fission import activity, helped, open_group
from tests.coupon.test_packs import bought, offer, paid
from tests.coupon.test_promotions import setting

DAMAGE = {
    "fission_helpers": "UPDATE fission_groups SET helpers = helpers + 1 WHERE activity_id = 'f1'",
    "fission_rewards": "UPDATE coupons SET face_fen = face_fen + 1 WHERE source = 'FISSION' "
    "AND coupon_id LIKE '%.1'",
    "fission_unlocked": "UPDATE coupons SET state = 'AVAILABLE' WHERE state = 'FISSION_LOCKED'",
    "fission_tallies": "UPDATE fission_tallies SET opened = 7",
    "promotion_versions": "UPDATE promotions SET terms = terms || '{\"cap_fen\": 7}'",
    "pack_deliveries": "UPDATE coupon_grants SET state = 'GRANTED' WHERE source = 'PACK'",
    "pack_refunds": "UPDATE coupon_packs SET savings_fen = 1 WHERE state = 'REFUNDING'",
}


class Damaged(Exception):
    """Ends a test whose damage was found, so that the desk is not asked to be sound."""


@pytest.fixture
async def busy(migrated: Migrated) -> AsyncIterator[Desk]:
    """One of everything that the checks look at."""
    try:
        async with opened(migrated) as desk:
            await desk.template("t1")
            await activity(desk, "UNLOCK")
            await activity(desk, "DIVIDE", "f2", helpers_needed=1, total_fen=3_000)
            await open_group(desk)
            await helped(desk, await open_group(desk, "u2", "f2"), "h1")
            await desk.run(SetPromotion, **setting(desk))
            await offer(desk)
            pack = await paid(desk, await bought(desk))
            await desk.until(desk.at)
            await desk.run(RefundPack, pack_id=pack.pack_id)
            assert not await desk.findings()
            yield desk
            raise Damaged
    except Damaged:
        pass


def test_every_check_has_its_damage() -> None:
    assert {check.name for check in CHECKS} == set(DAMAGE)


@pytest.mark.parametrize("name", DAMAGE)
async def test_the_check_finds_the_damage(busy: Desk, name: str) -> None:
    await busy.pool.execute(DAMAGE[name])
    assert name in await busy.findings()
