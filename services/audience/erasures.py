"""Erasure: everything personal goes, orders and their figures stay under a pseudonym. Saga S10.

PIPL art. 47: attributes, birthday, tags, behaviour, lists and where somebody came from are deleted,
every consent is withdrawn. The record of consents stays as proof, and so do the facts of orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, Row, State
from danke.events.audience import ConsentChanged, PersonalDataDeleted, TagRemoved
from danke.events.envelope import Event
from services.audience.behaviours import BEHAVIOUR_OF, BehaviourFact
from services.audience.consents import CONSENTS_OF, ConsentRecord
from services.audience.errors import ProfileNotFound
from services.audience.profiles import OfMember, Profile, target_of, touched
from services.audience.segment_departures import lists_left, lists_left_reads
from services.audience.tags import TAGS_OF, TagAssignment


class EraseMember(OfMember, frozen=True, kw_only=True):
    """Deletes a member's personal data; ``closes``: the member left. A repeat changes nothing.

    Refuses PROFILE_NOT_FOUND unless the member left.
    """

    RESULT: ClassVar[type] = str

    reason: str
    closes: bool = False
    actor: str = ""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        key = (self.merchant_id, target_of(found, self.merchant_id, self.member_id))
        yield from lists_left_reads(*key)
        yield TAGS_OF, key
        yield CONSENTS_OF, key
        yield BEHAVIOUR_OF, key

    def decide(self, state: State) -> Decision:
        found = self.profile(state)
        if found is None and not self.closes:
            raise ProfileNotFound(field="member_id", member_id=self.member_id)
        before = self.profile_or_new(state, self.at)
        member = before.member_id
        if member != self.member_id and self.closes:  # who remains did not leave
            return Decision(result=member)
        key = (self.merchant_id, member)
        rows: list[Row] = []
        events: list[Event] = []
        deletes: list[tuple[type[Row], tuple[Any, ...]]] = [
            (BehaviourFact, (self.merchant_id, fact.fact_id))
            for fact in self.group_of(state, BEHAVIOUR_OF, member)
        ]
        for tag in self.group_of(state, TAGS_OF, member):
            deletes.append((TagAssignment, (*key, tag.tag_id)))
            events.append(TagRemoved(member_id=member, tag_id=tag.tag_id, origin="ERASED"))
        for consent in self.group_of(state, CONSENTS_OF, member):
            if consent.is_granted:
                record_id = f"{self.id}/{consent.channel}/{consent.purpose}"
                withdrawn = replace(
                    consent, is_granted=False, changed_at=self.at, record_id=record_id
                )
                rows += [withdrawn, ConsentRecord.of(withdrawn, "ERASED", self.actor)]
                events.append(
                    ConsentChanged(
                        member_id=member, channel=consent.channel, purpose=consent.purpose,
                        granted=False, record_id=record_id, changed_at=self.at,
                    )
                )  # fmt: skip
        places, left = lists_left(state, self, member)
        deletes += places
        events += left
        erased = self._erased(touched(before, self.at))
        if erased != before or deletes or rows:
            events.append(
                PersonalDataDeleted(
                    member_id=member, reason=self.reason, stays=erased.status != "CLOSED"
                )
            )
        return Decision(result=member, rows=[erased, *rows], events=events, deletes=deletes)

    def _erased(self, profile: Profile) -> Profile:
        cleared = replace(
            profile,
            source="",
            birthday="",
            tags=[],
            attributes={},
            consents=[],
            behaviour={},
            last_seen_at=None,
        )
        if not self.closes:
            return cleared
        # Nobody is told any more where they stand.
        return replace(cleared, status="CLOSED", next_stage_at=None)
