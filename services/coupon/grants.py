"""Grants: coupons that are given, once per grant id, whoever asks and however often.

A *promised* grant (a recharge's gift, an exchange, a tier's gift) that cannot be kept now is tried
again every hour for three days, then told of; per-member limits do not apply to it. Sagas S1, S2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import Refusal
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.coupon import CouponSource
from danke.events.envelope import Event
from services.coupon.coupons import Coupon, block_key, voided
from services.coupon.errors import GrantIdReused, MemberClosed, MemberMoved
from services.coupon.issuing import Issue, issue_reads
from services.coupon.members import MergedMember

GRANT_TIMER: Final = "coupon_grant"
RETRY_EVERY: Final = timedelta(hours=1)
TRIES: Final = 72


class Grant(Row, frozen=True):
    """Coupons of one template for one member, for one reason."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "grant_id")

    merchant_id: str
    grant_id: str
    template_id: str
    member_id: str
    quantity: int
    source: CouponSource
    # The recharge, exchange, order … it is for.
    ref: str
    state: Literal["GRANTED", "PENDING", "FAILED", "REVOKED"]
    coupon_ids: list[str]
    # The blocks those coupons are in.
    blocks: list[int]
    # Why it is not granted, or was revoked.
    reason: str
    attempts: int
    created_at: datetime
    promised: bool
    # Until when what it is for may take it back; None without end.
    revocable_until: datetime | None = None


# Everything that was given because of one thing.
GRANTS_FOR = Group(Grant, ("merchant_id", "source", "ref"), order=lambda grant: grant.grant_id)


def fulfil(
    command: Command, state: State, grant: Grant, number: int = 0
) -> tuple[Grant, list[Row], Sequence[Event]]:
    """The grant with its coupons. Refuses as ``Issue`` does; ``number`` tells grants apart."""
    issue = Issue(command, state, grant.template_id)
    holder = issue.holder(grant.member_id)
    if not grant.promised and holder == grant.member_id:
        issue.limit(holder, grant.quantity)
    issue.must_have(grant.quantity)
    for place in range(grant.quantity):
        coupon_id = f"{command.new_id}.{number}.{place}" if number or place else command.new_id
        issue.one(holder, grant.source, grant.ref, coupon_id=coupon_id)
    done = replace(
        grant, member_id=holder, state="GRANTED", reason="",
        coupon_ids=[coupon.coupon_id for coupon in issue.coupons],
        blocks=sorted({coupon.block for coupon in issue.coupons}),
    )  # fmt: skip
    return done, [done, *issue.rows()], issue.events


def try_promise(
    command: Command, state: State, grant: Grant, number: int = 0
) -> tuple[Grant, list[Row], Sequence[Event]]:
    """As ``fulfil``, but what is refused now is tried again later, or told of at last."""
    timer = (grant.merchant_id, GRANT_TIMER, grant.grant_id)
    try:
        return fulfil(command, state, grant, number)
    except Refusal as refusal:
        attempts = grant.attempts + 1
        after = replace(grant, state="PENDING", reason=refusal.reason, attempts=attempts)
        if attempts < TRIES and not isinstance(refusal, MemberClosed):
            return after, [after, Timer(*timer, command.at + RETRY_EVERY)], ()
        failed = replace(after, state="FAILED")
        event = events.CouponGrantFailed(
            grant_id=grant.grant_id, template_id=grant.template_id, member_id=grant.member_id,
            quantity=grant.quantity, source=grant.source, ref=grant.ref, reason=refusal.reason,
        )  # fmt: skip
        return failed, [failed], [event]


