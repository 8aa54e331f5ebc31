"""Buying models on a merchant's own orders: summed in SQL, fitted in a thread, kept as versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from msgspec.structs import astuple

from danke.audience.v1 import prediction_pb2 as pb
from danke.audience.v1.prediction_pb2_grpc import PredictionServiceStub
from services.audience import store_predictions
from services.audience.days import midnight
from services.audience.erasures import EraseMember
from services.audience.main import SERVICE
from services.audience.model_fits import AskForFit, ModelFit, outlook
from services.audience.prediction_policies import SetPredictionPolicy
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import ComputeSegment
from services.audience.snapshots import CreateSnapshot
from services.audience.timers_fits import FitRunner
from tests.audience.cdnow import text_of
from tests.audience.desk import MERCHANT, Desk, cst
from tests.audience.segmenting import create
from tests.grpc_client import metadata, refusal, running

# The whole of CDNOW's tenth: first purchases in early 1997, everything until the end of June 1998.
WATCHED_UNTIL = date(1998, 7, 1)
CUT = date(1997, 10, 1)
HOLDOUT_DAYS = (WATCHED_UNTIL - CUT).days

ORDERS = """
INSERT INTO order_facts (merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at,
    net_fen, shipping_fen, refunded_fen, shipping_refunded_fen, is_full_refund, category_id, lines,
    refund_ids)
SELECT $1, 'o' || n, member_id, 'MINI', '', '', paid_at, fen, 0, 0, 0, false, 'music', '[]', '[]'
FROM unnest($2::text[], $3::timestamptz[], $4::bigint[]) WITH ORDINALITY
  AS v(member_id, paid_at, fen, n)
"""


CYCLES = """
INSERT INTO purchase_cycles (merchant_id, member_id, category_id, bought, due_on, trigger_on,
    median_half_days, intervals, spread_bp, confidence_bp, suggested_qty, why, is_told, updated_at)
SELECT $1, 'c0001', 'k' || n, '[]', DATE '1997-11-13' - n, DATE '1997-11-10' - n, 60, 3, 0, 7500, 1,
    '', true, now()
FROM generate_series(1, 12) AS n
"""


@pytest.fixture
async def cdnow_shop(desk: Desk) -> AsyncIterator[Desk]:
    """A merchant whose orders are CDNOW's, told by nobody but there."""
    rows = [line.split() for line in text_of("CDNOW_sample.txt").splitlines() if line.strip()]
    members = [f"c{row[1]}" for row in rows]
    days = [date.fromisoformat(f"{r[2][:4]}-{r[2][4:6]}-{r[2][6:]}") for r in rows]
    fen = [round(float(row[4]) * 100) for row in rows]
    at = [midnight(day) + timedelta(hours=10) for day in days]
    await desk.pool.execute(ORDERS, MERCHANT, members, at, fen)
    yield desk
    await desk.pool.execute("DELETE FROM order_facts")
    await desk.pool.execute("DELETE FROM purchase_cycles")


async def fitted(desk: Desk, on: date) -> ModelFit:
    desk.at = midnight(on) + timedelta(hours=10)
    desk.clock.set(desk.at)
    asked: ModelFit = await desk.run(AskForFit, actor="ann")
    runner = FitRunner(desk.engine, desk.pool, desk.clock)
    assert await runner.run_once() == 1
    assert await runner.run_once() == 0
    found = await store_predictions.fit_of(desk.pool, MERCHANT, asked.version)
    assert found is not None
    return found


async def test_the_published_fit_comes_out_of_the_orders(cdnow_shop: Desk) -> None:
    """Fader, Hardie and Lee (2005) after 39 weeks: .243, 4.414, .793, 2.426 on 2 357 members."""
    found = await fitted(cdnow_shop, CUT)
    assert found.state == "READY" and found.buying is not None and found.value is not None
    assert found.buying.members == 2_357
    assert astuple(found.buying.params) == pytest.approx((0.243, 4.414, 0.793, 2.426), rel=0.04)
    assert found.buying.log_likelihood == pytest.approx(-9_582, abs=15)
    # The papers' 946 repeat buyers less who paid nothing; values are in fen here.
    assert found.value.members in range(935, 947)
    assert found.value.params.p == pytest.approx(6.25, rel=0.05)
    assert found.value.params.v / 100 == pytest.approx(15.44, rel=0.05)
    assert abs(found.correlation) < 0.2


async def test_a_version_is_tried_on_the_days_it_did_not_see(cdnow_shop: Desk) -> None:
    """39 weeks held back: the model's total is near, the naive guess far beyond."""
    await cdnow_shop.run(SetPredictionPolicy, horizon_days=HOLDOUT_DAYS, actor="ann")
    trial = (await fitted(cdnow_shop, WATCHED_UNTIL)).trial
    assert trial is not None
    assert (trial.cut_on, trial.members) == (CUT, 2_357)
    actual = await cdnow_shop.pool.fetchval(
        "SELECT count(DISTINCT (member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date))"
        " FROM order_facts WHERE paid_at >= $1",
        midnight(CUT),
    )
    assert trial.actual == actual
    assert abs(trial.expected - actual) < 0.15 * actual
    assert abs(trial.naive - actual) > 0.3 * actual
    assert trial.error < 0.9 * trial.naive_error


