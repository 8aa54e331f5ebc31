"""Points over gRPC; ``danke.loyalty.v1.PointsService``."""

from __future__ import annotations

from msgspec.structs import replace

from common.messages import EARLIEST, LATEST, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.loyalty.v1 import points_pb2 as pb
from services.loyalty import store_members, store_points
from services.loyalty.birthdays import SetBirthday
from services.loyalty.deductions import deduction
from services.loyalty.earnings import EarnPoints, RevokeEarned
from services.loyalty.errors import HoldNotFound
from services.loyalty.games import ReportGameResult
from services.loyalty.points_accounts import Balances, SetPointsState, balances
from services.loyalty.points_holds import (
    ConsumeHold,
    HoldPoints,
    PointsHold,
    ReleaseHold,
    RevertConsumed,
)
from services.loyalty.rpc_members import Door
from services.loyalty.rpc_points_messages import (
    balances_to,
    entry_to,
    hold_to,
    lot_to,
    source_from,
    word,
)


class PointsDoor(Door):
    """What the doors of points share."""

    async def survivor(self, call: Call, member_id: str) -> str:
        """Whom an id leads to. Refuses ACTOR_NOT_ALLOWED. Points need no enrolment."""
        own(call, member_id)
        member = await store_members.member(self.pool, call.merchant_id, member_id)
        return member.member_id if member else member_id

    async def balances(self, call: Call, member_id: str) -> Balances:
        """A member's balances now, without what expired and is not written off yet."""
        now = self.clock.now()
        found = await store_points.account(self.pool, call.merchant_id, member_id, now)
        if found is None:
            return Balances(member_id, 0, 0, 0, 0)
        account, gone = found
        stored = balances(account)
        return replace(stored, available_points=stored.available_points - gone)


