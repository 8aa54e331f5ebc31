"""Punch-card templates and cards over gRPC; ``PunchTemplateService`` and ``PunchCardService``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, Literal, cast

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import EARLIEST, about, moment, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.wallet.v1 import punch_card_pb2 as pb
from services.wallet import punch_cards, punch_refunds, punch_templates, punch_validity
from services.wallet import store_punch_cards as store
from services.wallet.errors import CardNotFound, PunchRefundNotFound, TemplateNotFound
from services.wallet.punch_cards import DAY, PunchCard
from services.wallet.punch_refunds import Basis
from services.wallet.rpc_punch_messages import (
    allowance_of,
    card_to_pb,
    redemption_to_pb,
    refund_to_pb,
    template_to_pb,
)

# As an unpaid order: long enough to pay in WeChat.
PAY_WITHIN: Final = timedelta(minutes=30)


class PunchTemplateService:
    """Answers ``danke.wallet.v1.PunchTemplateService``."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SavePunchTemplate(
        self, request: pb.SavePunchTemplateRequest, call: Call
    ) -> pb.SavePunchTemplateResponse:
        kind = pb.PunchKind.Name(request.kind).removeprefix("PUNCH_KIND_")
        first_use = request.valid_from == pb.VALID_FROM_FIRST_USE
        template = await self.engine.run(
            punch_templates.SavePunchTemplate(
                **about(request, call, self.clock),
                template_id=request.template_id,
                name=request.name,
                kind=cast("punch_templates.PunchKind", kind),
                price_fen=request.price_fen,
                allowances=[allowance_of(part) for part in request.allowances],
                valid_days=request.valid_days,
                valid_from="FIRST_USE" if first_use else "PURCHASE",
                store_ids=list(request.store_ids),
                shareable=request.shareable,
                transferable=request.transferable,
                limit_per_member=request.limit_per_member,
                sale_from=moment(request, "sale_start_time"),
                sale_to=moment(request, "sale_end_time"),
            ),
            call.context,
        )
        return pb.SavePunchTemplateResponse(template=template_to_pb(template))

    async def SetPunchTemplateOnSale(
        self, request: pb.SetPunchTemplateOnSaleRequest, call: Call
    ) -> pb.SetPunchTemplateOnSaleResponse:
        template = await self.engine.run(
            punch_templates.SetTemplateState(
                **about(request, call, self.clock),
                template_id=request.template_id,
                on_sale=request.on_sale,
            ),
            call.context,
        )
        return pb.SetPunchTemplateOnSaleResponse(template=template_to_pb(template))

    async def GetPunchTemplate(
        self, request: pb.GetPunchTemplateRequest, call: Call
    ) -> pb.GetPunchTemplateResponse:
        template = await store.punch_template(self.pool, call.merchant_id, request.template_id)
        if template is None:
            raise TemplateNotFound(field="template_id", template_id=request.template_id)
        return pb.GetPunchTemplateResponse(template=template_to_pb(template))

    async def ListPunchTemplates(
        self, request: pb.ListPunchTemplatesRequest, call: Call
    ) -> pb.ListPunchTemplatesResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.templates_of(
            self.pool, call.merchant_id, after, size, on_sale=request.on_sale_only
        )
        return pb.ListPunchTemplatesResponse(
            templates=map(template_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.template_id,)),
        )


