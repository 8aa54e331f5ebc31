"""Who must not be written to: who refused, who left, who is lost.

domain.md §2.12, §1.10 (LOST: suppressed from marketing), parity.md §3 no. 64. Marketing stops for
all of these; a member who left, or was merged into another, gets nothing at all any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, Literal

from common.commands import Decision
from common.rows import Group, Read, Row, State
from services.automation.channels import CHANNELS, Channel
from services.automation.consents import Consent, ConsentRecord, opted_out_timer
from services.automation.recipients import Recipient, ToRecipient, recipient_of

# All channels.
EVERY: Final = "*"

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


# Every place there may be a row of.
LISTED_BY: Final = (EVERY, *CHANNELS)
SUPPRESSIONS_OF = Group(
    Suppression, ("merchant_id", "member_id"), holds=lambda suppression: suppression.active
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


class OptOut(ToRecipient, frozen=True, kw_only=True):
    """A member refuses marketing (退订), by one channel or by all: at once, with the proof kept.

    The consent is withdrawn where one is for a channel, and the list holds until it is lifted.
    Journeys that an opting out ends hear of it.
    """

    RESULT: ClassVar[type] = Suppression

    channel: Channel | Literal["*"]
    evidence: str
    actor: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        member = self.now(found)
        yield Suppression, (self.merchant_id, member, self.channel)
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
            return Decision(result=row, rows=[row, *heard])
        consent = Consent(
            self.merchant_id, member, self.channel, "MARKETING", granted=False,
            given_at=self.at, evidence=self.evidence,
        )  # fmt: skip
        record = ConsentRecord(
            self.merchant_id, self.new_id, member, self.channel, "MARKETING",
            granted=False, given_at=self.at, evidence=self.evidence, recorded_by=self.actor,
        )  # fmt: skip
        return Decision(result=row, rows=[row, consent, record, *heard])
