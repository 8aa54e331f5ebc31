"""Attribution (归因): which journey or campaign an order is credited to, and who else would count.

Last touch: the latest delivered message in whose window the order was paid, its end excluded. An
order that used a journey's coupon is that journey's whatever came after. Besides, every order of a
member in the window of his assignment counts for the group he was assigned to, treated or held out:
so both are measured alike. domain.md §2.12, §3.7, M3, M4, M6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Group, Read, Row, State
from danke.events import automation as events
from danke.events.automation import SourceKind
from danke.events.envelope import Event
from services.automation.recipients import Recipient, remaining, who_remains

TouchKind = Literal["DELIVERED", "TREATED", "CONTROL"]
# How late an order may be told of; then a touch that ended is not looked at any more.
LATE: Final = timedelta(days=30)


class Touch(Row, frozen=True):
    """A message that arrived, or that a member was assigned to a group; with its window."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "touch_id")

    merchant_id: str
    touch_id: str
    member_id: str
    kind: TouchKind
    source_kind: SourceKind
    source_id: str
    at: datetime
    # Exclusive.
    until: datetime
    # Orders are still looked for.
    is_open: bool

    def covers(self, at: datetime) -> bool:
        """Whether ``at`` lies in the window; its end does not (M4, M6)."""
        return self.at <= at < self.until


TOUCHES_OF = Group(
    Touch,
    ("merchant_id", "member_id"),
    holds=lambda touch: touch.is_open,
    order=lambda touch: (touch.at, touch.touch_id),
)


class AttributedOrder(Row, frozen=True):
    """A paid order, and whose merit it is. Empty ``source_id``: nobody's."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    paid_at: datetime
    amount_fen: int
    refunded_fen: int
    refunded_in_full: bool
    refund_ids: list[str]
    source_kind: SourceKind
    source_id: str
    by: Literal["", "TOUCH", "COUPON"]
    # The coupon that has the credit, and what it took off.
    coupon_id: str = ""
    coupon_fen: int = 0


class Conversion(Row, frozen=True):
    """An order in the window of its member's assignment to one journey or campaign."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id", "source_kind", "source_id")

    merchant_id: str
    order_id: str
    source_kind: SourceKind
    source_id: str
    member_id: str
    is_control: bool
    amount_fen: int
    # Not any more once the order is refunded in full.
    counts: bool


CONVERSIONS_OF = Group(Conversion, ("merchant_id", "order_id"))


def assigned(
    *,
    merchant_id: str,
    source_kind: SourceKind,
    source_id: str,
    ref: str,
    member_id: str,
    at: datetime,
    until: datetime,
    control: bool,
) -> Touch:
    """That a member is from now on measured as treated, or as held out (M3).

    ``ref`` is the enrolment or the campaign; it must not have been assigned before.
    """
    kind: TouchKind = "CONTROL" if control else "TREATED"
    touch_id = f"{source_kind}/{ref}/{member_id}"
    return Touch(
        merchant_id, touch_id, member_id, kind, source_kind, source_id, at, until, is_open=True
    )


def last_touch(touches: Sequence[Touch], at: datetime) -> Touch | None:
    """The latest message whose window has ``at`` in it; M6."""
    found = [touch for touch in touches if touch.kind == "DELIVERED" and touch.covers(at)]
    return max(found, key=lambda touch: (touch.at, touch.touch_id), default=None)


