"""Merges: two members turn out to be one person, and one takes over the other's cards (saga S9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from danke.events.envelope import Event
from services.wallet.accounts import Account
from services.wallet.merges import ACCOUNT_ITSELF
from services.wallet.pay_password import PayPassword
from services.wallet.pay_password_reset import PasswordReset
from services.wallet.punch_cards import PunchCard
from services.wallet.punch_shares import SHARES_OF_CARD, PunchShare, ended

CARDS_OF_OWNER: Group[PunchCard] = Group(PunchCard, ("merchant_id", "owner_id"))
SHARES_OF_FRIEND: Group[PunchShare] = Group(
    PunchShare, ("merchant_id", "friend_id"), holds=lambda share: share.friend_id != ""
)


class CardsMoved(msgspec.Struct, frozen=True):
    """How many cards and shares a merge gave to the other member."""

    cards: int
    shares: int


class MergePunchCards(Command, frozen=True, kw_only=True):
    """Gives cards and shares of ``from_member`` to ``into_member``; his payment password goes.

    If ``into_member`` was itself merged already (its wallet says so, and every merge comes to it
    first), everything follows to where that went. A share between the two ends: nobody shares with
    himself. Past redemptions keep their names. A repeat finds nothing left to move. Refuses NOT_YET
    if a card or a merge came meanwhile: look again.
    """

    RESULT: ClassVar[type] = CardsMoved

    from_member: str
    into_member: str

    def lane(self) -> str:
        return self.into_member

    def locate(self) -> Sequence[Read]:
        member = (self.merchant_id, self.from_member)
        return (
            (CARDS_OF_OWNER, member),
            (SHARES_OF_FRIEND, member),
            (ACCOUNT_ITSELF, (self.merchant_id, self.into_member)),
        )

    def _target(self, state: State) -> str:
        for account in state.group(ACCOUNT_ITSELF, (self.merchant_id, self.into_member)):
            return account.merged_into or self.into_member
        return self.into_member

    def _card_ids(self, state: State) -> set[str]:
        member = (self.merchant_id, self.from_member)
        owned = {card.card_id for card in state.group(CARDS_OF_OWNER, member)}
        return owned | {share.card_id for share in state.group(SHARES_OF_FRIEND, member)}

    def keys(self, found: State) -> Sequence[str]:
        return (
            self.from_member, self.into_member, self._target(found), *self._card_ids(found)
        )  # fmt: skip

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        yield Account, (self.merchant_id, self._target(found))
        yield PayPassword, (self.merchant_id, self.from_member)
        yield PasswordReset, (self.merchant_id, self.from_member)
        for card_id in self._card_ids(found):
            yield SHARES_OF_CARD, (self.merchant_id, card_id)

    def decide(self, state: State) -> Decision:
        member = (self.merchant_id, self.from_member)
        locked = state.groups.get(SHARES_OF_CARD, {})
        if any((self.merchant_id, card) not in locked for card in self._card_ids(state)):
            raise NotYet(member_id=self.from_member)
        target = self._target(state)
        if not state.knows(Account, (self.merchant_id, target)):  # merged away while this waited
            raise NotYet(member_id=target)
        rows: list[Row] = []
        events: list[Event] = []
        shares = {one.share_id: one for one in state.group(SHARES_OF_FRIEND, member)}
        cards = state.group(CARDS_OF_OWNER, member)
        for card in cards:
            rows.append(replace(card, owner_id=target))
            for share in state.group(SHARES_OF_CARD, (self.merchant_id, card.card_id)):
                shares[share.share_id] = share
        for share in shares.values():
            moved = self._moved(share, target)
            if moved.friend_id != moved.owner_id:
                rows.append(moved)
            elif share.state in ("OFFERED", "ACCEPTED"):
                row, event = ended(share, "REVOKED")
                rows.append(row)
                events.append(event)
        return Decision(
            result=CardsMoved(len(cards), len(shares)),
            rows=rows,
            events=events,
            deletes=[(PayPassword, member), (PasswordReset, member)],
        )

    def _moved(self, share: PunchShare, target: str) -> PunchShare:
        def now(member: str) -> str:
            return target if member == self.from_member else member

        return replace(share, owner_id=now(share.owner_id), friend_id=now(share.friend_id))
