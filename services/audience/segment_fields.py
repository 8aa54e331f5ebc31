"""What a segment rule may ask of a profile: names, types, and the words for them.

Every field is in one column of ``profiles``. Amounts are fen. A text nobody told is empty; a moment
nobody told, and an attribute that is not set, are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Kind = Literal["INT", "FEN", "TEXT", "FLAG", "TIME", "LIST", "MAP"]
# Where a value is: a column by its name; a named part of the attributes; how often, or when last,
# a behaviour was seen.
Place = Literal["COLUMN", "ATTRIBUTE", "COUNT", "LAST"]


class Field(msgspec.Struct, frozen=True):
    """One field. ``{}`` in ``phrase`` stands for the comparison."""

    name: str
    kind: Kind
    phrase: str
    # The Chinese term, where there is one that users know.
    term: str = ""
    # "for at least 30 days" / "within the last 30 days", for moments that are nearly always asked
    # for that way.
    not_for: str = ""
    within: str = ""
    place: Place = "COLUMN"

    @property
    def column(self) -> str:
        """The column of ``profiles`` it is read from."""
        return {"COUNT": "behaviour", "LAST": "behaviour"}.get(self.place, self.name)


_DECLARED: Final = (
    Field("order_count", "INT", "has ordered {} times", "下单次数"),
    Field("net_sales_fen", "FEN", "has spent {}", "累计消费"),
    Field("refunded_fen", "FEN", "was refunded {}", "累计退款"),
    Field("avg_order_fen", "FEN", "spends {} per order", "客单价"),
    Field("cycle_days", "INT", "has a cycle of {} days", "复购周期"),
    Field("wake_round", "INT", "was woken {} times in vain", "唤醒轮次"),
    Field("feedback_count", "INT", "gave feedback {} times", "反馈次数"),
    Field("referral_count", "INT", "referred {} friends", "推荐人数"),
    Field("tier_level", "INT", "has a tier of level {}", "会员等级"),
    Field("points", "INT", "has {} points", "积分"),
    Field("principal_fen", "FEN", "has {} of stored principal", "储值本金"),
    Field("bonus_fen", "FEN", "has {} of stored bonus", "储值赠金"),
    Field("coupons_received", "INT", "received {} coupons", "领券数"),
    Field("coupons_used", "INT", "used {} coupons", "用券数"),
    Field("groups_joined", "INT", "joined {} groups", "参团次数"),
    Field("rfm_recency", "INT", "has an RFM recency of {}", "最近消费评分"),
    Field("rfm_frequency", "INT", "has an RFM frequency of {}", "消费频次评分"),
    Field("rfm_monetary", "INT", "has an RFM value of {}", "消费金额评分"),
    Field("status", "TEXT", "is {}", "会员状态"),
    Field("stage", "TEXT", "is in the stage {}", "生命周期阶段"),
    Field("tier_id", "TEXT", "has the tier {}", "等级"),
    Field("store_id", "TEXT", "belongs to the store {}", "归属门店"),
    Field("source", "TEXT", "came by {}", "来源"),
    Field("enrol_channel", "TEXT", "enrolled by {}", "开卡渠道"),
    Field("referrer_id", "TEXT", "was referred by {}", "推荐人"),
    Field("opening_guide_id", "TEXT", "was enrolled by the guide {}", "开卡导购"),
    Field("guide_id", "TEXT", "is looked after by the guide {}", "专属导购"),
    Field("promoter_id", "TEXT", "belongs to the promoter {}", "分销员"),
    Field("last_category_id", "TEXT", "last bought of the category {}", "最近购买品类"),
    Field("last_store_id", "TEXT", "last bought in the store {}", "最近消费门店"),
    Field("last_channel", "TEXT", "last bought by {}", "最近消费渠道"),
    Field("birthday", "TEXT", "has the birthday (month-day) {}", "生日"),
    Field("is_habit", "FLAG", "has the habit of buying", "习惯养成"),
    Field("is_super", "FLAG", "is a super user", "超级用户"),
    Field("created_at", "TIME", "first seen", "首次出现"),
    Field("enrolled_at", "TIME", "enrolled", "入会时间"),
    Field("source_at", "TIME", "came", "来源时间"),
    Field("guide_at", "TIME", "given to the guide", "绑定导购时间"),
    Field("first_paid_at", "TIME", "first order", "首单时间"),
    Field(
        "last_paid_at", "TIME", "last order", "最近消费时间", "has not ordered for {}",
        "ordered within the last {}",
    ),
    Field("stage_since", "TIME", "in the stage since", "进入阶段时间"),
    Field("paid_member_until", "TIME", "paid membership ends", "付费会员到期"),
    Field(
        "last_seen_at", "TIME", "last seen", "最近访问时间", "was not seen for {}",
        "was seen within the last {}",
    ),
    Field("tags", "LIST", "has {}", "标签"),
    Field("consents", "LIST", "allows {}", "授权"),
    Field("attributes", "MAP", "has {}", "客户属性", place="ATTRIBUTE"),
    # event_count('cart_add') and last_event('cart_add'), behaviours by name.
    Field("event_count", "INT", "did {key} {} times", "行为次数", place="COUNT"),
    Field("last_event", "TIME", "last {key}", "最近行为时间", place="LAST"),
)  # fmt: skip
FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _DECLARED}

# Written by the set-based refresh, not by commands: rules that read them are evaluated anew after
# it.
REFRESHED: Final = frozenset({"rfm_recency", "rfm_frequency", "rfm_monetary"})
# Who may be in a segment at all: not who is gone.
PRESENT: Final = ("VISITOR", "MEMBER", "FROZEN")
