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

class ReferrerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRER_KIND_UNSPECIFIED: _ClassVar[ReferrerKind]
    REFERRER_KIND_STAFF: _ClassVar[ReferrerKind]
    REFERRER_KIND_MEMBER: _ClassVar[ReferrerKind]
REFERRER_KIND_UNSPECIFIED: ReferrerKind
REFERRER_KIND_STAFF: ReferrerKind
REFERRER_KIND_MEMBER: ReferrerKind

class Reward(_message.Message):
    __slots__ = ("to", "kind", "on", "ladder", "template_id")
    class To(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TO_UNSPECIFIED: _ClassVar[Reward.To]
        TO_REFERRER: _ClassVar[Reward.To]
        TO_NEW_MEMBER: _ClassVar[Reward.To]
    TO_UNSPECIFIED: Reward.To
    TO_REFERRER: Reward.To
    TO_NEW_MEMBER: Reward.To
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Reward.Kind]
        KIND_CASH: _ClassVar[Reward.Kind]
        KIND_POINTS: _ClassVar[Reward.Kind]
        KIND_COUPON: _ClassVar[Reward.Kind]
        KIND_STORED_VALUE: _ClassVar[Reward.Kind]
    KIND_UNSPECIFIED: Reward.Kind
    KIND_CASH: Reward.Kind
    KIND_POINTS: Reward.Kind
    KIND_COUPON: Reward.Kind
    KIND_STORED_VALUE: Reward.Kind
    class On(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ON_UNSPECIFIED: _ClassVar[Reward.On]
        ON_ENROLLED: _ClassVar[Reward.On]
        ON_PHONE_VERIFIED: _ClassVar[Reward.On]
        ON_FIRST_ORDER_COMPLETED: _ClassVar[Reward.On]
    ON_UNSPECIFIED: Reward.On
    ON_ENROLLED: Reward.On
    ON_PHONE_VERIFIED: Reward.On
    ON_FIRST_ORDER_COMPLETED: Reward.On
    TO_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    LADDER_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    to: Reward.To
    kind: Reward.Kind
    on: Reward.On
    ladder: _containers.RepeatedCompositeFieldContainer[Step]
    template_id: str
    def __init__(self, to: _Optional[_Union[Reward.To, str]] = ..., kind: _Optional[_Union[Reward.Kind, str]] = ..., on: _Optional[_Union[Reward.On, str]] = ..., ladder: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., template_id: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("first", "amount")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    first: int
    amount: int
    def __init__(self, first: _Optional[int] = ..., amount: _Optional[int] = ...) -> None: ...

class ReferralProgramme(_message.Message):
    __slots__ = ("programme_id", "version", "name", "active", "referrers", "rewards", "min_order_fen", "window_days", "day_cap", "month_cap", "blacklist", "refund_window_days")
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REFERRERS_FIELD_NUMBER: _ClassVar[int]
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    MIN_ORDER_FEN_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    DAY_CAP_FIELD_NUMBER: _ClassVar[int]
    MONTH_CAP_FIELD_NUMBER: _ClassVar[int]
    BLACKLIST_FIELD_NUMBER: _ClassVar[int]
    REFUND_WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    version: int
    name: str
    active: bool
    referrers: _containers.RepeatedScalarFieldContainer[ReferrerKind]
    rewards: _containers.RepeatedCompositeFieldContainer[Reward]
    min_order_fen: int
    window_days: int
    day_cap: int
    month_cap: int
    blacklist: _containers.RepeatedScalarFieldContainer[str]
    refund_window_days: int
    def __init__(self, programme_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., active: bool = ..., referrers: _Optional[_Iterable[_Union[ReferrerKind, str]]] = ..., rewards: _Optional[_Iterable[_Union[Reward, _Mapping]]] = ..., min_order_fen: _Optional[int] = ..., window_days: _Optional[int] = ..., day_cap: _Optional[int] = ..., month_cap: _Optional[int] = ..., blacklist: _Optional[_Iterable[str]] = ..., refund_window_days: _Optional[int] = ...) -> None: ...

class Referral(_message.Message):
    __slots__ = ("member_id", "programme_id", "referrer_kind", "referrer_id", "state", "number", "reason", "given", "clicked_at", "enrolled_at", "qualified_at")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Referral.State]
        STATE_CLICKED: _ClassVar[Referral.State]
        STATE_ENROLLED: _ClassVar[Referral.State]
        STATE_QUALIFIED: _ClassVar[Referral.State]
        STATE_REWARDED: _ClassVar[Referral.State]
        STATE_REJECTED: _ClassVar[Referral.State]
        STATE_CLAWED_BACK: _ClassVar[Referral.State]
    STATE_UNSPECIFIED: Referral.State
    STATE_CLICKED: Referral.State
    STATE_ENROLLED: Referral.State
    STATE_QUALIFIED: Referral.State
    STATE_REWARDED: Referral.State
    STATE_REJECTED: Referral.State
    STATE_CLAWED_BACK: Referral.State
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_KIND_FIELD_NUMBER: _ClassVar[int]
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GIVEN_FIELD_NUMBER: _ClassVar[int]
    CLICKED_AT_FIELD_NUMBER: _ClassVar[int]
    ENROLLED_AT_FIELD_NUMBER: _ClassVar[int]
    QUALIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    referrer_kind: ReferrerKind
    referrer_id: str
    state: Referral.State
    number: int
    reason: str
    given: _containers.RepeatedCompositeFieldContainer[GivenReward]
    clicked_at: _timestamp_pb2.Timestamp
    enrolled_at: _timestamp_pb2.Timestamp
    qualified_at: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., referrer_kind: _Optional[_Union[ReferrerKind, str]] = ..., referrer_id: _Optional[str] = ..., state: _Optional[_Union[Referral.State, str]] = ..., number: _Optional[int] = ..., reason: _Optional[str] = ..., given: _Optional[_Iterable[_Union[GivenReward, _Mapping]]] = ..., clicked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrolled_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., qualified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GivenReward(_message.Message):
    __slots__ = ("reward_id", "place", "amount")
    REWARD_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    reward_id: str
    place: int
    amount: int
    def __init__(self, reward_id: _Optional[str] = ..., place: _Optional[int] = ..., amount: _Optional[int] = ...) -> None: ...

class CreateReferralProgrammeRequest(_message.Message):
    __slots__ = ("request_id", "programme")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    programme: ReferralProgramme
    def __init__(self, request_id: _Optional[str] = ..., programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ...) -> None: ...

class CreateReferralProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: ReferralProgramme
    def __init__(self, programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ...) -> None: ...

class GetReferralProgrammeRequest(_message.Message):
    __slots__ = ("programme_id",)
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    programme_id: str
    def __init__(self, programme_id: _Optional[str] = ...) -> None: ...

class GetReferralProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: ReferralProgramme
    def __init__(self, programme: _Optional[_Union[ReferralProgramme, _Mapping]] = ...) -> None: ...

class RegisterReferralRequest(_message.Message):
    __slots__ = ("request_id", "programme_id", "member_id", "referrer_kind", "referrer_id", "device_hash")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_KIND_FIELD_NUMBER: _ClassVar[int]
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_HASH_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    programme_id: str
    member_id: str
    referrer_kind: ReferrerKind
    referrer_id: str
    device_hash: str
    def __init__(self, request_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., member_id: _Optional[str] = ..., referrer_kind: _Optional[_Union[ReferrerKind, str]] = ..., referrer_id: _Optional[str] = ..., device_hash: _Optional[str] = ...) -> None: ...

class RegisterReferralResponse(_message.Message):
    __slots__ = ("referral",)
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ...) -> None: ...

class GetReferralRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetReferralResponse(_message.Message):
    __slots__ = ("referral",)
    REFERRAL_FIELD_NUMBER: _ClassVar[int]
    referral: Referral
    def __init__(self, referral: _Optional[_Union[Referral, _Mapping]] = ...) -> None: ...

class ListReferralsRequest(_message.Message):
    __slots__ = ("referrer_id", "page_size", "page_token")
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    referrer_id: str
    page_size: int
    page_token: str
    def __init__(self, referrer_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReferralsResponse(_message.Message):
    __slots__ = ("referrals", "next_page_token")
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    referrals: _containers.RepeatedCompositeFieldContainer[Referral]
    next_page_token: str
    def __init__(self, referrals: _Optional[_Iterable[_Union[Referral, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
