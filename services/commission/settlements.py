"""From estimated to available: completion, the refund window, and after-sales that hold it up.

domain.md §2.2 (lifecycle), saga S7, D6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events.commission import CommissionSettled
from danke.events.envelope import Event
from services.commission.accounts import purse_reads
from services.commission.accruals import (
    SETTLE_TIMER,
    Accrual,
    GroupVerdict,
    OnAccrual,
    frozen,
    make_entries,
    purse_rows,
    purses_of,
    source_of,
)
from services.commission.attributions import Attribution
from services.commission.entries import ENTRIES_OF, Entry, Reversal, told
from services.commission.errors import OrderNotFound, SourceMoved
from services.commission.referral_orders import REFERRED, look_again
from services.commission.refunds import Refunding, reversed_entries, settled_purses


class CompleteOrder(OnAccrual, frozen=True, kw_only=True):
    """The customer has the goods: estimated commission is frozen until the window has passed.

    A group order whose group's success was not told is entered now: goods ship after it only.
    """

    @property
    def _order_id(self) -> str:
        return self.source_id.partition(":")[2]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield REFERRED, (self.merchant_id, self.source_id)
        accrual = self.found(found)
        if accrual is not None and accrual.awaits_group:
            yield Attribution, (self.merchant_id, self._order_id)

    def decide(self, state: State) -> Decision:
        accrual = self.accrual(state)
        if accrual.state != "PAID":
            return Decision(accrual)
        entries: Sequence[Entry] = state.group(ENTRIES_OF, (self.merchant_id, self.source_id))
        made: list[Row] = []
        events: list[Event] = []
        if accrual.awaits_group:
            accrual, entries, made, events = grouped(state, accrual, self)
            made += entries
        accrual, rows, told_frozen = frozen(accrual, entries, self.at)
        rows = [*made, *rows]
        referred = state.group(REFERRED, (self.merchant_id, self.source_id))
        rows += look_again(referred, "completed", self.source_id, self.at)
        return Decision(accrual, rows, [*events, *told_frozen])


def grouped(
    state: State, accrual: Accrual, command: Command
) -> tuple[Accrual, list[Entry], list[Row], list[Event]]:
    """A group order's entries, made once its group has succeeded, less what came back before."""
    key = (accrual.merchant_id, accrual.order_id)
    if not state.knows(Attribution, key):
        raise SourceMoved
    attribution = state.get(Attribution, key)
    assert attribution is not None, "Bug: a paid order has an attribution"
    if accrual.fully_refunded:
        return replace(accrual, awaits_group=False), [], [], []
    accrual, entries, events = make_entries(accrual, attribution, command.at)
    rows, reversals = reversed_entries(accrual, entries, {}, "before-success", command)
    after = {row.entry_id: row for row in rows if isinstance(row, Entry)}
    entries = [after.get(entry.entry_id, entry) for entry in entries]
    return accrual, entries, [r for r in rows if isinstance(r, Reversal)], [*events, *reversals]


class GroupSucceeded(Refunding, frozen=True, kw_only=True):
    """A group order's group has succeeded: its entries are estimated now; parity 56.

    An order that was paid or completed before this was known may have earned what the activity or
    the programme does not let it; that is taken back.
    """

    allowed: bool

    @property
    def _order(self) -> tuple[str, str]:
        return self.merchant_id, self.source_id.partition(":")[2]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        if self.found(found) is not None:
            yield Attribution, self._order

    def decide(self, state: State) -> Decision:
        if state.get(Accrual, (self.merchant_id, self.source_id)) is None:
            # The group's topic overtook the order's, or the order never comes: nothing to wait for.
            return Decision(rows=[GroupVerdict(*self._order, self.allowed)])
        accrual = self.accrual(state)
        if not state.knows(Attribution, self._order):
            raise SourceMoved
        attribution = state.get(Attribution, self._order)
        assert attribution is not None, "Bug: a paid order has an attribution"
        if not (self.allowed and attribution.terms.group_orders):
            return self._earns_nothing(state, accrual)
        if not accrual.awaits_group:
            return Decision(accrual)
        accrual, entries, made, events = grouped(state, accrual, self)
        return Decision(accrual, [accrual, *entries, *made], events)

    def _earns_nothing(self, state: State, accrual: Accrual) -> Decision:
        entries = state.group(ENTRIES_OF, (self.merchant_id, self.source_id))
        purses = settled_purses(state, accrual, self)
        nothing_left = replace(accrual, fully_refunded=True)
        rows, events = reversed_entries(
            nothing_left, entries, purses, "group", self, reason="GROUP_EARNS_NOTHING"
        )
        accrual = replace(accrual, awaits_group=False)
        deletes = []
        if accrual.state == "COMPLETED" and rows:
            deletes.append((Timer, (self.merchant_id, SETTLE_TIMER, self.source_id)))
        return Decision(accrual, [accrual, *rows, *purse_rows(purses.values())], events, deletes)


