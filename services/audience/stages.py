"""What becomes of a member's stage when facts arrive and when time passes; one event per change."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from common.commands import Decision
from common.rows import Row, State
from danke.events.audience import (
    HabitFormed,
    HabitLost,
    LifecycleStageChanged,
    ProfileCreated,
    SuperUserChanged,
)
from danke.events.envelope import Event
from services.audience.days import day_of, midnight
from services.audience.lifecycle import (
    LifecyclePolicy,
    LifecycleTerms,
    Stage,
    Standing,
    cycle_of,
    next_change,
    stage_on,
)
from services.audience.profiles import Profile
from services.audience.stage_changes import StageChange


class Outcome(msgspec.Struct, frozen=True):
    """A profile as it became, with the changes of stage on the way and what to tell of them."""

    profile: Profile
    changes: tuple[StageChange, ...] = ()
    events: tuple[Event, ...] = ()

    def decision(self, state: State, *rows: Row) -> Decision:
        """Writes the profile, its changes and these rows."""
        profile = self.profile
        key = (profile.merchant_id, profile.member_id)
        events = self.events
        if state.get(Profile, key) is None:
            events = (created(profile), *events)
        return Decision(
            result=profile.member_id, rows=[profile, *self.changes, *rows], events=events
        )


def created(profile: Profile) -> ProfileCreated:
    """Says that somebody is known from now on."""
    return ProfileCreated(
        member_id=profile.member_id, source=profile.source, created_at=profile.created_at
    )


def standing_of(profile: Profile) -> Standing:
    """The facts that decide the stage."""
    ended = profile.wake_ended_at
    return Standing(
        profile.order_count,
        profile.order_days,
        profile.last_category_id,
        profile.wake_round,
        day_of(ended) if ended else None,
    )


def pass_time(profile: Profile, to: datetime, policy: LifecyclePolicy) -> Outcome:
    """The profile at ``to``: every change that mere time brings until then, each at its moment."""
    outcome = Outcome(profile)
    while True:
        now = outcome.profile
        due = now.next_stage_at
        if due is None or due > to:
            return outcome
        standing = standing_of(now)
        stage = stage_on(day_of(due), standing, now.cycle_days, policy.terms)
        after = replace(
            now, evaluated_at=max(now.evaluated_at, due), updated_at=max(now.updated_at, due)
        )
        outcome = _moved(outcome, _scheduled(after, standing, policy.terms), stage, due)


def settle(passed: Outcome, changed: Profile, at: datetime, policy: LifecyclePolicy) -> Outcome:
    """The profile with new facts, judged at ``at`` or, if it was judged later already, then."""
    at = max(at, changed.evaluated_at)
    standing = standing_of(changed)
    cycle_days, source = cycle_of(standing, policy.terms, policy.cohorts)
    after = replace(changed, evaluated_at=at, cycle_days=cycle_days, cycle_source=source)
    after = _scheduled(after, standing, policy.terms)
    stage = stage_on(day_of(at), standing, cycle_days, policy.terms)
    moved = _moved(passed, after, stage, at)
    if changed.status == "CLOSED":  # the books go on, but nobody is told of who left
        return Outcome(replace(moved.profile, next_stage_at=None), moved.changes, passed.events)
    return _flagged(moved, policy.terms)


def _scheduled(profile: Profile, standing: Standing, terms: LifecycleTerms) -> Profile:
    day: date | None = next_change(
        day_of(profile.evaluated_at), standing, profile.cycle_days, terms
    )
    return replace(profile, next_stage_at=midnight(day) if day else None)


def _moved(before: Outcome, after: Profile, stage: Stage, at: datetime) -> Outcome:
    """The outcome with the profile in ``stage`` since ``at``; one change if it is another one."""
    if stage == after.stage:
        return Outcome(after, before.changes, before.events)
    number = after.stage_number + 1
    since = (day_of(at) - after.order_days[-1]).days if after.order_days else 0
    change = StageChange(
        merchant_id=after.merchant_id,
        member_id=after.member_id,
        number=number,
        changed_at=at,
        from_stage=after.stage,
        to_stage=stage,
        order_count=after.order_count,
        days_since=since,
        cycle_days=after.cycle_days,
    )
    event = LifecycleStageChanged(
        member_id=after.member_id,
        from_stage=after.stage,
        to_stage=stage,
        order_count=after.order_count,
        days_since=since,
        cycle_days=after.cycle_days,
        changed_at=at,
        cycle_source=after.cycle_source,
    )
    moved = replace(after, stage=stage, stage_since=at, stage_number=number)
    return Outcome(moved, (*before.changes, change), (*before.events, event))


def _flagged(outcome: Outcome, terms: LifecycleTerms) -> Outcome:
    """The habit (习惯) and the super user (超级用户), recomputed; domain.md §1.7, M63, M71."""
    profile, events = outcome.profile, outcome.events
    orders = profile.order_count
    is_habit = orders >= terms.habit_orders
    is_super = (
        orders >= terms.super_orders
        and profile.feedback_count >= terms.super_feedback
        and profile.referral_count >= terms.super_referrals
    )
    member, at = profile.member_id, profile.evaluated_at
    if is_habit and not profile.is_habit:
        events = (*events, HabitFormed(member_id=member, orders=orders, formed_at=at))
    elif profile.is_habit and not is_habit:
        events = (*events, HabitLost(member_id=member, orders=orders, lost_at=at))
    if is_super != profile.is_super:
        events = (*events, SuperUserChanged(member_id=member, is_super=is_super, changed_at=at))
    flagged = replace(profile, is_habit=is_habit, is_super=is_super)
    return Outcome(flagged, outcome.changes, events)
