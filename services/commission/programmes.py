"""The distribution programme (分销): rates, levels, caps and switches, in versions.

Terms are frozen onto an order when it is created, so a change concerns later orders only. Rates go
by precedence SKU fixed > SKU % > product % > promoter level % > programme %; domain.md §2.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.commission.errors import (
    ComplianceNotAcknowledged,
    LevelCap,
    ProgrammeChanged,
    RateNotAllowed,
)

BP: Final = 10_000
MOST_LEVELS: Final = 2
CURRENT: Final = "current"
# −1: for ever, or: grabbed any time. −2: never grabbed. domain.md §2.2.
FOR_EVER: Final = -1
ANY_TIME: Final = -1
NEVER: Final = -2

Base = Literal["NET_PAID", "LIST_PRICE"]
WhoMayPromote = Literal["ANYONE", "APPROVAL", "SPEND"]
BindingMode = Literal["PERMANENT", "PERIOD", "TEMPORARY"]
BindScope = Literal["ALL", "NEW_ONLY"]
Conflict = Literal["EXCLUSIVE", "BOTH"]
Winner = Literal["PROMOTER", "GUIDE"]


class PromoterLevel(msgspec.Struct, frozen=True):
    """What promoters of one level earn in place of the programme's rate.

    Without ``l2_bp`` their second level earns what the programme says; with ``no_l2`` nothing.
    """

    level_id: str
    l1_bp: int
    l2_bp: int = 0
    no_l2: bool = False


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """What an order keeps of the programme it was created under."""

    version: int
    base: Base
    cap_bp: int
    channel_fee_bp: int
    refund_window_days: int
    group_orders: bool
    guide_pool_bp: int
    sales_share_bp: int
    conflict: Conflict
    conflict_winner: Winner


class Programme(Row, frozen=True):
    """A merchant's programme. Without a row nothing is paid, and performance is still recorded."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "programme_id")

    merchant_id: str
    # "current", and a copy of every version as "v<version>".
    programme_id: str = CURRENT
    version: int = 0
    level_cap: int = 1
    l1_bp: int = 0
    l2_bp: int = 0
    levels: list[PromoterLevel] = []  # noqa: RUF012  msgspec copies it
    # Who acknowledged that the second level is not paid by head-count; domain.md §2.2.
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    base: Base = "NET_PAID"
    # All that an order pays out, of the real money settled for it (cash and principal).
    cap_bp: int = 3_000
    channel_fee_bp: int = 60
    refund_window_days: int = 7
    who: WhoMayPromote = "ANYONE"
    spend_fen: int = 0
    self_purchase: bool = False
    binding_mode: BindingMode = "PERIOD"
    validity_days: int = 30
    protection_days: int = ANY_TIME
    bind_scope: BindScope = "ALL"
    group_orders: bool = False
    guide_pool_bp: int = 0
    # The sales guide's share of the pool when the customer is another guide's; D10.
    sales_share_bp: int = 7_000
    conflict: Conflict = "EXCLUSIVE"
    conflict_winner: Winner = "PROMOTER"
    guide_validity_days: int = FOR_EVER
    guide_protection_days: int = ANY_TIME
    # Staff commission on the principal of a recharge; never on its bonus. Saga S1.
    recharge_bp: int = 0
    # Orders of these channels wait for their creation; others may be attributed at payment.
    wait_for_created: list[str] = []  # noqa: RUF012
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def terms(self) -> Terms:
        """What an order keeps."""
        return Terms(
            self.version, self.base, self.cap_bp, self.channel_fee_bp, self.refund_window_days,
            self.group_orders, self.guide_pool_bp, self.sales_share_bp, self.conflict,
            self.conflict_winner,
        )  # fmt: skip


