"""Tasks that journeys and campaigns give to members' own guides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.errors import Refusal
from services.commission import store_guides
from services.commission.guide_relations import BindGuide, TransferCustomer
from services.commission.guide_tasks import AskGuide, CompleteTask
from services.commission.guides import MoveGuide
from services.commission.members import LeaveMember
from tests.commission.shop import MERCHANT, START, Shop

DUE = START + timedelta(days=3)


async def ask(shop: Shop, task_id: str, member: str = "m", **fields: Any) -> None:
    given = {"title": "call", "due_at": DUE, "source_kind": "JOURNEY", "source_id": "j1"} | fields
    await shop.run(AskGuide, task_id=task_id, member_id=member, **given)


async def guided(shop: Shop) -> None:
    """Guide A of store s1 with an exclusive customer."""
    await shop.guide("A", "s1")
    await shop.run(BindGuide, customer_id="m", guide_id="A", actor="boss")


async def refused(shop: Shop, task_id: str, at: datetime) -> str:
    with pytest.raises(Refusal) as refusal:
        await shop.run(CompleteTask, task_id=task_id, actor="A", at=at)
    return refusal.value.reason


async def states(shop: Shop, guide_id: str = "A", state: str = "") -> dict[str, str]:
    rows = await store_guides.tasks(shop.pool, MERCHANT, guide_id, state, (START, ""), 100)
    return {row.task_id: row.state for row in rows}


async def test_a_task_is_done_once_whoever_asks_how_often(shop: Shop) -> None:
    await guided(shop)
    for _ in range(3):
        await ask(shop, "a1")
    for note in ("spoke to them", "again"):
        done = await shop.run(CompleteTask, task_id="a1", actor="A", note=note)
        assert (done.state, done.done_by, done.note) == ("DONE", "A", "spoke to them")
    assert await states(shop) == {"a1": "DONE"}
    (given,) = await shop.told("GuideTaskGiven")
    assert (given["guide_id"], given["store_id"], given["task_id"]) == ("A", "s1", "a1")
    (ended,) = await shop.told("GuideTaskEnded")
    assert (ended["state"], ended["source_id"]) == ("DONE", "j1")
    await shop.until("2026-05-05 12:00")
    assert len(await shop.told("GuideTaskEnded")) == 1


async def test_a_task_expires_when_it_is_due_to_the_microsecond(shop: Shop) -> None:
    await guided(shop)
    await ask(shop, "a1")
    await ask(shop, "a2")
    just = DUE - timedelta(microseconds=1)
    await shop.run(CompleteTask, task_id="a2", actor="A", at=just)
    assert await refused(shop, "a1", DUE) == "TASK_NOT_OPEN"
    await shop.until("2026-05-04 12:00")
    assert await states(shop) == {"a1": "EXPIRED", "a2": "DONE"}
    assert await refused(shop, "a1", shop.now) == "TASK_NOT_OPEN"
    assert await refused(shop, "none", shop.now) == "TASK_NOT_FOUND"


async def test_a_member_without_a_guide_has_nobody_to_do_it(shop: Shop) -> None:
    await ask(shop, "a1", "stranger")
    await guided(shop)
    await shop.run(MoveGuide, guide_id="A", to="REMOVED", actor="boss")
    await ask(shop, "a2")
    assert await states(shop, "") == {"a1": "EXPIRED", "a2": "EXPIRED"}
    assert not await shop.told("GuideTaskGiven")


async def test_a_task_stays_with_its_guide_and_later_ones_follow_the_customer(shop: Shop) -> None:
    await guided(shop)
    await ask(shop, "a1")
    await shop.guide("B", "s2")
    await shop.run(
        TransferCustomer, customer_id="m", from_guide_id="A", to_guide_id="B", actor="boss"
    )
    await ask(shop, "a2", at=START + timedelta(hours=23))
    await ask(shop, "a3", at=START + timedelta(hours=24))
    assert await states(shop, "A") == {"a1": "OPEN", "a2": "OPEN"}
    assert await states(shop, "B") == {"a3": "OPEN"}


async def test_s10_open_tasks_end_with_a_member_who_leaves(shop: Shop) -> None:
    await guided(shop)
    await ask(shop, "a1")
    await ask(shop, "a2")
    await shop.run(CompleteTask, task_id="a2", actor="A")
    for _ in range(2):
        await shop.run(LeaveMember, member_id="m")
    assert await states(shop) == {"a1": "EXPIRED", "a2": "DONE"}
    assert await states(shop, state="OPEN") == {}