class GrantCoupons(Command, frozen=True, kw_only=True):
    """Gives a member coupons once per ``grant_id``; a repeat answers the first.

    Refuses TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ACTIVE, CLAIM_LIMIT_REACHED, DAILY_LIMIT_REACHED,
    SOLD_OUT, BUDGET_EXHAUSTED, MEMBER_CLOSED, GRANT_ID_REUSED. All of them or none are given.
    """

    RESULT: ClassVar[type] = Grant

    grant_id: str
    template_id: str
    member_id: str
    quantity: int = 1
    source: CouponSource = "GRANT"
    ref: str = ""
    promised: bool = False

    def lane(self) -> str:
        return self.template_id

    def keys(self, found: State) -> tuple[str, ...]:
        return (self.template_id, f"grant:{self.grant_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield Grant, (self.merchant_id, self.grant_id)
        yield from issue_reads(self.merchant_id, self.template_id, (self.member_id,))

    def decide(self, state: State) -> Decision:
        old = state.get(Grant, (self.merchant_id, self.grant_id))
        if old is not None:
            wanted = (self.template_id, self.quantity, self.source)
            if (old.template_id, old.quantity, old.source) != wanted:
                raise GrantIdReused(field="grant_id", grant_id=self.grant_id)
            # Who was merged since may be asked for under either id.
            merged = state.get(MergedMember, (self.merchant_id, self.member_id))
            if old.member_id != self.member_id and merged is None:
                raise GrantIdReused(field="grant_id", grant_id=self.grant_id)
            return Decision(result=old)
        make = try_promise if self.promised else fulfil
        done, rows, told = make(self, state, self.pending())
        return Decision(result=done, rows=rows, events=told)

    def pending(self) -> Grant:
        """The grant before anything was given."""
        return Grant(
            self.merchant_id, self.grant_id, self.template_id, self.member_id, self.quantity,
            self.source, self.ref, "PENDING", [], [], "", 0, self.at, self.promised,
        )  # fmt: skip


class RetryGrant(Command, frozen=True, kw_only=True):
    """Tries a promised grant again."""

    RESULT: ClassVar[type] = Grant

    grant_id: str

    def lane(self) -> str:
        return self.grant_id

    def locate(self) -> Sequence[Read]:
        return ((Grant, (self.merchant_id, self.grant_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        grant = found.get(Grant, (self.merchant_id, self.grant_id))
        return (f"grant:{self.grant_id}", *((grant.template_id,) if grant else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield Grant, (self.merchant_id, self.grant_id)
        grant = found.get(Grant, (self.merchant_id, self.grant_id))
        if grant is not None:
            yield from issue_reads(self.merchant_id, grant.template_id, (grant.member_id,))

    def decide(self, state: State) -> Decision:
        grant = state.get(Grant, (self.merchant_id, self.grant_id))
        if grant is None or grant.state != "PENDING":
            return Decision(result=grant)
        done, rows, told = try_promise(self, state, grant)
        return Decision(result=done, rows=rows, events=told)


class RevokeGrants(Command, frozen=True, kw_only=True):
    """What was given because of ``ref`` is taken back as far as it is unused; C15, saga S2.

    Used coupons are kept; those an order holds go when it gives them back, used ones if it is
    refunded; what was not granted yet is not granted any more. Nothing given, nothing done.
    """

    RESULT: ClassVar[type] = list[Grant]

    source: CouponSource
    ref: str
    reason: str
    # Only these templates' coupons; none named: all.
    template_ids: list[str] = []  # noqa: RUF012  a struct copies its mutable defaults

    def lane(self) -> str:
        return f"{self.source}:{self.ref}"

    def locate(self) -> Sequence[Read]:
        return ((GRANTS_FOR, (self.merchant_id, self.source, self.ref)),)

    def keys(self, found: State) -> list[str]:
        keys = []
        for grant in found.group(GRANTS_FOR, (self.merchant_id, self.source, self.ref)):
            keys.append(f"grant:{grant.grant_id}")
            keys += (block_key(grant.template_id, block) for block in grant.blocks)
        return keys

    def reads(self, found: State) -> Iterable[Read]:
        yield GRANTS_FOR, (self.merchant_id, self.source, self.ref)
        for grant in found.group(GRANTS_FOR, (self.merchant_id, self.source, self.ref)):
            for coupon_id in grant.coupon_ids:
                yield Coupon, (self.merchant_id, coupon_id)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        told: list[Event] = []
        deletes = []
        after = []
        for grant in state.group(GRANTS_FOR, (self.merchant_id, self.source, self.ref)):
            if self.template_ids and grant.template_id not in self.template_ids:
                continue
            if grant.state == "REVOKED" or not self.revocable(grant):
                continue
            for coupon_id in grant.coupon_ids:
                if not state.knows(Coupon, (self.merchant_id, coupon_id)):
                    raise MemberMoved(grant_id=grant.grant_id)
                coupon = state.get(Coupon, (self.merchant_id, coupon_id))
                assert coupon is not None, "Bug: a grant's coupon is gone"
                row, event = taken_back(coupon, self.reason)
                # A used one is kept; but if its own order is refunded too, it is not given back.
                if coupon.state == "USED" and not coupon.recalled:
                    row = replace(coupon, recalled=True)
                rows += [row] if row else []
                told += [event] if event else []
            after.append(replace(grant, state="REVOKED", reason=self.reason))
            deletes.append((Timer, (self.merchant_id, GRANT_TIMER, grant.grant_id)))
        return Decision(result=after, rows=[*rows, *after], events=told, deletes=deletes)

    def revocable(self, grant: Grant) -> bool:
        """Whether it may still be taken back."""
        return True


def taken_back(coupon: Coupon, reason: str) -> tuple[Coupon | None, Event | None]:
    """The coupon void, or to become so when its order gives it back; None if it is kept."""
    if coupon.state in ("AVAILABLE", "FISSION_LOCKED"):
        return voided(coupon, reason)
    if coupon.state in ("LOCKED", "TRANSFERRING") and not coupon.recalled:
        return replace(coupon, recalled=True), None
    return None, None
