"""Merges: two members turn out to be one person, and one wallet takes over the other (saga S9).

No money changes: lots, payments, recharges and their refunds get the new owner, and the ledger
shows the balance leaving one member and reaching the other. What the first member did stays on its
own statement; its wallet is closed and says where it went.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from danke.events.envelope import Event
from danke.events.wallet import WalletStatusChanged
from services.wallet.accounts import Account
from services.wallet.adjustments import Adjustment
from services.wallet.errors import SameMember
from services.wallet.ledger import Transfer, transfers
from services.wallet.lots import OPEN_LOTS, Lot, balance_changed
from services.wallet.payments import Payment
from services.wallet.recharges import Recharge
from services.wallet.refunds import RechargeRefund

MEMBER_LOTS: Group[Lot] = Group(Lot, ("merchant_id", "member_id"))
MEMBER_PAYMENTS: Group[Payment] = Group(Payment, ("merchant_id", "member_id"))
MEMBER_RECHARGES: Group[Recharge] = Group(Recharge, ("merchant_id", "member_id"))
MEMBER_REFUNDS: Group[RechargeRefund] = Group(RechargeRefund, ("merchant_id", "member_id"))
MEMBER_ADJUSTMENTS: Group[Adjustment] = Group(Adjustment, ("merchant_id", "member_id"))
# The account as a group of one, so that a merge into a member without a wallet can locate it too.
ACCOUNT_ITSELF: Group[Account] = Group(Account, ("merchant_id", "member_id"))
MERGED_HERE: Group[Account] = Group(
    Account, ("merchant_id", "merged_into"), holds=lambda account: account.merged_into != ""
)
# Everything that names its owner and may still move money.
OWNED: Sequence[Group[Any]] = (
    MEMBER_LOTS,
    MEMBER_PAYMENTS,
    MEMBER_RECHARGES,
    MEMBER_REFUNDS,
    MEMBER_ADJUSTMENTS,
)


class MemberMerge(Row, frozen=True):
    """One merge of two wallets, and what it moved."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "merge_id")

    merchant_id: str
    merge_id: str
    from_member: str
    into_member: str
    principal_fen: int
    bonus_fen: int
    at: datetime


