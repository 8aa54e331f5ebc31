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

class CardKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CARD_KIND_UNSPECIFIED: _ClassVar[CardKind]
    CARD_KIND_NAMED: _ClassVar[CardKind]
    CARD_KIND_BEARER: _ClassVar[CardKind]
CARD_KIND_UNSPECIFIED: CardKind
CARD_KIND_NAMED: CardKind
CARD_KIND_BEARER: CardKind

class Account(_message.Message):
    __slots__ = ("member_id", "status", "status_reason", "card_kind", "merged_into", "open_time", "expire_time")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Account.Status]
        STATUS_NORMAL: _ClassVar[Account.Status]
        STATUS_FROZEN: _ClassVar[Account.Status]
        STATUS_CLOSED: _ClassVar[Account.Status]
    STATUS_UNSPECIFIED: Account.Status
    STATUS_NORMAL: Account.Status
    STATUS_FROZEN: Account.Status
    STATUS_CLOSED: Account.Status
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STATUS_REASON_FIELD_NUMBER: _ClassVar[int]
    CARD_KIND_FIELD_NUMBER: _ClassVar[int]
    MERGED_INTO_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    status: Account.Status
    status_reason: str
    card_kind: CardKind
    merged_into: str
    open_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., status: _Optional[_Union[Account.Status, str]] = ..., status_reason: _Optional[str] = ..., card_kind: _Optional[_Union[CardKind, str]] = ..., merged_into: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Lot(_message.Message):
    __slots__ = ("lot_id", "recharge_id", "adjustment_id", "state", "paid_fen", "bonus_fen", "used_fen", "frozen_fen", "withdrawn_fen", "principal_left_fen", "bonus_left_fen", "available_fen", "credit_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Lot.State]
        STATE_ACTIVE: _ClassVar[Lot.State]
        STATE_EXHAUSTED: _ClassVar[Lot.State]
        STATE_REFUNDED: _ClassVar[Lot.State]
    STATE_UNSPECIFIED: Lot.State
    STATE_ACTIVE: Lot.State
    STATE_EXHAUSTED: Lot.State
    STATE_REFUNDED: Lot.State
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_ID_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    USED_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_LEFT_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_LEFT_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    CREDIT_TIME_FIELD_NUMBER: _ClassVar[int]
    lot_id: str
    recharge_id: str
    adjustment_id: str
    state: Lot.State
    paid_fen: int
    bonus_fen: int
    used_fen: int
    frozen_fen: int
    withdrawn_fen: int
    principal_left_fen: int
    bonus_left_fen: int
    available_fen: int
    credit_time: _timestamp_pb2.Timestamp
    def __init__(self, lot_id: _Optional[str] = ..., recharge_id: _Optional[str] = ..., adjustment_id: _Optional[str] = ..., state: _Optional[_Union[Lot.State, str]] = ..., paid_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., used_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., withdrawn_fen: _Optional[int] = ..., principal_left_fen: _Optional[int] = ..., bonus_left_fen: _Optional[int] = ..., available_fen: _Optional[int] = ..., credit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Transaction(_message.Message):
    __slots__ = ("time", "kind", "ref", "principal_fen", "bonus_fen", "principal_after_fen", "bonus_after_fen")
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    kind: str
    ref: str
    principal_fen: int
    bonus_fen: int
    principal_after_fen: int
    bonus_after_fen: int
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., ref: _Optional[str] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., principal_after_fen: _Optional[int] = ..., bonus_after_fen: _Optional[int] = ...) -> None: ...

class Adjustment(_message.Message):
    __slots__ = ("adjustment_id", "member_id", "state", "principal_fen", "bonus_fen", "reason", "requested_by", "request_time", "decided_by", "decide_time", "note")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Adjustment.State]
        STATE_REQUESTED: _ClassVar[Adjustment.State]
        STATE_APPLIED: _ClassVar[Adjustment.State]
        STATE_REJECTED: _ClassVar[Adjustment.State]
    STATE_UNSPECIFIED: Adjustment.State
    STATE_REQUESTED: Adjustment.State
    STATE_APPLIED: Adjustment.State
    STATE_REJECTED: Adjustment.State
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    adjustment_id: str
    member_id: str
    state: Adjustment.State
    principal_fen: int
    bonus_fen: int
    reason: str
    requested_by: str
    request_time: _timestamp_pb2.Timestamp
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    note: str
    def __init__(self, adjustment_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[Adjustment.State, str]] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., reason: _Optional[str] = ..., requested_by: _Optional[str] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("version", "cap_named_fen", "cap_bearer_fen", "cap_basis", "card_kind", "spend_order", "hold_ttl_seconds", "recharge_ttl_seconds", "cooling_off_days", "holidays", "working_days", "weekends_rest", "refund_fee_bp", "refund_fee_fixed_fen", "free_recharge_max_fen", "bearer_validity_days", "interest_merchant_bp", "interest_consumer_bp")
    class CapBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAP_BASIS_UNSPECIFIED: _ClassVar[Policy.CapBasis]
        CAP_BASIS_PRINCIPAL: _ClassVar[Policy.CapBasis]
        CAP_BASIS_TOTAL: _ClassVar[Policy.CapBasis]
    CAP_BASIS_UNSPECIFIED: Policy.CapBasis
    CAP_BASIS_PRINCIPAL: Policy.CapBasis
    CAP_BASIS_TOTAL: Policy.CapBasis
    class SpendOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SPEND_ORDER_UNSPECIFIED: _ClassVar[Policy.SpendOrder]
        SPEND_ORDER_PROPORTIONAL: _ClassVar[Policy.SpendOrder]
        SPEND_ORDER_PRINCIPAL_FIRST: _ClassVar[Policy.SpendOrder]
        SPEND_ORDER_BONUS_FIRST: _ClassVar[Policy.SpendOrder]
    SPEND_ORDER_UNSPECIFIED: Policy.SpendOrder
    SPEND_ORDER_PROPORTIONAL: Policy.SpendOrder
    SPEND_ORDER_PRINCIPAL_FIRST: Policy.SpendOrder
    SPEND_ORDER_BONUS_FIRST: Policy.SpendOrder
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CAP_NAMED_FEN_FIELD_NUMBER: _ClassVar[int]
    CAP_BEARER_FEN_FIELD_NUMBER: _ClassVar[int]
    CAP_BASIS_FIELD_NUMBER: _ClassVar[int]
    CARD_KIND_FIELD_NUMBER: _ClassVar[int]
    SPEND_ORDER_FIELD_NUMBER: _ClassVar[int]
    HOLD_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    COOLING_OFF_DAYS_FIELD_NUMBER: _ClassVar[int]
    HOLIDAYS_FIELD_NUMBER: _ClassVar[int]
    WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    WEEKENDS_REST_FIELD_NUMBER: _ClassVar[int]
    REFUND_FEE_BP_FIELD_NUMBER: _ClassVar[int]
    REFUND_FEE_FIXED_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_RECHARGE_MAX_FEN_FIELD_NUMBER: _ClassVar[int]
    BEARER_VALIDITY_DAYS_FIELD_NUMBER: _ClassVar[int]
    INTEREST_MERCHANT_BP_FIELD_NUMBER: _ClassVar[int]
    INTEREST_CONSUMER_BP_FIELD_NUMBER: _ClassVar[int]
    version: int
    cap_named_fen: int
    cap_bearer_fen: int
    cap_basis: Policy.CapBasis
    card_kind: CardKind
    spend_order: Policy.SpendOrder
    hold_ttl_seconds: int
    recharge_ttl_seconds: int
    cooling_off_days: int
    holidays: _containers.RepeatedScalarFieldContainer[str]
    working_days: _containers.RepeatedScalarFieldContainer[str]
    weekends_rest: bool
    refund_fee_bp: int
    refund_fee_fixed_fen: int
    free_recharge_max_fen: int
    bearer_validity_days: int
    interest_merchant_bp: int
    interest_consumer_bp: int
    def __init__(self, version: _Optional[int] = ..., cap_named_fen: _Optional[int] = ..., cap_bearer_fen: _Optional[int] = ..., cap_basis: _Optional[_Union[Policy.CapBasis, str]] = ..., card_kind: _Optional[_Union[CardKind, str]] = ..., spend_order: _Optional[_Union[Policy.SpendOrder, str]] = ..., hold_ttl_seconds: _Optional[int] = ..., recharge_ttl_seconds: _Optional[int] = ..., cooling_off_days: _Optional[int] = ..., holidays: _Optional[_Iterable[str]] = ..., working_days: _Optional[_Iterable[str]] = ..., weekends_rest: bool = ..., refund_fee_bp: _Optional[int] = ..., refund_fee_fixed_fen: _Optional[int] = ..., free_recharge_max_fen: _Optional[int] = ..., bearer_validity_days: _Optional[int] = ..., interest_merchant_bp: _Optional[int] = ..., interest_consumer_bp: _Optional[int] = ...) -> None: ...

class OpenAccountRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "card_kind")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_KIND_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    card_kind: CardKind
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., card_kind: _Optional[_Union[CardKind, str]] = ...) -> None: ...

class OpenAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class ReactivateCardRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "as_named")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_NAMED_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    as_named: bool
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., as_named: bool = ...) -> None: ...

class ReactivateCardResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class GetBalanceRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetBalanceResponse(_message.Message):
    __slots__ = ("account", "principal_fen", "bonus_fen", "frozen_fen", "available_fen")
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    account: Account
    principal_fen: int
    bonus_fen: int
    frozen_fen: int
    available_fen: int
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., available_fen: _Optional[int] = ...) -> None: ...

class ListLotsRequest(_message.Message):
    __slots__ = ("member_id", "open_only", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    open_only: bool
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., open_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLotsResponse(_message.Message):
    __slots__ = ("lots", "next_page_token")
    LOTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lots: _containers.RepeatedCompositeFieldContainer[Lot]
    next_page_token: str
    def __init__(self, lots: _Optional[_Iterable[_Union[Lot, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListTransactionsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTransactionsResponse(_message.Message):
    __slots__ = ("transactions", "next_page_token")
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    transactions: _containers.RepeatedCompositeFieldContainer[Transaction]
    next_page_token: str
    def __init__(self, transactions: _Optional[_Iterable[_Union[Transaction, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FreezeAccountRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class FreezeAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class UnfreezeAccountRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnfreezeAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class CloseAccountRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason", "forfeit_bonus")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FORFEIT_BONUS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    forfeit_bonus: bool
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ..., forfeit_bonus: bool = ...) -> None: ...

class CloseAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class AdjustBalanceRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "principal_fen", "bonus_fen", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    principal_fen: int
    bonus_fen: int
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class AdjustBalanceResponse(_message.Message):
    __slots__ = ("adjustment",)
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ...) -> None: ...

class ApproveAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "adjustment_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    adjustment_id: str
    def __init__(self, request_id: _Optional[str] = ..., adjustment_id: _Optional[str] = ...) -> None: ...

class ApproveAdjustmentResponse(_message.Message):
    __slots__ = ("adjustment",)
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ...) -> None: ...

class RejectAdjustmentRequest(_message.Message):
    __slots__ = ("request_id", "adjustment_id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    adjustment_id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., adjustment_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class RejectAdjustmentResponse(_message.Message):
    __slots__ = ("adjustment",)
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ...) -> None: ...

class GetAdjustmentRequest(_message.Message):
    __slots__ = ("adjustment_id",)
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    adjustment_id: str
    def __init__(self, adjustment_id: _Optional[str] = ...) -> None: ...

class GetAdjustmentResponse(_message.Message):
    __slots__ = ("adjustment",)
    ADJUSTMENT_FIELD_NUMBER: _ClassVar[int]
    adjustment: Adjustment
    def __init__(self, adjustment: _Optional[_Union[Adjustment, _Mapping]] = ...) -> None: ...

class ListAdjustmentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAdjustmentsResponse(_message.Message):
    __slots__ = ("adjustments", "next_page_token")
    ADJUSTMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    adjustments: _containers.RepeatedCompositeFieldContainer[Adjustment]
    next_page_token: str
    def __init__(self, adjustments: _Optional[_Iterable[_Union[Adjustment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class SetPolicyRequest(_message.Message):
    __slots__ = ("request_id", "policy")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    policy: Policy
    def __init__(self, request_id: _Optional[str] = ..., policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class SetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class GetLiabilityRequest(_message.Message):
    __slots__ = ("start_time", "end_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetLiabilityResponse(_message.Message):
    __slots__ = ("opening_principal_fen", "opening_bonus_fen", "closing_principal_fen", "closing_bonus_fen", "movements", "ages")
    OPENING_PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    OPENING_BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    CLOSING_PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    CLOSING_BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    MOVEMENTS_FIELD_NUMBER: _ClassVar[int]
    AGES_FIELD_NUMBER: _ClassVar[int]
    opening_principal_fen: int
    opening_bonus_fen: int
    closing_principal_fen: int
    closing_bonus_fen: int
    movements: _containers.RepeatedCompositeFieldContainer[LiabilityMovement]
    ages: _containers.RepeatedCompositeFieldContainer[LiabilityAge]
    def __init__(self, opening_principal_fen: _Optional[int] = ..., opening_bonus_fen: _Optional[int] = ..., closing_principal_fen: _Optional[int] = ..., closing_bonus_fen: _Optional[int] = ..., movements: _Optional[_Iterable[_Union[LiabilityMovement, _Mapping]]] = ..., ages: _Optional[_Iterable[_Union[LiabilityAge, _Mapping]]] = ...) -> None: ...

class LiabilityMovement(_message.Message):
    __slots__ = ("kind", "debit", "credit", "amount_fen", "transfers")
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEBIT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    debit: str
    credit: str
    amount_fen: int
    transfers: int
    def __init__(self, kind: _Optional[str] = ..., debit: _Optional[str] = ..., credit: _Optional[str] = ..., amount_fen: _Optional[int] = ..., transfers: _Optional[int] = ...) -> None: ...

class LiabilityAge(_message.Message):
    __slots__ = ("month", "store_id", "principal_fen", "bonus_fen", "lots")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    LOTS_FIELD_NUMBER: _ClassVar[int]
    month: str
    store_id: str
    principal_fen: int
    bonus_fen: int
    lots: int
    def __init__(self, month: _Optional[str] = ..., store_id: _Optional[str] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., lots: _Optional[int] = ...) -> None: ...
