"""Commission entries: one per order line and level; what they are worth, and what refunds take.

An entry keeps the rate and the base it was made with. A refund takes back at the entry's own rate,
by cumulative floor, so that refunds in pieces sum exactly to the whole; each reversal names the
entry it reverses. domain.md §2.0, §2.2, §2.14, D1, D7, X1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.allocation import largest_remainder
from common.rows import Group, Row
from danke.events import commission as events
from danke.events.commission import Role, SourceKind
from services.commission.accounts import account_of, payee_of
from services.commission.programmes import BP, LineRate, Terms

EntryState = Literal["ESTIMATED", "FROZEN", "AVAILABLE", "CANCELLED"]
LEVELS: dict[str, int] = {"L1": 1, "L2": 2}


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One order line as far as commission goes, and what came back of it."""

    line_id: str
    qty: int
    # What was paid for the goods by whatever method; points and shipping are not in it.
    net_fen: int
    wallet_fen: int
    # The bonus in ``wallet_fen``: no commission is paid on it.
    bonus_fen: int
    list_fen: int = 0
    cash_refunded_fen: int = 0
    wallet_refunded_fen: int = 0

    @property
    def real_fen(self) -> int:
        """What was paid with real money: cash and principal."""
        return self.net_fen - self.bonus_fen

    def base_fen(self, terms: Terms) -> int:
        """What commission is computed on."""
        if terms.base == "LIST_PRICE" and self.real_fen > 0:
            return self.list_fen * self.qty
        return self.real_fen

    @property
    def refunded_fen(self) -> int:
        """How much of the goods came back, bonus included."""
        return min(self.net_fen, self.cash_refunded_fen + self.wallet_refunded_fen)

    @property
    def real_refunded_fen(self) -> int:
        """How much real money came back; the bonus in wallet refunds by cumulative floor."""
        bonus = 0
        if self.wallet_fen:
            wallet = min(self.wallet_refunded_fen, self.wallet_fen)
            bonus = self.bonus_fen * wallet // self.wallet_fen
        return min(self.real_fen, self.cash_refunded_fen + self.wallet_refunded_fen - bonus)


class Entry(Row, frozen=True):
    """What one payee earns with one line (or, without ``line_id``, with a whole source)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "entry_id")

    merchant_id: str
    entry_id: str
    source_id: str
    source_kind: SourceKind
    order_id: str
    line_id: str
    role: Role
    account_id: str
    base_fen: int
    # The terms it was made under; an amount per unit has no rate.
    rate_bp: int
    rule_version: int
    amount_fen: int
    reversed_fen: int
    state: EntryState
    at: datetime

    @property
    def left_fen(self) -> int:
        """What is due after refunds."""
        return self.amount_fen - self.reversed_fen

    @property
    def level(self) -> int:
        """1 or 2; 0 for what has no level."""
        return LEVELS.get(self.role, 0)


ENTRIES_OF = Group(Entry, ("merchant_id", "source_id"), order=lambda entry: entry.entry_id)


class Reversal(Row, frozen=True):
    """What one refund took back of one entry. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "reversal_id")

    merchant_id: str
    reversal_id: str
    entry_id: str
    account_id: str
    ref: str
    amount_fen: int
    # Where it came from: not settled yet, available, or debt from now on.
    pending_fen: int
    available_fen: int
    debt_fen: int
    # The month it counts in: the refund's, not the order's.
    period: str
    at: datetime


class Share(msgspec.Struct, frozen=True):
    """One entry to be made: whose, on what, how much."""

    role: Role
    account_id: str
    line_id: str
    base_fen: int
    rate_bp: int
    amount_fen: int


