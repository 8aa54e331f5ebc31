import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.commission.v1 import account_pb2 as _account_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PayoutChannel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYOUT_CHANNEL_UNSPECIFIED: _ClassVar[PayoutChannel]
    PAYOUT_CHANNEL_WECHAT: _ClassVar[PayoutChannel]
    PAYOUT_CHANNEL_ALIPAY: _ClassVar[PayoutChannel]
    PAYOUT_CHANNEL_BANK: _ClassVar[PayoutChannel]
    PAYOUT_CHANNEL_WALLET: _ClassVar[PayoutChannel]

class PayoutStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYOUT_STATUS_UNSPECIFIED: _ClassVar[PayoutStatus]
    PAYOUT_STATUS_SUCCEEDED: _ClassVar[PayoutStatus]
    PAYOUT_STATUS_FAILED: _ClassVar[PayoutStatus]
    PAYOUT_STATUS_PENDING: _ClassVar[PayoutStatus]
    PAYOUT_STATUS_UNKNOWN: _ClassVar[PayoutStatus]
PAYOUT_CHANNEL_UNSPECIFIED: PayoutChannel
PAYOUT_CHANNEL_WECHAT: PayoutChannel
PAYOUT_CHANNEL_ALIPAY: PayoutChannel
PAYOUT_CHANNEL_BANK: PayoutChannel
PAYOUT_CHANNEL_WALLET: PayoutChannel
PAYOUT_STATUS_UNSPECIFIED: PayoutStatus
PAYOUT_STATUS_SUCCEEDED: PayoutStatus
PAYOUT_STATUS_FAILED: PayoutStatus
PAYOUT_STATUS_PENDING: PayoutStatus
PAYOUT_STATUS_UNKNOWN: PayoutStatus

class Withdrawal(_message.Message):
    __slots__ = ("withdrawal_id", "account_id", "state", "channel", "route", "gross_fen", "fee_fen", "tax_fen", "net_fen", "reason", "channel_ref", "applied_at", "ended_at", "parts")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Withdrawal.State]
        STATE_APPLIED: _ClassVar[Withdrawal.State]
        STATE_APPROVED: _ClassVar[Withdrawal.State]
        STATE_PAYING: _ClassVar[Withdrawal.State]
        STATE_PAID: _ClassVar[Withdrawal.State]
        STATE_FAILED: _ClassVar[Withdrawal.State]
        STATE_REJECTED: _ClassVar[Withdrawal.State]
    STATE_UNSPECIFIED: Withdrawal.State
    STATE_APPLIED: Withdrawal.State
    STATE_APPROVED: Withdrawal.State
    STATE_PAYING: Withdrawal.State
    STATE_PAID: Withdrawal.State
    STATE_FAILED: Withdrawal.State
    STATE_REJECTED: Withdrawal.State
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    GROSS_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_FEN_FIELD_NUMBER: _ClassVar[int]
    TAX_FEN_FIELD_NUMBER: _ClassVar[int]
    NET_FEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_REF_FIELD_NUMBER: _ClassVar[int]
    APPLIED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    withdrawal_id: str
    account_id: str
    state: Withdrawal.State
    channel: PayoutChannel
    route: str
    gross_fen: int
    fee_fen: int
    tax_fen: int
    net_fen: int
    reason: str
    channel_ref: str
    applied_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    parts: _containers.RepeatedCompositeFieldContainer[WithdrawalPart]
    def __init__(self, withdrawal_id: _Optional[str] = ..., account_id: _Optional[str] = ..., state: _Optional[_Union[Withdrawal.State, str]] = ..., channel: _Optional[_Union[PayoutChannel, str]] = ..., route: _Optional[str] = ..., gross_fen: _Optional[int] = ..., fee_fen: _Optional[int] = ..., tax_fen: _Optional[int] = ..., net_fen: _Optional[int] = ..., reason: _Optional[str] = ..., channel_ref: _Optional[str] = ..., applied_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., parts: _Optional[_Iterable[_Union[WithdrawalPart, _Mapping]]] = ...) -> None: ...

