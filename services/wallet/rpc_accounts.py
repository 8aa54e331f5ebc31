"""Wallets as such over gRPC; ``danke.wallet.v1.AccountService``."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg
from msgspec import to_builtins

from common.clock import Clock
from common.engine import Engine
from common.errors import Invalid
from common.messages import EARLIEST, LATEST, about, moment, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.wallet.v1 import account_pb2 as pb
from services.wallet import accounts, adjustments, cards, policies, store, store_accounts
from services.wallet.errors import AdjustmentNotFound, DatesBackwards
from services.wallet.lots import Lot
from services.wallet.policies import Policy


class DateInvalid(Invalid):
    """This is not a day of the calendar."""


class AccountService:
    """Answers ``danke.wallet.v1.AccountService``; what each RPC refuses is said in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def OpenAccount(
        self, request: pb.OpenAccountRequest, call: Call
    ) -> pb.OpenAccountResponse:
        own(call, request.member_id)
        account = await self.engine.run(
            cards.OpenAccount(
                **about(request, call, self.clock),
                member_id=request.member_id,
                actor=call.caller.actor,
                card_kind=_name(pb.CardKind, request.card_kind, "CARD_KIND_"),
            ),
            call.context,
        )
        return pb.OpenAccountResponse(account=_account(account))

    async def ReactivateCard(
        self, request: pb.ReactivateCardRequest, call: Call
    ) -> pb.ReactivateCardResponse:
        account = await self.engine.run(
            cards.ReactivateCard(
                **about(request, call, self.clock),
                member_id=request.member_id,
                actor=call.caller.actor,
                as_named=request.as_named,
            ),
            call.context,
        )
        return pb.ReactivateCardResponse(account=_account(account))

    async def GetBalance(self, request: pb.GetBalanceRequest, call: Call) -> pb.GetBalanceResponse:
        own(call, request.member_id)
        account = await store_accounts.account(self.pool, call.merchant_id, request.member_id)
        balance = await store_accounts.balance(self.pool, call.merchant_id, request.member_id)
        return pb.GetBalanceResponse(
            account=_account(account) if account else None,
            principal_fen=balance.principal_fen,
            bonus_fen=balance.bonus_fen,
            frozen_fen=balance.frozen_fen,
            available_fen=balance.available_fen,
        )

    async def ListLots(self, request: pb.ListLotsRequest, call: Call) -> pb.ListLotsResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        lots = await store_accounts.lots_of(
            self.pool,
            store.LOTS,
            call.merchant_id,
            request.member_id,
            page_start(request.page_token, (EARLIEST, "")),
            size,
            open_only=request.open_only,
        )
        return pb.ListLotsResponse(
            lots=map(_lot, lots),
            next_page_token=next_token(lots, size, lambda lot: (lot.credited_at, lot.lot_id)),
        )

    async def ListTransactions(
        self, request: pb.ListTransactionsRequest, call: Call
    ) -> pb.ListTransactionsResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        before = page_start(request.page_token, (LATEST, ""))
        lines = await store_accounts.statement(
            self.pool, call.merchant_id, request.member_id, before, size
        )
        return pb.ListTransactionsResponse(
            transactions=[
                pb.Transaction(
                    time=timestamp(line.at),
                    kind=line.kind,
                    ref=line.ref,
                    principal_fen=line.principal_fen,
                    bonus_fen=line.bonus_fen,
                    principal_after_fen=line.principal_after_fen,
                    bonus_after_fen=line.bonus_after_fen,
                )
                for line in lines
            ],
            next_page_token=next_token(lines, size, lambda line: (line.at, line.ref)),
        )

    async def FreezeAccount(
        self, request: pb.FreezeAccountRequest, call: Call
    ) -> pb.FreezeAccountResponse:
        command = accounts.FreezeAccount(
            **about(request, call, self.clock),
            member_id=request.member_id,
            actor=call.caller.actor,
            reason=request.reason,
        )
        account = await self.engine.run(command, call.context)
        return pb.FreezeAccountResponse(account=_account(account))

    async def UnfreezeAccount(
        self, request: pb.UnfreezeAccountRequest, call: Call
    ) -> pb.UnfreezeAccountResponse:
        command = accounts.UnfreezeAccount(
            **about(request, call, self.clock),
            member_id=request.member_id,
            actor=call.caller.actor,
            reason=request.reason,
        )
        account = await self.engine.run(command, call.context)
        return pb.UnfreezeAccountResponse(account=_account(account))

    async def CloseAccount(
        self, request: pb.CloseAccountRequest, call: Call
    ) -> pb.CloseAccountResponse:
        own(call, request.member_id)
        command = accounts.CloseAccount(
            **about(request, call, self.clock),
            member_id=request.member_id,
            actor=call.caller.actor,
            reason=request.reason,
            forfeit_bonus=request.forfeit_bonus,
        )
        account = await self.engine.run(command, call.context)
        return pb.CloseAccountResponse(account=_account(account))

    async def AdjustBalance(
        self, request: pb.AdjustBalanceRequest, call: Call
    ) -> pb.AdjustBalanceResponse:
        command = adjustments.RequestAdjustment(
            **about(request, call, self.clock),
            member_id=request.member_id,
            principal_fen=request.principal_fen,
            bonus_fen=request.bonus_fen,
            reason=request.reason,
            actor=call.caller.actor,
        )
        adjustment = await self.engine.run(command, call.context)
        return pb.AdjustBalanceResponse(adjustment=_adjustment(adjustment))

    async def ApproveAdjustment(
        self, request: pb.ApproveAdjustmentRequest, call: Call
    ) -> pb.ApproveAdjustmentResponse:
        command = adjustments.ApproveAdjustment(
            **about(request, call, self.clock),
            adjustment_id=request.adjustment_id,
            actor=call.caller.actor,
        )
        adjustment = await self.engine.run(command, call.context)
        return pb.ApproveAdjustmentResponse(adjustment=_adjustment(adjustment))

    async def RejectAdjustment(
        self, request: pb.RejectAdjustmentRequest, call: Call
    ) -> pb.RejectAdjustmentResponse:
        command = adjustments.RejectAdjustment(
            **about(request, call, self.clock),
            adjustment_id=request.adjustment_id,
            actor=call.caller.actor,
            note=request.note,
        )
        adjustment = await self.engine.run(command, call.context)
        return pb.RejectAdjustmentResponse(adjustment=_adjustment(adjustment))

    async def GetAdjustment(
        self, request: pb.GetAdjustmentRequest, call: Call
    ) -> pb.GetAdjustmentResponse:
        found = await store_accounts.adjustment(self.pool, call.merchant_id, request.adjustment_id)
        if found is None:
            raise AdjustmentNotFound(field="adjustment_id", adjustment_id=request.adjustment_id)
        return pb.GetAdjustmentResponse(adjustment=_adjustment(found))

    async def ListAdjustments(
        self, request: pb.ListAdjustmentsRequest, call: Call
    ) -> pb.ListAdjustmentsResponse:
        size = page_size(request.page_size)
        after = page_start(request.page_token, (EARLIEST, ""))
        found = await store_accounts.waiting_adjustments(self.pool, call.merchant_id, after, size)
        return pb.ListAdjustmentsResponse(
            adjustments=map(_adjustment, found),
            next_page_token=next_token(
                found, size, lambda one: (one.requested_at, one.adjustment_id)
            ),
        )

    async def GetPolicy(self, request: pb.GetPolicyRequest, call: Call) -> pb.GetPolicyResponse:
        found = await store_accounts.policy(self.pool, call.merchant_id)
        return pb.GetPolicyResponse(policy=_policy(found))

    async def SetPolicy(self, request: pb.SetPolicyRequest, call: Call) -> pb.SetPolicyResponse:
        asked = request.policy
        policy = Policy(
            merchant_id=call.merchant_id,
            version=asked.version,
            cap_named_fen=asked.cap_named_fen,
            cap_bearer_fen=asked.cap_bearer_fen,
            cap_basis=_name(pb.Policy.CapBasis, asked.cap_basis, "CAP_BASIS_"),
            card_kind=_name(pb.CardKind, asked.card_kind, "CARD_KIND_"),
            spend_order=_name(pb.Policy.SpendOrder, asked.spend_order, "SPEND_ORDER_"),
            hold_ttl_seconds=asked.hold_ttl_seconds,
            recharge_ttl_seconds=asked.recharge_ttl_seconds,
            cooling_off_days=asked.cooling_off_days,
            holidays=_days(asked.holidays, "policy.holidays"),
            working_days=_days(asked.working_days, "policy.working_days"),
            weekends_rest=asked.weekends_rest,
            refund_fee_bp=asked.refund_fee_bp,
            refund_fee_fixed_fen=asked.refund_fee_fixed_fen,
            free_recharge_max_fen=asked.free_recharge_max_fen,
            bearer_validity_days=asked.bearer_validity_days or accounts.BEARER_VALIDITY_DAYS,
            interest_merchant_bp=asked.interest_merchant_bp,
            interest_consumer_bp=asked.interest_consumer_bp,
        )
        command = policies.SetPolicy(
            **about(request, call, self.clock), policy=policy, actor=call.caller.actor
        )
        return pb.SetPolicyResponse(policy=_policy(await self.engine.run(command, call.context)))

    async def GetLiability(
        self, request: pb.GetLiabilityRequest, call: Call
    ) -> pb.GetLiabilityResponse:
        start = moment(request, "start_time")
        assert start is not None, "Bug: the proto requires start_time"
        end = moment(request, "end_time")
        if end is not None and end < start:
            raise DatesBackwards(field="end_time")
        found = await store_accounts.liability(self.pool, call.merchant_id, start, end)
        return pb.GetLiabilityResponse(
            opening_principal_fen=found.opening_principal_fen,
            opening_bonus_fen=found.opening_bonus_fen,
            closing_principal_fen=found.closing_principal_fen,
            closing_bonus_fen=found.closing_bonus_fen,
            movements=[pb.LiabilityMovement(**to_builtins(move)) for move in found.movements],
            ages=[pb.LiabilityAge(**to_builtins(age)) for age in found.ages],
        )


