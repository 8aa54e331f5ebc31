"""Consents (同意): for which channel and purpose a member agreed or refused, when, and the proof.

domain.md §2.12: PIPL art. 24, Advertising Law art. 43. The row says how it is now, its history is
append-only. The latest by the time it was given counts, in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from common.commands import Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from services.automation.channels import Channel, Purpose
from services.automation.listed import lifted, lifting_reads
from services.automation.recipients import ToRecipient


class Consent(Row, frozen=True):
    """Whether a member agreed to one purpose on one channel, as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "channel", "purpose")

    merchant_id: str
    member_id: str
    channel: Channel
    purpose: Purpose
    granted: bool
    given_at: datetime
    # Where the proof is: a form's version, a call's or a document's id. No personal data.
    evidence: str


class ConsentRecord(Row, frozen=True):
    """One statement of a member, kept as proof."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "record_id")

    merchant_id: str
    record_id: str
    member_id: str
    channel: Channel
    purpose: Purpose
    granted: bool
    given_at: datetime
    evidence: str
    recorded_by: str


CONSENTS_OF = Group(Consent, ("merchant_id", "member_id"))
# ref: ``<channel>/<what was said>/<member>``
OPTED_OUT_TIMER: Final = "opted_out"


def opted_out_timer(
    merchant_id: str, member_id: str, channel: Channel, said_id: str, at: datetime
) -> Timer:
    """What has the member's journeys hear of the refusal, at once; whoever is exited by one is."""
    return Timer(merchant_id, OPTED_OUT_TIMER, f"{channel}/{said_id}/{member_id}", at)


# ref: ``<channel>/<purpose>/<yes or no>/<what was said>/<member>``
SAID_TIMER: Final = "consent_said"


def said_timer(said: Consent, said_id: str, at: datetime) -> Timer:
    """What has journeys know of a consent; conditions ask for it."""
    answer = "yes" if said.granted else "no"
    ref = f"{said.channel}/{said.purpose}/{answer}/{said_id}/{said.member_id}"
    return Timer(said.merchant_id, SAID_TIMER, ref, at)


def stricter(one: Consent, other: Consent) -> Consent:
    """A refusal before a yes; of two alike the later."""
    return max(one, other, key=lambda consent: (not consent.granted, consent.given_at))


class SetConsent(ToRecipient, frozen=True, kw_only=True):
    """Records what a member said; an older statement than the known one changes nothing.

    Of two that were made at the same moment the refusal counts. A yes to marketing takes back what
    the member opted out of before, by that channel.
    """

    RESULT: ClassVar[type] = Consent

    channel: Channel
    purpose: Purpose
    granted: bool
    given_at: datetime
    evidence: str
    actor: str
    # Said to this service; what audience was told, it tells journeys itself.
    is_own: bool = True

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        member = self.now(found)
        yield Consent, (self.merchant_id, member, self.channel, self.purpose)
        if self._agrees_to_marketing:
            yield from lifting_reads(self.merchant_id, member)

    @property
    def _agrees_to_marketing(self) -> bool:
        return self.granted and self.purpose == "MARKETING"

    def decide(self, state: State) -> Decision:
        member = self.subject(state)
        # Not later than it is told: else a moment to come would outlast every refusal until then.
        given_at = min(self.given_at, self.at)
        said = Consent(
            self.merchant_id, member, self.channel, self.purpose, self.granted, given_at,
            self.evidence,
        )  # fmt: skip
        record = ConsentRecord(
            self.merchant_id, self.new_id, member, self.channel, self.purpose, self.granted,
            given_at, self.evidence, self.actor,
        )  # fmt: skip
        old = state.get(Consent, (self.merchant_id, member, self.channel, self.purpose))
        if old is not None and (old.given_at, not old.granted) > (given_at, not self.granted):
            return Decision(result=old, rows=[record])
        rows: list[Row] = [said, record]
        if self._agrees_to_marketing:
            rows += lifted(state, (self.merchant_id, member), self.channel, given_at)
        if self.is_own:
            about = (self.merchant_id, member, self.channel, self.new_id, self.at)
            is_refused = not self.granted and self.purpose == "MARKETING"
            rows.append(
                opted_out_timer(*about) if is_refused else said_timer(said, self.new_id, self.at)
            )
        return Decision(result=said, rows=rows)
