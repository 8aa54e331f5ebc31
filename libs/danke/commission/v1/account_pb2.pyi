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

class Payee(_message.Message):
    __slots__ = ("kind", "payee_id")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Payee.Kind]
        KIND_PROMOTER: _ClassVar[Payee.Kind]
        KIND_GUIDE: _ClassVar[Payee.Kind]
    KIND_UNSPECIFIED: Payee.Kind
    KIND_PROMOTER: Payee.Kind
    KIND_GUIDE: Payee.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYEE_ID_FIELD_NUMBER: _ClassVar[int]
    kind: Payee.Kind
    payee_id: str
    def __init__(self, kind: _Optional[_Union[Payee.Kind, str]] = ..., payee_id: _Optional[str] = ...) -> None: ...

class Account(_message.Message):
    __slots__ = ("estimated_fen", "frozen_fen", "available_fen", "withdrawing_fen", "paid_fen", "debt_fen")
    ESTIMATED_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWING_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    DEBT_FEN_FIELD_NUMBER: _ClassVar[int]
    estimated_fen: int
    frozen_fen: int
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int
    def __init__(self, estimated_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., available_fen: _Optional[int] = ..., withdrawing_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., debt_fen: _Optional[int] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("entry_id", "source_id", "order_id", "line_id", "role", "account_id", "base_fen", "rate_bp", "rule_version", "amount_fen", "reversed_fen", "state", "at")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Entry.State]
        STATE_ESTIMATED: _ClassVar[Entry.State]
        STATE_FROZEN: _ClassVar[Entry.State]
        STATE_AVAILABLE: _ClassVar[Entry.State]
        STATE_CANCELLED: _ClassVar[Entry.State]
    STATE_UNSPECIFIED: Entry.State
    STATE_ESTIMATED: Entry.State
    STATE_FROZEN: Entry.State
    STATE_AVAILABLE: Entry.State
    STATE_CANCELLED: Entry.State
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    BASE_FEN_FIELD_NUMBER: _ClassVar[int]
    RATE_BP_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REVERSED_FEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    source_id: str
    order_id: str
    line_id: str
    role: str
    account_id: str
    base_fen: int
    rate_bp: int
    rule_version: int
    amount_fen: int
    reversed_fen: int
    state: Entry.State
    at: _timestamp_pb2.Timestamp
    def __init__(self, entry_id: _Optional[str] = ..., source_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_id: _Optional[str] = ..., role: _Optional[str] = ..., account_id: _Optional[str] = ..., base_fen: _Optional[int] = ..., rate_bp: _Optional[int] = ..., rule_version: _Optional[int] = ..., amount_fen: _Optional[int] = ..., reversed_fen: _Optional[int] = ..., state: _Optional[_Union[Entry.State, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Reversal(_message.Message):
    __slots__ = ("entry_id", "ref", "amount_fen", "pending_fen", "available_fen", "debt_fen", "period", "at")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    DEBT_FEN_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    ref: str
    amount_fen: int
    pending_fen: int
    available_fen: int
    debt_fen: int
    period: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, entry_id: _Optional[str] = ..., ref: _Optional[str] = ..., amount_fen: _Optional[int] = ..., pending_fen: _Optional[int] = ..., available_fen: _Optional[int] = ..., debt_fen: _Optional[int] = ..., period: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetAccountRequest(_message.Message):
    __slots__ = ("payee",)
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    payee: Payee
    def __init__(self, payee: _Optional[_Union[Payee, _Mapping]] = ...) -> None: ...

class GetAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: Account
    def __init__(self, account: _Optional[_Union[Account, _Mapping]] = ...) -> None: ...

class ListEntriesRequest(_message.Message):
    __slots__ = ("payee", "state", "page_size", "page_token")
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payee: Payee
    state: Entry.State
    page_size: int
    page_token: str
    def __init__(self, payee: _Optional[_Union[Payee, _Mapping]] = ..., state: _Optional[_Union[Entry.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetOrderCommissionRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetOrderCommissionResponse(_message.Message):
    __slots__ = ("l1_id", "l2_id", "sales_guide_id", "exclusive_guide_id", "store_id", "rule_version", "state", "route", "unfreeze_at", "entries", "reversals")
    L1_ID_FIELD_NUMBER: _ClassVar[int]
    L2_ID_FIELD_NUMBER: _ClassVar[int]
    SALES_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ROUTE_FIELD_NUMBER: _ClassVar[int]
    UNFREEZE_AT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    REVERSALS_FIELD_NUMBER: _ClassVar[int]
    l1_id: str
    l2_id: str
    sales_guide_id: str
    exclusive_guide_id: str
    store_id: str
    rule_version: int
    state: str
    route: str
    unfreeze_at: _timestamp_pb2.Timestamp
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    reversals: _containers.RepeatedCompositeFieldContainer[Reversal]
    def __init__(self, l1_id: _Optional[str] = ..., l2_id: _Optional[str] = ..., sales_guide_id: _Optional[str] = ..., exclusive_guide_id: _Optional[str] = ..., store_id: _Optional[str] = ..., rule_version: _Optional[int] = ..., state: _Optional[str] = ..., route: _Optional[str] = ..., unfreeze_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., reversals: _Optional[_Iterable[_Union[Reversal, _Mapping]]] = ...) -> None: ...

class ListStatementRequest(_message.Message):
    __slots__ = ("payee", "page_size", "page_token")
    PAYEE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payee: Payee
    page_size: int
    page_token: str
    def __init__(self, payee: _Optional[_Union[Payee, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStatementResponse(_message.Message):
    __slots__ = ("lines", "next_page_token")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[StatementLine]
    next_page_token: str
    def __init__(self, lines: _Optional[_Iterable[_Union[StatementLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StatementLine(_message.Message):
    __slots__ = ("at", "kind", "ref", "available_fen", "withdrawing_fen", "paid_fen", "debt_fen", "available_after_fen", "debt_after_fen")
    AT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWING_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    DEBT_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    DEBT_AFTER_FEN_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    kind: str
    ref: str
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int
    available_after_fen: int
    debt_after_fen: int
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[str] = ..., ref: _Optional[str] = ..., available_fen: _Optional[int] = ..., withdrawing_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., debt_fen: _Optional[int] = ..., available_after_fen: _Optional[int] = ..., debt_after_fen: _Optional[int] = ...) -> None: ...

class GetLiabilityRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLiabilityResponse(_message.Message):
    __slots__ = ("owed", "ages")
    OWED_FIELD_NUMBER: _ClassVar[int]
    AGES_FIELD_NUMBER: _ClassVar[int]
    owed: _containers.RepeatedCompositeFieldContainer[Owed]
    ages: _containers.RepeatedCompositeFieldContainer[Age]
    def __init__(self, owed: _Optional[_Iterable[_Union[Owed, _Mapping]]] = ..., ages: _Optional[_Iterable[_Union[Age, _Mapping]]] = ...) -> None: ...

class Owed(_message.Message):
    __slots__ = ("kind", "estimated_fen", "frozen_fen", "available_fen", "withdrawing_fen", "paid_fen", "debt_fen")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_FEN_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FEN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWING_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    DEBT_FEN_FIELD_NUMBER: _ClassVar[int]
    kind: str
    estimated_fen: int
    frozen_fen: int
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int
    def __init__(self, kind: _Optional[str] = ..., estimated_fen: _Optional[int] = ..., frozen_fen: _Optional[int] = ..., available_fen: _Optional[int] = ..., withdrawing_fen: _Optional[int] = ..., paid_fen: _Optional[int] = ..., debt_fen: _Optional[int] = ...) -> None: ...

class Age(_message.Message):
    __slots__ = ("month", "available_fen", "credits")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    month: str
    available_fen: int
    credits: int
    def __init__(self, month: _Optional[str] = ..., available_fen: _Optional[int] = ..., credits: _Optional[int] = ...) -> None: ...

class SetAfterSaleRequest(_message.Message):
    __slots__ = ("request_id", "order_id", "after_sale_id", "open")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SALE_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    order_id: str
    after_sale_id: str
    open: bool
    def __init__(self, request_id: _Optional[str] = ..., order_id: _Optional[str] = ..., after_sale_id: _Optional[str] = ..., open: bool = ...) -> None: ...

class SetAfterSaleResponse(_message.Message):
    __slots__ = ("state", "open_after_sales")
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_AFTER_SALES_FIELD_NUMBER: _ClassVar[int]
    state: str
    open_after_sales: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, state: _Optional[str] = ..., open_after_sales: _Optional[_Iterable[str]] = ...) -> None: ...
