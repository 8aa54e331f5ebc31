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

class PromoterLevel(_message.Message):
    __slots__ = ("level_id", "l1_bp", "l2_bp", "no_l2")
    LEVEL_ID_FIELD_NUMBER: _ClassVar[int]
    L1_BP_FIELD_NUMBER: _ClassVar[int]
    L2_BP_FIELD_NUMBER: _ClassVar[int]
    NO_L2_FIELD_NUMBER: _ClassVar[int]
    level_id: str
    l1_bp: int
    l2_bp: int
    no_l2: bool
    def __init__(self, level_id: _Optional[str] = ..., l1_bp: _Optional[int] = ..., l2_bp: _Optional[int] = ..., no_l2: bool = ...) -> None: ...

class Programme(_message.Message):
    __slots__ = ("version", "level_cap", "l1_bp", "l2_bp", "levels", "base", "cap_bp", "channel_fee_bp", "refund_window_days", "who", "spend_fen", "self_purchase", "binding_mode", "validity_days", "protection_days", "bind_scope", "group_orders", "guide_pool_bp", "sales_share_bp", "conflict", "conflict_winner", "guide_validity_days", "guide_protection_days", "recharge_bp", "wait_for_created", "acknowledged_by", "changed_by", "changed_at")
    class Base(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BASE_UNSPECIFIED: _ClassVar[Programme.Base]
        BASE_NET_PAID: _ClassVar[Programme.Base]
        BASE_LIST_PRICE: _ClassVar[Programme.Base]
    BASE_UNSPECIFIED: Programme.Base
    BASE_NET_PAID: Programme.Base
    BASE_LIST_PRICE: Programme.Base
    class Who(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WHO_UNSPECIFIED: _ClassVar[Programme.Who]
        WHO_ANYONE: _ClassVar[Programme.Who]
        WHO_APPROVAL: _ClassVar[Programme.Who]
        WHO_SPEND: _ClassVar[Programme.Who]
    WHO_UNSPECIFIED: Programme.Who
    WHO_ANYONE: Programme.Who
    WHO_APPROVAL: Programme.Who
    WHO_SPEND: Programme.Who
    class BindingMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BINDING_MODE_UNSPECIFIED: _ClassVar[Programme.BindingMode]
        BINDING_MODE_PERMANENT: _ClassVar[Programme.BindingMode]
        BINDING_MODE_PERIOD: _ClassVar[Programme.BindingMode]
        BINDING_MODE_TEMPORARY: _ClassVar[Programme.BindingMode]
    BINDING_MODE_UNSPECIFIED: Programme.BindingMode
    BINDING_MODE_PERMANENT: Programme.BindingMode
    BINDING_MODE_PERIOD: Programme.BindingMode
    BINDING_MODE_TEMPORARY: Programme.BindingMode
    class BindScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BIND_SCOPE_UNSPECIFIED: _ClassVar[Programme.BindScope]
        BIND_SCOPE_ALL: _ClassVar[Programme.BindScope]
        BIND_SCOPE_NEW_ONLY: _ClassVar[Programme.BindScope]
    BIND_SCOPE_UNSPECIFIED: Programme.BindScope
    BIND_SCOPE_ALL: Programme.BindScope
    BIND_SCOPE_NEW_ONLY: Programme.BindScope
    class Conflict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CONFLICT_UNSPECIFIED: _ClassVar[Programme.Conflict]
        CONFLICT_EXCLUSIVE: _ClassVar[Programme.Conflict]
        CONFLICT_BOTH: _ClassVar[Programme.Conflict]
    CONFLICT_UNSPECIFIED: Programme.Conflict
    CONFLICT_EXCLUSIVE: Programme.Conflict
    CONFLICT_BOTH: Programme.Conflict
    class ConflictWinner(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CONFLICT_WINNER_UNSPECIFIED: _ClassVar[Programme.ConflictWinner]
        CONFLICT_WINNER_PROMOTER: _ClassVar[Programme.ConflictWinner]
        CONFLICT_WINNER_GUIDE: _ClassVar[Programme.ConflictWinner]
    CONFLICT_WINNER_UNSPECIFIED: Programme.ConflictWinner
    CONFLICT_WINNER_PROMOTER: Programme.ConflictWinner
    CONFLICT_WINNER_GUIDE: Programme.ConflictWinner
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEVEL_CAP_FIELD_NUMBER: _ClassVar[int]
    L1_BP_FIELD_NUMBER: _ClassVar[int]
    L2_BP_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    CAP_BP_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FEE_BP_FIELD_NUMBER: _ClassVar[int]
    REFUND_WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    WHO_FIELD_NUMBER: _ClassVar[int]
    SPEND_FEN_FIELD_NUMBER: _ClassVar[int]
    SELF_PURCHASE_FIELD_NUMBER: _ClassVar[int]
    BINDING_MODE_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_DAYS_FIELD_NUMBER: _ClassVar[int]
    PROTECTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    BIND_SCOPE_FIELD_NUMBER: _ClassVar[int]
    GROUP_ORDERS_FIELD_NUMBER: _ClassVar[int]
    GUIDE_POOL_BP_FIELD_NUMBER: _ClassVar[int]
    SALES_SHARE_BP_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_WINNER_FIELD_NUMBER: _ClassVar[int]
    GUIDE_VALIDITY_DAYS_FIELD_NUMBER: _ClassVar[int]
    GUIDE_PROTECTION_DAYS_FIELD_NUMBER: _ClassVar[int]
    RECHARGE_BP_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_CREATED_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    version: int
    level_cap: int
    l1_bp: int
    l2_bp: int
    levels: _containers.RepeatedCompositeFieldContainer[PromoterLevel]
    base: Programme.Base
    cap_bp: int
    channel_fee_bp: int
    refund_window_days: int
    who: Programme.Who
    spend_fen: int
    self_purchase: bool
    binding_mode: Programme.BindingMode
    validity_days: int
    protection_days: int
    bind_scope: Programme.BindScope
    group_orders: bool
    guide_pool_bp: int
    sales_share_bp: int
    conflict: Programme.Conflict
    conflict_winner: Programme.ConflictWinner
    guide_validity_days: int
    guide_protection_days: int
    recharge_bp: int
    wait_for_created: _containers.RepeatedScalarFieldContainer[str]
    acknowledged_by: str
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[int] = ..., level_cap: _Optional[int] = ..., l1_bp: _Optional[int] = ..., l2_bp: _Optional[int] = ..., levels: _Optional[_Iterable[_Union[PromoterLevel, _Mapping]]] = ..., base: _Optional[_Union[Programme.Base, str]] = ..., cap_bp: _Optional[int] = ..., channel_fee_bp: _Optional[int] = ..., refund_window_days: _Optional[int] = ..., who: _Optional[_Union[Programme.Who, str]] = ..., spend_fen: _Optional[int] = ..., self_purchase: bool = ..., binding_mode: _Optional[_Union[Programme.BindingMode, str]] = ..., validity_days: _Optional[int] = ..., protection_days: _Optional[int] = ..., bind_scope: _Optional[_Union[Programme.BindScope, str]] = ..., group_orders: bool = ..., guide_pool_bp: _Optional[int] = ..., sales_share_bp: _Optional[int] = ..., conflict: _Optional[_Union[Programme.Conflict, str]] = ..., conflict_winner: _Optional[_Union[Programme.ConflictWinner, str]] = ..., guide_validity_days: _Optional[int] = ..., guide_protection_days: _Optional[int] = ..., recharge_bp: _Optional[int] = ..., wait_for_created: _Optional[_Iterable[str]] = ..., acknowledged_by: _Optional[str] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Rate(_message.Message):
    __slots__ = ("rate_id", "l1_fixed_fen", "l1_bp", "l2_fixed_fen", "l2_bp")
    RATE_ID_FIELD_NUMBER: _ClassVar[int]
    L1_FIXED_FEN_FIELD_NUMBER: _ClassVar[int]
    L1_BP_FIELD_NUMBER: _ClassVar[int]
    L2_FIXED_FEN_FIELD_NUMBER: _ClassVar[int]
    L2_BP_FIELD_NUMBER: _ClassVar[int]
    rate_id: str
    l1_fixed_fen: int
    l1_bp: int
    l2_fixed_fen: int
    l2_bp: int
    def __init__(self, rate_id: _Optional[str] = ..., l1_fixed_fen: _Optional[int] = ..., l1_bp: _Optional[int] = ..., l2_fixed_fen: _Optional[int] = ..., l2_bp: _Optional[int] = ...) -> None: ...

class SetProgrammeRequest(_message.Message):
    __slots__ = ("request_id", "programme", "acknowledge_second_level")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGE_SECOND_LEVEL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    programme: Programme
    acknowledge_second_level: bool
    def __init__(self, request_id: _Optional[str] = ..., programme: _Optional[_Union[Programme, _Mapping]] = ..., acknowledge_second_level: bool = ...) -> None: ...

class SetProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ...) -> None: ...

class GetProgrammeRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class GetProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: Programme
    def __init__(self, programme: _Optional[_Union[Programme, _Mapping]] = ...) -> None: ...

class SetRatesRequest(_message.Message):
    __slots__ = ("request_id", "rates")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rates: _containers.RepeatedCompositeFieldContainer[Rate]
    def __init__(self, request_id: _Optional[str] = ..., rates: _Optional[_Iterable[_Union[Rate, _Mapping]]] = ...) -> None: ...

class SetRatesResponse(_message.Message):
    __slots__ = ("count",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class ListRatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRatesResponse(_message.Message):
    __slots__ = ("rates", "next_page_token")
    RATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rates: _containers.RepeatedCompositeFieldContainer[Rate]
    next_page_token: str
    def __init__(self, rates: _Optional[_Iterable[_Union[Rate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EstimateCommissionRequest(_message.Message):
    __slots__ = ("sku_id", "spu_id", "price_fen", "qty", "promoter_id")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    SPU_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    spu_id: str
    price_fen: int
    qty: int
    promoter_id: str
    def __init__(self, sku_id: _Optional[str] = ..., spu_id: _Optional[str] = ..., price_fen: _Optional[int] = ..., qty: _Optional[int] = ..., promoter_id: _Optional[str] = ...) -> None: ...

class EstimateCommissionResponse(_message.Message):
    __slots__ = ("l1_fen", "l2_fen")
    L1_FEN_FIELD_NUMBER: _ClassVar[int]
    L2_FEN_FIELD_NUMBER: _ClassVar[int]
    l1_fen: int
    l2_fen: int
    def __init__(self, l1_fen: _Optional[int] = ..., l2_fen: _Optional[int] = ...) -> None: ...
