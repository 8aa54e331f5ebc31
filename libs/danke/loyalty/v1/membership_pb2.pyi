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

class PaidPlan(_message.Message):
    __slots__ = ("plan_id", "name", "price_fen", "days", "tier_id", "refundable", "on_sale", "version")
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDABLE_FIELD_NUMBER: _ClassVar[int]
    ON_SALE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    plan_id: str
    name: str
    price_fen: int
    days: int
    tier_id: str
    refundable: bool
    on_sale: bool
    version: int
    def __init__(self, plan_id: _Optional[str] = ..., name: _Optional[str] = ..., price_fen: _Optional[int] = ..., days: _Optional[int] = ..., tier_id: _Optional[str] = ..., refundable: bool = ..., on_sale: bool = ..., version: _Optional[int] = ...) -> None: ...

class PaidMembership(_message.Message):
    __slots__ = ("membership_id", "member_id", "plan_id", "state", "price_fen", "days", "buy_time", "start_time", "end_time", "payment_id", "refunded_fen")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PaidMembership.State]
        STATE_PENDING: _ClassVar[PaidMembership.State]
        STATE_ACTIVE: _ClassVar[PaidMembership.State]
        STATE_EXPIRED: _ClassVar[PaidMembership.State]
        STATE_REFUNDED: _ClassVar[PaidMembership.State]
        STATE_CLOSED: _ClassVar[PaidMembership.State]
    STATE_UNSPECIFIED: PaidMembership.State
    STATE_PENDING: PaidMembership.State
    STATE_ACTIVE: PaidMembership.State
    STATE_EXPIRED: PaidMembership.State
    STATE_REFUNDED: PaidMembership.State
    STATE_CLOSED: PaidMembership.State
    MEMBERSHIP_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    BUY_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    membership_id: str
    member_id: str
    plan_id: str
    state: PaidMembership.State
    price_fen: int
    days: int
    buy_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    payment_id: str
    refunded_fen: int
    def __init__(self, membership_id: _Optional[str] = ..., member_id: _Optional[str] = ..., plan_id: _Optional[str] = ..., state: _Optional[_Union[PaidMembership.State, str]] = ..., price_fen: _Optional[int] = ..., days: _Optional[int] = ..., buy_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., payment_id: _Optional[str] = ..., refunded_fen: _Optional[int] = ...) -> None: ...

class BuyPaidMembershipRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "plan_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    plan_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., plan_id: _Optional[str] = ...) -> None: ...

class BuyPaidMembershipResponse(_message.Message):
    __slots__ = ("membership",)
    MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    membership: PaidMembership
    def __init__(self, membership: _Optional[_Union[PaidMembership, _Mapping]] = ...) -> None: ...

class RefundPaidMembershipRequest(_message.Message):
    __slots__ = ("request_id", "membership_id", "refund_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIP_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    membership_id: str
    refund_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., membership_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RefundPaidMembershipResponse(_message.Message):
    __slots__ = ("membership",)
    MEMBERSHIP_FIELD_NUMBER: _ClassVar[int]
    membership: PaidMembership
    def __init__(self, membership: _Optional[_Union[PaidMembership, _Mapping]] = ...) -> None: ...

class ListPaidMembershipsRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class ListPaidMembershipsResponse(_message.Message):
    __slots__ = ("memberships",)
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    memberships: _containers.RepeatedCompositeFieldContainer[PaidMembership]
    def __init__(self, memberships: _Optional[_Iterable[_Union[PaidMembership, _Mapping]]] = ...) -> None: ...

class ListPaidPlansRequest(_message.Message):
    __slots__ = ("also_off_sale",)
    ALSO_OFF_SALE_FIELD_NUMBER: _ClassVar[int]
    also_off_sale: bool
    def __init__(self, also_off_sale: bool = ...) -> None: ...

class ListPaidPlansResponse(_message.Message):
    __slots__ = ("plans",)
    PLANS_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[PaidPlan]
    def __init__(self, plans: _Optional[_Iterable[_Union[PaidPlan, _Mapping]]] = ...) -> None: ...

class SetPaidPlanRequest(_message.Message):
    __slots__ = ("request_id", "plan")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    plan: PaidPlan
    def __init__(self, request_id: _Optional[str] = ..., plan: _Optional[_Union[PaidPlan, _Mapping]] = ...) -> None: ...

class SetPaidPlanResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: PaidPlan
    def __init__(self, plan: _Optional[_Union[PaidPlan, _Mapping]] = ...) -> None: ...
