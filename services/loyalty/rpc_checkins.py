"""Check-ins over gRPC; ``danke.loyalty.v1.CheckInService``."""

from __future__ import annotations

from datetime import date

from common.messages import own, timestamp
from common.server import Call
from danke.loyalty.v1 import checkin_pb2 as pb
from services.loyalty import store_points
from services.loyalty.checkins import CheckIn, CheckInDone, GrantMakeUpCards, MakeUpCheckIn, status
from services.loyalty.errors import RuleInvalid
from services.loyalty.rpc_points import PointsDoor


class CheckInService(PointsDoor):
    """Answers ``danke.loyalty.v1.CheckInService``; what each RPC refuses is said in its proto."""

    async def CheckIn(self, request: pb.CheckInRequest, call: Call) -> pb.CheckInResponse:
        own(call, request.member_id)
        done = await self.run(
            CheckIn(**self.about(request, call), member_id=request.member_id), call
        )
        return pb.CheckInResponse(check_in=_done(done))

    async def MakeUpCheckIn(
        self, request: pb.MakeUpCheckInRequest, call: Call
    ) -> pb.MakeUpCheckInResponse:
        own(call, request.member_id)
        try:
            day = date.fromisoformat(request.day)
        except ValueError:  # 31 April has the right form and is no day
            raise RuleInvalid(field="day") from None
        done = await self.run(
            MakeUpCheckIn(**self.about(request, call), member_id=request.member_id, day=day), call
        )
        return pb.MakeUpCheckInResponse(check_in=_done(done))

    async def GetCheckInStatus(
        self, request: pb.GetCheckInStatusRequest, call: Call
    ) -> pb.GetCheckInStatusResponse:
        member_id = await self.survivor(call, request.member_id)
        now = self.clock.now()
        rules = await store_points.rules_of_kind(self.pool, call.merchant_id, "CHECK_IN")
        programme = await store_points.programme(self.pool, call.merchant_id)
        offered = [rule for rule in rules if rule.applies(now) and programme.earning]
        rule = next(iter(offered), None)
        calendar = await store_points.calendar(self.pool, call.merchant_id, member_id)
        found = status(calendar, rule, now, programme.zone)
        return pb.GetCheckInStatusResponse(
            checked_in_today=found.checked_in_today,
            streak=found.streak,
            next_points=found.next_points,
            make_up_cards=found.make_up_cards,
            next_day_time=timestamp(found.next_day_starts_at),
            recent_days=[day.isoformat() for day in found.recent_days],
            make_up_days=rule.terms.make_up_days if rule else 0,
        )

    async def GrantMakeUpCards(
        self, request: pb.GrantMakeUpCardsRequest, call: Call
    ) -> pb.GrantMakeUpCardsResponse:
        calendar = await self.run(
            GrantMakeUpCards(
                **self.about(request, call),
                member_id=request.member_id,
                cards=request.cards,
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.GrantMakeUpCardsResponse(make_up_cards=calendar.make_up_cards)


def _done(done: CheckInDone) -> pb.CheckInDone:
    return pb.CheckInDone(
        day=done.day.isoformat(),
        streak=done.streak,
        points=done.points,
        available_points=done.balances.available_points,
        make_up_cards=done.make_up_cards,
    )
