"""The default pack runs: each journey from its trigger to its end; domain.md §1.10, M58, M69 ff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.consumers import Arrival
from danke.events.audience import LifecycleStageChanged
from danke.events.envelope import Envelope
from services.automation.calendars import CalendarDay, SetCalendar
from services.automation.consents import SetConsent
from services.automation.consumers_journeys import JourneyHandlers
from services.automation.default_pack import DEFAULTS, PACK, InstallDefaultPack
from services.automation.definition_rules import check_definition
from services.automation.firing import EndLive, WatchLive
from services.automation.member_events import (
    SetBirthday,
    TakeEnrolled,
    TakeStage,
    TakeTier,
)
from tests.automation.desk import MERCHANT, Desk, cst

OWN = {
    name: name.replace(".", "-")
    for journey in PACK.values()
    for name in journey.parameters()
    if name not in DEFAULTS
}


class Shop(Desk):
    """A desk with the pack on it, where every coupon that is asked for is given at once."""

    async def installed(self, name: str, **parameters: Any) -> None:
        """One journey of the pack, active."""
        given = OWN | {key.replace("__", "."): value for key, value in parameters.items()}
        for key, template in given.items():
            if key.startswith("coupon."):
                await self.template(template)
            if key.startswith("message."):
                await self.words(template)
        [journey] = await self.run(
            InstallDefaultPack, journey_ids=(name,), parameters=given, actor="boss"
        )
        await self.activated(name, journey.version)
        self.given: set[str] = set()

    async def grant(self) -> None:
        """Coupon gives what it was asked for."""
        for asked in await self.told("CouponGrantRequested"):
            if asked["action_id"] not in self.given:
                self.given.add(asked["action_id"])
                await self.happened(
                    asked["member_id"], "COUPON_GRANTED", action_id=asked["action_id"]
                )

    async def later(self, **delta: float) -> None:
        """Lets time pass; coupons that were asked for are given."""
        await self.grant()
        await self.due(None, **delta)
        await self.grant()

    async def done(self, member: str = "m") -> list[str]:
        """What was done for a member, in order: coupons and messages by name, the rest by kind."""
        found = []
        for event in await self.told("StepExecuted"):
            if event["member_id"] != member:
                continue
            step = f"{event['action'].lower()}:{event['step_id']}"
            found.append(step)
        return found

    async def ends(self, name: str) -> dict[str, str]:
        """How each member's way ended, or RUNNING."""
        return {one.member_id: one.reason or one.state for one in await self.enrolled(name)}


@pytest.fixture
def shop(desk: Desk) -> Shop:
    """The desk as a shop."""
    desk.__class__ = Shop
    assert isinstance(desk, Shop)
    return desk


async def stage(shop: Shop, member: str, before: str, after: str) -> None:
    """Audience moved the member to another stage."""
    await shop.run(TakeStage, **shop.about(member), before=before, after=after, cycle_days=20)


def test_every_journey_of_the_pack_is_sound_and_says_what_for() -> None:
    stages = {"PROSPECT", "NEW", "RETURNING", "ACTIVE", "SILENT", "SLEEPING"}
    assert {journey.stage for journey in PACK.values()} == stages, "LOST: nothing is done"
    for journey in PACK.values():
        check_definition(journey.filled(OWN))
        assert journey.instruction


async def test_the_pack_is_installed_once_and_changed_by_its_parameters(desk: Desk) -> None:
    install = {"journey_ids": (), "parameters": OWN, "actor": "boss"}
    assert len(await desk.run(InstallDefaultPack, **install)) == len(PACK)
    assert {one.version for one in await desk.run(InstallDefaultPack, **install)} == {1}
    more = install | {"parameters": OWN | {"wake_rounds": 5}}
    changed = {one.journey_id: one.version for one in await desk.run(InstallDefaultPack, **more)}
    assert [name for name, version in changed.items() if version == 2] == ["pack-wake-up"]
    missing = install | {"parameters": {}}
    outcome = await desk.answer(desk.make(InstallDefaultPack, **missing))
    assert outcome.reason == "PACK_PARAMETER_MISSING"
    assert outcome.metadata["parameter"].startswith("coupon.")
    unknown = install | {"journey_ids": ("pack-other",)}
    assert await desk.refused(InstallDefaultPack, **unknown) == "PACK_UNKNOWN"


