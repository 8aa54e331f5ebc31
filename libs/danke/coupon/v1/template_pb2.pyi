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

class CouponKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUPON_KIND_UNSPECIFIED: _ClassVar[CouponKind]
    COUPON_KIND_FULL_REDUCTION: _ClassVar[CouponKind]
    COUPON_KIND_CASH: _ClassVar[CouponKind]
    COUPON_KIND_DISCOUNT: _ClassVar[CouponKind]
    COUPON_KIND_EXCHANGE: _ClassVar[CouponKind]
    COUPON_KIND_SHIPPING: _ClassVar[CouponKind]
    COUPON_KIND_RANDOM: _ClassVar[CouponKind]

class PartialRefundPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PARTIAL_REFUND_POLICY_UNSPECIFIED: _ClassVar[PartialRefundPolicy]
    PARTIAL_REFUND_POLICY_KEEP: _ClassVar[PartialRefundPolicy]
    PARTIAL_REFUND_POLICY_RECALC: _ClassVar[PartialRefundPolicy]
COUPON_KIND_UNSPECIFIED: CouponKind
COUPON_KIND_FULL_REDUCTION: CouponKind
COUPON_KIND_CASH: CouponKind
COUPON_KIND_DISCOUNT: CouponKind
COUPON_KIND_EXCHANGE: CouponKind
COUPON_KIND_SHIPPING: CouponKind
COUPON_KIND_RANDOM: CouponKind
PARTIAL_REFUND_POLICY_UNSPECIFIED: PartialRefundPolicy
PARTIAL_REFUND_POLICY_KEEP: PartialRefundPolicy
PARTIAL_REFUND_POLICY_RECALC: PartialRefundPolicy

class Scope(_message.Message):
    __slots__ = ("product_ids", "category_ids", "excluded_product_ids", "store_ids", "channels", "tier_ids", "segment_ids")
    PRODUCT_IDS_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_IDS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_PRODUCT_IDS_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    TIER_IDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    product_ids: _containers.RepeatedScalarFieldContainer[str]
    category_ids: _containers.RepeatedScalarFieldContainer[str]
    excluded_product_ids: _containers.RepeatedScalarFieldContainer[str]
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    channels: _containers.RepeatedScalarFieldContainer[str]
    tier_ids: _containers.RepeatedScalarFieldContainer[str]
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, product_ids: _Optional[_Iterable[str]] = ..., category_ids: _Optional[_Iterable[str]] = ..., excluded_product_ids: _Optional[_Iterable[str]] = ..., store_ids: _Optional[_Iterable[str]] = ..., channels: _Optional[_Iterable[str]] = ..., tier_ids: _Optional[_Iterable[str]] = ..., segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class Terms(_message.Message):
    __slots__ = ("kind", "face_fen", "threshold_fen", "discount_bp", "cap_fen", "random_min_fen", "random_max_fen", "exchange_sku_ids", "scope", "first_order_only", "exclusive_group", "stackable", "on_partial_refund", "transfers", "condition")
    KIND_FIELD_NUMBER: _ClassVar[int]
    FACE_FEN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_BP_FIELD_NUMBER: _ClassVar[int]
    CAP_FEN_FIELD_NUMBER: _ClassVar[int]
    RANDOM_MIN_FEN_FIELD_NUMBER: _ClassVar[int]
    RANDOM_MAX_FEN_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    FIRST_ORDER_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GROUP_FIELD_NUMBER: _ClassVar[int]
    STACKABLE_FIELD_NUMBER: _ClassVar[int]
    ON_PARTIAL_REFUND_FIELD_NUMBER: _ClassVar[int]
    TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    kind: CouponKind
    face_fen: int
    threshold_fen: int
    discount_bp: int
    cap_fen: int
    random_min_fen: int
    random_max_fen: int
    exchange_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    scope: Scope
    first_order_only: bool
    exclusive_group: str
    stackable: bool
    on_partial_refund: PartialRefundPolicy
    transfers: int
    condition: str
    def __init__(self, kind: _Optional[_Union[CouponKind, str]] = ..., face_fen: _Optional[int] = ..., threshold_fen: _Optional[int] = ..., discount_bp: _Optional[int] = ..., cap_fen: _Optional[int] = ..., random_min_fen: _Optional[int] = ..., random_max_fen: _Optional[int] = ..., exchange_sku_ids: _Optional[_Iterable[str]] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., first_order_only: bool = ..., exclusive_group: _Optional[str] = ..., stackable: bool = ..., on_partial_refund: _Optional[_Union[PartialRefundPolicy, str]] = ..., transfers: _Optional[int] = ..., condition: _Optional[str] = ...) -> None: ...

