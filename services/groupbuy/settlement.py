"""The end of a group: success (成团), failure, simulated completion, and the ladder's differences.

A group has one end. Every rule here starts from a group that is still open, under its activity's
lock, so whatever races against the end finds it ended; domain.md §2.1, G1, G2, G5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from danke.events import groupbuy as events
from danke.events.groupbuy import FailReason, SuccessMode
from services.groupbuy.activities import BUCKETS, SWEEP_TIMER, Activity, activity_key
from services.groupbuy.draft import Draft
from services.groupbuy.errors import GroupNotFound, GroupNotOpen, InvalidState
from services.groupbuy.groups import (
    EXPIRY_TIMER,
    LIVE_IN_BUCKET,
    REWARD_TIMER,
    SIMULATE_TIMER,
    BuyGroup,
    is_complete,
    terms_of,
)
from services.groupbuy.refunds import request_refund
from services.groupbuy.seats import LIVE_SEATS, Seat, free, of_activity, stock_back
from services.groupbuy.terms import Terms


class OfGroup(Command, frozen=True, kw_only=True):
    """A command that names a group and looks at all its live seats."""

    RESULT: ClassVar[type] = BuyGroup

    group_id: str

    def lane(self) -> str:
        return self.group_id

    def locate(self) -> Sequence[Read]:
        return ((BuyGroup, (self.merchant_id, self.group_id)),)

    def keys(self, found: State) -> Sequence[str]:
        group = found.get(BuyGroup, (self.merchant_id, self.group_id))
        return (activity_key(group.activity_id),) if group else (self.group_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield BuyGroup, (self.merchant_id, self.group_id)
        group = found.get(BuyGroup, (self.merchant_id, self.group_id))
        if group:
            yield from of_activity(self.merchant_id, group.activity_id)
            yield LIVE_SEATS, (self.merchant_id, self.group_id)

    def group(self, draft: Draft) -> BuyGroup:
        """Refuses GROUP_NOT_FOUND."""
        group = draft.get(BuyGroup, self.group_id)
        if group is None:
            raise GroupNotFound(field="group_id", group_id=self.group_id)
        return group


class ExpireGroup(OfGroup, frozen=True, kw_only=True):
    """The group's time is over: it succeeds, is completed with virtual members, or fails.

    Seats that were taken in time and not paid yet are waited for, at most for the grace.
    domain.md §2.1, G2, G5.
    """

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        if group.status != "OPEN" or group.expires_at is None or self.at < group.expires_at:
            return Decision(result=group)
        seats = draft.group(LIVE_SEATS, self.group_id)
        held = [seat.hold_until for seat in seats if seat.state == "RESERVED"]
        if held and max(held) > self.at:
            draft.wake(EXPIRY_TIMER, self.group_id, max(held) + timedelta(microseconds=1))
            return draft.decision(group)
        return draft.decision(judge(draft, group, terms_of(draft, group)))


class FillGroup(OfGroup, frozen=True, kw_only=True):
    """A late payer of another group took the last seat: the group succeeds, if it is still full."""

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        if group.status != "OPEN" or not is_complete(group):
            return Decision(result=group)
        terms = terms_of(draft, group)
        return draft.decision(succeed(draft, group, terms, success_of(terms)))


class SimulateGroup(OfGroup, frozen=True, kw_only=True):
    """Completes a group with virtual members before its time, if its rules allow; else at its end.

    A seat that is not paid yet is waited for: its member is real.
    """

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        if group.status != "OPEN":
            return Decision(result=group)
        terms = terms_of(draft, group)
        seats = draft.group(LIVE_SEATS, self.group_id)
        held = [seat.hold_until for seat in seats if seat.state == "RESERVED"]
        if held:
            due = max(self.at, max(held)) + timedelta(microseconds=1)
            if group.expires_at is not None and due < group.expires_at:
                draft.wake(SIMULATE_TIMER, self.group_id, due)
            return draft.decision(group)
        if terms.may_simulate(real=group.paid, new=group.new_paid, seats=group.min_seats):
            group = succeed(draft, group, terms, "SIMULATED")
        return draft.decision(group)


class ForceComplete(OfGroup, frozen=True, kw_only=True):
    """An operator completes an open group as it is (手动成团); empty seats are virtual and flagged.

    Unpaid seats are freed. Refuses GROUP_NOT_FOUND, GROUP_NOT_OPEN, INVALID_STATE if nobody paid.
    """

    actor: str

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        if group.status != "OPEN":
            raise GroupNotOpen(group_id=self.group_id, status=group.status)
        if not group.paid:
            raise InvalidState(group_id=self.group_id, state="NOBODY_PAID")
        return draft.decision(succeed(draft, group, terms_of(draft, group), "MANUAL"))


class FailGroup(OfGroup, frozen=True, kw_only=True):
    """An operator gives a group up, because the goods are not there: all its money goes back.

    Refuses GROUP_NOT_FOUND, GROUP_NOT_OPEN.
    """

    reason: Literal["STOCK_OUT", "ACTIVITY_STOPPED"]
    actor: str

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        group = self.group(draft)
        if group.is_over:
            raise GroupNotOpen(group_id=self.group_id, status=group.status)
        return draft.decision(fail(draft, group, self.reason))


class SweepStopped(Command, frozen=True, kw_only=True):
    """One of the steps that fail the open groups of an activity stopped with FAIL_OPEN."""

    activity_id: str
    bucket: int

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def _bucket(self) -> tuple[str, str, int]:
        assert 0 <= self.bucket < BUCKETS, "Bug: no such bucket"
        return self.merchant_id, self.activity_id, self.bucket

    def locate(self) -> Sequence[Read]:
        return ((LIVE_IN_BUCKET, self._bucket()),)

    def reads(self, found: State) -> Iterable[Read]:
        yield from of_activity(self.merchant_id, self.activity_id)
        yield LIVE_IN_BUCKET, self._bucket()
        for group in found.group(LIVE_IN_BUCKET, self._bucket()):
            yield LIVE_SEATS, (self.merchant_id, group.group_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = draft.get(Activity, self.activity_id)
        if activity is None or activity.stop_policy != "FAIL_OPEN":
            return Decision()
        for group in state.group(LIVE_IN_BUCKET, self._bucket()):
            if state.knows(LIVE_SEATS, (self.merchant_id, group.group_id)):
                fail(draft, group, "ACTIVITY_STOPPED")
            else:  # opened between the look and the lock: one more step for it
                again = self.at + timedelta(seconds=1)
                draft.wake(SWEEP_TIMER, f"{self.activity_id}/{self.bucket}", again)
        return draft.decision()


def judge(draft: Draft, group: BuyGroup, terms: Terms) -> BuyGroup:
    """How a group ends whose time is over. G2."""
    if group.paid >= group.min_seats:
        return succeed(draft, group, terms, success_of(terms))
    if terms.may_simulate(real=group.paid, new=group.new_paid, seats=group.min_seats):
        return succeed(draft, group, terms, "SIMULATED")
    return fail(draft, group, "EXPIRED")


def success_of(terms: Terms) -> SuccessMode:
    """What a group that has its payers is called."""
    return "LADDER" if terms.mode == "LADDER_DYNAMIC" else "FULL"


def succeed(draft: Draft, group: BuyGroup, terms: Terms, mode: SuccessMode) -> BuyGroup:
    """All paid seats are settled at once; the goods may ship. Virtual seats move nothing."""
    for seat in draft.group(LIVE_SEATS, group.group_id):
        if seat.state == "RESERVED":
            free(draft, seat, expired=False)
    group = _latest(draft, group)
    seats = draft.group(LIVE_SEATS, group.group_id)
    tier = group.tier
    if terms.mode == "LADDER_DYNAMIC":
        # Virtual members raise no step; a group completed below the first stays on the first.
        tier = max(terms.reached(group.paid), 0)
        seats = _settle_ladder(draft, group, terms, seats, tier)
    settled = [draft.put(replace(seat, state="SETTLED", ended_at=draft.at)) for seat in seats]
    group = draft.put(
        replace(
            group,
            status="SUCCEEDED",
            outcome=mode,
            tier=tier,
            virtual=max(group.min_seats - group.paid, 0),
            ended_at=draft.at,
        )
    )
    _end_timers(draft, group)
    if terms.reward.kind != "NONE":
        due = draft.at + timedelta(hours=terms.reward.delay_hours)
        draft.wake(REWARD_TIMER, group.group_id, due)
    draft.tell(_succeeded(group, terms, settled, mode))
    for seat in settled:
        if seat.is_new:
            draft.tell(_acquired(group, seat))
    return group


def fail(draft: Draft, group: BuyGroup, reason: FailReason) -> BuyGroup:
    """All paid seats are refunded, unpaid ones freed, and all their stock is for sale again."""
    seats = draft.group(LIVE_SEATS, group.group_id)
    paid = [seat for seat in seats if seat.state == "PAID"]
    for seat in paid:
        stock_back(draft, seat)
        request_refund(draft, seat, "FAIL", seat.net_fen)
        draft.put(
            replace(
                seat,
                state="REFUND_REQUESTED",
                owed_back_fen=seat.owed_back_fen + seat.net_fen,
                ended_at=draft.at,
            )
        )
    # Before its unpaid seats are freed: freeing a leader's seat would close the group instead.
    draft.put(replace(group, status="FAILED", outcome=reason, ended_at=draft.at))
    for seat in seats:
        if seat.state == "RESERVED":
            free(draft, seat, expired=False)
    group = _latest(draft, group)
    _end_timers(draft, group)
    draft.tell(
        events.GroupFailed(
            group_id=group.group_id,
            activity_id=group.activity_id,
            reason=reason,
            leader_id=group.leader_id,
            order_ids=[seat.order_id for seat in paid],
        )
    )
    return group


def _latest(draft: Draft, group: BuyGroup) -> BuyGroup:
    found = draft.get(BuyGroup, group.group_id)
    assert found is not None, "Bug: the group was there"
    return found


def _end_timers(draft: Draft, group: BuyGroup) -> None:
    draft.cancel(EXPIRY_TIMER, group.group_id)
    draft.cancel(SIMULATE_TIMER, group.group_id)


def _settle_ladder(
    draft: Draft, group: BuyGroup, terms: Terms, seats: Sequence[Seat], tier: int
) -> list[Seat]:
    """Everybody paid the first step's price; what the step reached costs less goes back. G5."""
    settled = []
    total_fen = 0
    for seat in seats:
        unit_fen = terms.sku(seat.sku_id).tier_prices_fen[tier]
        diff_fen = max(seat.unit_price_fen - unit_fen, 0) * seat.held_qty
        diff_fen = min(diff_fen, seat.net_fen)
        if diff_fen:
            request_refund(draft, seat, "LADDER_DIFF", diff_fen)
            total_fen += diff_fen
        settled.append(replace(seat, owed_back_fen=seat.owed_back_fen + diff_fen))
    draft.tell(
        events.LadderSettled(
            group_id=group.group_id,
            activity_id=group.activity_id,
            tier=tier,
            final_prices_fen={sku.sku_id: sku.tier_prices_fen[tier] for sku in terms.skus},
            diff_total_fen=total_fen,
        )
    )
    return settled


