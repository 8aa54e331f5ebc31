"""Each check of messages and campaigns finds its damage, and nothing before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from services.automation import store_verify_messages
from services.automation.attributions import CreditOrder
from services.automation.attributions_coupons import CreditCoupon
from services.automation.campaigns import SendCampaign
from services.automation.campaigns_coupons import CouponArrived
from services.automation.campaigns_members import CouponParams, action_id
from tests.automation.mailroom import ONE_A_DAY, Mailroom, opened
from tests.conftest import Migrated
from tests.databases import name_of

# Check → what breaks it; each of several damages on its own.
DAMAGE = {
    "message_quotas": ["UPDATE channel_quotas SET remaining = remaining + 1"],
    "message_consents": [
        "UPDATE consents SET granted = NOT granted",
        "INSERT INTO recipients SELECT merchant_id, member_id, '', '', now(), '', now(), 'MERGED',"
        " 'other' FROM consents ON CONFLICT (merchant_id, member_id)"
        " DO UPDATE SET gone = 'MERGED', merged_into = 'other'",
    ],
    "message_quota_sends": [
        "DELETE FROM quota_entries WHERE kind = 'SEND'",
        "UPDATE quota_entries SET kind = 'RESTORE', delta = 1 WHERE kind = 'GRANT'",
        "INSERT INTO quota_entries SELECT merchant_id, entry_id || '/back', member_id, channel,"
        " template_id, 'RESTORE', 1, at FROM quota_entries WHERE kind = 'SEND';"
        "UPDATE messages SET attempts = jsonb_set(attempts, '{0,outcome}', '\"DELIVERED\"')"
        " WHERE source_kind = 'JOURNEY' AND state = 'SENDING'",
    ],
    "message_caps": [
        "UPDATE frequency_counters SET reserved = 0, delivered = 0",
        "DELETE FROM frequency_counters",
    ],
    "message_timers": [
        "DELETE FROM timers WHERE kind = 'message_due'",
        "DELETE FROM timers WHERE kind = 'message_result'",
    ],
    "message_costs": [
        "UPDATE messages SET cost_fen = 9 WHERE state = 'DELIVERED'",
        "DELETE FROM touches WHERE kind = 'DELIVERED'",
    ],
    "campaign_members": [
        "UPDATE campaigns SET members = members + 1, treated = treated + 1",
        "DELETE FROM touches WHERE kind = 'CONTROL'",
    ],
    "campaign_holdout": [
        "UPDATE given_coupons SET member_id = 'm4'",
        "UPDATE messages SET message_id = 'c/c/m4', member_id = 'm4' WHERE source_kind = 'CAMPAIGN'"
        " AND member_id = 'm1'",
    ],
    "campaign_messages": [
        "DELETE FROM messages WHERE source_kind = 'CAMPAIGN'",
        "UPDATE messages SET coupon_id = 'other' WHERE source_kind = 'CAMPAIGN'",
    ],
    "campaign_timers": ["DELETE FROM timers WHERE kind = 'campaign_chunk'"],
    "order_credits": [
        "UPDATE attributed_orders SET paid_at = paid_at + interval '30 days' WHERE by = 'TOUCH'",
        "UPDATE given_coupons SET order_id = '' WHERE is_used",
    ],
    "conversion_windows": [
        "UPDATE conversions SET is_control = NOT is_control",
        "UPDATE conversions SET counts = false",
    ],
}


class Damaged(Exception):
    """Ends a test whose damage was found, so that the room is not asked to be sound."""


@pytest.fixture
async def busy(migrated: Migrated) -> AsyncIterator[Mailroom]:
    """A room where something of everything has happened."""
    try:
        async with opened(migrated) as room:
            await room.policy(ONE_A_DAY)
            await room.template()
            await room.template("s", channels=("SUBSCRIBE",))
            await room.allows("v", 2)
            call = {
                "name": "", "snapshot_id": "", "segment_id": "", "more_pages": False,
                "template_id": "t", "coupon_template_id": "k", "params": {}, "priority": 0,
                "holdout_bp": 1_000, "holdout_key": "j-wake-01", "window_hours": 0, "actor": "a",
            }  # fmt: skip
            members = ["m1", "m2", "m4"]
            for member in members:
                await room.agrees(member, "OA")
            await room.run(SendCampaign, campaign_id="c", member_ids=members, start_at=None, **call)
            await room.run(
                SendCampaign, campaign_id="d", member_ids=["z"],
                start_at=room.at + timedelta(days=30), **call,
            )  # fmt: skip
            await room.until(room.at)
            for member in ("m1", "m2"):
                given = CouponParams(f"k-{member}", "k", 100, room.at)
                await room.run(CouponArrived, action_id=action_id("c", member), coupon=given)
            await room.plan("v", "a", room.at, template_id="s")
            await room.plan("v", "b", room.at + timedelta(days=9), template_id="s")
            await room.until(room.at)
            for member in ("m1", "m2"):
                await room.report(f"c/c/{member}")
                await room.run(
                    CreditOrder, order_id=f"o-{member}", member_id=member,
                    paid_at=room.at + timedelta(hours=1), amount_fen=1_000,
                )  # fmt: skip
            await room.run(
                CreditCoupon, order_id="o-m2", coupon_id="k-m2", discount_fen=10, at_pos=False,
                sequence=3,
            )  # fmt: skip
            assert not await room.findings()
            yield room
            raise Damaged
    except Damaged:
        pass


def test_every_check_has_its_damage() -> None:
    assert {check.name for check in store_verify_messages.CHECKS} == DAMAGE.keys()


@pytest.mark.parametrize(
    ("check", "damage"),
    [(check, damage) for check, damages in DAMAGE.items() for damage in damages],
)
async def test_a_check_finds_its_damage(
    busy: Mailroom, postgres_dsn: str, check: str, damage: str
) -> None:
    # The superuser's way in: a service may not change its own ledgers.
    owner = await asyncpg.connect(f"{postgres_dsn.rsplit('/', 1)[0]}/{name_of(busy.dsn)}")
    try:
        await owner.execute("SET search_path = automation")
        await owner.execute(damage)
    finally:
        await owner.close()
    assert check in await busy.findings()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE channel_quotas SET remaining = -1", "channel_quotas_not_negative"),
        ("UPDATE frequency_counters SET reserved = 9 WHERE cap > 0", "frequency_counters_capped"),
        ("UPDATE messages SET reason = 'TIRED'", "messages_state"),
        (
            "UPDATE campaign_members SET coupon_id = 'k' WHERE state = 'HELD_OUT'",
            "campaign_members_state",
        ),
        ("UPDATE attributed_orders SET refunded_fen = 9999", "attributed_orders_refund"),
    ],
)
async def test_the_database_itself_refuses(busy: Mailroom, statement: str, constraint: str) -> None:
    with pytest.raises(Exception, match=constraint):
        await busy.pool.execute(statement)


@pytest.mark.parametrize("table", ["quota_entries", "consent_records"])
async def test_ledgers_are_append_only(busy: Mailroom, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        await busy.pool.execute(f"DELETE FROM {table}")
