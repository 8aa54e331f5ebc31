"""Friends and punch cards: share some visits, or hand the whole card on; domain.md §2.6, P3, P6.

SHARE: the owner keeps the card, a friend uses up to a quota of its visits. TRANSFER: once only, by
a link that lives a week and is void as soon as a visit is used. A time pass is not shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import wallet_punchcard as events
from services.wallet.accounts import Account, must_not_have_left
from services.wallet.errors import (
    CardNotHeld,
    ShareClosed,
    ShareNotAllowed,
    ShareNotFound,
    ShareQuotaExceeded,
    ShareQuotaTooLarge,
)
from services.wallet.punch_cards import (
    OfCard,
    PunchCard,
    card_of,
    must_be_usable,
    timers_of,
    without_timers,
)
from services.wallet.punch_refunds import refundable_fen

ShareState = Literal["OFFERED", "ACCEPTED", "USED_UP", "REVOKED", "EXPIRED", "VOID"]
# A week, as small shops that let customers hand cards on have it; 7×24 h, not seven calendar days.
LINK_LIFE: Final = timedelta(days=7)
SHARE_TIMER: Final = "punch_share"


class PunchShare(Row, frozen=True):
    """One offer to one friend, and what became of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "share_id")

    merchant_id: str
    share_id: str
    card_id: str
    owner_id: str
    kind: Literal["SHARE", "TRANSFER"]
    state: ShareState
    # Visits the friend may use, and those he used; both 0 for a transfer.
    quota: int
    used: int
    # Whom it is for; empty until somebody accepts an open offer.
    friend_id: str
    # Keyed digest of the link's secret.
    link_hash: bytes
    offered_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None


# What still says who may use a card, or could.
SHARES_OF_CARD = Group(
    PunchShare,
    ("merchant_id", "card_id"),
    holds=lambda share: share.state in ("OFFERED", "ACCEPTED", "USED_UP"),
    order=lambda share: share.share_id,
)


def share_for(
    card: PunchCard, shares: Sequence[PunchShare], who: str, times: int
) -> PunchShare | None:
    """The share by which ``who`` may use ``times`` visits; None for the owner.

    Refuses CARD_NOT_HELD, SHARE_QUOTA_EXCEEDED with what is left of the quota.
    """
    if who == card.owner_id:
        return None
    mine = [
        share
        for share in shares
        if share.friend_id == who and share.kind == "SHARE" and share.state != "OFFERED"
    ]
    if not mine:
        raise CardNotHeld(card_id=card.card_id, member_id=who)
    for share in mine:
        if share.used + times <= share.quota:
            return share
    left = max(share.quota - share.used for share in mine)
    raise ShareQuotaExceeded(card_id=card.card_id, remaining=left)


def used_share(share: PunchShare, times: int) -> PunchShare:
    """The share after ``times`` more visits, or fewer after a reversal."""
    used = share.used + times
    assert 0 <= used <= share.quota, f"Bug: share {share.share_id} out of its quota"
    if share.state not in ("ACCEPTED", "USED_UP"):  # revoked meanwhile: it stays so
        return replace(share, used=used)
    return replace(share, used=used, state="USED_UP" if used == share.quota else "ACCEPTED")


def open_transfers(shares: Iterable[PunchShare]) -> list[PunchShare]:
    """Offers to hand the card on that nobody has accepted."""
    return [share for share in shares if share.kind == "TRANSFER" and share.state == "OFFERED"]


def ended(
    share: PunchShare, why: Literal["REVOKED", "EXPIRED", "VOID"]
) -> tuple[PunchShare, events.PunchShareEnded]:
    """The share after its early end, and the event that tells."""
    event = events.PunchShareEnded(
        member_id=share.owner_id,
        card_id=share.card_id,
        share_id=share.share_id,
        to_member_id=share.friend_id,
        why=why,
    )
    return replace(share, state=why), event


class _OfOwner(OfCard, frozen=True, kw_only=True):
    """An offer by the owner of a card."""

    RESULT: ClassVar[type] = PunchShare

    owner_id: str
    # Empty: whoever opens the link first.
    friend_id: str = ""
    link_hash: FromDoor[bytes]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield SHARES_OF_CARD, (self.merchant_id, self.card_id)

    def _own(self, state: State) -> tuple[PunchCard, list[PunchShare]]:
        card = self._card(state)
        if card.owner_id != self.owner_id:
            raise CardNotHeld(card_id=self.card_id, member_id=self.owner_id)
        if self.friend_id == self.owner_id:
            raise ShareNotAllowed(field="friend_id", why="SELF")
        return card, state.group(SHARES_OF_CARD, (self.merchant_id, self.card_id))

    def _offer(self, kind: Literal["SHARE", "TRANSFER"], quota: int) -> Decision:
        share = PunchShare(
            self.merchant_id, self.new_id, self.card_id, self.owner_id, kind, "OFFERED", quota, 0,
            self.friend_id, self.link_hash.found, self.at, self.at + LINK_LIFE,
        )  # fmt: skip
        timer = Timer(self.merchant_id, SHARE_TIMER, share.share_id, share.expires_at)
        return Decision(result=share, rows=[share, timer])


