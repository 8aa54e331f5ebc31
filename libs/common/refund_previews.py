"""A service's part of a refund's preview: what ``OrderRefunded`` would do here, by what it says.

The commands are those that the service's own consumer makes of the event, decided by the kit's
previews; so a preview has no rule of its own. The service adds what its events and rows mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from google.protobuf.message import Message

from common.consumers import Arrival, Handler
from common.errors import NotYet, Refusal
from common.messages import ActorNotAllowed
from common.preview import preview
from common.server import Call
from common.service import Kit
from danke.events import trade
from danke.events.envelope import Envelope, event_type
from danke.refund.v1 import plan_pb2 as pb

# By the class of a decision's events and rows: which effects one of them stands for.
Told = Mapping[type[Any], Callable[[Any], Iterable[pb.RefundEffect]]]

_FOR_PREVIEW: Final = "preview"


class RefundPreviews:
    """Answers a service's ``RefundPreviewService``; each has the same request and response."""

    def __init__(
        self,
        kit: Kit[Any],
        handlers: Mapping[type[Any], Handler],
        told: Told,
        response: Callable[..., Message],
    ) -> None:
        """``handlers`` are the consumer's own; ``told`` says what events and rows mean."""
        self.kit = kit
        self.handle = handlers[trade.OrderRefunded]
        self.told = told
        self.response = response

    async def PreviewRefund(self, request: Any, call: Call) -> Message:
        """Members' own tokens are refused: a refund touches others' commission and groups."""
        if call.caller.member_id is not None:
            raise ActorNotAllowed(field="refund")
        event = self._event(request.refund)
        envelope = Envelope(
            id=f"{_FOR_PREVIEW}:{event.refund_id}",
            type=event_type(trade.OrderRefunded),
            source="",
            subject=event.order_id,
            time=event.refunded_at,
            key=event.order_id,
            merchant_id=call.merchant_id,
            sequence=0,
        )
        made = self.handle(event, Arrival(envelope, _FOR_PREVIEW))
        commands = [] if made is None else made if isinstance(made, Sequence) else [made]
        effects: list[pb.RefundEffect] = []
        refusals: list[pb.RefundRefusal] = []
        decided = await preview(self.kit.pool, self.kit.engine.tables, commands)
        for outcome in decided:
            if isinstance(outcome, Refusal):
                waits = isinstance(outcome, NotYet)
                one = pb.RefundRefusal(reason=outcome.reason, says=outcome.message, waits=waits)
                # What several commands wait for is said once.
                refusals += [] if one in refusals else [one]
                continue
            for change in (*outcome.events, *outcome.rows):
                tell = self.told.get(type(change))
                effects += tell(change) if tell else ()
        return self.response(effects=effects, refusals=refusals)

    def _event(self, refund: pb.OrderRefund) -> trade.OrderRefunded:
        return trade.OrderRefunded(
            order_id=refund.order_id,
            refund_id=refund.refund_id,
            member_id=refund.member_id,
            lines=[
                trade.RefundedLine(
                    line_id=line.line_id,
                    qty=line.qty,
                    cash_fen=line.cash_fen,
                    wallet_fen=line.wallet_fen,
                    points=line.points,
                )
                for line in refund.lines
            ],
            shipping_refund_fen=refund.shipping_refund_fen,
            shipping_wallet_fen=refund.shipping_wallet_fen,
            is_full_cumulative=refund.is_full_cumulative,
            refunded_at=self.kit.clock.now(),
        )


def effect(
    asset: str, amount: int, unit: str, ref: str, reason: str, says: str
) -> Iterable[pb.RefundEffect]:
    """One effect, without the names' prefixes; none if the amount is 0."""
    if amount:
        yield pb.RefundEffect(
            asset=f"REFUND_ASSET_{asset}",
            amount=amount,
            unit=f"REFUND_UNIT_{unit}",
            ref=ref,
            reason=reason,
            says=says,
        )
