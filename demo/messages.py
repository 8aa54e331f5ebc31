"""Orders and payments as the public doors want them: protobuf records, made from the data's ids.

Every id comes from the data, so that the same day sent twice is the same day, not two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from danke.trade.v1 import ingress_pb2 as pb
from danke.wallet.v1 import payment_pb2
from demo import rules
from demo.plan import DayPlan, Order, Recharge, Return, Visit

# A call stays far below the doors' 4 MiB and 1000 records.
CHUNK_RECORDS: Final = 500


def timestamp(at: datetime) -> Timestamp:
    """The protobuf moment."""
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment


def spread(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """``amount_fen`` by ``weights``, largest remainder, ties to the lower index; domain.md §2.0."""
    total = sum(weights)
    if total == 0:
        assert amount_fen == 0, "Bug: an amount for lines that cost nothing"
        return [0] * len(weights)
    shares = [amount_fen * weight // total for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda n: (-(amount_fen * weights[n] % total), n)
    )
    for n in by_remainder[: amount_fen - sum(shares)]:
        shares[n] += 1
    return shares


def paid_by_wallet(order: Order, payment: payment_pb2.Payment) -> None:
    """Notes what the wallet paid, and which part of each line that was."""
    order.payment_id = payment.payment_id
    order.principal_fen, order.bonus_fen = payment.principal_fen, payment.bonus_fen
    order.wallet_shares = spread(
        payment.principal_fen + payment.bonus_fen, [line.net_fen for line in order.basket.lines]
    )
    order.bonus_shares = spread(payment.bonus_fen, order.wallet_shares)


def pay_request(order: Order) -> payment_pb2.PayRequest:
    """The payment of a till order."""
    return payment_pb2.PayRequest(
        request_id=f"pay-{order.order_id}",
        member_id=order.household.member_id,
        order_id=order.order_id,
        amount_fen=order.basket.payable_fen,
        store_id=str(order.basket.store_id),
        proof=proof(order),
    )


def freeze_request(order: Order) -> payment_pb2.FreezePaymentRequest:
    """The hold of a mini-program order."""
    return payment_pb2.FreezePaymentRequest(
        request_id=f"freeze-{order.order_id}",
        member_id=order.household.member_id,
        order_id=order.order_id,
        amount_fen=order.basket.payable_fen,
        store_id=str(order.basket.store_id),
        proof=proof(order),
    )


def proof(order: Order) -> payment_pb2.PayProof | None:
    """The password, where it is needed."""
    return payment_pb2.PayProof(password=rules.PASSWORD) if order.needs_password else None


def order_records(plan: DayPlan) -> list[pb.OrderRecord]:
    """All that happens to orders on one day, by time; of one order in the order of its life."""
    timed = [(order.basket.at, 0, _paid(order)) for order in plan.orders]
    timed += [(at, 1, _completed(order, at)) for order, at in plan.completed]
    timed += [(back.at, 2, _refunded(back)) for back in plan.returns]
    timed.sort(key=lambda each: (each[0], each[1], each[2].event_id))
    return [record for _at, _stage, record in timed]


def recharge_paid(recharge: Recharge) -> pb.PaymentRecord:
    """The payment channel's word for a recharge."""
    succeeded = pb.PaymentSucceeded(
        payment_id=f"pay-{recharge.ref}",
        biz_type=pb.BIZ_TYPE_RECHARGE,
        biz_id=recharge.recharge_id,
        amount_fen=recharge.plan.pay_fen,
        paid_at=timestamp(recharge.at),
    )
    return pb.PaymentRecord(event_id=f"{recharge.ref}-paid", succeeded=succeeded)


