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

class TierMetric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_METRIC_UNSPECIFIED: _ClassVar[TierMetric]
    TIER_METRIC_GROWTH: _ClassVar[TierMetric]
    TIER_METRIC_POINTS: _ClassVar[TierMetric]
    TIER_METRIC_SPEND: _ClassVar[TierMetric]
    TIER_METRIC_ORDERS: _ClassVar[TierMetric]

class TierSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIER_SOURCE_UNSPECIFIED: _ClassVar[TierSource]
    TIER_SOURCE_BASE: _ClassVar[TierSource]
    TIER_SOURCE_EARNED: _ClassVar[TierSource]
    TIER_SOURCE_RECHARGE: _ClassVar[TierSource]
    TIER_SOURCE_MANUAL: _ClassVar[TierSource]
    TIER_SOURCE_PAID: _ClassVar[TierSource]
    TIER_SOURCE_TRIAL: _ClassVar[TierSource]
TIER_METRIC_UNSPECIFIED: TierMetric
TIER_METRIC_GROWTH: TierMetric
TIER_METRIC_POINTS: TierMetric
TIER_METRIC_SPEND: TierMetric
TIER_METRIC_ORDERS: TierMetric
TIER_SOURCE_UNSPECIFIED: TierSource
TIER_SOURCE_BASE: TierSource
TIER_SOURCE_EARNED: TierSource
TIER_SOURCE_RECHARGE: TierSource
TIER_SOURCE_MANUAL: TierSource
TIER_SOURCE_PAID: TierSource
TIER_SOURCE_TRIAL: TierSource

