"""The hours after a live session against the session itself; M72, M4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from danke.automation.v1 import report_pb2 as pb
from danke.automation.v1.report_pb2_grpc import ReportServiceStub
from services.automation import store_sweeps
from services.automation.departures import MergeMembers
from services.automation.firing import EndLive, WatchLive
from services.automation.main import SERVICE
from services.automation.reports import LiveCounts
from services.automation.timers_trimming import trimming
from tests.automation.desk import MERCHANT, Desk, cst, desk_on
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

END = cst("2026-06-01 22:00")
HOURS_72, HOURS_48 = timedelta(hours=72), timedelta(hours=48)


async def session(desk: Desk) -> None:
    """100 000 taken; three saw it, one of them twice."""
    for member in ("a", "b", "c", "b"):
        await desk.run(WatchLive, live_id="L", member_id=member)
    await desk.run(EndLive, live_id="L", sales_fen=100_000, at=END)


async def order(desk: Desk, member: str, at: datetime, paid_fen: int) -> str:
    return await desk.order(member, paid_fen, at=at)


async def counts(desk: Desk, window: timedelta = HOURS_72) -> LiveCounts | None:
    return await store_sweeps.live_counts(desk.pool, MERCHANT, "L", window)


async def test_m72_orders_of_the_window_against_the_session(desk: Desk) -> None:
    """M4: 21:59:59.999 three days later is counted, 22:00:00.000 is not; nor is who did not see."""
    await session(desk)
    last = END + HOURS_72
    await order(desk, "a", END - timedelta(milliseconds=1), 1)
    await order(desk, "a", END, 60_000)
    await order(desk, "a", END + timedelta(hours=50), 90_000)
    await order(desk, "b", last - timedelta(milliseconds=1), 70_000)
    await order(desk, "b", last, 5)
    await order(desk, "stranger", END, 7)
    found = await counts(desk)
    assert found is not None
    assert (found.viewers, found.buyers, found.orders) == (3, 2, 3)
    assert (found.sales_fen, found.revenue_fen) == (100_000, 220_000)
    shorter = await counts(desk, HOURS_48)
    assert shorter is not None
    assert (shorter.orders, shorter.revenue_fen) == (1, 60_000)


async def test_refunds_and_merges_are_followed(desk: Desk) -> None:
    await session(desk)
    back = await order(desk, "a", END, 60_000)
    await order(desk, "b", END, 10_000)
    await desk.refund(back)
    await desk.run(MergeMembers, from_member="b", into_member="new")
    await desk.run(MergeMembers, from_member="c", into_member="new")
    found = await counts(desk)
    assert found is not None
    assert (found.viewers, found.buyers, found.revenue_fen) == (2, 1, 10_000)


async def test_of_a_session_whose_viewers_are_forgotten_nothing_is_said(desk: Desk) -> None:
    await session(desk)
    await trimming(desk.pool, 400)(END + timedelta(days=390))
    assert await counts(desk) is None


async def test_the_report_from_the_wire(migrated: Migrated, bootstrap: str) -> None:
    dsn = await migrated("automation")
    async with desk_on(dsn) as desk:
        await session(desk)
        await order(desk, "a", END, 250_000)
        await desk.run(EndLive, live_id="free", sales_fen=0, at=END)
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(END + timedelta(hours=71))
        stub, header = ReportServiceStub(channel), metadata(MERCHANT)
        asked = pb.GetLiveReportRequest(live_id="L")
        report = (await stub.GetLiveReport(asked, metadata=header)).report
        assert (report.revenue_to_sales_bp, report.is_running) == (25_000, True)
        assert report.window_end_time.ToDatetime(tzinfo=UTC) == END + HOURS_72
        asked = pb.GetLiveReportRequest(live_id="free", window_hours=48)
        report = (await stub.GetLiveReport(asked, metadata=header)).report
        assert not report.HasField("revenue_to_sales_bp")
        assert not report.is_running
        missing = pb.GetLiveReportRequest(live_id="other")
        refused = await refusal(stub.GetLiveReport(missing, metadata=header))
        assert refused.reason == "LIVE_NOT_FOUND"
        long = pb.GetLiveReportRequest(live_id="L", window_hours=721)
        assert "window_hours" in (await refusal(stub.GetLiveReport(long, metadata=header))).fields
