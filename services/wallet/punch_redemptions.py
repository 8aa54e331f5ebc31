"""Using a punch card: codes that live a minute, redemption, reversal; domain.md §2.6, P3, P4.

A code is for one card, one item and one holder. It works once: showing it again gives the same
redemption, whatever till it is shown to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Group, Read, Row, State
from danke.events import wallet_punchcard as events
from danke.events.envelope import Event
from services.wallet.errors import (
    CodeExpired,
    CodeNotFound,
    StoreNotAllowed,
    VisitTimeInvalid,
)
from services.wallet.punch_cards import (
    OfCard,
    PunchCard,
    card_of,
    must_be_usable,
    recognise,
    timers_of,
    use,
)
from services.wallet.punch_refunds import refundable_fen
from services.wallet.punch_shares import (
    SHARES_OF_CARD,
    ended,
    open_transfers,
    share_for,
    used_share,
)

# A screenshot sent to a friend is worthless by the time it arrives.
CODE_LIFE: Final = timedelta(seconds=60)
OFFLINE_WINDOW: Final = timedelta(days=7)
Via = Literal["CODE", "STAFF"]


class RedeemCode(Row, frozen=True):
    """A code as it was issued. The code itself is not stored; EXPIRED follows from the time."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "code_hash")

    merchant_id: str
    # Keyed digest of the code, in hex.
    code_hash: str
    # Also the id of the redemption it becomes, so that a code cannot become two.
    code_id: str
    card_id: str
    holder_id: str
    item_id: str
    times: int
    issued_at: datetime
    expires_at: datetime
    state: Literal["ISSUED", "REDEEMED"]


