"""Using and sharing punch cards over gRPC; ``PunchRedemptionService`` and ``PunchShareService``."""

from __future__ import annotations

from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.from_door import FromDoor
from common.messages import about, moment, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.wallet.v1 import punch_card_pb2 as pb
from services.wallet import punch_redemptions, punch_reversals, punch_shares
from services.wallet import store_punch_cards as store
from services.wallet.errors import CardNotFound, CardNotHeld
from services.wallet.pay_secrets import PaySecrets
from services.wallet.rpc_punch_messages import card_to_pb, redemption_to_pb, share_to_pb


class PunchRedemptionService:
    """Answers ``danke.wallet.v1.PunchRedemptionService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, clock: Clock, secrets: PaySecrets) -> None:
        self.engine = engine
        self.clock = clock
        self.secrets = secrets

    async def IssueRedeemCode(
        self, request: pb.IssueRedeemCodeRequest, call: Call
    ) -> pb.IssueRedeemCodeResponse:
        """Made from a fresh id and the secret: a repeat shows the same code, no row holds it."""
        own(call, request.holder_id)
        about_it = about(request, call, self.clock)
        code = self.secrets.redeem_code(call.merchant_id, about_it["new_id"])
        issued = await self.engine.run(
            punch_redemptions.IssueRedeemCode(
                **about_it, card_id=request.card_id,
                holder_id=request.holder_id, item_id=request.item_id, times=request.times,
                code_hash=FromDoor[str].of(self._hash(code, call)),
            ),
            call.context,
        )  # fmt: skip
        return pb.IssueRedeemCodeResponse(
            code=self.secrets.redeem_code(call.merchant_id, issued.code_id),
            expire_time=timestamp(issued.expires_at),
        )

    async def Redeem(self, request: pb.RedeemRequest, call: Call) -> pb.RedeemResponse:
        redeemed = await self.engine.run(
            punch_redemptions.Redeem(
                **about(request, call, self.clock),
                code_hash=self._hash(request.code, call), store_id=request.store_id,
                staff_id=request.staff_id, booking_id=request.booking_id,
            ),
            call.context,
        )  # fmt: skip
        return pb.RedeemResponse(
            redemption=redemption_to_pb(redeemed.redemption), card=card_to_pb(redeemed.card)
        )

    async def RedeemByStaff(
        self, request: pb.RedeemByStaffRequest, call: Call
    ) -> pb.RedeemByStaffResponse:
        redeemed = await self.engine.run(
            punch_redemptions.RedeemByStaff(
                **about(request, call, self.clock),
                card_id=request.card_id, item_id=request.item_id, times=request.times,
                redeemer_id=request.redeemer_id, store_id=request.store_id,
                staff_id=request.staff_id, booking_id=request.booking_id,
                used_at=moment(request, "use_time"),
            ),
            call.context,
        )  # fmt: skip
        return pb.RedeemByStaffResponse(
            redemption=redemption_to_pb(redeemed.redemption), card=card_to_pb(redeemed.card)
        )

    async def ReverseRedemption(
        self, request: pb.ReverseRedemptionRequest, call: Call
    ) -> pb.ReverseRedemptionResponse:
        undone = await self.engine.run(
            punch_reversals.ReverseRedemption(
                **about(request, call, self.clock),
                redemption_id=request.redemption_id, actor=call.caller.actor,
                reason=request.reason,
            ),
            call.context,
        )  # fmt: skip
        return pb.ReverseRedemptionResponse(
            redemption=redemption_to_pb(undone.redemption), card=card_to_pb(undone.card)
        )

    async def ReturnBooking(
        self, request: pb.ReturnBookingRequest, call: Call
    ) -> pb.ReturnBookingResponse:
        returned = await self.engine.run(
            punch_reversals.ReturnBooking(
                **about(request, call, self.clock),
                booking_id=request.booking_id, actor=call.caller.actor,
            ),
            call.context,
        )  # fmt: skip
        return pb.ReturnBookingResponse(
            redemptions=[redemption_to_pb(one.redemption) for one in returned]
        )

    def _hash(self, code: str, call: Call) -> str:
        return self.secrets.digest("redeem code", call.merchant_id, code).hex()


class PunchShareService:
    """Answers ``danke.wallet.v1.PunchShareService``; refusals are listed in its proto."""

    def __init__(
        self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock, secrets: PaySecrets
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.secrets = secrets

    async def SharePunchCard(
        self, request: pb.SharePunchCardRequest, call: Call
    ) -> pb.SharePunchCardResponse:
        own(call, request.owner_id)
        about_it = about(request, call, self.clock)
        share = await self.engine.run(
            punch_shares.SharePunchCard(
                **about_it, card_id=request.card_id,
                owner_id=request.owner_id, friend_id=request.friend_id, quota=request.quota,
                link_hash=self._link_hash(about_it["new_id"], call),
            ),
            call.context,
        )  # fmt: skip
        return pb.SharePunchCardResponse(
            share=share_to_pb(share),
            link_token=self.secrets.link_token(call.merchant_id, share.share_id),
        )

    async def TransferPunchCard(
        self, request: pb.TransferPunchCardRequest, call: Call
    ) -> pb.TransferPunchCardResponse:
        own(call, request.owner_id)
        about_it = about(request, call, self.clock)
        share = await self.engine.run(
            punch_shares.TransferPunchCard(
                **about_it, card_id=request.card_id,
                owner_id=request.owner_id, friend_id=request.friend_id,
                link_hash=self._link_hash(about_it["new_id"], call),
            ),
            call.context,
        )  # fmt: skip
        return pb.TransferPunchCardResponse(
            share=share_to_pb(share),
            link_token=self.secrets.link_token(call.merchant_id, share.share_id),
        )

    async def AcceptShare(
        self, request: pb.AcceptShareRequest, call: Call
    ) -> pb.AcceptShareResponse:
        own(call, request.friend_id)
        accepted = await self.engine.run(
            punch_shares.AcceptShare(
                **about(request, call, self.clock), share_id=request.share_id,
                friend_id=request.friend_id,
                link_hash=self._digest(request.link_token, call),
            ),
            call.context,
        )  # fmt: skip
        return pb.AcceptShareResponse(
            share=share_to_pb(accepted.share), card=card_to_pb(accepted.card)
        )

    async def RevokeShare(
        self, request: pb.RevokeShareRequest, call: Call
    ) -> pb.RevokeShareResponse:
        own(call, request.owner_id)
        share = await self.engine.run(
            punch_shares.RevokeShare(
                **about(request, call, self.clock), share_id=request.share_id,
                owner_id=request.owner_id,
            ),
            call.context,
        )  # fmt: skip
        return pb.RevokeShareResponse(share=share_to_pb(share))

    async def ListShares(self, request: pb.ListSharesRequest, call: Call) -> pb.ListSharesResponse:
        own(call, request.owner_id)
        card = await store.punch_card(self.pool, call.merchant_id, request.card_id)
        if card is None:
            raise CardNotFound(field="card_id", card_id=request.card_id)
        if card.owner_id != request.owner_id:
            raise CardNotHeld(card_id=card.card_id, member_id=request.owner_id)
        found = await store.shares_of(self.pool, call.merchant_id, request.card_id)
        return pb.ListSharesResponse(shares=map(share_to_pb, found))

    async def ListSharedWithMe(
        self, request: pb.ListSharedWithMeRequest, call: Call
    ) -> pb.ListSharedWithMeResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.shared_with(self.pool, call.merchant_id, request.member_id, after, size)
        return pb.ListSharedWithMeResponse(
            shares=map(share_to_pb, found),
            next_page_token=next_token(found, size, lambda share: (share.share_id,)),
        )

    def _link_hash(self, share_id: str, call: Call) -> FromDoor[bytes]:
        token = self.secrets.link_token(call.merchant_id, share_id)
        return FromDoor[bytes].of(self._digest(token, call))

    def _digest(self, token: str, call: Call) -> bytes:
        return self.secrets.digest("share link", call.merchant_id, token)