class PointsService(PointsDoor):
    """Answers ``danke.loyalty.v1.PointsService``; what each RPC refuses is said in its proto."""

    async def GetPoints(self, request: pb.GetPointsRequest, call: Call) -> pb.GetPointsResponse:
        member_id = await self.survivor(call, request.member_id)
        found = await self.balances(call, member_id)
        first = await store_points.first_expiring(
            self.pool, call.merchant_id, member_id, self.clock.now()
        )
        at, points = first or (None, 0)
        coming = await store_points.first_maturing(self.pool, call.merchant_id, member_id)
        matures_at, maturing = coming or (None, 0)
        return pb.GetPointsResponse(
            balances=balances_to(found),
            next_expiring_points=points,
            next_expire_time=timestamp(at),
            next_maturing_points=maturing,
            next_mature_time=timestamp(matures_at),
        )

    async def ListLots(self, request: pb.ListLotsRequest, call: Call) -> pb.ListLotsResponse:
        member_id = await self.survivor(call, request.member_id)
        size = page_size(request.page_size)
        after = page_start(request.page_token, (max(EARLIEST, self.clock.now()), ""))
        lots = await store_points.lots(self.pool, call.merchant_id, member_id, after, size)
        return pb.ListLotsResponse(
            lots=[lot_to(lot) for lot in lots],
            next_page_token=next_token(lots, size, lambda lot: (lot.expires_at, lot.lot_id)),
        )

    async def ListPointsEntries(
        self, request: pb.ListPointsEntriesRequest, call: Call
    ) -> pb.ListPointsEntriesResponse:
        member_id = await self.survivor(call, request.member_id)
        size = page_size(request.page_size)
        before = page_start(request.page_token, (LATEST, ""))
        entries = await store_points.entries(self.pool, call.merchant_id, member_id, before, size)
        return pb.ListPointsEntriesResponse(
            entries=[entry_to(entry) for entry in entries],
            next_page_token=next_token(entries, size, lambda entry: (entry.at, entry.entry_id)),
        )

    async def EarnPoints(self, request: pb.EarnPointsRequest, call: Call) -> pb.EarnPointsResponse:
        earned = await self.run(
            EarnPoints(
                **self.about(request, call),
                member_id=request.member_id,
                source_type="MANUAL" if source_from(request) == "MANUAL" else "ACTIVITY",
                source_id=request.source_id,
                points=request.points,
                reason=request.reason,
                operator=call.caller.actor,
                expiry_days=request.expiry_days,
            ),
            call,
        )
        return pb.EarnPointsResponse(
            points=earned.points,
            expire_time=timestamp(earned.expires_at),
            balances=balances_to(earned.balances),
        )

    async def RevokeEarned(
        self, request: pb.RevokeEarnedRequest, call: Call
    ) -> pb.RevokeEarnedResponse:
        revoked = await self.run(
            RevokeEarned(
                **self.about(request, call),
                source_type=source_from(request),
                source_id=request.source_id,
                clawback_id=request.clawback_id,
                points=request.points,
                reason=request.reason,
            ),
            call,
        )
        return pb.RevokeEarnedResponse(
            points=revoked.points, balances=balances_to(revoked.balances)
        )

    async def QuoteDeduction(
        self, request: pb.QuoteDeductionRequest, call: Call
    ) -> pb.QuoteDeductionResponse:
        member_id = await self.survivor(call, request.member_id)
        terms = await store_points.programme(self.pool, call.merchant_id)
        found = await self.balances(call, member_id)
        # What HoldPoints would refuse is not offered.
        usable = await store_points.is_usable(self.pool, call.merchant_id, member_id)
        available = found.available_points if usable else 0
        quote = deduction(terms, request.payable_fen, available, request.wanted_points)
        limited_by = "DEBT" if found.debt_points else quote.limited_by
        return pb.QuoteDeductionResponse(
            points=quote.points,
            deduct_fen=quote.deduct_fen,
            limit_points=quote.limit_points,
            limited_by=limited_by if usable else "FROZEN",
        )

    async def HoldPoints(self, request: pb.HoldPointsRequest, call: Call) -> pb.HoldPointsResponse:
        own(call, request.member_id)
        held = await self.run(
            HoldPoints(
                **self.about(request, call),
                member_id=request.member_id,
                order_id=request.order_id,
                points=request.points,
                ttl_s=request.ttl_seconds,
            ),
            call,
        )
        return pb.HoldPointsResponse(hold=hold_to(held.hold), balances=balances_to(held.balances))

    async def ConsumeHold(
        self, request: pb.ConsumeHoldRequest, call: Call
    ) -> pb.ConsumeHoldResponse:
        await self._own_hold(call, request.hold_id)
        used = await self.run(
            ConsumeHold(**self.about(request, call), hold_id=request.hold_id), call
        )
        return pb.ConsumeHoldResponse(hold=hold_to(used.hold), balances=balances_to(used.balances))

    async def ReleaseHold(
        self, request: pb.ReleaseHoldRequest, call: Call
    ) -> pb.ReleaseHoldResponse:
        await self._own_hold(call, request.hold_id)
        free = await self.run(
            ReleaseHold(**self.about(request, call), hold_id=request.hold_id), call
        )
        return pb.ReleaseHoldResponse(hold=hold_to(free.hold), balances=balances_to(free.balances))

    async def RevertConsumed(
        self, request: pb.RevertConsumedRequest, call: Call
    ) -> pb.RevertConsumedResponse:
        await self._own_hold(call, request.hold_id)
        back = await self.run(
            RevertConsumed(
                **self.about(request, call),
                hold_id=request.hold_id,
                refund_id=request.refund_id,
                points=request.points,
            ),
            call,
        )
        return pb.RevertConsumedResponse(
            hold=hold_to(back.hold),
            points=back.points,
            expired_points=back.expired_points,
            balances=balances_to(back.balances),
        )

    async def GetHold(self, request: pb.GetHoldRequest, call: Call) -> pb.GetHoldResponse:
        return pb.GetHoldResponse(hold=hold_to(await self._hold(call, request.hold_id)))

    async def ReportGameResult(
        self, request: pb.ReportGameResultRequest, call: Call
    ) -> pb.ReportGameResultResponse:
        own(call, request.member_id)
        done = await self.run(
            ReportGameResult(
                **self.about(request, call),
                member_id=request.member_id,
                game_id=request.game_id,
                round_id=request.round_id,
                points=request.points,
            ),
            call,
        )
        return pb.ReportGameResultResponse(
            won_points=done.won_points, points=done.points, balances=balances_to(done.balances)
        )

    async def SetBirthday(
        self, request: pb.SetBirthdayRequest, call: Call
    ) -> pb.SetBirthdayResponse:
        own(call, request.member_id)
        await self.run(
            SetBirthday(
                **self.about(request, call),
                member_id=request.member_id,
                month=request.month,
                day=request.day,
            ),
            call,
        )
        return pb.SetBirthdayResponse()

    async def SetPointsState(
        self, request: pb.SetPointsStateRequest, call: Call
    ) -> pb.SetPointsStateResponse:
        account = await self.run(
            SetPointsState(
                **self.about(request, call),
                member_id=request.member_id,
                state="FROZEN" if word(request, "state") == "FROZEN" else "OPEN",
                operator=call.caller.actor,
                reason=request.reason,
            ),
            call,
        )
        return pb.SetPointsStateResponse(balances=balances_to(balances(account)))

    async def _hold(self, call: Call, hold_id: str) -> PointsHold:
        hold = await store_points.hold(self.pool, call.merchant_id, hold_id)
        if hold is None:
            raise HoldNotFound(field="hold_id", hold_id=hold_id)
        own(call, hold.member_id)
        return hold

    async def _own_hold(self, call: Call, hold_id: str) -> None:
        """A member's own token reaches only that member's holds; a service's reaches all."""
        if call.caller.member_id is not None:
            await self._hold(call, hold_id)
