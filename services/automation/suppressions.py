"""Who must not be written to: who refused, who left, who is lost.

domain.md §2.12, §1.10 (LOST: suppressed from marketing), parity.md §3 no. 64. Marketing stops for
all of these; a member who left, or was merged into another, gets nothing at all any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.channels import CHANNELS, Channel
from services.automation.consents import (
    CONSENTS_OF,
    Consent,
    ConsentRecord,
    opted_out_timer,
)
from services.automation.listed import EVERY, SUPPRESSIONS_OF, Suppression, SuppressionReason
from services.automation.recipients import (
    OfRecipient,
    Recipient,
    ToRecipient,
    recipient_of,
)


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


class Suppress(ToRecipient, frozen=True, kw_only=True):
    """Puts a member on the list, or takes him off it (``active`` false). Repeating is harmless."""

    RESULT: ClassVar[type] = Suppression

    channel: str
    active: bool
    reason: SuppressionReason
    evidence: str
    actor: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Suppression, (self.merchant_id, self.now(found), self.channel)

    def decide(self, state: State) -> Decision:
        row = Suppression(
            self.merchant_id, self.subject(state), self.channel, self.active, self.reason,
            self.evidence, self.actor, self.at,
        )  # fmt: skip
        return Decision(result=row, rows=[row])


class NoteClosed(OfRecipient, frozen=True, kw_only=True):
    """The member left: nothing is sent any more, and what he agreed to is withdrawn."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield CONSENTS_OF, (self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        old = self.recipient(state)
        after = old if old.gone else replace(old, gone="CLOSED")
        agreed = state.group(CONSENTS_OF, (self.merchant_id, self.member_id))
        withdrawn = _withdrawn(self, self.member_id, agreed, "left", "closed")
        return Decision(result=after, rows=[after, *withdrawn])


class OptOut(ToRecipient, frozen=True, kw_only=True):
    """A member refuses marketing (退订), by one channel or by all: at once, with the proof kept.

    The consents that are for it are withdrawn, and the list holds until it is lifted, or the member
    agrees to a channel again. Journeys that an opting out ends hear of it.
    """

    RESULT: ClassVar[type] = Suppression

    channel: Channel | Literal["*"]
    evidence: str
    actor: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        member = self.now(found)
        yield Suppression, (self.merchant_id, member, self.channel)
        yield CONSENTS_OF, (self.merchant_id, member)
        if self.channel != EVERY:
            yield Consent, (self.merchant_id, member, self.channel, "MARKETING")

    def decide(self, state: State) -> Decision:
        member = self.subject(state)
        row = Suppression(
            self.merchant_id, member, self.channel, True, "OPT_OUT", self.evidence,
            self.actor, self.at,
        )  # fmt: skip
        channels = CHANNELS if self.channel == "*" else (self.channel,)
        heard = [
            opted_out_timer(self.merchant_id, member, channel, self.new_id, self.at)
            for channel in channels
        ]
        if self.channel == "*":
            agreed = [
                consent
                for consent in state.group(CONSENTS_OF, (self.merchant_id, member))
                if consent.purpose == "MARKETING"
            ]
            withdrawn = _withdrawn(self, member, agreed, self.evidence, self.actor)
            return Decision(result=row, rows=[row, *withdrawn, *heard])
        consent = Consent(
            self.merchant_id, member, self.channel, "MARKETING", granted=False,
            given_at=self.at, evidence=self.evidence,
        )  # fmt: skip
        record = ConsentRecord(
            self.merchant_id, self.new_id, member, self.channel, "MARKETING",
            granted=False, given_at=self.at, evidence=self.evidence, recorded_by=self.actor,
        )  # fmt: skip
        return Decision(result=row, rows=[row, consent, record, *heard])


def _withdrawn(
    told: Command, member: str, agreed: Iterable[Consent], evidence: str, by: str
) -> Iterator[Row]:
    """What was agreed to, agreed to no more, each with its record."""
    for consent in agreed:
        if consent.granted:
            yield replace(consent, granted=False, given_at=told.at, evidence=evidence)
            yield ConsentRecord(
                told.merchant_id, f"{told.new_id}/{consent.channel}/{consent.purpose}", member,
                consent.channel, consent.purpose, False, told.at, evidence, by,
            )  # fmt: skip
