"""Withdrawals of commission (提现): applied, approved, paying, and paid or returned.

The money leaves what is available when it is applied for, under the account's lock, so parallel
applications can not overdraw. gross = net + fee + tax. domain.md §2.2, saga S7, D9.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import commission as events
from services.commission.accounts import (
    Account,
    Credit,
    Part,
    Purse,
    account_of,
    payee_of,
    purse_reads,
)
from services.commission.accruals import Route
from services.commission.days import day, month
from services.commission.errors import (
    AmountTooLarge,
    AmountTooSmall,
    HasDebt,
    NothingLeft,
    PayoutResultConflict,
    PolicyChanged,
    PromoterNotActive,
    SameActor,
    SourceMoved,
    WithdrawalNotFound,
    WithdrawalState,
)
from services.commission.payouts import PAYOUT_RETRY, PayoutStatus, route_of
from services.commission.programmes import BP
from services.commission.promoters import Promoter
from services.commission.tax import TaxMonth, policy_named, withhold

Channel = Literal["WECHAT", "ALIPAY", "BANK", "WALLET"]
State_ = Literal["APPLIED", "APPROVED", "PAYING", "PAID", "FAILED", "REJECTED"]
DEFAULT: Final = "default"


class WithdrawalPolicy(Row, frozen=True):
    """A merchant's rules for withdrawals; the defaults hold where there is no row."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "policy_id")

    merchant_id: str
    policy_id: str = DEFAULT
    version: int = 0
    # The least a WeChat transfer carries is ¥0.10; domain.md §2.2.
    min_fen: int = 100
    max_fen: int = 2_000_000
    # Per payee and CST day.
    day_fen: int = 2_000_000
    # Not on payouts to the wallet.
    fee_bp: int = 0
    # Up to here nobody needs to approve.
    auto_approve_fen: int = 0
    tax_policy: str = "NONE"
    changed_by: str = ""
    changed_at: datetime | None = None


class Withdrawal(Row, frozen=True):
    """One withdrawal, with what it took from which credit."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "withdrawal_id")

    merchant_id: str
    withdrawal_id: str
    account_id: str
    state: State_
    channel: Channel
    route: Route
    gross_fen: int
    fee_fen: int
    tax_fen: int
    tax_month: str
    parts: list[Part]
    applied_by: str
    approved_by: str
    reason: str
    channel_ref: str
    attempts: int
    applied_at: datetime
    # When the channel is asked (again).
    ask_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def net_fen(self) -> int:
        """What the payee gets."""
        return self.gross_fen - self.fee_fen - self.tax_fen

    @property
    def about(self) -> dict[str, Any]:
        """What every event says of its withdrawal."""
        kind, payee_id = payee_of(self.account_id)
        return {
            "withdrawal_id": self.withdrawal_id,
            "payee_kind": kind,
            "payee_id": payee_id,
            "gross_fen": self.gross_fen,
            "fee_fen": self.fee_fen,
            "tax_fen": self.tax_fen,
            "net_fen": self.net_fen,
        }


OPEN_STATES: Final = ("APPLIED", "APPROVED", "PAYING")
# For merges.
OPEN_WITHDRAWALS = Group(
    Withdrawal,
    ("merchant_id", "account_id"),
    holds=lambda row: row.state in OPEN_STATES,
    order=lambda row: row.withdrawal_id,
)


class DayTotal(Row, frozen=True):
    """What one payee applied for on one day, less what was returned of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "account_id", "day")

    merchant_id: str
    account_id: str
    day: str
    gross_fen: int = 0