class CreditOrder(Command, frozen=True, kw_only=True):
    """An order was paid; once per order. By whichever id it was, the member is who remains."""

    RESULT: ClassVar[type] = AttributedOrder

    order_id: str
    member_id: str
    paid_at: datetime
    amount_fen: int

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        return ((Recipient, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        member = who_remains(found, self.merchant_id, self.member_id)
        return (*{self.member_id, member}, f"order:{self.order_id}")

    def reads(self, found: State) -> Iterable[Read]:
        yield Recipient, (self.merchant_id, self.member_id)
        yield AttributedOrder, (self.merchant_id, self.order_id)
        member = who_remains(found, self.merchant_id, self.member_id)
        yield TOUCHES_OF, (self.merchant_id, member)

    def decide(self, state: State) -> Decision:
        old = state.get(AttributedOrder, (self.merchant_id, self.order_id))
        if old is not None:
            return Decision(result=old)
        member = remaining(self, state, self.member_id)
        touches = state.group(TOUCHES_OF, (self.merchant_id, member))
        touch = last_touch(touches, self.paid_at)
        order = AttributedOrder(
            self.merchant_id, self.order_id, member, self.paid_at, self.amount_fen,
            refunded_fen=0, refunded_in_full=False, refund_ids=[],
            source_kind=touch.source_kind if touch else "JOURNEY",
            source_id=touch.source_id if touch else "", by="TOUCH" if touch else "",
        )  # fmt: skip
        told: list[Event] = [credited(order, "")] if touch else []
        rows: list[Row] = [order]
        for conversion in self._conversions(member, touches):
            rows.append(conversion)
            if conversion.is_control:
                told.append(_as_control(order, conversion))
        rows += [
            replace(past, is_open=False) for past in touches if past.until + LATE < self.paid_at
        ]
        return Decision(order, rows, told)

    def _conversions(self, member: str, touches: Sequence[Touch]) -> list[Conversion]:
        """One for each journey or campaign; who was both is measured as first assigned."""
        found: dict[tuple[str, str], Conversion] = {}
        for touch in touches:
            if touch.kind != "DELIVERED" and touch.covers(self.paid_at):
                source = (touch.source_kind, touch.source_id)
                conversion = Conversion(
                    self.merchant_id, self.order_id, touch.source_kind, touch.source_id,
                    member, touch.kind == "CONTROL", self.amount_fen, counts=True,
                )  # fmt: skip
                found.setdefault(source, conversion)
        return list(found.values())


class OfOrder(Command, frozen=True, kw_only=True):
    """Something about an order that was paid."""

    order_id: str

    def lane(self) -> str:
        return f"order:{self.order_id}"

    def order(self, state: State) -> AttributedOrder:
        """The order. Refuses NOT_YET while its payment is unknown."""
        order = state.get(AttributedOrder, (self.merchant_id, self.order_id))
        if order is None:
            raise NotYet(order_id=self.order_id)
        return order


class AdjustOrder(OfOrder, frozen=True, kw_only=True):
    """An order was refunded; once per refund. Refuses NOT_YET while its payment is unknown."""

    RESULT: ClassVar[type] = AttributedOrder

    refund_id: str
    amount_fen: int
    in_full: bool

    def reads(self, found: State) -> Iterable[Read]:
        yield AttributedOrder, (self.merchant_id, self.order_id)
        yield CONVERSIONS_OF, (self.merchant_id, self.order_id)

    def decide(self, state: State) -> Decision:
        order = self.order(state)
        if self.refund_id in order.refund_ids:
            return Decision(result=order)
        refunded = min(order.amount_fen, order.refunded_fen + self.amount_fen)
        in_full = order.refunded_in_full or self.in_full
        after = replace(
            order, refunded_fen=order.amount_fen if in_full else refunded,
            refunded_in_full=in_full, refund_ids=[*order.refund_ids, self.refund_id],
        )  # fmt: skip
        rows: list[Row] = [after]
        if in_full:
            conversions = state.group(CONVERSIONS_OF, (self.merchant_id, self.order_id))
            rows += [replace(conversion, counts=False) for conversion in conversions]
        if not order.source_id:
            return Decision(result=after, rows=rows)
        event = events.ConversionAdjusted(
            order_id=order.order_id, member_id=order.member_id, source_kind=order.source_kind,
            source_id=order.source_id, amount_fen=order.amount_fen,
            refunded_fen=after.refunded_fen, is_full=in_full,
        )  # fmt: skip
        return Decision(after, rows, [event])


def credited(order: AttributedOrder, replaces: str) -> Event:
    """That the order is credited as it says; ``replaces`` had the credit before, if anybody."""
    assert order.by, "Bug: told of a credit that nobody has"
    return events.ConversionAttributed(
        order_id=order.order_id, member_id=order.member_id,
        journey_id=order.source_id if order.source_kind == "JOURNEY" else "",
        amount_fen=order.amount_fen - order.refunded_fen, is_control=False,
        source_kind=order.source_kind, source_id=order.source_id, by=order.by, replaces=replaces,
    )  # fmt: skip


def _as_control(order: AttributedOrder, conversion: Conversion) -> Event:
    return events.ConversionAttributed(
        order_id=order.order_id, member_id=order.member_id,
        journey_id=conversion.source_id if conversion.source_kind == "JOURNEY" else "",
        amount_fen=order.amount_fen, is_control=True, source_kind=conversion.source_kind,
        source_id=conversion.source_id, by="CONTROL",
    )  # fmt: skip
