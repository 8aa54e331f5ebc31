"""Punch cards (次卡): a bought number of visits, or a time pass; from purchase to the last visit.

Every card keeps the terms it was sold with. What of its price is earned is a cumulative floor over
the visits used, so the sum is exact after the last one. domain.md §2.6, §3.1; P1, P6.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from common.timers import Timer
from services.wallet.accounts import Account, must_not_have_left
from services.wallet.calendar import SHANGHAI
from services.wallet.errors import (
    CardExhausted,
    CardExpired,
    CardLimitReached,
    CardNotActive,
    CardNotFound,
    ItemNotCovered,
    TemplateNotFound,
    TemplateNotOnSale,
)
from services.wallet.ledger import Transfer, transfers
from services.wallet.punch_templates import Allowance, PunchKind, PunchTemplate, ValidFrom

CardState = Literal[
    "PENDING_PAYMENT", "CLOSED", "ACTIVE", "SUSPENDED", "EXHAUSTED", "EXPIRED",
    "REFUND_REQUESTED", "REFUNDED", "TRANSFERRED",
]  # fmt: skip
DAY: Final = timedelta(days=1)
# Early enough to come once more, late enough not to be forgotten.
EXPIRING_NOTICE: Final = timedelta(days=7)
PAYMENT_TIMER: Final = "punch_payment"
EXPIRY_TIMER: Final = "punch_expiry"
NOTICE_TIMER: Final = "punch_expiring"
ACCRUAL_TIMER: Final = "punch_accrual"


class PunchCard(Row, frozen=True):
    """One member's punch card."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "card_id")

    merchant_id: str
    card_id: str
    template_id: str
    template_version: int
    name: str
    kind: PunchKind
    state: CardState
    owner_id: str
    # Who paid; differs from the owner once the card was handed on.
    buyer_id: str
    price_fen: int
    allowances: list[Allowance]
    # Sums over the allowances; both stay 0 for an unlimited pass.
    total_visits: int
    used_visits: int
    # What of the price is earned so far.
    revenue_fen: int
    valid_days: int
    valid_from: ValidFrom
    store_ids: list[str]
    shareable: bool
    transferable: bool
    sold_store_id: str
    staff_id: str
    campaign: str
    payment_id: str
    created_at: datetime
    activated_at: datetime | None = None
    # When the days of validity began and when they end (exclusive); None: permanent or not begun.
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    suspended_at: datetime | None = None
    refund_id: str = ""
    from_card_id: str = ""

    @property
    def remaining(self) -> int:
        """Visits left; 0 for an unlimited pass."""
        return self.total_visits - self.used_visits


# What one member bought of one template and did not get his money back for.
CARDS_BOUGHT = Group(
    PunchCard,
    ("merchant_id", "buyer_id", "template_id"),
    holds=lambda card: card.state not in ("CLOSED", "REFUNDED", "TRANSFERRED"),
)

# The card a payment bought; one that was handed on keeps the payment of the one it was.
CARDS_OF_PAYMENT = Group(
    PunchCard,
    ("merchant_id", "payment_id"),
    holds=lambda card: card.payment_id != "" and card.from_card_id == "",
)


