"""Accounts: a member's wallet as such — open, frozen by risk control, or closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.wallet import WalletStatusChanged
from services.wallet.errors import (
    AccountClosed,
    AccountFrozen,
    AccountNotFound,
    BalanceLeft,
    HoldsPending,
    MemberMoved,
    ValueCardExpired,
)
from services.wallet.ledger import transfers
from services.wallet.lots import OPEN_LOTS, Lot, balance_changed, withdraw

AccountStatus = Literal["NORMAL", "FROZEN", "CLOSED"]
# A named card (记名卡) may hold 500 000 fen of principal, a bearer card 100 000; domain.md §2.4.
CardKind = Literal["NAMED", "BEARER"]
# A bearer card is good for at least three years, one of which may be a leap year; domain.md §2.4.
BEARER_VALIDITY_DAYS: Final = 3 * 365 + 1
LATE_REFUND: Final = "REFUND_AFTER_CLOSURE"
LEFT: Final = "MEMBER_CLOSED"


class Account(Row, frozen=True):
    """One member's wallet. Its balance is the sum of its open lots and is not stored here."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    status: AccountStatus
    card_kind: CardKind
    status_reason: str
    opened_at: datetime
    # The member this wallet was merged into; it stays closed.
    merged_into: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None
    # A bearer card's; what is left on it stays the member's until it is reactivated.
    expires_at: datetime | None = None
    # When its member left, or closed it and got a refund later: it stays so whoever freezes it too.
    left_at: datetime | None = None

    @classmethod
    def opened(
        cls,
        merchant_id: str,
        member_id: str,
        card_kind: CardKind,
        at: datetime,
        valid_days: int = BEARER_VALIDITY_DAYS,
    ) -> Account:
        """A new, empty wallet. ``valid_days`` counts for a bearer card only."""
        ends = at + timedelta(days=valid_days) if card_kind == "BEARER" else None
        return cls(merchant_id, member_id, "NORMAL", card_kind, "", at, expires_at=ends)


def must_be_open(account: Account | None, at: datetime) -> None:
    """Refuses ACCOUNT_FROZEN, ACCOUNT_CLOSED, VALUE_CARD_EXPIRED. No account is just no balance."""
    if account is None:
        return
    if account.status == "NORMAL":
        if account.expires_at is not None and at >= account.expires_at:
            raise ValueCardExpired(expired=account.expires_at.isoformat())
        return
    if account.status == "FROZEN":
        raise AccountFrozen(member_id=account.member_id)
    raise AccountClosed(member_id=account.member_id, merged_into=account.merged_into)


def is_stopped(account: Account | None) -> bool:
    """Whether risk control or a court froze the wallet, so that no money may leave it.

    One that the service itself froze (its member left, or it was closed when a refund came) is only
    kept from being spent: what is in it is paid out.
    """
    return account is not None and account.status == "FROZEN" and account.changed_by != ""


def must_not_be_stopped(account: Account | None) -> None:
    """Refuses ACCOUNT_FROZEN if ``is_stopped``."""
    if account is not None and is_stopped(account):
        raise AccountFrozen(member_id=account.member_id)


def must_not_be_closed(account: Account | None) -> None:
    """Refuses ACCOUNT_CLOSED: who left, or was merged into somebody else, gets nothing new."""
    if account is not None and account.status == "CLOSED":
        raise AccountClosed(member_id=account.member_id, merged_into=account.merged_into)


def has_left(account: Account | None) -> bool:
    """Whether this is the wallet of who left for good; one merged into another has not."""
    if account is None or account.merged_into:
        return False
    if account.status == "CLOSED" or account.left_at is not None:
        return True
    return account.status_reason in (LEFT, LATE_REFUND)


def must_not_have_left(account: Account | None) -> None:
    """Refuses ACCOUNT_CLOSED to who is nobody's member any more, whatever money he left behind."""
    must_not_be_closed(account)
    if account is not None and has_left(account):
        raise AccountClosed(member_id=account.member_id, merged_into="")


def kept_safe(account: Account, at: datetime) -> tuple[Account, WalletStatusChanged]:
    """A closed wallet that a refund brought money to: frozen, so that it can be paid out."""
    after = replace(
        account,
        status="FROZEN",
        status_reason=LATE_REFUND,
        changed_by="",
        changed_at=at,
        left_at=account.left_at or at,
    )
    return after, WalletStatusChanged(
        member_id=account.member_id, status="FROZEN", reason=LATE_REFUND
    )


def must_be_here(state: State, wallet: Group[Any], merchant_id: str, member_id: str) -> None:
    """Refuses MEMBER_MOVED if the member's ``wallet`` group was not read, hence not locked.

    A command that names a payment or recharge learns its member before it gets the lock. Should a
    merge come between, the row belongs to another member by then; a repeat finds the right one.
    """
    if not state.knows(wallet, (merchant_id, member_id)):
        raise MemberMoved(member_id=member_id)


