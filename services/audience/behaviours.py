"""Behaviour: facts of what members do, appended and trimmed by age, and what the profile keeps.

The profile counts each kind and knows when it was last: views, clicks, shares, live sessions, store
visits, consents to messages, group chats. A review is feedback. The earliest touch is the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from services.audience.profiles import OfMember, Profile, first_touch, policy_of
from services.audience.stages import Outcome, pass_time, settle

FEEDBACK = "review"


class BehaviourFact(Row, frozen=True):
    """One thing a member did; ``fact_id`` is the event's id."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "fact_id")

    merchant_id: str
    fact_id: str
    member_id: str
    event_name: str
    happened_at: datetime
    item_id: str
    store_id: str
    live_id: str
    promoter_id: str
    guide_id: str
    channel_code: str
    template_id: str
    count: int
    amount_fen: int


BEHAVIOUR_OF = Group(BehaviourFact, ("merchant_id", "member_id"))


def with_behaviour(profile: Profile, fact: BehaviourFact) -> Profile:
    """The profile with one more thing done."""
    count, last = profile.behaviour.get(fact.event_name, (0, fact.happened_at))
    behaviour = profile.behaviour | {fact.event_name: (count + 1, max(last, fact.happened_at))}
    seen = max(profile.last_seen_at or fact.happened_at, fact.happened_at)
    changed = replace(profile, behaviour=dict(sorted(behaviour.items())), last_seen_at=seen)
    if fact.event_name == FEEDBACK:
        changed = replace(changed, feedback_count=changed.feedback_count + 1)
    return first_touch(changed, fact.channel_code, fact.happened_at)


class TakeBehaviour(OfMember, frozen=True, kw_only=True):
    """A member did something. Who left is not watched any more."""

    fact_id: str
    event_name: str
    happened_at: datetime
    item_id: str = ""
    store_id: str = ""
    live_id: str = ""
    promoter_id: str = ""
    guide_id: str = ""
    channel_code: str = ""
    template_id: str = ""
    count: int = 1
    amount_fen: int = 0

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield BehaviourFact, (self.merchant_id, self.fact_id)

    def decide(self, state: State) -> Decision:
        before = self.profile_or_new(state, self.happened_at)
        known = state.get(BehaviourFact, (self.merchant_id, self.fact_id))
        if known is not None or before.status == "CLOSED":
            return Decision()
        fact = BehaviourFact(
            merchant_id=self.merchant_id,
            fact_id=self.fact_id,
            member_id=before.member_id,
            event_name=self.event_name,
            happened_at=self.happened_at,
            item_id=self.item_id,
            store_id=self.store_id,
            live_id=self.live_id,
            promoter_id=self.promoter_id,
            guide_id=self.guide_id,
            channel_code=self.channel_code,
            template_id=self.template_id,
            count=self.count,
            amount_fen=self.amount_fen,
        )
        if self.event_name != FEEDBACK:
            return Outcome(with_behaviour(before, fact)).decision(state, fact)
        policy = policy_of(state, self.merchant_id, self.at)
        passed = pass_time(before, self.happened_at, policy)
        changed = with_behaviour(passed.profile, fact)
        return settle(passed, changed, self.happened_at, policy).decision(state, fact)