class Validity(_message.Message):
    __slots__ = ("kind", "start_time", "end_time", "amount", "delay")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Validity.Kind]
        KIND_FIXED: _ClassVar[Validity.Kind]
        KIND_HOURS: _ClassVar[Validity.Kind]
        KIND_DAYS: _ClassVar[Validity.Kind]
        KIND_NATURAL_DAYS: _ClassVar[Validity.Kind]
    KIND_UNSPECIFIED: Validity.Kind
    KIND_FIXED: Validity.Kind
    KIND_HOURS: Validity.Kind
    KIND_DAYS: Validity.Kind
    KIND_NATURAL_DAYS: Validity.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    DELAY_FIELD_NUMBER: _ClassVar[int]
    kind: Validity.Kind
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    amount: int
    delay: int
    def __init__(self, kind: _Optional[_Union[Validity.Kind, str]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[int] = ..., delay: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("total", "budget_fen", "per_day", "per_member", "per_member_day")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FEN_FIELD_NUMBER: _ClassVar[int]
    PER_DAY_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_DAY_FIELD_NUMBER: _ClassVar[int]
    total: int
    budget_fen: int
    per_day: int
    per_member: int
    per_member_day: int
    def __init__(self, total: _Optional[int] = ..., budget_fen: _Optional[int] = ..., per_day: _Optional[int] = ..., per_member: _Optional[int] = ..., per_member_day: _Optional[int] = ...) -> None: ...

class Audience(_message.Message):
    __slots__ = ("tier_ids", "segment_ids", "new_customers_only", "how")
    class How(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        HOW_UNSPECIFIED: _ClassVar[Audience.How]
        HOW_OPEN: _ClassVar[Audience.How]
        HOW_CHANNEL: _ClassVar[Audience.How]
        HOW_GRANT_ONLY: _ClassVar[Audience.How]
    HOW_UNSPECIFIED: Audience.How
    HOW_OPEN: Audience.How
    HOW_CHANNEL: Audience.How
    HOW_GRANT_ONLY: Audience.How
    TIER_IDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    tier_ids: _containers.RepeatedScalarFieldContainer[str]
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    new_customers_only: bool
    how: Audience.How
    def __init__(self, tier_ids: _Optional[_Iterable[str]] = ..., segment_ids: _Optional[_Iterable[str]] = ..., new_customers_only: bool = ..., how: _Optional[_Union[Audience.How, str]] = ...) -> None: ...

class TemplateSettings(_message.Message):
    __slots__ = ("name", "terms", "validity", "limits", "audience", "notice_hours", "claim_from_time", "claim_until_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    NOTICE_HOURS_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    CLAIM_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    terms: Terms
    validity: Validity
    limits: Limits
    audience: Audience
    notice_hours: int
    claim_from_time: _timestamp_pb2.Timestamp
    claim_until_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., terms: _Optional[_Union[Terms, _Mapping]] = ..., validity: _Optional[_Union[Validity, _Mapping]] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., audience: _Optional[_Union[Audience, _Mapping]] = ..., notice_hours: _Optional[int] = ..., claim_from_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., claim_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Template(_message.Message):
    __slots__ = ("template_id", "version", "state", "settings", "terms_version", "create_time", "update_time", "updated_by")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Template.State]
        STATE_DRAFT: _ClassVar[Template.State]
        STATE_ACTIVE: _ClassVar[Template.State]
        STATE_PAUSED: _ClassVar[Template.State]
        STATE_ENDED: _ClassVar[Template.State]
        STATE_VOIDED: _ClassVar[Template.State]
    STATE_UNSPECIFIED: Template.State
    STATE_DRAFT: Template.State
    STATE_ACTIVE: Template.State
    STATE_PAUSED: Template.State
    STATE_ENDED: Template.State
    STATE_VOIDED: Template.State
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    TERMS_VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    version: int
    state: Template.State
    settings: TemplateSettings
    terms_version: int
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    updated_by: str
    def __init__(self, template_id: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[Template.State, str]] = ..., settings: _Optional[_Union[TemplateSettings, _Mapping]] = ..., terms_version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_by: _Optional[str] = ...) -> None: ...

class Stock(_message.Message):
    __slots__ = ("issued", "recycled", "reserved", "spent_fen", "reserved_fen")
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    RECYCLED_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    SPENT_FEN_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FEN_FIELD_NUMBER: _ClassVar[int]
    issued: int
    recycled: int
    reserved: int
    spent_fen: int
    reserved_fen: int
    def __init__(self, issued: _Optional[int] = ..., recycled: _Optional[int] = ..., reserved: _Optional[int] = ..., spent_fen: _Optional[int] = ..., reserved_fen: _Optional[int] = ...) -> None: ...

class SetTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "version", "settings")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    version: int
    settings: TemplateSettings
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., version: _Optional[int] = ..., settings: _Optional[_Union[TemplateSettings, _Mapping]] = ...) -> None: ...

class SetTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: Template
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ...) -> None: ...

class ActivateTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ...) -> None: ...

class ActivateTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: Template
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ...) -> None: ...

class PauseTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ...) -> None: ...

class PauseTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: Template
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ...) -> None: ...

class EndTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ...) -> None: ...

class EndTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: Template
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ...) -> None: ...

class VoidTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ...) -> None: ...

class VoidTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: Template
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ...) -> None: ...

class GetTemplateRequest(_message.Message):
    __slots__ = ("template_id",)
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    def __init__(self, template_id: _Optional[str] = ...) -> None: ...

