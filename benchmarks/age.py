"""`age`: what ten times the history costs a payment. Nothing, as long as every look is by key."""

from __future__ import annotations

from typing import Final

from benchmarks import database
from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet
from benchmarks.engine import anybody, rate
from benchmarks.measuring import Figure, figure, in_turns

ROUNDS: Final = 4
YOUNG: Final = 30_000
OLD: Final = 10 * YOUNG
# Payments of the past, as many as asked for, spread over all members.
_HISTORY: Final = (
    f"""
INSERT INTO wallet.payments (merchant_id, payment_id, order_id, member_id, store_id, state,
    amount_fen, principal_fen, refunded_fen, principal_refunded_fen, shares, created_at)
SELECT $1, 'past-' || i, 'past-' || i, 'u' || (i % {MEMBERS} + 1), '', 'CAPTURED', {AMOUNT_FEN},
    25, 0, 0, '[]', now() FROM generate_series(1, $2::bigint) AS i
""",
    f"""
INSERT INTO wallet.transfers (merchant_id, transfer_id, member_id, kind, debit, credit, amount_fen,
    ref, at)
SELECT $1, 'past-' || i || '.' || n, 'u' || (i % {MEMBERS} + 1), 'PAYMENT', 'PRINCIPAL_LIAB',
    'REVENUE_PENDING', {AMOUNT_FEN}, 'past-' || i, now()
FROM generate_series(1, $2::bigint) AS i, generate_series(1, 2) AS n
""",
    """
INSERT INTO wallet.command_log (merchant_id, command_id, fingerprint, outcome)
SELECT $1, 'past-' || i, 'x', repeat('x', 400) FROM generate_series(1, $2::bigint) AS i
""",
    f"""
INSERT INTO wallet.event_sequences (merchant_id, aggregate, last)
SELECT $1, 'danke.wallet.account.v1/u' || (i % {MEMBERS} + 1), 2 * count(*)
FROM generate_series(1, $2::bigint) AS i GROUP BY i % {MEMBERS}
""",
)


async def run() -> list[Figure]:
    """The figure age.payment: the rate with much history against the rate with a tenth of it."""
    async with (
        database.server() as server,
        database.wallet(server) as young,
        database.wallet(server) as old,
    ):
        await _grow(young, YOUNG)
        await _grow(old, OLD)
        found = await in_turns(
            {"young": lambda: rate(young, anybody), "old": lambda: rate(old, anybody)}, ROUNDS
        )
    return [figure("age.payment", found["old"], found["young"], 0.9)]


async def _grow(wallet: Wallet, payments: int) -> None:
    for statement in _HISTORY:
        await wallet.admin.execute(statement, MERCHANT, payments)
