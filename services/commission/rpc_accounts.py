"""Accounts and withdrawals over gRPC; ``AccountService`` and ``WithdrawalService``."""

from __future__ import annotations

from functools import partial
from typing import Any

from common.messages import LATEST
from common.pages import paged
from common.server import Call
from danke.commission.v1 import account_pb2, withdrawal_pb2
from services.commission import store_money
from services.commission.accounts import payee_of
from services.commission.accruals import source_of
from services.commission.errors import OrderNotFound, PayeeNotYours, WithdrawalNotFound
from services.commission.rpc_messages import account, fields, payee, to_pb, word
from services.commission.rpc_programmes import Door
from services.commission.settlements import SetAfterSale
from services.commission.withdrawals import (
    ApplyWithdrawal,
    DecideWithdrawal,
    MarkPayoutResult,
    SetWithdrawalPolicy,
    Withdrawal,
    WithdrawalPolicy,
)

pb = account_pb2
wb = withdrawal_pb2
_POLICY = dict.fromkeys(
    ("version", "min_fen", "max_fen", "day_fen", "fee_bp", "auto_approve_fen", "tax_policy")
)


class AccountService(Door):
    """Answers ``danke.commission.v1.AccountService``; its proto says what each RPC refuses."""

    async def GetAccount(self, request: pb.GetAccountRequest, call: Call) -> pb.GetAccountResponse:
        found = await store_money.balance(self.pool, call.merchant_id, account(request.payee, call))
        return pb.GetAccountResponse(account=to_pb(pb.Account, found))

    async def ListEntries(
        self, request: pb.ListEntriesRequest, call: Call
    ) -> pb.ListEntriesResponse:
        payee = account(request.payee, call)
        rows, token = await paged(
            request,
            (LATEST, ""),
            partial(
                store_money.entries, self.pool, call.merchant_id, payee, word(request, "state")
            ),
            lambda row: (row.at, row.entry_id),
        )
        return pb.ListEntriesResponse(
            entries=[to_pb(pb.Entry, row) for row in rows], next_page_token=token
        )

    async def GetOrderCommission(
        self, request: pb.GetOrderCommissionRequest, call: Call
    ) -> pb.GetOrderCommissionResponse:
        merchant = call.merchant_id
        found = await store_money.attribution(self.pool, merchant, request.order_id)
        if found is None:
            raise OrderNotFound(field="order_id")
        accrual, entries, reversals = await store_money.of_source(
            self.pool, merchant, source_of("ORDER", request.order_id)
        )
        return to_pb(
            pb.GetOrderCommissionResponse,
            found,
            rule_version=found.terms.version,
            state=accrual.state if accrual else "",
            route=accrual.route if accrual else "",
            unfreeze_at=accrual.unfreeze_at if accrual else None,
            entries=entries,
            reversals=reversals,
        )

    async def ListStatement(
        self, request: pb.ListStatementRequest, call: Call
    ) -> pb.ListStatementResponse:
        rows, token = await paged(
            request,
            (LATEST, ""),
            partial(
                store_money.statement, self.pool, call.merchant_id, account(request.payee, call)
            ),
            lambda row: (row.at, row.movement_id),
        )
        return pb.ListStatementResponse(
            lines=[to_pb(pb.StatementLine, row) for row in rows],
            next_page_token=token,
        )

    async def GetLiability(
        self, request: pb.GetLiabilityRequest, call: Call
    ) -> pb.GetLiabilityResponse:
        owed, ages = await store_money.liability(self.pool, call.merchant_id)
        return pb.GetLiabilityResponse(
            owed=[to_pb(pb.Owed, row) for row in owed], ages=[to_pb(pb.Age, row) for row in ages]
        )

    async def SetAfterSale(
        self, request: pb.SetAfterSaleRequest, call: Call
    ) -> pb.SetAfterSaleResponse:
        row = await self.run(
            SetAfterSale,
            request,
            call,
            source_id=source_of("ORDER", request.order_id),
            after_sale_id=request.after_sale_id,
            is_open=request.open,
        )
        return pb.SetAfterSaleResponse(state=row.state, open_after_sales=row.after_sales)


