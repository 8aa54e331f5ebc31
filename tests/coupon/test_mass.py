"""Grants, mass grants, recalls and the end of coupons."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.coupon.grant_batches import (
    AddGrantMembers,
    CancelGrantBatch,
    CreateGrantBatch,
    GrantOneChunk,
    StartGrantBatch,
)
from services.coupon.grants import GrantCoupons
from services.coupon.recalls import StartRecall, VoidCoupon
from services.coupon.templates import ChangeTemplateState
from services.coupon.terms import Validity
from tests.coupon.desk import MERCHANT, Desk, cst


def _members(number: int) -> list[str]:
    return [f"u{place:05d}" for place in range(number)]


async def _batch(desk: Desk, number: int, batch_id: str = "b") -> None:
    await desk.run(
        CreateGrantBatch, batch_id=batch_id, template_id="t", name="五一", members=number, actor="a"
    )
    members = _members(number)
    for page, first in enumerate(range(0, number, 700)):
        part = members[first : first + 700]
        await desk.run(AddGrantMembers, batch_id=batch_id, page=page, member_ids=part)
    await desk.run(StartGrantBatch, batch_id=batch_id)


async def test_a_mass_grant_gives_everybody_one(desk: Desk) -> None:
    await desk.template("t", total=1_300, per_member=1)
    await desk.claim("t", "u00003")
    await _batch(desk, 1_299)
    assert (await desk.stock("t")).left == 0
    await desk.until(desk.at + timedelta(minutes=1))
    (end,) = await desk.told("GrantBatchCompleted")
    figures = {"state": "PARTIAL", "members": 1_299, "ok": 1_298, "skipped": 1, "failed": 0}
    assert figures.items() <= end.items()
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved, stock.left) == (1_299, 0, 1)
    assert len(await desk.told("CouponGranted")) == 1_298
    holders = await desk.pool.fetchval("SELECT count(DISTINCT member_id) FROM coupons")
    assert holders == 1_299


async def test_two_runners_and_repeated_chunks_give_nobody_two(desk: Desk) -> None:
    await desk.template("t")
    await _batch(desk, 600)
    chunk = {"batch_id": "b", "chunk": 0}
    both = [desk.make(GrantOneChunk, **chunk) for _ in range(2)]
    await asyncio.gather(desk.answers([both[0]]), desk.answers([both[1]], desk.other))
    await desk.answers([desk.make(GrantOneChunk, batch_id="b", chunk=2)])
    assert (await desk.stock("t")).issued == 500
    await desk.until(desk.at + timedelta(minutes=1))
    assert (await desk.stock("t")).issued == 600


async def test_a_mass_grant_of_the_release_before_goes_on_in_its_window(desk: Desk) -> None:
    """It had set the timers of four chunks, each of which sets that of the fourth after it."""
    await desk.template("t", total=4_600)
    await _batch(desk, 4_600)
    await desk.pool.execute("DELETE FROM timers WHERE kind = 'coupon_grant_window'")
    first = [(MERCHANT, f"b/{chunk}", desk.at) for chunk in range(4)]
    await desk.pool.executemany(
        "INSERT INTO timers VALUES ($1, 'coupon_grant_batch', $2, $3, NULL, 0)", first
    )
    await desk.until(desk.at)
    (end,) = await desk.told("GrantBatchCompleted")
    assert (end["state"], end["ok"]) == ("COMPLETED", 4_600)
    assert len(await desk.told("CouponGranted")) == 4_600


async def test_a_mass_grant_is_checked_before_it_starts(desk: Desk) -> None:
    await desk.template("t", total=10, budget_fen=15_000)
    create = {"batch_id": "b", "template_id": "t", "name": "", "actor": "a"}
    assert await desk.why(CreateGrantBatch, **create, members=11) == "SOLD_OUT"
    assert await desk.why(CreateGrantBatch, **create, members=6) == "BUDGET_EXHAUSTED"
    await desk.run(CreateGrantBatch, **create, members=3)
    assert await desk.why(CreateGrantBatch, **create, members=4) == "GRANT_BATCH_EXISTS"
    assert await desk.why(StartGrantBatch, batch_id="b") == "MEMBERS_INCOMPLETE"
    add: dict[str, Any] = {"batch_id": "b", "page": 0}
    assert await desk.why(AddGrantMembers, **add, member_ids=["b", "a"]) == "MEMBERS_OUT_OF_ORDER"
    assert await desk.why(AddGrantMembers, **add, member_ids=["a", "a"]) == "MEMBERS_OUT_OF_ORDER"
    await desk.run(AddGrantMembers, **add, member_ids=["a", "b"])
    assert await desk.why(AddGrantMembers, **add, member_ids=["c"]) == "PAGE_OUT_OF_ORDER"
    add["page"] = 1
    assert await desk.why(AddGrantMembers, **add, member_ids=["b"]) == "MEMBERS_OUT_OF_ORDER"
    assert await desk.why(AddGrantMembers, **add, member_ids=["c", "d"]) == "MEMBERS_INCOMPLETE"


async def test_a_cancelled_mass_grant_gives_back_what_it_kept(desk: Desk) -> None:
    await desk.template("t", total=2_000)
    await _batch(desk, 1_400)
    await desk.run(GrantOneChunk, batch_id="b", chunk=0)
    for _ in range(2):
        assert (await desk.run(CancelGrantBatch, batch_id="b")).state == "CANCELLED"
    await desk.until(desk.at + timedelta(hours=1))
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved) == (500, 0)
    assert await desk.why(StartGrantBatch, batch_id="b") == "GRANT_BATCH_STATE_INVALID"


async def test_whom_an_ended_template_left_out_is_counted(desk: Desk) -> None:
    await desk.template("t", total=1_400, per_member=1)
    await desk.claim("t", "u00003")
    await _batch(desk, 1_300)
    await desk.run(GrantOneChunk, batch_id="b", chunk=0)
    await desk.run(ChangeTemplateState, template_id="t", to="ENDED", actor="a")
    await desk.until(desk.at + timedelta(minutes=1))
    (end,) = await desk.told("GrantBatchCompleted")
    figures = {"state": "PARTIAL", "members": 1_300, "ok": 499, "skipped": 1, "failed": 800}
    assert {name: end[name] for name in figures} == figures
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved) == (500, 0)


async def test_a_paused_template_is_waited_for(desk: Desk) -> None:
    await desk.template("t")
    await _batch(desk, 10)
    pause = {"template_id": "t", "actor": "a"}
    await desk.run(ChangeTemplateState, **pause, to="PAUSED")
    await desk.until(desk.at)
    assert (await desk.stock("t")).issued == 0
    await desk.run(ChangeTemplateState, **pause, to="ACTIVE")
    await desk.until(desk.at + timedelta(minutes=5))
    assert (await desk.stock("t")).issued == 10


async def test_a_recall_takes_unused_coupons_back_and_waits_for_locked_ones(desk: Desk) -> None:
    await desk.template("t", total=1_200)
    await _batch(desk, 1_100)
    await desk.claim("t", "claimer")
    await desk.until(desk.at + timedelta(minutes=1))
    await desk.lock(await desk.coupon("b.0"), "o", minutes=30)
    recall = {
        "recall_id": "r", "template_id": "t", "ref": "b", "recycle": True, "reason": "mistake",
        "actor": "a",
    }  # fmt: skip
    await desk.run(StartRecall, **recall)
    await desk.until(desk.at + timedelta(minutes=1))
    (told,) = await desk.told("RecallCompleted")
    assert (told["voided"], told["pending"]) == (1_099, 1)
    stock = await desk.stock("t")
    assert (stock.issued, stock.recycled, stock.left) == (1_101, 1_099, 1_198)
    await desk.until(desk.at + timedelta(minutes=30))
    assert (await desk.coupon("b.0")).state == "VOIDED"


async def test_a_grant_works_once_per_id(desk: Desk) -> None:
    await desk.template("t", per_member=3)
    grant = {"grant_id": "g", "template_id": "t", "member_id": "u", "quantity": 2}
    commands = [desk.make(GrantCoupons, **grant) for _ in range(2)]
    one, other = await asyncio.gather(
        desk.answers([commands[0]]), desk.answers([commands[1]], desk.other)
    )
    assert one == other
    assert (await desk.stock("t")).issued == 2
    assert await desk.why(GrantCoupons, **grant | {"quantity": 1}) == "GRANT_ID_REUSED"
    assert await desk.why(GrantCoupons, **grant | {"grant_id": "h"}) == "CLAIM_LIMIT_REACHED"


async def test_a_promise_is_tried_again_until_there_is_stock(desk: Desk) -> None:
    await desk.template("t", total=0)
    grant = {
        "grant_id": "RECHARGE:r:t", "template_id": "t", "member_id": "u", "quantity": 1,
        "source": "RECHARGE", "ref": "r", "promised": True,
    }  # fmt: skip
    assert (await desk.run(GrantCoupons, **grant)).reason == "SOLD_OUT"
    await desk.until(desk.at + timedelta(hours=5))
    assert (await desk.stock("t")).issued == 0
    await desk.until(desk.at + timedelta(hours=72))
    (failed,) = await desk.told("CouponGrantFailed")
    assert (failed["reason"], failed["ref"]) == ("SOLD_OUT", "r")


@pytest.mark.parametrize("number", [1, 501])
async def test_coupons_are_told_of_their_end_and_end(desk: Desk, number: int) -> None:
    await desk.template("t", validity=Validity(kind="NATURAL_DAYS", amount=10))
    await _batch(desk, number)
    await desk.until(desk.at + timedelta(minutes=1))
    end = cst("2026-05-11 00:00")
    timers = await desk.pool.fetchval("SELECT count(*) FROM timers WHERE kind = 'coupon_block'")
    assert timers == (number + 499) // 500
    await desk.until(end - timedelta(hours=72, seconds=1))
    assert await desk.told("CouponExpiringSoon") == []
    await desk.until(end - timedelta(hours=72))
    assert len(await desk.told("CouponExpiringSoon")) == number
    await desk.until(end)
    assert len(await desk.told("CouponExpired")) == number
    assert len(await desk.told("CouponExpiringSoon")) == number
    assert await desk.pool.fetchval("SELECT count(*) FROM timers") == 0


async def test_coupons_of_one_block_end_one_after_the_other(desk: Desk) -> None:
    await desk.template("t", validity=Validity(kind="HOURS", amount=3))
    first = await desk.claim("t", "a", at=cst("2026-05-01 10:20"))
    second = await desk.claim("t", "b", at=cst("2026-05-01 12:40"))
    await desk.until(cst("2026-05-01 14:00"))
    assert (await desk.coupon(first.coupon_id)).state == "EXPIRED"
    # The block's timer ran meanwhile and is set again.
    third = await desk.claim("t", "c", at=cst("2026-05-01 14:05"))
    await desk.until(cst("2026-05-01 16:00"))
    assert (await desk.coupon(second.coupon_id)).state == "EXPIRED"
    assert (await desk.coupon(third.coupon_id)).state == "AVAILABLE"
    await desk.until(cst("2026-05-01 18:00"))
    assert (await desk.coupon(third.coupon_id)).state == "EXPIRED"


async def test_a_coupon_is_taken_back_by_hand(desk: Desk) -> None:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    void = {"coupon_id": coupon.coupon_id, "reason": "fraud"}
    for _ in range(2):
        assert (await desk.run(VoidCoupon, **void)).state == "VOIDED"
    assert await desk.why(VoidCoupon, coupon_id="none", reason="") == "COUPON_NOT_FOUND"