def cap_fen(lines: Iterable[Line], terms: Terms) -> int:
    """The most an order pays out: ``cap_bp`` of the real money, and never more than it less fee."""
    settled = sum(line.real_fen for line in lines)
    fee = -(-settled * terms.channel_fee_bp // BP)
    return max(0, min(settled * terms.cap_bp // BP, settled - fee))


def promoter_shares(
    lines: Sequence[Line], rates: Sequence[LineRate], terms: Terms, l1_id: str, l2_id: str
) -> list[Share]:
    """What both levels earn, line by line, before the cap."""
    by_line = {rate.line_id: rate for rate in rates}
    levels: tuple[tuple[Role, str], ...] = (("L1", l1_id), ("L2", l2_id))
    found = []
    for role, promoter_id in levels:
        if not promoter_id:
            continue
        account = account_of("PROMOTER", promoter_id)
        for line in lines:
            rate = by_line.get(line.line_id) or by_line.get("")
            if rate is None:
                continue
            price = rate.l1 if role == "L1" else rate.l2
            base = line.base_fen(terms)
            bp = 0 if price.fixed_fen is not None else price.bp
            amount = price.amount_fen(base, line.qty)
            found.append(Share(role, account, line.line_id, base, bp, amount))
    return found


def guide_shares(
    lines: Sequence[Line], terms: Terms, sales_id: str, exclusive_id: str
) -> list[Share]:
    """The pool of the guides: split if two have a part, else all of it to the one; D10."""
    base = sum(line.base_fen(terms) for line in lines)
    pool = base * terms.guide_pool_bp // BP
    if not (sales_id or exclusive_id) or pool == 0:
        return []
    if not sales_id:
        account = account_of("GUIDE", exclusive_id)
        return [Share("EXCLUSIVE", account, "", base, terms.guide_pool_bp, pool)]
    sales = pool
    if exclusive_id and exclusive_id != sales_id:
        sales = pool * terms.sales_share_bp // BP
    found = [Share("SALES", account_of("GUIDE", sales_id), "", base, terms.guide_pool_bp, sales)]
    if sales < pool:
        account = account_of("GUIDE", exclusive_id)
        found.append(Share("EXCLUSIVE", account, "", base, terms.guide_pool_bp, pool - sales))
    return found


def capped(shares: Sequence[Share], most_fen: int) -> list[Share]:
    """Fills role by role up to ``most_fen``; the one that crosses it gets the rest, later ones 0.

    The rest is spread over its lines by largest remainder. domain.md §2.14.
    """
    kept: list[Share] = []
    left = most_fen
    for role in ("L1", "L2", "SALES", "EXCLUSIVE"):
        of_role = [share for share in shares if share.role == role]
        total = sum(share.amount_fen for share in of_role)
        if total > left:
            cut = largest_remainder(left, [share.amount_fen for share in of_role])
            of_role = [
                replace(share, amount_fen=amount)
                for share, amount in zip(of_role, cut, strict=True)
            ]
            total = left
        left -= total
        kept += of_role
    return [share for share in kept if share.amount_fen > 0]


def order_shares(
    lines: Sequence[Line], rates: Sequence[LineRate], terms: Terms, l1_id: str, l2_id: str,
    sales_id: str, exclusive_id: str,
) -> list[Share]:  # fmt: skip
    """All that an order pays, by rates, guide conflict rule and cap; domain.md §2.2."""
    promoters = promoter_shares(lines, rates, terms, l1_id, l2_id)
    guides = guide_shares(lines, terms, sales_id, exclusive_id)
    if terms.conflict == "EXCLUSIVE" and any(share.amount_fen for share in promoters):
        if terms.conflict_winner == "PROMOTER":
            guides = []
        elif guides:
            promoters = []
    return capped([*promoters, *guides], cap_fen(lines, terms))


def back_fen(entry: Entry, lines: Iterable[Line], *, full: bool) -> int:
    """What all refunds so far take of an entry: a cumulative floor; all if nothing is left.

    At the entry's own rate, so that what was floored when it was made is not floored twice; an
    amount per unit, or one that the cap cut, shrinks in proportion.
    """
    if full:
        return entry.amount_fen
    of = [line for line in lines if not entry.line_id or line.line_id == entry.line_id]
    real = sum(line.real_fen for line in of)
    if real == 0:
        return 0
    back = sum(line.real_refunded_fen for line in of)
    exact = entry.base_fen * entry.rate_bp
    if exact // BP == entry.amount_fen:
        return exact * back // (BP * real)
    return entry.amount_fen * back // real


def backs_fen(entries: Sequence[Entry], lines: Sequence[Line], *, full: bool) -> dict[str, int]:
    """What all refunds so far take of a source's entries, by entry.

    The pool of two guides shrinks as one, and is split as it was; D10, domain.md §2.14.
    """
    found = {entry.entry_id: back_fen(entry, lines, full=full) for entry in entries}
    pool = {entry.role: entry for entry in entries if entry.role in ("SALES", "EXCLUSIVE")}
    if full or len(pool) < 2:
        return found
    sales, exclusive = pool["SALES"], pool["EXCLUSIVE"]
    whole = sales.amount_fen + exclusive.amount_fen
    back = back_fen(replace(sales, amount_fen=whole), lines, full=False)
    found[sales.entry_id] = sales.amount_fen * back // whole
    found[exclusive.entry_id] = back - found[sales.entry_id]
    return found


def told(entry: Entry, home_id: str = "") -> dict[str, object]:
    """What every event says of its entry; ``home_id`` is the payee's account after merges."""
    kind, payee_id = payee_of(home_id or entry.account_id)
    return {
        "entry_id": entry.entry_id,
        "source_id": entry.source_id,
        "order_id": entry.order_id,
        "line_id": entry.line_id,
        "role": entry.role,
        "level": entry.level,
        "payee_kind": kind,
        "payee_id": payee_id,
    }


def estimated(entry: Entry) -> events.CommissionEstimated:
    """The event of a new entry."""
    kind, payee_id = payee_of(entry.account_id)
    return events.CommissionEstimated(
        entry_id=entry.entry_id,
        source_id=entry.source_id,
        order_id=entry.order_id,
        line_id=entry.line_id,
        role=entry.role,
        level=entry.level,
        payee_kind=kind,
        payee_id=payee_id,
        base_fen=entry.base_fen,
        amount_fen=entry.amount_fen,
    )
