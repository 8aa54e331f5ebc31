"""Recurring community groups (社区团购): each period a new group per pick-up point, by itself.

A period begins every ``recurrence_minutes`` from the activity's start. Its groups are led by the
points' leaders and live their own time; domain.md §2.1, §3.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from common.commands import Command, Decision
from common.rows import Read, State
from services.groupbuy.activities import PERIOD_TIMER, Activity, activity_key
from services.groupbuy.customers import Customer
from services.groupbuy.draft import Draft
from services.groupbuy.errors import MemberMoved
from services.groupbuy.groups import LED_BY
from services.groupbuy.joining import new_group, started
from services.groupbuy.seats import of_activity
from services.groupbuy.terms import PickupPoint


class OpenPeriod(Command, frozen=True, kw_only=True):
    """A period begins: every pick-up point gets a group, and the next period its timer.

    A point whose leader opened this period's group is left alone; one whose leader has left for
    good gets none. An activity that does not run any more has no further periods.
    """

    activity_id: str

    def lane(self) -> str:
        return activity_key(self.activity_id)

    def locate(self) -> Sequence[Read]:
        return ((Activity, (self.merchant_id, self.activity_id)),)

    def _points(self, found: State) -> list[PickupPoint]:
        activity = found.get(Activity, (self.merchant_id, self.activity_id))
        return activity.terms.pickup_points if activity else []

    def reads(self, found: State) -> Iterable[Read]:
        yield from of_activity(self.merchant_id, self.activity_id)
        for point in self._points(found):
            yield LED_BY, (self.merchant_id, point.leader_id)
            yield Customer, (self.merchant_id, point.leader_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        activity = draft.get(Activity, self.activity_id)
        if activity is None or not activity.terms.recurrence_minutes or not activity.runs(self.at):
            return Decision()
        for number, point in enumerate(activity.terms.pickup_points):
            if not state.knows(LED_BY, (self.merchant_id, point.leader_id)):
                raise MemberMoved(activity_id=self.activity_id)  # edited between look and lock
            if self._wants_one(draft, point):
                group = new_group(
                    self, activity, f"{self.new_id}.{number}", point.leader_id,
                    pickup_point_id=point.point_id,
                )  # fmt: skip
                started(draft, group, activity.terms, self.at)
        draft.wake(PERIOD_TIMER, self.activity_id, self.at + activity.terms.recurrence)
        return draft.decision()

    def _wants_one(self, draft: Draft, point: PickupPoint) -> bool:
        leader = draft.get(Customer, point.leader_id)
        if leader is not None and leader.closed:
            return False
        return not any(
            (group.activity_id, group.pickup_point_id) == (self.activity_id, point.point_id)
            and group.opened_at is not None
            and group.opened_at >= self.at
            for group in draft.group(LED_BY, point.leader_id)
        )
