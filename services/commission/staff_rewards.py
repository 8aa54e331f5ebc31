"""Commission that no order earns: staff's on the principal of recharges, leaders' cash rewards.

A recharge's is clawed back as its principal is refunded, never computed on the bonus; saga S1, S2.
A leader's reward comes computed from group-buy; domain.md §2.14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.commission.accounts import account_of
from services.commission.accruals import Accrual, one_off, source_of
from services.commission.entries import Share
from services.commission.programmes import BP, Programme, programme_key, programme_of


class _Earn(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Accrual

    def _source_id(self) -> str:
        raise NotImplementedError

    def lane(self) -> str:
        return self._source_id()

    def keys(self, found: State) -> Sequence[str]:
        return (self._source_id(),)

    def reads(self, found: State) -> Iterable[Read]:
        yield Accrual, (self.merchant_id, self._source_id())
        yield Programme, programme_key(self.merchant_id)

    def _share(self, programme: Programme) -> Share:
        raise NotImplementedError

    def _made(self, programme: Programme, share: Share) -> tuple[Accrual, list[Row], list[object]]:
        raise NotImplementedError

    def decide(self, state: State) -> Decision:
        known = state.get(Accrual, (self.merchant_id, self._source_id()))
        if known is not None:
            return Decision(known)
        programme = programme_of(state, self.merchant_id)
        accrual, rows, events = self._made(programme, self._share(programme))
        return Decision(accrual, rows, events)  # type: ignore[arg-type]


class EarnRecharge(_Earn, frozen=True, kw_only=True):
    """A recharge somebody sold was credited; without a seller nothing is due, and it is remembered.

    Being remembered, its refund finds it.
    """

    recharge_id: str
    staff_id: str
    member_id: str
    store_id: str
    paid_fen: int

    def _source_id(self) -> str:
        return source_of("RECHARGE", self.recharge_id)

    def _share(self, programme: Programme) -> Share:
        bp = programme.recharge_bp if self.staff_id else 0
        amount = self.paid_fen * bp // BP
        return Share("RECHARGE", account_of("GUIDE", self.staff_id), "", self.paid_fen, bp, amount)

    def _made(self, programme: Programme, share: Share) -> tuple[Accrual, list[Row], list[object]]:
        return one_off(  # type: ignore[return-value]
            self, "RECHARGE", self.recharge_id, share, member_id=self.member_id,
            store_id=self.store_id, window_days=programme.refund_window_days,
            version=programme.version,
        )  # fmt: skip


class EarnLeaderReward(_Earn, frozen=True, kw_only=True):
    """A leader's cash reward is due, once per ``reward_id``."""

    reward_id: str
    leader_id: str
    amount_fen: int

    def _source_id(self) -> str:
        return source_of("LEADER", self.reward_id)

    def _share(self, programme: Programme) -> Share:
        account = account_of("PROMOTER", self.leader_id)
        return Share("LEADER", account, "", self.amount_fen, 0, self.amount_fen)

    def _made(self, programme: Programme, share: Share) -> tuple[Accrual, list[Row], list[object]]:
        return one_off(  # type: ignore[return-value]
            self, "LEADER", self.reward_id, share, member_id=self.leader_id, store_id="",
            window_days=programme.refund_window_days, version=programme.version,
        )  # fmt: skip