class Rate(Row, frozen=True):
    """The rates of one SKU or product. None: the next rule of the precedence decides."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "rate_id")

    merchant_id: str
    # SKU:<sku_id> or PRODUCT:<spu_id>
    rate_id: str
    # Per unit; only a SKU has fixed amounts.
    l1_fixed_fen: int | None = None
    l1_bp: int | None = None
    l2_fixed_fen: int | None = None
    l2_bp: int | None = None
    changed_by: str = ""
    changed_at: datetime | None = None


class Price(msgspec.Struct, frozen=True, array_like=True):
    """What one level earns on a line: an amount per unit, or else basis points of the base."""

    bp: int
    fixed_fen: int | None = None

    def amount_fen(self, base_fen: int, qty: int) -> int:
        """Floor; a fixed amount never exceeds the base it is paid from. D1."""
        if self.fixed_fen is not None:
            return min(self.fixed_fen * qty, base_fen)
        return base_fen * self.bp // BP


class LineRate(msgspec.Struct, frozen=True, array_like=True):
    """What one line pays; ``line_id`` "" is every line that is not listed."""

    line_id: str
    l1: Price
    l2: Price


def programme_key(merchant_id: str) -> tuple[str, str]:
    """The key of the programme in force."""
    return merchant_id, CURRENT


def programme_of(state: State, merchant_id: str) -> Programme:
    """The programme in force, or the default. Must have been declared in ``reads``."""
    return state.get(Programme, programme_key(merchant_id)) or Programme(merchant_id)


def rate_ids(sku_id: str, spu_id: str) -> Sequence[str]:
    """Whose rates may concern a line."""
    return (f"SKU:{sku_id}", f"PRODUCT:{spu_id}") if spu_id else (f"SKU:{sku_id}",)


def price_of(
    programme: Programme, level: int, promoter_level: str, rates: Mapping[str, Rate], sku: str,
    spu: str,
) -> Price:  # fmt: skip
    """The rate of one level on one item, by precedence; domain.md §2.2."""
    if level > programme.level_cap:
        return Price(0)
    fixed, bp = f"l{level}_fixed_fen", f"l{level}_bp"
    of_sku = rates.get(f"SKU:{sku}")
    if of_sku is not None and getattr(of_sku, fixed) is not None:
        return Price(0, getattr(of_sku, fixed))
    for rate in (of_sku, rates.get(f"PRODUCT:{spu}")):
        if rate is not None and getattr(rate, bp) is not None:
            return Price(getattr(rate, bp))
    for one in programme.levels:
        if one.level_id == promoter_level:
            if level == 1:
                return Price(one.l1_bp)
            return Price(0 if one.no_l2 else one.l2_bp or programme.l2_bp)
    return Price(programme.l1_bp if level == 1 else programme.l2_bp)


class SetProgramme(Command, frozen=True, kw_only=True):
    """Puts a new version of the programme in force; orders created before keep theirs.

    Refuses LEVEL_CAP beyond two levels (D12), COMPLIANCE_NOT_ACKNOWLEDGED for the second one
    without ``acknowledge``, RATE_NOT_ALLOWED, PROGRAMME_CHANGED if ``programme.version`` is not
    the current one.
    """

    RESULT: ClassVar[type] = Programme

    programme: Programme
    acknowledge: bool
    actor: str

    def lane(self) -> str:
        return "programme"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Programme, programme_key(self.merchant_id)),)

    def decide(self, state: State) -> Decision:
        current, asked = programme_of(state, self.merchant_id), self.programme
        if asked.version != current.version:
            raise ProgrammeChanged(version=current.version)
        if not 1 <= asked.level_cap <= MOST_LEVELS:
            raise LevelCap(field="level_cap", most=MOST_LEVELS)
        _check_rates(asked)
        acknowledged = (current.acknowledged_by, current.acknowledged_at)
        if asked.level_cap < MOST_LEVELS:
            acknowledged = ("", None)
        elif self.acknowledge:
            acknowledged = (self.actor, self.at)
        elif not current.acknowledged_by:
            raise ComplianceNotAcknowledged(field="level_cap")
        new = replace(
            asked,
            merchant_id=self.merchant_id,
            programme_id=CURRENT,
            version=current.version + 1,
            acknowledged_by=acknowledged[0],
            acknowledged_at=acknowledged[1],
            changed_by=self.actor,
            changed_at=self.at,
        )
        return Decision(new, [new, replace(new, programme_id=f"v{new.version}")])


def _check_rates(asked: Programme) -> None:
    for level in asked.levels:
        if not (0 <= level.l1_bp <= BP and 0 <= level.l2_bp <= BP):
            raise RateNotAllowed(field="levels", level_id=level.level_id)
        if level.l2_bp and level.no_l2:
            raise RateNotAllowed(field="levels", level_id=level.level_id)
        if level.l2_bp and asked.level_cap < MOST_LEVELS:
            raise LevelCap(field="levels", level_id=level.level_id)
    if asked.l2_bp and asked.level_cap < MOST_LEVELS:
        raise LevelCap(field="l2_bp")
    for name in ("l1_bp", "l2_bp", "cap_bp", "channel_fee_bp", "guide_pool_bp", "sales_share_bp",
                 "recharge_bp"):  # fmt: skip
        if not 0 <= getattr(asked, name) <= BP:
            raise RateNotAllowed(field=name)
    if len({level.level_id for level in asked.levels}) < len(asked.levels):
        raise RateNotAllowed(field="levels")


class SetRates(Command, frozen=True, kw_only=True):
    """Sets the rates of SKUs and products; a rate without any figure hands on to the next rule.

    Refuses RATE_NOT_ALLOWED.
    """

    RESULT: ClassVar[type] = int

    rates: list[Rate]
    actor: str

    def lane(self) -> str:
        return "programme"

    def reads(self, found: State) -> Iterable[Read]:
        return [(Rate, (self.merchant_id, rate.rate_id)) for rate in self.rates]

    def decide(self, state: State) -> Decision:
        rows = []
        for rate in self.rates:
            for bp in (rate.l1_bp, rate.l2_bp):
                if bp is not None and not 0 <= bp <= BP:
                    raise RateNotAllowed(field="rates", rate_id=rate.rate_id)
            for fixed in (rate.l1_fixed_fen, rate.l2_fixed_fen):
                if fixed is not None and (fixed < 0 or not rate.rate_id.startswith("SKU:")):
                    raise RateNotAllowed(field="rates", rate_id=rate.rate_id)
            row = replace(
                rate, merchant_id=self.merchant_id, changed_by=self.actor, changed_at=self.at
            )
            rows.append(row)
        return Decision(len(rows), rows)
