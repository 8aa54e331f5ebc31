"""What earns commission: an order, a recharge, a leader's or a referrer's reward.

One row per source holds what refunds need; one entry per line and level holds what is paid. An
order is estimated when paid, frozen when completed, and available when its refund window has
passed; one timer per order does that. Being paid touches no account, so no promoter, however
popular, is a hot row. domain.md §2.2, §3.5, saga S7, D1, D6, X1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events.commission import CommissionFrozen, SourceKind
from danke.events.envelope import Event
from services.commission.accounts import HOMES, Account, Purse
from services.commission.attributions import (
    ATTRIBUTION,
    Attribution,
    Buying,
    attribute,
    attribution_reads,
    order_key,
)
from services.commission.entries import (
    ENTRIES_OF,
    Entry,
    Line,
    Share,
    estimated,
    order_shares,
    told,
)
from services.commission.errors import OrderNotCreatedYet, SourceMoved, SourceNotSeenYet
from services.commission.performances import Credited, performances, recorded
from services.commission.programmes import programme_of

SETTLE_TIMER: Final = "settle"
# Ordinary merchants may share a payment's money out within 30 days of it; domain.md §2.2.
SHARE_WINDOW: Final = timedelta(days=30)
Route = Literal["", "PROFIT_SHARE", "MERCHANT_TRANSFER"]
AccrualState = Literal["PAID", "COMPLETED", "SETTLED"]


class Accrual(Row, frozen=True):
    """One source of commission, and how far it is."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "source_id")

    merchant_id: str
    # <kind>:<id>
    source_id: str
    kind: SourceKind
    order_id: str
    member_id: str
    channel: str
    state: AccrualState
    # What was paid for its goods, by whatever method.
    paid_fen: int
    lines: list[Line]
    # The accounts of its entries.
    payees: list[str]
    sales_guide_id: str
    exclusive_guide_id: str
    store_id: str
    exclusive_store_id: str
    group_id: str
    # A group order's entries are made when the group has succeeded.
    awaits_group: bool
    refund_ids: list[str]
    fully_refunded: bool
    # What performance rows took back so far.
    refunded_fen: int
    after_sales: list[str]
    window_days: int
    rule_version: int
    paid_at: datetime
    completed_at: datetime | None = None
    unfreeze_at: datetime | None = None
    route: Route = ""

    @property
    def share_before(self) -> datetime:
        """Until then its money may be shared out of the order's own payment; D6."""
        return self.paid_at + SHARE_WINDOW

    @property
    def credited(self) -> Credited:
        """Whom its performance counts for."""
        return Credited(
            self.merchant_id, self.source_id, self.order_id, self.sales_guide_id,
            self.exclusive_guide_id, self.store_id, self.exclusive_store_id, self.channel,
        )  # fmt: skip


# For merges: what one member bought, and what pays one account.
ORDERS_OF = Group(Accrual, ("merchant_id", "member_id"), order=lambda row: row.source_id)


def source_of(kind: SourceKind, ref: str) -> str:
    """The id of a source."""
    return f"{kind}:{ref}"


def make_entries(
    accrual: Accrual, attribution: Attribution, at: datetime
) -> tuple[Accrual, list[Entry], list[Event]]:
    """The entries of an order by its snapshot, and the accrual that knows its payees."""
    shares = order_shares(
        accrual.lines,
        attribution.rates,
        attribution.terms,
        attribution.l1_id,
        attribution.l2_id,
        attribution.sales_guide_id,
        attribution.exclusive_guide_id,
    )
    entries = [entry_of(accrual, share, at) for share in shares]
    payees = list(dict.fromkeys(entry.account_id for entry in entries))
    accrual = replace(accrual, payees=payees, awaits_group=False)
    return accrual, entries, [estimated(entry) for entry in entries]


def entry_of(accrual: Accrual, share: Share, at: datetime) -> Entry:
    """A new entry of a source."""
    return Entry(
        accrual.merchant_id, f"{accrual.source_id}/{share.line_id}/{share.role}",
        accrual.source_id, accrual.kind, accrual.order_id, share.line_id, share.role,
        share.account_id, share.base_fen, share.rate_bp, accrual.rule_version,
        share.amount_fen, 0, "ESTIMATED", at,
    )  # fmt: skip


