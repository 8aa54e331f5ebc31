import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefundBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_BASIS_UNSPECIFIED: _ClassVar[RefundBasis]
    REFUND_BASIS_COOLING_OFF: _ClassVar[RefundBasis]
    REFUND_BASIS_NOT_CONSUMER_FAULT: _ClassVar[RefundBasis]
    REFUND_BASIS_CONSUMER_REASON_ORIGINAL_PRICE: _ClassVar[RefundBasis]
    REFUND_BASIS_NOT_CREDITED: _ClassVar[RefundBasis]
REFUND_BASIS_UNSPECIFIED: RefundBasis
REFUND_BASIS_COOLING_OFF: RefundBasis
REFUND_BASIS_NOT_CONSUMER_FAULT: RefundBasis
REFUND_BASIS_CONSUMER_REASON_ORIGINAL_PRICE: RefundBasis
REFUND_BASIS_NOT_CREDITED: RefundBasis

class GiftCoupon(_message.Message):
    __slots__ = ("template_id", "count")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    count: int
    def __init__(self, template_id: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class RechargeTerms(_message.Message):
    __slots__ = ("bonus_fen", "gift_points", "gift_coupons", "tier_grant", "growth")
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    GIFT_POINTS_FIELD_NUMBER: _ClassVar[int]
    GIFT_COUPONS_FIELD_NUMBER: _ClassVar[int]
    TIER_GRANT_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    bonus_fen: int
    gift_points: int
    gift_coupons: _containers.RepeatedCompositeFieldContainer[GiftCoupon]
    tier_grant: str
    growth: int
    def __init__(self, bonus_fen: _Optional[int] = ..., gift_points: _Optional[int] = ..., gift_coupons: _Optional[_Iterable[_Union[GiftCoupon, _Mapping]]] = ..., tier_grant: _Optional[str] = ..., growth: _Optional[int] = ...) -> None: ...

class RechargePlan(_message.Message):
    __slots__ = ("plan_id", "version", "name", "state", "pay_fen", "terms", "store_ids", "sale_start_time", "sale_end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[RechargePlan.State]
        STATE_ON_SALE: _ClassVar[RechargePlan.State]
        STATE_OFF_SALE: _ClassVar[RechargePlan.State]
    STATE_UNSPECIFIED: RechargePlan.State
    STATE_ON_SALE: RechargePlan.State
    STATE_OFF_SALE: RechargePlan.State
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAY_FEN_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    SALE_START_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    plan_id: str
    version: int
    name: str
    state: RechargePlan.State
    pay_fen: int
    terms: RechargeTerms
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    sale_start_time: _timestamp_pb2.Timestamp
    sale_end_time: _timestamp_pb2.Timestamp
    def __init__(self, plan_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., state: _Optional[_Union[RechargePlan.State, str]] = ..., pay_fen: _Optional[int] = ..., terms: _Optional[_Union[RechargeTerms, _Mapping]] = ..., store_ids: _Optional[_Iterable[str]] = ..., sale_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Recharge(_message.Message):
    __slots__ = ("recharge_id", "member_id", "store_id", "staff_id", "state", "state_reason", "pay_fen", "terms", "plan_id", "payment_id", "refund_id", "create_time", "expire_time", "pay_time", "credit_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Recharge.State]
        STATE_CREATED: _ClassVar[Recharge.State]
        STATE_CLOSED: _ClassVar[Recharge.State]
        STATE_CREDITED: _ClassVar[Recharge.State]
        STATE_REFUND_REQUESTED: _ClassVar[Recharge.State]
        STATE_REFUNDING: _ClassVar[Recharge.State]
        STATE_REFUNDED: _ClassVar[Recharge.State]
        STATE_REFUND_REJECTED: _ClassVar[Recharge.State]
    STATE_UNSPECIFIED: Recharge.State
    STATE_CREATED: Recharge.State
    STATE_CLOSED: Recharge.State
    STATE_CREDITED: Recharge.State
    STATE_REFUND_REQUESTED: Recharge.State
    STATE_REFUNDING: Recharge.State
    STATE_REFUNDED: Recharge.State
    STATE_REFUND_REJECTED: Recharge.State
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_REASON_FIELD_NUMBER: _ClassVar[int]
    PAY_FEN_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    CREDIT_TIME_FIELD_NUMBER: _ClassVar[int]
    recharge_id: str
    member_id: str
    store_id: str
    staff_id: str
    state: Recharge.State
    state_reason: str
    pay_fen: int
    terms: RechargeTerms
    plan_id: str
    payment_id: str
    refund_id: str
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    pay_time: _timestamp_pb2.Timestamp
    credit_time: _timestamp_pb2.Timestamp
    def __init__(self, recharge_id: _Optional[str] = ..., member_id: _Optional[str] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., state: _Optional[_Union[Recharge.State, str]] = ..., state_reason: _Optional[str] = ..., pay_fen: _Optional[int] = ..., terms: _Optional[_Union[RechargeTerms, _Mapping]] = ..., plan_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., credit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GiftReceipt(_message.Message):
    __slots__ = ("gift", "promised", "received", "complete_time")
    GIFT_FIELD_NUMBER: _ClassVar[int]
    PROMISED_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_TIME_FIELD_NUMBER: _ClassVar[int]
    gift: str
    promised: int
    received: int
    complete_time: _timestamp_pb2.Timestamp
    def __init__(self, gift: _Optional[str] = ..., promised: _Optional[int] = ..., received: _Optional[int] = ..., complete_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RefundQuote(_message.Message):
    __slots__ = ("basis", "paid_fen", "bonus_fen", "consumed_fen", "principal_consumed_fen", "amount_fen", "fee_fen", "forfeited_fen", "bonus_cancelled_fen", "pending_fen", "cooling_off_end_time", "interest_fen")
    BASIS_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_CONSUMED_FEN_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_FEN_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_CANCELLED_FEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FEN_FIELD_NUMBER: _ClassVar[int]
    COOLING_OFF_END_TIME_FIELD_NUMBER: _ClassVar[int]
    INTEREST_FEN_FIELD_NUMBER: _ClassVar[int]
    basis: RefundBasis
    paid_fen: int
    bonus_fen: int
    consumed_fen: int
    principal_consumed_fen: int
    amount_fen: int
    fee_fen: int
    forfeited_fen: int
    bonus_cancelled_fen: int
    pending_fen: int
    cooling_off_end_time: _timestamp_pb2.Timestamp
    interest_fen: int
    def __init__(self, basis: _Optional[_Union[RefundBasis, str]] = ..., paid_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., consumed_fen: _Optional[int] = ..., principal_consumed_fen: _Optional[int] = ..., amount_fen: _Optional[int] = ..., fee_fen: _Optional[int] = ..., forfeited_fen: _Optional[int] = ..., bonus_cancelled_fen: _Optional[int] = ..., pending_fen: _Optional[int] = ..., cooling_off_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interest_fen: _Optional[int] = ...) -> None: ...

class RechargeRefund(_message.Message):
    __slots__ = ("refund_id", "recharge_id", "member_id", "payment_id", "basis", "state", "reason", "amount_fen", "fee_fen", "forfeited_fen", "bonus_cancelled_fen", "requested_by", "request_time", "decided_by", "decide_time", "failures", "end_time", "rescind_time", "interest_fen")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[RechargeRefund.State]
        STATE_REQUESTED: _ClassVar[RechargeRefund.State]
        STATE_REFUNDING: _ClassVar[RechargeRefund.State]
        STATE_REFUNDED: _ClassVar[RechargeRefund.State]
        STATE_REJECTED: _ClassVar[RechargeRefund.State]
    STATE_UNSPECIFIED: RechargeRefund.State
    STATE_REQUESTED: RechargeRefund.State
    STATE_REFUNDING: RechargeRefund.State
    STATE_REFUNDED: RechargeRefund.State
    STATE_REJECTED: RechargeRefund.State
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_FEN_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_CANCELLED_FEN_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    RESCIND_TIME_FIELD_NUMBER: _ClassVar[int]
    INTEREST_FEN_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    recharge_id: str
    member_id: str
    payment_id: str
    basis: RefundBasis
    state: RechargeRefund.State
    reason: str
    amount_fen: int
    fee_fen: int
    forfeited_fen: int
    bonus_cancelled_fen: int
    requested_by: str
    request_time: _timestamp_pb2.Timestamp
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    failures: int
    end_time: _timestamp_pb2.Timestamp
    rescind_time: _timestamp_pb2.Timestamp
    interest_fen: int
    def __init__(self, refund_id: _Optional[str] = ..., recharge_id: _Optional[str] = ..., member_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., basis: _Optional[_Union[RefundBasis, str]] = ..., state: _Optional[_Union[RechargeRefund.State, str]] = ..., reason: _Optional[str] = ..., amount_fen: _Optional[int] = ..., fee_fen: _Optional[int] = ..., forfeited_fen: _Optional[int] = ..., bonus_cancelled_fen: _Optional[int] = ..., requested_by: _Optional[str] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., failures: _Optional[int] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rescind_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., interest_fen: _Optional[int] = ...) -> None: ...

class SetRechargePlanRequest(_message.Message):
    __slots__ = ("request_id", "plan")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    plan: RechargePlan
    def __init__(self, request_id: _Optional[str] = ..., plan: _Optional[_Union[RechargePlan, _Mapping]] = ...) -> None: ...

class SetRechargePlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: RechargePlan
    def __init__(self, plan: _Optional[_Union[RechargePlan, _Mapping]] = ...) -> None: ...

class ListRechargePlansRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRechargePlansResponse(_message.Message):
    __slots__ = ("plans", "next_page_token")
    PLANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[RechargePlan]
    next_page_token: str
    def __init__(self, plans: _Optional[_Iterable[_Union[RechargePlan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateRechargeRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "plan_id", "amount_fen", "store_id", "staff_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    plan_id: str
    amount_fen: int
    store_id: str
    staff_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., plan_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ...) -> None: ...

class CreateRechargeResponse(_message.Message):
    __slots__ = ("recharge",)
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    recharge: Recharge
    def __init__(self, recharge: _Optional[_Union[Recharge, _Mapping]] = ...) -> None: ...

class CancelRechargeRequest(_message.Message):
    __slots__ = ("request_id", "recharge_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    recharge_id: str
    def __init__(self, request_id: _Optional[str] = ..., recharge_id: _Optional[str] = ...) -> None: ...

class CancelRechargeResponse(_message.Message):
    __slots__ = ("recharge",)
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    recharge: Recharge
    def __init__(self, recharge: _Optional[_Union[Recharge, _Mapping]] = ...) -> None: ...

class GetRechargeRequest(_message.Message):
    __slots__ = ("recharge_id",)
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    recharge_id: str
    def __init__(self, recharge_id: _Optional[str] = ...) -> None: ...

class GetRechargeResponse(_message.Message):
    __slots__ = ("recharge", "gifts")
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    GIFTS_FIELD_NUMBER: _ClassVar[int]
    recharge: Recharge
    gifts: _containers.RepeatedCompositeFieldContainer[GiftReceipt]
    def __init__(self, recharge: _Optional[_Union[Recharge, _Mapping]] = ..., gifts: _Optional[_Iterable[_Union[GiftReceipt, _Mapping]]] = ...) -> None: ...

class ListRechargesRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRechargesResponse(_message.Message):
    __slots__ = ("recharges", "next_page_token")
    RECHARGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    recharges: _containers.RepeatedCompositeFieldContainer[Recharge]
    next_page_token: str
    def __init__(self, recharges: _Optional[_Iterable[_Union[Recharge, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class QuoteRefundRequest(_message.Message):
    __slots__ = ("recharge_id", "basis", "consumed_original_fen", "rescind_time")
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_ORIGINAL_FEN_FIELD_NUMBER: _ClassVar[int]
    RESCIND_TIME_FIELD_NUMBER: _ClassVar[int]
    recharge_id: str
    basis: RefundBasis
    consumed_original_fen: int
    rescind_time: _timestamp_pb2.Timestamp
    def __init__(self, recharge_id: _Optional[str] = ..., basis: _Optional[_Union[RefundBasis, str]] = ..., consumed_original_fen: _Optional[int] = ..., rescind_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class QuoteRefundResponse(_message.Message):
    __slots__ = ("quote",)
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    quote: RefundQuote
    def __init__(self, quote: _Optional[_Union[RefundQuote, _Mapping]] = ...) -> None: ...

class RequestRechargeRefundRequest(_message.Message):
    __slots__ = ("request_id", "recharge_id", "basis", "reason", "consumed_original_fen", "rescind_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_ORIGINAL_FEN_FIELD_NUMBER: _ClassVar[int]
    RESCIND_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    recharge_id: str
    basis: RefundBasis
    reason: str
    consumed_original_fen: int
    rescind_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., recharge_id: _Optional[str] = ..., basis: _Optional[_Union[RefundBasis, str]] = ..., reason: _Optional[str] = ..., consumed_original_fen: _Optional[int] = ..., rescind_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RequestRechargeRefundResponse(_message.Message):
    __slots__ = ("refund", "recharge")
    REFUND_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    refund: RechargeRefund
    recharge: Recharge
    def __init__(self, refund: _Optional[_Union[RechargeRefund, _Mapping]] = ..., recharge: _Optional[_Union[Recharge, _Mapping]] = ...) -> None: ...

class ApproveRechargeRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ...) -> None: ...

class ApproveRechargeRefundResponse(_message.Message):
    __slots__ = ("refund", "recharge")
    REFUND_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    refund: RechargeRefund
    recharge: Recharge
    def __init__(self, refund: _Optional[_Union[RechargeRefund, _Mapping]] = ..., recharge: _Optional[_Union[Recharge, _Mapping]] = ...) -> None: ...

class RejectRechargeRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectRechargeRefundResponse(_message.Message):
    __slots__ = ("refund", "recharge")
    REFUND_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_FIELD_NUMBER: _ClassVar[int]
    refund: RechargeRefund
    recharge: Recharge
    def __init__(self, refund: _Optional[_Union[RechargeRefund, _Mapping]] = ..., recharge: _Optional[_Union[Recharge, _Mapping]] = ...) -> None: ...

class GetRechargeRefundRequest(_message.Message):
    __slots__ = ("refund_id",)
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    def __init__(self, refund_id: _Optional[str] = ...) -> None: ...

class GetRechargeRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: RechargeRefund
    def __init__(self, refund: _Optional[_Union[RechargeRefund, _Mapping]] = ...) -> None: ...

class ListOpenRechargeRefundsRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: RechargeRefund.State
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[RechargeRefund.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpenRechargeRefundsResponse(_message.Message):
    __slots__ = ("refunds", "next_page_token")
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[RechargeRefund]
    next_page_token: str
    def __init__(self, refunds: _Optional[_Iterable[_Union[RechargeRefund, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
