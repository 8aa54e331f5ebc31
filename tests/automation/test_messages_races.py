"""Several engines and one member: the cap and the quota hold, and do not without their guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from common.engine import Engine
from common.rows import State
from services.automation import store
from services.automation.caps import Cap
from services.automation.messages_sending import SendDue
from tests.automation.mailroom import NO_CAPS, ONE_A_DAY, Mailroom, cst, opened
from tests.conftest import Migrated

TEN = cst("2026-06-01 10:00")
NUMBER = 24


class Stop(Exception):
    """Ends a test that broke something on purpose, so that the room is not asked to be sound."""


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        yield running


async def _race(room: Mailroom, ids: list[str]) -> None:
    """Each message's own timer, at four engines at once."""
    engines = [Engine(room.dsn, store.TABLES, service="automation", lanes=4) for _ in range(4)]
    for engine in engines:
        await engine.start()
    try:
        commands = [room.make(SendDue, member_id="u", message_id=one, at=TEN) for one in ids]
        shares = [commands[start::4] for start in range(4)]
        for outcomes in await asyncio.gather(
            *(engine.run_each(share) for engine, share in zip(engines, shares, strict=True))
        ):
            assert not [one for one in outcomes if isinstance(one, Exception)]
        await room.pool.execute("DELETE FROM timers WHERE kind = 'message_due'")
    finally:
        for engine in engines:
            await engine.stop()


async def _full_day(room: Mailroom) -> list[str]:
    """Many due messages, and a counter that exists already: its insertion is no accidental lock."""
    await room.policy(replace(ONE_A_DAY, caps=(Cap(per_day=3),)))
    await room.template()
    await room.agrees("u", "OA")
    first = await room.plan("u", "first", TEN - timedelta(hours=1))
    await room.until(TEN - timedelta(hours=1))
    await room.report(first)
    return [await room.plan("u", f"s{number}", TEN) for number in range(NUMBER)]


async def _sent(room: Mailroom) -> int:
    found: int = await room.pool.fetchval("SELECT count(*) FROM messages WHERE state = 'SENDING'")
    return found


async def test_four_engines_keep_the_cap(room: Mailroom) -> None:
    await _race(room, await _full_day(room))
    assert await _sent(room) == 2
    assert len(await room.told("MessageRequested")) == 3


async def test_four_engines_keep_the_quota(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    await room.template(channels=("SUBSCRIBE",))
    await room.allows("u", 5)
    await _race(room, [await room.plan("u", f"s{number}", TEN) for number in range(NUMBER)])
    assert await _sent(room) == 5
    assert await room.pool.fetchval("SELECT remaining FROM channel_quotas") == 0


async def test_without_the_member_s_lock_the_cap_breaks(
    migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard of the two tests above is seen failing: each message locks itself alone."""
    broke = False

    def alone(self: SendDue, _found: State) -> tuple[str, ...]:
        return (self.message_id,)

    def lanes(self: SendDue) -> str:
        return self.message_id

    was_read = SendDue._was_read

    def only_mine(self: SendDue, state: State, message: Any) -> bool:
        """Each command sees only its own message, as if it had been planned a moment later."""
        return was_read(self, state, message) and message.message_id == self.message_id

    try:
        async with opened(migrated) as room:
            ids = await _full_day(room)
            monkeypatch.setattr(SendDue, "keys", alone)
            monkeypatch.setattr(SendDue, "lane", lanes)
            monkeypatch.setattr(SendDue, "_was_read", only_mine)
            # Batches of one engine share a transaction, so the race is run until engines overlap.
            for start in range(0, NUMBER, 8):
                await _race(room, ids[start : start + 8])
            broke = await _sent(room) > 2 and "message_caps" in await room.findings()
            raise Stop
    except Stop:
        pass
    assert broke
