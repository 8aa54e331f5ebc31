"""Who must not be written to: who refused, who left, who is lost; and what is known of members.

domain.md §2.12, §1.10 (LOST: suppressed from marketing), parity.md §3 no. 64. Marketing stops for
all of these; a member who left, or was merged into another, gets nothing at all any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.automation.channels import Channel
from services.automation.consents import Consent, ConsentRecord
from services.automation.policies import must_be_zone

# All channels.
EVERY: Final = "*"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

SuppressionReason = Literal["OPT_OUT", "COMPLAINT", "MANUAL"]


class Suppression(Row, frozen=True):
    """A member on the list (黑名单) for one channel, or for all (``*``)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "channel")

    merchant_id: str
    member_id: str
    channel: str
    active: bool
    reason: SuppressionReason
    evidence: str
    changed_by: str
    changed_at: datetime


SUPPRESSIONS_OF = Group(
    Suppression, ("merchant_id", "member_id"), holds=lambda suppression: suppression.active
)


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


def unknown(merchant_id: str, member_id: str) -> Recipient:
    """A member of whom nothing is known."""
    return Recipient(merchant_id, member_id, "", "", _LONG_AGO, "", _LONG_AGO, "")


def recipient_of(state: State, merchant_id: str, member_id: str) -> Recipient:
    """The member, known or not."""
    found = state.get(Recipient, (merchant_id, member_id))
    return found or unknown(merchant_id, member_id)


def no_marketing(state: State, merchant_id: str, member_id: str, channel: str = EVERY) -> bool:
    """Whether marketing to this member is suppressed, by ``channel`` or altogether."""
    recipient = recipient_of(state, merchant_id, member_id)
    if recipient.gone or recipient.stage == "LOST":
        return True
    suppressed = state.group(SUPPRESSIONS_OF, (merchant_id, member_id))
    return any(one.channel in (EVERY, channel) for one in suppressed)


def suppression_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What ``no_marketing`` needs."""
    yield Recipient, (merchant_id, member_id)
    yield SUPPRESSIONS_OF, (merchant_id, member_id)


class Suppress(Command, frozen=True, kw_only=True):
    """Puts a member on the list, or takes him off it (``active`` false). Repeating is harmless."""

    RESULT: ClassVar[type] = Suppression

    member_id: str
    channel: str
    active: bool
    reason: SuppressionReason
    evidence: str
    actor: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Suppression, (self.merchant_id, self.member_id, self.channel)),)

    def decide(self, state: State) -> Decision:
        row = Suppression(
            self.merchant_id, self.member_id, self.channel, self.active, self.reason,
            self.evidence, self.actor, self.at,
        )  # fmt: skip
        return Decision(result=row, rows=[row])


class OptOut(Command, frozen=True, kw_only=True):
    """A member refuses marketing (退订), by one channel or by all: at once, with the proof kept.

    The consent is withdrawn where one is for a channel, and the list holds until it is lifted.
    """

    RESULT: ClassVar[type] = Suppression

    member_id: str
    channel: Channel | Literal["*"]
    evidence: str
    actor: str

    def lane(self) -> str:
        return self.member_id

    def _consent(self) -> tuple[str, ...]:
        return (self.merchant_id, self.member_id, self.channel, "MARKETING")

    def reads(self, found: State) -> Iterable[Read]:
        yield Suppression, (self.merchant_id, self.member_id, self.channel)
        if self.channel != EVERY:
            yield Consent, self._consent()

    def decide(self, state: State) -> Decision:
        row = Suppression(
            self.merchant_id, self.member_id, self.channel, True, "OPT_OUT", self.evidence,
            self.actor, self.at,
        )  # fmt: skip
        if self.channel == "*":
            return Decision(result=row, rows=[row])
        consent = Consent(
            self.merchant_id, self.member_id, self.channel, "MARKETING", granted=False,
            given_at=self.at, evidence=self.evidence,
        )  # fmt: skip
        record = ConsentRecord(
            self.merchant_id, self.new_id, self.member_id, self.channel, "MARKETING",
            granted=False, given_at=self.at, evidence=self.evidence, recorded_by=self.actor,
        )  # fmt: skip
        return Decision(result=row, rows=[row, consent, record])


class _OfRecipient(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Recipient

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Recipient, (self.merchant_id, self.member_id)),)

    def recipient(self, state: State) -> Recipient:
        return recipient_of(state, self.merchant_id, self.member_id)


class SetZone(_OfRecipient, frozen=True, kw_only=True):
    """Says in which zone a member lives; empty for the merchant's. Refuses UNKNOWN_ZONE."""

    zone: str

    def decide(self, state: State) -> Decision:
        if self.zone:
            must_be_zone(self.zone, "zone")
        after = replace(self.recipient(state), zone=self.zone)
        return Decision(result=after, rows=[after])


class NoteMemberTier(_OfRecipient, frozen=True, kw_only=True):
    """The member's tier is another one; M09. The latest counts."""

    tier_id: str

    def decide(self, state: State) -> Decision:
        old = self.recipient(state)
        if old.tier_at > self.at:
            return Decision(result=old)
        after = replace(old, tier_id=self.tier_id, tier_at=self.at)
        return Decision(result=after, rows=[after])


class NoteStage(_OfRecipient, frozen=True, kw_only=True):
    """The member's lifecycle stage is another one: LOST gets no marketing, all others do again."""

    stage: str

    def decide(self, state: State) -> Decision:
        old = self.recipient(state)
        if old.stage_at > self.at:
            return Decision(result=old)
        after = replace(old, stage=self.stage, stage_at=self.at)
        return Decision(result=after, rows=[after])


class NoteGone(_OfRecipient, frozen=True, kw_only=True):
    """The member left, or goes on under another id: nothing is sent to this one any more."""

    why: Literal["CLOSED", "MERGED"]

    def decide(self, state: State) -> Decision:
        after = replace(self.recipient(state), gone=self.why)
        return Decision(result=after, rows=[after])
