"""One real day through all services: the checks of the replay hold, also of the day sent twice."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from cli.environment import local_stack, rehearsal
from demo import audience_truth, replay

# Starting a stack and stopping it takes most of it.
TIMEOUT_S = 600


@pytest.mark.timeout(TIMEOUT_S)
async def test_a_real_day_through_every_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """382 baskets of one Sunday; what they lead to happens in the days after it."""
    monkeypatch.setattr(replay, "TWICE", 1)
    # A day carries no model, but asking for one must work.
    monkeypatch.setattr(audience_truth, "LEAST_WEEKS", 1)
    output = Console(file=StringIO(), width=160)
    async with local_stack(settings=rehearsal()) as stack:
        report = await replay.run(stack, weeks=1, console=output)
    wrong = [f"{check.says}: {check.detail}" for check in report.checks() if not check.ok]
    assert not wrong, "\n".join(wrong)
    books = report.books
    assert sum(books.sales.by_order.values()) == 1_047_750
    assert len(books.sales.by_order) + len(report.left_out) == 382
    assert report.audience.answers.model is None
    assert report.audience.replenishment is not None
    # One message a day: on the first day the welcome has it, the higher priority (M2).
    assert books.journeys.delivered["pack-welcome"] > 0
    assert books.journeys.steps["pack-second-visit", "COUPON"] > 0
    assert books.journeys.skipped["pack-second-visit", "CAPPED"] > 0
    assert report.twice is not None
    assert report.twice.requests > 100
    # What the rules promise to happen did happen.
    for event in ("RechargeSucceeded", "WalletPaymentCaptured", "MemberEnrolled", "PointsMatured"):
        assert books.events[event] > 0, event
    # The day's campaigns reached who came, and its two redemptions are those of the data.
    rows = {row.number: row for row in report.campaigns.rows(books.coupons)}
    assert (rows[26].redeemers, rows[26].redeemed) == (1, 2)
    assert sum(row.given for row in rows.values()) == 30
    assert report.last_day > report.first_day
    report.show(output)
    assert "¥10,477.50" in output.file.getvalue()  # type: ignore[attr-defined]
