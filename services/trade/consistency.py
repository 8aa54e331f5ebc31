"""Whether an event of the outside agrees with itself: rules between fields, pure.

What each field alone may hold is said in the proto. These are the contradictions that would make
the services that read the topics count money twice, or not at all; domain.md §3.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from danke.events import trade
from danke.events.envelope import Event
from services.trade.errors import Flaw

WALLET: Final = "WALLET"
# Which fields an event needs besides its name: any one of them is enough.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "item_view": ("item_id",),
    "cart_add": ("item_id",),
    "link_click": ("promoter_id", "guide_id", "channel_code"),
    "live_reserve": ("live_id",),
    "live_watch": ("live_id",),
    "live_end": ("live_id",),
    "store_visit": ("store_id",),
    "subscribe_consent": ("template_id",),
}


def flaws(event: Event) -> Iterator[Flaw]:
    """Every contradiction in ``event``; fields are paths from the event."""
    match event:
        case trade.OrderCreated():
            yield from _repeated("lines", "line_id", (line.line_id for line in event.lines))
            yield from _repeated("coupon_ids", "", event.coupon_ids)
        case trade.OrderPaid():
            yield from _paid(event)
        case trade.OrderRefunded():
            yield from _refunded(event)
        case trade.Behaved():
            yield from _behaved(event)


def _paid(event: trade.OrderPaid) -> Iterator[Flaw]:
    yield from _repeated("lines", "line_id", (line.line_id for line in event.lines))
    for index, line in enumerate(event.lines):
        methods_fen = line.wallet_principal_fen + line.wallet_bonus_fen + line.cash_fen
        if line.net_paid_fen != methods_fen:
            yield Flaw(
                f"lines[{index}].net_paid_fen",
                "NET_PAID_MISMATCH",
                f"is {line.net_paid_fen}, wallet principal + bonus + cash is {methods_fen}",
            )
    total_fen = sum(line.net_paid_fen for line in event.lines) + event.shipping_paid_fen
    paid_fen = sum(part.amount_fen for part in event.payments)
    if paid_fen != total_fen:
        yield Flaw(
            "payments",
            "PAYMENTS_MISMATCH",
            f"sum to {paid_fen}, net of the lines plus shipping is {total_fen}",
        )
    # The wallet may pay shipping as well, which no line shows.
    lines_fen = sum(line.wallet_principal_fen + line.wallet_bonus_fen for line in event.lines)
    wallet_fen = sum(part.amount_fen for part in event.payments if part.method == WALLET)
    if not lines_fen <= wallet_fen <= lines_fen + event.shipping_paid_fen:
        yield Flaw(
            "payments",
            "WALLET_MISMATCH",
            f"{wallet_fen} by {WALLET}, the lines name {lines_fen} from the wallet",
        )


def _refunded(event: trade.OrderRefunded) -> Iterator[Flaw]:
    yield from _repeated("lines", "line_id", (line.line_id for line in event.lines))
    if not event.lines and not event.shipping_refund_fen:
        yield Flaw("lines", "NOTHING_REFUNDED", "neither a line nor shipping is refunded")
    if event.shipping_wallet_fen > event.shipping_refund_fen:
        yield Flaw(
            "shipping_wallet_fen",
            "SHIPPING_MISMATCH",
            f"is {event.shipping_wallet_fen} of a refund of {event.shipping_refund_fen}",
        )


def _behaved(event: trade.Behaved) -> Iterator[Flaw]:
    needed = NEEDS.get(event.event_name, ())
    if needed and not any(getattr(event, name) for name in needed):
        yield Flaw(needed[0], "FIELD_NEEDED", f"{event.event_name} needs {' or '.join(needed)}")


def _repeated(items: str, field: str, ids: Iterable[str]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for index, one in enumerate(ids):
        if one in seen:
            path = f"{items}[{index}]"
            yield Flaw(f"{path}.{field}" if field else path, "REPEATED_ID", "appears twice")
        seen.add(one)
