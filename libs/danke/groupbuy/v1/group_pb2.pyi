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

class BuyGroup(_message.Message):
    __slots__ = ("group_id", "activity_id", "terms_version", "status", "outcome", "leader_id", "tier", "min_seats", "seats", "reserved", "paid", "new_paid", "virtual", "missing", "pickup_point_id", "create_time", "open_time", "expire_time", "end_time")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[BuyGroup.Status]
        STATUS_WAITING_LEADER_PAY: _ClassVar[BuyGroup.Status]
        STATUS_OPEN: _ClassVar[BuyGroup.Status]
        STATUS_SUCCEEDED: _ClassVar[BuyGroup.Status]
        STATUS_FAILED: _ClassVar[BuyGroup.Status]
        STATUS_CLOSED: _ClassVar[BuyGroup.Status]
    STATUS_UNSPECIFIED: BuyGroup.Status
    STATUS_WAITING_LEADER_PAY: BuyGroup.Status
    STATUS_OPEN: BuyGroup.Status
    STATUS_SUCCEEDED: BuyGroup.Status
    STATUS_FAILED: BuyGroup.Status
    STATUS_CLOSED: BuyGroup.Status
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[BuyGroup.Outcome]
        OUTCOME_FULL: _ClassVar[BuyGroup.Outcome]
        OUTCOME_SIMULATED: _ClassVar[BuyGroup.Outcome]
        OUTCOME_MANUAL: _ClassVar[BuyGroup.Outcome]
        OUTCOME_LADDER: _ClassVar[BuyGroup.Outcome]
        OUTCOME_EXPIRED: _ClassVar[BuyGroup.Outcome]
        OUTCOME_LEADER_LEFT_ALONE: _ClassVar[BuyGroup.Outcome]
        OUTCOME_ACTIVITY_STOPPED: _ClassVar[BuyGroup.Outcome]
        OUTCOME_STOCK_OUT: _ClassVar[BuyGroup.Outcome]
    OUTCOME_UNSPECIFIED: BuyGroup.Outcome
    OUTCOME_FULL: BuyGroup.Outcome
    OUTCOME_SIMULATED: BuyGroup.Outcome
    OUTCOME_MANUAL: BuyGroup.Outcome
    OUTCOME_LADDER: BuyGroup.Outcome
    OUTCOME_EXPIRED: BuyGroup.Outcome
    OUTCOME_LEADER_LEFT_ALONE: BuyGroup.Outcome
    OUTCOME_ACTIVITY_STOPPED: BuyGroup.Outcome
    OUTCOME_STOCK_OUT: BuyGroup.Outcome
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    LEADER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    MIN_SEATS_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    NEW_PAID_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    PICKUP_POINT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    activity_id: str
    terms_version: int
    status: BuyGroup.Status
    outcome: BuyGroup.Outcome
    leader_id: str
    tier: int
    min_seats: int
    seats: int
    reserved: int
    paid: int
    new_paid: int
    virtual: int
    missing: int
    pickup_point_id: str
    create_time: _timestamp_pb2.Timestamp
    open_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, group_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., terms_version: _Optional[int] = ..., status: _Optional[_Union[BuyGroup.Status, str]] = ..., outcome: _Optional[_Union[BuyGroup.Outcome, str]] = ..., leader_id: _Optional[str] = ..., tier: _Optional[int] = ..., min_seats: _Optional[int] = ..., seats: _Optional[int] = ..., reserved: _Optional[int] = ..., paid: _Optional[int] = ..., new_paid: _Optional[int] = ..., virtual: _Optional[int] = ..., missing: _Optional[int] = ..., pickup_point_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Seat(_message.Message):
    __slots__ = ("seat_id", "group_id", "activity_id", "member_id", "order_id", "sku_id", "qty", "unit_price_fen", "amount_fen", "paid_fen", "owed_back_fen", "refunded_fen", "state", "leads", "is_new_customer", "inviter_id", "pickup_point_id", "reserve_time", "hold_until_time", "pay_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Seat.State]
        STATE_RESERVED: _ClassVar[Seat.State]
        STATE_PAID: _ClassVar[Seat.State]
        STATE_SETTLED: _ClassVar[Seat.State]
        STATE_RELEASED: _ClassVar[Seat.State]
        STATE_LATE_PAID: _ClassVar[Seat.State]
        STATE_REFUND_REQUESTED: _ClassVar[Seat.State]
        STATE_REFUNDED: _ClassVar[Seat.State]
    STATE_UNSPECIFIED: Seat.State
    STATE_RESERVED: Seat.State
    STATE_PAID: Seat.State
    STATE_SETTLED: Seat.State
    STATE_RELEASED: Seat.State
    STATE_LATE_PAID: Seat.State
    STATE_REFUND_REQUESTED: Seat.State
    STATE_REFUNDED: Seat.State
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    UNIT_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    OWED_BACK_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEADS_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    PICKUP_POINT_ID_FIELD_NUMBER: _ClassVar[int]
    RESERVE_TIME_FIELD_NUMBER: _ClassVar[int]
    HOLD_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    seat_id: str
    group_id: str
    activity_id: str
    member_id: str
    order_id: str
    sku_id: str
    qty: int
    unit_price_fen: int
    amount_fen: int
    paid_fen: int
    owed_back_fen: int
    refunded_fen: int
    state: Seat.State
    leads: bool
    is_new_customer: bool
    inviter_id: str
    pickup_point_id: str
    reserve_time: _timestamp_pb2.Timestamp
    hold_until_time: _timestamp_pb2.Timestamp
    pay_time: _timestamp_pb2.Timestamp
    def __init__(self, seat_id: _Optional[str] = ..., group_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., qty: _Optional[int] = ..., unit_price_fen: _Optional[int] = ..., amount_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., owed_back_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., state: _Optional[_Union[Seat.State, str]] = ..., leads: bool = ..., is_new_customer: bool = ..., inviter_id: _Optional[str] = ..., pickup_point_id: _Optional[str] = ..., reserve_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hold_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CheckoutRules(_message.Message):
    __slots__ = ("coupon_allowed", "commission_allowed")
    COUPON_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    coupon_allowed: bool
    commission_allowed: bool
    def __init__(self, coupon_allowed: bool = ..., commission_allowed: bool = ...) -> None: ...

class Refund(_message.Message):
    __slots__ = ("refund_id", "seat_id", "group_id", "order_id", "member_id", "kind", "amount_fen", "request_time", "attempts", "failures", "overdue")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    seat_id: str
    group_id: str
    order_id: str
    member_id: str
    kind: str
    amount_fen: int
    request_time: _timestamp_pb2.Timestamp
    attempts: int
    failures: int
    overdue: bool
    def __init__(self, refund_id: _Optional[str] = ..., seat_id: _Optional[str] = ..., group_id: _Optional[str] = ..., order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., kind: _Optional[str] = ..., amount_fen: _Optional[int] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempts: _Optional[int] = ..., failures: _Optional[int] = ..., overdue: bool = ...) -> None: ...

class OpenGroupRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "member_id", "order_id", "sku_id", "qty", "tier", "pickup_point_id", "inviter_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    PICKUP_POINT_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    member_id: str
    order_id: str
    sku_id: str
    qty: int
    tier: int
    pickup_point_id: str
    inviter_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., qty: _Optional[int] = ..., tier: _Optional[int] = ..., pickup_point_id: _Optional[str] = ..., inviter_id: _Optional[str] = ...) -> None: ...

class OpenGroupResponse(_message.Message):
    __slots__ = ("group", "seat", "rules")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    rules: CheckoutRules
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ..., rules: _Optional[_Union[CheckoutRules, _Mapping]] = ...) -> None: ...

class JoinGroupRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "group_id", "member_id", "order_id", "sku_id", "qty", "inviter_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    group_id: str
    member_id: str
    order_id: str
    sku_id: str
    qty: int
    inviter_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., group_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., qty: _Optional[int] = ..., inviter_id: _Optional[str] = ...) -> None: ...

class JoinGroupResponse(_message.Message):
    __slots__ = ("group", "seat", "rules", "regrouped")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    REGROUPED_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    rules: CheckoutRules
    regrouped: bool
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ..., rules: _Optional[_Union[CheckoutRules, _Mapping]] = ..., regrouped: bool = ...) -> None: ...

class ConfirmSeatPaidRequest(_message.Message):
    __slots__ = ("request_id", "seat_id", "payment_id", "amount_fen", "pay_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    seat_id: str
    payment_id: str
    amount_fen: int
    pay_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., seat_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConfirmSeatPaidResponse(_message.Message):
    __slots__ = ("group", "seat")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ...) -> None: ...

class CancelSeatRequest(_message.Message):
    __slots__ = ("request_id", "seat_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    seat_id: str
    def __init__(self, request_id: _Optional[str] = ..., seat_id: _Optional[str] = ...) -> None: ...

class CancelSeatResponse(_message.Message):
    __slots__ = ("group", "seat")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ...) -> None: ...

