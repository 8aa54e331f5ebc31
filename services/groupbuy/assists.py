"""Assists (助力): a member asks friends for help; enough of them in time bring a reward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import groupbuy_social as events
from services.groupbuy.activities import activity_key
from services.groupbuy.assist_activities import AssistActivity, AssistTerms, Prize
from services.groupbuy.customers import (
    PERSON,
    member_key,
    person_now,
    person_of,
    person_reads,
)
from services.groupbuy.days import day_of
from services.groupbuy.draft import Draft
from services.groupbuy.errors import AssistNotFound, SoldOut
from services.groupbuy.helps import Helps, help_reads, may_help, may_open

AssistState = Literal["OPEN", "COMPLETED", "EXPIRED"]
ASSIST_TIMER = "assist_expiry"


class Assist(Row, frozen=True):
    """One member's request for help, under the terms it was opened with."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "assist_id")

    merchant_id: str
    assist_id: str
    activity_id: str
    member_id: str
    state: AssistState
    terms: AssistTerms
    helped: int
    opened_at: datetime
    expires_at: datetime


class AssistHelp(Row, frozen=True):
    """One friend's help. ``inviter_id`` is whose share the friend followed: the chain."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "assist_id", "helper_id")

    merchant_id: str
    assist_id: str
    helper_id: str
    activity_id: str
    day: date
    inviter_id: str
    is_new: bool
    at: datetime


OPEN_ASSISTS = Group(
    Assist,
    ("merchant_id", "activity_id", "member_id"),
    holds=lambda assist: assist.state == "OPEN",
)
MEMBER_ASSISTS = Group(Assist, ("merchant_id", "member_id"))
ASSISTS_OF_DAY = Group(AssistHelp, ("merchant_id", "activity_id", "helper_id", "day"))
ASSIST_HELP = Helps(Assist, AssistHelp, ASSISTS_OF_DAY)


def assist_key(assist_id: str) -> str:
    """The lock that covers one assist."""
    return f"assist/{assist_id}"


class OpenAssist(Command, frozen=True, kw_only=True):
    """A member asks for help; its reward is set aside at once, so that no budget runs out midway.

    Refuses ACTIVITY_NOT_FOUND, ACTIVITY_NOT_RUNNING, ALREADY_OPEN, SOLD_OUT.
    """

    RESULT: ClassVar[type] = Assist

    activity_id: str
    member_id: str

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def locate(self) -> Sequence[Read]:
        return ((PERSON, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        member = person_of(found, self.merchant_id, self.member_id)[0]
        members = (member_key(self.member_id), member_key(member))
        return activity_key(self.activity_id), *members, assist_key(self.new_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield AssistActivity, (self.merchant_id, self.activity_id)
        member = person_of(found, self.merchant_id, self.member_id)[0]
        yield OPEN_ASSISTS, (self.merchant_id, self.activity_id, member)
        yield from person_reads(found, self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = draft.get(AssistActivity, self.activity_id)
        member_id, _ = person_now(draft, self.member_id)
        mine = draft.group(OPEN_ASSISTS, self.activity_id, member_id)
        activity = may_open(draft, activity, self.activity_id, member_id, mine)
        terms = activity.terms
        if terms.budget and activity.set_aside >= terms.budget:
            raise SoldOut(activity_id=self.activity_id, left=0)
        draft.put(replace(activity, set_aside=activity.set_aside + 1))
        assist = draft.put(
            Assist(
                self.merchant_id,
                self.new_id,
                self.activity_id,
                member_id,
                "OPEN",
                terms,
                0,
                self.at,
                self.at + timedelta(hours=terms.ttl_hours),
            )
        )
        draft.wake(ASSIST_TIMER, assist.assist_id, assist.expires_at)
        draft.tell(
            events.AssistOpened(
                assist_id=assist.assist_id,
                activity_id=self.activity_id,
                member_id=member_id,
                needed=terms.needed,
                expires_at=assist.expires_at,
            )
        )
        return draft.decision(assist)


class _OfAssist(Command, frozen=True, kw_only=True):
    """A command that names an assist."""

    RESULT: ClassVar[type] = Assist

    assist_id: str

    def lane(self) -> str:
        return assist_key(self.assist_id)

    def locate(self) -> Sequence[Read]:
        return ((Assist, (self.merchant_id, self.assist_id)),)

    def reads(self, found: State) -> Iterable[Read]:
        yield Assist, (self.merchant_id, self.assist_id)

    def assist(self, draft: Draft) -> Assist:
        """Refuses ASSIST_NOT_FOUND."""
        assist = draft.get(Assist, self.assist_id)
        if assist is None:
            raise AssistNotFound(field="assist_id", assist_id=self.assist_id)
        return assist


class GiveHelp(_OfAssist, frozen=True, kw_only=True):
    """A friend helps; the last one needed completes it, and the rewards are due.

    Refuses ASSIST_NOT_FOUND, NOT_OPEN, SELF_HELP, ALREADY_HELPED, HELP_LIMIT, NEW_CUSTOMER_ONLY.
    """

    helper_id: str
    inviter_id: str = ""

    def locate(self) -> Sequence[Read]:
        return *super().locate(), (PERSON, (self.merchant_id, self.helper_id))

    def keys(self, found: State) -> Sequence[str]:
        ids = person_of(found, self.merchant_id, self.helper_id)[1]
        return assist_key(self.assist_id), *(member_key(one) for one in ids)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from help_reads(ASSIST_HELP, self, self.assist_id, self.helper_id, found)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        assist = self.assist(draft)
        helper_id, new = may_help(ASSIST_HELP, draft, assist, self.helper_id)
        terms = assist.terms
        helped = assist.helped + 1
        enough = helped == terms.needed
        assist = draft.put(replace(assist, helped=helped, state="COMPLETED" if enough else "OPEN"))
        draft.put(
            AssistHelp(
                self.merchant_id, self.assist_id, helper_id, assist.activity_id,
                day_of(self.at), self.inviter_id, new, self.at,
            )
        )  # fmt: skip
        draft.tell(
            events.AssistHelped(
                assist_id=self.assist_id,
                activity_id=assist.activity_id,
                member_id=assist.member_id,
                helper_id=helper_id,
                inviter_id=self.inviter_id,
                is_new_customer=new,
                helped=helped,
                needed=terms.needed,
            )
        )
        _reward(draft, assist, helper_id, terms.helper_prize, helper_id)
        if enough:
            draft.cancel(ASSIST_TIMER, self.assist_id)
            draft.tell(
                events.AssistCompleted(
                    assist_id=self.assist_id,
                    activity_id=assist.activity_id,
                    member_id=assist.member_id,
                    helped=helped,
                )
            )
            _reward(draft, assist, assist.member_id, terms.prize, "opener")
        return draft.decision(assist)


def _reward(draft: Draft, assist: Assist, member_id: str, prize: Prize | None, why: str) -> None:
    if prize is None:
        return
    draft.tell(
        events.AssistRewardDue(
            assist_id=assist.assist_id,
            activity_id=assist.activity_id,
            member_id=assist.member_id,
            rewarded_id=member_id,
            kind=prize.kind,
            amount=prize.amount,
            ref=prize.ref,
            idempotency_key=f"{assist.assist_id}/{why}",
        )
    )


class ExpireAssist(_OfAssist, frozen=True, kw_only=True):
    """The time is over: nobody is rewarded, and what was set aside is free for others."""

    def keys(self, found: State) -> Sequence[str]:
        assist = found.get(Assist, (self.merchant_id, self.assist_id))
        mine = assist_key(self.assist_id)
        return (mine, activity_key(assist.activity_id)) if assist else (mine,)

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        assist = found.get(Assist, (self.merchant_id, self.assist_id))
        if assist:
            yield AssistActivity, (self.merchant_id, assist.activity_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        assist = self.assist(draft)
        if assist.state != "OPEN" or self.at < assist.expires_at:
            return Decision(result=assist)
        return draft.decision(expire(draft, assist))


def expire(draft: Draft, assist: Assist) -> Assist:
    """The assist ends without its reward."""
    activity = draft.get(AssistActivity, assist.activity_id)
    assert activity is not None, "Bug: an assist without its activity"
    draft.put(replace(activity, set_aside=activity.set_aside - 1))
    assist = draft.put(replace(assist, state="EXPIRED"))
    draft.cancel(ASSIST_TIMER, assist.assist_id)
    draft.tell(
        events.AssistExpired(
            assist_id=assist.assist_id,
            activity_id=assist.activity_id,
            member_id=assist.member_id,
            helped=assist.helped,
        )
    )
    return assist
