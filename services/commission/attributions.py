"""To whom an order belongs: promoters, guides and terms, frozen when the order is created.

Nothing that happens to bindings, relations or the programme later changes it. domain.md §2.2, D2,
D3, D12.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.commission.bindings import HELD, Held
from services.commission.errors import AttributionExists
from services.commission.guide_relations import EXCLUSIVE
from services.commission.guides import Guide
from services.commission.programmes import (
    LineRate,
    Price,
    Programme,
    Rate,
    Terms,
    price_of,
    programme_key,
    programme_of,
    rate_ids,
)
from services.commission.promoters import Promoter, admitted


class Item(msgspec.Struct, frozen=True, array_like=True):
    """What rates are looked up for: one line's SKU and product."""

    line_id: str
    sku_id: str
    spu_id: str


class Attribution(Row, frozen=True):
    """One order's snapshot. Written once."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    # Whoever the buyer is after merges.
    member_id: str
    l1_id: str
    l2_id: str
    click_id: str
    sales_guide_id: str
    exclusive_guide_id: str
    store_id: str
    exclusive_store_id: str
    group_id: str
    # CREATED: with the order. PUSHED: by AttributeOrder. PAID: nobody had announced the order.
    source: Literal["CREATED", "PUSHED", "PAID"]
    terms: Terms
    rates: list[LineRate]
    # What the order itself said, to tell a repeated push from a different one.
    promoter_hint: str
    guide_hint: str
    store_hint: str
    at: datetime


# The same row by its key; a group does not defer a command when there is none yet.
ATTRIBUTION = Group(Attribution, ("merchant_id", "order_id"))
# For merges: what pays one promoter.
L1_OF = Group(Attribution, ("merchant_id", "l1_id"), order=lambda row: row.order_id)
L2_OF = Group(Attribution, ("merchant_id", "l2_id"), order=lambda row: row.order_id)
# For merges: what one member ordered.
ATTRIBUTED_TO = Group(Attribution, ("merchant_id", "member_id"), order=lambda row: row.order_id)


class Buying(msgspec.Struct, frozen=True):
    """What an order says of itself as far as its attribution goes."""

    order_id: str
    member_id: str
    store_id: str
    items: list[Item]
    promoter_hint: str = ""
    guide_hint: str = ""
    group_id: str = ""


def attribution_reads(merchant_id: str, buying: Buying, at: datetime) -> Iterable[Read]:
    """What ``attribute`` looks at for an order of that moment."""
    yield HELD, (merchant_id, buying.member_id, at)
    yield EXCLUSIVE, (merchant_id, buying.member_id, at)
    yield Programme, programme_key(merchant_id)
    if buying.promoter_hint:
        yield HELD, (merchant_id, buying.promoter_hint, at)
    if buying.guide_hint:
        yield Guide, (merchant_id, buying.guide_hint)
    for item in buying.items:
        for rate_id in rate_ids(item.sku_id, item.spu_id):
            yield Rate, (merchant_id, rate_id)


class _Chain(msgspec.Struct, frozen=True):
    """Who is above a buyer: level 1, level 2, their promoter levels, and the click."""

    buyer: str
    l1: Held | None
    l2: Held | None
    click_id: str = ""


def attribute(
    state: State, merchant_id: str, buying: Buying, source: Literal["CREATED", "PUSHED", "PAID"],
    at: datetime,
) -> Attribution:  # fmt: skip
    """The snapshot as of ``at``."""
    programme = programme_of(state, merchant_id)
    chain = _chain(state, programme, merchant_id, buying, at)
    guide = state.get(Guide, (merchant_id, buying.guide_hint)) if buying.guide_hint else None
    if guide is not None and guide.state == "REMOVED":
        guide = None
    exclusive, exclusive_store = "", ""
    for relation in state.group(EXCLUSIVE, (merchant_id, buying.member_id, at)):
        exclusive, exclusive_store = relation.guide
    store = buying.store_id or (guide.store_id if guide else exclusive_store)
    return Attribution(
        merchant_id=merchant_id,
        order_id=buying.order_id,
        member_id=chain.buyer,
        l1_id=chain.l1.promoter_id if chain.l1 else "",
        l2_id=chain.l2.promoter_id if chain.l2 else "",
        click_id=chain.click_id,
        sales_guide_id=guide.guide_id if guide else "",
        exclusive_guide_id=exclusive,
        store_id=store,
        exclusive_store_id=exclusive_store,
        group_id=buying.group_id,
        source=source,
        terms=programme.terms,
        rates=_rates(state, programme, merchant_id, buying, chain) if chain.l1 or chain.l2 else [],
        promoter_hint=buying.promoter_hint,
        guide_hint=buying.guide_hint,
        store_hint=buying.store_id,
        at=at,
    )


def _active(one: Held | None) -> Held | None:
    return one if one is not None and one.state == "ACTIVE" else None


def _chain(
    state: State, programme: Programme, merchant_id: str, buying: Buying, at: datetime
) -> _Chain:
    """Level 1 and 2: the bound promoters, or the hint where no protected binding stands against it.

    Whoever held the buyer at ``at``, whatever became of the binding since; D2. A promoter who buys
    is level 1 of the own order if the programme says so (自购返佣); D3. Who is not active earns
    nothing, and nobody moves up in their place.
    """
    near = {one.depth: one for one in state.group(HELD, (merchant_id, buying.member_id, at))}
    buyer = near[0].promoter_id if 0 in near else buying.member_id
    ups = [near.get(1), near.get(2)]
    click = near[1].click_id if 1 in near else ""
    hinted = _hinted(state, programme, merchant_id, buying, buyer, at)
    if hinted and not (1 in near and near[1].protected):
        ups, click = list(hinted), ""
    itself = _active(near.get(0))
    if programme.self_purchase and itself is not None:
        ups = [itself, *ups]
    l2 = _active(ups[1]) if programme.level_cap > 1 else None
    return _Chain(buyer, _active(ups[0]), l2, click)


def _hinted(
    state: State, programme: Programme, merchant_id: str, buying: Buying, buyer: str, at: datetime
) -> tuple[Held, Held | None] | None:
    """The promoter an order names, and who is above; None if it is nobody, or the buyer.

    Who may not promote takes nothing from whoever the buyer is bound to.
    """
    hint = buying.promoter_hint
    if not hint:
        return None
    near = {one.depth: one for one in state.group(HELD, (merchant_id, hint, at))}
    itself = near.get(0)
    if itself is None or itself.state == "NONE":
        made = admitted(programme, Promoter(merchant_id, hint), merchant_id, hint)
        if made is None:
            return None
        itself = Held(merchant_id, hint, at, 0, hint, made.state, "", "", protected=False)
    if itself.promoter_id == buyer or itself.state != "ACTIVE":
        return None
    above = near.get(1)
    return itself, above if above is not None and above.promoter_id != buyer else None


def _rates(
    state: State, programme: Programme, merchant_id: str, buying: Buying, chain: _Chain
) -> list[LineRate]:
    l1_level = chain.l1.level_id if chain.l1 else ""
    l2_level = chain.l2.level_id if chain.l2 else ""

    def rate(line_id: str, rates: Mapping[str, Rate], sku: str, spu: str) -> LineRate:
        return LineRate(
            line_id,
            price_of(programme, 1, l1_level, rates, sku, spu),
            price_of(programme, 2, l2_level, rates, sku, spu) if chain.l2 else Price(0),
        )

    usual = rate("", {}, "", "")
    found = [usual]
    for item in buying.items:
        keys = rate_ids(item.sku_id, item.spu_id)
        rows = {key: row for key in keys if (row := state.get(Rate, (merchant_id, key)))}
        if not rows:
            continue
        one = rate(item.line_id, rows, item.sku_id, item.spu_id)
        if (one.l1, one.l2) != (usual.l1, usual.l2):
            found.append(one)
    return found


class AttributeOrder(Command, frozen=True, kw_only=True):
    """Takes the snapshot of an order: when it is created, or as a till's document pushed it.

    A document pushed again must be the same (ATTRIBUTION_EXISTS); an event that comes again, or
    after the document, changes nothing. domain.md §2.13.
    """

    RESULT: ClassVar[type] = Attribution

    buying: Buying
    created_at: datetime
    pushed: bool = False

    def lane(self) -> str:
        return self.buying.order_id

    def keys(self, found: State) -> Sequence[str]:
        return (order_key(self.buying.order_id),)

    def reads(self, found: State) -> Iterable[Read]:
        yield Attribution, (self.merchant_id, self.buying.order_id)
        yield from attribution_reads(self.merchant_id, self.buying, self.created_at)

    def decide(self, state: State) -> Decision:
        known = state.get(Attribution, (self.merchant_id, self.buying.order_id))
        source: Literal["CREATED", "PUSHED"] = "PUSHED" if self.pushed else "CREATED"
        if known is not None:
            if self.pushed and not self._says_the_same(known):
                raise AttributionExists(order_id=self.buying.order_id)
            return Decision(known)
        row = attribute(state, self.merchant_id, self.buying, source, self.created_at)
        return Decision(row, [row])

    def _says_the_same(self, known: Attribution) -> bool:
        asked = self.buying
        return (asked.promoter_hint, asked.guide_hint, asked.store_id) == (
            known.promoter_hint, known.guide_hint, known.store_hint
        )  # fmt: skip


def order_key(order_id: str) -> str:
    """The lock of an order."""
    return f"order:{order_id}"
