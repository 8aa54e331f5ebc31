"""Fission groups: opened by one, helped by others, rewarded once; domain.md §2.8, F1, F2, S8.

OPEN → COMPLETED → REWARDED | EXPIRED | STOPPED. UNLOCK locks its coupon when the group opens, so
its reward cannot run out. The others reward from a timer of their own, which tries again while the
template cannot pay. A helper is a touch point, bound to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.allocation import random_split
from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import coupon_fission as events
from danke.events.envelope import Event
from services.coupon.calendar import local_day
from services.coupon.coupons import Coupon, expired, voided
from services.coupon.errors import MemberMoved
from services.coupon.errors_promotions import (
    AlreadyHelped,
    FissionBudgetExhausted,
    FissionGroupClosed,
    FissionGroupNotFound,
    FissionLimitReached,
    FissionNotActive,
    HelperLimitReached,
    NotNewCustomer,
    SelfHelp,
)
from services.coupon.fission_activities import (
    FissionActivity,
    FissionTally,
    FissionTerms,
    must_be_open,
)
from services.coupon.grants import GRANT_TIMER, Grant
from services.coupon.issuing import Issue, issue_reads
from services.coupon.members import MERGED_INTO, MergedMember, Standing, must_be_himself
from services.coupon.stocks import Stock, recycled
from services.coupon.templates import CouponTemplate

EXPIRY_TIMER: Final = "fission_expiry"
REWARD_TIMER: Final = "fission_reward"


class FissionGroup(Row, frozen=True):
    """One member's group. Its terms are the activity's when it was opened."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "group_id")

    merchant_id: str
    group_id: str
    activity_id: str
    member_id: str
    state: Literal["OPEN", "COMPLETED", "REWARDED", "EXPIRED", "STOPPED"]
    terms: FissionTerms
    helpers: int
    # UNLOCK: the locked coupon and what locks it. INFLATE: what the face is by now.
    coupon_id: str
    coupon_key: str
    face_fen: int
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    # How often rewarding was tried, and why it did not work.
    attempts: int = 0
    reason: str = ""


