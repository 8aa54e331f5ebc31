"""Using a coupon in a store: a code that lives minutes, verified at the till; M39.

The code is for one coupon and works once: showing it again gives the same verification. A mistake
is reverted within 24 hours, and a full refund of the till's order gives the coupon back; its end
stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.carts import who_reason
from services.coupon.coupons import (
    Coupon,
    OfCoupon,
    about,
    coupon_of,
    must_be_available,
    must_take,
    returned,
    revived,
)
from services.coupon.errors import (
    CodeExpired,
    CodeNotFound,
    MemberMoved,
    NotEligible,
    RevertWindowPassed,
    StoreNotAllowed,
    VerificationNotFound,
)
from services.coupon.first_orders import FIRST_ORDER, shown_first
from services.coupon.members import MergedMember, Standing, has_left
from services.coupon.recalls import RECALLS_OF, is_recalled
from services.coupon.templates import CouponTemplate
from services.coupon.terms import CouponTerms
from services.coupon.verifications import VERIFIED_FOR, Verification

# Time to walk to the till and find the coupon again; a screenshot sent on is soon worthless.
CODE_LIFE: Final = timedelta(minutes=5)
REVERT_WINDOW: Final = timedelta(hours=24)


class VerifyCode(Row, frozen=True):
    """A code as it was issued; the code itself is not stored."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "code_hash")

    merchant_id: str
    code_hash: str
    # Also the id of the verification it becomes.
    code_id: str
    coupon_id: str
    template_id: str
    terms_version: int
    lock_key: str
    issued_at: datetime
    expires_at: datetime
    # Who showed it.
    member_id: str = ""


class CodeIssued(msgspec.Struct, frozen=True):
    """The answer to issuing a code: the door derives the code from ``code_id``."""

    code_id: str
    expires_at: datetime


class Verified(msgspec.Struct, frozen=True):
    """The answer to a verification or its reversal."""

    verification: Verification
    coupon: Coupon


class IssueVerifyCode(OfCoupon, frozen=True, kw_only=True):
    """Gives the holder a code to show. Nothing is used yet.

    Refuses COUPON_NOT_FOUND, COUPON_NOT_HELD, COUPON_NOT_AVAILABLE, NOT_ELIGIBLE for a first-order
    coupon as Lock does, or for who is not in the coupon's tiers or segments. A caller may vouch for
    a tier and segments that are not known here yet.
    """

    RESULT: ClassVar[type] = CodeIssued

    member_id: str
    code_hash: FromDoor[str]
    tier_id: str = ""
    segment_ids: list[str] = []  # noqa: RUF012  a struct copies its mutable defaults

    def keys(self, found: State) -> tuple[str, ...]:
        return (f"standing:{self.member_id}", *super().keys(found))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Standing, (self.merchant_id, self.member_id)
        yield FIRST_ORDER, (self.merchant_id, self.member_id)
        coupon = found.get(Coupon, (self.merchant_id, self.coupon_id))
        if coupon is not None:
            yield CouponTerms, coupon.terms_key

    def decide(self, state: State) -> Decision:
        coupon = coupon_of(state, self.merchant_id, self.coupon_id, self.member_id)
        must_be_available(coupon, self.at)
        if not state.knows(CouponTerms, coupon.terms_key):
            raise MemberMoved(coupon_id=self.coupon_id)
        version = state.get(CouponTerms, coupon.terms_key)
        assert version is not None, "Bug: a coupon without its terms"
        who = (self.merchant_id, self.member_id)
        standing = state.get(Standing, who)
        tier_id = self.tier_id or (standing.tier_id if standing else "")
        segments = {*self.segment_ids, *(standing.segment_ids if standing else ())}
        if why := who_reason(version.terms.scope, tier_id, segments):
            raise NotEligible(field="coupon_id", why=why)
        if version.terms.first_order_only:
            shown_first(state, *who, "", self.at, field="coupon_id")
        code = VerifyCode(
            self.merchant_id, self.code_hash.found, self.new_id, coupon.coupon_id,
            coupon.template_id, coupon.terms_version, coupon.lock_key, self.at,
            min(self.at + CODE_LIFE, coupon.valid_to), self.member_id,
        )  # fmt: skip
        return Decision(result=CodeIssued(code.code_id, code.expires_at), rows=[code])