class SetWithdrawalPolicy(Command, frozen=True, kw_only=True):
    """Replaces the policy; what was applied for keeps its fee and tax.

    Refuses POLICY_CHANGED, TAX_POLICY_UNKNOWN.
    """

    RESULT: ClassVar[type] = WithdrawalPolicy

    policy: WithdrawalPolicy
    actor: str

    def lane(self) -> str:
        return "withdrawal-policy"

    def reads(self, found: State) -> Iterable[Read]:
        return ((WithdrawalPolicy, (self.merchant_id, DEFAULT)),)

    def decide(self, state: State) -> Decision:
        current = _policy(state, self.merchant_id)
        if self.policy.version != current.version:
            raise PolicyChanged(version=current.version)
        policy_named(self.policy.tax_policy)
        row = replace(
            self.policy,
            merchant_id=self.merchant_id,
            policy_id=DEFAULT,
            version=current.version + 1,
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(row, [row])


def _policy(state: State, merchant_id: str) -> WithdrawalPolicy:
    return state.get(WithdrawalPolicy, (merchant_id, DEFAULT)) or WithdrawalPolicy(merchant_id)


class ApplyWithdrawal(Command, frozen=True, kw_only=True):
    """A payee asks for ``amount_fen``, gross.

    Refuses INSUFFICIENT_COMMISSION, HAS_DEBT, AMOUNT_TOO_SMALL, AMOUNT_TOO_LARGE (at once or on
    one day), NOTHING_LEFT, PROMOTER_NOT_ACTIVE (frozen).
    """

    RESULT: ClassVar[type] = Withdrawal

    kind: Literal["PROMOTER", "GUIDE"]
    payee_id: str
    amount_fen: int
    channel: Channel
    actor: str

    @property
    def _account_id(self) -> str:
        return account_of(self.kind, self.payee_id)

    def lane(self) -> str:
        return self._account_id

    def reads(self, found: State) -> Iterable[Read]:
        merchant, account = self.merchant_id, self._account_id
        yield from purse_reads(merchant, account)
        yield WithdrawalPolicy, (merchant, DEFAULT)
        yield TaxMonth, (merchant, account, month(self.at))
        yield DayTotal, (merchant, account, day(self.at))
        if self.kind == "PROMOTER":
            yield Promoter, (merchant, self.payee_id)

    def decide(self, state: State) -> Decision:
        merchant, account = self.merchant_id, self._account_id
        policy = _policy(state, merchant)
        today = state.get(DayTotal, (merchant, account, day(self.at))) or DayTotal(
            merchant, account, day(self.at)
        )
        self._check(state, policy, today)
        purse = Purse(state, merchant, account, self.at)
        if purse.account.debt_fen:
            raise HasDebt(debt_fen=purse.account.debt_fen)
        parts = purse.draw(self.new_id, self.amount_fen)
        fee = 0 if self.channel == "WALLET" else self.amount_fen * policy.fee_bp // BP
        period = month(self.at)
        known = state.get(TaxMonth, (merchant, account, period))
        taxed = withhold(
            policy_named(policy.tax_policy),
            known or TaxMonth(merchant, account, period),
            self.amount_fen,
        )
        if self.amount_fen - fee - taxed.tax_fen <= 0:
            raise NothingLeft(fee_fen=fee, tax_fen=taxed.tax_fen)
        row = Withdrawal(
            merchant, self.new_id, account, "APPLIED", self.channel, "", self.amount_fen, fee,
            taxed.tax_fen, period, parts, self.actor, "", "", "", 0, self.at,
        )  # fmt: skip
        told: list[Any] = [events.WithdrawalApplied(**row.about, channel=self.channel)]
        if self.amount_fen <= policy.auto_approve_fen:
            row = approved(row, "policy", self.at)
            told.append(_told_approved(row))
        total = replace(today, gross_fen=today.gross_fen + self.amount_fen)
        return Decision(row, [row, taxed.month, total, *purse.rows()], told)

    def _check(self, state: State, policy: WithdrawalPolicy, today: DayTotal) -> None:
        if self.amount_fen < policy.min_fen:
            raise AmountTooSmall(field="amount_fen", least_fen=policy.min_fen)
        left = policy.day_fen - today.gross_fen
        if self.amount_fen > min(policy.max_fen, left):
            raise AmountTooLarge(field="amount_fen", most_fen=max(0, min(policy.max_fen, left)))
        if self.kind == "PROMOTER":
            promoter = state.get(Promoter, (self.merchant_id, self.payee_id))
            if promoter is not None and promoter.state == "FROZEN":
                raise PromoterNotActive(field="payee_id")


def approved(row: Withdrawal, actor: str, at: datetime) -> Withdrawal:
    """The withdrawal as it goes to the channel; the route is decided now."""
    route = route_of(row.parts, row.channel, at)
    return replace(row, state="APPROVED", approved_by=actor, route=route, ask_at=at)


def _told_approved(row: Withdrawal) -> events.WithdrawalApproved:
    return events.WithdrawalApproved(
        **row.about, route=row.route, approved_by=row.approved_by, channel=row.channel
    )


class _OnWithdrawal(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Withdrawal

    withdrawal_id: str

    def lane(self) -> str:
        return self.withdrawal_id

    def locate(self) -> Sequence[Read]:
        return ((Withdrawal, (self.merchant_id, self.withdrawal_id)),)

    def keys(self, found: State) -> Sequence[str]:
        row = found.get(Withdrawal, (self.merchant_id, self.withdrawal_id))
        return (row.account_id if row else self.withdrawal_id,)

    def reads(self, found: State) -> Iterable[Read]:
        merchant = self.merchant_id
        yield Withdrawal, (merchant, self.withdrawal_id)
        row = found.get(Withdrawal, (merchant, self.withdrawal_id))
        if row is not None:
            yield from purse_reads(merchant, row.account_id)
            yield TaxMonth, (merchant, row.account_id, row.tax_month)
            yield DayTotal, (merchant, row.account_id, day(row.applied_at))
            for part in row.parts:
                yield Credit, (merchant, part.credit_id)

    def row(self, state: State) -> Withdrawal:
        """Refuses WITHDRAWAL_NOT_FOUND."""
        row = state.get(Withdrawal, (self.merchant_id, self.withdrawal_id))
        if row is None:
            raise WithdrawalNotFound(field="withdrawal_id")
        if not state.knows(Account, (self.merchant_id, row.account_id)):
            raise SourceMoved  # it came into being, or was merged, meanwhile
        return row

    def returned(self, state: State, row: Withdrawal) -> tuple[list[Row], int]:
        """The money goes back to its credits, the month and the day forget it."""
        merchant = self.merchant_id
        purse = Purse(state, merchant, row.account_id, self.at)
        found = (state.get(Credit, (merchant, part.credit_id)) for part in row.parts)
        taken_from = [credit for credit in found if credit is not None]
        repaid = purse.give_back(row.withdrawal_id, row.parts, taken_from)
        rows = purse.rows()
        taxed = state.get(TaxMonth, (merchant, row.account_id, row.tax_month))
        if taxed is not None:
            rows.append(
                replace(
                    taxed,
                    gross_fen=taxed.gross_fen - row.gross_fen,
                    tax_fen=taxed.tax_fen - row.tax_fen,
                )
            )
        total = state.get(DayTotal, (merchant, row.account_id, day(row.applied_at)))
        if total is not None:
            rows.append(replace(total, gross_fen=total.gross_fen - row.gross_fen))
        return rows, repaid


class DecideWithdrawal(_OnWithdrawal, frozen=True, kw_only=True):
    """Approves or rejects an application; a rejected one is returned, and repays debt first.

    Refuses SAME_ACTOR if the applicant decides, WITHDRAWAL_STATE; HAS_DEBT to approve what refunds
    made owed since it was applied for.
    """

    approve: bool
    reason: str
    actor: str

    def decide(self, state: State) -> Decision:
        row = self.row(state)
        if row.state != "APPLIED":
            raise WithdrawalState(state=row.state)
        if row.applied_by == self.actor:
            raise SameActor
        if self.approve:
            purse = Purse(state, self.merchant_id, row.account_id, self.at)
            if purse.account.debt_fen:
                raise HasDebt(debt_fen=purse.account.debt_fen)
            row = approved(row, self.actor, self.at)
            return Decision(row, [row], [_told_approved(row)])
        rows, _ = self.returned(state, row)
        row = replace(
            row, state="REJECTED", approved_by=self.actor, reason=self.reason, ended_at=self.at
        )
        event = events.WithdrawalRejected(**row.about, reason=self.reason)
        return Decision(row, [row, *rows], [event])


class MarkPayoutResult(_OnWithdrawal, frozen=True, kw_only=True):
    """What the channel said of a payout; the same answer again changes nothing.

    PENDING and UNKNOWN: it is asked again later. Refuses WITHDRAWAL_STATE before approval,
    PAYOUT_RESULT_CONFLICT if it ended differently before.
    """

    status: PayoutStatus
    channel_ref: str = ""
    reason: str = ""

    def decide(self, state: State) -> Decision:
        row = self.row(state)
        if row.state in ("PAID", "FAILED"):
            ended = {"PAID": "SUCCEEDED", "FAILED": "FAILED"}[row.state]
            if self.status in ("SUCCEEDED", "FAILED") and self.status != ended:
                raise PayoutResultConflict(state=row.state)
            return Decision(row)
        if row.state not in ("APPROVED", "PAYING"):
            raise WithdrawalState(state=row.state)
        row = replace(
            row,
            attempts=row.attempts + 1,
            channel_ref=self.channel_ref or row.channel_ref,
            reason=self.reason,
        )
        if self.status in ("PENDING", "UNKNOWN"):
            row = replace(row, state="PAYING", ask_at=self.at + PAYOUT_RETRY)
            return Decision(row, [row])
        if self.status == "FAILED":
            rows, repaid = self.returned(state, row)
            row = replace(row, state="FAILED", ask_at=None, ended_at=self.at)
            failed = events.WithdrawalFailed(
                **row.about, reason=self.reason, repaid_debt_fen=repaid
            )
            return Decision(row, [row, *rows], [failed])
        purse = Purse(state, self.merchant_id, row.account_id, self.at)
        purse.paid(row.withdrawal_id, row.gross_fen)
        row = replace(row, state="PAID", ask_at=None, ended_at=self.at)
        paid = events.WithdrawalPaid(**row.about, route=row.route, channel_ref=row.channel_ref)
        return Decision(row, [row, *purse.rows()], [paid])