class WithdrawalPart(_message.Message):
    __slots__ = ("source_id", "amount_fen")
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    amount_fen: int
    def __init__(self, source_id: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class WithdrawalPolicy(_message.Message):
    __slots__ = ("version", "min_fen", "max_fen", "day_fen", "fee_bp", "auto_approve_fen", "tax_policy")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_FEN_FIELD_NUMBER: _ClassVar[int]
    MAX_FEN_FIELD_NUMBER: _ClassVar[int]
    DAY_FEN_FIELD_NUMBER: _ClassVar[int]
    FEE_BP_FIELD_NUMBER: _ClassVar[int]
    AUTO_APPROVE_FEN_FIELD_NUMBER: _ClassVar[int]
    TAX_POLICY_FIELD_NUMBER: _ClassVar[int]
    version: int
    min_fen: int
    max_fen: int
    day_fen: int
    fee_bp: int
    auto_approve_fen: int
    tax_policy: str
    def __init__(self, version: _Optional[int] = ..., min_fen: _Optional[int] = ..., max_fen: _Optional[int] = ..., day_fen: _Optional[int] = ..., fee_bp: _Optional[int] = ..., auto_approve_fen: _Optional[int] = ..., tax_policy: _Optional[str] = ...) -> None: ...

class ApplyWithdrawalRequest(_message.Message):
    __slots__ = ("request_id", "payee", "amount_fen", "channel")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payee: _account_pb2.Payee
    amount_fen: int
    channel: PayoutChannel
    def __init__(self, request_id: _Optional[str] = ..., payee: _Optional[_Union[_account_pb2.Payee, _Mapping]] = ..., amount_fen: _Optional[int] = ..., channel: _Optional[_Union[PayoutChannel, str]] = ...) -> None: ...

class ApplyWithdrawalResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class ApproveWithdrawalRequest(_message.Message):
    __slots__ = ("request_id", "withdrawal_id", "approve", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    withdrawal_id: str
    approve: bool
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., approve: bool = ..., reason: _Optional[str] = ...) -> None: ...

class ApproveWithdrawalResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class MarkPayoutResultRequest(_message.Message):
    __slots__ = ("request_id", "withdrawal_id", "status", "channel_ref", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_REF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    withdrawal_id: str
    status: PayoutStatus
    channel_ref: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., withdrawal_id: _Optional[str] = ..., status: _Optional[_Union[PayoutStatus, str]] = ..., channel_ref: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MarkPayoutResultResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class GetWithdrawalRequest(_message.Message):
    __slots__ = ("withdrawal_id",)
    WITHDRAWAL_ID_FIELD_NUMBER: _ClassVar[int]
    withdrawal_id: str
    def __init__(self, withdrawal_id: _Optional[str] = ...) -> None: ...

class GetWithdrawalResponse(_message.Message):
    __slots__ = ("withdrawal",)
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    withdrawal: Withdrawal
    def __init__(self, withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class ListWithdrawalsRequest(_message.Message):
    __slots__ = ("payee", "state", "page_size", "page_token")
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payee: _account_pb2.Payee
    state: Withdrawal.State
    page_size: int
    page_token: str
    def __init__(self, payee: _Optional[_Union[_account_pb2.Payee, _Mapping]] = ..., state: _Optional[_Union[Withdrawal.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWithdrawalsResponse(_message.Message):
    __slots__ = ("withdrawals", "next_page_token")
    WITHDRAWALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    withdrawals: _containers.RepeatedCompositeFieldContainer[Withdrawal]
    next_page_token: str
    def __init__(self, withdrawals: _Optional[_Iterable[_Union[Withdrawal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetWithdrawalPolicyRequest(_message.Message):
    __slots__ = ("request_id", "policy")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    policy: WithdrawalPolicy
    def __init__(self, request_id: _Optional[str] = ..., policy: _Optional[_Union[WithdrawalPolicy, _Mapping]] = ...) -> None: ...

class SetWithdrawalPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: WithdrawalPolicy
    def __init__(self, policy: _Optional[_Union[WithdrawalPolicy, _Mapping]] = ...) -> None: ...

class GetWithdrawalPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetWithdrawalPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: WithdrawalPolicy
    def __init__(self, policy: _Optional[_Union[WithdrawalPolicy, _Mapping]] = ...) -> None: ...