async def test_welcome(shop: Shop) -> None:
    """PROSPECT: a first-order coupon, and nothing recurring."""
    await shop.installed("pack-welcome")
    joined = {"channel": "MINI", "store_id": "s"}
    await shop.run(TakeEnrolled, **shop.about("m"), **joined, imported=False)
    await shop.run(TakeEnrolled, **shop.about("old"), **joined, imported=True)
    await shop.later(days=100)
    assert await shop.done() == ["coupon:gift", "message:tell"]
    assert await shop.ends("pack-welcome") == {"m": "COMPLETED"}


async def test_the_welcome_waits_a_moment_for_what_a_newcomer_agrees_to(shop: Shop) -> None:
    """A gateway enrols, and 100 ms later says what was agreed to. Seen lost as NO_CONSENT."""
    await shop.installed("pack-welcome")
    joined_at = shop.at
    for member in ("agrees", "refuses", "silent"):
        await shop.run(
            TakeEnrolled, **shop.about(member), channel="MINI", store_id="s", imported=False
        )
    await shop.run(SetConsent, **_said("refuses", joined_at, granted=False))
    await shop.later(milliseconds=100)
    assert await _messages(shop) == {
        "agrees": "PLANNED", "refuses": "SKIPPED NO_CONSENT", "silent": "PLANNED",
    }  # fmt: skip
    await shop.run(SetConsent, **_said("agrees", shop.at, granted=True))
    await shop.due(joined_at + timedelta(seconds=59))
    assert (await _messages(shop))["silent"] == "PLANNED"
    await shop.due(joined_at + timedelta(seconds=60))
    assert await _messages(shop) == {
        "agrees": "SENDING", "refuses": "SKIPPED NO_CONSENT", "silent": "SKIPPED NO_CONSENT",
    }  # fmt: skip


def _said(member: str, at: datetime, *, granted: bool) -> dict[str, Any]:
    said = {"channel": "SMS", "purpose": "MARKETING", "evidence": "form-1", "actor": "gateway"}
    return said | {"member_id": member, "given_at": at, "granted": granted}


async def _messages(shop: Shop) -> dict[str, str]:
    rows = await shop.pool.fetch("SELECT member_id, state, reason FROM messages")
    return {row["member_id"]: f"{row['state']} {row['reason']}".strip() for row in rows}


async def test_second_visit(shop: Shop) -> None:
    """NEW: a coupon at once, stored value after half a cycle, unless the second order comes."""
    await shop.installed("pack-second-visit", cycle_days=10)
    for member in ("m", "quick"):
        await shop.order(member)
    await shop.later(days=4)
    await shop.order("quick")
    await shop.later(days=1)
    assert await shop.done() == ["coupon:gift", "message:tell", "message:offer"]
    assert await shop.done("quick") == ["coupon:gift", "message:tell"]
    await shop.later(days=5)
    assert await shop.ends("pack-second-visit") == {"m": "COMPLETED", "quick": "ORDER_PAID"}


async def test_one_three_five(shop: Shop) -> None:
    """M5 as the pack ships it: cycle 10 d, nudge after 5 d, reward at 3, done at 5."""
    await shop.installed("pack-one-three-five", cycle_days=10)
    await shop.complete(await shop.order("m"))
    await shop.due(cst("2026-06-06 11:59"))
    assert await shop.done() == []
    await shop.later(minutes=1)
    assert await shop.done() == ["coupon:nudge", "message:nudge-tell"]
    for _ in range(2):
        await shop.later(days=3)
        await shop.order("m")
    await shop.grant()
    assert (await shop.done())[2:] == ["coupon:reward", "message:reward-tell"]
    for _ in range(2):
        await shop.later(days=3)
        await shop.order("m")
    assert await shop.ends("pack-one-three-five") == {"m": "COMPLETED"}


