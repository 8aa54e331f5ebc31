"""`peer`: the engine against a service as it is usually written: a transaction a payment.

Once with asyncpg, once with an ORM (peer_orm.py), and once in Go (peer_go.py). Same tables, same
rows, same guards, same durability; one process, a pool of connections, callers who each run their
payment's statements one after the other.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Final, TypeAlias
from uuid import uuid4

import asyncpg

from benchmarks import database, engine, peer_go, peer_orm, pgbench
from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet
from benchmarks.measuring import Figure, Measure, figure, in_turns

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

ROUNDS: Final = 3
SECONDS: Final = 4.0
# Twice what pgbench has: while one waits for Python, another's statement runs.
CONNECTIONS: Final = 16
TOPIC: Final = "danke.wallet.account.v1"

KNOWN: Final = "SELECT outcome FROM command_log WHERE merchant_id = $1 AND command_id = $2"
ACCOUNT: Final = "SELECT status FROM accounts WHERE merchant_id = $1 AND member_id = $2"
UNLOCKED: Final = "SELECT * FROM pay_passwords WHERE merchant_id = $1 AND member_id = $2"
LOTS: Final = """
SELECT lot_id, paid_fen, bonus_fen, used_fen, principal_used_fen FROM lots
WHERE merchant_id = $1 AND member_id = $2 AND state = 'ACTIVE'
ORDER BY credited_at, lot_id FOR UPDATE
"""
PAID_BEFORE: Final = """
SELECT payment_id FROM payments
WHERE merchant_id = $1 AND order_id = $2 AND state NOT IN ('RELEASED', 'EXPIRED')
"""
SPEND: Final = """
UPDATE lots SET used_fen = used_fen + $3, principal_used_fen = principal_used_fen + $4
WHERE merchant_id = $1 AND lot_id = $2 AND used_fen + frozen_fen + $3 <= paid_fen + bonus_fen
"""
PAYMENT: Final = """
INSERT INTO payments (merchant_id, payment_id, order_id, member_id, store_id, state, amount_fen,
    principal_fen, refunded_fen, principal_refunded_fen, shares, created_at)
VALUES ($1, $2, $3, $4, '', 'CAPTURED', $5, $6, 0, 0, $7, now())
"""
TRANSFER: Final = """
INSERT INTO transfers
    (merchant_id, transfer_id, member_id, kind, debit, credit, amount_fen, ref, at)
VALUES ($1, $2, $3, 'PAYMENT', $4, 'REVENUE_PENDING', $5, $6, now())
"""
DONE: Final = """
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome) VALUES ($1, $2, $3, $4)
"""
SEQUENCE: Final = """
INSERT INTO event_sequences AS s (merchant_id, aggregate, last) VALUES ($1, $2, 2)
ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + 2 RETURNING last
"""
OUTBOX: Final = """
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def pay(conn: Connection, member: str, number: str) -> None:
    """One payment in one transaction, as `Pay` of the wallet does it."""
    payment = str(uuid4())
    async with conn.transaction():
        if await conn.fetchrow(KNOWN, MERCHANT, number):
            return
        account = await conn.fetchrow(ACCOUNT, MERCHANT, member)
        await conn.fetchrow(UNLOCKED, MERCHANT, member)
        lot = (await conn.fetch(LOTS, MERCHANT, member))[0]
        if await conn.fetchrow(PAID_BEFORE, MERCHANT, f"order-{number}"):
            raise SystemExit("paid twice")
        assert account is not None, "every member has an account"
        assert account["status"] == "NORMAL", "no account is frozen"
        worth = lot["paid_fen"] + lot["bonus_fen"]
        used = lot["used_fen"] + AMOUNT_FEN
        principal = used * lot["paid_fen"] // worth - lot["principal_used_fen"]
        spent = await conn.execute(SPEND, MERCHANT, lot["lot_id"], AMOUNT_FEN, principal)
        if spent != "UPDATE 1":
            raise SystemExit("overdrawn")
        share = json.dumps([[lot["lot_id"], AMOUNT_FEN, principal, lot["used_fen"], 0, 0]])
        await conn.execute(
            PAYMENT, MERCHANT, payment, f"order-{number}", member, AMOUNT_FEN, principal, share
        )
        for leg, (debit, fen) in enumerate(
            (("PRINCIPAL_LIAB", principal), ("BONUS_LIAB", AMOUNT_FEN - principal)), 1
        ):
            await conn.execute(TRANSFER, MERCHANT, f"{payment}.{leg}", member, debit, fen, payment)
        await conn.execute(DONE, MERCHANT, number, b"0" * 16, pgbench.OUTCOME)
        last = await conn.fetchval(SEQUENCE, MERCHANT, f"{TOPIC}/{member}")
        for behind, (about, payload) in ((1, pgbench.PAID), (0, pgbench.CHANGED)):
            await conn.execute(OUTBOX, MERCHANT, TOPIC, member, last - behind, about, payload)


async def rate(wallet: Wallet, *, hot: bool) -> float:
    """Payments a second of one process with a pool."""
    await wallet.rest()
    before = await wallet.written()
    run, made = uuid4().hex[:12], 0
    until = time.perf_counter() + SECONDS

    async def caller() -> None:
        nonlocal made
        while time.perf_counter() < until:
            made += 1
            number = f"{run}-{made}-aaaa-bbbb-cccc"
            member = "u1" if hot else f"u{random.randint(1, MEMBERS)}"
            async with pool.acquire() as conn:
                await pay(conn, member, number)

    async with asyncpg.create_pool(wallet.dsn, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        started = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
        seconds = time.perf_counter() - started
    await pgbench.check_rows(wallet, before, made)
    return made / seconds


# By the names that peer_go/main.go knows them by.
STATEMENTS: Final = {
    "known": KNOWN,
    "account": ACCOUNT,
    "unlocked": UNLOCKED,
    "lots": LOTS,
    "paid_before": PAID_BEFORE,
    "spend": SPEND,
    "payment": PAYMENT,
    "transfer": TRANSFER,
    "done": DONE,
    "sequence": SEQUENCE,
    "outbox": OUTBOX,
}


async def rate_of_go(program: Path, wallet: Wallet, *, hot: bool) -> float:
    """Payments a second of the Go program, by the very statements above."""
    return await peer_go.rate(
        program,
        wallet,
        hot=hot,
        statements=STATEMENTS,
        connections=CONNECTIONS,
        seconds=SECONDS,
        topic=TOPIC,
    )


async def run() -> list[Figure]:
    """The figures peer.spread, .orm and .hot; .go and .go_hot too where Go is installed."""
    program = await peer_go.build()
    async with database.server() as server, database.wallet(server) as wallet:
        spread: dict[str, Measure] = {
            "spread": lambda: rate(wallet, hot=False),
            "orm": lambda: peer_orm.rate(wallet),
        }
        hot: dict[str, Measure] = {"hot": lambda: rate(wallet, hot=True)}
        if program is not None:
            spread["go"] = lambda: rate_of_go(program, wallet, hot=False)
            hot["go_hot"] = lambda: rate_of_go(program, wallet, hot=True)
        found = await in_turns(
            {
                **spread,
                "engine_spread": lambda: engine.rate(wallet, engine.anybody),
                **hot,
                "engine_hot": lambda: engine.rate(wallet, engine.somebody),
            },
            ROUNDS,
        )
    return [
        figure(f"peer.{name}", found[f"engine_{kind}"], found[name], None)
        for kind, peers in (("spread", spread), ("hot", hot))
        for name in peers
    ]