class GetTemplateResponse(_message.Message):
    __slots__ = ("template", "stock")
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    template: Template
    stock: Stock
    def __init__(self, template: _Optional[_Union[Template, _Mapping]] = ..., stock: _Optional[_Union[Stock, _Mapping]] = ...) -> None: ...

class ListTemplatesRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: Template.State
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[Template.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTemplatesResponse(_message.Message):
    __slots__ = ("templates", "next_page_token")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[Template]
    next_page_token: str
    def __init__(self, templates: _Optional[_Iterable[_Union[Template, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetTemplateStatisticsRequest(_message.Message):
    __slots__ = ("template_id",)
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    def __init__(self, template_id: _Optional[str] = ...) -> None: ...

class GetTemplateStatisticsResponse(_message.Message):
    __slots__ = ("stock", "channels")
    STOCK_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    stock: Stock
    channels: _containers.RepeatedCompositeFieldContainer[ChannelStatistics]
    def __init__(self, stock: _Optional[_Union[Stock, _Mapping]] = ..., channels: _Optional[_Iterable[_Union[ChannelStatistics, _Mapping]]] = ...) -> None: ...

class ChannelStatistics(_message.Message):
    __slots__ = ("channel_code", "issued", "used", "expired", "voided", "discount_fen")
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    ISSUED_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    VOIDED_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    channel_code: str
    issued: int
    used: int
    expired: int
    voided: int
    discount_fen: int
    def __init__(self, channel_code: _Optional[str] = ..., issued: _Optional[int] = ..., used: _Optional[int] = ..., expired: _Optional[int] = ..., voided: _Optional[int] = ..., discount_fen: _Optional[int] = ...) -> None: ...

class Channel(_message.Message):
    __slots__ = ("channel_code", "template_id", "name", "quota", "claimed", "active", "create_time")
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    channel_code: str
    template_id: str
    name: str
    quota: int
    claimed: int
    active: bool
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, channel_code: _Optional[str] = ..., template_id: _Optional[str] = ..., name: _Optional[str] = ..., quota: _Optional[int] = ..., claimed: _Optional[int] = ..., active: bool = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetChannelRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "channel_code", "name", "quota", "active")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    channel_code: str
    name: str
    quota: int
    active: bool
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., channel_code: _Optional[str] = ..., name: _Optional[str] = ..., quota: _Optional[int] = ..., active: bool = ...) -> None: ...

class SetChannelResponse(_message.Message):
    __slots__ = ("channel",)
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    def __init__(self, channel: _Optional[_Union[Channel, _Mapping]] = ...) -> None: ...

class ListChannelsRequest(_message.Message):
    __slots__ = ("template_id", "page_size", "page_token")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    page_size: int
    page_token: str
    def __init__(self, template_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListChannelsResponse(_message.Message):
    __slots__ = ("channels", "next_page_token")
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[Channel]
    next_page_token: str
    def __init__(self, channels: _Optional[_Iterable[_Union[Channel, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreateCodesRequest(_message.Message):
    __slots__ = ("request_id", "code_batch_id", "template_id", "number", "expire_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code_batch_id: str
    template_id: str
    number: int
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., code_batch_id: _Optional[str] = ..., template_id: _Optional[str] = ..., number: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateCodesResponse(_message.Message):
    __slots__ = ("codes",)
    CODES_FIELD_NUMBER: _ClassVar[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, codes: _Optional[_Iterable[str]] = ...) -> None: ...

class PostPayRule(_message.Message):
    __slots__ = ("rule_id", "version", "active", "template_id", "quantity", "min_paid_fen", "channels", "store_ids", "first_order_only")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MIN_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    STORE_IDS_FIELD_NUMBER: _ClassVar[int]
    FIRST_ORDER_ONLY_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    version: int
    active: bool
    template_id: str
    quantity: int
    min_paid_fen: int
    channels: _containers.RepeatedScalarFieldContainer[str]
    store_ids: _containers.RepeatedScalarFieldContainer[str]
    first_order_only: bool
    def __init__(self, rule_id: _Optional[str] = ..., version: _Optional[int] = ..., active: bool = ..., template_id: _Optional[str] = ..., quantity: _Optional[int] = ..., min_paid_fen: _Optional[int] = ..., channels: _Optional[_Iterable[str]] = ..., store_ids: _Optional[_Iterable[str]] = ..., first_order_only: bool = ...) -> None: ...

class SetPostPayRuleRequest(_message.Message):
    __slots__ = ("request_id", "rule")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule: PostPayRule
    def __init__(self, request_id: _Optional[str] = ..., rule: _Optional[_Union[PostPayRule, _Mapping]] = ...) -> None: ...

class SetPostPayRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: PostPayRule
    def __init__(self, rule: _Optional[_Union[PostPayRule, _Mapping]] = ...) -> None: ...

class ListPostPayRulesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPostPayRulesResponse(_message.Message):
    __slots__ = ("rules", "next_page_token")
    RULES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[PostPayRule]
    next_page_token: str
    def __init__(self, rules: _Optional[_Iterable[_Union[PostPayRule, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
