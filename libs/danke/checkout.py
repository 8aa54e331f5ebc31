"""Checkout: an order holds its coupons, points, money and seat, then all are used, or all are free.

    order = quoted(order, await quotes.Quote(cart))
    held = await checkout.hold(order)         # try: all of it or nothing
    outcome = await checkout.confirm(held)    # when the rest was paid
    await checkout.cancel(held)               # when it was not

Every call's request id is made from the order's id, so a gateway that died in between asks again
and gets the same answers; nothing of it needs to be stored. What a lost cancel leaves behind ends
by its own time-out. How to use it: docs/howto/checkout.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final, Literal

import grpc

from danke.calls import Metadata, Refused, Retry, call
from danke.coupon.v1 import coupon_pb2 as coupon
from danke.coupon.v1 import quote_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.groupbuy.v1 import group_pb2 as group
from danke.groupbuy.v1.group_pb2_grpc import GroupServiceStub
from danke.loyalty.v1 import points_pb2 as points
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from danke.wallet.v1 import payment_pb2 as wallet
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub

Step = Literal["coupon", "points", "wallet", "seat"]
# In this order they are held. Confirmed they are the other way round but for the seat, which is
# last: what is dearest to give back is asked first.
STEPS: Final[tuple[Step, ...]] = ("coupon", "points", "wallet", "seat")
CONFIRMED: Final[tuple[Step, ...]] = ("wallet", "points", "coupon", "seat")
# What ends a confirm: the hold ran out, or the seat is for new customers only (老带新).
ENDED: Final = ("HOLD_EXPIRED", "NEW_CUSTOMER_ONLY")


@dataclass(frozen=True)
class Seat:
    """A seat in a group: a new one if ``group_id`` is empty."""

    activity_id: str
    sku_id: str
    qty: int = 1
    group_id: str = ""
    # LADDER_PICK: the step, from 0.
    tier: int = 0
    pickup_point_id: str = ""
    inviter_id: str = ""


@dataclass(frozen=True)
class Order:
    """What one order wants to hold. What is empty or 0 is not asked for. Money is fen."""

    order_id: str
    member_id: str
    # As the quote says, with its hash.
    coupons: Sequence[coupon.LockedCoupon] = ()
    quote_hash: str = ""
    points: int = 0
    wallet_fen: int = 0
    # The member's password or token, where the wallet asks for one.
    proof: wallet.PayProof | None = None
    seat: Seat | None = None
    store_id: str = ""
    # How long money, points and coupons are held: the order's time-out and 5 minutes, at least.
    # 0 takes each service's own.
    hold_s: int = 0
    # Another number for another try of the same order after a cancel, with other contents.
    attempt: int = 1


def quoted(order: Order, quote: quote_pb2.QuoteResponse) -> Order:
    """The order at a quote's price: the coupons that make it, at what each takes off; its points.

    Lock refuses QUOTE_EXPIRED ten minutes after the quote: ask anew, and count up ``attempt``.
    """
    coupons = [
        coupon.LockedCoupon(coupon_id=one.coupon_id, discount_fen=one.discount_fen)
        for one in quote.coupons
    ]
    return replace(order, coupons=coupons, quote_hash=quote.quote_hash, points=quote.points_used)


@dataclass(frozen=True)
class Held:
    """What an order holds, by the ids that confirm and cancel need."""

    order_id: str
    store_id: str = ""
    attempt: int = 1
    has_coupons: bool = False
    hold_id: str = ""
    points: int = 0
    payment_id: str = ""
    wallet_fen: int = 0
    seat_id: str = ""
    seat_fen: int = 0
    # The seat's group, which the order's events name.
    group_id: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is held, in the order of ``STEPS``."""
        there: Mapping[Step, object] = {
            "coupon": self.has_coupons, "points": self.hold_id, "wallet": self.payment_id,
            "seat": self.seat_id,
        }  # fmt: skip
        return tuple(step for step in STEPS if there[step])


@dataclass(frozen=True)
class Outcome:
    """What a confirm did. With ``expired`` the order cannot go on: its money is to be refunded."""

    confirmed: tuple[Step, ...]
    # What had run out before it was confirmed (HOLD_EXPIRED), or the seat whose member is no new
    # customer any more (NEW_CUSTOMER_ONLY); the rest was cancelled.
    expired: Step | None = None


@dataclass
class HoldUnknown(Exception):
    """Nobody knows whether ``step`` is held; what is known to be held is in ``held``.

    Asking for the same order again goes on from here. Giving up is ``cancel(error.held)``: the step
    itself, if it is held, ends by its time-out.
    """

    held: Held
    step: Step

    def __str__(self) -> str:
        return f"no answer: {self.step} of order {self.held.order_id}"