@pytest.mark.parametrize(("source", "days"), [("DEFAULT", 5), ("COHORT", 15), ("MEMBER", 15)])
async def test_m5_a_merchant_s_default_rhythm_is_nobody_s(
    shop: Shop, source: Any, days: int
) -> None:
    """M5. Seen wrong: 30 days, which audience says of every newcomer, went before."""
    await shop.installed("pack-one-three-five", cycle_days=10)
    order = await shop.order("m")
    told = LifecycleStageChanged(
        member_id="m", from_stage="PROSPECT", to_stage="NEW", order_count=1, days_since=0,
        cycle_days=30, cycle_source=source, changed_at=shop.at,
    )  # fmt: skip
    envelope = Envelope(
        id="stage", type="", source="test", subject="", time=shop.at, key="",
        merchant_id=MERCHANT, sequence=0,
    )  # fmt: skip
    await shop.answer(JourneyHandlers(shop.clock).stage_changed(told, Arrival(envelope, "stage-1")))
    await shop.complete(order)
    await shop.later(days=days, minutes=-1)
    assert await shop.done() == []
    await shop.later(minutes=1)
    assert await shop.done() == ["coupon:nudge", "message:nudge-tell"]


async def test_one_three_five_without_the_nudge(shop: Shop) -> None:
    """M5: order 2 on 06-04, so no coupon A."""
    await shop.installed("pack-one-three-five", cycle_days=10)
    await shop.complete(await shop.order("m"))
    await shop.due(cst("2026-06-04 12:00"))
    await shop.order("m")
    await shop.later(days=5)
    assert await shop.done() == []
    await shop.happened("m", "HABIT_FORMED", ref="5")
    assert await shop.ends("pack-one-three-five") == {"m": "HABIT_FORMED"}


async def test_tier_progress(shop: Shop) -> None:
    await shop.installed("pack-tier-progress", tier_need=50)
    progress = {"kind": "TIER_PROGRESSED", "tier_id": "silver"}
    for need in (51, 50, 40):
        await shop.run(TakeTier, **shop.about("m"), **progress, ref=shop.fresh(), need=need)
    assert await shop.done() == ["message:tell"]
    await shop.run(
        TakeTier, **shop.about("m"), kind="TIER_CHANGED", ref="t", tier_id="gold", level=3
    )
    assert await shop.ends("pack-tier-progress") == {"m": "TIER_CHANGED"}


async def test_habit(shop: Shop) -> None:
    await shop.installed("pack-habit")
    await shop.happened("m", "HABIT_FORMED", ref="5")
    assert await shop.done() == ["tag:tag", "message:tell", "guide_task:task"]
    assert [one["tag_id"] for one in await shop.told("TagRequested")] == ["vip"]


async def test_replenishment(shop: Shop) -> None:
    """M58: a coupon when the goods will be used up soon; who bought again is left alone.

    One at a time: three messages a week are allowed, and a coupon nobody was told of is only cost.
    """
    await shop.installed("pack-replenishment")
    await shop.happened("m", "REPLENISHMENT_DUE", ref="milk@2026-06-04", object_id="milk")
    await shop.happened("m", "REPLENISHMENT_DUE", ref="milk@2026-06-04", object_id="milk")
    await shop.happened("m", "REPLENISHMENT_DUE", ref="soap@2026-06-05", object_id="soap")
    await shop.grant()
    assert await shop.done() == ["coupon:gift", "message:tell"]
    await shop.order("m")
    assert await shop.ends("pack-replenishment") == {"m": "ORDER_PAID"}
    await shop.happened("m", "REPLENISHMENT_DUE", ref="milk@2026-07-04", object_id="milk")
    assert len(await shop.enrolled("pack-replenishment")) == 2


