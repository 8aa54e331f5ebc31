"""Refunds of saver packs (省钱券包): what was paid less what was saved; domain.md §2.14, M44.

DELIVERING | DELIVERED → REFUNDING → REFUNDED, and once more for each used coupon that comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from common.commands import Decision
from common.errors import NotYet
from common.rows import Read, State
from common.timers import Timer
from services.coupon.coupons import UNUSED_TIMER, Coupon
from services.coupon.errors_promotions import PackStateInvalid
from services.coupon.grants import GRANTS_FOR, RevokeGrants
from services.coupon.packs import (
    DELIVERED_TIMER,
    REFUND_TIMER,
    RETRY,
    CouponPack,
    OfPack,
    ask_back,
    paid_back,
)


class RefundPack(OfPack, frozen=True, kw_only=True):
    """Refunds a pack: what was paid less what its used coupons saved; the unused ones are void.

    Deliveries to come are called off. Refuses PACK_NOT_FOUND, PACK_STATE_INVALID if it is not
    paid, refunded already, or an order holds one of its coupons. domain.md §2.14.
    """

    def _revoking(self) -> RevokeGrants:
        return RevokeGrants(
            id=self.id, merchant_id=self.merchant_id, at=self.at, new_id=self.new_id,
            source="PACK", ref=self.pack_id, reason="PACK_REFUNDED",
        )  # fmt: skip

    def locate(self) -> Sequence[Read]:
        return (*super().locate(), *self._revoking().locate())

    def keys(self, found: State) -> Sequence[str]:
        return (*super().keys(found), *self._revoking().keys(found))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from self._revoking().reads(found)

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state not in ("DELIVERING", "DELIVERED"):
            raise PackStateInvalid(pack_id=self.pack_id, state=pack.state)
        revoked = self._revoking().decide(state)
        savings = sum(self._saved(pack, coupon) for coupon in self._coupons(state))
        amount = max(0, pack.price_fen - savings)
        after = replace(
            pack, state="REFUNDING" if amount else "REFUNDED", refund_id=self.new_id,
            refund_fen=amount, savings_fen=savings, ended_at=self.at, asked_fen=amount,
        )  # fmt: skip
        rows, asked = ask_back(after, self.new_id, pack.payment_id, amount, self.at)
        timer = (Timer, (self.merchant_id, DELIVERED_TIMER, pack.pack_id))
        return Decision(
            after,
            [after, *rows, *revoked.rows],
            [*asked, *revoked.events],
            [*revoked.deletes, timer],
        )

    def _coupons(self, state: State) -> Iterable[Coupon]:
        for grant in state.group(GRANTS_FOR, (self.merchant_id, "PACK", self.pack_id)):
            for coupon_id in grant.coupon_ids:
                coupon = state.get(Coupon, (self.merchant_id, coupon_id))
                assert coupon is not None, "Bug: a grant's coupon is gone"
                yield coupon

    def _saved(self, pack: CouponPack, coupon: Coupon) -> int:
        if coupon.state == "LOCKED":
            raise PackStateInvalid(pack_id=self.pack_id, state="COUPON_LOCKED")
        # What a friend does with a coupon is not known here: it counts as used in full. One that is
        # still offered is void now, and saved nobody anything.
        if coupon.state == "TRANSFERRED":
            return _worth(pack, coupon)
        if coupon.state != "USED":
            return 0
        # A till may not have said what it took off.
        return coupon.discount_fen or _worth(pack, coupon)


class RepayPack(RefundPack, frozen=True, kw_only=True):
    """A used coupon of a refunded pack came back from its order, void: it saved nothing.

    What the pack's refund charged for it is paid back, so that it is the same which of the two was
    refunded first; §2.14. While the payment system is at the refund before, this comes again.
    """

    coupon_id: str

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        if pack.state == "REFUNDING":
            ref = f"{self.pack_id}/{self.coupon_id}"
            return Decision(pack, [Timer(self.merchant_id, UNUSED_TIMER, ref, self.at + RETRY)])
        if pack.state != "REFUNDED":
            return Decision(result=pack)  # recalled for another reason; its refund is still to come
        savings = sum(self._saved(pack, coupon) for coupon in self._coupons(state))
        due = max(0, pack.price_fen - savings)
        owed = due - pack.refund_fen
        if owed <= 0:
            same = replace(pack, savings_fen=savings)
            return Decision(result=same, rows=[same])
        after = replace(
            pack, state="REFUNDING", refund_id=self.new_id, refund_fen=due, savings_fen=savings,
            asked_fen=owed, ended_at=self.at,
        )  # fmt: skip
        rows, asked = ask_back(after, self.new_id, pack.payment_id, owed, self.at)
        return Decision(after, [after, *rows], asked)


class SettlePackRefund(OfPack, frozen=True, kw_only=True):
    """The payment system paid back, or could not and is asked again later; it names the refund.

    Money that bought nothing goes back under the id of its payment.
    """

    refund_id: str
    succeeded: bool
    payment_id: str = ""
    amount_fen: int = 0

    def decide(self, state: State) -> Decision:
        pack = state.get(CouponPack, (self.merchant_id, self.pack_id))
        if pack is None:
            raise NotYet(pack_id=self.pack_id)
        ours = pack.refund_id == self.refund_id and pack.state == "REFUNDING"
        # Packs that were refunded before it was noted asked for all of it at once.
        asked_fen = (pack.asked_fen or pack.refund_fen) if ours else self.amount_fen
        ref = f"{self.pack_id}/{self.refund_id}/{asked_fen}"
        timer = Timer(self.merchant_id, REFUND_TIMER, ref, self.at + RETRY)
        if not ours and self.refund_id != self.payment_id:
            return Decision(result=pack)
        if not self.succeeded:
            return Decision(result=pack, rows=[timer])
        done = [(Timer, (self.merchant_id, REFUND_TIMER, ref))]
        if not ours:
            return Decision(result=pack, deletes=done)
        after = replace(pack, state="REFUNDED", ended_at=self.at)
        return Decision(result=after, rows=[after], events=[paid_back(after)], deletes=done)


class AskPackRefundAgain(OfPack, frozen=True, kw_only=True):
    """The timer's command: the payment system could not pay back, or said nothing for a day."""

    refund_id: str
    amount_fen: int

    def decide(self, state: State) -> Decision:
        pack = self.pack(state)
        ours = self.refund_id == pack.refund_id
        if ours and pack.state != "REFUNDING":
            return Decision(result=pack)
        payment_id = pack.payment_id if ours else self.refund_id
        rows, again = ask_back(pack, self.refund_id, payment_id, self.amount_fen, self.at)
        return Decision(result=pack, rows=rows, events=again)


def _worth(pack: CouponPack, coupon: Coupon) -> int:
    """What a coupon counts for where it is not known: its face, or its share of the price."""
    pieces = sum(item.quantity for item in pack.items)
    return coupon.face_fen or -(-pack.price_fen // pieces)