class OfAccount(Command, frozen=True, kw_only=True):
    """A command on one member's wallet as such."""

    RESULT: ClassVar[type] = Account

    member_id: str
    actor: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Account, (self.merchant_id, self.member_id)),)

    def account(self, state: State) -> Account:
        """The named wallet. Refuses ACCOUNT_NOT_FOUND."""
        account = state.get(Account, (self.merchant_id, self.member_id))
        if account is None:
            raise AccountNotFound(field="member_id", member_id=self.member_id)
        return account

    def changed(self, account: Account, status: AccountStatus, reason: str) -> Decision:
        """The decision that brings the wallet to this status."""
        after = replace(
            account,
            status=status,
            status_reason=reason,
            changed_by=self.actor,
            changed_at=self.at,
        )
        event = WalletStatusChanged(member_id=account.member_id, status=status, reason=reason)
        return Decision(result=after, rows=[after], events=[event])


class FreezeAccount(OfAccount, frozen=True, kw_only=True):
    """Risk control or a court stops all spending and recharging. Refunds of orders still come in.

    Freezing again replaces the reason. Opens the wallet if there is none, so that a member can be
    frozen before the first recharge. Refuses ACCOUNT_CLOSED.
    """

    reason: str

    def decide(self, state: State) -> Decision:
        wallet = (self.merchant_id, self.member_id)
        account = state.get(Account, wallet) or Account.opened(*wallet, "NAMED", self.at)
        must_not_be_closed(account)
        return self.changed(account, "FROZEN", self.reason)


class UnfreezeAccount(OfAccount, frozen=True, kw_only=True):
    """Ends a freeze by risk control. A repeat answers the same.

    The wallet of who left stays frozen: it can be paid out again, not spent or recharged. Refuses
    ACCOUNT_NOT_FOUND, ACCOUNT_CLOSED.
    """

    reason: str = ""

    def decide(self, state: State) -> Decision:
        account = self.account(state)
        if account.status == "CLOSED":
            raise AccountClosed(member_id=self.member_id, merged_into=account.merged_into)
        if account.status == "NORMAL":
            return Decision(result=account)
        if not has_left(account):
            return self.changed(account, "NORMAL", self.reason)
        if not is_stopped(account):
            return Decision(result=account)
        return replace(self, actor="").changed(account, "FROZEN", LEFT)


class CloseAccount(OfAccount, frozen=True, kw_only=True):
    """Closes an empty wallet for ever (销户).

    Principal is never taken: it is refunded or spent first. Bonus without principal is cancelled
    with ``forfeit_bonus``. A repeat answers the same. Refuses ACCOUNT_NOT_FOUND, HOLDS_PENDING,
    BALANCE_LEFT. domain.md §3.1, S10.
    """

    reason: str = ""
    forfeit_bonus: bool = False

    def reads(self, found: State) -> Iterable[Read]:
        wallet = (self.merchant_id, self.member_id)
        return (Account, wallet), (OPEN_LOTS, wallet)

    def decide(self, state: State) -> Decision:
        account = self.account(state)
        if account.status == "CLOSED":
            return Decision(result=account)
        lots = state.group(OPEN_LOTS, (self.merchant_id, self.member_id))
        pending = sum(lot.frozen_fen for lot in lots)
        if pending:
            raise HoldsPending(pending_fen=pending)
        principal = sum(lot.principal_left_fen for lot in lots)
        bonus = sum(lot.bonus_left_fen for lot in lots)
        if principal or (bonus and not self.forfeit_bonus):
            raise BalanceLeft(principal_fen=principal, bonus_fen=bonus)
        decision = self.changed(account, "CLOSED", self.reason)
        if not bonus:
            return decision
        moves = transfers(
            self.merchant_id, self.member_id, self.new_id, self.new_id, self.at,
            [("BONUS_CANCELLED", "BONUS_LIAB", "MARKETING_COST", bonus)],
        )  # fmt: skip
        emptied: list[Lot] = [withdraw(lot, lot.available_fen, 0, "EXHAUSTED") for lot in lots]
        event = balance_changed(self.member_id, emptied, 0, -bonus, "BONUS_CANCELLED", self.new_id)
        return replace(
            decision,
            rows=[*decision.rows, *emptied, *moves],
            events=[*decision.events, event],
        )


class MemberLeft(OfAccount, frozen=True, kw_only=True):
    """The member was closed elsewhere (saga S10): the wallet closes too if no money is at stake.

    Otherwise it is frozen: the money stays the member's, can be refunded, and nobody can spend it.
    A freeze by risk control stays what it is, and is followed by this one when it ends.
    """

    actor: str = ""

    def reads(self, found: State) -> Iterable[Read]:
        wallet = (self.merchant_id, self.member_id)
        return (Account, wallet), (OPEN_LOTS, wallet)

    def decide(self, state: State) -> Decision:
        account = state.get(Account, (self.merchant_id, self.member_id))
        if account is None:
            account = Account.opened(self.merchant_id, self.member_id, "NAMED", self.at)
        if account.status == "CLOSED":
            return Decision(result=account)
        lots = state.group(OPEN_LOTS, (self.merchant_id, self.member_id))
        money = sum(lot.worth_fen - lot.used_fen for lot in lots)
        account = replace(account, left_at=account.left_at or self.at)
        if money and account.status == "FROZEN":
            return Decision(result=account, rows=[account])
        return self.changed(account, "FROZEN" if money else "CLOSED", LEFT)