class PunchCardService:
    """Answers ``danke.wallet.v1.PunchCardService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def BuyPunchCard(
        self, request: pb.BuyPunchCardRequest, call: Call
    ) -> pb.BuyPunchCardResponse:
        own(call, request.member_id)
        card = await self.engine.run(
            punch_cards.BuyPunchCard(
                **about(request, call, self.clock),
                member_id=request.member_id,
                template_id=request.template_id,
                pay_within=PAY_WITHIN,
                store_id=request.store_id,
                staff_id=request.staff_id,
                campaign=request.campaign,
            ),
            call.context,
        )
        return pb.BuyPunchCardResponse(
            card=card_to_pb(card), pay_before_time=timestamp(card.created_at + PAY_WITHIN)
        )

    async def GetPunchCard(
        self, request: pb.GetPunchCardRequest, call: Call
    ) -> pb.GetPunchCardResponse:
        card = await self._any_card(request.card_id, call)
        if not await self._is_friend(card, call):
            own(call, card.owner_id)
        return pb.GetPunchCardResponse(card=card_to_pb(card))

    async def ListPunchCards(
        self, request: pb.ListPunchCardsRequest, call: Call
    ) -> pb.ListPunchCardsResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        states = [pb.PunchCard.State.Name(one).removeprefix("STATE_") for one in request.states]
        found = await store.cards_of(
            self.pool, call.merchant_id, request.member_id, states, after, size
        )
        return pb.ListPunchCardsResponse(
            cards=map(card_to_pb, found),
            next_page_token=next_token(found, size, lambda card: (card.card_id,)),
        )

    async def ListPunchCardUsage(
        self, request: pb.ListPunchCardUsageRequest, call: Call
    ) -> pb.ListPunchCardUsageResponse:
        card = await self._card(request.card_id, call)
        size = page_size(request.page_size)
        (before,) = page_start(request.page_token, ("",))
        found = await store.usage_of(self.pool, call.merchant_id, card.card_id, before, size)
        return pb.ListPunchCardUsageResponse(
            redemptions=map(redemption_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.redemption_id,)),
        )

    async def ListExpiringPunchCards(
        self, request: pb.ListExpiringPunchCardsRequest, call: Call
    ) -> pb.ListExpiringPunchCardsResponse:
        size = page_size(request.page_size)
        until = self.clock.now() + request.within_days * DAY
        found = await store.expiring_cards(
            self.pool, call.merchant_id, page_start(request.page_token, (EARLIEST, "")), until, size
        )
        return pb.ListExpiringPunchCardsResponse(
            cards=map(card_to_pb, found),
            next_page_token=next_token(found, size, lambda card: (card.expires_at, card.card_id)),
        )

    async def GetPunchLiability(
        self, request: pb.GetPunchLiabilityRequest, call: Call
    ) -> pb.GetPunchLiabilityResponse:
        owed = await store.punch_liability(self.pool, call.merchant_id)
        return pb.GetPunchLiabilityResponse(
            liabilities=[
                pb.PunchLiability(
                    store_id=one.store_id,
                    expiry_month=one.expiry_month,
                    cards=one.cards,
                    visits=one.visits,
                    owed_fen=one.owed_fen,
                )
                for one in owed
            ]
        )

    async def SuspendPunchCard(
        self, request: pb.SuspendPunchCardRequest, call: Call
    ) -> pb.SuspendPunchCardResponse:
        reason = pb.SuspensionReason.Name(request.reason).removeprefix("SUSPENSION_REASON_")
        card = await self.engine.run(
            punch_validity.SuspendPunchCard(
                **about(request, call, self.clock), card_id=request.card_id,
                reason=cast("Literal['LOSS', 'RISK']", reason), actor=call.caller.actor,
            ),
            call.context,
        )  # fmt: skip
        return pb.SuspendPunchCardResponse(card=card_to_pb(card))

    async def ResumePunchCard(
        self, request: pb.ResumePunchCardRequest, call: Call
    ) -> pb.ResumePunchCardResponse:
        card = await self.engine.run(
            punch_validity.ResumePunchCard(
                **about(request, call, self.clock), card_id=request.card_id,
                actor=call.caller.actor,
            ),
            call.context,
        )  # fmt: skip
        return pb.ResumePunchCardResponse(card=card_to_pb(card))

    async def ExtendPunchCard(
        self, request: pb.ExtendPunchCardRequest, call: Call
    ) -> pb.ExtendPunchCardResponse:
        card = await self.engine.run(
            punch_validity.ExtendPunchCard(
                **about(request, call, self.clock), card_id=request.card_id,
                days=request.days, actor=call.caller.actor,
            ),
            call.context,
        )  # fmt: skip
        return pb.ExtendPunchCardResponse(card=card_to_pb(card))

    async def QuotePunchRefund(
        self, request: pb.QuotePunchRefundRequest, call: Call
    ) -> pb.QuotePunchRefundResponse:
        card = await self._card(request.card_id, call)
        quoted = punch_refunds.quote(card, _basis(request.basis), self.clock.now())
        return pb.QuotePunchRefundResponse(
            amount_fen=quoted.amount_fen,
            price_fen=quoted.price_fen,
            used_fen=quoted.used_fen,
            used_at_list_fen=quoted.used_at_list_fen,
            used_visits=quoted.used_visits,
            total_visits=quoted.total_visits,
            days_used=quoted.days_used,
        )

    async def RequestPunchRefund(
        self, request: pb.RequestPunchRefundRequest, call: Call
    ) -> pb.RequestPunchRefundResponse:
        await self._card(request.card_id, call)
        refund = await self.engine.run(
            punch_refunds.RequestPunchRefund(
                **about(request, call, self.clock),
                card_id=request.card_id, basis=_basis(request.basis),
                actor=call.caller.actor, reason=request.reason,
            ),
            call.context,
        )  # fmt: skip
        return pb.RequestPunchRefundResponse(refund=refund_to_pb(refund))

    async def ApprovePunchRefund(
        self, request: pb.ApprovePunchRefundRequest, call: Call
    ) -> pb.ApprovePunchRefundResponse:
        refund = await self.engine.run(
            punch_refunds.ApprovePunchRefund(
                **about(request, call, self.clock), refund_id=request.refund_id,
                actor=call.caller.actor,
            ),
            call.context,
        )  # fmt: skip
        return pb.ApprovePunchRefundResponse(refund=refund_to_pb(refund))

    async def RejectPunchRefund(
        self, request: pb.RejectPunchRefundRequest, call: Call
    ) -> pb.RejectPunchRefundResponse:
        refund = await self.engine.run(
            punch_refunds.RejectPunchRefund(
                **about(request, call, self.clock), refund_id=request.refund_id,
                actor=call.caller.actor, reason=request.reason,
            ),
            call.context,
        )  # fmt: skip
        return pb.RejectPunchRefundResponse(refund=refund_to_pb(refund))

    async def GetPunchRefund(
        self, request: pb.GetPunchRefundRequest, call: Call
    ) -> pb.GetPunchRefundResponse:
        refund = await store.punch_refund(self.pool, call.merchant_id, request.refund_id)
        if refund is None:
            raise PunchRefundNotFound(field="refund_id", refund_id=request.refund_id)
        own(call, refund.owner_id)
        return pb.GetPunchRefundResponse(refund=refund_to_pb(refund))

    async def ListOpenPunchRefunds(
        self, request: pb.ListOpenPunchRefundsRequest, call: Call
    ) -> pb.ListOpenPunchRefundsResponse:
        size = page_size(request.page_size)
        after = page_start(request.page_token, (EARLIEST, ""))
        state = pb.PunchRefund.State.Name(request.state).removeprefix("STATE_")
        found = await store.open_punch_refunds(
            self.pool, call.merchant_id, "" if state == "UNSPECIFIED" else state, after, size
        )
        return pb.ListOpenPunchRefundsResponse(
            refunds=map(refund_to_pb, found),
            next_page_token=next_token(
                found, size, lambda refund: (refund.requested_at, refund.refund_id)
            ),
        )

    async def _card(self, card_id: str, call: Call) -> PunchCard:
        """The card, if the caller may see it. Refuses CARD_NOT_FOUND, ACTOR_NOT_ALLOWED."""
        card = await self._any_card(card_id, call)
        own(call, card.owner_id)
        return card

    async def _is_friend(self, card: PunchCard, call: Call) -> bool:
        """Whether the caller is a member who uses another's card by a share."""
        if call.caller.member_id in (None, card.owner_id):
            return False
        shares = await store.shares_of(self.pool, call.merchant_id, card.card_id)
        return any(
            share.friend_id == call.caller.member_id and share.state != "OFFERED"
            for share in shares
        )

    async def _any_card(self, card_id: str, call: Call) -> PunchCard:
        """The merchant's card, whosever it is. Refuses CARD_NOT_FOUND."""
        card = await store.punch_card(self.pool, call.merchant_id, card_id)
        if card is None:
            raise CardNotFound(field="card_id", card_id=card_id)
        return card


def _basis(basis: pb.PunchRefundBasis) -> Basis:
    name = pb.PunchRefundBasis.Name(basis).removeprefix("PUNCH_REFUND_BASIS_")
    return cast("Basis", name)
