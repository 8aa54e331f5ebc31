"""The same payment as an ORM is usually used: SQLAlchemy, a session and a transaction a payment.

Tables are reflected, so that the ORM writes exactly the rows that the wallet has. For the numbers
of events it also uses the upsert: there is no naive way that counts right.
"""

from __future__ import annotations

import random
import time
from asyncio import gather
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase

from benchmarks import pgbench
from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet

SECONDS: Final = 4.0
CONNECTIONS: Final = 16
TOPIC: Final = "danke.wallet.account.v1"


class _Base(DeclarativeBase):
    """What all mapped classes share."""


class _Reflected(DeferredReflection):
    """Columns and keys are those of the database."""

    __abstract__ = True


_NAMES: Final = {
    "Account": "accounts",
    "Secret": "pay_passwords",
    "Lot": "lots",
    "Payment": "payments",
    "Transfer": "transfers",
    "Command": "command_log",
    "Sequence": "event_sequences",
    "Outgoing": "outbox",
}
ORM: Final[dict[str, Any]] = {
    name: type(name, (_Reflected, _Base), {"__tablename__": table})
    for name, table in _NAMES.items()
}


async def pay(session: AsyncSession, member: str, number: str) -> None:
    """One payment in one transaction, as ``Pay`` of the wallet does it."""
    payment = str(uuid4())
    if await session.get(ORM["Command"], (MERCHANT, number)):
        return
    account = await session.get(ORM["Account"], (MERCHANT, member))
    await session.get(ORM["Secret"], (MERCHANT, member))
    lot_of, paid = ORM["Lot"], ORM["Payment"]
    lots = select(lot_of).where(
        lot_of.merchant_id == MERCHANT, lot_of.member_id == member, lot_of.state == "ACTIVE"
    )
    in_order = lots.order_by(lot_of.credited_at, lot_of.lot_id).with_for_update()
    lot = (await session.scalars(in_order)).first()
    before = select(paid).where(
        paid.merchant_id == MERCHANT,
        paid.order_id == f"order-{number}",
        paid.state.not_in(("RELEASED", "EXPIRED")),
    )
    if (await session.scalars(before)).first() is not None:
        raise SystemExit("paid twice")
    assert account is not None, "every member has an account"
    assert lot is not None, "every member has a lot"
    assert account.status == "NORMAL", "no account is frozen"
    worth, used = lot.paid_fen + lot.bonus_fen, lot.used_fen
    if used + lot.frozen_fen + AMOUNT_FEN > worth:
        raise SystemExit("overdrawn")
    principal = (used + AMOUNT_FEN) * lot.paid_fen // worth - lot.principal_used_fen
    lot.used_fen += AMOUNT_FEN
    lot.principal_used_fen += principal
    session.add_all(_rows(member, number, payment, (lot.lot_id, used, principal)))
    last = await session.scalar(_raised(member))
    for behind, (about, payload) in ((1, pgbench.PAID), (0, pgbench.CHANGED)):
        session.add(
            ORM["Outgoing"](
                merchant_id=MERCHANT, topic=TOPIC, key=member, sequence=last - behind, about=about,
                payload=payload,
            )
        )  # fmt: skip
    await session.commit()


def _rows(member: str, number: str, payment: str, taken: tuple[str, int, int]) -> list[Any]:
    lot_id, used, principal = taken
    now = datetime.now(UTC)
    legs = (("PRINCIPAL_LIAB", principal), ("BONUS_LIAB", AMOUNT_FEN - principal))
    return [
        ORM["Payment"](
            merchant_id=MERCHANT, payment_id=payment, order_id=f"order-{number}", member_id=member,
            store_id="", state="CAPTURED", amount_fen=AMOUNT_FEN, principal_fen=principal,
            refunded_fen=0, principal_refunded_fen=0, created_at=now,
            shares=[[lot_id, AMOUNT_FEN, principal, used, 0, 0]],
        ),
        *(
            ORM["Transfer"](
                merchant_id=MERCHANT, transfer_id=f"{payment}.{leg}", member_id=member,
                kind="PAYMENT", debit=debit, credit="REVENUE_PENDING", amount_fen=fen, ref=payment,
                at=now,
            )
            for leg, (debit, fen) in enumerate(legs, 1)
        ),
        ORM["Command"](
            merchant_id=MERCHANT, command_id=number, fingerprint=b"0" * 16, outcome=pgbench.OUTCOME
        ),
    ]  # fmt: skip


def _raised(member: str) -> Any:
    table = ORM["Sequence"].__table__
    new = insert(table).values(merchant_id=MERCHANT, aggregate=f"{TOPIC}/{member}", last=2)
    return new.on_conflict_do_update(
        index_elements=["merchant_id", "aggregate"], set_={"last": table.c.last + 2}
    ).returning(table.c.last)


@asynccontextmanager
async def sessions_on(wallet: Wallet) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Sessions over a pool; the first call looks at the tables."""
    engine = create_async_engine(
        wallet.dsn.replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=CONNECTIONS, max_overflow=0,
    )  # fmt: skip
    async with engine.connect() as connection:
        await connection.run_sync(lambda bind: _Reflected.prepare(bind))
    try:
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


async def rate(wallet: Wallet) -> float:
    """Payments a second of one process with a pool, over all members."""
    await wallet.rest()
    before = await wallet.written()
    run, made = uuid4().hex[:12], 0

    async with sessions_on(wallet) as sessions:

        async def caller(until: float) -> None:
            nonlocal made
            while True:
                made += 1
                number = f"{run}-{made}-aaaa-bbbb-cccc"
                async with sessions() as session:
                    await pay(session, f"u{random.randint(1, MEMBERS)}", number)
                if time.perf_counter() >= until:
                    return

        # Every connection's first payment, while which statements are compiled, does not count.
        await gather(*(caller(0) for _ in range(CONNECTIONS)))
        first, started = made, time.perf_counter()
        await gather(*(caller(started + SECONDS) for _ in range(CONNECTIONS)))
        seconds = time.perf_counter() - started
    await pgbench.check_rows(wallet, before, made)
    return (made - first) / seconds
