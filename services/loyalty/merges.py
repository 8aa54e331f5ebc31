"""Merging two members that turned out to be one person: saga S9, domain.md §2.14 (Merge).

Identities, points, orders and grants move, sums add up, and the tier is re-evaluated upwards only.
The id of who was merged still leads to who remains, over any chain of merges: each merge re-points
all that were merged before, so that a look-up is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.envelope import Event
from danke.events.loyalty import MemberFrozen, MemberMerged
from services.loyalty.errors_members import MemberIsMerged, MergeIdReused, SameMember
from services.loyalty.growth import EntryKind, GrowthEntry
from services.loyalty.members import (
    IDENTITIES_OF,
    MEMBER_LINK,
    MERGED_INTO,
    Member,
    must_be_declared,
    must_exist,
    survivor,
)
from services.loyalty.obligations import OBLIGATIONS_OF
from services.loyalty.order_growth import ORDERS_OF
from services.loyalty.paid_terms import MEMBERSHIPS_OF, end_timer, in_a_row, set_paid_tier
from services.loyalty.points_merge import merge_points, merge_points_reads
from services.loyalty.standing import Standing
from services.loyalty.tier_schemes import Sums
from services.loyalty.tier_terms import settle
from services.loyalty.tiers import standing_reads


class Merge(Row, frozen=True):
    """One merge, by its id."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "merge_id")

    merchant_id: str
    merge_id: str
    from_member_id: str
    into_member_id: str
    # Whom ``into_member_id`` led to when it was merged.
    survivor_id: str
    operator: str
    at: datetime


class Merged(msgspec.Struct, frozen=True):
    """The answer to a merge: who remains, and whether this call changed anything."""

    member: Member
    merged: bool