class SharePunchCard(_OfOwner, frozen=True, kw_only=True):
    """Offers a friend up to ``quota`` visits of the card; they stay the card's visits.

    Refuses CARD_NOT_FOUND, CARD_NOT_HELD, SHARE_NOT_ALLOWED (passes, cards sold as personal, to
    oneself), CARD_NOT_ACTIVE, CARD_EXPIRED, CARD_EXHAUSTED, SHARE_QUOTA_TOO_LARGE. domain.md P3.
    """

    quota: int

    def decide(self, state: State) -> Decision:
        card, _ = self._own(state)
        if card.kind == "UNLIMITED" or not card.shareable:
            why = "UNLIMITED" if card.kind == "UNLIMITED" else "PERSONAL"
            raise ShareNotAllowed(card_id=card.card_id, why=why)
        must_be_usable(card, self.at)
        if self.quota > card.remaining:
            raise ShareQuotaTooLarge(field="quota", remaining=card.remaining)
        return self._offer("SHARE", self.quota)


class TransferPunchCard(_OfOwner, frozen=True, kw_only=True):
    """Offers to hand the card on. A card is handed on once; using it first makes the offer void.

    Refuses CARD_NOT_FOUND, CARD_NOT_HELD, SHARE_NOT_ALLOWED (not transferable, already offered, to
    oneself), CARD_NOT_ACTIVE, CARD_EXPIRED, CARD_EXHAUSTED.
    """

    def decide(self, state: State) -> Decision:
        card, shares = self._own(state)
        if not card.transferable:
            why = "ALREADY_TRANSFERRED" if card.from_card_id else "NOT_TRANSFERABLE"
            raise ShareNotAllowed(card_id=card.card_id, why=why)
        if open_transfers(shares):
            raise ShareNotAllowed(card_id=card.card_id, why="ALREADY_OFFERED")
        must_be_usable(card, self.at)
        return self._offer("TRANSFER", 0)


class Accepted(msgspec.Struct, frozen=True):
    """The answer to accepting: the share, and the card the friend may use now."""

    share: PunchShare
    card: PunchCard


