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

class PunchKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PUNCH_KIND_UNSPECIFIED: _ClassVar[PunchKind]
    PUNCH_KIND_COUNT: _ClassVar[PunchKind]
    PUNCH_KIND_COMBO: _ClassVar[PunchKind]
    PUNCH_KIND_UNLIMITED: _ClassVar[PunchKind]

class ValidFrom(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALID_FROM_UNSPECIFIED: _ClassVar[ValidFrom]
    VALID_FROM_PURCHASE: _ClassVar[ValidFrom]
    VALID_FROM_FIRST_USE: _ClassVar[ValidFrom]

class PunchRefundBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PUNCH_REFUND_BASIS_UNSPECIFIED: _ClassVar[PunchRefundBasis]
    PUNCH_REFUND_BASIS_NOT_CONSUMER_FAULT: _ClassVar[PunchRefundBasis]
    PUNCH_REFUND_BASIS_CONSUMER_REASON: _ClassVar[PunchRefundBasis]
    PUNCH_REFUND_BASIS_NOT_CREDITED: _ClassVar[PunchRefundBasis]

class SuspensionReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUSPENSION_REASON_UNSPECIFIED: _ClassVar[SuspensionReason]
    SUSPENSION_REASON_LOSS: _ClassVar[SuspensionReason]
    SUSPENSION_REASON_RISK: _ClassVar[SuspensionReason]
PUNCH_KIND_UNSPECIFIED: PunchKind
PUNCH_KIND_COUNT: PunchKind
PUNCH_KIND_COMBO: PunchKind
PUNCH_KIND_UNLIMITED: PunchKind
VALID_FROM_UNSPECIFIED: ValidFrom
VALID_FROM_PURCHASE: ValidFrom
VALID_FROM_FIRST_USE: ValidFrom
PUNCH_REFUND_BASIS_UNSPECIFIED: PunchRefundBasis
PUNCH_REFUND_BASIS_NOT_CONSUMER_FAULT: PunchRefundBasis
PUNCH_REFUND_BASIS_CONSUMER_REASON: PunchRefundBasis
PUNCH_REFUND_BASIS_NOT_CREDITED: PunchRefundBasis
SUSPENSION_REASON_UNSPECIFIED: SuspensionReason
SUSPENSION_REASON_LOSS: SuspensionReason
SUSPENSION_REASON_RISK: SuspensionReason

class PunchAllowance(_message.Message):
    __slots__ = ("item_ids", "visits", "bonus_visits", "list_visit_price_fen", "used")
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    BONUS_VISITS_FIELD_NUMBER: _ClassVar[int]
    LIST_VISIT_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    visits: int
    bonus_visits: int
    list_visit_price_fen: int
    used: int
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ..., visits: _Optional[int] = ..., bonus_visits: _Optional[int] = ..., list_visit_price_fen: _Optional[int] = ..., used: _Optional[int] = ...) -> None: ...

