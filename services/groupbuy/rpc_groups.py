"""Groups and seats over gRPC; ``danke.groupbuy.v1.GroupService``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from common.messages import EARLIEST, LATEST, moment, own
from common.pages import paged
from common.server import Call
from danke.groupbuy.v1 import group_pb2 as pb
from services.groupbuy import joining, leaders, seat_payments, seats, settlement, store_groups
from services.groupbuy.errors import GroupNotFound, SeatNotFound
from services.groupbuy.rpc_door import Door
from services.groupbuy.rpc_groups_messages import group_to_pb, refund_to_pb, rules_of, seat_to_pb

FIRST_SEATS: Final = 100


class GroupService(Door):
    """Answers ``danke.groupbuy.v1.GroupService``; what each RPC refuses is in its proto."""

    async def OpenGroup(self, request: pb.OpenGroupRequest, call: Call) -> pb.OpenGroupResponse:
        own(call, request.member_id)
        taken = await self.run(
            joining.OpenGroup,
            request,
            call,
            activity_id=request.activity_id,
            member_id=request.member_id,
            order_id=request.order_id,
            sku_id=request.sku_id,
            qty=request.qty,
            inviter_id=request.inviter_id,
            tier=request.tier,
            pickup_point_id=request.pickup_point_id,
        )
        return pb.OpenGroupResponse(
            group=group_to_pb(taken.group),
            seat=taken.seat and seat_to_pb(taken.seat),
            rules=rules_of(taken),
        )

    async def JoinGroup(self, request: pb.JoinGroupRequest, call: Call) -> pb.JoinGroupResponse:
        own(call, request.member_id)
        taken = await self.run(
            joining.JoinGroup,
            request,
            call,
            activity_id=request.activity_id,
            group_id=request.group_id,
            member_id=request.member_id,
            order_id=request.order_id,
            sku_id=request.sku_id,
            qty=request.qty,
            inviter_id=request.inviter_id,
        )
        return pb.JoinGroupResponse(
            group=group_to_pb(taken.group),
            seat=seat_to_pb(taken.seat),
            rules=rules_of(taken),
            regrouped=taken.group.group_id != request.group_id,
        )

    async def ConfirmSeatPaid(
        self, request: pb.ConfirmSeatPaidRequest, call: Call
    ) -> pb.ConfirmSeatPaidResponse:
        taken = await self.run(
            seat_payments.ConfirmSeat,
            request,
            call,
            seat_id=request.seat_id,
            payment_id=request.payment_id,
            amount_fen=request.amount_fen,
            paid_at=moment(request, "pay_time"),
        )
        return pb.ConfirmSeatPaidResponse(
            group=group_to_pb(taken.group), seat=seat_to_pb(taken.seat)
        )

    async def CancelSeat(self, request: pb.CancelSeatRequest, call: Call) -> pb.CancelSeatResponse:
        await self._own_seat(call, request.seat_id)
        taken = await self.run(seats.CancelSeat, request, call, seat_id=request.seat_id)
        return pb.CancelSeatResponse(group=group_to_pb(taken.group), seat=seat_to_pb(taken.seat))

    async def LeaveGroup(self, request: pb.LeaveGroupRequest, call: Call) -> pb.LeaveGroupResponse:
        await self._own_seat(call, request.seat_id)
        taken = await self.run(leaders.LeaveGroup, request, call, seat_id=request.seat_id)
        return pb.LeaveGroupResponse(group=group_to_pb(taken.group), seat=seat_to_pb(taken.seat))

    async def ForceComplete(
        self, request: pb.ForceCompleteRequest, call: Call
    ) -> pb.ForceCompleteResponse:
        group = await self.run(
            settlement.ForceComplete,
            request,
            call,
            group_id=request.group_id,
            actor=call.caller.actor,
        )
        return pb.ForceCompleteResponse(group=group_to_pb(group))

    async def FailGroup(self, request: pb.FailGroupRequest, call: Call) -> pb.FailGroupResponse:
        group = await self.run(
            settlement.FailGroup,
            request,
            call,
            group_id=request.group_id,
            reason="STOCK_OUT",
            actor=call.caller.actor,
        )
        return pb.FailGroupResponse(group=group_to_pb(group))

    async def GetGroup(self, request: pb.GetGroupRequest, call: Call) -> pb.GetGroupResponse:
        group = await store_groups.group(self.pool, call.merchant_id, request.group_id)
        if group is None:
            raise GroupNotFound(field="group_id", group_id=request.group_id)
        found = await store_groups.seats_of_group(
            self.pool, call.merchant_id, request.group_id, (EARLIEST, ""), FIRST_SEATS
        )
        return pb.GetGroupResponse(group=group_to_pb(group), seats=_seen_by(call, found))

    async def ListSeats(self, request: pb.ListSeatsRequest, call: Call) -> pb.ListSeatsResponse:
        found, token = await paged(
            request,
            (EARLIEST, ""),
            partial(
                store_groups.seats_of_group,
                self.pool,
                call.merchant_id,
                request.group_id,
                released=request.with_released,
            ),
            lambda seat: (seat.reserved_at, seat.seat_id),
        )
        return pb.ListSeatsResponse(
            seats=_seen_by(call, found),
            next_page_token=token,
        )

    async def ListGatherable(
        self, request: pb.ListGatherableRequest, call: Call
    ) -> pb.ListGatherableResponse:
        found, token = await paged(
            request,
            (EARLIEST, ""),
            partial(
                store_groups.gatherable,
                self.pool,
                call.merchant_id,
                request.activity_id,
                self.clock.now(),
            ),
            lambda one: (one.expires_at or LATEST, one.group_id),
        )
        return pb.ListGatherableResponse(
            groups=map(group_to_pb, found),
            next_page_token=token,
        )

    async def MyGroups(self, request: pb.MyGroupsRequest, call: Call) -> pb.MyGroupsResponse:
        own(call, request.member_id)
        mine, token = await paged(
            request,
            (LATEST, ""),
            partial(store_groups.seats_of_member, self.pool, call.merchant_id, request.member_id),
            lambda seat: (seat.reserved_at, seat.seat_id),
        )
        groups = await store_groups.groups(
            self.pool, call.merchant_id, [seat.group_id for seat in mine]
        )
        return pb.MyGroupsResponse(
            groups=[
                pb.MyGroup(group=group_to_pb(groups[seat.group_id]), seat=seat_to_pb(seat))
                for seat in mine
            ],
            next_page_token=token,
        )

    async def CheckDelivery(
        self, request: pb.CheckDeliveryRequest, call: Call
    ) -> pb.CheckDeliveryResponse:
        """Only a settled seat's goods may leave; whoever has no seat is none of ours."""
        orders = list(request.order_ids)
        found = await store_groups.seats_of_orders(self.pool, call.merchant_id, orders)
        answers = []
        for order_id in orders:
            seat = found.get(order_id)
            answers.append(
                pb.DeliveryAnswer(
                    order_id=order_id,
                    may_ship=seat is None or seat.state == "SETTLED",
                    seat_id=seat.seat_id if seat else "",
                    seat_state=f"STATE_{seat.state if seat else 'UNSPECIFIED'}",
                )
            )
        return pb.CheckDeliveryResponse(answers=answers)

    async def ListOpenRefunds(
        self, request: pb.ListOpenRefundsRequest, call: Call
    ) -> pb.ListOpenRefundsResponse:
        found, token = await paged(
            request,
            (EARLIEST, ""),
            partial(
                store_groups.open_refunds, self.pool, call.merchant_id, overdue=request.overdue_only
            ),
            lambda refund: (refund.requested_at, refund.refund_id),
        )
        return pb.ListOpenRefundsResponse(
            refunds=map(refund_to_pb, found),
            next_page_token=token,
        )

    async def _own_seat(self, call: Call, seat_id: str) -> None:
        """Refuses ACTOR_NOT_ALLOWED if a member's own token names another member's seat."""
        if call.caller.member_id is None:
            return
        seat = await store_groups.seat(self.pool, call.merchant_id, seat_id)
        if seat is None:
            raise SeatNotFound(field="seat_id", seat_id=seat_id)
        own(call, seat.member_id)


def _seen_by(call: Call, found: Sequence[seats.Seat]) -> list[pb.Seat]:
    """A member sees who is in the group, but only the own order and money."""
    viewer = call.caller.member_id
    return [seat_to_pb(seat, hidden=viewer not in (None, seat.member_id)) for seat in found]
