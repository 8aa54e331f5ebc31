"""Punch-card templates (次卡模板): what a merchant sells: visits, prices, validity, stores.

A card keeps the terms it was bought with; a changed template is for later buyers. domain.md §2.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.wallet.errors import CardNotActive, TemplateInvalid, TemplateNotFound

# COUNT: visits from one pool, for one item, several or any (通卡). COMBO: each item has its own
# number of visits. UNLIMITED: any number of visits for some days (时间卡).
PunchKind = Literal["COUNT", "COMBO", "UNLIMITED"]
TemplateState = Literal["DRAFT", "ON_SALE", "OFF_SALE"]
ValidFrom = Literal["PURCHASE", "FIRST_USE"]
VISITS_MAX: Final = 10_000


class Allowance(msgspec.Struct, frozen=True, array_like=True):
    """Visits that are counted together, and what they may be used for."""

    # Empty: any item.
    items: list[str]
    visits: int
    # Given on top ("buy 10 get 2"); they count like the others and share the price.
    bonus_visits: int
    # One visit's price without the card: what a consumer who walks away pays per visit (art. 19).
    list_visit_price_fen: int
    used: int = 0

    @property
    def total(self) -> int:
        """Visits in all, bonus included; 0 for an unlimited pass."""
        return self.visits + self.bonus_visits

    def covers(self, item_id: str) -> bool:
        """Whether the visits may be used for this item."""
        return not self.items or item_id in self.items


class PunchTemplate(Row, frozen=True):
    """One kind of punch card that a merchant sells."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id")

    merchant_id: str
    template_id: str
    version: int
    state: TemplateState
    name: str
    kind: PunchKind
    price_fen: int
    allowances: list[Allowance]
    # Days of validity; 0 is permanent.
    valid_days: int
    valid_from: ValidFrom
    # Where it is accepted; empty: in every store.
    store_ids: list[str]
    shareable: bool
    transferable: bool
    # How many one member may buy; 0: any number.
    limit_per_member: int
    sale_from: datetime | None
    sale_to: datetime | None
    created_at: datetime
    changed_at: datetime


def must_fit(template: PunchTemplate) -> None:
    """Refuses TEMPLATE_INVALID, naming the field, if the figures contradict each other."""
    parts = template.allowances
    if template.price_fen <= 0:
        raise TemplateInvalid(field="price_fen", why="NOT_POSITIVE")
    if template.sale_from and template.sale_to and template.sale_from >= template.sale_to:
        raise TemplateInvalid(field="sale_to", why="BEFORE_SALE_FROM")
    if template.kind == "UNLIMITED":
        _must_fit_unlimited(template)
        return
    if any(
        part.visits < 1
        or part.bonus_visits < 0
        or part.total > VISITS_MAX
        or part.list_visit_price_fen < 1
        or part.used
        for part in parts
    ):
        raise TemplateInvalid(field="allowances", why="VISITS_OR_LIST_PRICE")
    items = [item for part in parts for item in part.items]
    if len(items) != len(set(items)):
        raise TemplateInvalid(field="allowances", why="ITEM_TWICE")
    if template.kind == "COUNT" and len(parts) != 1:
        raise TemplateInvalid(field="allowances", why="COUNT_HAS_ONE")
    if template.kind == "COMBO" and (len(parts) < 2 or any(len(part.items) != 1 for part in parts)):
        raise TemplateInvalid(field="allowances", why="COMBO_HAS_ONE_PER_ITEM")
    # Otherwise a card would cost more than its visits bought singly, and a refund could exceed
    # what is left of it.
    single = sum(part.visits * part.list_visit_price_fen for part in parts)
    if single < template.price_fen:
        raise TemplateInvalid(field="price_fen", why="ABOVE_LIST_PRICE", list_price_fen=single)


def _must_fit_unlimited(template: PunchTemplate) -> None:
    if template.valid_days < 1:
        raise TemplateInvalid(field="valid_days", why="UNLIMITED_NEEDS_DAYS")
    if len(template.allowances) != 1 or template.allowances[0].total or template.allowances[0].used:
        raise TemplateInvalid(field="allowances", why="UNLIMITED_HAS_NO_VISITS")
    if template.shareable:  # 法释〔2025〕4号 art. 11 ¶2: a pass is for one person
        raise TemplateInvalid(field="shareable", why="UNLIMITED_IS_PERSONAL")


class _OfTemplate(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = PunchTemplate

    template_id: str

    def lane(self) -> str:
        return self.template_id

    def reads(self, found: State) -> Iterable[Read]:
        yield PunchTemplate, (self.merchant_id, self.template_id)


class SavePunchTemplate(_OfTemplate, frozen=True, kw_only=True):
    """Creates a template as DRAFT, or changes one that is not on sale.

    Refuses TEMPLATE_INVALID, CARD_NOT_ACTIVE (``state``) while it is on sale: what a buyer looks at
    does not change under his hands.
    """

    name: str
    kind: PunchKind
    price_fen: int
    allowances: list[Allowance]
    valid_days: int = 0
    valid_from: ValidFrom = "PURCHASE"
    store_ids: list[str] = []  # noqa: RUF012  msgspec copies it
    shareable: bool = False
    transferable: bool = False
    limit_per_member: int = 0
    sale_from: datetime | None = None
    sale_to: datetime | None = None

    def decide(self, state: State) -> Decision:
        old = state.get(PunchTemplate, (self.merchant_id, self.template_id))
        if old and old.state == "ON_SALE":
            raise CardNotActive(field="template_id", state=old.state)
        template = PunchTemplate(
            merchant_id=self.merchant_id,
            template_id=self.template_id,
            version=old.version + 1 if old else 1,
            state=old.state if old else "DRAFT",
            name=self.name,
            kind=self.kind,
            price_fen=self.price_fen,
            allowances=self.allowances,
            valid_days=self.valid_days,
            valid_from=self.valid_from,
            store_ids=self.store_ids,
            shareable=self.shareable,
            transferable=self.transferable,
            limit_per_member=self.limit_per_member,
            sale_from=self.sale_from,
            sale_to=self.sale_to,
            created_at=old.created_at if old else self.at,
            changed_at=self.at,
        )
        must_fit(template)
        return Decision(result=template, rows=[template])


class SetTemplateState(_OfTemplate, frozen=True, kw_only=True):
    """Puts a template on sale or takes it off; cards already sold are not touched.

    Refuses TEMPLATE_NOT_FOUND. A repeat changes nothing.
    """

    on_sale: bool

    def decide(self, state: State) -> Decision:
        template = state.get(PunchTemplate, (self.merchant_id, self.template_id))
        if template is None:
            raise TemplateNotFound(field="template_id", template_id=self.template_id)
        wanted: TemplateState = "ON_SALE" if self.on_sale else "OFF_SALE"
        if template.state == wanted:
            return Decision(result=template)
        after = replace(template, state=wanted, changed_at=self.at)
        return Decision(result=after, rows=[after])
