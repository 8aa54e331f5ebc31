"""Previews: what commands would do, by the same rules on the same rows, and nothing is written.

So a preview differs from what happens only by what comes between, and no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from common.batch import Batch
from common.commands import Command, Decision
from common.errors import Refusal
from common.rows import Row, State
from common.tables import Table


async def preview(
    pool: asyncpg.Pool[Any], tables: Mapping[type[Row], Table], commands: Sequence[Command]
) -> list[Decision | Refusal]:
    """What each command would decide, in order, later ones seeing what earlier ones would write.

    Reads one snapshot without any lock, in a transaction that cannot write: cheap, and free to be
    asked as often as a page is opened. Ids are not looked up: a command that already took effect is
    decided anew, and its rules say what a repeat does.
    """
    async with (
        pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        single: Any = conn  # the pool's proxy of a connection
        batch = Batch(single, tables, lambda _merchant, _key: 0, [])
        found = State()
        await batch.load(found, [read for command in commands for read in command.locate()])
        state = State([row for row, table in tables.items() if table.mode == "upsert"])
        await batch.load(state, [read for command in commands for read in command.reads(found)])
    return [_decided(command, state) for command in commands]


def _decided(command: Command, state: State) -> Decision | Refusal:
    try:
        decision = command.decide(state)
    except Refusal as refusal:
        return refusal
    for row in decision.rows:
        state.put(row)
    for cls, key in decision.deletes:
        state.delete(cls, key)
    return decision
