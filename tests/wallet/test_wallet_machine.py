"""Random histories of wallets, three ways: a small model, one command at a time, and in batches.

Every round of commands is run for one merchant command by command and for another in one batch; the
answers must be equal, the model must agree, and in the end so must every row.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from common.errors import Refusal
from services.wallet.adjustments import ApproveAdjustment, RequestAdjustment
from services.wallet.payment_refunds import RefundPayment
from services.wallet.payments import (
    CapturePayment,
    FreezePayment,
    Pay,
    ReleasePayment,
)
from services.wallet.plans import SetPlan
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import (
    ApproveRechargeRefund,
    RequestRechargeRefund,
    SettleRechargeRefund,
)
from services.wallet.recharges import CreateRecharge, CreditRecharge
from tests.conftest import Migrated
from tests.wallet.rounds import AMOUNTS, CAP, MEMBERS, Rounds, refused, run_machine
from tests.wallet.wallet_model import FREE, FROZEN, SPENT, WITHDRAWN, ModelLot
from tests.wallet.wallets import START

PLANS = {"p1": (1_000, 200), "p2": (300, 100), "p3": (7, 3), "p4": (999, 1)}


class WalletMachine(Rounds):
    """Every kind of command on two wallets of a small world."""

    @initialize(order=st.sampled_from(["PROPORTIONAL", "PRINCIPAL_FIRST", "BONUS_FIRST"]))
    def open_shop(self, order: Any) -> None:
        self.open()
        self.adjusting: dict[str, tuple[str, int, int]] = {}
        policy = Policy("", cap_named_fen=CAP, spend_order=order)
        self.add(SetPolicy, lambda _: None, policy=policy, actor="admin")
        for plan_id, (pay, bonus) in PLANS.items():
            offer = {"plan_id": plan_id, "version": 0, "name": "", "actor": "admin"}
            self.add(SetPlan, lambda _: None, pay_fen=pay, bonus_fen=bonus, **offer)
        self.run_round()
        # Everybody starts with money in two lots, or most histories would be of refusals.
        for plan_id in ("p1", "p4"):
            for member in MEMBERS:
                self.recharge(member, plan_id)
        self.run_round()
        for recharge_id in sorted(self.model.unpaid):
            self.pay_in(recharge_id)
        self.run_round()

    # --- recharges --------------------------------------------------------------------------------

    @rule(member=st.sampled_from(MEMBERS), plan_id=st.sampled_from(sorted(PLANS)))
    def create_recharge(self, member: str, plan_id: str) -> None:
        self.recharge(member, plan_id)

    def recharge(self, member: str, plan_id: str) -> None:
        model, (pay, bonus) = self.model, PLANS[plan_id]

        def expect(outcome: Any) -> None:
            unpaid = sum(other[1] for other in model.unpaid.values() if other[0] == member)
            if pay + unpaid > model.room(member):
                return refused(outcome, "CARD_CAP_EXCEEDED")
            model.unpaid[outcome.recharge_id] = (member, pay, bonus)
            return None

        self.add(CreateRecharge, expect, member_id=member, plan_id=plan_id)

    @precondition(lambda self: self.model.unpaid)
    @rule(data=st.data(), times=st.integers(1, 2))
    def credit(self, data: st.DataObject, times: int) -> None:
        recharge_id = data.draw(st.sampled_from(sorted(self.model.unpaid)))
        for _ in range(times):
            self.pay_in(recharge_id)

    def pay_in(self, recharge_id: str) -> None:
        model = self.model

        def expect(outcome: Any) -> None:
            known = model.unpaid.pop(recharge_id, None)
            if known is None:  # the payment came twice
                assert outcome.recharge_id == recharge_id
                return
            member, pay, bonus = known
            if pay > model.room(member):
                assert (outcome.state, outcome.state_reason) == ("REFUNDING", "CARD_CAP_EXCEEDED")
                return
            assert outcome.state == "CREDITED"
            model.credited[recharge_id] = known
            model.lots[recharge_id] = ModelLot(
                member, [pay, 0, 0, 0], [bonus, 0, 0, 0], outcome.credited_at
            )

        self.add(
            CreditRecharge,
            expect,
            recharge_id=recharge_id,
            payment_id=f"pay-{recharge_id}",
            amount_fen=self.model.unpaid[recharge_id][1],
            paid_at=START,
        )

    @precondition(lambda self: self.model.credited)
    @rule(data=st.data())
    def request_refund(self, data: st.DataObject) -> None:
        recharge_id = data.draw(st.sampled_from(sorted(self.model.credited)))
        model = self.model

        def expect(outcome: Any) -> None:
            lot = model.lots[recharge_id]
            if isinstance(outcome, Refusal):
                open_refund = any(
                    refund.recharge_id == recharge_id and refund.state != "REFUNDED"
                    for refund in model.refunds.values()
                )
                holds = lot.principal[FROZEN] + lot.bonus[FROZEN]
                assert open_refund or holds or not lot.free
                return
            worth, used = sum(lot.principal + lot.bonus), lot.principal[SPENT] + lot.bonus[SPENT]
            worth -= lot.principal[WITHDRAWN] + lot.bonus[WITHDRAWN]
            principal = sum(lot.principal) - lot.principal[WITHDRAWN]
            assert outcome.refund.amount_fen == principal - used * principal // worth
            model.refunds[outcome.refund.refund_id] = outcome.refund

        self.add(
            RequestRechargeRefund,
            expect,
            recharge_id=recharge_id,
            basis="NOT_CONSUMER_FAULT",
            actor="ann",
        )

    def refunds_in(self, state: str) -> list[str]:
        return sorted(key for key, one in self.model.refunds.items() if one.state == state)

    @precondition(lambda self: self.refunds_in("REQUESTED"))
    @rule(data=st.data())
    def approve_refund(self, data: st.DataObject) -> None:
        refund_id = data.draw(st.sampled_from(self.refunds_in("REQUESTED")))
        model = self.model

        def expect(outcome: Any) -> None:
            if isinstance(outcome, Refusal):
                assert outcome.reason in ("QUOTE_CHANGED", "HOLDS_PENDING", "NOTHING_TO_REFUND")
                return
            refund, known = outcome.refund, model.refunds[refund_id]
            lot = model.lots[refund.recharge_id]
            if known.state == "REQUESTED":
                assert refund.held_fen == lot.free
                target = FROZEN if refund.state == "REFUNDING" else WITHDRAWN
                lot.move(refund.held_fen, refund.principal_held_fen, FREE, target)
            model.refunds[refund_id] = refund

        self.add(ApproveRechargeRefund, expect, refund_id=refund_id, actor="bob")

    @precondition(lambda self: self.refunds_in("REFUNDING"))
    @rule(data=st.data(), paid_back=st.booleans())
    def settle_refund(self, data: st.DataObject, paid_back: bool) -> None:
        refund_id = data.draw(st.sampled_from(self.refunds_in("REFUNDING")))
        model = self.model

        def expect(outcome: Any) -> None:
            refund, known = outcome.refund, model.refunds[refund_id]
            if known.state == "REFUNDING" and refund.state == "REFUNDED":
                lot = model.lots[refund.recharge_id]
                lot.move(refund.held_fen, refund.principal_held_fen, FROZEN, WITHDRAWN)
            model.refunds[refund_id] = refund

        self.add(SettleRechargeRefund, expect, refund_id=refund_id, paid_back=paid_back)

    # --- payments ---------------------------------------------------------------------------------

    @rule(
        member=st.sampled_from(MEMBERS),
        amount=AMOUNTS,
        hold=st.booleans(),
        refusable=st.booleans(),
    )
    def pay(self, member: str, amount: int, hold: bool, refusable: bool) -> None:
        model = self.model
        if model.free(member) and not refusable:
            amount = 1 + (amount - 1) % model.free(member)

        def expect(outcome: Any) -> None:
            if amount > model.free(member):
                return refused(outcome, "INSUFFICIENT_BALANCE")
            keys = [key for key, _ in model.of(member)]
            return model.taken_in_order(outcome.payment, keys, FROZEN if hold else SPENT)

        fields = {"member_id": member, "amount_fen": amount, "order_id": f"o{next(self.numbers)}"}
        if hold:
            self.add(FreezePayment, expect, ttl=timedelta(days=1), **fields)
        else:
            self.add(Pay, expect, **fields)

    def payments_in(self, *states: str) -> list[str]:
        return sorted(key for key, one in self.model.payments.items() if one.state in states)

    @precondition(lambda self: self.payments_in("FROZEN"))
    @rule(data=st.data(), part=st.one_of(st.just(0), AMOUNTS))
    def capture(self, data: st.DataObject, part: int) -> None:
        payment_id = data.draw(st.sampled_from(self.payments_in("FROZEN")))
        model = self.model
        if part % 3:  # mostly a part of what is held
            part %= model.payments[payment_id].amount_fen

        def expect(outcome: Any) -> None:
            known = model.payments[payment_id]
            if known.state in ("RELEASED", "EXPIRED"):
                return refused(outcome, "INVALID_STATE", "HOLD_EXPIRED")
            if known.state != "FROZEN":
                assert outcome.payment == known
                return None
            if part > known.amount_fen:
                return refused(outcome, "CAPTURE_EXCEEDS_HOLD")
            assert outcome.payment.amount_fen == (part or known.amount_fen)
            for share in known.shares:
                lot = model.lots[share.lot_id]
                lot.move(share.amount_fen, share.principal_fen, FROZEN, FREE)
            if not part or part == known.amount_fen:
                for share in outcome.payment.shares:
                    lot = model.lots[share.lot_id]
                    lot.move(share.amount_fen, share.principal_fen, FREE, SPENT)
                model.payments[payment_id] = outcome.payment
                return None
            keys = [share.lot_id for share in known.shares]
            return model.taken_in_order(outcome.payment, keys, SPENT)

        self.add(CapturePayment, expect, payment_id=payment_id, amount_fen=part)

    @precondition(lambda self: self.payments_in("FROZEN"))
    @rule(data=st.data(), expired=st.booleans())
    def release(self, data: st.DataObject, expired: bool) -> None:
        payment_id = data.draw(st.sampled_from(self.payments_in("FROZEN")))
        model = self.model

        def expect(outcome: Any) -> None:
            known = model.payments[payment_id]
            if known.state == "FROZEN":
                for share in known.shares:
                    lot = model.lots[share.lot_id]
                    lot.move(share.amount_fen, share.principal_fen, FROZEN, FREE)
                assert outcome.payment.state == ("EXPIRED" if expired else "RELEASED")
                model.payments[payment_id] = outcome.payment
            elif known.state in ("RELEASED", "EXPIRED") or expired:
                assert outcome.payment == known
            else:
                refused(outcome, "INVALID_STATE")

        self.add(ReleasePayment, expect, payment_id=payment_id, expired=expired)

    @precondition(lambda self: self.payments_in("CAPTURED", "PARTIALLY_REFUNDED"))
    @rule(data=st.data(), amount=AMOUNTS, full=st.booleans())
    def refund(self, data: st.DataObject, amount: int, full: bool) -> None:
        captured = self.payments_in("CAPTURED", "PARTIALLY_REFUNDED")
        payment_id = data.draw(st.sampled_from(captured))
        model, known = self.model, self.model.payments[payment_id]
        left = known.amount_fen - known.refunded_fen
        amount = left if full else amount if amount % 5 == 0 else 1 + amount % left

        def expect(outcome: Any) -> None:
            now = model.payments[payment_id]
            if amount > now.amount_fen - now.refunded_fen:
                return refused(outcome, "REFUND_EXCEEDS_PAYMENT")
            return model.given_back(outcome.payment, amount)

        refund_id = f"r{next(self.numbers)}"
        fields = {"payment_id": payment_id, "refund_id": refund_id, "amount_fen": amount}
        self.add(RefundPayment, expect, **fields)

    # --- corrections ------------------------------------------------------------------------------

    @rule(
        member=st.sampled_from(MEMBERS),
        principal=st.integers(-600, 600),
        bonus=st.integers(-200, 200),
    )
    def request_adjustment(self, member: str, principal: int, bonus: int) -> None:
        def expect(outcome: Any) -> None:
            if principal == bonus == 0:
                return refused(outcome, "ADJUSTMENT_EMPTY")
            self.adjusting[outcome.adjustment_id] = (member, principal, bonus)
            return None

        fields = {"member_id": member, "reason": "x", "actor": "ann"}
        self.add(RequestAdjustment, expect, principal_fen=principal, bonus_fen=bonus, **fields)

    @precondition(lambda self: self.adjusting)
    @rule(data=st.data())
    def approve_adjustment(self, data: st.DataObject) -> None:
        adjustment_id = data.draw(st.sampled_from(sorted(self.adjusting)))
        member, principal, bonus = self.adjusting.pop(adjustment_id)
        model = self.model

        def expect(outcome: Any) -> None:
            lots = [lot for _, lot in model.of(member)]
            if (principal > 0 or bonus > 0) and principal > model.room(member):
                return refused(outcome, "CARD_CAP_EXCEEDED")
            if -principal > sum(lot.principal[FREE] for lot in lots) or -bonus > sum(
                lot.bonus[FREE] for lot in lots
            ):
                return refused(outcome, "INSUFFICIENT_BALANCE")
            assert outcome.state == "APPLIED"
            take_principal, take_bonus = max(0, -principal), max(0, -bonus)
            for lot in lots:
                part = min(take_principal, lot.principal[FREE])
                rest = min(take_bonus, lot.bonus[FREE])
                lot.move(part + rest, part, FREE, WITHDRAWN)
                take_principal, take_bonus = take_principal - part, take_bonus - rest
            if principal > 0 or bonus > 0:
                model.lots[adjustment_id] = ModelLot(
                    member,
                    [max(0, principal), 0, 0, 0],
                    [max(0, bonus), 0, 0, 0],
                    outcome.decided_at,
                )
            return None

        self.add(ApproveAdjustment, expect, adjustment_id=adjustment_id, actor="bob")


async def test_random_histories_agree_with_the_model_alone_and_in_batches(
    migrated: Migrated,
) -> None:
    await asyncio.to_thread(run_machine, WalletMachine, await migrated("wallet"), 50)
