"""Messages about the end of their journey's window; M4, and the global holdout's exceptions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.automation.attributions import CreditOrder
from services.automation.enrollments import Enrollment
from services.automation.occurrences import Occurrence
from tests.automation.mailroom import MERCHANT, NO_CAPS, Keep, Mailroom, cst, opened
from tests.conftest import Migrated

END = cst("2026-06-05 03:00")


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        await running.policy(NO_CAPS)
        await running.template()
        await running.agrees("u", "OA")
        yield running


def _enrollment(**fields: Any) -> Enrollment:
    completed = Enrollment(
        MERCHANT, "e-u", "j", 1, "u", "once", "COMPLETED", "", "", "", None, END,
        Occurrence("LIVE_ENDED", "live", END - timedelta(hours=72)), 0, 0, {}, False, False, False,
        END - timedelta(hours=72), END - timedelta(hours=6),
    )  # fmt: skip
    return replace(completed, **fields)


async def test_m4_the_last_call_is_not_made_after_the_window(room: Mailroom) -> None:
    """Held at night until morning. Seen wrong: it was sent five hours after the sale had ended."""
    await room.run(Keep, rows=[_enrollment()])
    late = await room.plan("u", "last", cst("2026-06-04 22:00"), window_until=END)
    await room.until(cst("2026-06-04 22:00"))
    assert (await room.message(late)).state == "HELD_QUIET"
    await room.until(cst("2026-06-05 08:00"))
    assert await room.ends() == {late: "SKIPPED(CANCELLED)"}


async def test_m4_a_delivery_reported_after_the_window_counts_as_one(room: Mailroom) -> None:
    """Seen wrong: the report failed in the database, for ever."""
    sent = await room.plan("u", "last", cst("2026-06-04 20:59"), window_until=END)
    await room.until(cst("2026-06-04 20:59"))
    room.at = END + timedelta(minutes=1)
    assert (await room.report(sent)).state == "DELIVERED"
    order = await room.run(
        CreditOrder, order_id="o", member_id="u", paid_at=room.at, amount_fen=100
    )
    assert order.source_id == ""


@pytest.mark.parametrize("is_test", [True, False])
async def test_a_test_s_message_goes_past_the_global_holdout(room: Mailroom, is_test: bool) -> None:
    """Seen wrong: who tried a journey out on themselves got its coupon and not its message."""
    await room.policy(replace(NO_CAPS, global_holdout_bp=10_000))
    await room.run(Keep, rows=[_enrollment(is_test=is_test, ends_at=None)])
    one = await room.plan("u", "a", cst("2026-06-01 10:00"))
    await room.until(cst("2026-06-01 10:00"))
    assert await room.ends() == {one: "SENDING" if is_test else "SKIPPED(HOLDOUT)"}
