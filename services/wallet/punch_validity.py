"""How long a punch card works: suspension, the end of validity, extension, and time passing.

An expired card is not forfeit: what is left of it is still owed and it can be extended (art. 24 of
法释〔2025〕4号); domain.md §2.6.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from common.commands import Decision
from common.rows import State
from common.timers import Timer
from danke.events import wallet_punchcard as events
from services.wallet.errors import CardNotActive
from services.wallet.punch_cards import (
    ACCRUAL_TIMER,
    DAY,
    OfCard,
    days_used,
    next_month,
    recognise,
    timers_of,
    without_timers,
)
from services.wallet.punch_refunds import refundable_fen


class SuspendPunchCard(OfCard, frozen=True, kw_only=True):
    """Stops a card that was lost (LOSS) or looks misused (RISK). Its validity stands still.

    A repeat changes nothing. Refuses CARD_NOT_FOUND, CARD_NOT_ACTIVE.
    """

    reason: Literal["LOSS", "RISK"]
    actor: str

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state == "SUSPENDED":
            return Decision(result=card)
        if card.state != "ACTIVE":
            raise CardNotActive(card_id=card.card_id, state=card.state)
        after = replace(card, state="SUSPENDED", suspended_at=self.at)
        suspended = events.PunchCardSuspended(
            member_id=card.owner_id, card_id=card.card_id, reason=self.reason
        )
        return Decision(
            result=after, rows=[after], events=[suspended], deletes=without_timers(card)
        )


class ResumePunchCard(OfCard, frozen=True, kw_only=True):
    """Ends a suspension; the days it took are added to the validity.

    A repeat changes nothing. Refuses CARD_NOT_FOUND, CARD_NOT_ACTIVE.
    """

    actor: str

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state == "ACTIVE":
            return Decision(result=card)
        if card.state != "SUSPENDED" or card.suspended_at is None:
            raise CardNotActive(card_id=card.card_id, state=card.state)
        stood_still = max(self.at - card.suspended_at, 0 * DAY)

        def moved(time: datetime | None) -> datetime | None:
            return None if time is None else time + stood_still

        after = replace(
            card,
            state="ACTIVE",
            suspended_at=None,
            starts_at=moved(card.starts_at),
            expires_at=moved(card.expires_at),
        )
        resumed = events.PunchCardResumed(
            member_id=card.owner_id, card_id=card.card_id, expires_at=after.expires_at
        )
        return Decision(result=after, rows=[after, *timers_of(after, self.at)], events=[resumed])


class ExtendPunchCard(OfCard, frozen=True, kw_only=True):
    """Adds days of validity, also to a card that has EXPIRED: from now on, or from its end on.

    The days are a present: they change neither what is earned nor what would be refunded. Refuses
    CARD_NOT_FOUND, CARD_NOT_ACTIVE (also for a permanent card, or before its validity has begun).
    """

    days: int
    actor: str

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state not in ("ACTIVE", "EXPIRED"):
            raise CardNotActive(card_id=card.card_id, state=card.state)
        if card.expires_at is None:
            raise CardNotActive(card_id=card.card_id, state=card.state, why="NO_END")
        until = max(card.expires_at, self.at) + self.days * DAY
        after = replace(card, state="ACTIVE", expires_at=until)
        extended = events.PunchCardExtended(
            member_id=card.owner_id,
            card_id=card.card_id,
            expires_at=until,
            remaining=card.remaining,
        )
        return Decision(result=after, rows=[after, *timers_of(after, self.at)], events=[extended])


class ExpirePunchCard(OfCard, frozen=True, kw_only=True):
    """Ends the validity when its time has come; does nothing otherwise. Run by its timer.

    Unused visits stay a liability. An unlimited pass has earned its whole price by then.
    """

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state != "ACTIVE" or card.expires_at is None or self.at < card.expires_at:
            return Decision(result=card)
        after, moves, _ = recognise(card, self, card.card_id, self.at)
        after = replace(after, state="EXPIRED")
        expired = events.PunchCardExpired(
            member_id=card.owner_id,
            card_id=card.card_id,
            remaining=card.remaining,
            refundable_fen=refundable_fen(after, self.at),
        )
        return Decision(
            result=after,
            rows=[after, *moves],
            events=[expired],
            deletes=[(Timer, (card.merchant_id, ACCRUAL_TIMER, card.card_id))],
        )


class NoticeExpiry(OfCard, frozen=True, kw_only=True):
    """Says a week ahead that a card ends; does nothing if it was extended or used up meanwhile."""

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        week_ahead = card.expires_at and self.at < card.expires_at <= self.at + 7 * DAY
        if card.state != "ACTIVE" or card.expires_at is None or not week_ahead:
            return Decision(result=card)
        soon = events.PunchCardExpiringSoon(
            member_id=card.owner_id,
            card_id=card.card_id,
            expires_at=card.expires_at,
            remaining=card.remaining,
        )
        return Decision(result=card, events=[soon])


class AccruePunchCard(OfCard, frozen=True, kw_only=True):
    """Books the days a pass has run, at the start of each CST month. Run by its timer."""

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state != "ACTIVE":
            return Decision(result=card)
        after, moves, delta = recognise(card, self, card.card_id, self.at)
        timer = Timer(card.merchant_id, ACCRUAL_TIMER, card.card_id, next_month(self.at))
        over = days_used(card, self.at) >= card.valid_days
        rows = [*([after] if delta else []), *moves, *([] if over else [timer])]
        return Decision(result=after, rows=rows)