def _succeeded(
    group: BuyGroup, terms: Terms, seats: Sequence[Seat], mode: SuccessMode
) -> events.GroupSucceeded:
    return events.GroupSucceeded(
        group_id=group.group_id,
        activity_id=group.activity_id,
        mode=mode,
        leader_id=group.leader_id,
        real=group.paid,
        virtual=group.virtual,
        tier=group.tier,
        order_ids=[seat.order_id for seat in seats],
        settled=[
            events.SettledSeat(
                seat_id=seat.seat_id,
                order_id=seat.order_id,
                member_id=seat.member_id,
                sku_id=seat.sku_id,
                qty=seat.held_qty,
                paid_fen=seat.paid_fen,
                final_fen=seat.net_fen,
                is_new_customer=seat.is_new,
            )
            for seat in seats
        ],
        commission_allowed=terms.commission_allowed,
        pickup_point_id=group.pickup_point_id,
    )


def _acquired(group: BuyGroup, seat: Seat) -> events.NewCustomerAcquired:
    brought_by = seat.inviter_id or group.leader_id
    return events.NewCustomerAcquired(
        group_id=group.group_id,
        activity_id=group.activity_id,
        member_id=seat.member_id,
        inviter_id="" if brought_by == seat.member_id else brought_by,
        order_id=seat.order_id,
    )