async def test_a_member_is_foretold_by_the_version_in_force(cdnow_shop: Desk) -> None:
    found = await fitted(cdnow_shop, CUT)
    (history,) = (
        await store_predictions.histories(cdnow_shop.pool, MERCHANT, ["c0001", "nobody"], CUT)
    ).values()
    assert found.buying is not None
    # Customer 1 of the paper: x 2, t_x 30.43, T 38.86 weeks.
    assert history.purchase_days == 3
    assert (history.last_on - history.first_on).days == round(30.43 * 7)
    seen = outlook(found, history, CUT)
    assert seen.alive == pytest.approx(0.7266, abs=0.01)
    assert seen.expected_days > 0
    assert seen.day_value_fen is not None and seen.expected_fen is not None
    assert (
        abs(seen.expected_fen - seen.expected_days * seen.day_value_fen) <= seen.expected_days + 1
    )


async def test_nothing_is_foretold_of_who_left(cdnow_shop: Desk) -> None:
    """Seen wrong: a snapshot from before was scored with the chance that a former member buys."""
    await cdnow_shop.run(EraseMember, member_id="c0001", reason="ASKED", closes=True)
    found = await store_predictions.histories(cdnow_shop.pool, MERCHANT, ["c0001", "c0002"], CUT)
    assert set(found) == {"c0002"}


async def test_a_snapshot_is_scored_page_by_page(cdnow_shop: Desk, bootstrap: str) -> None:
    """Each member of it who bought, in order, with what is foretold of them one by one."""
    desk = cdnow_shop
    version = await fitted(desk, CUT)
    await desk.pool.execute(CYCLES, MERCHANT)
    ids = (*(f"c{number:04d}" for number in range(1, 701)), "x-never-bought")
    await create(desk, "list", "", kind="STATIC")
    await desk.run(AddSegmentMembers, segment_id="list", page=0, member_ids=ids)
    await desk.run(ComputeSegment, segment_id="list")
    await desk.run(
        CreateSnapshot, segment_id="list", snapshot_id="snap", is_published=False, actor="t"
    )
    await desk.timers.run_due()
    # What happened in 1997 is for no other test's topics.
    await desk.pool.execute("DELETE FROM outbox")
    async with running(SERVICE, desk.dsn, bootstrap) as (process, channel):
        process.set_time(midnight(CUT) - timedelta(hours=14))
        stub = PredictionServiceStub(channel)
        asked = pb.ScoreSnapshotRequest(snapshot_id="snap")
        pages = [page async for page in stub.ScoreSnapshot(asked, metadata=metadata())]
        assert [(page.page, page.pages, len(page.members)) for page in pages] == [
            (0, 2, 500), (1, 2, 200),
        ]  # fmt: skip
        scored = {one.member_id: one.outlook for page in pages for one in page.members}
        assert sorted(scored) == sorted(ids[:-1])
        today = CUT - timedelta(days=1)
        bought = await store_predictions.histories(desk.pool, MERCHANT, ["c0001"], CUT)
        alone = outlook(version, bought["c0001"], today)
        assert scored["c0001"].probability_alive == alone.alive
        assert scored["c0001"].expected_value_fen == alone.expected_fen
        # Of twelve categories the ten soonest, in their order; of others nothing is foreseen.
        first, second = pages[0].members[:2]
        due = [one.due_date for one in first.replenishments]
        assert due == [f"1997-11-{day:02d}" for day in range(1, 11)]
        assert first.replenishments[0].category_id == "k12" and not second.replenishments
        rest = pb.ScoreSnapshotRequest(snapshot_id="snap", first_page=1)
        assert [page.page async for page in stub.ScoreSnapshot(rest, metadata=metadata())] == [1]
        nothing = metadata(scopes=("audience.report",))
        calls = stub.ScoreSnapshot(asked, metadata=nothing)
        assert (await refusal(anext(aiter(calls)))).reason == "SCOPE_MISSING"
        other = pb.ScoreSnapshotRequest(snapshot_id="other")
        calls = stub.ScoreSnapshot(other, metadata=metadata())
        assert (await refusal(anext(aiter(calls)))).reason == "SNAPSHOT_NOT_FOUND"


async def test_too_few_members_are_no_model_and_the_last_stays(cdnow_shop: Desk) -> None:
    ready = await fitted(cdnow_shop, CUT)
    await cdnow_shop.pool.execute("DELETE FROM order_facts WHERE member_id > 'c0050'")
    none = await fitted(cdnow_shop, CUT + timedelta(days=1))
    assert (none.state, none.buying_why) == ("NO_MODEL", "TOO_FEW_MEMBERS")
    in_force = await store_predictions.fit_of(cdnow_shop.pool, MERCHANT, 0)
    assert in_force is not None and in_force.version == ready.version


async def test_one_fit_at_a_time(desk: Desk) -> None:
    await desk.run(AskForFit, actor="ann")
    assert await desk.refused(AskForFit, actor="bob") == "FIT_RUNNING"
    runner = FitRunner(desk.engine, desk.pool, desk.clock)
    await runner.run_once()
    assert (await desk.run(AskForFit, actor="bob")).version == 2
    await runner.run_once()


async def test_a_model_is_fitted_anew_in_time(desk: Desk) -> None:
    runner = FitRunner(desk.engine, desk.pool, desk.clock)
    await desk.run(AskForFit, actor="ann")
    await runner.run_once()
    await desk.due(desk.at + timedelta(days=29))
    assert await runner.run_once() == 0
    await desk.due(desk.at + timedelta(days=1, minutes=1))
    assert await runner.run_once() == 1
    await desk.run(SetPredictionPolicy, refit_days=0, actor="ann")
    await desk.run(AskForFit, actor="ann")
    await runner.run_once()
    await desk.due(cst("2027-01-01 10:00"))
    assert await runner.run_once() == 1  # the timer set before; that fit sets none
    await desk.due(cst("2028-01-01 10:00"))
    assert await runner.run_once() == 0
