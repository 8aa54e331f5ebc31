"""`danke verify` on books that are right, and on books that are not."""

from __future__ import annotations

import asyncio

import asyncpg

from tests.cli.conftest import Danke, Up

# Money in a lot that no entry of the ledger knows of.
UNBOOKED = """
INSERT INTO wallet.lots (merchant_id, lot_id, member_id, recharge_id, state, spend_order, paid_fen,
  bonus_fen, used_fen, principal_used_fen, frozen_fen, principal_frozen_fen, credited_at)
VALUES ('m1', 'lot-unbooked', 'm', 'r', 'ACTIVE', 'PROPORTIONAL', 700, 0, 0, 0, 0, 0, now())
"""


def execute(stack: Up, statement: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(stack.places.database_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(work())


def test_right_books_are_proved(stack: Up, danke: Danke) -> None:
    result = danke("verify", "--root", stack.root)
    assert result.exit_code == 0, result.output
    assert "outbox_sequences" in result.stdout
    assert "principal_is_booked" in result.stdout
    assert "violations" not in result.stdout


def test_a_broker_that_is_away_hides_no_books(stack: Up, danke: Danke) -> None:
    """Seen by reading: in a pod, whose user may not read dead letters, the books were not shown."""
    result = danke("verify", "--root", stack.root, "--bootstrap", "127.0.0.1:1")
    assert result.exit_code == 0, result.output
    assert "principal_is_booked" in result.stdout
    assert "dead letters were not counted" in result.stderr


def test_wrong_books_are_shown_with_the_rows(stack: Up, danke: Danke) -> None:
    execute(stack, UNBOOKED)
    try:
        result = danke("verify", "--root", stack.root)
    finally:
        execute(stack, "DELETE FROM wallet.lots WHERE lot_id = 'lot-unbooked'")
    assert result.exit_code == 1
    assert "wallet.principal_is_booked" in result.stdout
    assert "700" in result.stdout
    assert "checks found violations" in result.stderr


def test_a_database_without_the_schema_is_told(postgres_dsn: str, danke: Danke) -> None:
    result = danke("verify", "--service", "wallet", "--database-url", postgres_dsn)
    assert result.exit_code == 1
    assert "run `danke migrate up`" in result.stderr
    assert postgres_dsn not in result.output


def test_a_database_that_is_away_is_told(danke: Danke) -> None:
    result = danke("verify", "--service", "wallet", "--database-url", "postgresql://127.0.0.1:1/x")
    assert result.exit_code == 1
    assert "not reachable" in result.stderr