def recharge_returned(recharge: Recharge) -> pb.PaymentRecord:
    """The payment channel gave a recharge's money back."""
    refunded = pb.PaymentRefunded(
        payment_id=f"pay-{recharge.ref}",
        biz_type=pb.BIZ_TYPE_RECHARGE,
        biz_id=recharge.recharge_id,
        amount_fen=recharge.refund_fen,
        refund_id=recharge.refund_id,
        status=pb.REFUND_STATUS_SUCCEEDED,
        refunded_at=timestamp(recharge.at),
    )
    return pb.PaymentRecord(event_id=f"{recharge.ref}-returned", refunded=refunded)


def card_paid(visit: Visit) -> pb.PaymentRecord:
    """The payment channel's word for a punch card."""
    household = visit.household
    succeeded = pb.PaymentSucceeded(
        payment_id=f"pay-card-{household.household_id}",
        biz_type=pb.BIZ_TYPE_PUNCHCARD,
        biz_id=household.card_id,
        amount_fen=rules.COFFEE.price_fen,
        paid_at=timestamp(visit.basket.at),
    )
    return pb.PaymentRecord(event_id=f"card-{household.household_id}-paid", succeeded=succeeded)


def _paid(order: Order) -> pb.OrderRecord:
    basket = order.basket
    paid = pb.OrderPaid(
        order_id=order.order_id,
        member_id=order.household.member_id,
        channel=pb.CHANNEL_MINI if order.mini else pb.CHANNEL_POS,
        store_id=str(basket.store_id),
        lines=_lines(order),
        payments=_payments(order),
        paid_at=timestamp(basket.at),
        is_first_order=order.first,
    )
    return pb.OrderRecord(event_id=f"{order.order_id}-paid", paid=paid)


def _lines(order: Order) -> Iterator[pb.PaidLine]:
    for n, line in enumerate(order.basket.lines):
        wallet = order.wallet_shares[n] if order.wallet_shares else 0
        bonus = order.bonus_shares[n] if order.bonus_shares else 0
        yield pb.PaidLine(
            line_id=f"l{n}",
            sku_id=f"p{line.product_id}",
            category_id=line.category,
            qty=line.quantity,
            list_price_fen=line.list_fen,
            net_paid_fen=line.net_fen,
            promo_off_fen=line.promo_fen,
            coupon_off_fen=line.coupon_fen,
            wallet_principal_fen=wallet - bonus,
            wallet_bonus_fen=bonus,
            # Vouchers are money to the shop: their issuer pays them.
            cash_fen=line.net_fen - wallet,
        )


def _payments(order: Order) -> Iterator[pb.PaymentPart]:
    basket = order.basket
    wallet = order.principal_fen + order.bonus_fen
    if wallet:
        yield pb.PaymentPart(method="WALLET", amount_fen=wallet, txn=order.payment_id)
    if basket.voucher_fen:
        yield pb.PaymentPart(method="MANUFACTURER_COUPON", amount_fen=basket.voucher_fen)
    rest = basket.net_fen - basket.voucher_fen - wallet
    if rest:
        yield pb.PaymentPart(method="WECHAT" if order.mini else "CASH", amount_fen=rest)


def _completed(order: Order, at: datetime) -> pb.OrderRecord:
    completed = pb.OrderCompleted(
        order_id=order.order_id, member_id=order.household.member_id, completed_at=timestamp(at)
    )
    return pb.OrderRecord(event_id=f"{order.order_id}-completed", completed=completed)


def _refunded(back: Return) -> pb.OrderRecord:
    order = back.order
    lines = []
    for n in back.lines:
        line = order.basket.lines[n]
        wallet = order.wallet_shares[n] if order.wallet_shares else 0
        lines.append(
            pb.RefundedLine(
                line_id=f"l{n}",
                qty=line.quantity,
                cash_fen=line.net_fen - wallet,
                wallet_fen=wallet,
            )
        )
    refunded = pb.OrderRefunded(
        order_id=order.order_id,
        refund_id=back.refund_id,
        member_id=order.household.member_id,
        lines=lines,
        is_full_cumulative=back.everything,
        refunded_at=timestamp(back.at),
    )
    return pb.OrderRecord(event_id=f"{back.refund_id}-refunded", refunded=refunded)