class Redemption(Row, frozen=True):
    """Visits used at one time in one store."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "redemption_id")

    merchant_id: str
    redemption_id: str
    card_id: str
    owner_id: str
    redeemer_id: str
    # The share the friend used; empty for the owner.
    share_id: str
    item_id: str
    times: int
    store_id: str
    staff_id: str
    via: Via
    booking_id: str
    state: Literal["DONE", "REVERSED"]
    # What the merchant earned by it; what a reversal took back is the card's business.
    revenue_fen: int
    # When it happened, and when we learned of it: later than that from a till that was offline.
    redeemed_at: datetime
    recorded_at: datetime
    reversed_at: datetime | None = None
    reversed_by: str = ""
    reason: str = ""


REDEMPTIONS_OF_BOOKING = Group(
    Redemption,
    ("merchant_id", "booking_id"),
    holds=lambda redemption: redemption.booking_id != "",
    order=lambda redemption: redemption.redemption_id,
)


class Redeemed(msgspec.Struct, frozen=True):
    """The answer to a redemption or a reversal: it, and the card after it."""

    redemption: Redemption
    card: PunchCard


class CodeIssued(msgspec.Struct, frozen=True):
    """The answer to issuing a code: the door derives the code from ``code_id``."""

    code_id: str
    expires_at: datetime


class IssueRedeemCode(OfCard, frozen=True, kw_only=True):
    """Gives the holder a code for one item, for 60 seconds. Nothing is used yet.

    Refuses CARD_NOT_FOUND, CARD_NOT_HELD, CARD_NOT_ACTIVE, CARD_EXPIRED, CARD_EXHAUSTED,
    ITEM_NOT_COVERED, SHARE_QUOTA_EXCEEDED. domain.md P4.
    """

    RESULT: ClassVar[type] = CodeIssued

    holder_id: str
    item_id: str
    times: int
    code_hash: FromDoor[str]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield SHARES_OF_CARD, (self.merchant_id, self.card_id)

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        shares = state.group(SHARES_OF_CARD, (self.merchant_id, self.card_id))
        must_be_usable(card, self.at)
        share_for(card, shares, self.holder_id, self.times)
        use(card, self.item_id, self.times, self.at)
        code = RedeemCode(
            self.merchant_id, self.code_hash.found, self.new_id, self.card_id, self.holder_id,
            self.item_id, self.times, self.at, self.at + CODE_LIFE, "ISSUED",
        )  # fmt: skip
        return Decision(result=CodeIssued(code.code_id, code.expires_at), rows=[code])


class _Redeeming(Command, frozen=True, kw_only=True):
    """What a redemption by code and one by staff have in common."""

    RESULT: ClassVar[type] = Redeemed

    store_id: str
    staff_id: str
    # Cancelling this booking later returns the visits; empty without one.
    booking_id: str = ""

    def _redeem(
        self, state: State, card: PunchCard, redemption_id: str, who: str, item_id: str, times: int,
        *, via: Via, at: datetime,
    ) -> Decision:  # fmt: skip
        """The redemption, as it was at ``at``. Refuses as ``Redeem`` documents."""
        if card.store_ids and self.store_id not in card.store_ids:
            raise StoreNotAllowed(card_id=card.card_id, store_id=self.store_id)
        must_be_usable(card, at)
        shares = state.group(SHARES_OF_CARD, (self.merchant_id, card.card_id))
        share = share_for(card, shares, who, times)
        used = use(card, item_id, times, at)
        after, moves, revenue = recognise(used, self, redemption_id, at)
        redemption = Redemption(
            self.merchant_id, redemption_id, card.card_id, card.owner_id, who,
            share.share_id if share else "", item_id, times, self.store_id, self.staff_id, via,
            self.booking_id, "DONE", revenue, at, self.at,
        )  # fmt: skip
        rows: list[Row] = [after, redemption, *moves]
        if card.starts_at is None and after.starts_at is not None:
            rows += timers_of(after, at)
        if share:
            rows.append(used_share(share, times))
        published: list[Event] = [_redeemed(after, redemption)]
        # What was offered is no longer what the owner has.
        for offer in open_transfers(shares):
            row, event = ended(offer, "VOID")
            rows.append(row)
            published.append(event)
        return Decision(result=Redeemed(redemption, after), rows=rows, events=published)


class Redeem(_Redeeming, frozen=True, kw_only=True):
    """Uses the visits a code stands for. The same code again answers the same redemption.

    Refuses CODE_NOT_FOUND, CODE_EXPIRED at 60 seconds, STORE_NOT_ALLOWED, CARD_NOT_ACTIVE,
    CARD_EXPIRED, CARD_EXHAUSTED, CARD_NOT_HELD or SHARE_QUOTA_EXCEEDED if a share ended meanwhile.
    """

    code_hash: str

    def lane(self) -> str:
        return self.code_hash

    def locate(self) -> Sequence[Read]:
        return ((RedeemCode, (self.merchant_id, self.code_hash)),)

    def keys(self, found: State) -> Sequence[str]:
        code = found.get(RedeemCode, (self.merchant_id, self.code_hash))
        return (code.card_id,) if code else (self.code_hash,)

    def reads(self, found: State) -> Iterable[Read]:
        yield RedeemCode, (self.merchant_id, self.code_hash)
        code = found.get(RedeemCode, (self.merchant_id, self.code_hash))
        if code:
            yield PunchCard, (self.merchant_id, code.card_id)
            yield SHARES_OF_CARD, (self.merchant_id, code.card_id)
            yield Redemption, (self.merchant_id, code.code_id)

    def decide(self, state: State) -> Decision:
        code = state.get(RedeemCode, (self.merchant_id, self.code_hash))
        if code is None:
            raise CodeNotFound(field="code")
        card = card_of(state, self.merchant_id, code.card_id)
        known = state.get(Redemption, (self.merchant_id, code.code_id))
        if known is not None:
            return Decision(result=Redeemed(known, card))
        if self.at >= code.expires_at:
            raise CodeExpired(field="code", expired_at=code.expires_at.isoformat())
        decision = self._redeem(
            state, card, code.code_id, code.holder_id, code.item_id, code.times,
            via="CODE", at=self.at,
        )  # fmt: skip
        return replace(decision, rows=[*decision.rows, replace(code, state="REDEEMED")])


class RedeemByStaff(_Redeeming, frozen=True, kw_only=True):
    """Uses visits without a code: the member is known at the till, or the till was offline.

    ``used_at`` is when it happened; validity is judged by it. Refuses as ``Redeem`` does but for
    the codes, and VISIT_TIME_INVALID if it is ahead, over 7 days ago or before the card was paid.
    """

    card_id: str
    item_id: str
    times: int
    # Who came; empty: the owner.
    redeemer_id: str = ""
    used_at: datetime | None = None

    def lane(self) -> str:
        return self.card_id

    def reads(self, found: State) -> Iterable[Read]:
        yield PunchCard, (self.merchant_id, self.card_id)
        yield SHARES_OF_CARD, (self.merchant_id, self.card_id)

    def decide(self, state: State) -> Decision:
        card = card_of(state, self.merchant_id, self.card_id)
        at = self.used_at or self.at
        if self.used_at is not None:
            earliest = max(self.at - OFFLINE_WINDOW, card.activated_at or self.at)
            if not earliest <= at <= self.at:
                raise VisitTimeInvalid(field="used_at", earliest=earliest.isoformat())
        return self._redeem(
            state, card, self.new_id, self.redeemer_id or card.owner_id, self.item_id, self.times,
            via="STAFF", at=at,
        )  # fmt: skip


def _redeemed(card: PunchCard, redemption: Redemption) -> events.PunchCardRedeemed:
    return events.PunchCardRedeemed(
        member_id=card.owner_id,
        card_id=card.card_id,
        redemption_id=redemption.redemption_id,
        redeemer_id=redemption.redeemer_id,
        item_id=redemption.item_id,
        times=redemption.times,
        store_id=redemption.store_id,
        staff_id=redemption.staff_id,
        booking_id=redemption.booking_id,
        revenue_fen=redemption.revenue_fen,
        remaining=card.remaining,
        refundable_fen=refundable_fen(card, redemption.recorded_at),
        expires_at=card.expires_at,
    )
