"""Fission: F1, F2 with their figures, who may help, rewards once; domain.md §2.8, S8."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from common.commands import Command
from common.engine import Engine
from common.errors import Refusal
from services.coupon.errors_promotions import FissionInvalid
from services.coupon.fission_activities import (
    EndFissionActivity,
    FissionTerms,
    SetFissionActivity,
    check_fission,
)
from services.coupon.fission_groups import EndGroup, FissionGroup, HelpFission, OpenFission
from services.coupon.fission_rewards import BoomerangUsed, RewardGroup, VoidFissionRewards
from services.coupon.locks import UseCoupons
from services.coupon.store_promotions import GROUPS
from services.coupon.terms import Terms
from tests.coupon.desk import MERCHANT, Desk, cst

RANDOM = Terms(kind="RANDOM", random_min_fen=100, random_max_fen=900)


async def activity(desk: Desk, kind: str, name: str = "f1", **terms: Any) -> None:
    """An activity on template t1."""
    given = {"template_id": "t1", "helpers_needed": 3} | terms
    await desk.run(
        SetFissionActivity, activity_id=name, version=0, name=name, actor="admin",
        terms=FissionTerms(kind, **given),  # type: ignore[arg-type]
        starts_at=desk.at - timedelta(days=1), ends_at=desk.at + timedelta(days=90),
    )  # fmt: skip


async def open_group(desk: Desk, member_id: str = "u1", name: str = "f1") -> FissionGroup:
    group: FissionGroup = await desk.run(OpenFission, activity_id=name, member_id=member_id)
    return group


async def helped(desk: Desk, group: FissionGroup, helper_id: str, **fields: Any) -> Any:
    """The group, or why not."""
    command = desk.make(HelpFission, group_id=group.group_id, helper_id=helper_id, **fields)
    return (await outcomes(desk.engine, [command]))[0]


async def outcomes(engine: Engine, commands: list[Command]) -> list[Any]:
    """Each group, or the reason of the refusal: a group has a reason of its own."""
    found = await engine.run_each(commands)
    return [one.reason if isinstance(one, Refusal) else one for one in found]


async def stored(desk: Desk, group: FissionGroup) -> FissionGroup:
    found: FissionGroup = await GROUPS.get(desk.pool, (MERCHANT, group.group_id))
    return found


async def coupons(desk: Desk) -> list[tuple[str, str, int]]:
    rows = await desk.pool.fetch(
        "SELECT member_id, state, face_fen FROM coupons ORDER BY member_id, coupon_id"
    )
    return [tuple(row) for row in rows]


async def test_f1_unlock_at_the_last_moment(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "UNLOCK")
    group = await open_group(desk)
    assert (await desk.coupon(group.coupon_id)).state == "FISSION_LOCKED"
    assert (await helped(desk, group, "h1")).helpers == 1
    assert (await helped(desk, group, "h2")).helpers == 2
    assert await helped(desk, group, "h1") == "ALREADY_HELPED"
    assert await helped(desk, group, "u1") == "SELF_HELP"
    done = await helped(desk, group, "h3", at=cst("2026-05-02 09:59:59"))
    assert (done.state, done.helpers) == ("REWARDED", 3)
    assert (await desk.coupon(group.coupon_id)).state == "AVAILABLE"
    await desk.until(cst("2026-05-02 10:00"))
    assert (await stored(desk, group)).state == "REWARDED"
    assert (await desk.coupon(group.coupon_id)).state == "AVAILABLE"
    (completed,) = await desk.told("FissionCompleted")
    assert completed["rewards"] == [
        {"member_id": "u1", "coupon_id": group.coupon_id, "face_fen": 3_000}
    ]
    assert not await desk.told("FissionExpired")


async def test_f1_unlock_a_second_too_late(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "UNLOCK")
    group = await open_group(desk)
    for helper in ("h1", "h2"):
        await helped(desk, group, helper)
    late = cst("2026-05-02 10:00")
    assert await helped(desk, group, "h3", at=late) == "FISSION_GROUP_CLOSED"
    await desk.until(late)
    assert (await stored(desk, group)).state == "EXPIRED"
    assert (await desk.coupon(group.coupon_id)).state == "VOIDED"
    assert await helped(desk, group, "h3", at=late) == "FISSION_GROUP_CLOSED"
    assert [one["helpers"] for one in await desk.told("FissionExpired")] == [2]


async def test_f2_divide_equally_when_complete(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "DIVIDE", helpers_needed=2, total_fen=3_000)
    group = await open_group(desk)
    await helped(desk, group, "h1")
    assert await coupons(desk) == []
    assert (await helped(desk, group, "h2")).state == "COMPLETED"
    await desk.until(desk.at)
    assert (await stored(desk, group)).state == "REWARDED"
    assert await coupons(desk) == [
        ("h1", "AVAILABLE", 1_000),
        ("h2", "AVAILABLE", 1_000),
        ("u1", "AVAILABLE", 1_000),
    ]
    # Whoever rewards again changes nothing.
    await desk.run(RewardGroup, group_id=group.group_id)
    assert len(await coupons(desk)) == 3
    assert len(await desk.told("FissionCompleted")) == 1


async def test_f2_two_of_three_at_the_deadline_receive_nothing(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "DIVIDE", helpers_needed=2, total_fen=3_000)
    group = await open_group(desk)
    await helped(desk, group, "h1")
    await desk.until(cst("2026-05-02 10:00"))
    assert (await stored(desk, group)).state == "EXPIRED"
    assert await coupons(desk) == []


async def test_divide_by_chance_gives_everything(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "DIVIDE", helpers_needed=4, total_fen=1_000, random=True, least_fen=50)
    group = await open_group(desk)
    for helper in ("h1", "h2", "h3", "h4"):
        await helped(desk, group, helper)
    await desk.until(desk.at)
    faces = [face for _member, _state, face in await coupons(desk)]
    assert (len(faces), sum(faces)) == (5, 1_000)
    assert min(faces) >= 50


async def test_the_reward_waits_until_the_template_can_pay(desk: Desk) -> None:
    await desk.template("t1", budget_fen=6_000)
    await activity(desk, "DIVIDE", helpers_needed=1, total_fen=9_000)
    group = await open_group(desk)
    await helped(desk, group, "h1")
    await desk.until(desk.at)
    waiting = await stored(desk, group)
    assert (waiting.state, waiting.reason) == ("COMPLETED", "BUDGET_EXHAUSTED")
    assert await coupons(desk) == []
    await desk.pool.execute("UPDATE coupon_stocks SET budget_fen = 9000")
    await desk.until(desk.at + timedelta(hours=1))
    assert (await stored(desk, group)).state == "REWARDED"
    assert len(await coupons(desk)) == 2


async def test_share_pack_gives_one_to_each_friend(desk: Desk) -> None:
    await desk.template("t1", terms=RANDOM)
    await activity(desk, "SHARE_PACK", helpers_needed=2)
    group = await open_group(desk)
    for helper in ("h1", "h2"):
        await helped(desk, group, helper)
    assert await helped(desk, group, "h3") == "FISSION_GROUP_CLOSED"
    await desk.until(desk.at)
    found = await coupons(desk)
    assert [member for member, _state, _face in found] == ["h1", "h2"]
    assert all(100 <= face <= 900 for _member, _state, face in found)


async def test_inflate_grows_to_its_top_and_pays_what_it_is(desk: Desk) -> None:
    await desk.template("t1")
    await activity(
        desk, "INFLATE", helpers_needed=3, start_fen=500, total_fen=2_000, groups_per_member=2
    )
    full, partly = await open_group(desk), await open_group(desk, "u2")
    for helper in ("h1", "h2", "h3"):
        await helped(desk, full, helper)
    await helped(desk, partly, "h4")
    await desk.until(desk.at)
    assert await coupons(desk) == [("u1", "AVAILABLE", 2_000)]
    await desk.until(cst("2026-05-02 10:00"))
    (_, second) = await coupons(desk)
    assert second[2] == (await stored(desk, partly)).face_fen
    assert 500 <= second[2] <= 2_000


async def test_boomerang_comes_back_when_it_is_used(desk: Desk) -> None:
    await came_back(desk)


async def came_back(desk: Desk, **terms: Any) -> None:
    """u1 shared; h1 used what he got in order o1; u1 has the reward."""
    await desk.template("t1")
    await activity(desk, "BOOMERANG", new_customers_only=True, **terms)
    group = await open_group(desk)
    assert await helped(desk, group, "old") == "NOT_NEW_CUSTOMER"
    await helped(desk, group, "h1", is_new=True)
    await desk.until(desk.at)
    (coupon_id,) = [row[0] for row in await desk.pool.fetch("SELECT coupon_id FROM coupons")]
    await desk.lock(await desk.coupon(coupon_id), "o1")
    await desk.run(UseCoupons, order_id="o1")
    for _ in range(2):
        await desk.run(BoomerangUsed, coupon_id=coupon_id, order_id="o1")
    await desk.until(desk.at)
    assert await coupons(desk) == [("h1", "USED", 3_000), ("u1", "AVAILABLE", 3_000)]


@pytest.mark.parametrize(
    ("window", "days", "state"),
    [
        ({}, 15, "VOIDED"),
        ({}, 16, "AVAILABLE"),
        ({"refund_window_days": 3}, 3, "VOIDED"),
        ({"refund_window_days": 3}, 4, "AVAILABLE"),
    ],
)
async def test_boomerang_is_void_if_the_order_is_refunded_in_time(
    desk: Desk, window: dict[str, int], days: int, state: str
) -> None:
    await came_back(desk, **window)
    await desk.run(
        VoidFissionRewards, source="FISSION", ref="order:o1", reason="ORDER_REFUNDED",
        at=desk.at + timedelta(days=days),
    )  # fmt: skip
    assert (await coupons(desk))[1] == ("u1", state, 3_000)


async def test_a_reward_promised_before_windows_were_kept_has_fifteen_days(desk: Desk) -> None:
    await came_back(desk)
    await desk.pool.execute("UPDATE coupon_grants SET revocable_until = NULL")
    for days in (16, 15):
        await desk.run(
            VoidFissionRewards, source="FISSION", ref="order:o1", reason="ORDER_REFUNDED",
            at=desk.at + timedelta(days=days),
        )  # fmt: skip
        assert (await coupons(desk))[1][1] == ("AVAILABLE" if days == 16 else "VOIDED")


async def test_limits_hold(desk: Desk) -> None:
    await desk.template("t1", total=2)
    await activity(desk, "UNLOCK", helpers_needed=1, groups_total=3, helper_daily_limit=1)
    first = await open_group(desk)
    assert await desk.why(OpenFission, activity_id="f1", member_id="u1") == "FISSION_LIMIT_REACHED"
    second = await open_group(desk, "u2")
    assert await desk.why(OpenFission, activity_id="f1", member_id="u3") == "SOLD_OUT"
    await helped(desk, first, "h1")
    assert await helped(desk, second, "h1") == "HELPER_LIMIT_REACHED"
    tomorrow = cst("2026-05-02 00:00")
    assert (await helped(desk, second, "h1", at=tomorrow)).state == "REWARDED"
    assert await desk.why(OpenFission, activity_id="none", member_id="u1") == "FISSION_NOT_FOUND"


async def test_the_activity_pays_for_so_many_groups_only(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "DIVIDE", total_fen=100, groups_total=1)
    await open_group(desk)
    assert (
        await desk.why(OpenFission, activity_id="f1", member_id="u2") == "FISSION_BUDGET_EXHAUSTED"
    )


async def test_ended_activities_and_stopped_groups_take_no_help(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "UNLOCK", helpers_needed=1)
    one, other = await open_group(desk), await open_group(desk, "u2")
    await desk.run(EndGroup, group_id=one.group_id, stopped=True)
    assert await helped(desk, one, "h1") == "FISSION_GROUP_CLOSED"
    assert (await desk.coupon(one.coupon_id)).state == "VOIDED"
    await desk.run(EndFissionActivity, activity_id="f1", actor="admin")
    assert await helped(desk, other, "h1") == "FISSION_NOT_ACTIVE"
    assert await desk.why(OpenFission, activity_id="f1", member_id="u3") == "FISSION_NOT_ACTIVE"


async def test_helpers_get_their_thanks(desk: Desk) -> None:
    await desk.template("t1")
    await desk.template("t2")
    await activity(desk, "UNLOCK", helper_template_id="t2")
    group = await open_group(desk)
    await helped(desk, group, "h1")
    await desk.until(desk.at)
    assert ("h1", "AVAILABLE", 3_000) in await coupons(desk)


async def test_many_last_helpers_at_once_complete_it_once(desk: Desk) -> None:
    await desk.template("t1")
    await activity(desk, "DIVIDE", helpers_needed=2, total_fen=3_000)
    group = await open_group(desk)
    wanted = [
        desk.make(HelpFission, group_id=group.group_id, helper_id=f"h{number}")
        for number in range(40)
    ]
    halves = await asyncio.gather(
        outcomes(desk.engine, wanted[::2]), outcomes(desk.other, wanted[1::2])
    )
    answers = [answer for half in halves for answer in half]
    assert answers.count("FISSION_GROUP_CLOSED") == 38
    rewards = [desk.make(RewardGroup, group_id=group.group_id) for _ in range(8)]
    await asyncio.gather(outcomes(desk.engine, rewards[:4]), outcomes(desk.other, rewards[4:]))
    assert sum(face for _member, _state, face in await coupons(desk)) == 3_000
    assert len(await desk.told("FissionCompleted")) == 1


@pytest.mark.parametrize(
    "terms",
    [
        {"kind": "UNLOCK", "helpers_needed": 0},
        {"kind": "UNLOCK", "lifetime_minutes": 0},
        {"kind": "UNLOCK", "helper_daily_limit": 0},
        {"kind": "UNLOCK", "groups_per_member": 0},
        {"kind": "BOOMERANG", "refund_window_days": 0},
        {"kind": "BOOMERANG", "refund_window_days": 366},
        {"kind": "DIVIDE", "total_fen": 3},
        {"kind": "DIVIDE", "total_fen": 39, "random": True, "least_fen": 10},
        {"kind": "DIVIDE", "total_fen": 99, "random": True, "least_fen": 0},
        {"kind": "INFLATE", "start_fen": 10, "total_fen": 10},
    ],
)
def test_terms_that_do_not_fit_are_refused(terms: dict[str, Any]) -> None:
    given: dict[str, Any] = {"template_id": "t1", "helpers_needed": 3}
    with pytest.raises(FissionInvalid):
        check_fission(FissionTerms(**(given | terms)))
