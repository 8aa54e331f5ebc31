"""The generated stubs the replay calls, one name each."""

from __future__ import annotations

from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke.wallet.v1.recharge_pb2_grpc import RechargeServiceStub
from demo.doors import Doors


class Stubs:
    """One stub per proto service."""

    def __init__(self, doors: Doors) -> None:
        self.accounts = doors.stub("wallet", AccountServiceStub)
        self.payments = doors.stub("wallet", PaymentServiceStub)
        self.recharges = doors.stub("wallet", RechargeServiceStub)
        self.wallet_clock = doors.stub("wallet", ClockServiceStub)
        self.trade = doors.stub("trade", TradeIngressServiceStub)