class VerifyAtPos(Command, frozen=True, kw_only=True):
    """Uses the coupon a code stands for. The same code again answers the same verification.

    Refuses CODE_NOT_FOUND, CODE_EXPIRED, STORE_NOT_ALLOWED, COUPON_NOT_AVAILABLE,
    DISCOUNT_TOO_HIGH, NOT_ELIGIBLE for a first-order coupon if another order had one meanwhile.
    """

    RESULT: ClassVar[type] = Verified

    code_hash: str
    store_id: str
    staff_id: str
    order_id: str = ""
    discount_fen: int = 0

    def lane(self) -> str:
        return self.code_hash

    def locate(self) -> Sequence[Read]:
        return ((VerifyCode, (self.merchant_id, self.code_hash)),)

    def keys(self, found: State) -> tuple[str, ...]:
        code = found.get(VerifyCode, (self.merchant_id, self.code_hash))
        return (code.lock_key, f"standing:{code.member_id}") if code else (self.code_hash,)

    def reads(self, found: State) -> Iterable[Read]:
        yield VerifyCode, (self.merchant_id, self.code_hash)
        code = found.get(VerifyCode, (self.merchant_id, self.code_hash))
        if code is not None:
            yield Standing, (self.merchant_id, code.member_id)
            yield FIRST_ORDER, (self.merchant_id, code.member_id)
            yield Verification, (self.merchant_id, code.code_id)
            yield Coupon, (self.merchant_id, code.coupon_id)
            yield CouponTerms, (self.merchant_id, code.template_id, code.terms_version)

    def decide(self, state: State) -> Decision:
        code = state.get(VerifyCode, (self.merchant_id, self.code_hash))
        if code is None:
            raise CodeNotFound(field="code")
        if not state.knows(Coupon, (self.merchant_id, code.coupon_id)):
            raise MemberMoved(code_id=code.code_id)  # it was issued this very moment
        coupon = coupon_of(state, self.merchant_id, code.coupon_id)
        done = state.get(Verification, (self.merchant_id, code.code_id))
        if done is not None:
            return Decision(result=Verified(done, coupon))
        if self.at >= code.expires_at:
            raise CodeExpired(expired_at=code.expires_at)
        terms = state.get(CouponTerms, (self.merchant_id, code.template_id, code.terms_version))
        assert terms is not None, "Bug: a coupon without its terms"
        scope = terms.terms.scope
        if scope.store_ids and self.store_id not in scope.store_ids:
            raise StoreNotAllowed(field="store_id", store_id=self.store_id)
        if scope.channels and "POS" not in scope.channels:
            raise StoreNotAllowed(field="store_id", channel="POS")
        must_be_available(coupon, self.at)
        must_take(coupon, self.discount_fen)
        order_id = self.order_id or code.code_id
        # A merge between code and till is left to the paid order's news.
        first: list[Row] = []
        if terms.terms.first_order_only and code.member_id == coupon.member_id:
            who = (self.merchant_id, coupon.member_id)
            first = [
                shown_first(state, *who, order_id, self.at, shown_at=code.issued_at, field="code")
            ]
        used = replace(
            coupon, state="USED", order_id=order_id, discount_fen=self.discount_fen,
            used_at=self.at,
        )  # fmt: skip
        verification = Verification(
            self.merchant_id, code.code_id, coupon.coupon_id, coupon.member_id, code.lock_key,
            self.store_id, self.staff_id, order_id, self.discount_fen, "DONE", self.at,
        )  # fmt: skip
        event = events.CouponUsed(
            **about(coupon), order_id=order_id, discount_fen=self.discount_fen, scene="POS",
            store_id=self.store_id,
        )  # fmt: skip
        return Decision(Verified(verification, used), [verification, used, *first], [event])


