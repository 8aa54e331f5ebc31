import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.coupon.v1 import template_pb2 as _template_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Coupon(_message.Message):
    __slots__ = ("coupon_id", "template_id", "terms_version", "member_id", "state", "face_fen", "valid_from_time", "valid_to_time", "source", "ref", "channel_code", "claim_time", "order_id", "discount_fen", "use_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Coupon.State]
        STATE_FISSION_LOCKED: _ClassVar[Coupon.State]
        STATE_AVAILABLE: _ClassVar[Coupon.State]
        STATE_LOCKED: _ClassVar[Coupon.State]
        STATE_USED: _ClassVar[Coupon.State]
        STATE_EXPIRED: _ClassVar[Coupon.State]
        STATE_VOIDED: _ClassVar[Coupon.State]
        STATE_TRANSFERRING: _ClassVar[Coupon.State]
        STATE_TRANSFERRED: _ClassVar[Coupon.State]
    STATE_UNSPECIFIED: Coupon.State
    STATE_FISSION_LOCKED: Coupon.State
    STATE_AVAILABLE: Coupon.State
    STATE_LOCKED: Coupon.State
    STATE_USED: Coupon.State
    STATE_EXPIRED: Coupon.State
    STATE_VOIDED: Coupon.State
    STATE_TRANSFERRING: Coupon.State
    STATE_TRANSFERRED: Coupon.State
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FACE_FEN_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_TIME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    CLAIM_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    USE_TIME_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template_id: str
    terms_version: int
    member_id: str
    state: Coupon.State
    face_fen: int
    valid_from_time: _timestamp_pb2.Timestamp
    valid_to_time: _timestamp_pb2.Timestamp
    source: str
    ref: str
    channel_code: str
    claim_time: _timestamp_pb2.Timestamp
    order_id: str
    discount_fen: int
    use_time: _timestamp_pb2.Timestamp
    def __init__(self, coupon_id: _Optional[str] = ..., template_id: _Optional[str] = ..., terms_version: _Optional[int] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[Coupon.State, str]] = ..., face_fen: _Optional[int] = ..., valid_from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_to_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., source: _Optional[str] = ..., ref: _Optional[str] = ..., channel_code: _Optional[str] = ..., claim_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_id: _Optional[str] = ..., discount_fen: _Optional[int] = ..., use_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ClaimRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "member_id", "channel_code", "segment_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    member_id: str
    channel_code: str
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel_code: _Optional[str] = ..., segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ClaimResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class RedeemCodeRequest(_message.Message):
    __slots__ = ("request_id", "code", "member_id", "segment_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    member_id: str
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., member_id: _Optional[str] = ..., segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RedeemCodeResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class GetCouponRequest(_message.Message):
    __slots__ = ("coupon_id",)
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    def __init__(self, coupon_id: _Optional[str] = ...) -> None: ...

class GetCouponResponse(_message.Message):
    __slots__ = ("coupon", "terms")
    COUPON_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    terms: _template_pb2.Terms
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ..., terms: _Optional[_Union[_template_pb2.Terms, _Mapping]] = ...) -> None: ...

class ListMineRequest(_message.Message):
    __slots__ = ("member_id", "states", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    states: _containers.RepeatedScalarFieldContainer[Coupon.State]
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[Coupon.State, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMineResponse(_message.Message):
    __slots__ = ("coupons", "next_page_token", "terms")
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    coupons: _containers.RepeatedCompositeFieldContainer[Coupon]
    next_page_token: str
    terms: _containers.RepeatedCompositeFieldContainer[VersionedTerms]
    def __init__(self, coupons: _Optional[_Iterable[_Union[Coupon, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., terms: _Optional[_Iterable[_Union[VersionedTerms, _Mapping]]] = ...) -> None: ...

class VersionedTerms(_message.Message):
    __slots__ = ("template_id", "terms_version", "terms")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    terms_version: int
    terms: _template_pb2.Terms
    def __init__(self, template_id: _Optional[str] = ..., terms_version: _Optional[int] = ..., terms: _Optional[_Union[_template_pb2.Terms, _Mapping]] = ...) -> None: ...

class OrderLock(_message.Message):
    __slots__ = ("order_id", "member_id", "state", "coupons", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[OrderLock.State]
        STATE_LOCKED: _ClassVar[OrderLock.State]
        STATE_USED: _ClassVar[OrderLock.State]
        STATE_UNLOCKED: _ClassVar[OrderLock.State]
        STATE_EXPIRED: _ClassVar[OrderLock.State]
        STATE_RETURNED: _ClassVar[OrderLock.State]
    STATE_UNSPECIFIED: OrderLock.State
    STATE_LOCKED: OrderLock.State
    STATE_USED: OrderLock.State
    STATE_UNLOCKED: OrderLock.State
    STATE_EXPIRED: OrderLock.State
    STATE_RETURNED: OrderLock.State
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    state: OrderLock.State
    coupons: _containers.RepeatedCompositeFieldContainer[LockedCoupon]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[OrderLock.State, str]] = ..., coupons: _Optional[_Iterable[_Union[LockedCoupon, _Mapping]]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LockedCoupon(_message.Message):
    __slots__ = ("coupon_id", "discount_fen")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    discount_fen: int
    def __init__(self, coupon_id: _Optional[str] = ..., discount_fen: _Optional[int] = ...) -> None: ...

class LockRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "member_id", "coupons", "quote_hash", "ttl_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    QUOTE_HASH_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    member_id: str
    coupons: _containers.RepeatedCompositeFieldContainer[LockedCoupon]
    quote_hash: str
    ttl_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., coupons: _Optional[_Iterable[_Union[LockedCoupon, _Mapping]]] = ..., quote_hash: _Optional[str] = ..., ttl_seconds: _Optional[int] = ...) -> None: ...

class LockResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: OrderLock
    def __init__(self, lock: _Optional[_Union[OrderLock, _Mapping]] = ...) -> None: ...

class UseRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "store_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    store_id: str
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., store_id: _Optional[str] = ...) -> None: ...

class UseResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: OrderLock
    def __init__(self, lock: _Optional[_Union[OrderLock, _Mapping]] = ...) -> None: ...

class UnlockRequest(_message.Message):
    __slots__ = ("request_id", "order_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class UnlockResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: OrderLock
    def __init__(self, lock: _Optional[_Union[OrderLock, _Mapping]] = ...) -> None: ...

class ReturnRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "refund_id", "full")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    FULL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    refund_id: str
    full: bool
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., full: bool = ...) -> None: ...

class ReturnResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: OrderLock
    def __init__(self, lock: _Optional[_Union[OrderLock, _Mapping]] = ...) -> None: ...

class IssueVerifyCodeRequest(_message.Message):
    __slots__ = ("request_id", "coupon_id", "member_id", "tier_id", "segment_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    coupon_id: str
    member_id: str
    tier_id: str
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., coupon_id: _Optional[str] = ..., member_id: _Optional[str] = ..., tier_id: _Optional[str] = ..., segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class IssueVerifyCodeResponse(_message.Message):
    __slots__ = ("code", "expire_time")
    CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    code: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Verification(_message.Message):
    __slots__ = ("verification_id", "store_id", "staff_id", "order_id", "discount_fen", "reverted", "verify_time")
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REVERTED_FIELD_NUMBER: _ClassVar[int]
    VERIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    verification_id: str
    store_id: str
    staff_id: str
    order_id: str
    discount_fen: int
    reverted: bool
    verify_time: _timestamp_pb2.Timestamp
    def __init__(self, verification_id: _Optional[str] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., order_id: _Optional[str] = ..., discount_fen: _Optional[int] = ..., reverted: bool = ..., verify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class VerifyAtPosRequest(_message.Message):
    __slots__ = ("request_id", "code", "store_id", "order_id", "discount_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    store_id: str
    order_id: str
    discount_fen: int
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., store_id: _Optional[str] = ..., order_id: _Optional[str] = ..., discount_fen: _Optional[int] = ...) -> None: ...

class VerifyAtPosResponse(_message.Message):
    __slots__ = ("verification", "coupon")
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    COUPON_FIELD_NUMBER: _ClassVar[int]
    verification: Verification
    coupon: Coupon
    def __init__(self, verification: _Optional[_Union[Verification, _Mapping]] = ..., coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class RevertVerifyRequest(_message.Message):
    __slots__ = ("request_id", "verification_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    verification_id: str
    def __init__(self, request_id: _Optional[str] = ..., verification_id: _Optional[str] = ...) -> None: ...

class RevertVerifyResponse(_message.Message):
    __slots__ = ("verification", "coupon")
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    COUPON_FIELD_NUMBER: _ClassVar[int]
    verification: Verification
    coupon: Coupon
    def __init__(self, verification: _Optional[_Union[Verification, _Mapping]] = ..., coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class TransferRequest(_message.Message):
    __slots__ = ("request_id", "coupon_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    coupon_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., coupon_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class TransferResponse(_message.Message):
    __slots__ = ("transfer_id", "token", "expire_time")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    token: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, transfer_id: _Optional[str] = ..., token: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AcceptTransferRequest(_message.Message):
    __slots__ = ("request_id", "transfer_id", "token", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    transfer_id: str
    token: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., transfer_id: _Optional[str] = ..., token: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class AcceptTransferResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...

class RevokeTransferRequest(_message.Message):
    __slots__ = ("request_id", "transfer_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    transfer_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., transfer_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class RevokeTransferResponse(_message.Message):
    __slots__ = ("coupon",)
    COUPON_FIELD_NUMBER: _ClassVar[int]
    coupon: Coupon
    def __init__(self, coupon: _Optional[_Union[Coupon, _Mapping]] = ...) -> None: ...
