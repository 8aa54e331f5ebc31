"""Merges: two members turn out to be one person; their facts are united. Saga S9.

Orders and behaviour get the one owner and everything that follows from them is recomputed. Figures
of other services are not added: those tell what the one who remains has. Idempotent by merge id,
and by the state: who was merged is an alias, of whoever remains after any chain of merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.audience import ConsentChanged, TagAdded
from danke.events.envelope import Event
from services.audience.behaviours import BEHAVIOUR_OF, BehaviourFact
from services.audience.consents import CONSENTS_OF, Consent, in_force, stricter
from services.audience.errors import MemberMoved, SameMember
from services.audience.lifecycle import SCOPE, LifecyclePolicy
from services.audience.members import REFERRALS_BY, enrolment_of, with_enrolment
from services.audience.order_facts import MEMBER_ORDERS, with_orders
from services.audience.profiles import (
    ALIAS_OF,
    ALIASES_INTO,
    Alias,
    Profile,
    member_key,
    new_profile,
    policy_of,
    target_of,
    touched,
)
from services.audience.replenishment_cycles import (
    MEMBER_CYCLES,
    forgotten_cycles,
    united_cycles,
    united_cycles_reads,
)
from services.audience.segment_departures import lists_moved, lists_moved_reads
from services.audience.segment_members import SEGMENTS_OF
from services.audience.stages import Outcome, pass_time, settle
from services.audience.tags import TAGS_OF, TagAssignment

_OWNED: Sequence[Group[Any]] = (
    MEMBER_ORDERS, MEMBER_CYCLES, BEHAVIOUR_OF, TAGS_OF, CONSENTS_OF, REFERRALS_BY,
)  # fmt: skip


class MergeMembers(Command, frozen=True, kw_only=True):
    """Unites ``from_member`` with ``into_member``, or with whom that one was merged into."""

    RESULT: ClassVar[type] = str

    merge_id: str
    from_member: str
    into_member: str

    def lane(self) -> str:
        return member_key(self.from_member)

    def locate(self) -> Sequence[Read]:
        return (
            (ALIAS_OF, (self.merchant_id, self.into_member)),
            (SEGMENTS_OF, (self.merchant_id, self.from_member)),
        )

    def keys(self, found: State) -> Sequence[str]:
        target = target_of(found, self.merchant_id, self.into_member)
        return [member_key(one) for one in {self.from_member, self.into_member, target}]

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        target = target_of(found, merchant, self.into_member)
        yield ALIAS_OF, (merchant, self.into_member)
        yield Alias, (merchant, self.from_member)
        yield ALIASES_INTO, (merchant, self.from_member)
        yield LifecyclePolicy, (merchant, SCOPE)
        yield from united_cycles_reads(merchant)
        yield from lists_moved_reads(found, merchant, self.from_member, target)
        for member in {self.from_member, target}:
            yield Profile, (merchant, member)
            for group in _OWNED:
                yield group, (merchant, member)

    def decide(self, state: State) -> Decision:
        merchant = self.merchant_id
        target = target_of(state, merchant, self.into_member)
        if not state.knows(Profile, (merchant, target)):
            raise MemberMoved(member_id=self.into_member)
        if target == self.from_member:
            raise SameMember(field="into_member")
        if state.get(Alias, (merchant, self.from_member)) is not None:
            return Decision(result=target)
        source = state.get(Profile, (merchant, self.from_member))
        aliases: list[Row] = [Alias(merchant, self.from_member, target, self.merge_id)]
        aliases += [
            replace(alias, into_member=target)
            for alias in state.group(ALIASES_INTO, (merchant, self.from_member))
        ]
        if source is None:
            return Decision(result=target, rows=aliases)
        rows, deletes, events = self._moved(state, target)
        remains = state.get(Profile, (merchant, target))
        gone = remains is not None and remains.status == "CLOSED"
        listed, (places, told) = lists_moved(state, self, self.from_member, target, gone=gone)
        emptied = _emptied(source, target)
        united = self._united(state, source, target)
        decision = united.decision(state, emptied, *aliases, *rows, *listed)
        events = [*decision.events, *events, *told]
        return Decision(target, decision.rows, events, [*deletes, *places])

    def _united(self, state: State, source: Profile, target: str) -> Outcome:
        """Who remains, with the facts of both, judged anew."""
        merchant = self.merchant_id
        known = state.get(Profile, (merchant, target))
        before = known or new_profile(merchant, target, source.created_at)
        before = touched(touched(before, source.created_at), source.updated_at)
        at = max(before.evaluated_at, source.evaluated_at)
        policy = policy_of(state, merchant, self.at)
        passed = pass_time(before, at, policy)
        gone = passed.profile.status == "CLOSED"
        united = _joined(passed.profile, source)
        if gone:  # who left gets no portrait back; the books are united all the same
            counted = passed.profile.referral_count + source.referral_count
            united = replace(passed.profile, referral_count=counted)
        facts = [
            fact
            for member in (self.from_member, target)
            for fact in state.group(MEMBER_ORDERS, (merchant, member))
        ]
        if not gone:
            tags = {
                tag.tag_id
                for member in (self.from_member, target)
                for tag in state.group(TAGS_OF, (merchant, member))
            }
            consents = _consents(state, merchant, self.from_member, target)
            united = replace(united, tags=sorted(tags), consents=in_force(consents))
        return settle(passed, with_orders(united, facts), at, policy)

    def _moved(
        self, state: State, target: str
    ) -> tuple[list[Row], list[tuple[type[Row], tuple[Any, ...]]], list[Event]]:
        """Rows that get the new owner, keys under the old one, and what is new there."""
        remains = state.get(Profile, (self.merchant_id, target))
        gone = remains is not None and remains.status == "CLOSED"
        merchant, old = self.merchant_id, self.from_member
        key = (merchant, old)
        rows: list[Row] = [
            replace(fact, member_id=target) for fact in state.group(MEMBER_ORDERS, key)
        ]
        rows += [replace(row, referrer_id=target) for row in state.group(REFERRALS_BY, key)]
        deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
        events: list[Event] = []
        if gone:  # nothing is foretold of who left
            deletes += forgotten_cycles(state, merchant, old)
        else:
            cycles, emptied = united_cycles(state, self, old, target)
            rows += cycles
            deletes += emptied
        for fact in state.group(BEHAVIOUR_OF, key):
            if gone:
                deletes.append((BehaviourFact, (merchant, fact.fact_id)))
            else:
                rows.append(replace(fact, member_id=target))
        carried = {tag.tag_id for tag in state.group(TAGS_OF, (merchant, target))}
        for tag in state.group(TAGS_OF, (merchant, old)):
            deletes.append((TagAssignment, (merchant, old, tag.tag_id)))
            if tag.tag_id not in carried and not gone:
                rows.append(replace(tag, member_id=target))
                events.append(TagAdded(member_id=target, tag_id=tag.tag_id, origin=tag.origin))
        said = {one.place: one for one in state.group(CONSENTS_OF, (merchant, target))}
        united = {one.place: one for one in _consents(state, merchant, old, target)}
        for consent in state.group(CONSENTS_OF, (merchant, old)):
            deletes.append((Consent, (merchant, old, consent.channel, consent.purpose)))
            known, holds = said.get(consent.place), united[consent.place]
            if gone or holds == known:
                continue
            rows.append(holds)
            if known is None or known.is_granted != holds.is_granted:
                events.append(
                    ConsentChanged(
                        member_id=target, channel=holds.channel, purpose=holds.purpose,
                        granted=holds.is_granted, record_id=holds.record_id, changed_at=self.at,
                    )
                )  # fmt: skip
        return rows, deletes, events


def _consents(state: State, merchant: str, old: str, target: str) -> list[Consent]:
    """What either said; where both said something, the stricter: who said no is not written to."""
    united = {one.place: one for one in state.group(CONSENTS_OF, (merchant, target))}
    for one in state.group(CONSENTS_OF, (merchant, old)):
        theirs = replace(one, member_id=target)
        known = united.get(one.place)
        united[one.place] = theirs if known is None else stricter(known, theirs)
    return list(united.values())


def _latest(a: datetime | None, b: datetime | None) -> datetime | None:
    return max(a, b) if a and b else a or b


def _joined(profile: Profile, other: Profile) -> Profile:
    """The profile with what was known of the other one, orders aside."""
    behaviour = dict(other.behaviour)
    for name, (count, last) in profile.behaviour.items():
        more, later = behaviour.get(name, (0, last))
        behaviour[name] = (count + more, max(last, later))
    first = min(
        (one for one in (profile, other) if one.source_at is not None),
        key=lambda one: (one.source_at, one.source),
        default=profile,
    )
    enrolments = [one for one in map(enrolment_of, (profile, other)) if one is not None]
    woken = max(
        (one for one in (profile, other) if one.wake_ended_at is not None),
        key=lambda one: one.wake_ended_at or one.created_at,
        default=profile,
    )
    is_enrolled = profile.status == "VISITOR" and other.status in ("MEMBER", "FROZEN")
    if enrolments:
        profile = with_enrolment(profile, min(enrolments))
    return replace(
        profile,
        status="MEMBER" if is_enrolled else profile.status,
        source=first.source,
        source_at=first.source_at,
        guide_id=profile.guide_id or other.guide_id,
        guide_at=profile.guide_at,
        promoter_id=profile.promoter_id or other.promoter_id,
        wake_round=woken.wake_round,
        wake_ended_at=woken.wake_ended_at,
        evaluated_at=max(profile.evaluated_at, other.evaluated_at),
        feedback_count=profile.feedback_count + other.feedback_count,
        referral_count=profile.referral_count + other.referral_count,
        coupons_received=profile.coupons_received + other.coupons_received,
        coupons_used=profile.coupons_used + other.coupons_used,
        groups_joined=profile.groups_joined + other.groups_joined,
        birthday=profile.birthday or other.birthday,
        attributes=other.attributes | profile.attributes,
        behaviour=dict(sorted(behaviour.items())),
        last_seen_at=_latest(profile.last_seen_at, other.last_seen_at),
    )


def _emptied(profile: Profile, target: str) -> Profile:
    """What is left of who was merged: the name, and where it leads."""
    empty = new_profile(profile.merchant_id, profile.member_id, profile.created_at)
    return replace(
        empty,
        status="MERGED",
        merged_into=target,
        updated_at=profile.updated_at,
        stage_number=profile.stage_number,
    )
