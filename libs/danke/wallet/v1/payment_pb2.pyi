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

class Payment(_message.Message):
    __slots__ = ("payment_id", "order_id", "member_id", "store_id", "state", "amount_fen", "principal_fen", "bonus_fen", "refunded_fen", "principal_refunded_fen", "shares", "create_time", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Payment.State]
        STATE_FROZEN: _ClassVar[Payment.State]
        STATE_CAPTURED: _ClassVar[Payment.State]
        STATE_RELEASED: _ClassVar[Payment.State]
        STATE_EXPIRED: _ClassVar[Payment.State]
        STATE_PARTIALLY_REFUNDED: _ClassVar[Payment.State]
        STATE_REFUNDED: _ClassVar[Payment.State]
    STATE_UNSPECIFIED: Payment.State
    STATE_FROZEN: Payment.State
    STATE_CAPTURED: Payment.State
    STATE_RELEASED: Payment.State
    STATE_EXPIRED: Payment.State
    STATE_PARTIALLY_REFUNDED: Payment.State
    STATE_REFUNDED: Payment.State
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    order_id: str
    member_id: str
    store_id: str
    state: Payment.State
    amount_fen: int
    principal_fen: int
    bonus_fen: int
    refunded_fen: int
    principal_refunded_fen: int
    shares: _containers.RepeatedCompositeFieldContainer[PaymentShare]
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, payment_id: _Optional[str] = ..., order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., store_id: _Optional[str] = ..., state: _Optional[_Union[Payment.State, str]] = ..., amount_fen: _Optional[int] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., principal_refunded_fen: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[PaymentShare, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaymentShare(_message.Message):
    __slots__ = ("lot_id", "amount_fen", "principal_fen", "refunded_fen", "principal_refunded_fen")
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    lot_id: str
    amount_fen: int
    principal_fen: int
    refunded_fen: int
    principal_refunded_fen: int
    def __init__(self, lot_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., principal_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., principal_refunded_fen: _Optional[int] = ...) -> None: ...

class PayProof(_message.Message):
    __slots__ = ("password", "token")
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    password: str
    token: str
    def __init__(self, password: _Optional[str] = ..., token: _Optional[str] = ...) -> None: ...

class PayRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "order_id", "amount_fen", "store_id", "proof")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    order_id: str
    amount_fen: int
    store_id: str
    proof: PayProof
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., store_id: _Optional[str] = ..., proof: _Optional[_Union[PayProof, _Mapping]] = ...) -> None: ...

class PayResponse(_message.Message):
    __slots__ = ("payment", "available_fen")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    available_fen: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., available_fen: _Optional[int] = ...) -> None: ...

class BatchPayRequest(_message.Message):
    __slots__ = ("payments",)
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[PayRequest]
    def __init__(self, payments: _Optional[_Iterable[_Union[PayRequest, _Mapping]]] = ...) -> None: ...

class BatchPayResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchPayResult]
    def __init__(self, results: _Optional[_Iterable[_Union[BatchPayResult, _Mapping]]] = ...) -> None: ...

class BatchPayResult(_message.Message):
    __slots__ = ("paid", "refusal")
    PAID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    paid: PayResponse
    refusal: PayRefusal
    def __init__(self, paid: _Optional[_Union[PayResponse, _Mapping]] = ..., refusal: _Optional[_Union[PayRefusal, _Mapping]] = ...) -> None: ...

class PayRefusal(_message.Message):
    __slots__ = ("reason", "message", "metadata", "retryable")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RETRYABLE_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    metadata: _containers.ScalarMap[str, str]
    retryable: bool
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ..., retryable: bool = ...) -> None: ...

class FreezePaymentRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "order_id", "amount_fen", "store_id", "proof", "ttl_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    order_id: str
    amount_fen: int
    store_id: str
    proof: PayProof
    ttl_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., store_id: _Optional[str] = ..., proof: _Optional[_Union[PayProof, _Mapping]] = ..., ttl_seconds: _Optional[int] = ...) -> None: ...

class FreezePaymentResponse(_message.Message):
    __slots__ = ("payment", "available_fen")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    available_fen: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., available_fen: _Optional[int] = ...) -> None: ...

class CapturePaymentRequest(_message.Message):
    __slots__ = ("request_id", "payment_id", "amount_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment_id: str
    amount_fen: int
    def __init__(self, request_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class CapturePaymentResponse(_message.Message):
    __slots__ = ("payment", "available_fen")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    available_fen: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., available_fen: _Optional[int] = ...) -> None: ...

class ReleasePaymentRequest(_message.Message):
    __slots__ = ("request_id", "payment_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment_id: str
    def __init__(self, request_id: _Optional[str] = ..., payment_id: _Optional[str] = ...) -> None: ...

class ReleasePaymentResponse(_message.Message):
    __slots__ = ("payment", "available_fen")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    available_fen: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., available_fen: _Optional[int] = ...) -> None: ...

class RefundPaymentRequest(_message.Message):
    __slots__ = ("request_id", "payment_id", "refund_id", "amount_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    payment_id: str
    refund_id: str
    amount_fen: int
    def __init__(self, request_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class RefundPaymentResponse(_message.Message):
    __slots__ = ("payment", "amount_fen", "principal_fen", "bonus_fen")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    amount_fen: int
    principal_fen: int
    bonus_fen: int
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ..., amount_fen: _Optional[int] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ...) -> None: ...

class GetPaymentRequest(_message.Message):
    __slots__ = ("payment_id",)
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    def __init__(self, payment_id: _Optional[str] = ...) -> None: ...

class GetPaymentResponse(_message.Message):
    __slots__ = ("payment",)
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    payment: Payment
    def __init__(self, payment: _Optional[_Union[Payment, _Mapping]] = ...) -> None: ...
