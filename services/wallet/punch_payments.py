"""Payments of punch cards: one buys the card, any other goes back.

The channel tells of what has happened and cannot be refused; parity.md §3 44.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from common.commands import Decision
from common.errors import NotYet
from common.rows import Read, State
from common.timers import Timer
from danke.events import wallet_punchcard as events
from services.wallet.accounts import Account, has_left
from services.wallet.errors import PaymentUsed
from services.wallet.ledger import transfers
from services.wallet.punch_cards import (
    CARDS_OF_PAYMENT,
    PAYMENT_TIMER,
    OfCard,
    PunchCard,
    started,
    timers_of,
)
from services.wallet.punch_refunds import PunchRefund, asked_for


class PayPunchCard(OfCard, frozen=True, kw_only=True):
    """The payment of a card arrived: it may be used from now on. Paid after closing counts too.

    A repeat changes nothing. Another amount, a second payment and the money of who left go back, as
    a refund with the payment's id and basis NOT_CREDITED. Refuses NOT_YET if the card is not known
    (its purchase is still on the way), PAYMENT_USED if it bought another card.
    """

    payment_id: str
    amount_fen: int
    paid_at: datetime

    def locate(self) -> Sequence[Read]:
        return ((PunchCard, (self.merchant_id, self.card_id)),)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield PunchRefund, (self.merchant_id, self.payment_id)
        yield CARDS_OF_PAYMENT, (self.merchant_id, self.payment_id)
        card = found.get(PunchCard, (self.merchant_id, self.card_id))
        if card is not None:
            yield Account, (self.merchant_id, card.owner_id)

    def decide(self, state: State) -> Decision:
        card = state.get(PunchCard, (self.merchant_id, self.card_id))
        if card is None or not state.knows(Account, (self.merchant_id, card.owner_id)):
            raise NotYet(card_id=self.card_id)
        returned = state.get(PunchRefund, (self.merchant_id, self.payment_id))
        if card.payment_id == self.payment_id or returned is not None:
            return Decision(result=card)
        for other in state.group(CARDS_OF_PAYMENT, (self.merchant_id, self.payment_id)):
            raise PaymentUsed(payment_id=self.payment_id, card_id=other.card_id)
        if why := self._why_not(state, card):
            return self._return(card, why)
        after = replace(card, state="ACTIVE", payment_id=self.payment_id, activated_at=self.paid_at)
        if card.valid_from == "PURCHASE":
            after = started(after, self.paid_at)
        sale = transfers(
            self.merchant_id, card.owner_id, self.new_id, card.card_id, self.at,
            [("PUNCH_SALE", "CASH_CLEARING", "PUNCH_LIAB", card.price_fen)],
        )  # fmt: skip
        return Decision(
            result=after,
            rows=[after, *timers_of(after, self.paid_at), *sale],
            events=[_activated(after)],
            deletes=[(Timer, (self.merchant_id, PAYMENT_TIMER, card.card_id))],
        )

    def _why_not(self, state: State, card: PunchCard) -> str:
        if card.payment_id:
            return "PAID_TWICE"
        if self.amount_fen != card.price_fen:
            return "AMOUNT_MISMATCH"
        gone = has_left(state.get(Account, (self.merchant_id, card.owner_id)))
        return "MEMBER_GONE" if gone else ""

    def _return(self, card: PunchCard, why: str) -> Decision:
        refund = PunchRefund(
            self.merchant_id, self.payment_id, card.card_id, card.owner_id, self.payment_id,
            "NOT_CREDITED", "REFUNDING", self.amount_fen, card.state, "", why, self.at,
            decided_by="wallet", decided_at=self.at,
        )  # fmt: skip
        timer, event = asked_for(refund, card, self.at)
        return Decision(result=card, rows=[refund, timer], events=[event])


def _activated(card: PunchCard) -> events.PunchCardActivated:
    return events.PunchCardActivated(
        member_id=card.owner_id,
        card_id=card.card_id,
        template_id=card.template_id,
        kind=card.kind,
        price_fen=card.price_fen,
        total_visits=card.total_visits,
        expires_at=card.expires_at,
        payment_id=card.payment_id,
        store_id=card.sold_store_id,
        staff_id=card.staff_id,
        campaign=card.campaign,
    )