def days_used(card: PunchCard, at: datetime) -> int:
    """Full days of the sold validity that are gone; a begun day is still the consumer's.

    Days given later by an extension are not sold, and days in suspension do not pass.
    """
    if card.starts_at is None:
        return 0
    until = card.suspended_at or at
    return min(max((until - card.starts_at) // DAY, 0), card.valid_days)


def value_used(card: PunchCard) -> tuple[int, int]:
    """The visits used and the visits sold, each weighed by its list price, in fen.

    Weights make a combination's massage and its haircut earn what each is worth. With one pool they
    cancel out: the share is used/total, bonus visits included.
    """
    used = sum(part.used * part.list_visit_price_fen for part in card.allowances)
    total = sum(part.total * part.list_visit_price_fen for part in card.allowances)
    return used, total


def earned_fen(card: PunchCard, at: datetime) -> int:
    """What of the price is earned at this time: a floor, by visits used or by days gone."""
    if card.kind == "UNLIMITED":
        return card.price_fen * days_used(card, at) // card.valid_days
    used, total = value_used(card)
    return card.price_fen * used // total


def recognise(
    card: PunchCard, command: Command, ref: str, at: datetime
) -> tuple[PunchCard, list[Transfer], int]:
    """The card with what is earned by now, the transfers that book the difference, and it in fen.

    The difference is negative after a reversal. An unlimited pass never gives earned days back.
    """
    earned = earned_fen(card, at)
    if card.kind == "UNLIMITED":
        earned = max(earned, card.revenue_fen)
    delta = earned - card.revenue_fen
    moves = transfers(
        card.merchant_id, card.owner_id, command.new_id, ref, command.at,
        [
            ("PUNCH_VISIT", "PUNCH_LIAB", "REVENUE_PENDING", max(delta, 0)),
            ("PUNCH_REVERSAL", "REVENUE_PENDING", "PUNCH_LIAB", max(-delta, 0)),
        ],
    )  # fmt: skip
    return replace(card, revenue_fen=earned), moves, delta


def must_be_usable(card: PunchCard, at: datetime) -> None:
    """Refuses CARD_EXHAUSTED, CARD_EXPIRED or CARD_NOT_ACTIVE."""
    if card.state == "EXHAUSTED":
        raise CardExhausted(card_id=card.card_id, remaining=0)
    if card.state not in ("ACTIVE", "EXPIRED"):
        raise CardNotActive(card_id=card.card_id, state=card.state)
    # Judged by the time of use, which a till that was offline reports after the card has expired.
    if card.expires_at is not None and at >= card.expires_at:
        raise CardExpired(card_id=card.card_id)


def use(card: PunchCard, item_id: str, times: int, at: datetime) -> PunchCard:
    """The card after ``times`` visits for the item. The first use may start its validity.

    Refuses ITEM_NOT_COVERED, CARD_EXHAUSTED with what remains.
    """
    place, part = _allowance_of(card, item_id)
    if card.kind == "UNLIMITED":
        return started(card, at) if card.valid_from == "FIRST_USE" else card
    if part.used + times > part.total:
        raise CardExhausted(card_id=card.card_id, remaining=part.total - part.used)
    after = _counted(card, place, times)
    if after.used_visits == after.total_visits:
        after = replace(after, state="EXHAUSTED")
    return started(after, at) if card.valid_from == "FIRST_USE" else after


def give_back(card: PunchCard, item_id: str, times: int, at: datetime) -> PunchCard:
    """The card with visits returned. An exhausted one is usable again, or expired by now.

    Where validity counts from the first use and that is taken back, it has not begun.
    """
    place, _ = _allowance_of(card, item_id)
    if card.kind == "UNLIMITED":
        return card
    after = _counted(card, place, -times)
    if card.state == "EXHAUSTED":
        over = card.expires_at is not None and at >= card.expires_at
        after = replace(after, state="EXPIRED" if over else "ACTIVE")
    return _not_begun(after) if after.used_visits == 0 else after


def _not_begun(card: PunchCard) -> PunchCard:
    """An unused card as before its first use; one that was extended keeps the end it was given."""
    if card.valid_from != "FIRST_USE" or card.starts_at is None or card.expires_at is None:
        return card
    if card.expires_at != card.starts_at + card.valid_days * DAY:
        return card
    state = "ACTIVE" if card.state == "EXPIRED" else card.state
    return replace(card, state=state, starts_at=None, expires_at=None)


def started(card: PunchCard, at: datetime) -> PunchCard:
    """The card with its validity begun, unless it is permanent or had begun before."""
    if not card.valid_days or card.starts_at is not None:
        return card
    return replace(card, starts_at=at, expires_at=at + card.valid_days * DAY)


def _allowance_of(card: PunchCard, item_id: str) -> tuple[int, Allowance]:
    for place, part in enumerate(card.allowances):
        if part.covers(item_id):
            return place, part
    raise ItemNotCovered(field="item_id", card_id=card.card_id, item_id=item_id)


def _counted(card: PunchCard, place: int, times: int) -> PunchCard:
    parts = list(card.allowances)
    parts[place] = replace(parts[place], used=parts[place].used + times)
    assert parts[place].used >= 0, f"Bug: card {card.card_id} gave back more than was used"
    return replace(card, allowances=parts, used_visits=card.used_visits + times)


def next_month(at: datetime) -> datetime:
    """The first moment of the next CST month: when unlimited passes book their days."""
    first = at.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def timers_of(card: PunchCard, at: datetime) -> list[Row]:
    """The timers of a card that is in use; scheduling again moves them."""
    if card.expires_at is None:
        return []
    own = (card.merchant_id, card.card_id)
    timers: list[Row] = [Timer(own[0], EXPIRY_TIMER, own[1], card.expires_at)]
    if card.expires_at - EXPIRING_NOTICE > at:
        timers.append(Timer(own[0], NOTICE_TIMER, own[1], card.expires_at - EXPIRING_NOTICE))
    if card.kind == "UNLIMITED":
        timers.append(Timer(own[0], ACCRUAL_TIMER, own[1], next_month(at)))
    return timers


def without_timers(card: PunchCard) -> list[tuple[type[Row], tuple[str, str, str]]]:
    """The deletes for a card that is no longer in use."""
    return [
        (Timer, (card.merchant_id, kind, card.card_id))
        for kind in (EXPIRY_TIMER, NOTICE_TIMER, ACCRUAL_TIMER)
    ]


class BuyPunchCard(Command, frozen=True, kw_only=True):
    """Takes a card off the shelf, to be paid within ``pay_within``; then it is closed again.

    Refuses ACCOUNT_CLOSED, TEMPLATE_NOT_FOUND, TEMPLATE_NOT_ON_SALE, CARD_LIMIT_REACHED.
    """

    RESULT: ClassVar[type] = PunchCard

    member_id: str
    template_id: str
    pay_within: timedelta
    store_id: str = ""
    staff_id: str = ""
    campaign: str = ""

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        yield Account, (self.merchant_id, self.member_id)
        yield PunchTemplate, (self.merchant_id, self.template_id)
        yield CARDS_BOUGHT, (self.merchant_id, self.member_id, self.template_id)

    def decide(self, state: State) -> Decision:
        must_not_have_left(state.get(Account, (self.merchant_id, self.member_id)))
        template = state.get(PunchTemplate, (self.merchant_id, self.template_id))
        if template is None:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        if (
            template.state != "ON_SALE"
            or (template.sale_from and self.at < template.sale_from)
            or (template.sale_to and self.at >= template.sale_to)
        ):
            raise TemplateNotOnSale(field="template_id", state=template.state)
        bought = state.group(CARDS_BOUGHT, (self.merchant_id, self.member_id, self.template_id))
        if template.limit_per_member and len(bought) >= template.limit_per_member:
            raise CardLimitReached(limit=template.limit_per_member)
        card = self._card(template)
        timer = Timer(self.merchant_id, PAYMENT_TIMER, card.card_id, self.at + self.pay_within)
        return Decision(result=card, rows=[card, timer])

    def _card(self, template: PunchTemplate) -> PunchCard:
        return PunchCard(
            merchant_id=self.merchant_id,
            card_id=self.new_id,
            template_id=template.template_id,
            template_version=template.version,
            name=template.name,
            kind=template.kind,
            state="PENDING_PAYMENT",
            owner_id=self.member_id,
            buyer_id=self.member_id,
            price_fen=template.price_fen,
            allowances=template.allowances,
            total_visits=sum(part.total for part in template.allowances),
            used_visits=0,
            revenue_fen=0,
            valid_days=template.valid_days,
            valid_from=template.valid_from,
            store_ids=template.store_ids,
            shareable=template.shareable,
            transferable=template.transferable,
            sold_store_id=self.store_id,
            staff_id=self.staff_id,
            campaign=self.campaign,
            payment_id="",
            created_at=self.at,
        )


class OfCard(Command, frozen=True, kw_only=True):
    """A command that names a punch card. The card is the aggregate that is locked."""

    RESULT: ClassVar[type] = PunchCard

    card_id: str

    def lane(self) -> str:
        return self.card_id

    def reads(self, found: State) -> Iterable[Read]:
        yield PunchCard, (self.merchant_id, self.card_id)

    def _card(self, state: State) -> PunchCard:
        return card_of(state, self.merchant_id, self.card_id)


def card_of(state: State, merchant_id: str, card_id: str) -> PunchCard:
    """The card. Refuses CARD_NOT_FOUND; NOT_YET if it came to be while the command waited."""
    if (merchant_id, card_id) not in state.rows.get(PunchCard, {}):
        raise NotYet(card_id=card_id)
    card = state.get(PunchCard, (merchant_id, card_id))
    if card is None:
        raise CardNotFound(field="card_id", card_id=card_id)
    return card


class ClosePunchCard(OfCard, frozen=True, kw_only=True):
    """A card that was not paid in time. Does nothing to a paid one. Run by its timer."""

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state != "PENDING_PAYMENT":
            return Decision(result=card)
        after = replace(card, state="CLOSED")
        return Decision(result=after, rows=[after])
