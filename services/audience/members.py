"""What other services tell of a member: enrolment, tier, points, money, guide, coupons, groups.

Each service is the truth of its own figures; here is only the latest of them, side by side. Figures
of a merged id are not taken over: their service tells those of who remains.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from services.audience.profiles import OfMember, Profile, first_touch, policy_of, target_of
from services.audience.stages import Outcome, pass_time, settle


class _Note(OfMember, frozen=True, kw_only=True):
    """Something to be noted in the profile; ``_change`` says what, None that there is nothing."""

    def decide(self, state: State) -> Decision:
        before = self.profile_or_new(state, self.at)
        aliased = target_of(state, self.merchant_id, self.member_id) != self.member_id
        changed = self._change(before, aliased=aliased)
        return Decision() if changed is None else Outcome(changed).decision(state)

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        raise NotImplementedError


# When, by what channel, in which store, referred by whom, by which guide. Of several, after a
# merge, the first counts.
Enrolment = tuple[datetime, str, str, str, str]


def enrolment_of(profile: Profile) -> Enrolment | None:
    """How the member enrolled; None for a visitor."""
    if profile.enrolled_at is None:
        return None
    return (
        profile.enrolled_at, profile.enrol_channel, profile.store_id, profile.referrer_id,
        profile.opening_guide_id,
    )  # fmt: skip


def with_enrolment(profile: Profile, enrolment: Enrolment) -> Profile:
    """The profile of who enrolled so."""
    at, channel, store_id, referrer_id, guide_id = enrolment
    return replace(
        profile,
        enrolled_at=at,
        enrol_channel=channel,
        store_id=store_id,
        referrer_id=referrer_id,
        opening_guide_id=guide_id,
    )


class NoteEnrolment(_Note, frozen=True, kw_only=True):
    """The member enrolled."""

    channel: str
    store_id: str
    referrer_id: str
    guide_id: str
    channel_code: str

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        touched = first_touch(profile, self.channel_code or self.channel, self.at)
        status = "MEMBER" if profile.status == "VISITOR" else profile.status
        enrolment = (
            self.at, self.channel, self.store_id, self.referrer_id, self.guide_id,
        )  # fmt: skip
        known = enrolment_of(profile)
        return with_enrolment(replace(touched, status=status), min(known or enrolment, enrolment))


class NoteFreeze(_Note, frozen=True, kw_only=True):
    """Risk control froze the member, or ended that."""

    frozen: bool

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        if aliased or profile.status not in ("MEMBER", "FROZEN"):
            return None
        return replace(profile, status="FROZEN" if self.frozen else "MEMBER")


class NoteTier(_Note, frozen=True, kw_only=True):
    """The tier (等级) is this one."""

    tier_id: str
    level: int

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        if aliased:
            return None
        return replace(profile, tier_id=self.tier_id, tier_level=self.level)


class NotePoints(_Note, frozen=True, kw_only=True):
    """So many points (积分) can be used."""

    points: int

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        return None if aliased else replace(profile, points=self.points)


class NoteBalance(_Note, frozen=True, kw_only=True):
    """So much is in the wallet."""

    principal_fen: int
    bonus_fen: int

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        if aliased:
            return None
        return replace(profile, principal_fen=self.principal_fen, bonus_fen=self.bonus_fen)


class NoteMembership(_Note, frozen=True, kw_only=True):
    """A paid membership (付费会员) runs until then; None when the last one ended."""

    until: datetime | None

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        return None if aliased else replace(profile, paid_member_until=self.until)


class NoteCoupons(_Note, frozen=True, kw_only=True):
    """Coupons were received or used; a returned one was not used after all."""

    received: int = 0
    used: int = 0

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        return replace(
            profile,
            coupons_received=profile.coupons_received + self.received,
            coupons_used=profile.coupons_used + self.used,
        )


class NoteGroup(_Note, frozen=True, kw_only=True):
    """The member was in a group (拼团) that succeeded."""

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        return replace(profile, groups_joined=profile.groups_joined + 1)


class NoteGuide(_Note, frozen=True, kw_only=True):
    """The member is a guide's (导购) from ``effective_at`` on.

    Guides' events are in order per guide, not per member: the latest relation counts. One that was
    inherited by a merge has no time, and gives way to any of the member's own.
    """

    guide_id: str
    effective_at: datetime

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        if aliased:
            inherits = not profile.guide_id
            return replace(profile, guide_id=self.guide_id) if inherits else None
        if profile.guide_at is not None and profile.guide_at > self.effective_at:
            return None
        return replace(profile, guide_id=self.guide_id, guide_at=self.effective_at)


class NotePromoter(_Note, frozen=True, kw_only=True):
    """Whose customer (锁客) the member is; empty for nobody's."""

    promoter_id: str

    def _change(self, profile: Profile, *, aliased: bool) -> Profile | None:
        return None if aliased else replace(profile, promoter_id=self.promoter_id)


class NoteWakeRound(OfMember, frozen=True, kw_only=True):
    """A round of waking (唤醒) ended without an order.

    Whoever sleeps through the last round is LOST until the next order; domain.md §2.14.
    """

    round: int
    ended_at: datetime

    def decide(self, state: State) -> Decision:
        before = self.profile_or_new(state, self.ended_at)
        if before.wake_ended_at is not None and before.wake_ended_at >= self.ended_at:
            return Decision()
        policy = policy_of(state, self.merchant_id, self.at)
        passed = pass_time(before, self.ended_at, policy)
        changed = replace(passed.profile, wake_round=self.round, wake_ended_at=self.ended_at)
        return settle(passed, changed, self.ended_at, policy).decision(state)


class ReferralFact(Row, frozen=True):
    """A referral that counts for who referred, until it is clawed back."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "programme_id", "new_member")

    merchant_id: str
    programme_id: str
    new_member: str
    referrer_id: str
    counts: bool


REFERRALS_BY = Group(ReferralFact, ("merchant_id", "referrer_id"))


class TakeReferral(OfMember, frozen=True, kw_only=True):
    """A referral of ``member_id`` met its condition, or was clawed back. Once is for ever."""

    programme_id: str
    new_member: str
    counts: bool

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield ReferralFact, (self.merchant_id, self.programme_id, self.new_member)

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.programme_id, self.new_member)
        known = state.get(ReferralFact, key)
        if known is not None and (not known.counts or self.counts):
            return Decision()
        before = self.profile_or_new(state, self.at)
        fact = ReferralFact(*key, before.member_id, self.counts)
        change = (1 if self.counts else 0) - (1 if known else 0)
        policy = policy_of(state, self.merchant_id, self.at)
        passed = pass_time(before, self.at, policy)
        changed = replace(passed.profile, referral_count=passed.profile.referral_count + change)
        return settle(passed, changed, self.at, policy).decision(state, fact)
