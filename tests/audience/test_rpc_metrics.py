"""The funnel and reports through real gRPC, on facts that a running service folds; A3."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import grpc
import pytest

from common.service import Process
from danke.audience.v1 import metrics_pb2 as pb
from danke.audience.v1 import profile_pb2
from danke.audience.v1.metrics_pb2_grpc import MetricsServiceStub
from danke.events import commission, loyalty
from services.audience.main import SERVICE
from services.audience.snapshots import CreateSnapshot
from tests.audience.desk import Desk, cst, line
from tests.audience.segmenting import listed
from tests.audience.test_metrics import FACT
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

MAY = pb.DateRange(from_date="2026-05-01", to_date="2026-05-31")
JUNE = pb.DateRange(from_date="2026-06-01", to_date="2026-06-30")
# 300 buyers, 450 orders of 8 000 on the days of May; 10 000 visitors, the buyers among them.
A3_ORDERS = """
INSERT INTO order_facts (merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at,
    net_fen, shipping_fen, refunded_fen, shipping_refunded_fen, is_full_refund, category_id, lines,
    refund_ids)
SELECT 'm1', 'o' || n, 'v' || (n % 300), 'MINI', 's1', '',
    $1::timestamptz + n % 31 * interval '1 day', 8000, 0, 0, 0, false, 'milk', '[]', '[]'
FROM generate_series(1, 450) AS n
"""
A3_VISITS = """
INSERT INTO behaviour_facts (merchant_id, fact_id, member_id, event_name, happened_at, item_id,
    store_id, live_id, promoter_id, guide_id, channel_code, template_id, count, amount_fen)
SELECT 'm1', 'f' || n, 'v' || (n % 10000), 'page_view',
    $1::timestamptz + n % 31 * interval '1 day', '', 's1', '', '', '', '', '', 1, 0
