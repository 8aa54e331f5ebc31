"""Campaigns: whom the data's campaigns reached, and what was redeemed. Pure, but for reading files.

The data says which households each of 27 campaigns targeted, and on which day which household
redeemed a coupon of it; it does not say in which basket. So each redemption is an order of its own
here. A campaign is a coupon template that is valid from its first to its last day.

* A household is given the campaign's coupon by mass grant on the campaign's first day, or on the
  day it becomes a member if that is later. After the last day the service refuses it.
* A further coupon that the same household redeems is granted when it does.
* Campaigns and redemptions count up to the day before the last of the replay, which breaks off.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq

from danke.events import coupon
from demo import data
from demo.plan import Household

FACE_FEN: Final = 100
MADE_UP: Final = (
    "Campaign",
    "Who is targeted and what is redeemed on which day is the data's; in which basket is not in it,"
    " so a redemption is an order of its own. A campaign's coupon is worth ¥1. A household targeted"
    " before it was a member gets it when it joins.",
)


class Campaign(msgspec.Struct, frozen=True):
    """One campaign of the data. Its last day is inclusive."""

    campaign_id: int
    kind: str
    first: date
    last: date
    households: list[int]

    @property
    def template_id(self) -> str:
        """The coupon template it is."""
        return f"campaign-{self.campaign_id}"


class Batch(msgspec.Struct):
    """The mass grant of one campaign on one day. What came of it is known once it ended."""

    campaign: Campaign
    day: date
    households: list[Household]
    # Coupon ids by member.
    coupons: Mapping[str, str] = {}

    @property
    def batch_id(self) -> str:
        """What it and its requests are named after."""
        return f"c{self.campaign.campaign_id}-{self.day:%Y%m%d}"


class Redemption(msgspec.Struct, frozen=True):
    """The ``number``-th coupon of a campaign that a household redeems, from 0."""

    campaign: Campaign
    household: Household
    number: int

    @property
    def order_id(self) -> str:
        """The order it is redeemed in."""
        return f"c{self.campaign.campaign_id}-h{self.household.household_id}-{self.number}"


class CampaignDay(msgspec.Struct):
    """What campaigns bring on one day."""

    batches: list[Batch] = []
    redemptions: list[Redemption] = []


class Campaigns:
    """Plans the campaigns day by day; the same day asked for again is the same plan."""

    def __init__(self, weeks: int, source: Path | None = None) -> None:
        folder = source or data.folder()
        self.end = _last_day(folder, weeks)
        self.campaigns = {one.campaign_id: one for one in read(folder) if one.first < self.end}
        # What is still to come: whom to target, and who redeems when.
        self._targets = {number: set(one.households) for number, one in self.campaigns.items()}
        self._redeems = [one for one in _redemptions(folder) if one[0] < self.end]
        self._counted: Counter[tuple[int, int]] = Counter()
        self._planned: dict[date, CampaignDay] = {}

    def day(self, day: date, members: Mapping[int, Household]) -> CampaignDay:
        """What happens on a day to those who are members by its end."""
        if day not in self._planned:
            self._planned[day] = CampaignDay(
                list(self._batches(day, members)), self._redeemed(day, members)
            )
        return self._planned[day]

    def _batches(self, day: date, members: Mapping[int, Household]) -> list[Batch]:
        batches = []
        for number, campaign in self.campaigns.items():
            if campaign.first > day:
                continue
            now = self._targets[number] & members.keys()
            self._targets[number] -= now
            if now:
                chosen = sorted((members[each] for each in now), key=lambda one: one.member_id)
                batches.append(Batch(campaign, day, chosen))
        return batches

    def _redeemed(self, day: date, members: Mapping[int, Household]) -> list[Redemption]:
        due: list[tuple[date, int, int]] = []
        later: list[tuple[date, int, int]] = []
        for one in self._redeems:
            (due if one[0] <= day and one[2] in members else later).append(one)
        self._redeems = later
        found = []
        for _, number, household_id in due:
            place = number, household_id
            campaign, household = self.campaigns[number], members[household_id]
            found.append(Redemption(campaign, household, self._counted[place]))
            self._counted[place] += 1
        return found


def read(folder: Path) -> list[Campaign]:
    """The campaigns, by their number."""
    targeted: defaultdict[int, list[int]] = defaultdict(list)
    table = pq.read_table(folder / "campaigns.parquet")
    for campaign, household in zip(
        table["campaign_id"].to_pylist(), table["household_id"].to_pylist(), strict=True
    ):
        targeted[campaign].append(household)
    described = pq.read_table(folder / "campaign_descriptions.parquet").to_pylist()
    return [
        Campaign(
            row["campaign_id"], row["campaign_type"], row["start_date"].date(),
            row["end_date"].date(), sorted(targeted[row["campaign_id"]]),
        )
        for row in sorted(described, key=lambda row: row["campaign_id"])
    ]  # fmt: skip


def _redemptions(folder: Path) -> list[tuple[date, int, int]]:
    """Day, campaign and household of each redemption, by day."""
    table = pq.read_table(folder / "coupon_redemptions.parquet")
    columns = ("redemption_date", "campaign_id", "household_id")
    rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
    return sorted((at.date(), campaign, household) for at, campaign, household in rows)


def _last_day(folder: Path, weeks: int) -> date:
    table = pq.read_table(
        folder / "transactions.parquet",
        columns=["transaction_timestamp"],
        filters=pc.field("week") <= weeks,
    )
    last: date = pc.max(table["transaction_timestamp"]).as_py().date()
    return last


class CouponBooks:
    """What coupon's topics add up to, by template; ``takers`` is what the tally hands events to."""

    def __init__(self) -> None:
        self.granted: Counter[str] = Counter()
        # Whom mass grants gave a coupon, and who used one.
        self.targeted: defaultdict[str, set[str]] = defaultdict(set)
        self.redeemers: defaultdict[str, set[str]] = defaultdict(set)
        self.used: Counter[str] = Counter()
        self.used_fen: Counter[str] = Counter()

    @property
    def takers(self) -> Mapping[type[Any], Callable[[Any], None]]:
        """Which events count, and how."""
        return {coupon.CouponGranted: self._granted, coupon.CouponUsed: self._used}

    def _granted(self, event: coupon.CouponGranted) -> None:
        self.granted[event.template_id] += 1
        if event.batch_id:
            self.targeted[event.template_id].add(event.member_id)

    def _used(self, event: coupon.CouponUsed) -> None:
        self.used[event.template_id] += 1
        self.used_fen[event.template_id] += event.discount_fen
        self.redeemers[event.template_id].add(event.member_id)