class MergeMembers(Command, frozen=True, kw_only=True):
    """Moves everything of ``from_member`` to ``into_member``, once per ``merge_id``.

    Holds move with their lots. The cap may be exceeded by it: it limits what is recharged, and
    nothing is. A freeze is not escaped by a merge: if one wallet was frozen, the joint one is.
    If ``into_member`` was itself merged already, everything follows to where that went.
    Refuses SAME_MEMBER. domain.md §2.14, S9.
    """

    RESULT: ClassVar[type] = MemberMerge

    merge_id: str
    from_member: str
    into_member: str

    def lane(self) -> str:
        return self.into_member

    def locate(self) -> Sequence[Read]:
        return (
            (ACCOUNT_ITSELF, (self.merchant_id, self.into_member)),
            (MERGED_HERE, (self.merchant_id, self.from_member)),
        )

    def _target(self, found: State) -> str:
        for account in found.group(ACCOUNT_ITSELF, (self.merchant_id, self.into_member)):
            if account.merged_into:
                return account.merged_into
        return self.into_member

    def keys(self, found: State) -> Sequence[str]:
        followers = found.group(MERGED_HERE, (self.merchant_id, self.from_member))
        return (
            self.from_member,
            self.into_member,
            self._target(found),
            *(account.member_id for account in followers),
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield MemberMerge, (self.merchant_id, self.merge_id)
        yield MERGED_HERE, (self.merchant_id, self.from_member)
        for member in {self.from_member, self.into_member, self._target(found)}:
            yield Account, (self.merchant_id, member)
            yield OPEN_LOTS, (self.merchant_id, member)
        for group in OWNED:
            yield group, (self.merchant_id, self.from_member)

    def decide(self, state: State) -> Decision:
        known = state.get(MemberMerge, (self.merchant_id, self.merge_id))
        if known is not None:
            return Decision(result=known)
        into = state.get(Account, (self.merchant_id, self.into_member))
        target = into.merged_into if into and into.merged_into else self.into_member
        if target == self.from_member:
            raise SameMember(field="into_member")
        if not state.knows(OPEN_LOTS, (self.merchant_id, target)):
            raise NotYet(member_id=target)  # merged away while this waited: look again
        return self._merge(state, target)

    def _merge(self, state: State, target: str) -> Decision:
        wallet = (self.merchant_id, self.from_member)
        source = state.get(Account, wallet)
        if source is not None and source.merged_into:  # nothing can be left in it
            merge = MemberMerge(
                self.merchant_id, self.merge_id, *wallet[1:], source.merged_into, 0, 0, self.at
            )
            return Decision(result=merge, rows=[merge])
        moved: list[Any] = [
            replace(row, member_id=target) for group in OWNED for row in state.group(group, wallet)
        ]
        lots = [row for row in moved if isinstance(row, Lot)]
        principal = sum(lot.principal_left_fen for lot in lots)
        bonus = sum(lot.bonus_left_fen for lot in lots)
        merge = MemberMerge(
            self.merchant_id,
            self.merge_id,
            self.from_member,
            target,
            principal,
            bonus,
            self.at,
        )
        accounts, told = self._accounts(state, target)
        if principal or bonus:
            joint = [*state.group(OPEN_LOTS, (self.merchant_id, target)), *lots]
            told += [
                balance_changed(self.from_member, (), -principal, -bonus, "MERGE", self.merge_id),
                balance_changed(target, joint, principal, bonus, "MERGE", self.merge_id),
            ]
        return Decision(
            result=merge,
            rows=[merge, *accounts, *moved, *self._moves(target, principal, bonus)],
            events=told,
        )

    def _moves(self, target: str, principal: int, bonus: int) -> list[Transfer]:
        """Out of one member's books, into the other's; ADJUSTMENT nets to 0 over both."""
        return [
            *transfers(
                self.merchant_id, self.from_member, self.new_id, self.merge_id, self.at,
                [
                    ("MERGE", "PRINCIPAL_LIAB", "ADJUSTMENT", principal),
                    ("MERGE", "BONUS_LIAB", "ADJUSTMENT", bonus),
                ],
            ),
            *transfers(
                self.merchant_id, target, f"{self.new_id}.into", self.merge_id, self.at,
                [
                    ("MERGE", "ADJUSTMENT", "PRINCIPAL_LIAB", principal),
                    ("MERGE", "ADJUSTMENT", "BONUS_LIAB", bonus),
                ],
            ),
        ]  # fmt: skip

    def _accounts(self, state: State, target: str) -> tuple[list[Account], list[Event]]:
        """Both accounts after the merge, and what is told of them."""
        old = state.get(Account, (self.merchant_id, self.from_member))
        source = old or Account.opened(self.merchant_id, self.from_member, "NAMED", self.at)
        frozen = source.status == "FROZEN"
        closed = replace(
            source,
            status="CLOSED",
            status_reason="MERGED",
            merged_into=target,
            changed_at=self.at,
        )
        told: list[Event] = [
            WalletStatusChanged(member_id=self.from_member, status="CLOSED", reason="MERGED")
        ]
        # Who was merged into this wallet before, now finds the way to the new one.
        followers = state.group(MERGED_HERE, (self.merchant_id, self.from_member))
        accounts = [closed, *(replace(row, merged_into=target) for row in followers)]
        into = state.get(Account, (self.merchant_id, target))
        known = into
        if into is None:
            into = Account.opened(self.merchant_id, target, source.card_kind, self.at)
        if into.status == "CLOSED":  # it was empty; now there may be money in it again
            into = replace(
                into, status="NORMAL", status_reason="MERGED", changed_at=self.at, left_at=None
            )
        if frozen:
            into = replace(
                into,
                status="FROZEN",
                status_reason=source.status_reason,
                changed_by=source.changed_by or into.changed_by,
                changed_at=self.at,
            )
        if into != known:
            accounts.append(into)
            told.append(
                WalletStatusChanged(member_id=target, status=into.status, reason=into.status_reason)
            )
        return accounts, told