class Settling(OnAccrual, frozen=True, kw_only=True):
    """A command that may settle its source."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        for account_id in self.paid_on(found):
            yield from purse_reads(self.merchant_id, account_id, with_credits=False)

    def settle(self, state: State, accrual: Accrual) -> Decision:
        """Makes everything frozen available, debt first."""
        entries = state.group(ENTRIES_OF, (self.merchant_id, self.source_id))
        purses = purses_of(state, accrual, self)
        due: dict[str, int] = {}
        for entry in entries:
            if entry.state == "FROZEN":
                home = purses[entry.account_id].account_id
                due[home] = due.get(home, 0) + entry.left_fen
        repaid = {
            purse.account_id: purse.settle(
                self.source_id, due[purse.account_id], accrual.share_before
            )
            for purse in {id(one): one for one in purses.values()}.values()
            if purse.account_id in due
        }
        rows: list[Row] = [replace(accrual, state="SETTLED")]
        events: list[Event] = []
        for entry in entries:
            if entry.state != "FROZEN":
                continue
            home = purses[entry.account_id].account_id
            rows.append(replace(entry, state="AVAILABLE"))
            used = min(repaid[home], entry.left_fen)
            repaid[home] -= used
            events.append(
                CommissionSettled(
                    **told(entry, home),  # type: ignore[arg-type]
                    amount_fen=entry.left_fen,
                    repaid_debt_fen=used,
                )
            )
        rows += purse_rows(purses.values())
        return Decision(rows[0], rows, events)


class SettleAccrual(Settling, frozen=True, kw_only=True):
    """The refund window has passed. An open after-sale holds it up until it is closed."""

    def decide(self, state: State) -> Decision:
        accrual = self.accrual(state)
        if accrual.state != "COMPLETED" or accrual.after_sales:
            return Decision(accrual)
        return self.settle(state, accrual)


class SetAfterSale(Settling, frozen=True, kw_only=True):
    """An after-sale of an order was opened or closed; nothing settles while one is open.

    Closing the last one settles at once if the window has passed. Refuses ORDER_NOT_FOUND.
    """

    RESULT: ClassVar[Any] = Accrual

    after_sale_id: str
    is_open: bool

    def decide(self, state: State) -> Decision:
        if state.get(Accrual, (self.merchant_id, self.source_id)) is None:
            raise OrderNotFound(field="order_id")
        accrual = self.accrual(state)
        known = self.after_sale_id in accrual.after_sales
        if known == self.is_open or accrual.state == "SETTLED":
            return Decision(accrual)
        others = [one for one in accrual.after_sales if one != self.after_sale_id]
        accrual = replace(
            accrual, after_sales=[*others, self.after_sale_id] if self.is_open else others
        )
        due = accrual.unfreeze_at is not None and accrual.unfreeze_at <= self.at
        if accrual.after_sales or not due or accrual.state != "COMPLETED":
            return Decision(accrual, [accrual])
        decision = self.settle(state, accrual)
        timer = (self.merchant_id, SETTLE_TIMER, self.source_id)
        return replace(decision, deletes=[(Timer, timer)])


def order_source(order_id: str) -> str:
    """The source of an order."""
    return source_of("ORDER", order_id)
