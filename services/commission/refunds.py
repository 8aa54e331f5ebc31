"""Refunds: what they take back of commission and performance.

Before settlement an entry shrinks; after it, the account is clawed back and what is gone becomes
debt. Refunds in pieces sum exactly to the whole. domain.md §2.2, §2.14, saga S4, D7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events.commission import CommissionAdjusted, CommissionClawedBack
from danke.events.envelope import Event
from services.commission.accounts import OPEN_CREDITS, Purse, purse_reads
from services.commission.accruals import SETTLE_TIMER, Accrual, OnAccrual, purse_rows, purses_of
from services.commission.days import month
from services.commission.entries import ENTRIES_OF, Entry, Line, Reversal, backs_fen, told
from services.commission.errors import SourceMoved
from services.commission.performances import performances, recorded
from services.commission.referral_orders import REFERRED, look_again


class RefundPart(msgspec.Struct, frozen=True, array_like=True):
    """What came back of one line in one refund."""

    line_id: str
    cash_fen: int
    wallet_fen: int


class Refunding(OnAccrual, frozen=True, kw_only=True):
    """A command that may take back what its source has settled."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield REFERRED, (self.merchant_id, self.source_id)
        accrual = self.found(found)
        if accrual is not None and accrual.state == "SETTLED":
            for account_id in self.paid_on(found):
                yield from purse_reads(self.merchant_id, account_id)


def refunded_lines(lines: Sequence[Line], parts: Sequence[RefundPart]) -> list[Line]:
    """The lines after one more refund; what exceeds a line is cut off."""
    cash: dict[str, int] = {}
    wallet: dict[str, int] = {}
    for part in parts:
        cash[part.line_id] = cash.get(part.line_id, 0) + part.cash_fen
        wallet[part.line_id] = wallet.get(part.line_id, 0) + part.wallet_fen
    return [
        replace(
            line,
            cash_refunded_fen=line.cash_refunded_fen + cash.get(line.line_id, 0),
            wallet_refunded_fen=line.wallet_refunded_fen + wallet.get(line.line_id, 0),
        )
        for line in lines
    ]


def reversed_entries(
    accrual: Accrual, entries: Sequence[Entry], purses: Mapping[str, Purse], ref: str,
    command: Command, reason: str = "REFUND",
) -> tuple[list[Row], list[Event]]:  # fmt: skip
    """Brings every entry down to what the refunds so far leave of it."""
    rows: list[Row] = []
    events: list[Event] = []
    backs = backs_fen(entries, accrual.lines, full=accrual.fully_refunded)
    for entry in entries:
        back = backs[entry.entry_id]
        delta = back - entry.reversed_fen
        if delta <= 0:
            continue
        available = debt = 0
        home = entry.account_id
        if entry.state == "AVAILABLE":
            tag = f"{ref}/{entry.line_id}/{entry.role}"
            purse = purses[entry.account_id]
            home = purse.account_id
            available, debt = purse.claw(accrual.source_id, tag, delta)
        after = replace(
            entry,
            reversed_fen=back,
            state="CANCELLED" if back == entry.amount_fen else entry.state,
        )
        rows += [
            after,
            Reversal(
                entry.merchant_id, f"{entry.entry_id}@{ref}", entry.entry_id, entry.account_id,
                ref, delta, delta - available - debt, available, debt, month(command.at),
                command.at,
            ),
        ]  # fmt: skip
        about = told(after, home) | {
            "delta_fen": -delta,
            "amount_fen": after.left_fen,
            "reason": reason,
            "ref": ref,
        }
        if entry.state == "AVAILABLE":
            about |= {"from_available_fen": available, "to_debt_fen": debt}
            events.append(CommissionClawedBack(**about))  # type: ignore[arg-type]
        else:
            events.append(CommissionAdjusted(**about))  # type: ignore[arg-type]
    return rows, events


def settled_purses(state: State, accrual: Accrual, command: Command) -> dict[str, Purse]:
    """The purses that a settled source is clawed back from; none before it is settled."""
    if accrual.state != "SETTLED":
        return {}
    purses = purses_of(state, accrual, command)
    for purse in purses.values():
        if not state.knows(OPEN_CREDITS, (command.merchant_id, purse.account_id)):
            raise SourceMoved  # it settled meanwhile
    return purses


class RefundSource(Refunding, frozen=True, kw_only=True):
    """Part or all of what earned commission came back; ``refund_id`` works once.

    Before the payment is known the event is parked (SOURCE_NOT_SEEN_YET).
    """

    refund_id: str
    parts: list[RefundPart]
    full: bool

    def decide(self, state: State) -> Decision:
        accrual = self.accrual(state)
        if self.refund_id in accrual.refund_ids:
            return Decision(accrual)
        entries = state.group(ENTRIES_OF, (self.merchant_id, self.source_id))
        accrual = replace(
            accrual,
            lines=refunded_lines(accrual.lines, self.parts),
            refund_ids=[*accrual.refund_ids, self.refund_id],
            fully_refunded=accrual.fully_refunded or self.full,
        )
        purses = settled_purses(state, accrual, self)
        rows, events = reversed_entries(accrual, entries, purses, self.refund_id, self)
        rows += purse_rows(purses.values())
        total = accrual.paid_fen
        if not accrual.fully_refunded:
            total = sum(line.refunded_fen for line in accrual.lines)
        done = []
        if accrual.kind == "ORDER":
            back = accrual.refunded_fen - total
            done = performances(accrual.credited, back, self.refund_id, self.at)
        accrual = replace(accrual, refunded_fen=total)
        deletes = []
        left = any(entry.state != "CANCELLED" for entry in rows if isinstance(entry, Entry))
        if accrual.fully_refunded and not left and accrual.state == "COMPLETED":
            deletes.append((Timer, (self.merchant_id, SETTLE_TIMER, self.source_id)))
        referred = state.group(REFERRED, (self.merchant_id, self.source_id))
        again = look_again(referred, self.refund_id, self.source_id, self.at)
        return Decision(
            accrual, [accrual, *rows, *done, *again], [*events, *recorded(done)], deletes
        )
