"""Freezing a member by risk control, and letting them act again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from danke.events import loyalty as events
from services.loyalty.members import Member, MemberStatus, must_exist


class _OfOneMember(Command, frozen=True, kw_only=True):
    """A command that changes one member's own row."""

    RESULT: ClassVar[type] = Member

    member_id: str
    reason: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Member, (self.merchant_id, self.member_id)),)

    def _set(self, state: State, status: MemberStatus, fact: events.MemberEvent) -> Decision:
        member = state.get(Member, (self.merchant_id, self.member_id))
        member = must_exist(member, self.member_id)
        if member.status == status:
            return Decision(member)
        member = replace(member, status=status, status_reason=self.reason)
        return Decision(member, [member], [fact])


class FreezeMember(_OfOneMember, frozen=True, kw_only=True):
    """Stops a member by risk control; purchases still count. A repeat changes nothing."""

    def decide(self, state: State) -> Decision:
        fact = events.MemberFrozen(member_id=self.member_id, reason=self.reason)
        return self._set(state, "FROZEN", fact)


class UnfreezeMember(_OfOneMember, frozen=True, kw_only=True):
    """Lets a frozen member act again. A repeat changes nothing."""

    def decide(self, state: State) -> Decision:
        fact = events.MemberUnfrozen(member_id=self.member_id, reason=self.reason)
        return self._set(state, "ACTIVE", fact)
