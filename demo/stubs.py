"""The generated stubs the replay calls, one name each."""

from __future__ import annotations

from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.loyalty.v1.checkin_pb2_grpc import CheckInServiceStub
from danke.loyalty.v1.exchange_pb2_grpc import ExchangeServiceStub
from danke.loyalty.v1.member_pb2_grpc import MemberServiceStub
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from danke.loyalty.v1.points_rule_pb2_grpc import PointsRuleServiceStub
from danke.loyalty.v1.tier_pb2_grpc import TierServiceStub
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.pay_password_pb2_grpc import PayPasswordServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke.wallet.v1.punch_card_pb2_grpc import (
    PunchCardServiceStub,
    PunchRedemptionServiceStub,
    PunchTemplateServiceStub,
)
from danke.wallet.v1.recharge_pb2_grpc import RechargeServiceStub
from demo.doors import Doors


class Stubs:
    """One stub per proto service."""

    def __init__(self, doors: Doors) -> None:
        self.accounts = doors.stub("wallet", AccountServiceStub)
        self.payments = doors.stub("wallet", PaymentServiceStub)
        self.passwords = doors.stub("wallet", PayPasswordServiceStub)
        self.templates = doors.stub("wallet", PunchTemplateServiceStub)
        self.cards = doors.stub("wallet", PunchCardServiceStub)
        self.redemptions = doors.stub("wallet", PunchRedemptionServiceStub)
        self.recharges = doors.stub("wallet", RechargeServiceStub)
        self.wallet_clock = doors.stub("wallet", ClockServiceStub)
        self.members = doors.stub("loyalty", MemberServiceStub)
        self.tiers = doors.stub("loyalty", TierServiceStub)
        self.points = doors.stub("loyalty", PointsServiceStub)
        self.points_rules = doors.stub("loyalty", PointsRuleServiceStub)
        self.check_ins = doors.stub("loyalty", CheckInServiceStub)
        self.exchanges = doors.stub("loyalty", ExchangeServiceStub)
        self.trade = doors.stub("trade", TradeIngressServiceStub)