class LeaveGroupRequest(_message.Message):
    __slots__ = ("request_id", "seat_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    seat_id: str
    def __init__(self, request_id: _Optional[str] = ..., seat_id: _Optional[str] = ...) -> None: ...

class LeaveGroupResponse(_message.Message):
    __slots__ = ("group", "seat")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ...) -> None: ...

class ForceCompleteRequest(_message.Message):
    __slots__ = ("request_id", "group_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    group_id: str
    def __init__(self, request_id: _Optional[str] = ..., group_id: _Optional[str] = ...) -> None: ...

class ForceCompleteResponse(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ...) -> None: ...

class FailGroupRequest(_message.Message):
    __slots__ = ("request_id", "group_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    group_id: str
    def __init__(self, request_id: _Optional[str] = ..., group_id: _Optional[str] = ...) -> None: ...

class FailGroupResponse(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ...) -> None: ...

class GetGroupRequest(_message.Message):
    __slots__ = ("group_id",)
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    def __init__(self, group_id: _Optional[str] = ...) -> None: ...

class GetGroupResponse(_message.Message):
    __slots__ = ("group", "seats")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEATS_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ...) -> None: ...

class ListSeatsRequest(_message.Message):
    __slots__ = ("group_id", "with_released", "page_size", "page_token")
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    WITH_RELEASED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    with_released: bool
    page_size: int
    page_token: str
    def __init__(self, group_id: _Optional[str] = ..., with_released: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSeatsResponse(_message.Message):
    __slots__ = ("seats", "next_page_token")
    SEATS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    seats: _containers.RepeatedCompositeFieldContainer[Seat]
    next_page_token: str
    def __init__(self, seats: _Optional[_Iterable[_Union[Seat, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListGatherableRequest(_message.Message):
    __slots__ = ("activity_id", "page_size", "page_token")
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    page_size: int
    page_token: str
    def __init__(self, activity_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGatherableResponse(_message.Message):
    __slots__ = ("groups", "next_page_token")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[BuyGroup]
    next_page_token: str
    def __init__(self, groups: _Optional[_Iterable[_Union[BuyGroup, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MyGroupsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class MyGroupsResponse(_message.Message):
    __slots__ = ("groups", "next_page_token")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[MyGroup]
    next_page_token: str
    def __init__(self, groups: _Optional[_Iterable[_Union[MyGroup, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class MyGroup(_message.Message):
    __slots__ = ("group", "seat")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SEAT_FIELD_NUMBER: _ClassVar[int]
    group: BuyGroup
    seat: Seat
    def __init__(self, group: _Optional[_Union[BuyGroup, _Mapping]] = ..., seat: _Optional[_Union[Seat, _Mapping]] = ...) -> None: ...

class CheckDeliveryRequest(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, order_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckDeliveryResponse(_message.Message):
    __slots__ = ("answers",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[DeliveryAnswer]
    def __init__(self, answers: _Optional[_Iterable[_Union[DeliveryAnswer, _Mapping]]] = ...) -> None: ...

class DeliveryAnswer(_message.Message):
    __slots__ = ("order_id", "may_ship", "seat_id", "seat_state")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MAY_SHIP_FIELD_NUMBER: _ClassVar[int]
    SEAT_ID_FIELD_NUMBER: _ClassVar[int]
    SEAT_STATE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    may_ship: bool
    seat_id: str
    seat_state: Seat.State
    def __init__(self, order_id: _Optional[str] = ..., may_ship: bool = ..., seat_id: _Optional[str] = ..., seat_state: _Optional[_Union[Seat.State, str]] = ...) -> None: ...

class ListOpenRefundsRequest(_message.Message):
    __slots__ = ("overdue_only", "page_size", "page_token")
    OVERDUE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    overdue_only: bool
    page_size: int
    page_token: str
    def __init__(self, overdue_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpenRefundsResponse(_message.Message):
    __slots__ = ("refunds", "next_page_token")
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[Refund]
    next_page_token: str
    def __init__(self, refunds: _Optional[_Iterable[_Union[Refund, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