def _withdrawal(row: Withdrawal) -> wb.Withdrawal:
    return to_pb(wb.Withdrawal, row)


class WithdrawalService(Door):
    """Answers ``danke.commission.v1.WithdrawalService``; its proto says what each RPC refuses."""

    async def ApplyWithdrawal(
        self, request: wb.ApplyWithdrawalRequest, call: Call
    ) -> wb.ApplyWithdrawalResponse:
        kind, payee_id = payee(request.payee, call)
        row = await self.run(
            ApplyWithdrawal,
            request,
            call,
            kind=kind,
            payee_id=payee_id,
            amount_fen=request.amount_fen,
            channel=word(request, "channel"),
            actor=call.caller.actor,
        )
        return wb.ApplyWithdrawalResponse(withdrawal=_withdrawal(row))

    async def ApproveWithdrawal(
        self, request: wb.ApproveWithdrawalRequest, call: Call
    ) -> wb.ApproveWithdrawalResponse:
        row = await self.run(
            DecideWithdrawal,
            request,
            call,
            withdrawal_id=request.withdrawal_id,
            approve=request.approve,
            reason=request.reason,
            actor=call.caller.actor,
        )
        return wb.ApproveWithdrawalResponse(withdrawal=_withdrawal(row))

    async def MarkPayoutResult(
        self, request: wb.MarkPayoutResultRequest, call: Call
    ) -> wb.MarkPayoutResultResponse:
        row = await self.run(
            MarkPayoutResult,
            request,
            call,
            withdrawal_id=request.withdrawal_id,
            status=word(request, "status"),
            channel_ref=request.channel_ref,
            reason=request.reason,
        )
        return wb.MarkPayoutResultResponse(withdrawal=_withdrawal(row))

    async def GetWithdrawal(
        self, request: wb.GetWithdrawalRequest, call: Call
    ) -> wb.GetWithdrawalResponse:
        row = await store_money.withdrawal(self.pool, call.merchant_id, request.withdrawal_id)
        if row is None:
            raise WithdrawalNotFound(field="withdrawal_id")
        member = call.caller.member_id
        if member is not None and payee_of(row.account_id) != ("PROMOTER", member):
            raise PayeeNotYours(field="withdrawal_id")
        return wb.GetWithdrawalResponse(withdrawal=_withdrawal(row))

    async def ListWithdrawals(
        self, request: wb.ListWithdrawalsRequest, call: Call
    ) -> wb.ListWithdrawalsResponse:
        account_id = ""
        if request.HasField("payee"):
            account_id = account(request.payee, call)
        elif call.caller.member_id is not None:
            raise PayeeNotYours(field="payee")
        rows, token = await paged(
            request,
            (LATEST, ""),
            partial(
                store_money.withdrawals,
                self.pool,
                call.merchant_id,
                account_id,
                word(request, "state"),
            ),
            lambda row: (row.applied_at, row.withdrawal_id),
        )
        return wb.ListWithdrawalsResponse(
            withdrawals=map(_withdrawal, rows),
            next_page_token=token,
        )

    async def SetWithdrawalPolicy(
        self, request: wb.SetWithdrawalPolicyRequest, call: Call
    ) -> wb.SetWithdrawalPolicyResponse:
        given: dict[str, Any] = fields(request.policy, _POLICY)
        given["tax_policy"] = given["tax_policy"] or "NONE"
        row = await self.run(
            SetWithdrawalPolicy,
            request,
            call,
            policy=WithdrawalPolicy(call.merchant_id, **given),
            actor=call.caller.actor,
        )
        return wb.SetWithdrawalPolicyResponse(policy=to_pb(wb.WithdrawalPolicy, row))

    async def GetWithdrawalPolicy(
        self, request: wb.GetWithdrawalPolicyRequest, call: Call
    ) -> wb.GetWithdrawalPolicyResponse:
        row = await store_money.policy(self.pool, call.merchant_id)
        return wb.GetWithdrawalPolicyResponse(policy=to_pb(wb.WithdrawalPolicy, row))