async def test_birthday(shop: Shop) -> None:
    await shop.installed("pack-birthday")
    await shop.run(SetBirthday, **shop.about("m"), birthday="06-18")
    await shop.later(days=9)
    assert await shop.done() == []
    await shop.later(days=1)
    assert await shop.done() == ["coupon:gift", "message:tell"]


@pytest.mark.parametrize("name", ["holiday", "new-product", "anniversary", "festival"])
async def test_days_of_the_calendar(shop: Shop, name: str) -> None:
    """M74: holidays, new products, anniversaries and festivals, for those who are around."""
    await shop.installed(f"pack-{name}")
    day = CalendarDay(DEFAULTS[f"day.{name.replace('-', '_')}"], name, "HOLIDAY", 6, 18)
    await shop.run(SetCalendar, days=(day,), actor="boss")
    await stage(shop, "m", "NEW", "RETURNING")
    await stage(shop, "away", "SILENT", "SLEEPING")
    await shop.later(days=13)
    assert await shop.done() == []
    await shop.later(days=1)
    assert await shop.done() == ["coupon:gift", "message:tell"]
    assert await shop.done("away") == []


async def test_post_payment(shop: Shop) -> None:
    await shop.installed("pack-post-payment", thank_points=5)
    await shop.order("m")
    await shop.order("m")
    await shop.order("gift", paid_fen=0)
    assert await shop.done() == []
    await shop.later(minutes=10)
    assert await shop.done() == ["points:points", "coupon:gift", "message:tell"]
    assert [one["points"] for one in await shop.told("PointsGrantRequested")] == [5]


async def test_post_live(shop: Shop) -> None:
    """M72: coupons after the session, a last word six hours before the window ends."""
    await shop.installed("pack-post-live", live_window_seconds=48 * 3_600)
    for member in ("m", "buyer"):
        await shop.run(WatchLive, live_id="live", member_id=member)
    await shop.run(EndLive, live_id="live", sales_fen=1_000_000)
    await shop.later(hours=1)
    assert await shop.done() == ["coupon:gift", "message:tell"]
    await shop.order("buyer")
    await shop.later(hours=41)
    assert (await shop.done())[2:] == ["message:last-call"]
    assert await shop.ends("pack-post-live") == {"m": "COMPLETED", "buyer": "ORDER_PAID"}


async def test_silent(shop: Shop) -> None:
    await shop.installed("pack-silent")
    gold = {"kind": "TIER_CHANGED", "ref": "t", "tier_id": "gold", "level": 3}
    await shop.run(TakeTier, **shop.about("gold"), **gold)
    for member in ("m", "gold", "sleepy"):
        await stage(shop, member, "ACTIVE", "SILENT")
    await shop.grant()
    assert await shop.done() == ["coupon:gift", "message:tell"]
    assert await shop.done("gold") == ["guide_task:task", "coupon:gift", "message:tell"]
    await stage(shop, "sleepy", "SILENT", "SLEEPING")
    await shop.later(days=14)
    assert await shop.ends("pack-silent") == {
        "m": "COMPLETED",
        "gold": "COMPLETED",
        "sleepy": "STAGE_CHANGED",
    }


async def test_wake_up_rounds_end_in_lost(shop: Shop) -> None:
    """SLEEPING: three rounds, a holdout that gets none of them, then LOST; M62."""
    await shop.installed("pack-wake-up")
    members = [f"m{number}" for number in range(60)]
    for member in members:
        await stage(shop, member, "SILENT", "SLEEPING")
    for _ in range(3):
        await shop.later(hours=1)
        await shop.later(days=14)
    rounds = await shop.told("WakeRoundEnded")
    controls = {
        one.member_id for one in await shop.enrolled("pack-wake-up") if one.state == "HELD_OUT"
    }
    assert 0 < len(controls) < 20
    assert {one["member_id"] for one in rounds} == set(members) - controls
    assert max(one["round"] for one in rounds) == 3
    assert len(rounds) == 3 * (60 - len(controls))
    treated = next(member for member in members if member not in controls)
    assert (await shop.done(treated)).count("message:tell") == 3
    assert await shop.due(shop.at + timedelta(days=300)) == 0