class FissionHelp(Row, frozen=True):
    """One helper of a group. Written once."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "group_id", "helper_id")

    merchant_id: str
    group_id: str
    helper_id: str
    activity_id: str
    day: date
    is_new: bool
    helped_at: datetime


GROUPS_OF = Group(FissionGroup, ("merchant_id", "activity_id", "member_id"))
MEMBER_GROUPS = Group(FissionGroup, ("merchant_id", "member_id"))
HELPS_OF = Group(
    FissionHelp, ("merchant_id", "group_id"), order=lambda help_: (help_.helped_at, help_.helper_id)
)
HELPS_OF_DAY = Group(FissionHelp, ("merchant_id", "activity_id", "helper_id", "day"))


def told(group: FissionGroup) -> dict[str, Any]:
    """What every event of a group says."""
    return {
        "group_id": group.group_id,
        "activity_id": group.activity_id,
        "kind": group.terms.kind,
        "member_id": group.member_id,
    }


class OpenFission(Command, frozen=True, kw_only=True):
    """Opens a group of an activity for a member.

    Refuses FISSION_NOT_FOUND, FISSION_NOT_ACTIVE, FISSION_LIMIT_REACHED, FISSION_BUDGET_EXHAUSTED,
    MEMBER_MERGED, MEMBER_CLOSED; for UNLOCK also what issuing its coupon refuses:
    TEMPLATE_NOT_ACTIVE, SOLD_OUT, BUDGET_EXHAUSTED, DAILY_LIMIT_REACHED.
    """

    RESULT: ClassVar[type] = FissionGroup

    activity_id: str
    member_id: str

    def lane(self) -> str:
        return f"fission:{self.activity_id}"

    def locate(self) -> Sequence[Read]:
        return ((FissionActivity, (self.merchant_id, self.activity_id)),)

    def keys(self, found: State) -> Sequence[str]:
        activity = found.get(FissionActivity, (self.merchant_id, self.activity_id))
        unlock = activity is not None and activity.terms.kind == "UNLOCK"
        return (self.lane(), *((activity.terms.template_id,) if activity and unlock else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield FissionActivity, (self.merchant_id, self.activity_id)
        yield FissionTally, (self.merchant_id, self.activity_id)
        yield GROUPS_OF, (self.merchant_id, self.activity_id, self.member_id)
        yield MergedMember, (self.merchant_id, self.member_id)
        activity = found.get(FissionActivity, (self.merchant_id, self.activity_id))
        if activity is not None and activity.terms.kind == "UNLOCK":
            template_id = activity.terms.template_id
            yield from issue_reads(self.merchant_id, template_id, (self.member_id,), limited=False)

    def decide(self, state: State) -> Decision:
        found = state.get(FissionActivity, (self.merchant_id, self.activity_id))
        terms = must_be_open(found, self.at).terms
        must_be_himself(state, self.merchant_id, self.member_id, field="member_id")
        mine = state.group(GROUPS_OF, (self.merchant_id, self.activity_id, self.member_id))
        if len(mine) >= terms.groups_per_member:
            raise FissionLimitReached(limit=terms.groups_per_member)
        key = (self.merchant_id, self.activity_id)
        tally = state.get(FissionTally, key) or FissionTally(*key)
        if terms.groups_total and tally.opened >= terms.groups_total:
            raise FissionBudgetExhausted(limit=terms.groups_total)
        expires_at = self.at + timedelta(minutes=terms.lifetime_minutes)
        group = FissionGroup(
            self.merchant_id, self.new_id, self.activity_id, self.member_id, "OPEN", terms, 0, "",
            "", terms.start_fen, self.at, expires_at,
        )  # fmt: skip
        rows: list[Row] = []
        published: list[Event] = []
        if terms.kind == "UNLOCK":
            if not state.knows(CouponTemplate, (self.merchant_id, terms.template_id)):
                raise MemberMoved(activity_id=self.activity_id)
            issue = Issue(self, state, terms.template_id)
            coupon = issue.one(
                issue.holder(self.member_id), "FISSION", group.group_id, state="FISSION_LOCKED"
            )
            group = replace(group, coupon_id=coupon.coupon_id, coupon_key=coupon.lock_key)
            rows += issue.rows()
            published += issue.events
        rows += [
            group,
            replace(tally, opened=tally.opened + 1),
            Timer(self.merchant_id, EXPIRY_TIMER, group.group_id, expires_at),
        ]
        opened = events.FissionOpened(
            **told(group), helpers_needed=terms.helpers_needed, expires_at=expires_at
        )
        return Decision(result=group, rows=rows, events=[opened, *published])


class OfGroup(Command, frozen=True, kw_only=True):
    """A command for one group. Its locked coupon is locked along with it."""

    RESULT: ClassVar[type] = FissionGroup

    group_id: str

    def lane(self) -> str:
        return f"fission-group:{self.group_id}"

    def locate(self) -> Sequence[Read]:
        return ((FissionGroup, (self.merchant_id, self.group_id)),)

    def keys(self, found: State) -> Sequence[str]:
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        return (self.lane(), *((group.coupon_key,) if group and group.coupon_key else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield FissionGroup, (self.merchant_id, self.group_id)
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        if group is not None and group.coupon_id:
            yield Coupon, (self.merchant_id, group.coupon_id)

    def group(self, state: State) -> FissionGroup:
        """The group. Refuses FISSION_GROUP_NOT_FOUND."""
        group = state.get(FissionGroup, (self.merchant_id, self.group_id))
        if group is None:
            raise FissionGroupNotFound(field="group_id", group_id=self.group_id)
        return group


class HelpFission(OfGroup, frozen=True, kw_only=True):
    """One member helps another's group; the one that completes it earns the reward, once.

    What members who became the helper did counts as his. Who paid an order is not new, whatever
    ``is_new`` says. Refuses FISSION_GROUP_NOT_FOUND, SELF_HELP, ALREADY_HELPED, NOT_NEW_CUSTOMER,
    FISSION_GROUP_CLOSED (also at the deadline itself), FISSION_NOT_ACTIVE, HELPER_LIMIT_REACHED,
    MEMBER_MERGED, MEMBER_CLOSED. F1.
    """

    helper_id: str
    is_new: bool = False

    def locate(self) -> Sequence[Read]:
        return (*super().locate(), (MERGED_INTO, (self.merchant_id, self.helper_id)))

    def keys(self, found: State) -> Sequence[str]:
        return (*super().keys(found), f"fission-helper:{self.helper_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield MERGED_INTO, (self.merchant_id, self.helper_id)
        yield MergedMember, (self.merchant_id, self.helper_id)
        yield Standing, (self.merchant_id, self.helper_id)
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        if group is not None:
            yield FissionActivity, (self.merchant_id, group.activity_id)
            for helper_id in self._helpers(found):
                yield FissionHelp, (self.merchant_id, self.group_id, helper_id)
                yield HELPS_OF_DAY, self._day(group, helper_id)

    def _helpers(self, state: State) -> list[str]:
        """The helper, and who became him."""
        merged = state.group(MERGED_INTO, (self.merchant_id, self.helper_id))
        return [self.helper_id, *(one.member_id for one in merged)]

    def _day(self, group: FissionGroup, helper_id: str) -> tuple[str, str, str, date]:
        return self.merchant_id, group.activity_id, helper_id, local_day(self.at)

    def decide(self, state: State) -> Decision:
        group = self.group(state)
        standing = state.get(Standing, (self.merchant_id, self.helper_id))
        is_new = self.is_new and (standing is None or not standing.paid_orders)
        self._check(state, group, is_new=is_new)
        terms = group.terms
        help_ = FissionHelp(
            self.merchant_id, self.group_id, self.helper_id, group.activity_id, local_day(self.at),
            is_new, self.at,
        )  # fmt: skip
        group = replace(group, helpers=group.helpers + 1)
        rows: list[Row] = [help_, *self._for_helper(group)]
        if terms.kind == "INFLATE":
            more_fen = terms.total_fen - terms.start_fen
            steps = random_split(more_fen, terms.helpers_needed, 0, group.group_id)
            group = replace(group, face_fen=group.face_fen + steps[group.helpers - 1])
        published: list[Event] = [
            events.FissionHelped(
                **told(group), helper_id=self.helper_id, is_new=is_new, helpers=group.helpers
            )
        ]
        deletes = []
        if group.helpers == terms.helpers_needed:
            group, more, ended = completed(state, group, self.at)
            rows += more
            published += ended
            deletes.append((Timer, (self.merchant_id, EXPIRY_TIMER, self.group_id)))
        return Decision(group, [group, *rows], published, deletes)

    def _check(self, state: State, group: FissionGroup, *, is_new: bool) -> None:
        must_be_himself(state, self.merchant_id, self.helper_id, field="helper_id")
        helpers = self._helpers(state)
        if group.member_id in helpers:
            raise SelfHelp(field="helper_id")
        for helper_id in helpers:
            if not state.knows(FissionHelp, (self.merchant_id, self.group_id, helper_id)):
                raise MemberMoved(group_id=self.group_id)  # merged while this waited
            if state.get(FissionHelp, (self.merchant_id, self.group_id, helper_id)) is not None:
                raise AlreadyHelped(field="helper_id")
        if group.state != "OPEN" or self.at >= group.expires_at:
            ended = "EXPIRED" if group.state == "OPEN" else group.state
            raise FissionGroupClosed(group_id=self.group_id, state=ended)
        activity = state.get(FissionActivity, (self.merchant_id, group.activity_id))
        if activity is None or activity.state != "ACTIVE":
            raise FissionNotActive(activity_id=group.activity_id)
        if group.terms.new_customers_only and not is_new:
            raise NotNewCustomer(field="helper_id")
        limit = group.terms.helper_daily_limit
        today = (state.group(HELPS_OF_DAY, self._day(group, one)) for one in helpers)
        if sum(map(len, today)) >= limit:
            raise HelperLimitReached(limit=limit)

    def _for_helper(self, group: FissionGroup) -> list[Row]:
        """What the helper gets at once: his coupon of the pack, or thanks for helping."""
        shared = group.terms.kind in ("SHARE_PACK", "BOOMERANG")
        template_id = group.terms.template_id if shared else group.terms.helper_template_id
        if not template_id or group.terms.kind == "DIVIDE":
            return []
        name = f"{group.group_id}.{self.helper_id}"
        return promise(group, name, template_id, self.helper_id, group.group_id, self.at)


def promise(
    group: FissionGroup, grant_id: str, template_id: str, member_id: str, ref: str, at: datetime,
    revocable_until: datetime | None = None,
) -> list[Row]:  # fmt: skip
    """A coupon that is granted at once by its timer, and tried again if it cannot be."""
    grant = Grant(
        group.merchant_id, grant_id, template_id, member_id, 1, "FISSION", ref, "PENDING", [], [],
        "", 0, at, promised=True, revocable_until=revocable_until,
    )  # fmt: skip
    return [grant, Timer(group.merchant_id, GRANT_TIMER, grant_id, at)]


def completed(
    state: State, group: FissionGroup, at: datetime
) -> tuple[FissionGroup, list[Row], list[Event]]:
    """The group that came together: UNLOCK's coupon opens now, others' rewards come by timer."""
    if group.terms.kind in ("SHARE_PACK", "BOOMERANG"):
        after = replace(group, state="REWARDED", ended_at=at)
        done = events.FissionCompleted(**told(group), helpers=group.helpers, rewards=[])
        return after, [], [done]
    if group.terms.kind != "UNLOCK":
        timer = Timer(group.merchant_id, REWARD_TIMER, group.group_id, at)
        return replace(group, state="COMPLETED", ended_at=at), [timer], []
    coupon = state.get(Coupon, (group.merchant_id, group.coupon_id))
    assert coupon is not None, "Bug: a group's coupon is gone"
    rows: list[Row] = []
    rewards = []
    ending: list[Event] = []
    # A recalled or ended coupon is none any more: the group came together all the same.
    if coupon.state == "FISSION_LOCKED" and at >= coupon.valid_to:
        gone, event = expired(coupon)
        rows, ending = [gone], [event]
    elif coupon.state == "FISSION_LOCKED":
        rows.append(replace(coupon, state="AVAILABLE"))
        rewards.append(
            events.FissionReward(
                member_id=coupon.member_id, coupon_id=coupon.coupon_id, face_fen=coupon.face_fen
            )
        )
    done = events.FissionCompleted(**told(group), helpers=group.helpers, rewards=rewards)
    return replace(group, state="REWARDED", ended_at=at), rows, [done, *ending]


class EndGroup(OfGroup, frozen=True, kw_only=True):
    """The deadline passed, or an operator stops the group (``stopped``); again changes nothing.

    What was won stays; a locked coupon is void. INFLATE pays what its face has come to by the
    deadline. Refuses FISSION_GROUP_NOT_FOUND, FISSION_GROUP_CLOSED if a finished one is stopped.
    """

    stopped: bool = False

    def keys(self, found: State) -> Sequence[str]:
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        unlock = group is not None and group.coupon_id
        return (*super().keys(found), *((group.terms.template_id,) if group and unlock else ()))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        group = found.get(FissionGroup, (self.merchant_id, self.group_id))
        if group is not None and group.coupon_id:
            yield Stock, (self.merchant_id, group.terms.template_id)

    def decide(self, state: State) -> Decision:
        group = self.group(state)
        if group.state != "OPEN":
            if self.stopped and group.state != "STOPPED":
                raise FissionGroupClosed(group_id=self.group_id, state=group.state)
            return Decision(result=group)
        if not self.stopped and self.at < group.expires_at:
            return Decision(result=group)
        deletes = [(Timer, (self.merchant_id, EXPIRY_TIMER, self.group_id))]
        if group.terms.kind == "INFLATE" and not self.stopped and group.helpers:
            after, rows, published = completed(state, group, self.at)
            return Decision(after, [after, *rows], published, deletes)
        ended = replace(group, state="STOPPED" if self.stopped else "EXPIRED", ended_at=self.at)
        told_of: list[Event] = [
            events.FissionExpired(**told(group), helpers=group.helpers, stopped=self.stopped)
        ]
        changed: list[Row] = [ended]
        coupon = state.get(Coupon, (self.merchant_id, group.coupon_id)) if group.coupon_id else None
        if coupon is not None and coupon.state == "FISSION_LOCKED":
            row, event = voided(coupon, "FISSION_EXPIRED")
            # Nobody earned it: groups that come to nothing do not use up what there is to give.
            stock = state.get(Stock, (self.merchant_id, group.terms.template_id))
            assert stock is not None, "Bug: a template without its stock"
            changed += [row, recycled(stock, [coupon])]
            told_of.append(event)
        return Decision(ended, changed, told_of, deletes)