class _OfShare(Command, frozen=True, kw_only=True):
    """A command that names a share; the share says which card it is about."""

    share_id: str

    def lane(self) -> str:
        return self.share_id

    def locate(self) -> Sequence[Read]:
        return ((PunchShare, (self.merchant_id, self.share_id)),)

    def keys(self, found: State) -> Sequence[str]:
        share = found.get(PunchShare, (self.merchant_id, self.share_id))
        return (share.card_id,) if share else (self.share_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield PunchShare, (self.merchant_id, self.share_id)
        share = found.get(PunchShare, (self.merchant_id, self.share_id))
        if share:
            yield PunchCard, (self.merchant_id, share.card_id)
            yield SHARES_OF_CARD, (self.merchant_id, share.card_id)
            if share.kind == "TRANSFER":
                yield PunchCard, (self.merchant_id, share.share_id)

    def _share(self, state: State) -> PunchShare:
        share = state.get(PunchShare, (self.merchant_id, self.share_id))
        if share is None:
            raise ShareNotFound(field="share_id", share_id=self.share_id)
        return share


class AcceptShare(_OfShare, frozen=True, kw_only=True):
    """A friend opens the link: he may use his quota, or the card becomes his.

    A repeat by the same friend answers the same. Refuses SHARE_NOT_FOUND (also for a wrong link or
    an offer to somebody else), SHARE_NOT_ALLOWED to the owner himself, SHARE_CLOSED,
    ACCOUNT_CLOSED to who left, CARD_NOT_ACTIVE, CARD_EXPIRED, CARD_EXHAUSTED.
    """

    RESULT: ClassVar[type] = Accepted

    friend_id: str
    link_hash: bytes

    def keys(self, found: State) -> Sequence[str]:
        # Whoever is merged or leaves meanwhile: what he gets must not be overlooked.
        return *super().keys(found), self.friend_id

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Account, (self.merchant_id, self.friend_id)

    def decide(self, state: State) -> Decision:
        share = self._share(state)
        if not compare_digest(share.link_hash, self.link_hash):
            raise ShareNotFound(field="share_id", share_id=self.share_id)
        if self.friend_id == share.owner_id:
            raise ShareNotAllowed(field="friend_id", why="SELF")
        if share.friend_id not in ("", self.friend_id):
            if share.state == "OFFERED":
                raise ShareNotFound(field="share_id", share_id=self.share_id)
            raise ShareClosed(state=share.state)
        card = card_of(state, self.merchant_id, share.card_id)
        if share.accepted_at is not None and share.state in ("ACCEPTED", "USED_UP"):
            if share.kind == "TRANSFER":
                card = card_of(state, self.merchant_id, share.share_id)
            return Decision(result=Accepted(share, card))
        if share.state != "OFFERED" or self.at >= share.expires_at:
            raise ShareClosed(state=share.state, expires_at=share.expires_at.isoformat())
        must_not_have_left(state.get(Account, (self.merchant_id, self.friend_id)))
        must_be_usable(card, self.at)
        mine = replace(share, state="ACCEPTED", friend_id=self.friend_id, accepted_at=self.at)
        timer = (Timer, (self.merchant_id, SHARE_TIMER, share.share_id))
        if share.kind == "TRANSFER":
            decision = self._hand_on(state, card, mine)
        else:
            shared = events.PunchCardShared(
                member_id=card.owner_id,
                card_id=card.card_id,
                share_id=share.share_id,
                to_member_id=self.friend_id,
                quota=share.quota,
            )
            decision = Decision(result=Accepted(mine, card), rows=[mine], events=[shared])
        return replace(decision, deletes=[*decision.deletes, timer])

    def _hand_on(self, state: State, card: PunchCard, share: PunchShare) -> Decision:
        """The friend gets a card with all that is left of the old one, which ends with its shares.

        The new card is named as the offer is, so that an offer cannot become two cards.
        """
        theirs = replace(
            card,
            card_id=share.share_id,
            owner_id=self.friend_id,
            transferable=False,
            from_card_id=card.card_id,
        )
        others = [
            ended(other, "REVOKED")
            for other in state.group(SHARES_OF_CARD, (self.merchant_id, card.card_id))
            if other.share_id != share.share_id and other.state != "USED_UP"
        ]
        handed_on = events.PunchCardTransferred(
            member_id=card.owner_id,
            card_id=card.card_id,
            to_member_id=self.friend_id,
            new_card_id=theirs.card_id,
            remaining=card.remaining,
        )
        received = events.PunchCardReceived(
            member_id=self.friend_id,
            card_id=theirs.card_id,
            from_card_id=card.card_id,
            from_member_id=card.owner_id,
            remaining=theirs.remaining,
            refundable_fen=refundable_fen(theirs, self.at),
            expires_at=theirs.expires_at,
        )
        return Decision(
            result=Accepted(share, theirs),
            rows=[
                replace(card, state="TRANSFERRED"),
                theirs,
                share,
                *(row for row, _ in others),
                *timers_of(theirs, self.at),
            ],
            events=[handed_on, received, *(event for _, event in others)],
            deletes=without_timers(card),
        )


class RevokeShare(_OfShare, frozen=True, kw_only=True):
    """The owner takes an offer or a share back; what the friend used stays used.

    A repeat changes nothing. Refuses SHARE_NOT_FOUND, CARD_NOT_HELD, SHARE_CLOSED once used up,
    over, or handed on.
    """

    RESULT: ClassVar[type] = PunchShare

    owner_id: str

    def decide(self, state: State) -> Decision:
        share = self._share(state)
        if share.owner_id != self.owner_id:
            raise CardNotHeld(card_id=share.card_id, member_id=self.owner_id)
        if share.state == "REVOKED":
            return Decision(result=share)
        accepted = share.state == "ACCEPTED" and share.kind == "SHARE"
        if share.state != "OFFERED" and not accepted:
            raise ShareClosed(state=share.state)
        row, event = ended(share, "REVOKED")
        timer = (Timer, (self.merchant_id, SHARE_TIMER, share.share_id))
        return Decision(result=row, rows=[row], events=[event], deletes=[timer])


class ExpireShare(_OfShare, frozen=True, kw_only=True):
    """Ends an offer nobody accepted in a week; does nothing otherwise. Run by its timer."""

    RESULT: ClassVar[type] = PunchShare

    def decide(self, state: State) -> Decision:
        share = self._share(state)
        if share.state != "OFFERED" or self.at < share.expires_at:
            return Decision(result=share)
        row, event = ended(share, "EXPIRED")
        return Decision(result=row, rows=[row], events=[event])
