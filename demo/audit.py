"""What the services answer about every member when the shopping is over."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from danke.loyalty.v1 import points_pb2, points_rule_pb2, tier_pb2
from danke.wallet.v1 import account_pb2, punch_card_pb2
from demo.messages import timestamp
from demo.plan import Household
from demo.report import Member, Owed
from demo.steps import Steps
from demo.tally import Points

_PARKED: Final = re.compile(r"^danke_consumer_parked_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)


async def audit(steps: Steps, households: Iterable[Household]) -> list[Member]:
    """One answer per household, in their order."""
    return await asyncio.gather(*(_member(steps, household) for household in households))


async def _member(steps: Steps, household: Household) -> Member:
    call, stubs, member_id = steps.doors.call, steps.stubs, household.member_id
    balance = account_pb2.GetBalanceRequest(member_id=member_id)
    value = await call(stubs.accounts, "GetBalance", balance)
    tier = await call(stubs.tiers, "GetTier", tier_pb2.GetTierRequest(member_id=member_id))
    points = await call(stubs.points, "GetPoints", points_pb2.GetPointsRequest(member_id=member_id))
    balances = points.balances
    return Member(
        member_id=member_id,
        expected_fen=household.balance_fen,
        principal_fen=value.principal_fen,
        bonus_fen=value.bonus_fen,
        points=Points(
            balances.available_points,
            balances.pending_points,
            balances.frozen_points,
            balances.debt_points,
        ),
        tier=tier.standing.tier_id,
    )


async def owed(steps: Steps, first: datetime, last: datetime) -> Owed:
    """What the services' own reports say the merchant owes, and what moved in the period."""
    call, stubs = steps.doors.call, steps.stubs
    start, end = timestamp(first), timestamp(last)
    value, cards, points = await asyncio.gather(
        call(
            stubs.accounts,
            "GetLiability",
            account_pb2.GetLiabilityRequest(start_time=start, end_time=end),
        ),
        call(stubs.cards, "GetPunchLiability", punch_card_pb2.GetPunchLiabilityRequest()),
        call(
            stubs.points_rules,
            "GetPointsLiability",
            points_rule_pb2.GetPointsLiabilityRequest(start_time=start, end_time=end),
        ),
    )
    return Owed(
        principal_fen=value.closing_principal_fen,
        bonus_fen=value.closing_bonus_fen,
        cards_fen=sum(each.owed_fen for each in cards.liabilities),
        issued_points=points.issued_points,
        redeemed_points=points.redeemed_points,
        expired_points=points.expired_points,
        revoked_points=points.revoked_points,
        outstanding_points=points.outstanding_points,
        pending_points=points.pending_points,
        debt_points=points.debt_points,
        worth_fen=points.outstanding_worth_fen,
    )


async def parked(addresses: Mapping[str, str]) -> dict[str, int]:
    """Events that ever had to wait for an earlier one, by service; from their metrics."""
    texts = await asyncio.gather(
        *(asyncio.to_thread(_metrics, address) for address in addresses.values())
    )
    counts = (sum(int(float(n)) for n in _PARKED.findall(text)) for text in texts)
    return dict(zip(addresses, counts))


def _metrics(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
        return text