class PunchTemplate(_message.Message):
    __slots__ = ("template_id", "version", "state", "name", "kind", "price_fen", "allowances", "valid_days", "valid_from", "store_ids", "shareable", "transferable", "limit_per_member", "sale_start_time", "sale_end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PunchTemplate.State]
        STATE_DRAFT: _ClassVar[PunchTemplate.State]
        STATE_ON_SALE: _ClassVar[PunchTemplate.State]
        STATE_OFF_SALE: _ClassVar[PunchTemplate.State]
    STATE_UNSPECIFIED: PunchTemplate.State
    STATE_DRAFT: PunchTemplate.State
    STATE_ON_SALE: PunchTemplate.State
    STATE_OFF_SALE: PunchTemplate.State
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOWANCES_FIELD_NUMBER: _ClassVar[int]
    VALID_DAYS_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    SHAREABLE_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    SALE_START_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    version: int
    state: PunchTemplate.State
    name: str
    kind: PunchKind
    price_fen: int
    allowances: _containers.RepeatedCompositeFieldContainer[PunchAllowance]
    valid_days: int
    valid_from: ValidFrom
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    shareable: bool
    transferable: bool
    limit_per_member: int
    sale_start_time: _timestamp_pb2.Timestamp
    sale_end_time: _timestamp_pb2.Timestamp
    def __init__(self, template_id: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[PunchTemplate.State, str]] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[PunchKind, str]] = ..., price_fen: _Optional[int] = ..., allowances: _Optional[_Iterable[_Union[PunchAllowance, _Mapping]]] = ..., valid_days: _Optional[int] = ..., valid_from: _Optional[_Union[ValidFrom, str]] = ..., store_ids: _Optional[_Iterable[str]] = ..., shareable: bool = ..., transferable: bool = ..., limit_per_member: _Optional[int] = ..., sale_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PunchCard(_message.Message):
    __slots__ = ("card_id", "template_id", "name", "kind", "state", "owner_id", "buyer_id", "price_fen", "allowances", "total_visits", "used_visits", "remaining", "revenue_fen", "store_ids", "shareable", "transferable", "store_id", "staff_id", "campaign", "payment_id", "create_time", "activate_time", "expire_time", "refund_id", "from_card_id")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PunchCard.State]
        STATE_PENDING_PAYMENT: _ClassVar[PunchCard.State]
        STATE_CLOSED: _ClassVar[PunchCard.State]
        STATE_ACTIVE: _ClassVar[PunchCard.State]
        STATE_SUSPENDED: _ClassVar[PunchCard.State]
        STATE_EXHAUSTED: _ClassVar[PunchCard.State]
        STATE_EXPIRED: _ClassVar[PunchCard.State]
        STATE_REFUND_REQUESTED: _ClassVar[PunchCard.State]
        STATE_REFUNDED: _ClassVar[PunchCard.State]
        STATE_TRANSFERRED: _ClassVar[PunchCard.State]
    STATE_UNSPECIFIED: PunchCard.State
    STATE_PENDING_PAYMENT: PunchCard.State
    STATE_CLOSED: PunchCard.State
    STATE_ACTIVE: PunchCard.State
    STATE_SUSPENDED: PunchCard.State
    STATE_EXHAUSTED: PunchCard.State
    STATE_EXPIRED: PunchCard.State
    STATE_REFUND_REQUESTED: PunchCard.State
    STATE_REFUNDED: PunchCard.State
    STATE_TRANSFERRED: PunchCard.State
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    BUYER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOWANCES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VISITS_FIELD_NUMBER: _ClassVar[int]
    USED_VISITS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FEN_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    SHAREABLE_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTIVATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_CARD_ID_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    template_id: str
    name: str
    kind: PunchKind
    state: PunchCard.State
    owner_id: str
    buyer_id: str
    price_fen: int
    allowances: _containers.RepeatedCompositeFieldContainer[PunchAllowance]
    total_visits: int
    used_visits: int
    remaining: int
    revenue_fen: int
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    shareable: bool
    transferable: bool
    store_id: str
    staff_id: str
    campaign: str
    payment_id: str
    create_time: _timestamp_pb2.Timestamp
    activate_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    refund_id: str
    from_card_id: str
    def __init__(self, card_id: _Optional[str] = ..., template_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[PunchKind, str]] = ..., state: _Optional[_Union[PunchCard.State, str]] = ..., owner_id: _Optional[str] = ..., buyer_id: _Optional[str] = ..., price_fen: _Optional[int] = ..., allowances: _Optional[_Iterable[_Union[PunchAllowance, _Mapping]]] = ..., total_visits: _Optional[int] = ..., used_visits: _Optional[int] = ..., remaining: _Optional[int] = ..., revenue_fen: _Optional[int] = ..., store_ids: _Optional[_Iterable[str]] = ..., shareable: bool = ..., transferable: bool = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., campaign: _Optional[str] = ..., payment_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., activate_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refund_id: _Optional[str] = ..., from_card_id: _Optional[str] = ...) -> None: ...