class RevertVerify(Command, frozen=True, kw_only=True):
    """Takes a verification back within 24 hours. A repeat answers the same.

    Refuses VERIFICATION_NOT_FOUND, REVERT_WINDOW_PASSED.
    """

    RESULT: ClassVar[type] = Verified

    verification_id: str
    staff_id: str

    def lane(self) -> str:
        return self.verification_id

    def locate(self) -> Sequence[Read]:
        return ((Verification, (self.merchant_id, self.verification_id)),)

    def keys(self, found: State) -> tuple[str, ...]:
        done = found.get(Verification, (self.merchant_id, self.verification_id))
        return (done.lock_key if done else self.verification_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Verification, (self.merchant_id, self.verification_id)
        done = found.get(Verification, (self.merchant_id, self.verification_id))
        if done is not None:
            yield Coupon, (self.merchant_id, done.coupon_id)
            yield CouponTemplate, (self.merchant_id, done.lock_key.rpartition("/")[0])
            yield RECALLS_OF, (self.merchant_id, done.lock_key.rpartition("/")[0])
            yield MergedMember, (self.merchant_id, done.member_id)

    def decide(self, state: State) -> Decision:
        done = state.get(Verification, (self.merchant_id, self.verification_id))
        if done is None:
            raise VerificationNotFound(
                field="verification_id", verification_id=self.verification_id
            )
        if not state.knows(Coupon, (self.merchant_id, done.coupon_id)):
            raise MemberMoved(verification_id=self.verification_id)
        coupon = coupon_of(state, self.merchant_id, done.coupon_id)
        if done.state == "REVERTED":
            return Decision(result=Verified(done, coupon))
        if self.at > done.verified_at + REVERT_WINDOW:
            raise RevertWindowPassed(verified_at=done.verified_at)
        after, free, event = _undone(state, done, coupon, self.at, by=self.staff_id)
        return Decision(Verified(after, free), [after, *revived(free, self.at)], [event])


class ReturnVerified(Command, frozen=True, kw_only=True):
    """An order was fully refunded: what was used for it at a till comes back as from any order.

    An order without such coupons changes nothing. domain.md §2.7, C7, saga S4, M39.
    """

    RESULT: ClassVar[type] = list[Verification]

    order_id: str
    refund_id: str

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return ((VERIFIED_FOR, (self.merchant_id, self.order_id)),)

    def keys(self, found: State) -> Sequence[str]:
        done = found.group(VERIFIED_FOR, (self.merchant_id, self.order_id))
        return (f"till-order:{self.order_id}", *{one.lock_key for one in done})

    def reads(self, found: State) -> Iterable[Read]:
        yield VERIFIED_FOR, (self.merchant_id, self.order_id)
        for done in found.group(VERIFIED_FOR, (self.merchant_id, self.order_id)):
            yield Coupon, (self.merchant_id, done.coupon_id)
            yield CouponTemplate, (self.merchant_id, done.lock_key.rpartition("/")[0])
            yield RECALLS_OF, (self.merchant_id, done.lock_key.rpartition("/")[0])
            yield MergedMember, (self.merchant_id, done.member_id)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        told: list[Event] = []
        after = []
        for done in state.group(VERIFIED_FOR, (self.merchant_id, self.order_id)):
            if not state.knows(Coupon, (self.merchant_id, done.coupon_id)):
                raise MemberMoved(order_id=self.order_id)
            coupon = coupon_of(state, self.merchant_id, done.coupon_id)
            undone, free, event = _undone(
                state, done, coupon, self.at, by=self.refund_id, refund_id=self.refund_id
            )
            after.append(undone)
            rows += [undone, *revived(free, self.at)]
            told.append(event)
        return Decision(result=after, rows=rows, events=told)


def _undone(
    state: State, done: Verification, coupon: Coupon, at: datetime, *, by: str, refund_id: str = ""
) -> tuple[Verification, Coupon, Event]:
    """The verification taken back ``by`` somebody or a refund, and its coupon free again."""
    assert coupon.state == "USED", "Bug: a verified coupon is not used"
    template = state.get(CouponTemplate, (done.merchant_id, coupon.template_id))
    left = has_left(state, done.merchant_id, done.member_id)
    free = returned(coupon, template, at, gone=left or is_recalled(state, coupon))
    after = replace(done, state="REVERTED", reverted_at=at, reverted_by=by)
    event = events.CouponReturned(
        **about(free), order_id=done.order_id, refund_id=refund_id, state=free.state
    )
    return after, free, event