def _name(enum: Any, value: int, prefix: str) -> Any:
    return enum.Name(value).removeprefix(prefix)


def _days(texts: Any, field: str) -> list[date]:
    try:
        return sorted({date.fromisoformat(text) for text in texts})
    except ValueError as error:
        raise DateInvalid(field=field) from error


def _account(account: accounts.Account) -> pb.Account:
    return pb.Account(
        member_id=account.member_id,
        status=f"STATUS_{account.status}",
        status_reason=account.status_reason,
        card_kind=f"CARD_KIND_{account.card_kind}",
        merged_into=account.merged_into,
        open_time=timestamp(account.opened_at),
        expire_time=timestamp(account.expires_at),
    )


def _lot(lot: Lot) -> pb.Lot:
    return pb.Lot(
        lot_id=lot.lot_id,
        recharge_id=lot.recharge_id,
        adjustment_id=lot.adjustment_id,
        state=f"STATE_{lot.state}",
        paid_fen=lot.paid_fen,
        bonus_fen=lot.bonus_fen,
        used_fen=lot.used_fen,
        frozen_fen=lot.frozen_fen,
        withdrawn_fen=lot.withdrawn_fen,
        principal_left_fen=lot.principal_left_fen,
        bonus_left_fen=lot.bonus_left_fen,
        available_fen=lot.available_fen,
        credit_time=timestamp(lot.credited_at),
    )


