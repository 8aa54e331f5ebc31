"""A member's coupons over gRPC; ``danke.coupon.v1.CouponService``."""

from __future__ import annotations

from common.messages import about, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import coupon_pb2 as pb
from services.coupon import claims, codes, store, transfers
from services.coupon.errors import CouponNotFound, NotEligible, TransferNotFound
from services.coupon.rpc_messages import coupon_to_pb, states_from, terms_to_pb
from services.coupon.rpc_uses import Uses


class CouponService(Uses):
    """Answers ``danke.coupon.v1.CouponService``; what each RPC refuses is said in its proto."""

    async def Claim(self, request: pb.ClaimRequest, call: Call) -> pb.ClaimResponse:
        own(call, request.member_id)
        command = claims.Claim(
            **about(request, call, self.clock), template_id=request.template_id,
            member_id=request.member_id, channel_code=request.channel_code,
            segment_ids=_segments(request, call),
        )  # fmt: skip
        coupon = await self.engine.run(command, call.context)
        return pb.ClaimResponse(coupon=coupon_to_pb(coupon))

    async def RedeemCode(self, request: pb.RedeemCodeRequest, call: Call) -> pb.RedeemCodeResponse:
        own(call, request.member_id)
        command = codes.RedeemCode(
            **about(request, call, self.clock), member_id=request.member_id,
            code_hash=self.secrets.digest("redemption", call.merchant_id, request.code),
            segment_ids=_segments(request, call),
        )  # fmt: skip
        coupon = await self.engine.run(command, call.context)
        return pb.RedeemCodeResponse(coupon=coupon_to_pb(coupon))

    async def GetCoupon(self, request: pb.GetCouponRequest, call: Call) -> pb.GetCouponResponse:
        coupon = await store.coupon(self.pool, call.merchant_id, request.coupon_id)
        if coupon is None:
            raise CouponNotFound(field="coupon_id", coupon_id=request.coupon_id)
        own(call, coupon.member_id)
        terms = await store.terms_of(
            self.pool, call.merchant_id, coupon.template_id, coupon.terms_version
        )
        assert terms is not None, "Bug: a coupon without its terms"
        return pb.GetCouponResponse(
            coupon=coupon_to_pb(coupon, self.clock.now()), terms=terms_to_pb(terms)
        )

    async def ListMine(self, request: pb.ListMineRequest, call: Call) -> pb.ListMineResponse:
        own(call, request.member_id)
        now = self.clock.now()
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store.coupons_of(
            self.pool, call.merchant_id, request.member_id, states_from(request.states), now,
            after, size,
        )  # fmt: skip
        versions = {(row.template_id, row.terms_version) for row in rows}
        terms = await store.terms_of_all(self.pool, call.merchant_id, versions)
        return pb.ListMineResponse(
            coupons=[coupon_to_pb(row, now) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.coupon_id,)),
            terms=[
                pb.VersionedTerms(
                    template_id=one.template_id, terms_version=one.terms_version,
                    terms=terms_to_pb(one.terms),
                )
                for one in terms
            ],
        )  # fmt: skip

    async def Transfer(self, request: pb.TransferRequest, call: Call) -> pb.TransferResponse:
        own(call, request.member_id)
        command = transfers.OfferCoupon(
            **about(request, call, self.clock), coupon_id=request.coupon_id,
            member_id=request.member_id,
        )  # fmt: skip
        offer = (await self.engine.run(command, call.context)).transfer
        return pb.TransferResponse(
            transfer_id=offer.transfer_id,
            token=self.secrets.link_token(call.merchant_id, offer.transfer_id),
            expire_time=timestamp(offer.expires_at),
        )

    async def AcceptTransfer(
        self, request: pb.AcceptTransferRequest, call: Call
    ) -> pb.AcceptTransferResponse:
        own(call, request.member_id)
        if not self.secrets.is_link_token(call.merchant_id, request.transfer_id, request.token):
            raise TransferNotFound(field="token", transfer_id=request.transfer_id)
        command = transfers.AcceptTransfer(
            **about(request, call, self.clock), transfer_id=request.transfer_id,
            friend_id=request.member_id,
        )  # fmt: skip
        handed = await self.engine.run(command, call.context)
        return pb.AcceptTransferResponse(coupon=coupon_to_pb(handed.coupon))

    async def RevokeTransfer(
        self, request: pb.RevokeTransferRequest, call: Call
    ) -> pb.RevokeTransferResponse:
        own(call, request.member_id)
        command = transfers.EndTransfer(
            **about(request, call, self.clock), transfer_id=request.transfer_id,
            member_id=request.member_id,
        )  # fmt: skip
        handed = await self.engine.run(command, call.context)
        return pb.RevokeTransferResponse(coupon=coupon_to_pb(handed.coupon))


def _segments(request: pb.ClaimRequest | pb.RedeemCodeRequest, call: Call) -> list[str]:
    """The caller's word for the member's segments; of himself a member cannot say it."""
    if request.segment_ids and call.caller.member_id is not None:
        raise NotEligible(field="segment_ids", why="SEGMENT")
    return list(request.segment_ids)