class Redemption(_message.Message):
    __slots__ = ("redemption_id", "card_id", "owner_id", "redeemer_id", "share_id", "item_id", "times", "store_id", "staff_id", "by_code", "booking_id", "state", "revenue_fen", "redeem_time", "reverse_time", "reversed_by", "reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Redemption.State]
        STATE_DONE: _ClassVar[Redemption.State]
        STATE_REVERSED: _ClassVar[Redemption.State]
    STATE_UNSPECIFIED: Redemption.State
    STATE_DONE: Redemption.State
    STATE_REVERSED: Redemption.State
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    REDEEMER_ID_FIELD_NUMBER: _ClassVar[int]
    SHARE_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    BY_CODE_FIELD_NUMBER: _ClassVar[int]
    BOOKING_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FEN_FIELD_NUMBER: _ClassVar[int]
    REDEEM_TIME_FIELD_NUMBER: _ClassVar[int]
    REVERSE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVERSED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    card_id: str
    owner_id: str
    redeemer_id: str
    share_id: str
    item_id: str
    times: int
    store_id: str
    staff_id: str
    by_code: bool
    booking_id: str
    state: Redemption.State
    revenue_fen: int
    redeem_time: _timestamp_pb2.Timestamp
    reverse_time: _timestamp_pb2.Timestamp
    reversed_by: str
    reason: str
    def __init__(self, redemption_id: _Optional[str] = ..., card_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., redeemer_id: _Optional[str] = ..., share_id: _Optional[str] = ..., item_id: _Optional[str] = ..., times: _Optional[int] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., by_code: bool = ..., booking_id: _Optional[str] = ..., state: _Optional[_Union[Redemption.State, str]] = ..., revenue_fen: _Optional[int] = ..., redeem_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reverse_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reversed_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class PunchShare(_message.Message):
    __slots__ = ("share_id", "card_id", "owner_id", "is_transfer", "state", "quota", "used", "friend_id", "offer_time", "expire_time", "accept_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PunchShare.State]
        STATE_OFFERED: _ClassVar[PunchShare.State]
        STATE_ACCEPTED: _ClassVar[PunchShare.State]
        STATE_USED_UP: _ClassVar[PunchShare.State]
        STATE_REVOKED: _ClassVar[PunchShare.State]
        STATE_EXPIRED: _ClassVar[PunchShare.State]
        STATE_VOID: _ClassVar[PunchShare.State]
    STATE_UNSPECIFIED: PunchShare.State
    STATE_OFFERED: PunchShare.State
    STATE_ACCEPTED: PunchShare.State
    STATE_USED_UP: PunchShare.State
    STATE_REVOKED: PunchShare.State
    STATE_EXPIRED: PunchShare.State
    STATE_VOID: PunchShare.State
    SHARE_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    FRIEND_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_TIME_FIELD_NUMBER: _ClassVar[int]
    share_id: str
    card_id: str
    owner_id: str
    is_transfer: bool
    state: PunchShare.State
    quota: int
    used: int
    friend_id: str
    offer_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    accept_time: _timestamp_pb2.Timestamp
    def __init__(self, share_id: _Optional[str] = ..., card_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., is_transfer: bool = ..., state: _Optional[_Union[PunchShare.State, str]] = ..., quota: _Optional[int] = ..., used: _Optional[int] = ..., friend_id: _Optional[str] = ..., offer_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accept_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PunchRefund(_message.Message):
    __slots__ = ("refund_id", "card_id", "owner_id", "payment_id", "basis", "state", "amount_fen", "requested_by", "reason", "request_time", "decided_by", "decide_time", "pay_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PunchRefund.State]
        STATE_REQUESTED: _ClassVar[PunchRefund.State]
        STATE_REJECTED: _ClassVar[PunchRefund.State]
        STATE_REFUNDING: _ClassVar[PunchRefund.State]
        STATE_PAYMENT_FAILED: _ClassVar[PunchRefund.State]
        STATE_REFUNDED: _ClassVar[PunchRefund.State]
    STATE_UNSPECIFIED: PunchRefund.State
    STATE_REQUESTED: PunchRefund.State
    STATE_REJECTED: PunchRefund.State
    STATE_REFUNDING: PunchRefund.State
    STATE_PAYMENT_FAILED: PunchRefund.State
    STATE_REFUNDED: PunchRefund.State
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    card_id: str
    owner_id: str
    payment_id: str
    basis: PunchRefundBasis
    state: PunchRefund.State
    amount_fen: int
    requested_by: str
    reason: str
    request_time: _timestamp_pb2.Timestamp
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    pay_time: _timestamp_pb2.Timestamp
    def __init__(self, refund_id: _Optional[str] = ..., card_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., basis: _Optional[_Union[PunchRefundBasis, str]] = ..., state: _Optional[_Union[PunchRefund.State, str]] = ..., amount_fen: _Optional[int] = ..., requested_by: _Optional[str] = ..., reason: _Optional[str] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PunchLiability(_message.Message):
    __slots__ = ("store_id", "expiry_month", "cards", "visits", "owed_fen")
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_MONTH_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    VISITS_FIELD_NUMBER: _ClassVar[int]
    OWED_FEN_FIELD_NUMBER: _ClassVar[int]
    store_id: str
    expiry_month: str
    cards: int
    visits: int
    owed_fen: int
    def __init__(self, store_id: _Optional[str] = ..., expiry_month: _Optional[str] = ..., cards: _Optional[int] = ..., visits: _Optional[int] = ..., owed_fen: _Optional[int] = ...) -> None: ...

class SavePunchTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "name", "kind", "price_fen", "allowances", "valid_days", "valid_from", "store_ids", "shareable", "transferable", "limit_per_member", "sale_start_time", "sale_end_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    ALLOWANCES_FIELD_NUMBER: _ClassVar[int]
    VALID_DAYS_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    SHAREABLE_FIELD_NUMBER: _ClassVar[int]
    TRANSFERABLE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    SALE_START_TIME_FIELD_NUMBER: _ClassVar[int]
    SALE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    name: str
    kind: PunchKind
    price_fen: int
    allowances: _containers.RepeatedCompositeFieldContainer[PunchAllowance]
    valid_days: int
    valid_from: ValidFrom
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    shareable: bool
    transferable: bool
    limit_per_member: int
    sale_start_time: _timestamp_pb2.Timestamp
    sale_end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[PunchKind, str]] = ..., price_fen: _Optional[int] = ..., allowances: _Optional[_Iterable[_Union[PunchAllowance, _Mapping]]] = ..., valid_days: _Optional[int] = ..., valid_from: _Optional[_Union[ValidFrom, str]] = ..., store_ids: _Optional[_Iterable[str]] = ..., shareable: bool = ..., transferable: bool = ..., limit_per_member: _Optional[int] = ..., sale_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sale_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SavePunchTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: PunchTemplate
    def __init__(self, template: _Optional[_Union[PunchTemplate, _Mapping]] = ...) -> None: ...

class SetPunchTemplateOnSaleRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "on_sale")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    ON_SALE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    on_sale: bool
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., on_sale: bool = ...) -> None: ...

class SetPunchTemplateOnSaleResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: PunchTemplate
    def __init__(self, template: _Optional[_Union[PunchTemplate, _Mapping]] = ...) -> None: ...

class GetPunchTemplateRequest(_message.Message):
    __slots__ = ("template_id",)
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    def __init__(self, template_id: _Optional[str] = ...) -> None: ...

class GetPunchTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: PunchTemplate
    def __init__(self, template: _Optional[_Union[PunchTemplate, _Mapping]] = ...) -> None: ...

class ListPunchTemplatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "on_sale_only")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ON_SALE_ONLY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    on_sale_only: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., on_sale_only: bool = ...) -> None: ...

class ListPunchTemplatesResponse(_message.Message):
    __slots__ = ("templates", "next_page_token")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[PunchTemplate]
    next_page_token: str
    def __init__(self, templates: _Optional[_Iterable[_Union[PunchTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BuyPunchCardRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "template_id", "store_id", "staff_id", "campaign")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    template_id: str
    store_id: str
    staff_id: str
    campaign: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., template_id: _Optional[str] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., campaign: _Optional[str] = ...) -> None: ...

class BuyPunchCardResponse(_message.Message):
    __slots__ = ("card", "pay_before_time")
    CARD_FIELD_NUMBER: _ClassVar[int]
    PAY_BEFORE_TIME_FIELD_NUMBER: _ClassVar[int]
    card: PunchCard
    pay_before_time: _timestamp_pb2.Timestamp
    def __init__(self, card: _Optional[_Union[PunchCard, _Mapping]] = ..., pay_before_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetPunchCardRequest(_message.Message):
    __slots__ = ("card_id",)
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    def __init__(self, card_id: _Optional[str] = ...) -> None: ...

class GetPunchCardResponse(_message.Message):
    __slots__ = ("card",)
    CARD_FIELD_NUMBER: _ClassVar[int]
    card: PunchCard
    def __init__(self, card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class ListPunchCardsRequest(_message.Message):
    __slots__ = ("member_id", "states", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    states: _containers.RepeatedScalarFieldContainer[PunchCard.State]
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[PunchCard.State, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPunchCardsResponse(_message.Message):
    __slots__ = ("cards", "next_page_token")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cards: _containers.RepeatedCompositeFieldContainer[PunchCard]
    next_page_token: str
    def __init__(self, cards: _Optional[_Iterable[_Union[PunchCard, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPunchCardUsageRequest(_message.Message):
    __slots__ = ("card_id", "page_size", "page_token")
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    page_size: int
    page_token: str
    def __init__(self, card_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPunchCardUsageResponse(_message.Message):
    __slots__ = ("redemptions", "next_page_token")
    REDEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    redemptions: _containers.RepeatedCompositeFieldContainer[Redemption]
    next_page_token: str
    def __init__(self, redemptions: _Optional[_Iterable[_Union[Redemption, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListExpiringPunchCardsRequest(_message.Message):
    __slots__ = ("within_days", "page_size", "page_token")
    WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    within_days: int
    page_size: int
    page_token: str
    def __init__(self, within_days: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExpiringPunchCardsResponse(_message.Message):
    __slots__ = ("cards", "next_page_token")
    CARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cards: _containers.RepeatedCompositeFieldContainer[PunchCard]
    next_page_token: str
    def __init__(self, cards: _Optional[_Iterable[_Union[PunchCard, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPunchLiabilityRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPunchLiabilityResponse(_message.Message):
    __slots__ = ("liabilities",)
    LIABILITIES_FIELD_NUMBER: _ClassVar[int]
    liabilities: _containers.RepeatedCompositeFieldContainer[PunchLiability]
    def __init__(self, liabilities: _Optional[_Iterable[_Union[PunchLiability, _Mapping]]] = ...) -> None: ...

class SuspendPunchCardRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    reason: SuspensionReason
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., reason: _Optional[_Union[SuspensionReason, str]] = ...) -> None: ...

class SuspendPunchCardResponse(_message.Message):
    __slots__ = ("card",)
    CARD_FIELD_NUMBER: _ClassVar[int]
    card: PunchCard
    def __init__(self, card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class ResumePunchCardRequest(_message.Message):
    __slots__ = ("request_id", "card_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ...) -> None: ...

class ResumePunchCardResponse(_message.Message):
    __slots__ = ("card",)
    CARD_FIELD_NUMBER: _ClassVar[int]
    card: PunchCard
    def __init__(self, card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class ExtendPunchCardRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "days")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    days: int
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., days: _Optional[int] = ...) -> None: ...

class ExtendPunchCardResponse(_message.Message):
    __slots__ = ("card",)
    CARD_FIELD_NUMBER: _ClassVar[int]
    card: PunchCard
    def __init__(self, card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class QuotePunchRefundRequest(_message.Message):
    __slots__ = ("card_id", "basis")
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    basis: PunchRefundBasis
    def __init__(self, card_id: _Optional[str] = ..., basis: _Optional[_Union[PunchRefundBasis, str]] = ...) -> None: ...

class QuotePunchRefundResponse(_message.Message):
    __slots__ = ("amount_fen", "price_fen", "used_fen", "used_at_list_fen", "used_visits", "total_visits", "days_used")
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    USED_FEN_FIELD_NUMBER: _ClassVar[int]
    USED_AT_LIST_FEN_FIELD_NUMBER: _ClassVar[int]
    USED_VISITS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_VISITS_FIELD_NUMBER: _ClassVar[int]
    DAYS_USED_FIELD_NUMBER: _ClassVar[int]
    amount_fen: int
    price_fen: int
    used_fen: int
    used_at_list_fen: int
    used_visits: int
    total_visits: int
    days_used: int
    def __init__(self, amount_fen: _Optional[int] = ..., price_fen: _Optional[int] = ..., used_fen: _Optional[int] = ..., used_at_list_fen: _Optional[int] = ..., used_visits: _Optional[int] = ..., total_visits: _Optional[int] = ..., days_used: _Optional[int] = ...) -> None: ...

class RequestPunchRefundRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "basis", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    basis: PunchRefundBasis
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., basis: _Optional[_Union[PunchRefundBasis, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class RequestPunchRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: PunchRefund
    def __init__(self, refund: _Optional[_Union[PunchRefund, _Mapping]] = ...) -> None: ...

class ApprovePunchRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ...) -> None: ...

class ApprovePunchRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: PunchRefund
    def __init__(self, refund: _Optional[_Union[PunchRefund, _Mapping]] = ...) -> None: ...

class RejectPunchRefundRequest(_message.Message):
    __slots__ = ("request_id", "refund_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    refund_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RejectPunchRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: PunchRefund
    def __init__(self, refund: _Optional[_Union[PunchRefund, _Mapping]] = ...) -> None: ...

class GetPunchRefundRequest(_message.Message):
    __slots__ = ("refund_id",)
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    def __init__(self, refund_id: _Optional[str] = ...) -> None: ...

class GetPunchRefundResponse(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: PunchRefund
    def __init__(self, refund: _Optional[_Union[PunchRefund, _Mapping]] = ...) -> None: ...

class ListOpenPunchRefundsRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: PunchRefund.State
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[PunchRefund.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpenPunchRefundsResponse(_message.Message):
    __slots__ = ("refunds", "next_page_token")
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[PunchRefund]
    next_page_token: str
    def __init__(self, refunds: _Optional[_Iterable[_Union[PunchRefund, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class IssueRedeemCodeRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "holder_id", "item_id", "times")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    HOLDER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    holder_id: str
    item_id: str
    times: int
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., holder_id: _Optional[str] = ..., item_id: _Optional[str] = ..., times: _Optional[int] = ...) -> None: ...

class IssueRedeemCodeResponse(_message.Message):
    __slots__ = ("code", "expire_time")
    CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    code: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RedeemRequest(_message.Message):
    __slots__ = ("request_id", "code", "store_id", "staff_id", "booking_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    BOOKING_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    store_id: str
    staff_id: str
    booking_id: str
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., booking_id: _Optional[str] = ...) -> None: ...

class RedeemResponse(_message.Message):
    __slots__ = ("redemption", "card")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    card: PunchCard
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ..., card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class RedeemByStaffRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "item_id", "times", "redeemer_id", "store_id", "staff_id", "booking_id", "use_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    REDEEMER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAFF_ID_FIELD_NUMBER: _ClassVar[int]
    BOOKING_ID_FIELD_NUMBER: _ClassVar[int]
    USE_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    item_id: str
    times: int
    redeemer_id: str
    store_id: str
    staff_id: str
    booking_id: str
    use_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., item_id: _Optional[str] = ..., times: _Optional[int] = ..., redeemer_id: _Optional[str] = ..., store_id: _Optional[str] = ..., staff_id: _Optional[str] = ..., booking_id: _Optional[str] = ..., use_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RedeemByStaffResponse(_message.Message):
    __slots__ = ("redemption", "card")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    card: PunchCard
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ..., card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class ReverseRedemptionRequest(_message.Message):
    __slots__ = ("request_id", "redemption_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    redemption_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., redemption_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReverseRedemptionResponse(_message.Message):
    __slots__ = ("redemption", "card")
    REDEMPTION_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    redemption: Redemption
    card: PunchCard
    def __init__(self, redemption: _Optional[_Union[Redemption, _Mapping]] = ..., card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class ReturnBookingRequest(_message.Message):
    __slots__ = ("request_id", "booking_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BOOKING_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    booking_id: str
    def __init__(self, request_id: _Optional[str] = ..., booking_id: _Optional[str] = ...) -> None: ...

class ReturnBookingResponse(_message.Message):
    __slots__ = ("redemptions",)
    REDEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    redemptions: _containers.RepeatedCompositeFieldContainer[Redemption]
    def __init__(self, redemptions: _Optional[_Iterable[_Union[Redemption, _Mapping]]] = ...) -> None: ...

class SharePunchCardRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "owner_id", "friend_id", "quota")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    FRIEND_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    owner_id: str
    friend_id: str
    quota: int
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., friend_id: _Optional[str] = ..., quota: _Optional[int] = ...) -> None: ...

class SharePunchCardResponse(_message.Message):
    __slots__ = ("share", "link_token")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    LINK_TOKEN_FIELD_NUMBER: _ClassVar[int]
    share: PunchShare
    link_token: str
    def __init__(self, share: _Optional[_Union[PunchShare, _Mapping]] = ..., link_token: _Optional[str] = ...) -> None: ...

class TransferPunchCardRequest(_message.Message):
    __slots__ = ("request_id", "card_id", "owner_id", "friend_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    FRIEND_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    card_id: str
    owner_id: str
    friend_id: str
    def __init__(self, request_id: _Optional[str] = ..., card_id: _Optional[str] = ..., owner_id: _Optional[str] = ..., friend_id: _Optional[str] = ...) -> None: ...

class TransferPunchCardResponse(_message.Message):
    __slots__ = ("share", "link_token")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    LINK_TOKEN_FIELD_NUMBER: _ClassVar[int]
    share: PunchShare
    link_token: str
    def __init__(self, share: _Optional[_Union[PunchShare, _Mapping]] = ..., link_token: _Optional[str] = ...) -> None: ...

class AcceptShareRequest(_message.Message):
    __slots__ = ("request_id", "share_id", "link_token", "friend_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SHARE_ID_FIELD_NUMBER: _ClassVar[int]
    LINK_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FRIEND_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    share_id: str
    link_token: str
    friend_id: str
    def __init__(self, request_id: _Optional[str] = ..., share_id: _Optional[str] = ..., link_token: _Optional[str] = ..., friend_id: _Optional[str] = ...) -> None: ...

class AcceptShareResponse(_message.Message):
    __slots__ = ("share", "card")
    SHARE_FIELD_NUMBER: _ClassVar[int]
    CARD_FIELD_NUMBER: _ClassVar[int]
    share: PunchShare
    card: PunchCard
    def __init__(self, share: _Optional[_Union[PunchShare, _Mapping]] = ..., card: _Optional[_Union[PunchCard, _Mapping]] = ...) -> None: ...

class RevokeShareRequest(_message.Message):
    __slots__ = ("request_id", "share_id", "owner_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SHARE_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    share_id: str
    owner_id: str
    def __init__(self, request_id: _Optional[str] = ..., share_id: _Optional[str] = ..., owner_id: _Optional[str] = ...) -> None: ...

class RevokeShareResponse(_message.Message):
    __slots__ = ("share",)
    SHARE_FIELD_NUMBER: _ClassVar[int]
    share: PunchShare
    def __init__(self, share: _Optional[_Union[PunchShare, _Mapping]] = ...) -> None: ...

class ListSharesRequest(_message.Message):
    __slots__ = ("card_id", "owner_id")
    CARD_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    card_id: str
    owner_id: str
    def __init__(self, card_id: _Optional[str] = ..., owner_id: _Optional[str] = ...) -> None: ...

class ListSharesResponse(_message.Message):
    __slots__ = ("shares",)
    SHARES_FIELD_NUMBER: _ClassVar[int]
    shares: _containers.RepeatedCompositeFieldContainer[PunchShare]
    def __init__(self, shares: _Optional[_Iterable[_Union[PunchShare, _Mapping]]] = ...) -> None: ...

class ListSharedWithMeRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSharedWithMeResponse(_message.Message):
    __slots__ = ("shares", "next_page_token")
    SHARES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    shares: _containers.RepeatedCompositeFieldContainer[PunchShare]
    next_page_token: str
    def __init__(self, shares: _Optional[_Iterable[_Union[PunchShare, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
