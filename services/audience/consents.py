"""Consent (同意): what a member allowed per channel and purpose, and the proof of each answer.

PIPL art. 14, 15, 24: no marketing without a consent that is on record, and withdrawing is as easy
as giving. domain.md §2.12.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from danke.events.audience import ConsentChanged
from danke.events.envelope import Event
from services.audience.errors import MemberGone
from services.audience.profiles import OfMember, Profile, target_of
from services.audience.stages import created


class Consent(Row, frozen=True):
    """What holds for one channel and purpose, and the record that says so."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "channel", "purpose")

    merchant_id: str
    member_id: str
    channel: str
    purpose: str
    is_granted: bool
    changed_at: datetime
    record_id: str

    @property
    def place(self) -> tuple[str, str]:
        """What the consent is about."""
        return self.channel, self.purpose


class ConsentRecord(Row, frozen=True):
    """One yes or no; never altered. ``evidence`` refers to what was shown, and where."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "record_id")

    merchant_id: str
    record_id: str
    member_id: str
    channel: str
    purpose: str
    is_granted: bool
    evidence: str
    recorded_by: str
    given_at: datetime

    @classmethod
    def of(cls, consent: Consent, evidence: str, recorded_by: str) -> ConsentRecord:
        """The record of what ``consent`` says."""
        return cls(
            consent.merchant_id, consent.record_id, consent.member_id, consent.channel,
            consent.purpose, consent.is_granted, evidence, recorded_by, consent.changed_at,
        )  # fmt: skip


CONSENTS_OF = Group(Consent, ("merchant_id", "member_id"))


def stricter(one: Consent, other: Consent) -> Consent:
    """A refusal before a yes; of two alike the later."""
    return max(one, other, key=lambda consent: (not consent.is_granted, consent.changed_at))


def _goes_before(known: Consent, said: Consent) -> bool:
    """Whether what is known holds on: it is later, or a refusal of the same moment."""
    return (known.changed_at, not known.is_granted) > (said.changed_at, not said.is_granted)


def in_force(consents: Iterable[Consent]) -> list[str]:
    """What a profile says of them."""
    return sorted(f"{one.channel}/{one.purpose}" for one in consents if one.is_granted)


class SetConsent(OfMember, frozen=True, kw_only=True):
    """The member allows a channel for a purpose, or withdraws that. Every time is put on record.

    Of two answers of one moment the refusal counts. Refuses MEMBER_GONE.
    """

    RESULT: ClassVar[type] = Consent

    channel: str
    purpose: str
    granted: bool
    evidence: str
    actor: str
    # When the member said so; now, unless it is reported later.
    given_at: datetime | None = None

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        target = target_of(found, self.merchant_id, self.member_id)
        yield CONSENTS_OF, (self.merchant_id, target)

    def decide(self, state: State) -> Decision:
        before = self.profile_or_new(state, self.at)
        if before.status == "CLOSED":
            raise MemberGone(field="member_id")
        member = before.member_id
        # Not later than it is told: else a moment to come would outlast every refusal until then.
        given_at = min(self.given_at or self.at, self.at)
        known = {one.place: one for one in self.group_of(state, CONSENTS_OF, member)}
        consent = Consent(
            self.merchant_id, member, self.channel, self.purpose, self.granted, given_at,
            self.new_id,
        )  # fmt: skip
        record = ConsentRecord.of(consent, self.evidence, self.actor)
        last = known.get(consent.place)
        if last is not None and _goes_before(last, consent):  # told late: for the record only
            return Decision(result=last, rows=[record])
        known[consent.place] = consent
        after = replace(before, consents=in_force(known.values()))
        events: list[Event] = []
        if state.get(Profile, (self.merchant_id, member)) is None:
            events.append(created(after))
        # A first refusal is told as well: others may have heard a yes that is not on record here.
        if last is None or last.is_granted != self.granted:
            events.append(
                ConsentChanged(
                    member_id=member, channel=self.channel, purpose=self.purpose,
                    granted=self.granted, record_id=self.new_id, changed_at=given_at,
                )
            )  # fmt: skip
        return Decision(result=consent, rows=[after, consent, record], events=events)
