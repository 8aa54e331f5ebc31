"""The funnel and reports on members, over gRPC; ``danke.audience.v1.MetricsService``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, cast

from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.audience.v1 import metrics_pb2 as pb
from services.audience import rpc_dates, store_metrics, store_snapshots, store_wakeups
from services.audience import rpc_metrics_messages as messages
from services.audience.days import day_of, midnight
from services.audience.errors_segments import SnapshotNotFound, SnapshotNotReady
from services.audience.funnel import contributions
from services.audience.metrics import (
    RANGE_DAYS,
    REPORT_DAYS,
    Counting,
    Dimension,
    Line,
    Query,
    months_before,
    whole_months,
)
from services.audience.rpc_door import Door
from services.audience.snapshots import READABLE
from services.audience.thresholds import (
    ADD_ON_BP,
    FREE_SHIPPING_BP,
    FULL_BP,
    FULL_REDUCTION_BP,
    ROUND_FEN,
    Wanted,
    suggest,
)
from services.audience.wakeups import REFERENCE_BP

MONTHS: Final = 3
WINDOW_DAYS: Final = 30


def _days(message: Any, field: str, counting: Counting = "DAYS") -> tuple[date, date]:
    """A range of days that can be counted so. Refuses what rpc_dates does, and RANGE_NOT_MONTHS."""
    most = RANGE_DAYS if counting == "RANGE" else REPORT_DAYS
    days = rpc_dates.days(message, f"{field}.", most)
    if counting == "MONTHS":
        whole_months(*days, f"{field}.to_date")
    return days


def _counting(value: Any) -> Counting:
    return cast("Counting", pb.Counting.Name(value).removeprefix("COUNTING_"))


def _dimension(value: Any) -> Dimension:
    return cast("Dimension", pb.Dimension.Name(value).removeprefix("DIMENSION_"))


def _place(line: Line) -> tuple[str, str, str, str, str]:
    period = line.period.isoformat() if line.period else "0001-01-02"
    return period, line.channel, line.store_id, line.guide_id, line.group_id


def _bp(part: int, whole: int) -> int:
    return part * FULL_BP // whole if whole else 0


class MetricsService(Door):
    """Answers ``danke.audience.v1.MetricsService``; what each RPC refuses is in its proto."""

    async def GetFunnel(self, request: pb.GetFunnelRequest, call: Call) -> pb.GetFunnelResponse:
        counting = _counting(request.counting)
        split = {_dimension(one) for one in request.dimensions}
        if counting == "RANGE":
            split.discard("PERIOD")
        query = Query(
            *_days(request.range, "range", counting),
            counting,
            frozenset(split),
            messages.place(request.place),
            tuple(request.segment_ids),
            await self._readable(call, request.snapshot_ids),
        )
        size = page_size(request.page_size)
        first = ("0001-01-01", "", "", "", "")
        period, channel, store_id, guide_id, group_id = page_start(request.page_token, first)
        day = rpc_dates.any_day(period, "page_token")
        after = (day, channel, store_id, guide_id, group_id)
        found = await store_metrics.funnel(self.pool, call.merchant_id, query, after, size)
        return pb.GetFunnelResponse(
            lines=[messages.line(one, by_snapshot=bool(query.snapshots)) for one in found],
            next_page_token=next_token(found, size, _place),
            pending=await store_metrics.pending(self.pool),
        )

    async def CompareFunnel(
        self, request: pb.CompareFunnelRequest, call: Call
    ) -> pb.CompareFunnelResponse:
        counting = _counting(request.counting)
        segments = (request.segment_id,) if request.segment_id else ()
        snapshots = await self._readable(call, [request.snapshot_id] if request.snapshot_id else [])
        before, after = [
            await store_metrics.totals(
                self.pool,
                call.merchant_id,
                Query(
                    *_days(getattr(request, side), side, counting),
                    counting,
                    place=messages.place(request.place),
                    segments=segments,
                    snapshots=snapshots,
                ),
            )
            for side in ("before", "after")
        ]
        return pb.CompareFunnelResponse(
            before=messages.funnel(before),
            after=messages.funnel(after),
            change_fen=after.sales_fen - before.sales_fen,
            contributions=messages.contributions(contributions(before, after)),
            pending=await store_metrics.pending(self.pool),
        )

    async def _readable(self, call: Call, snapshot_ids: Sequence[str]) -> tuple[str, ...]:
        """Those snapshots. Refuses SNAPSHOT_NOT_FOUND, SNAPSHOT_NOT_READY naming the first."""
        states = await store_snapshots.states(self.pool, call.merchant_id, snapshot_ids)
        for snapshot_id in snapshot_ids:
            if snapshot_id not in states:
                raise SnapshotNotFound(field="snapshot_ids", snapshot_id=snapshot_id)
            if states[snapshot_id] not in READABLE:
                raise SnapshotNotReady(snapshot_id=snapshot_id, state=states[snapshot_id])
        return tuple(snapshot_ids)

    async def GetStageMatrix(
        self, request: pb.GetStageMatrixRequest, call: Call
    ) -> pb.GetStageMatrixResponse:
        days = _days(request.range, "range")
        moves = await store_metrics.stage_moves(self.pool, call.merchant_id, days)
        now = {}
        if request.with_members:
            now = await store_metrics.stages_now(self.pool, call.merchant_id)
        return pb.GetStageMatrixResponse(
            moves=[
                pb.StageMove(from_stage=f"STAGE_{a}", to_stage=f"STAGE_{b}", moves=number)
                for a, b, number in moves
            ],
            members=[
                pb.StageMembers(stage=f"STAGE_{stage}", members=number)
                for stage, number in sorted(now.items())
            ],
        )

    async def GetWakeupReport(
        self, request: pb.GetWakeupReportRequest, call: Call
    ) -> pb.GetWakeupReportResponse:
        first, last = _days(request.range, "range")
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        reference = request.reference_bp if request.HasField("reference_bp") else REFERENCE_BP
        found = await store_wakeups.report(
            self.pool,
            call.merchant_id,
            (midnight(first), midnight(last + timedelta(days=1))),
            timedelta(days=request.window_days or WINDOW_DAYS),
            self.clock.now(),
            request.journey_id,
            reference,
            after,
            size,
        )
        return pb.GetWakeupReportResponse(
            wakeups=map(messages.wakeup, found),
            next_page_token=next_token(found, size, lambda one: (one.journey_id,)),
        )

    async def GetReturnToStore(
        self, request: pb.GetReturnToStoreRequest, call: Call
    ) -> pb.GetReturnToStoreResponse:
        store_id = request.store_id if request.HasField("store_id") else None
        old, back, bought = await store_metrics.returns(
            self.pool,
            call.merchant_id,
            _days(request.before, "before"),
            _days(request.range, "range"),
            store_id,
        )
        return pb.GetReturnToStoreResponse(
            old_customers=old,
            returned=back,
            return_bp=_bp(back, old),
            bought_again=bought,
            bought_again_bp=_bp(bought, old),
        )

    async def GetSuperUserReport(
        self, request: pb.GetSuperUserReportRequest, call: Call
    ) -> pb.GetSuperUserReportResponse:
        days = _days(request.range, "range")
        found = await store_metrics.super_users(self.pool, call.merchant_id, days)
        nobody = (0, 0, 0)
        ours, others = found.get(True, nobody), found.get(False, nobody)
        multiple = _bp(ours[2] * others[0], ours[0] * others[2])
        return pb.GetSuperUserReportResponse(
            super_users=messages.spending(*ours),
            others=messages.spending(*others),
            multiple_bp=multiple,
        )

    async def SuggestThresholds(
        self, request: pb.SuggestThresholdsRequest, call: Call
    ) -> pb.SuggestThresholdsResponse:
        months = months_before(day_of(self.clock.now()), request.months or MONTHS)
        place = messages.place(request.place)
        periods = [
            await store_metrics.totals(
                self.pool, call.merchant_id, Query(first, last, "MONTHS", place=place)
            )
            for first, last in months
        ]

        def wanted(field: str, usual: int) -> int:
            value: int = getattr(request, field) if request.HasField(field) else usual
            return value

        found = suggest(
            periods,
            Wanted(
                wanted("free_shipping_bp", FREE_SHIPPING_BP),
                wanted("full_reduction_bp", FULL_REDUCTION_BP),
                wanted("add_on_bp", ADD_ON_BP),
                request.round_fen or ROUND_FEN,
            ),
        )
        first, until = months[0][0], months[-1][1] + timedelta(days=1)
        orders, *reached = await store_metrics.reaches(
            self.pool, call.merchant_id, (first, until), found.each, place
        )
        names = ("free_shipping", "full_reduction", "add_on")
        suggested = {
            name: pb.Threshold(threshold_fen=fen, reached_bp=_bp(number, orders))
            for name, fen, number in zip(names, found.each, reached)
        }
        return pb.SuggestThresholdsResponse(
            anchor_fen=found.anchor_fen, orders=orders, **(suggested if found.anchor_fen else {})
        )
