"""Help from friends (帮砍, 助力): who may ask for it, who may give it, and how often.

Bargains and assists differ in what help does, not in whose help counts; domain.md §2.1, §2.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from common.commands import Command
from common.rows import Group, Read, Row, State
from services.groupbuy.customers import (
    Customer,
    must_be_member,
    person_now,
    person_of,
    person_reads,
)
from services.groupbuy.days import day_of
from services.groupbuy.draft import Draft
from services.groupbuy.errors import (
    ActivityNotFound,
    ActivityNotRunning,
    AlreadyHelped,
    AlreadyOpen,
    HelpLimit,
    MemberMoved,
    NewCustomerOnly,
    NotOpen,
    SelfHelp,
)


class Play(Protocol):
    """An activity in which help may be asked for."""

    @property
    def stopped(self) -> bool:
        """Whether the merchant ended it."""

    @property
    def starts_at(self) -> datetime:
        """From when on, inclusive."""

    @property
    def ends_at(self) -> datetime:
        """Until when, exclusive."""


A = TypeVar("A", bound=Play)


class Helps(NamedTuple):
    """Where help of one kind is remembered."""

    # What is asked for, each friend's help, and one helper's help of one day in one activity.
    asked: type[Row]
    help: type[Row]
    of_day: Group[Any]


def may_open(
    draft: Draft, activity: A | None, activity_id: str, member_id: str, mine: Iterable[Any]
) -> A:
    """The activity, if a member may ask for help; ``mine`` are the member's own open ones in it.

    Refuses MEMBER_CLOSED, ACTIVITY_NOT_FOUND, ACTIVITY_NOT_RUNNING, ALREADY_OPEN.
    """
    must_be_member(draft, member_id)
    if activity is None:
        raise ActivityNotFound(field="activity_id", activity_id=activity_id)
    if activity.stopped or not activity.starts_at <= draft.at < activity.ends_at:
        raise ActivityNotRunning(activity_id=activity_id)
    for one in mine:
        if draft.at < one.expires_at:
            name = one.KEY[1]
            raise AlreadyOpen(**{name: getattr(one, name)})
    return activity


def help_reads(
    kind: Helps, command: Command, asked_id: str, helper_id: str, found: State
) -> Iterable[Read]:
    """What ``may_help`` looks at, for each id of the helper's."""
    merchant = command.merchant_id
    yield from person_reads(found, merchant, helper_id)
    asked: Any = found.get(kind.asked, (merchant, asked_id))
    for one in person_of(found, merchant, helper_id)[1]:
        yield kind.help, (merchant, asked_id, one)
        if asked is not None:
            yield kind.of_day, (merchant, asked.activity_id, one, day_of(command.at))


def may_help(kind: Helps, draft: Draft, asked: Any, helper_id: str) -> tuple[str, bool]:
    """The id that remained of the helper's, and whether this is a new customer.

    ``asked`` is the bargain or the assist. Helpers are people: what was given under an id that was
    merged since counts; MEMBER_MOVED if it was merged this very moment. Refuses MEMBER_CLOSED,
    NOT_OPEN, SELF_HELP, ALREADY_HELPED, HELP_LIMIT, NEW_CUSTOMER_ONLY.
    """
    person, ids = person_now(draft, helper_id)
    must_be_member(draft, person)
    name = asked.KEY[1]
    asked_id = getattr(asked, name)
    if not all(draft.state.knows(kind.help, (draft.merchant_id, asked_id, one)) for one in ids):
        raise MemberMoved(member_id=helper_id)
    if asked.state != "OPEN" or draft.at >= asked.expires_at:
        raise NotOpen(**{name: asked_id, "state": asked.state})
    if person == asked.member_id:
        raise SelfHelp(field="helper_id")
    if any(draft.get(kind.help, asked_id, one) is not None for one in ids):
        raise AlreadyHelped(field="helper_id")
    limit, today = asked.terms.daily_helps, day_of(draft.at)
    if limit and limit <= sum(
        len(draft.state.group(kind.of_day, (draft.merchant_id, asked.activity_id, one, today)))
        for one in ids
    ):
        raise HelpLimit(field="helper_id", limit=limit)
    customer = draft.get(Customer, person)
    new = customer is None or not (customer.open or customer.bought)
    if asked.terms.new_helpers_only and not new:
        raise NewCustomerOnly(field="helper_id")
    return person, new
