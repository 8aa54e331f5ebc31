"""Paid memberships (付费会员): bought for a term, beside the free tiers; M44, domain.md §3.2 (6).

PENDING → (paid) ACTIVE → EXPIRED | REFUNDED; PENDING → CLOSED unpaid. A renewal bought before the
end runs after it. A plan may give a tier while it runs (a PAID grant). There is no auto-renewal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events.envelope import Event
from danke.events.loyalty import MembershipActivated, MembershipExpired, MembershipRefunded
from services.loyalty.errors_members import (
    MembershipNotActive,
    MembershipNotFound,
    MembershipNotSeenYet,
    NotRefundable,
    PlanNotFound,
    PlanNotOnSale,
)
from services.loyalty.members import Member, must_be_active, must_be_declared
from services.loyalty.paid_terms import (
    END_TIMER,
    MEMBERSHIPS_OF,
    PaidMembership,
    end_timer,
    refundable_fen,
    set_paid_tier,
)
from services.loyalty.standing import Standing
from services.loyalty.tier_terms import settle
from services.loyalty.tiers import TierState, standing_reads

UNPAID_TIMER = "membership_unpaid"
UNPAID_AFTER = timedelta(minutes=30)
_DAY = timedelta(days=1)


class PaidPlan(Row, frozen=True):
    """What is sold: a price for so many days, and the tier that comes with it, if any."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "plan_id")

    merchant_id: str
    plan_id: str
    name: str
    price_fen: int
    days: int
    tier_id: str
    # PRO_RATA: by whole days that are left. NONE: not refundable once it began.
    refund: Literal["PRO_RATA", "NONE"]
    on_sale: bool
    version: int


class SetPaidPlan(Command, frozen=True, kw_only=True):
    """Creates or changes a plan; memberships already bought keep their terms."""

    RESULT: ClassVar[type] = PaidPlan

    plan_id: str
    name: str
    price_fen: int
    days: int
    tier_id: str
    refund: Literal["PRO_RATA", "NONE"]
    on_sale: bool

    def lane(self) -> str:
        return f"plan/{self.plan_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((PaidPlan, (self.merchant_id, self.plan_id)),)

    def decide(self, state: State) -> Decision:
        old = state.get(PaidPlan, (self.merchant_id, self.plan_id))
        plan = PaidPlan(
            self.merchant_id, self.plan_id, self.name, self.price_fen, self.days, self.tier_id,
            self.refund, self.on_sale, (old.version if old else 0) + 1,
        )  # fmt: skip
        return Decision(plan, [plan])


class BuyPaidMembership(Command, frozen=True, kw_only=True):
    """Opens a purchase; it becomes a membership when its payment arrives.

    Unpaid after thirty minutes it is closed. Refuses PLAN_NOT_FOUND, PLAN_NOT_ON_SALE and what
    ``must_be_active`` says of the member.
    """

    RESULT: ClassVar[type] = PaidMembership

    member_id: str
    plan_id: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        yield Member, (self.merchant_id, self.member_id)
        yield PaidPlan, (self.merchant_id, self.plan_id)

    def decide(self, state: State) -> Decision:
        must_be_active(state.get(Member, (self.merchant_id, self.member_id)), self.member_id)
        plan = state.get(PaidPlan, (self.merchant_id, self.plan_id))
        if plan is None:
            raise PlanNotFound(field="plan_id", plan_id=self.plan_id)
        if not plan.on_sale:
            raise PlanNotOnSale(plan_id=self.plan_id)
        bought = PaidMembership(
            self.merchant_id, self.new_id, self.member_id, plan.plan_id, "PENDING",
            plan.price_fen, plan.days, plan.tier_id, plan.refund, self.at, "", None, None, "", 0,
        )  # fmt: skip
        timer = Timer(self.merchant_id, UNPAID_TIMER, self.new_id, self.at + UNPAID_AFTER)
        return Decision(bought, [bought, timer])