class TierGrant(_message.Message):
    __slots__ = ("grant_id", "source", "tier_id", "level", "ref", "obtain_time", "valid_until")
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    OBTAIN_TIME_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    grant_id: str
    source: TierSource
    tier_id: str
    level: int
    ref: str
    obtain_time: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, grant_id: _Optional[str] = ..., source: _Optional[_Union[TierSource, str]] = ..., tier_id: _Optional[str] = ..., level: _Optional[int] = ..., ref: _Optional[str] = ..., obtain_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TierStanding(_message.Message):
    __slots__ = ("member_id", "tier_id", "level", "source", "valid_until", "growth", "points", "spend_fen", "orders", "metric", "qualifying", "next_tier_id", "next_tier_gap", "keep_gap")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SPEND_FEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    QUALIFYING_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_ID_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIER_GAP_FIELD_NUMBER: _ClassVar[int]
    KEEP_GAP_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    tier_id: str
    level: int
    source: TierSource
    valid_until: _timestamp_pb2.Timestamp
    growth: int
    points: int
    spend_fen: int
    orders: int
    metric: TierMetric
    qualifying: int
    next_tier_id: str
    next_tier_gap: int
    keep_gap: int
    def __init__(self, member_id: _Optional[str] = ..., tier_id: _Optional[str] = ..., level: _Optional[int] = ..., source: _Optional[_Union[TierSource, str]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., growth: _Optional[int] = ..., points: _Optional[int] = ..., spend_fen: _Optional[int] = ..., orders: _Optional[int] = ..., metric: _Optional[_Union[TierMetric, str]] = ..., qualifying: _Optional[int] = ..., next_tier_id: _Optional[str] = ..., next_tier_gap: _Optional[int] = ..., keep_gap: _Optional[int] = ...) -> None: ...

class GetTierRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetTierResponse(_message.Message):
    __slots__ = ("standing", "grants")
    STANDING_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    standing: TierStanding
    grants: _containers.RepeatedCompositeFieldContainer[TierGrant]
    def __init__(self, standing: _Optional[_Union[TierStanding, _Mapping]] = ..., grants: _Optional[_Iterable[_Union[TierGrant, _Mapping]]] = ...) -> None: ...

class ListGrowthRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGrowthResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[GrowthEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[GrowthEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GrowthEntry(_message.Message):
    __slots__ = ("kind", "ref", "growth", "points", "spend_fen", "orders", "time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SPEND_FEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    ref: str
    growth: int
    points: int
    spend_fen: int
    orders: int
    time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., ref: _Optional[str] = ..., growth: _Optional[int] = ..., points: _Optional[int] = ..., spend_fen: _Optional[int] = ..., orders: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AdjustGrowthRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "adjustment_id", "growth", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ADJUSTMENT_ID_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    adjustment_id: str
    growth: int
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., adjustment_id: _Optional[str] = ..., growth: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class AdjustGrowthResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TierStanding
    def __init__(self, standing: _Optional[_Union[TierStanding, _Mapping]] = ...) -> None: ...

class SetTierManuallyRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "tier_id", "reason", "valid_until", "trial")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    tier_id: str
    reason: str
    valid_until: _timestamp_pb2.Timestamp
    trial: bool
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., tier_id: _Optional[str] = ..., reason: _Optional[str] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trial: bool = ...) -> None: ...

class SetTierManuallyResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TierStanding
    def __init__(self, standing: _Optional[_Union[TierStanding, _Mapping]] = ...) -> None: ...

class RevokeTierGrantRequest(_message.Message):
    __slots__ = ("request_id", "grant_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    grant_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., grant_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RevokeTierGrantResponse(_message.Message):
    __slots__ = ("standing",)
    STANDING_FIELD_NUMBER: _ClassVar[int]
    standing: TierStanding
    def __init__(self, standing: _Optional[_Union[TierStanding, _Mapping]] = ...) -> None: ...

class UpgradeGift(_message.Message):
    __slots__ = ("points", "coupons")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    points: int
    coupons: _containers.RepeatedCompositeFieldContainer[UpgradeGiftCoupon]
    def __init__(self, points: _Optional[int] = ..., coupons: _Optional[_Iterable[_Union[UpgradeGiftCoupon, _Mapping]]] = ...) -> None: ...

class UpgradeGiftCoupon(_message.Message):
    __slots__ = ("template_id", "quantity")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    quantity: int
    def __init__(self, template_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class Tier(_message.Message):
    __slots__ = ("tier_id", "level", "name", "threshold", "keep_threshold", "gift")
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    KEEP_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    GIFT_FIELD_NUMBER: _ClassVar[int]
    tier_id: str
    level: int
    name: str
    threshold: int
    keep_threshold: int
    gift: UpgradeGift
    def __init__(self, tier_id: _Optional[str] = ..., level: _Optional[int] = ..., name: _Optional[str] = ..., threshold: _Optional[int] = ..., keep_threshold: _Optional[int] = ..., gift: _Optional[_Union[UpgradeGift, _Mapping]] = ...) -> None: ...

class TierScheme(_message.Message):
    __slots__ = ("version", "metric", "validity_days", "notice_days", "tiers")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_DAYS_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    version: int
    metric: TierMetric
    validity_days: int
    notice_days: int
    tiers: _containers.RepeatedCompositeFieldContainer[Tier]
    def __init__(self, version: _Optional[int] = ..., metric: _Optional[_Union[TierMetric, str]] = ..., validity_days: _Optional[int] = ..., notice_days: _Optional[int] = ..., tiers: _Optional[_Iterable[_Union[Tier, _Mapping]]] = ...) -> None: ...

class GetTierSchemeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetTierSchemeResponse(_message.Message):
    __slots__ = ("scheme", "growth_policy")
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    GROWTH_POLICY_FIELD_NUMBER: _ClassVar[int]
    scheme: TierScheme
    growth_policy: GrowthPolicy
    def __init__(self, scheme: _Optional[_Union[TierScheme, _Mapping]] = ..., growth_policy: _Optional[_Union[GrowthPolicy, _Mapping]] = ...) -> None: ...

class GrowthPolicy(_message.Message):
    __slots__ = ("version", "grant_on_paid", "growth_per_yuan_bp")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    GRANT_ON_PAID_FIELD_NUMBER: _ClassVar[int]
    GROWTH_PER_YUAN_BP_FIELD_NUMBER: _ClassVar[int]
    version: int
    grant_on_paid: bool
    growth_per_yuan_bp: int
    def __init__(self, version: _Optional[int] = ..., grant_on_paid: bool = ..., growth_per_yuan_bp: _Optional[int] = ...) -> None: ...

class SetTierSchemeRequest(_message.Message):
    __slots__ = ("request_id", "metric", "validity_days", "notice_days", "tiers", "expected_version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALIDITY_DAYS_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    metric: TierMetric
    validity_days: int
    notice_days: int
    tiers: _containers.RepeatedCompositeFieldContainer[Tier]
    expected_version: int
    def __init__(self, request_id: _Optional[str] = ..., metric: _Optional[_Union[TierMetric, str]] = ..., validity_days: _Optional[int] = ..., notice_days: _Optional[int] = ..., tiers: _Optional[_Iterable[_Union[Tier, _Mapping]]] = ..., expected_version: _Optional[int] = ...) -> None: ...

class SetTierSchemeResponse(_message.Message):
    __slots__ = ("scheme",)
    SCHEME_FIELD_NUMBER: _ClassVar[int]
    scheme: TierScheme
    def __init__(self, scheme: _Optional[_Union[TierScheme, _Mapping]] = ...) -> None: ...

class CalibrateTierSchemeRequest(_message.Message):
    __slots__ = ("aov_fen", "yearly_orders", "growth_per_yuan_bp", "keep_bp")
    AOV_FEN_FIELD_NUMBER: _ClassVar[int]
    YEARLY_ORDERS_FIELD_NUMBER: _ClassVar[int]
    GROWTH_PER_YUAN_BP_FIELD_NUMBER: _ClassVar[int]
    KEEP_BP_FIELD_NUMBER: _ClassVar[int]
    aov_fen: int
    yearly_orders: _containers.RepeatedScalarFieldContainer[int]
    growth_per_yuan_bp: int
    keep_bp: int
    def __init__(self, aov_fen: _Optional[int] = ..., yearly_orders: _Optional[_Iterable[int]] = ..., growth_per_yuan_bp: _Optional[int] = ..., keep_bp: _Optional[int] = ...) -> None: ...

class CalibrateTierSchemeResponse(_message.Message):
    __slots__ = ("tiers",)
    TIERS_FIELD_NUMBER: _ClassVar[int]
    tiers: _containers.RepeatedCompositeFieldContainer[Tier]
    def __init__(self, tiers: _Optional[_Iterable[_Union[Tier, _Mapping]]] = ...) -> None: ...

class SimulateTierSchemeRequest(_message.Message):
    __slots__ = ("metric", "tiers")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    TIERS_FIELD_NUMBER: _ClassVar[int]
    metric: TierMetric
    tiers: _containers.RepeatedCompositeFieldContainer[Tier]
    def __init__(self, metric: _Optional[_Union[TierMetric, str]] = ..., tiers: _Optional[_Iterable[_Union[Tier, _Mapping]]] = ...) -> None: ...

class SimulateTierSchemeResponse(_message.Message):
    __slots__ = ("moves",)
    MOVES_FIELD_NUMBER: _ClassVar[int]
    moves: _containers.RepeatedCompositeFieldContainer[SimulatedMove]
    def __init__(self, moves: _Optional[_Iterable[_Union[SimulatedMove, _Mapping]]] = ...) -> None: ...

class SimulatedMove(_message.Message):
    __slots__ = ("from_tier_id", "to_tier_id", "members", "least", "average", "most")
    FROM_TIER_ID_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    from_tier_id: str
    to_tier_id: str
    members: int
    least: int
    average: int
    most: int
    def __init__(self, from_tier_id: _Optional[str] = ..., to_tier_id: _Optional[str] = ..., members: _Optional[int] = ..., least: _Optional[int] = ..., average: _Optional[int] = ..., most: _Optional[int] = ...) -> None: ...

class SetGrowthPolicyRequest(_message.Message):
    __slots__ = ("request_id", "grant_on_paid", "growth_per_yuan_bp")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_ON_PAID_FIELD_NUMBER: _ClassVar[int]
    GROWTH_PER_YUAN_BP_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    grant_on_paid: bool
    growth_per_yuan_bp: int
    def __init__(self, request_id: _Optional[str] = ..., grant_on_paid: bool = ..., growth_per_yuan_bp: _Optional[int] = ...) -> None: ...

class SetGrowthPolicyResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class Benefit(_message.Message):
    __slots__ = ("kind", "value", "lower_is_better", "note")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOWER_IS_BETTER_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    value: int
    lower_is_better: bool
    note: str
    def __init__(self, kind: _Optional[str] = ..., value: _Optional[int] = ..., lower_is_better: bool = ..., note: _Optional[str] = ...) -> None: ...

class BenefitSource(_message.Message):
    __slots__ = ("owner", "owner_id", "valid_until")
    class Owner(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OWNER_UNSPECIFIED: _ClassVar[BenefitSource.Owner]
        OWNER_TIER: _ClassVar[BenefitSource.Owner]
        OWNER_PLAN: _ClassVar[BenefitSource.Owner]
    OWNER_UNSPECIFIED: BenefitSource.Owner
    OWNER_TIER: BenefitSource.Owner
    OWNER_PLAN: BenefitSource.Owner
    OWNER_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    owner: BenefitSource.Owner
    owner_id: str
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, owner: _Optional[_Union[BenefitSource.Owner, str]] = ..., owner_id: _Optional[str] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SourcedBenefit(_message.Message):
    __slots__ = ("benefit", "source")
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    benefit: Benefit
    source: BenefitSource
    def __init__(self, benefit: _Optional[_Union[Benefit, _Mapping]] = ..., source: _Optional[_Union[BenefitSource, _Mapping]] = ...) -> None: ...

class HeldBenefit(_message.Message):
    __slots__ = ("best", "beaten")
    BEST_FIELD_NUMBER: _ClassVar[int]
    BEATEN_FIELD_NUMBER: _ClassVar[int]
    best: SourcedBenefit
    beaten: _containers.RepeatedCompositeFieldContainer[SourcedBenefit]
    def __init__(self, best: _Optional[_Union[SourcedBenefit, _Mapping]] = ..., beaten: _Optional[_Iterable[_Union[SourcedBenefit, _Mapping]]] = ...) -> None: ...

class GetBenefitsRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetBenefitsResponse(_message.Message):
    __slots__ = ("benefits",)
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    benefits: _containers.RepeatedCompositeFieldContainer[HeldBenefit]
    def __init__(self, benefits: _Optional[_Iterable[_Union[HeldBenefit, _Mapping]]] = ...) -> None: ...

class BenefitCatalogue(_message.Message):
    __slots__ = ("owner", "owner_id", "version", "benefits")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    owner: BenefitSource.Owner
    owner_id: str
    version: int
    benefits: _containers.RepeatedCompositeFieldContainer[Benefit]
    def __init__(self, owner: _Optional[_Union[BenefitSource.Owner, str]] = ..., owner_id: _Optional[str] = ..., version: _Optional[int] = ..., benefits: _Optional[_Iterable[_Union[Benefit, _Mapping]]] = ...) -> None: ...

class ListBenefitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBenefitsResponse(_message.Message):
    __slots__ = ("catalogues",)
    CATALOGUES_FIELD_NUMBER: _ClassVar[int]
    catalogues: _containers.RepeatedCompositeFieldContainer[BenefitCatalogue]
    def __init__(self, catalogues: _Optional[_Iterable[_Union[BenefitCatalogue, _Mapping]]] = ...) -> None: ...

class SetBenefitsRequest(_message.Message):
    __slots__ = ("request_id", "owner", "owner_id", "benefits")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFITS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    owner: BenefitSource.Owner
    owner_id: str
    benefits: _containers.RepeatedCompositeFieldContainer[Benefit]
    def __init__(self, request_id: _Optional[str] = ..., owner: _Optional[_Union[BenefitSource.Owner, str]] = ..., owner_id: _Optional[str] = ..., benefits: _Optional[_Iterable[_Union[Benefit, _Mapping]]] = ...) -> None: ...

class SetBenefitsResponse(_message.Message):
    __slots__ = ("catalogue",)
    CATALOGUE_FIELD_NUMBER: _ClassVar[int]
    catalogue: BenefitCatalogue
    def __init__(self, catalogue: _Optional[_Union[BenefitCatalogue, _Mapping]] = ...) -> None: ...
