"""Stock at its edges: midnight, terms changed under a mass grant, grant ids of somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from services.coupon.grants import GrantCoupons
from services.coupon.merges import MergeMembers
from services.coupon.templates import Audience, Limits, SetTemplate
from services.coupon.terms import Terms
from tests.coupon.desk import MONTH, Desk, cst


async def test_a_late_grant_of_yesterday_does_not_begin_today_anew(desk: Desk) -> None:
    await desk.template("t", per_day=2)
    today = cst("2026-05-02 00:00")
    for member in ("a", "b"):
        await desk.claim("t", member, at=today)
    late = {"template_id": "t", "member_id": "c", "at": today - timedelta(seconds=1)}
    assert await desk.why(GrantCoupons, grant_id="g", **late) == "DAILY_LIMIT_REACHED"
    await desk.claim("t", "d", at=today + timedelta(days=1))
    # A promise is made as of when it was earned: it counts as one of the day that is running.
    await desk.run(GrantCoupons, grant_id="h", **late)
    stock = await desk.stock("t")
    assert (stock.day_issued, str(stock.day)) == (2, "2026-05-03")


async def _edited(desk: Desk, terms: Terms, **limits: Any) -> None:
    """The template with other terms, after a mass grant to two was announced under the old."""
    await desk.template("t", **limits)
    await desk.run(CreateGrantBatch, batch_id="b", template_id="t", name="b", members=2, actor="a")
    await desk.run(AddGrantMembers, batch_id="b", page=0, member_ids=["u1", "u2"])
    await desk.run(
        SetTemplate, template_id="t", version=2, name="t", terms=terms, validity=MONTH,
        limits=Limits(**limits), audience=Audience(), actor="admin",
    )  # fmt: skip
    await desk.run(StartGrantBatch, batch_id="b")
    await desk.until(desk.at + timedelta(minutes=1))


@pytest.mark.parametrize("face_fen", [1_000, 5_000])
async def test_a_face_changed_under_a_mass_grant_keeps_the_books(desk: Desk, face_fen: int) -> None:
    await _edited(desk, Terms(kind="CASH", face_fen=face_fen), total=10, budget_fen=12_000)
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved, stock.reserved_fen) == (2, 0, 0)
    assert stock.spent_fen == 2 * face_fen


async def test_c11_a_dearer_face_under_a_mass_grant_stops_at_the_budget(desk: Desk) -> None:
    await _edited(desk, Terms(kind="CASH", face_fen=5_000), budget_fen=9_000)
    stock = await desk.stock("t")
    assert (stock.issued, stock.reserved, stock.reserved_fen, stock.spent_fen) == (1, 0, 0, 5_000)
    (end,) = await desk.told("GrantBatchCompleted")
    assert (end["state"], end["ok"], end["failed"]) == ("PARTIAL", 1, 1)


async def test_a_grant_id_is_of_one_member(desk: Desk) -> None:
    await desk.template("t")
    grant = {"grant_id": "g", "template_id": "t"}
    first = await desk.run(GrantCoupons, **grant, member_id="u")
    assert await desk.why(GrantCoupons, **grant, member_id="w") == "GRANT_ID_REUSED"
    assert await desk.run(GrantCoupons, **grant, member_id="u") == first
    # One who was merged since is asked for under the id he had, and the promise is the survivor's.
    await desk.run(MergeMembers, merge_id="m", from_id="old", into_id="new")
    one = await desk.run(GrantCoupons, grant_id="h", template_id="t", member_id="old")
    assert one.member_id == "new"
    again = {"grant_id": "h", "template_id": "t", "member_id": "old"}
    assert await desk.run(GrantCoupons, **again) == one
