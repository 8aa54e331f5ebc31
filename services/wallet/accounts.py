"""Accounts: a member's wallet as such — open, frozen by risk control, or closed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from common.rows import Row
from services.wallet.errors import AccountClosed, AccountFrozen

AccountStatus = Literal["NORMAL", "FROZEN", "CLOSED"]
# A named card (记名卡) may hold 500 000 fen of principal, a bearer card 100 000; domain.md §2.4.
CardKind = Literal["NAMED", "BEARER"]


class Account(Row, frozen=True):
    """One member's wallet. Its balance is the sum of its open lots and is not stored here."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    status: AccountStatus
    card_kind: CardKind
    status_reason: str
    opened_at: datetime


def must_be_open(account: Account | None) -> None:
    """Refuses ACCOUNT_FROZEN or ACCOUNT_CLOSED. A member without an account has just no balance."""
    if account is None or account.status == "NORMAL":
        return
    if account.status == "FROZEN":
        raise AccountFrozen(member_id=account.member_id)
    raise AccountClosed(member_id=account.member_id)
