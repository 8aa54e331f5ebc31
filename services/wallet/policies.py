"""Policies: what a merchant decides about stored value, within what the law allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.wallet.accounts import BEARER_VALIDITY_DAYS, Account, CardKind
from services.wallet.calendar import period_ends
from services.wallet.errors import PolicyChanged, PolicyNotAllowed
from services.wallet.lots import SpendOrder

# Whether the card cap counts principal alone or bonus too: the law leaves it open; domain.md §2.4.
CapBasis = Literal["PRINCIPAL", "TOTAL"]
# One policy per merchant today; the key leaves room for one per store or card programme.
POLICY_ID: Final = "default"
# 法释〔2025〕4号 art. 14: a merchant may give more days, not fewer.
COOLING_OFF_DAYS: Final = 7


class Promised(msgspec.Struct, frozen=True):
    """What a policy said of refunds when a recharge was sold: it never gets worse for the buyer."""

    cooling_off_days: int
    refund_fee_bp: int
    refund_fee_fixed_fen: int


class Policy(Row, frozen=True):
    """A merchant's rules for stored value. The defaults hold where no row exists."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "policy_id")

    merchant_id: str
    policy_id: str = POLICY_ID
    # Counts changes, so that two editors cannot overwrite each other unseen; 0 is the default.
    version: int = 0
    cap_named_fen: int = 500_000
    cap_bearer_fen: int = 100_000
    cap_basis: CapBasis = "PRINCIPAL"
    card_kind: CardKind = "NAMED"
    # Applies to lots credited from now on: a lot keeps the order it was sold with.
    spend_order: SpendOrder = "PROPORTIONAL"
    # Long enough to pay in WeChat, short enough that an abandoned checkout frees the money; W10.
    hold_ttl_seconds: int = 1_800
    recharge_ttl_seconds: int = 1_800
    cooling_off_days: int = COOLING_OFF_DAYS
    holidays: list[date] = []  # noqa: RUF012  msgspec copies it
    working_days: list[date] = []  # noqa: RUF012
    weekends_rest: bool = True
    # Only ever taken where the consumer's own reason ends the contract; domain.md §2.4 says why 0.
    refund_fee_bp: int = 0
    refund_fee_fixed_fen: int = 0
    # Recharges without a plan: what a member may pay in freely. 0 forbids them.
    free_recharge_max_fen: int = 500_000
    changed_by: str = ""
    changed_at: datetime | None = None
    bearer_validity_days: int = BEARER_VALIDITY_DAYS
    # A year's interest on a refund from the day the contract ended, by whose reason ended it (art.
    # 16, 17: the one-year LPR, the one-year deposit rate). The rates change, so no default claims
    # one.
    interest_merchant_bp: int = 0
    interest_consumer_bp: int = 0

    def account(self, merchant_id: str, member_id: str, at: datetime) -> Account:
        """A new wallet with the kind of card that this merchant's first recharge opens."""
        return Account.opened(merchant_id, member_id, self.card_kind, at, self.bearer_validity_days)

    def cap_fen(self, kind: CardKind) -> int:
        """The most a card of this kind may hold."""
        return self.cap_bearer_fen if kind == "BEARER" else self.cap_named_fen

    @property
    def promised(self) -> Promised:
        """What a recharge sold now may count on."""
        return Promised(self.cooling_off_days, self.refund_fee_bp, self.refund_fee_fixed_fen)

    def for_what_was_sold(self, sold: Promised | None) -> Policy:
        """The policy for a recharge that was sold under another one; None: it was not noted.

        Of the two the better for the consumer (art. 19: the parties may agree on that, not on
        less): more days of cooling off, lower fees.
        """
        if sold is None:
            return self
        return replace(
            self,
            cooling_off_days=max(self.cooling_off_days, sold.cooling_off_days),
            refund_fee_bp=min(self.refund_fee_bp, sold.refund_fee_bp),
            refund_fee_fixed_fen=min(self.refund_fee_fixed_fen, sold.refund_fee_fixed_fen),
        )

    def cooling_off_ends(self, paid_at: datetime) -> datetime:
        """The first moment at which money paid at ``paid_at`` can no longer be reclaimed; W12."""
        return period_ends(
            paid_at,
            self.cooling_off_days,
            self.holidays,
            self.working_days,
            weekends_rest=self.weekends_rest,
        )


def policy_key(merchant_id: str) -> tuple[str, str]:
    """The key of the merchant's policy."""
    return merchant_id, POLICY_ID


def policy_of(state: State, merchant_id: str) -> Policy:
    """The merchant's policy, or the defaults. Must have been declared in ``reads``."""
    return state.get(Policy, policy_key(merchant_id)) or Policy(merchant_id)


class SetPolicy(Command, frozen=True, kw_only=True):
    """Replaces the merchant's policy; what is already sold keeps its terms.

    Refuses POLICY_CHANGED if ``policy.version`` is not the current one, POLICY_NOT_ALLOWED for what
    the law forbids (fewer than 7 cooling-off days, bearer cards for less than three years).
    domain.md §2.4.
    """

    RESULT: ClassVar[type] = Policy

    policy: Policy
    actor: str

    def lane(self) -> str:
        return "policy"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Policy, policy_key(self.merchant_id)),)

    def decide(self, state: State) -> Decision:
        current = policy_of(state, self.merchant_id)
        if self.policy.version != current.version:
            raise PolicyChanged(version=current.version)
        if self.policy.cooling_off_days < COOLING_OFF_DAYS:
            raise PolicyNotAllowed(field="cooling_off_days", least=COOLING_OFF_DAYS)
        if self.policy.bearer_validity_days < BEARER_VALIDITY_DAYS:
            raise PolicyNotAllowed(field="bearer_validity_days", least=BEARER_VALIDITY_DAYS)
        policy = replace(
            self.policy,
            merchant_id=self.merchant_id,
            policy_id=POLICY_ID,
            version=current.version + 1,
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(result=policy, rows=[policy])
