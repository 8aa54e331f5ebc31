"""What the services answer about every member when the shopping is over."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Final

from danke.loyalty.v1 import tier_pb2
from danke.wallet.v1 import account_pb2
from demo.plan import Household
from demo.report import Member
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
    return Member(
        member_id=member_id,
        expected_fen=household.balance_fen,
        principal_fen=value.principal_fen,
        bonus_fen=value.bonus_fen,
        points=Points(),
        tier=tier.standing.tier_id,
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
