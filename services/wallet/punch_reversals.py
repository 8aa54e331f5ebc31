"""Taking back a use of a punch card: a correction at the till, or a cancelled booking.

The visits return to the card and to the share, what was earned by them is earned no longer.
domain.md §2.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events import wallet_punchcard as events
from danke.events.envelope import Event
from services.wallet.errors import (
    AlreadyReversed,
    CardNotActive,
    RedemptionNotFound,
    ReversalWindowPassed,
)
from services.wallet.punch_cards import PunchCard, card_of, give_back, recognise
from services.wallet.punch_redemptions import REDEMPTIONS_OF_BOOKING, Redeemed, Redemption
from services.wallet.punch_refunds import refundable_fen
from services.wallet.punch_shares import PunchShare, used_share

REVERSAL_WINDOW: Final = timedelta(hours=24)


def _reversed(
    command: Command, card: PunchCard, redemption: Redemption, number: int, actor: str, reason: str
) -> Decision:
    """Gives the visits back to the card. Refuses CARD_NOT_ACTIVE once the card is gone."""
    if card.state in ("REFUND_REQUESTED", "REFUNDED", "TRANSFERRED"):
        raise CardNotActive(card_id=card.card_id, state=card.state)
    given = give_back(card, redemption.item_id, redemption.times, command.at)
    numbered = replace(command, new_id=f"{command.new_id}.{number}")
    after, moves, delta = recognise(given, numbered, redemption.redemption_id, command.at)
    undone = replace(
        redemption, state="REVERSED", reversed_at=command.at, reversed_by=actor, reason=reason
    )
    event = events.RedemptionReversed(
        member_id=card.owner_id,
        card_id=card.card_id,
        redemption_id=redemption.redemption_id,
        redeemer_id=redemption.redeemer_id,
        item_id=redemption.item_id,
        times=redemption.times,
        store_id=redemption.store_id,
        booking_id=redemption.booking_id,
        revenue_fen=max(-delta, 0),
        remaining=after.remaining,
        reason=reason,
        refundable_fen=refundable_fen(after, command.at),
        expires_at=after.expires_at,
    )
    return Decision(result=Redeemed(undone, after), rows=[after, undone, *moves], events=[event])


def _share_of(state: State, redemption: Redemption) -> PunchShare | None:
    if not redemption.share_id:
        return None
    return state.get(PunchShare, (redemption.merchant_id, redemption.share_id))


def _reads_of(redemption: Redemption) -> Iterable[Read]:
    yield PunchCard, (redemption.merchant_id, redemption.card_id)
    if redemption.share_id:
        yield PunchShare, (redemption.merchant_id, redemption.share_id)


class ReverseRedemption(Command, frozen=True, kw_only=True):
    """Takes a redemption back within 24 hours of recording it: a store manager's correction.

    A pass gets no days back. Refuses REDEMPTION_NOT_FOUND, ALREADY_REVERSED,
    REVERSAL_WINDOW_PASSED, CARD_NOT_ACTIVE if the card is refunded or handed on.
    """

    RESULT: ClassVar[type] = Redeemed

    redemption_id: str
    actor: str
    reason: str

    def lane(self) -> str:
        return self.redemption_id

    def locate(self) -> Sequence[Read]:
        return ((Redemption, (self.merchant_id, self.redemption_id)),)

    def keys(self, found: State) -> Sequence[str]:
        redemption = found.get(Redemption, (self.merchant_id, self.redemption_id))
        return (redemption.card_id,) if redemption else (self.redemption_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Redemption, (self.merchant_id, self.redemption_id)
        redemption = found.get(Redemption, (self.merchant_id, self.redemption_id))
        if redemption:
            yield from _reads_of(redemption)

    def decide(self, state: State) -> Decision:
        redemption = state.get(Redemption, (self.merchant_id, self.redemption_id))
        if redemption is None:
            raise RedemptionNotFound(field="redemption_id", redemption_id=self.redemption_id)
        if redemption.state == "REVERSED":
            raise AlreadyReversed(redemption_id=self.redemption_id)
        if self.at >= redemption.recorded_at + REVERSAL_WINDOW:
            raise ReversalWindowPassed(recorded_at=redemption.recorded_at.isoformat())
        card = card_of(state, self.merchant_id, redemption.card_id)
        decision = _reversed(self, card, redemption, 1, self.actor, self.reason)
        share = _share_of(state, redemption)
        if share is None:
            return decision
        rows = [*decision.rows, used_share(share, -redemption.times)]
        return replace(decision, rows=rows)


class ReturnBooking(Command, frozen=True, kw_only=True):
    """A booking was cancelled: the visits redeemed for it come back, however long ago it was.

    A repeat, or a booking nothing was redeemed for, returns nothing. Refuses CARD_NOT_ACTIVE.
    """

    RESULT: ClassVar[Any] = list[Redeemed]

    booking_id: str
    actor: str

    def lane(self) -> str:
        return self.booking_id

    def locate(self) -> Sequence[Read]:
        return ((REDEMPTIONS_OF_BOOKING, (self.merchant_id, self.booking_id)),)

    def _redemptions(self, state: State) -> list[Redemption]:
        return state.group(REDEMPTIONS_OF_BOOKING, (self.merchant_id, self.booking_id))

    def keys(self, found: State) -> Sequence[str]:
        return [self.booking_id, *(one.card_id for one in self._redemptions(found))]

    def reads(self, found: State) -> Iterable[Read]:
        yield REDEMPTIONS_OF_BOOKING, (self.merchant_id, self.booking_id)
        for redemption in self._redemptions(found):
            yield from _reads_of(redemption)

    def decide(self, state: State) -> Decision:
        results: list[Redeemed] = []
        rows: list[Row] = []
        published: list[Event] = []
        # Several visits of one booking may be of one card and share.
        cards: dict[str, PunchCard] = {}
        shares: dict[str, PunchShare] = {}
        for number, redemption in enumerate(self._redemptions(state), 1):
            if redemption.state != "DONE":
                continue
            card = cards.get(redemption.card_id) or card_of(
                state, self.merchant_id, redemption.card_id
            )
            one = _reversed(self, card, redemption, number, self.actor, "BOOKING_CANCELLED")
            cards[card.card_id] = one.result.card
            share = shares.get(redemption.share_id) or _share_of(state, redemption)
            if share is not None:
                shares[share.share_id] = used_share(share, -redemption.times)
            results.append(one.result)
            rows += one.rows
            published += one.events
        return Decision(result=results, rows=[*rows, *shares.values()], events=published)