FROM generate_series(1, 12000) AS n
"""


class Books(NamedTuple):
    process: Process
    desk: Desk
    stub: MetricsServiceStub

    async def folded(self) -> None:
        """Returns when the cube is up with the facts."""
        async with asyncio.timeout(60):
            while await self.process.pool.fetchval(  # noqa: ASYNC110
                "SELECT EXISTS (SELECT FROM metric_changes) OR EXISTS (SELECT FROM stage_moves)"
            ):
                await asyncio.sleep(0.05)

    async def visits(self, member: str, day: str, name: str = "page_view", store: str = "") -> None:
        await self.desk.pool.execute(
            FACT, "m1", self.desk.fresh("f"), member, name, cst(f"{day} 09:00"), store, ""
        )

    async def funnel(self, days: pb.DateRange, counting: Any, **given: Any) -> list[pb.FunnelLine]:
        asked = pb.GetFunnelRequest(range=days, counting=counting, **given)
        return list((await self.stub.GetFunnel(asked, metadata=metadata())).lines)


@pytest.fixture
async def books(migrated: Migrated, bootstrap: str) -> AsyncIterator[Books]:
    dsn = await migrated("audience")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(cst("2026-07-15 10:00"))
        desk = Desk(dsn, process.engine, process.pool)
        desk.at = cst("2026-07-15 10:00")
        yield Books(process, desk, MetricsServiceStub(channel))


def figures(one: pb.Funnel) -> tuple[int, int, int, int]:
    return one.uv, one.buyers, one.orders, one.sales_fen


async def test_a3_the_months_funnel(books: Books) -> None:
    await books.desk.pool.execute(A3_ORDERS, cst("2026-05-01 10:00"))
    await books.desk.pool.execute(A3_VISITS, cst("2026-05-01 10:00"))
    await books.folded()
    (whole,) = await books.funnel(MAY, pb.COUNTING_MONTHS)
    assert figures(whole.funnel) == (10_000, 300, 450, 3_600_000)
    assert (whole.funnel.conversion_bp, whole.funnel.order_value_fen) == (300, 8_000)
    assert whole.funnel.frequency_bp == 15_000
    # Counted over the range as a whole it is the same month.
    (distinct,) = await books.funnel(MAY, pb.COUNTING_RANGE)
    assert distinct == whole
    # Days count who came on several days several times; orders and sales are what they are.
    (days,) = await books.funnel(MAY, pb.COUNTING_DAYS)
    assert days.funnel.uv > 10_000 and days.funnel.buyers > 300
    assert (days.funnel.orders, days.funnel.sales_fen) == (450, 3_600_000)
    nothing = await books.stub.CompareFunnel(
        pb.CompareFunnelRequest(before=MAY, after=JUNE, counting=pb.COUNTING_MONTHS),
        metadata=metadata(),
    )
    assert nothing.change_fen == nothing.contributions.traffic_fen == -3_600_000


async def test_split_and_paged_by_day_and_place(books: Books) -> None:
    await books.desk.pays("a", "2026-05-01", line(1_000), store_id="s1", channel="POS")
    await books.desk.pays("a", "2026-05-01", line(2_000), store_id="s2", channel="MINI")
    await books.desk.pays("b", "2026-05-02", line(4_000), store_id="s1", channel="POS")
    await books.folded()
    split = [pb.DIMENSION_PERIOD, pb.DIMENSION_STORE]
    lines = await books.funnel(MAY, pb.COUNTING_DAYS, dimensions=split)
    assert [(one.period, one.store_id, figures(one.funnel)) for one in lines] == [
        ("2026-05-01", "s1", (1, 1, 1, 1_000)),
        ("2026-05-01", "s2", (1, 1, 1, 2_000)),
        ("2026-05-02", "s1", (1, 1, 1, 4_000)),
    ]
    asked = pb.GetFunnelRequest(range=MAY, counting=pb.COUNTING_DAYS, dimensions=split, page_size=2)
    first = await books.stub.GetFunnel(asked, metadata=metadata())
    asked.page_token = first.next_page_token
    rest = await books.stub.GetFunnel(asked, metadata=metadata())
    assert [*first.lines, *rest.lines] == lines and not rest.next_page_token
    # One member in two stores is one visitor of the day.
    days = await books.funnel(MAY, pb.COUNTING_DAYS, dimensions=[pb.DIMENSION_PERIOD])
    assert [figures(one.funnel) for one in days] == [(1, 1, 2, 3_000), (1, 1, 1, 4_000)]
    (pos,) = await books.funnel(MAY, pb.COUNTING_MONTHS, place=pb.Place(channel="POS"))
    assert figures(pos.funnel) == (2, 2, 2, 5_000)


async def test_a_guides_funnel(books: Books) -> None:
    order = await books.desk.pays("a", "2026-05-01", line(1_000), store_id="s1", channel="POS")
    await books.desk.pays("b", "2026-05-01", line(2_000), store_id="s1", channel="POS")
    await books.desk.take(
        commission.GuidePerformanceRecorded(
            guide_id="g1", kind="SALES", order_id=order, refund_id="", amount_fen=1_000,
            channel="POS", store_id="s1", period="2026-05",
        )
    )  # fmt: skip
    await books.folded()
    lines = await books.funnel(MAY, pb.COUNTING_MONTHS, dimensions=[pb.DIMENSION_GUIDE])
    assert [(one.guide_id, one.funnel.sales_fen) for one in lines] == [("", 2_000), ("g1", 1_000)]


async def test_what_changed_sales_sums_to_the_change(books: Books) -> None:
    for number in range(7):
        await books.visits(f"v{number}", "2026-05-03")
        await books.visits(f"w{number}", "2026-06-03")
        await books.visits(f"x{number}", "2026-06-03")
    await books.desk.pays("v1", "2026-05-03", line(9_999))
    for day in ("2026-06-03", "2026-06-04"):
        await books.desk.pays("w1", day, line(7_777))
        await books.desk.pays("w2", day, line(5_551))
    await books.folded()
    found = await books.stub.CompareFunnel(
        pb.CompareFunnelRequest(before=MAY, after=JUNE, counting=pb.COUNTING_MONTHS),
        metadata=metadata(),
    )
    assert (figures(found.before), figures(found.after)) == (
        (7, 1, 1, 9_999), (14, 2, 4, 26_656),
    )  # fmt: skip
    parts = found.contributions
    assert parts.conversion_fen == 0 and parts.traffic_fen > 0 and parts.frequency_fen > 0
    assert parts.order_value_fen < 0
    assert (
        found.change_fen
        == 16_657
        == sum(
            (parts.traffic_fen, parts.conversion_fen, parts.frequency_fen, parts.order_value_fen)
        )
    )


async def test_stages_from_and_to(books: Books) -> None:
    await books.desk.pays("a", "2026-05-01")
    await books.desk.pays("a", "2026-05-20")
    await books.desk.pays("b", "2026-05-02")
    await books.folded()
    asked = pb.GetStageMatrixRequest(range=MAY, with_members=True)
    found = await books.stub.GetStageMatrix(asked, metadata=metadata())
    moves = {(one.from_stage, one.to_stage): one.moves for one in found.moves}
    assert moves[profile_pb2.STAGE_PROSPECT, profile_pb2.STAGE_NEW] == 2
    assert moves[profile_pb2.STAGE_NEW, profile_pb2.STAGE_RETURNING] == 1
    assert sum(one.members for one in found.members) == 2
    other = await books.stub.GetStageMatrix(asked, metadata=metadata("m2"))
    assert not other.moves and not other.members


async def test_m79_who_returned_to_the_store(books: Books) -> None:
    for member in ("a", "b", "c"):
        await books.desk.pays(member, "2026-05-01", store_id="s1", channel="POS")
    await books.desk.pays("d", "2026-05-01", store_id="s2", channel="POS")
    await books.visits("a", "2026-06-01", "store_visit", "s1")
    await books.desk.pays("b", "2026-06-02", store_id="s2", channel="POS")
    await books.desk.pays("c", "2026-06-02", store_id="s1", channel="MINI")
    await books.desk.pays("new", "2026-06-02", store_id="s1", channel="POS")
    await books.folded()
    asked = pb.GetReturnToStoreRequest(before=MAY, range=JUNE)
    found = await books.stub.GetReturnToStore(asked, metadata=metadata())
    assert (found.old_customers, found.returned, found.return_bp) == (4, 2, 5_000)
    assert (found.bought_again, found.bought_again_bp) == (2, 5_000)
    asked.store_id = "s1"
    there = await books.stub.GetReturnToStore(asked, metadata=metadata())
    assert (there.old_customers, there.returned, there.return_bp) == (3, 1, 3_333)


async def test_m63_what_super_users_spend(books: Books) -> None:
    await books.desk.pays("s", "2026-05-01", line(9_000))
    await books.desk.pays("a", "2026-05-01", line(1_000))
    await books.desk.pays("b", "2026-05-01", line(2_000))
    await books.desk.pool.execute("UPDATE profiles SET is_super = true WHERE member_id = 's'")
    await books.folded()
    found = await books.stub.GetSuperUserReport(
        pb.GetSuperUserReportRequest(range=MAY), metadata=metadata()
    )
    assert (found.super_users.buyer_value_fen, found.others.buyer_value_fen) == (9_000, 1_500)
    assert found.multiple_bp == 60_000


async def test_m47_thresholds_from_the_last_months(books: Books) -> None:
    for day, net in (("2026-04-10", 6_000), ("2026-05-10", 9_000), ("2026-06-10", 8_000)):
        await books.desk.pays("a", day, line(net))
    await books.desk.pays("a", "2026-06-11", line(8_000))
    await books.desk.pays("a", "2026-07-01", line(99_000))  # this month is not over
    await books.folded()
    asked = pb.SuggestThresholdsRequest(full_reduction_bp=1_000, round_fen=500)
    found = await books.stub.SuggestThresholds(asked, metadata=metadata())
    # (1 × 6 000 + 2 × 9 000 + 3 × 16 000) / (1 + 2 + 6)
    assert found.anchor_fen == 8_000 and found.orders == 4
    assert found.free_shipping == pb.Threshold(threshold_fen=8_000, reached_bp=7_500)
    assert found.full_reduction == pb.Threshold(threshold_fen=9_000, reached_bp=2_500)
    nobody = await books.stub.SuggestThresholds(asked, metadata=metadata("m2"))
    assert not nobody.anchor_fen and not nobody.HasField("add_on")


@pytest.mark.parametrize(
    ("days", "counting", "reason"),
    [
        (("2026-05-01", "2026-05-30"), pb.COUNTING_MONTHS, "RANGE_NOT_MONTHS"),
        (("2026-05-01", "2026-08-01"), pb.COUNTING_RANGE, "RANGE_TOO_LONG"),
        (("2026-05-02", "2026-05-01"), pb.COUNTING_DAYS, "DATES_BACKWARDS"),
        (("2026-02-30", "2026-05-01"), pb.COUNTING_DAYS, "DATE_INVALID"),
        (("2020-01-01", "2026-05-01"), pb.COUNTING_DAYS, "RANGE_TOO_LONG"),
    ],
)
async def test_ranges_that_are_none(
    books: Books, days: tuple[str, str], counting: Any, reason: str
) -> None:
    asked = pb.GetFunnelRequest(
        range=pb.DateRange(from_date=days[0], to_date=days[1]), counting=counting
    )
    found = await refusal(books.stub.GetFunnel(asked, metadata=metadata()))
    assert found.reason == reason and found.fields[0].startswith("range.")
    assert found.code == grpc.StatusCode.INVALID_ARGUMENT


async def test_segments_are_parts_and_filters(books: Books) -> None:
    for member, net in (("a", 1_000), ("b", 2_000), ("c", 4_000)):
        await books.desk.pays(member, "2026-05-01", line(net))
        await books.desk.pays(member, "2026-05-02", line(net))
    await books.visits("d", "2026-05-01")
    await books.desk.pool.executemany(
        "INSERT INTO segment_members (merchant_id, segment_id, member_id, rule_version, entered_at)"
        " VALUES ('m1', $1, $2, 1, now())",
        [("gold", "a"), ("gold", "b"), ("vip", "b"), ("vip", "d")],
    )
    await books.folded()
    segments = ["gold", "vip", "empty"]
    months = await books.funnel(MAY, pb.COUNTING_MONTHS, segment_ids=segments)
    assert [(one.segment_id, figures(one.funnel)) for one in months] == [
        ("gold", (2, 2, 4, 6_000)), ("vip", (2, 1, 2, 4_000)),
    ]  # fmt: skip
    days = await books.funnel(
        MAY, pb.COUNTING_DAYS, segment_ids=["vip"], dimensions=[pb.DIMENSION_PERIOD]
    )
    assert [(one.period, figures(one.funnel)) for one in days] == [
        ("2026-05-01", (2, 1, 1, 2_000)), ("2026-05-02", (1, 1, 1, 2_000)),
    ]  # fmt: skip
    compared = await books.stub.CompareFunnel(
        pb.CompareFunnelRequest(
            before=MAY, after=JUNE, counting=pb.COUNTING_RANGE, segment_id="gold"
        ),
        metadata=metadata(),
    )
    assert figures(compared.before) == (2, 2, 4, 6_000) and compared.change_fen == -6_000


async def snapshot(books: Books, snapshot_id: str, segment_id: str) -> None:
    """A snapshot of who is in the segment now, as the running service builds it."""
    await books.desk.run(
        CreateSnapshot, snapshot_id=snapshot_id, segment_id=segment_id, is_published=False,
        actor="boss",
    )  # fmt: skip
    async with asyncio.timeout(30):
        while await books.process.pool.fetchval(  # noqa: ASYNC110
            "SELECT state <> 'READY' FROM snapshots WHERE snapshot_id = $1", snapshot_id
        ):
            await asyncio.sleep(0.05)


async def put(books: Books, segment_id: str, *members: str) -> None:
    await books.desk.pool.executemany(
        "INSERT INTO segment_members (merchant_id, segment_id, member_id, rule_version, entered_at)"
        " VALUES ('m1', $1, $2, 1, now())",
        [(segment_id, member) for member in members],
    )


async def test_a_snapshot_freezes_who_is_counted(books: Books) -> None:
    for member, net in (("a", 1_000), ("b", 2_000), ("c", 4_000)):
        await books.desk.pays(member, "2026-05-01", line(net), store_id="s1", channel="POS")
        await books.desk.pays(member, "2026-05-02", line(net), store_id="s2", channel="MINI")
    await listed(books.desk, "gold", "a", "b")
    await listed(books.desk, "vip", "b", "c")
    for name in ("gold", "vip"):
        await snapshot(books, f"{name}-1", name)
    await books.folded()
    ids = ["gold-1", "vip-1"]
    before = await books.funnel(MAY, pb.COUNTING_MONTHS, snapshot_ids=ids)
    assert [(one.snapshot_id, one.segment_id, figures(one.funnel)) for one in before] == [
        ("gold-1", "", (2, 2, 4, 6_000)), ("vip-1", "", (2, 2, 4, 12_000)),
    ]  # fmt: skip
    split = [pb.DIMENSION_PERIOD, pb.DIMENSION_STORE, pb.DIMENSION_CHANNEL]
    days = await books.funnel(MAY, pb.COUNTING_DAYS, snapshot_ids=["vip-1"], dimensions=split)
    assert [(one.period, one.channel, one.store_id, figures(one.funnel)) for one in days] == [
        ("2026-05-01", "POS", "s1", (2, 2, 2, 6_000)),
        ("2026-05-02", "MINI", "s2", (2, 2, 2, 6_000)),
    ]
    # Others are in the segment by now: what it says of May moves, what the snapshots say does not.
    await books.desk.pool.execute("DELETE FROM segment_members WHERE member_id = 'a'")
    await put(books, "gold", "c")
    now = await books.funnel(MAY, pb.COUNTING_MONTHS, segment_ids=["gold"])
    assert [figures(one.funnel) for one in now] == [(2, 2, 4, 12_000)]
    assert await books.funnel(MAY, pb.COUNTING_MONTHS, snapshot_ids=ids) == before
    compared = await books.stub.CompareFunnel(
        pb.CompareFunnelRequest(
            before=MAY, after=JUNE, counting=pb.COUNTING_RANGE, snapshot_id="gold-1"
        ),
        metadata=metadata(),
    )
    assert figures(compared.before) == (2, 2, 4, 6_000) and compared.change_fen == -6_000


async def test_a_snapshots_lines_come_page_by_page(books: Books) -> None:
    for day in ("2026-05-01", "2026-05-02", "2026-05-03"):
        await books.desk.pays("a", day, line(1_000))
    await listed(books.desk, "gold", "a")
    for name in ("s-1", "s-2"):
        await snapshot(books, name, "gold")
    await books.folded()
    asked = pb.GetFunnelRequest(
        range=MAY, counting=pb.COUNTING_DAYS, dimensions=[pb.DIMENSION_PERIOD],
        snapshot_ids=["s-1", "s-2"], page_size=4,
    )  # fmt: skip
    first = await books.stub.GetFunnel(asked, metadata=metadata())
    asked.page_token = first.next_page_token
    rest = await books.stub.GetFunnel(asked, metadata=metadata())
    found = [(one.period[-1], one.snapshot_id) for one in (*first.lines, *rest.lines)]
    assert found == [(day, name) for day in "123" for name in ("s-1", "s-2")]
    assert (len(first.lines), rest.next_page_token) == (4, "")


async def test_who_was_merged_since_counts_as_who_remains(books: Books) -> None:
    for member, net in (("old", 1_000), ("new", 2_000), ("other", 4_000)):
        await books.desk.pays(member, "2026-05-01", line(net))
    await listed(books.desk, "both", "new", "old")
    await listed(books.desk, "one", "old")
    for name in ("both", "one"):
        await snapshot(books, f"{name}-1", name)
    await books.desk.take(
        loyalty.MemberMerged(
            member_id="new", merge_id="g1", from_member_id="old", into_member_id="new"
        )
    )
    await books.folded()
    found = await books.funnel(MAY, pb.COUNTING_MONTHS, snapshot_ids=["both-1", "one-1"])
    assert [figures(one.funnel) for one in found] == [(1, 1, 2, 3_000)] * 2


async def test_snapshots_that_cannot_be_counted_by(books: Books) -> None:
    await listed(books.desk, "gold", "a")
    await snapshot(books, "gold-1", "gold")
    await books.desk.pool.execute(
        "UPDATE snapshots SET state = 'SEALING', checksum = '', ready_at = NULL"
    )
    asked = pb.GetFunnelRequest(range=MAY, counting=pb.COUNTING_DAYS, snapshot_ids=["none"])
    found = await refusal(books.stub.GetFunnel(asked, metadata=metadata()))
    assert (found.reason, found.fields) == ("SNAPSHOT_NOT_FOUND", ["snapshot_ids"])
    # Another merchant's is none either.
    asked.snapshot_ids[:] = ["gold-1"]
    found = await refusal(books.stub.GetFunnel(asked, metadata=metadata("m2")))
    assert found.reason == "SNAPSHOT_NOT_FOUND"
    asked.segment_ids[:] = ["gold"]
    found = await refusal(books.stub.GetFunnel(asked, metadata=metadata()))
    assert found.code == grpc.StatusCode.INVALID_ARGUMENT
