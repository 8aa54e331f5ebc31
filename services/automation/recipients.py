"""Recipients: what is known of whom messages may go to, and who goes on under another id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.automation.errors_messages import RecipientMoved
from services.automation.policies import must_be_zone

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Recipient(Row, frozen=True):
    """What automation knows of a member. Nobody is one until something is known."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    # Empty: the merchant's zone.
    zone: str
    tier_id: str
    tier_at: datetime
    # As audience says: PROSPECT, NEW, … LOST; empty if it has not.
    stage: str
    stage_at: datetime
    # Why the member gets nothing any more; empty for the living.
    gone: Literal["", "CLOSED", "MERGED"]
    # Who remains, after any chain of merges.
    merged_into: str = ""


MERGED_INTO: Final = Group(
    Recipient, ("merchant_id", "merged_into"), holds=lambda recipient: recipient.merged_into != ""
)


def unknown(merchant_id: str, member_id: str) -> Recipient:
    """A member of whom nothing is known."""
    return Recipient(merchant_id, member_id, "", "", _LONG_AGO, "", _LONG_AGO, "")


def recipient_of(state: State, merchant_id: str, member_id: str) -> Recipient:
    """The member, known or not."""
    found = state.get(Recipient, (merchant_id, member_id))
    return found or unknown(merchant_id, member_id)


def who_remains(found: State, merchant_id: str, member_id: str) -> str:
    """Who the member is now, after any merge."""
    known = found.get(Recipient, (merchant_id, member_id))
    return (known.merged_into if known else "") or member_id


def remaining(command: Command, state: State, member_id: str) -> str:
    """Who the member is when ``command`` is decided.

    Refuses RECIPIENT_MOVED if a merge came between look and locks, or before it in the same batch.
    """
    member = who_remains(state, command.merchant_id, member_id)
    if member != member_id and not all(state.knows(*read) for read in command.reads(state)):
        raise RecipientMoved(member_id=member_id)
    return member


class ToRecipient(Command, frozen=True, kw_only=True):
    """Something about a member, whoever that is by now: a merged one's is who remains'."""

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def now(self, found: State) -> str:
        """Who the member is now."""
        return who_remains(found, self.merchant_id, self.member_id)

    def locate(self) -> Sequence[Read]:
        return ((Recipient, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return sorted({self.member_id, self.now(found)})

    def reads(self, found: State) -> Iterable[Read]:
        yield Recipient, (self.merchant_id, self.member_id)
        yield Recipient, (self.merchant_id, self.now(found))

    def subject(self, state: State) -> str:
        """Who the member is. Refuses RECIPIENT_MOVED."""
        return remaining(self, state, self.member_id)


class OfRecipient(Command, frozen=True, kw_only=True):
    """What another service tells of this very id; of who remains it tells apart."""

    RESULT: ClassVar[type] = Recipient

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Recipient, (self.merchant_id, self.member_id)),)

    def recipient(self, state: State) -> Recipient:
        return recipient_of(state, self.merchant_id, self.member_id)


class SetZone(ToRecipient, frozen=True, kw_only=True):
    """Says in which zone a member lives; empty for the merchant's. Refuses UNKNOWN_ZONE."""

    RESULT: ClassVar[type] = Recipient

    zone: str

    def decide(self, state: State) -> Decision:
        if self.zone:
            must_be_zone(self.zone, "zone")
        known = recipient_of(state, self.merchant_id, self.subject(state))
        after = replace(known, zone=self.zone)
        return Decision(result=after, rows=[after])


class NoteMemberTier(OfRecipient, frozen=True, kw_only=True):
    """The member's tier is another one; M09. The latest counts."""

    tier_id: str

    def decide(self, state: State) -> Decision:
        old = self.recipient(state)
        if old.tier_at > self.at:
            return Decision(result=old)
        after = replace(old, tier_id=self.tier_id, tier_at=self.at)
        return Decision(result=after, rows=[after])


class NoteStage(OfRecipient, frozen=True, kw_only=True):
    """The member's lifecycle stage is another one: LOST gets no marketing, all others do again."""

    stage: str

    def decide(self, state: State) -> Decision:
        old = self.recipient(state)
        if old.stage_at > self.at:
            return Decision(result=old)
        after = replace(old, stage=self.stage, stage_at=self.at)
        return Decision(result=after, rows=[after])