class MergeMembers(Command, frozen=True, kw_only=True):
    """Makes ``from_id`` part of ``into_id``; ``merge_id`` works once for ever.

    If ``into_id`` was merged itself, who it leads to is meant. A freeze of either stays. Merging
    again what is one member already changes nothing. Refuses SAME_MEMBER, MEMBER_NOT_FOUND,
    MEMBER_IS_CLOSED, MEMBER_IS_MERGED if ``from_id`` belongs to a third member, MERGE_ID_REUSED.
    """

    RESULT: ClassVar[type] = Merged

    merge_id: str
    from_id: str
    into_id: str
    operator: str

    def lane(self) -> str:
        return self.from_id

    def locate(self) -> Sequence[Read]:
        return ((MEMBER_LINK, (self.merchant_id, self.into_id)),)

    def _into(self, state: State) -> str:
        return survivor(state, self.merchant_id, self.into_id)

    def keys(self, found: State) -> Sequence[str]:
        return sorted({self.from_id, self.into_id, self._into(found)})

    def reads(self, found: State) -> Iterable[Read]:
        merchant, into = self.merchant_id, self._into(found)
        yield Merge, (merchant, self.merge_id)
        yield MEMBER_LINK, (merchant, self.into_id)
        for member_id in {self.from_id, into}:
            yield Member, (merchant, member_id)
            yield from standing_reads(merchant, member_id)
        for group in (IDENTITIES_OF, MERGED_INTO, ORDERS_OF, MEMBERSHIPS_OF, OBLIGATIONS_OF):
            yield group, (merchant, self.from_id)
        yield MEMBERSHIPS_OF, (merchant, into)
        if into != self.from_id:
            yield from merge_points_reads(merchant, self.from_id, into, self.at)

    def decide(self, state: State) -> Decision:
        into_id = self._into(state)
        must_be_declared(state, Member, (self.merchant_id, into_id))
        into = must_exist(state.get(Member, (self.merchant_id, into_id)), into_id)
        known = state.get(Merge, (self.merchant_id, self.merge_id))
        if known is not None:
            if (known.from_member_id, known.into_member_id) != (self.from_id, self.into_id):
                raise MergeIdReused(field="merge_id", merge_id=self.merge_id)
            return Decision(Merged(into, merged=False))
        if self.from_id == self.into_id:
            raise SameMember(field="from_member_id")
        gone = state.get(Member, (self.merchant_id, self.from_id))
        if self.from_id == into_id:  # the other one was merged into this one before
            return Decision(Merged(into, merged=False))
        if gone is not None and gone.status == "MERGED":
            if gone.merged_into == into_id:
                return Decision(Merged(into, merged=False))
            raise MemberIsMerged(member_id=self.from_id, into=gone.merged_into)
        return self._merge(state, must_exist(gone, self.from_id), into)

    def _merge(self, state: State, gone: Member, into: Member) -> Decision:
        merged = MemberMerged(
            member_id=into.member_id,
            merge_id=self.merge_id,
            from_member_id=gone.member_id,
            into_member_id=into.member_id,
        )
        record = Merge(
            self.merchant_id, self.merge_id, self.from_id, self.into_id, into.member_id,
            self.operator, self.at,
        )  # fmt: skip
        rows: list[Row] = [record, *self._moved_people(state, gone, into)]
        growth = self._merge_growth(state, gone, into)
        points = merge_points(
            state, self.merchant_id, gone.member_id, into.member_id, self.at, self.new_id
        )
        told: list[Event] = [merged]
        if gone.status == "FROZEN" and into.status == "ACTIVE":  # nobody escapes by a merge
            into = replace(into, status="FROZEN", status_reason=gone.status_reason)
            told.append(MemberFrozen(member_id=into.member_id, reason=gone.status_reason))
            rows.append(into)
        return Decision(
            Merged(into, merged=True),
            [*rows, *growth.rows, *points.rows],
            [*told, *growth.events, *points.events],
            [*growth.deletes, *points.deletes],
        )

    def _moved_people(self, state: State, gone: Member, into: Member) -> Iterable[Row]:
        """Identities, and everybody who was merged into ``gone`` before, now lead to ``into``."""
        of_gone = (self.merchant_id, gone.member_id)
        yield replace(
            gone, status="MERGED", status_reason=self.merge_id, merged_into=into.member_id
        )
        for earlier in state.group(MERGED_INTO, of_gone):
            yield replace(earlier, merged_into=into.member_id)
        for identity in state.group(IDENTITIES_OF, of_gone):
            yield replace(identity, member_id=into.member_id)
        for left in state.group(OBLIGATIONS_OF, of_gone):
            # Stored value is told anew for both; what is one of its kind belongs to who remains.
            if left.ref:
                yield replace(left, member_id=into.member_id)

    def _merge_growth(self, state: State, gone: Member, into: Member) -> Decision:
        """Sums add up, grants move, and a higher threshold that is now met upgrades at once."""
        ours = Standing(state, self, into.member_id, "into")
        theirs = Standing(state, self, gone.member_id, "from")
        settle(ours)
        settle(theirs)
        total = theirs.account.total
        window, qualifying = theirs.earned.window_sums, theirs.account.qualifying
        # What is counted out of the one is not lost to what comes along.
        windows = {grant.grant_id: grant.window_sums for grant in theirs.grants.values()}
        out = self._entry(theirs, "MERGE_OUT", -total, theirs.count(-total))
        number = ours.count(total, window=window, qualifying=qualifying)
        entry = self._entry(ours, "MERGE_IN", total, number)
        earned = {grant.grant_id for grant in theirs.grants.values() if grant.source == "EARNED"}
        self._move_grants(theirs, ours, windows)
        for gift in theirs.gifts.by_tier.values():
            mine = ours.gifts.by_tier.get(gift.tier_id)
            if mine is None or mine.given_at < gift.given_at:
                by = ours.earned.grant_id if gift.grant_id in earned else gift.grant_id
                ours.gifts.keep(replace(gift, member_id=into.member_id, grant_id=by))
        terms = self._merge_terms(state, gone, into, ours)
        ours.promote("MERGE", self.merge_id)
        orders = [
            replace(order, member_id=into.member_id, counted_n=order.counted_n and entry.n)
            for order in state.group(ORDERS_OF, (self.merchant_id, gone.member_id))
        ]
        mine_done = ours.decision(None, (entry, *orders, *terms))
        theirs.account = replace(
            theirs.account, qualifying=Sums(), qualifying_from_n=theirs.account.last_n + 1
        )
        theirs_done = theirs.decision(None, (out,))
        return Decision(
            None,
            [*theirs_done.rows, *mine_done.rows],
            mine_done.events,
            [*theirs_done.deletes, *mine_done.deletes],
        )

    def _merge_terms(
        self, state: State, gone: Member, into: Member, ours: Standing
    ) -> Iterable[Row]:
        """Purchases and paid terms come along; those of one plan follow one another."""
        mine = state.group(MEMBERSHIPS_OF, (self.merchant_id, into.member_id))
        theirs = [
            replace(row, member_id=into.member_id)
            for row in state.group(MEMBERSHIPS_OF, (self.merchant_id, gone.member_id))
        ]
        rows: list[Row] = [row for row in theirs if row.state != "ACTIVE"]
        active = [row for row in (*mine, *theirs) if row.state == "ACTIVE"]
        levels = {tier.tier_id: tier.level for tier in ours.scheme.tiers}
        for plan_id in sorted({row.plan_id for row in theirs if row.state == "ACTIVE"}):
            terms = in_a_row([t for t in active if t.plan_id == plan_id], self.at, levels)
            set_paid_tier(ours, plan_id, terms)
            rows += [*terms, *(end_timer(term) for term in terms)]
        return rows

    def _entry(self, standing: Standing, kind: EntryKind, delta: Sums, number: int) -> GrowthEntry:
        return GrowthEntry(
            self.merchant_id, f"{kind}:{self.merge_id}", standing.member_id, kind, self.merge_id,
            number, number, delta.growth, delta.points, delta.spend_fen, delta.orders, self.at,
        )  # fmt: skip

    def _move_grants(self, theirs: Standing, ours: Standing, windows: Mapping[str, Sums]) -> None:
        """The better earned grant stays with its own validity; the given ones all come along."""
        other, mine = theirs.earned, ours.earned
        for grant in list(theirs.grants.values()):
            if grant.state == "SUPERSEDED":
                theirs.end(grant, "ENDED")
        for grant in theirs.active("RECHARGE", "MANUAL", "PAID", "TRIAL"):
            theirs.grants.pop(grant.grant_id)
            ours.put(
                replace(
                    grant,
                    member_id=ours.member_id,
                    from_n=ours.account.last_n + 1,
                    window_sums=windows[grant.grant_id],
                )
            )
        theirs.end(other, "ENDED")
        level, wanted = ours.tier(mine).level, ours.tier(other).level
        if wanted > level:
            ours.end(mine, "SUPERSEDED")
            given = ours.grant("EARNED", other.ref, ours.tier(other), other.valid_until)
            ours.put(
                replace(
                    given,
                    window_sums=mine.window_sums,
                    level_before=level,
                    threshold=other.threshold,  # a refund undoes the upgrade here as it did there
                    metric=other.metric,
                )
            )
        elif wanted == level and other.valid_until and mine.valid_until:
            ours.put(replace(mine, valid_until=max(mine.valid_until, other.valid_until)))
