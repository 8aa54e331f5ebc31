"""Closing a member (注销): identities are erased, books keep the pseudonymous id; S10."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.loyalty import MemberClosed
from services.loyalty.errors_members import ObligationsOpen
from services.loyalty.exchanges import OPEN_EXCHANGES
from services.loyalty.members import IDENTITIES_OF, Identity, Member, must_exist
from services.loyalty.obligations import OBLIGATIONS_OF
from services.loyalty.paid_terms import MEMBERSHIPS_OF
from services.loyalty.points_accounts import PointsAccount
from services.loyalty.points_merge import close_points, close_points_reads
from services.loyalty.standing import Standing
from services.loyalty.tiers import standing_reads


class CloseMember(Command, frozen=True, kw_only=True):
    """Ends a membership for good, at the member's wish.

    Every identity and sealed value is deleted, so the same phone number may enrol again as somebody
    new. Ledgers keep the id, which leads to nobody (they are evidence for years). Repeats change
    nothing. Refuses MEMBER_NOT_FOUND, MEMBER_IS_MERGED, OBLIGATIONS_OPEN naming what is left:
    stored value, punch cards that would give money back, open groups, withdrawals, points on hold,
    exchanges under way, a paid membership that runs.
    """

    RESULT: ClassVar[type] = Member

    member_id: str
    reason: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        of_member = (self.merchant_id, self.member_id)
        yield Member, of_member
        yield IDENTITIES_OF, of_member
        yield OBLIGATIONS_OF, of_member
        yield MEMBERSHIPS_OF, of_member
        yield OPEN_EXCHANGES, of_member
        yield from standing_reads(*of_member)
        yield from close_points_reads(*of_member)

    def decide(self, state: State) -> Decision:
        of_member = (self.merchant_id, self.member_id)
        member = state.get(Member, of_member)
        if member is not None and member.status == "CLOSED":
            return Decision(member)
        member = must_exist(member, self.member_id)
        left: Counter[str] = Counter()
        for row in state.group(OBLIGATIONS_OF, of_member):
            left[row.kind.lower()] += row.amount
        account = state.get(PointsAccount, of_member)
        if account is not None and account.frozen_points:
            left["points_on_hold"] = account.frozen_points
        running = state.group(MEMBERSHIPS_OF, of_member)
        if waiting := len(state.group(OPEN_EXCHANGES, of_member)):
            left["exchanges"] = waiting
        if any(membership.state == "ACTIVE" for membership in running):
            left["paid_membership"] = 1
        if left:
            open_ = ",".join(f"{kind}={amount}" for kind, amount in sorted(left.items()))
            raise ObligationsOpen(obligations=open_)
        closed = replace(member, status="CLOSED", status_reason=self.reason, card_no="")
        standing = Standing(state, self, self.member_id)
        for grant in list(standing.grants.values()):
            standing.end(grant, "ENDED")
        ended = standing.decision()
        points = close_points(state, *of_member, self.at, self.new_id)
        rows: list[Row] = [closed, *ended.rows, *points.rows]
        erased: list[tuple[type[Row], tuple[str, str]]] = [
            (Identity, (row.merchant_id, row.identity))
            for row in state.group(IDENTITIES_OF, of_member)
        ]
        fact = MemberClosed(member_id=self.member_id, reason=self.reason)
        deletes = [*erased, *ended.deletes, *points.deletes]
        return Decision(closed, rows, [*points.events, fact], deletes)