def _adjustment(adjustment: adjustments.Adjustment) -> pb.Adjustment:
    return pb.Adjustment(
        adjustment_id=adjustment.adjustment_id,
        member_id=adjustment.member_id,
        state=f"STATE_{adjustment.state}",
        principal_fen=adjustment.principal_fen,
        bonus_fen=adjustment.bonus_fen,
        reason=adjustment.reason,
        requested_by=adjustment.requested_by,
        request_time=timestamp(adjustment.requested_at),
        decided_by=adjustment.decided_by,
        decide_time=timestamp(adjustment.decided_at),
        note=adjustment.note,
    )


def _policy(policy: Policy) -> pb.Policy:
    return pb.Policy(
        version=policy.version,
        cap_named_fen=policy.cap_named_fen,
        cap_bearer_fen=policy.cap_bearer_fen,
        cap_basis=f"CAP_BASIS_{policy.cap_basis}",
        card_kind=f"CARD_KIND_{policy.card_kind}",
        spend_order=f"SPEND_ORDER_{policy.spend_order}",
        hold_ttl_seconds=policy.hold_ttl_seconds,
        recharge_ttl_seconds=policy.recharge_ttl_seconds,
        cooling_off_days=policy.cooling_off_days,
        holidays=[day.isoformat() for day in policy.holidays],
        working_days=[day.isoformat() for day in policy.working_days],
        weekends_rest=policy.weekends_rest,
        refund_fee_bp=policy.refund_fee_bp,
        refund_fee_fixed_fen=policy.refund_fee_fixed_fen,
        free_recharge_max_fen=policy.free_recharge_max_fen,
        bearer_validity_days=policy.bearer_validity_days,
        interest_merchant_bp=policy.interest_merchant_bp,
        interest_consumer_bp=policy.interest_consumer_bp,
    )