class _OfMembership(Command, frozen=True, kw_only=True):
    """A command that names a membership; the membership says whose it is."""

    RESULT: ClassVar[Any] = PaidMembership

    membership_id: str

    def lane(self) -> str:
        return self.membership_id

    def locate(self) -> Sequence[Read]:
        return ((PaidMembership, (self.merchant_id, self.membership_id)),)

    def _found(self, found: State) -> PaidMembership | None:
        return found.get(PaidMembership, (self.merchant_id, self.membership_id))

    def keys(self, found: State) -> Sequence[str]:
        membership = self._found(found)
        return (membership.member_id,) if membership else (self.membership_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield PaidMembership, (self.merchant_id, self.membership_id)
        membership = self._found(found)
        if membership:
            yield Member, (self.merchant_id, membership.member_id)
            yield MEMBERSHIPS_OF, (self.merchant_id, membership.member_id)
            yield from standing_reads(self.merchant_id, membership.member_id)

    def _membership(self, state: State) -> PaidMembership | None:
        """Refuses MEMBER_MOVED if a merge came in between."""
        membership = self._found(state)
        if membership is not None:
            key = (self.merchant_id, membership.member_id)
            must_be_declared(state, TierState, key)
        return membership

    def _others(self, state: State, membership: PaidMembership) -> list[PaidMembership]:
        """The member's other terms of the same plan."""
        rows = state.group(MEMBERSHIPS_OF, (self.merchant_id, membership.member_id))
        return [
            row
            for row in rows
            if row.state == "ACTIVE"
            and row.plan_id == membership.plan_id
            and row.membership_id != membership.membership_id
        ]


class ActivateMembership(_OfMembership, frozen=True, kw_only=True):
    """The payment arrived: the term begins now, or after the one that runs.

    Money that cannot be used — another amount, a member who left, a second payment — is given back
    (MembershipRefunded with its reason). A purchase closed as unpaid is revived: the money is here.
    """

    payment_id: str
    amount_fen: int

    def decide(self, state: State) -> Decision:
        bought = self._membership(state)
        if bought is None:
            raise MembershipNotSeenYet(membership_id=self.membership_id)
        if bought.payment_id == self.payment_id:
            return Decision(bought)
        member = state.get(Member, (self.merchant_id, bought.member_id))
        reason = ""
        if bought.payment_id:
            reason = "PAID_TWICE"
        elif self.amount_fen != bought.price_fen:
            reason = "AMOUNT_MISMATCH"
        elif member is None or member.status not in ("ACTIVE", "FROZEN"):
            reason = "MEMBER_GONE"
        if reason:
            return Decision(bought, events=[self._returned(bought, reason)])
        return self._activate(state, bought)

    def _returned(self, bought: PaidMembership, reason: str) -> Event:
        return MembershipRefunded(
            member_id=bought.member_id,
            membership_id=bought.membership_id,
            plan_id=bought.plan_id,
            refund_id=f"unused-{self.payment_id}"[:64],
            payment_id=self.payment_id,
            amount_fen=self.amount_fen,
            reason=reason,
        )

    def _activate(self, state: State, bought: PaidMembership) -> Decision:
        others = self._others(state, bought)
        ends = [row.ends_at for row in others if row.ends_at]
        starts = max([self.at, *ends])
        term = replace(
            bought,
            state="ACTIVE",
            payment_id=self.payment_id,
            starts_at=starts,
            ends_at=starts + timedelta(days=bought.days),
        )
        standing = Standing(state, self, bought.member_id)
        settle(standing)
        set_paid_tier(standing, bought.plan_id, [*others, term])
        standing.refresh("PAID", bought.membership_id)
        assert term.ends_at is not None, "Bug: an active membership without an end"
        activated = MembershipActivated(
            member_id=bought.member_id,
            membership_id=bought.membership_id,
            plan_id=bought.plan_id,
            price_fen=bought.price_fen,
            starts_at=starts,
            ends_at=term.ends_at,
            renewal=bool(ends),
        )
        done = standing.decision(term, (term, end_timer(term)))
        unpaid = (Timer, (self.merchant_id, UNPAID_TIMER, self.membership_id))
        return replace(done, events=[activated, *done.events], deletes=[*done.deletes, unpaid])


class RefundPaidMembership(_OfMembership, frozen=True, kw_only=True):
    """Ends a term and gives back what is left of it; later terms of the plan move forward.

    A day begun after the first one is not charged before it is over: after 100 of 365 days 265 are
    paid back. ``refund_id`` works once. Refuses MEMBERSHIP_NOT_FOUND, MEMBERSHIP_NOT_ACTIVE,
    NOT_REFUNDABLE.
    """

    refund_id: str
    reason: str

    def decide(self, state: State) -> Decision:
        term = self._membership(state)
        if term is None:
            raise MembershipNotFound(field="membership_id", membership_id=self.membership_id)
        if term.state == "REFUNDED" and term.refund_id == self.refund_id:
            return Decision(term)
        if term.state != "ACTIVE" or term.ends_at is None or term.ends_at <= self.at:
            raise MembershipNotActive(membership_id=self.membership_id, state=term.state)
        amount = refundable_fen(term, self.at)
        if amount == 0:
            raise NotRefundable(membership_id=self.membership_id)
        ended = replace(term, state="REFUNDED", refund_id=self.refund_id, refunded_fen=amount)
        left = self._left(state, term)
        moved = [row for row, sooner in left if sooner]
        standing = Standing(state, self, term.member_id)
        settle(standing)
        set_paid_tier(standing, term.plan_id, [row for row, _ in left])
        standing.refresh("REVOKED", term.membership_id)
        refunded = MembershipRefunded(
            member_id=term.member_id,
            membership_id=term.membership_id,
            plan_id=term.plan_id,
            refund_id=self.refund_id,
            payment_id=term.payment_id,
            amount_fen=amount,
            reason=self.reason,
        )
        timers = [end_timer(row) for row in moved]
        done = standing.decision(ended, (ended, *moved, *timers))
        end = (Timer, (self.merchant_id, END_TIMER, self.membership_id))
        return replace(done, events=[refunded, *done.events], deletes=[*done.deletes, end])

    def _left(self, state: State, term: PaidMembership) -> list[tuple[PaidMembership, bool]]:
        """The plan's other terms, and whether each begins earlier now: one follows the other."""
        left: list[tuple[PaidMembership, bool]] = []
        free = self.at
        others = self._others(state, term)
        for row in sorted(others, key=lambda row: (row.starts_at or self.at, row.membership_id)):
            assert row.starts_at is not None and row.ends_at is not None, "Bug: no term"
            sooner = max(row.starts_at - free, 0 * _DAY)
            if row.starts_at > self.at and sooner:
                row = replace(row, starts_at=row.starts_at - sooner, ends_at=row.ends_at - sooner)
                left.append((row, True))
            else:
                left.append((row, False))
            free = max(free, left[-1][0].ends_at or free)
        return left


class EndMembership(_OfMembership, frozen=True, kw_only=True):
    """A timer's command: the term is over (EXPIRED), or nobody paid for it (CLOSED)."""

    RESULT: ClassVar[Any] = None

    def decide(self, state: State) -> Decision:
        term = self._membership(state)
        if term is not None and term.state == "PENDING":
            return Decision(rows=[replace(term, state="CLOSED")])
        if term is None or term.state != "ACTIVE" or not term.ends_at or term.ends_at > self.at:
            return Decision()
        standing = Standing(state, self, term.member_id)
        settle(standing)
        set_paid_tier(standing, term.plan_id, self._others(state, term))
        standing.refresh("PAID", term.membership_id)
        over = replace(term, state="EXPIRED")
        expired = MembershipExpired(
            member_id=term.member_id, membership_id=term.membership_id, plan_id=term.plan_id
        )
        done = standing.decision(None, (over,))
        return replace(done, events=[expired, *done.events])