class GroupVerdict(Row, frozen=True):
    """That an order's group succeeded, told before the order was seen paid here."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    # Whether the activity lets its orders earn commission.
    allowed: bool


class AccrueOrder(Command, frozen=True, kw_only=True):
    """An order was paid: entries are estimated, performance is recorded. Works once per order.

    By the snapshot of its creation; an order nobody announced is attributed now, unless its channel
    waits (ORDER_NOT_CREATED_YET: the event is parked).
    """

    # Nobody asks for it again: a consumer needs no answer, and storing one costs.
    RESULT: ClassVar[Any] = None

    buying: Buying
    channel: str
    lines: list[Line]
    paid_at: datetime

    @property
    def _source(self) -> tuple[str, str]:
        return (self.merchant_id, source_of("ORDER", self.buying.order_id))

    def lane(self) -> str:
        return self.buying.order_id

    def locate(self) -> Sequence[Read]:
        return ((ATTRIBUTION, (self.merchant_id, self.buying.order_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return (order_key(self.buying.order_id),)

    def reads(self, found: State) -> Iterable[Read]:
        order = (self.merchant_id, self.buying.order_id)
        yield Accrual, self._source
        yield Attribution, order
        yield GroupVerdict, order
        if not found.group(ATTRIBUTION, order):
            yield from attribution_reads(self.merchant_id, self.buying, self.paid_at)

    def decide(self, state: State) -> Decision:
        known = state.get(Accrual, self._source)
        if known is not None:
            return Decision()
        attribution = state.get(Attribution, (self.merchant_id, self.buying.order_id))
        rows: list[Row] = []
        if attribution is None:
            programme = programme_of(state, self.merchant_id)
            if self.channel in programme.wait_for_created:
                raise OrderNotCreatedYet(order_id=self.buying.order_id)
            attribution = attribute(state, self.merchant_id, self.buying, "PAID", self.paid_at)
            rows.append(attribution)
        verdict = state.get(GroupVerdict, (self.merchant_id, self.buying.order_id))
        accrual = self._accrual(attribution)
        earns = not accrual.group_id or attribution.terms.group_orders
        if verdict is not None:  # a group's order, whether it was announced as one or not
            accrual = replace(accrual, awaits_group=False)
            earns = verdict.allowed and attribution.terms.group_orders
        entries: list[Entry] = []
        events: list[Event] = []
        if earns and not accrual.awaits_group:
            accrual, entries, events = make_entries(accrual, attribution, self.paid_at)
        done = performances(accrual.credited, accrual.paid_fen, "", self.paid_at)
        return Decision(None, [*rows, accrual, *entries, *done], [*events, *recorded(done)])

    def _accrual(self, attribution: Attribution) -> Accrual:
        return Accrual(
            merchant_id=self.merchant_id,
            source_id=self._source[1],
            kind="ORDER",
            order_id=self.buying.order_id,
            member_id=attribution.member_id,
            channel=self.channel,
            state="PAID",
            paid_fen=sum(line.net_fen for line in self.lines),
            lines=self.lines,
            payees=[],
            sales_guide_id=attribution.sales_guide_id,
            exclusive_guide_id=attribution.exclusive_guide_id,
            store_id=attribution.store_id,
            exclusive_store_id=attribution.exclusive_store_id,
            group_id=attribution.group_id,
            awaits_group=bool(attribution.group_id) and attribution.terms.group_orders,
            refund_ids=[],
            fully_refunded=False,
            refunded_fen=0,
            after_sales=[],
            window_days=attribution.terms.refund_window_days,
            rule_version=attribution.terms.version,
            paid_at=self.paid_at,
        )


class OnAccrual(Command, frozen=True, kw_only=True):
    """A command that names a source; the source says whose accounts it touches."""

    RESULT: ClassVar[Any] = Accrual

    source_id: str

    def lane(self) -> str:
        return self.source_id

    def locate(self) -> Sequence[Read]:
        key = (self.merchant_id, self.source_id)
        return ((Accrual, key), (HOMES, key))

    def found(self, found: State) -> Accrual | None:
        """The source as it was before locking."""
        return found.get(Accrual, (self.merchant_id, self.source_id))

    def keys(self, found: State) -> Sequence[str]:
        accrual = self.found(found)
        order_id = accrual.order_id if accrual and accrual.kind == "ORDER" else ""
        own = order_key(order_id or self.source_id.partition(":")[2])
        own = own if self.source_id.startswith("ORDER:") else self.source_id
        return sorted({own, *self.paid_on(found)})

    def paid_on(self, found: State) -> set[str]:
        """The accounts that its payees are paid on."""
        accrual = self.found(found)
        return set(homes(found, self.merchant_id, accrual).values()) if accrual else set()

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.source_id)
        yield Accrual, key
        if self.found(found) is not None:
            yield ENTRIES_OF, key
            yield HOMES, key

    def accrual(self, state: State) -> Accrual:
        """Refuses SOURCE_NOT_SEEN_YET: an event that says so is parked."""
        accrual = state.get(Accrual, (self.merchant_id, self.source_id))
        if accrual is None:
            raise SourceNotSeenYet(source_id=self.source_id)
        if not state.knows(ENTRIES_OF, (self.merchant_id, self.source_id)):
            raise SourceMoved  # it came into being meanwhile
        return accrual


def homes(found: State, merchant_id: str, accrual: Accrual) -> dict[str, str]:
    """The account each payee is paid on: its own, or the one it was merged into."""
    rows = found.group(HOMES, (merchant_id, accrual.source_id))
    known = {row.account_id: row.home_id for row in rows}
    return {account_id: known.get(account_id, account_id) for account_id in accrual.payees}


def purses_of(
    state: State, accrual: Accrual, command: Command, by_home: dict[str, Purse] | None = None
) -> dict[str, Purse]:
    """A purse per payee of the source; two that are one person share theirs.

    ``by_home`` shares them with other sources of the same command. Refuses SOURCE_MOVED after a
    merge in between.
    """
    by_home = {} if by_home is None else by_home
    purses = {}
    for account_id, home_id in homes(state, command.merchant_id, accrual).items():
        key = (accrual.merchant_id, home_id)
        if not state.knows(Account, key):
            raise SourceMoved
        account = state.get(Account, key)
        if account is not None and account.merged_into:
            raise SourceMoved
        if home_id not in by_home:
            by_home[home_id] = Purse(state, accrual.merchant_id, home_id, command.at)
        purses[account_id] = by_home[home_id]
    return purses


def purse_rows(purses: Iterable[Purse]) -> list[Row]:
    """What changed in purses, each asked once."""
    return [row for purse in {id(one): one for one in purses}.values() for row in purse.rows()]


def one_off(
    command: Command, kind: SourceKind, ref: str, share: Share, *, member_id: str, store_id: str,
    window_days: int, version: int,
) -> tuple[Accrual, list[Row], list[Event]]:  # fmt: skip
    """A source with one entry that is earned at once and waits for its window.

    Its one line carries the base, so that a refund of part of it takes back its part.
    """
    line = Line("", 1, share.base_fen, 0, 0)
    accrual = Accrual(
        command.merchant_id, source_of(kind, ref), kind, "", member_id, "", "PAID",
        share.base_fen, [line],
        [share.account_id], "", "", store_id, "", "", awaits_group=False, refund_ids=[],
        fully_refunded=False, refunded_fen=0, after_sales=[], window_days=window_days,
        rule_version=version, paid_at=command.at,
    )  # fmt: skip
    if share.amount_fen == 0:
        accrual = replace(accrual, payees=[])
        return accrual, [accrual], []
    entry = entry_of(accrual, share, command.at)
    accrual, rows, events = frozen(accrual, [entry], command.at)
    return accrual, rows, [estimated(entry), *events]


def frozen(
    accrual: Accrual, entries: Sequence[Entry], at: datetime
) -> tuple[Accrual, list[Row], list[Event]]:
    """Everything still estimated waits for the refund window; the route follows from when it ends.

    D6: what unfreezes later than 30 days after the payment can not be shared out of it any more.
    """
    unfreeze_at = at + timedelta(days=accrual.window_days)
    in_time = accrual.kind == "ORDER" and unfreeze_at < accrual.share_before
    accrual = replace(
        accrual,
        state="COMPLETED",
        completed_at=at,
        unfreeze_at=unfreeze_at,
        route="PROFIT_SHARE" if in_time else "MERCHANT_TRANSFER",
    )
    rows: list[Row] = [accrual]
    events: list[Event] = []
    for entry in entries:
        if entry.state == "ESTIMATED":
            rows.append(replace(entry, state="FROZEN"))
            events.append(
                CommissionFrozen(
                    **told(entry),  # type: ignore[arg-type]
                    amount_fen=entry.left_fen,
                    unfreeze_at=unfreeze_at,
                )
            )
    if len(rows) > 1:
        rows.append(Timer(accrual.merchant_id, SETTLE_TIMER, accrual.source_id, unfreeze_at))
    return accrual, rows, events