class Checkout:
    """One gateway's checkout: channels by service name, the caller's token, and patience.

    A service without a channel must not be asked for: an order with points needs ``loyalty``.
    """

    def __init__(
        self,
        channels: Mapping[str, grpc.aio.Channel],
        metadata: Metadata,
        retry: Retry | None = None,
    ) -> None:
        self.metadata = metadata
        self.retry = retry or Retry()
        stubs: Mapping[str, Any] = {
            "coupon": CouponServiceStub, "loyalty": PointsServiceStub,
            "wallet": PaymentServiceStub, "groupbuy": GroupServiceStub,
        }  # fmt: skip
        self._stubs: Mapping[str, Any] = {
            name: stub(channels[name]) for name, stub in stubs.items() if name in channels
        }

    async def hold(self, order: Order) -> Held:
        """Holds all that the order wants, or nothing.

        Raises the ``Refused`` of the first service that refused, after giving back what was held
        before it; whoever tries the order again counts up its ``attempt``. Raises ``HoldUnknown``
        if a service did not answer: nothing was given back then.
        """
        held = Held(order.order_id, order.store_id, order.attempt)
        wanted: Mapping[Step, object] = {
            "coupon": order.coupons, "points": order.points, "wallet": order.wallet_fen,
            "seat": order.seat,
        }  # fmt: skip
        tries: Mapping[Step, Callable[[Order, Held], Awaitable[Held]]] = {
            "coupon": self._lock, "points": self._hold_points, "wallet": self._freeze,
            "seat": self._take_seat,
        }  # fmt: skip
        for step in STEPS:
            if wanted[step]:
                try:
                    held = await tries[step](order, held)
                except Refused as refused:
                    if refused.is_unknown:
                        raise HoldUnknown(held, step) from refused
                    await self.cancel(held)
                    raise
        return held

    async def confirm(self, held: Held, *, seat_payment_id: str = "") -> Outcome:
        """Uses what is held, each part once, however often this is called.

        ``seat_payment_id`` is the channel's payment of the seat, if it is not reported as an event.
        A part that ran out ends it: what is not used yet is cancelled, and the order system
        refunds; ``give_back`` undoes what was. Raises ``Refused`` for anything else; if its outcome
        is unknown, confirm again.
        """
        done: list[Step] = []
        for step in CONFIRMED:
            if step not in held.steps or (step == "seat" and not seat_payment_id):
                continue
            try:
                await self._confirm(step, held, seat_payment_id)
            except Refused as refused:
                if refused.reason not in ENDED:
                    raise
                await self._cancel([one for one in held.steps if one not in (*done, step)], held)
                return Outcome(tuple(done), step)
            done.append(step)
        return Outcome(tuple(done))

    async def cancel(self, held: Held) -> tuple[Step, ...]:
        """Gives everything back; the parts that could not be are returned, and end by time-out.

        What was confirmed already is not given back, and is among them.
        """
        return await self._cancel(held.steps, held)

    async def give_back(self, held: Held, outcome: Outcome, refund_id: str) -> None:
        """Undoes what an outcome confirmed, for an order that will not be reported as paid.

        A paid order is refunded by the event ``OrderRefunded`` instead. Raises ``Refused``.
        """
        for step in outcome.confirmed:
            about = {"request_id": self._id(held, f"back-{step}"), "refund_id": refund_id}
            if step == "wallet":
                money = wallet.RefundPaymentRequest(
                    payment_id=held.payment_id, amount_fen=held.wallet_fen, **about
                )
                await self._call("wallet", "RefundPayment", money)
            elif step == "points":
                used = points.RevertConsumedRequest(
                    hold_id=held.hold_id, points=held.points, **about
                )
                await self._call("loyalty", "RevertConsumed", used)
            elif step == "coupon":
                coupons = coupon.ReturnRequest(order_id=held.order_id, full=True, **about)
                await self._call("coupon", "Return", coupons)

    # --- try --------------------------------------------------------------------------------------

    async def _lock(self, order: Order, held: Held) -> Held:
        request = coupon.LockRequest(
            request_id=self._id(held, "lock"), order_id=order.order_id,
            member_id=order.member_id, coupons=order.coupons, quote_hash=order.quote_hash,
            ttl_seconds=order.hold_s,
        )  # fmt: skip
        await self._call("coupon", "Lock", request)
        return replace(held, has_coupons=True)

    async def _hold_points(self, order: Order, held: Held) -> Held:
        request = points.HoldPointsRequest(
            request_id=self._id(held, "hold"), order_id=order.order_id,
            member_id=order.member_id, points=order.points, ttl_seconds=order.hold_s,
        )  # fmt: skip
        answer = await self._call("loyalty", "HoldPoints", request)
        return replace(held, hold_id=answer.hold.hold_id, points=order.points)

    async def _freeze(self, order: Order, held: Held) -> Held:
        request = wallet.FreezePaymentRequest(
            request_id=self._id(held, "freeze"), order_id=order.order_id,
            member_id=order.member_id, amount_fen=order.wallet_fen, store_id=order.store_id,
            proof=order.proof, ttl_seconds=order.hold_s,
        )  # fmt: skip
        answer = await self._call("wallet", "FreezePayment", request)
        return replace(held, payment_id=answer.payment.payment_id, wallet_fen=order.wallet_fen)

    async def _take_seat(self, order: Order, held: Held) -> Held:
        seat = order.seat
        assert seat is not None, "Bug: no seat is wanted"
        about: dict[str, Any] = {
            "request_id": self._id(held, "seat"), "activity_id": seat.activity_id,
            "member_id": order.member_id, "order_id": order.order_id, "sku_id": seat.sku_id,
            "qty": seat.qty, "inviter_id": seat.inviter_id,
        }  # fmt: skip
        if seat.group_id:
            join = group.JoinGroupRequest(group_id=seat.group_id, **about)
            answer = await self._call("groupbuy", "JoinGroup", join)
        else:
            about |= {"tier": seat.tier, "pickup_point_id": seat.pickup_point_id}
            opening = group.OpenGroupRequest(**about)
            answer = await self._call("groupbuy", "OpenGroup", opening)
        return replace(
            held, seat_id=answer.seat.seat_id, seat_fen=answer.seat.amount_fen,
            group_id=answer.group.group_id,
        )  # fmt: skip

    # --- confirm and cancel -----------------------------------------------------------------------

    async def _confirm(self, step: Step, held: Held, seat_payment_id: str) -> None:
        request_id = self._id(held, f"confirm-{step}")
        if step == "wallet":
            money = wallet.CapturePaymentRequest(request_id=request_id, payment_id=held.payment_id)
            await self._call("wallet", "CapturePayment", money)
        elif step == "points":
            used = points.ConsumeHoldRequest(request_id=request_id, hold_id=held.hold_id)
            await self._call("loyalty", "ConsumeHold", used)
        elif step == "coupon":
            use = coupon.UseRequest(
                request_id=request_id, order_id=held.order_id, store_id=held.store_id
            )
            await self._call("coupon", "Use", use)
        else:
            seat = group.ConfirmSeatPaidRequest(
                request_id=request_id, seat_id=held.seat_id, payment_id=seat_payment_id,
                amount_fen=held.seat_fen,
            )  # fmt: skip
            await self._call("groupbuy", "ConfirmSeatPaid", seat)

    async def _cancel(self, steps: Sequence[Step], held: Held) -> tuple[Step, ...]:
        left = []
        for step in steps:
            try:
                await self._cancel_one(step, self._id(held, f"cancel-{step}"), held)
            except Refused:
                left.append(step)
        return tuple(left)

    async def _cancel_one(self, step: Step, request_id: str, held: Held) -> None:
        if step == "wallet":
            money = wallet.ReleasePaymentRequest(request_id=request_id, payment_id=held.payment_id)
            await self._call("wallet", "ReleasePayment", money)
        elif step == "points":
            release = points.ReleaseHoldRequest(request_id=request_id, hold_id=held.hold_id)
            await self._call("loyalty", "ReleaseHold", release)
        elif step == "coupon":
            unlock = coupon.UnlockRequest(request_id=request_id, order_id=held.order_id)
            await self._call("coupon", "Unlock", unlock)
        else:
            seat = group.CancelSeatRequest(request_id=request_id, seat_id=held.seat_id)
            await self._call("groupbuy", "CancelSeat", seat)

    async def _call(self, service: str, method: str, request: Any) -> Any:
        return await call(getattr(self._stubs[service], method), request, self.metadata, self.retry)

    @staticmethod
    def _id(held: Held, what: str) -> str:
        """The same for the same order, try and call; at most 64 characters for any order's id."""
        order = blake2b(held.order_id.encode(), digest_size=16).hexdigest()
        return f"{order}-{held.attempt}-{what}"
