"""A service as small as can be that uses all of the engine: purses that hold coins.

A ``Deposit`` adds one coin, a ``Spend`` takes whole coins, oldest first, a ``Void`` names a coin
and must learn from it whose purse it touches. The purse itself counts failed attempts to spend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

import asyncpg
import msgspec

from common import migrations
from common.commands import Command, Decision
from common.engine import Engine
from common.errors import NotFound, Refusal
from common.rows import Group, Read, Row, State
from common.tables import Table
from common.timers import Timer
from danke.events.envelope import Event, Topic

AT = datetime(2026, 5, 1, 12, 30, 0, 123456, tzinfo=UTC)
SCHEMA = """
CREATE TABLE purses (
    merchant_id text NOT NULL, purse_id text NOT NULL,
    deposits bigint NOT NULL, failures bigint NOT NULL,
    CONSTRAINT purses_pkey PRIMARY KEY (merchant_id, purse_id)
);
CREATE TABLE coins (
    merchant_id text NOT NULL, coin_id text NOT NULL, purse_id text NOT NULL,
    state text NOT NULL, worth_fen bigint NOT NULL, at timestamptz NOT NULL,
    CONSTRAINT coins_pkey PRIMARY KEY (merchant_id, coin_id),
    CONSTRAINT coins_worth CHECK (worth_fen < 1000)
);
CREATE INDEX coins_whole_idx ON coins (merchant_id, purse_id) WHERE state = 'WHOLE';
"""


class NotEnough(Refusal):
    """The purse holds less."""


class CoinNotFound(NotFound):
    """There is no such coin."""


class Purse(Row, frozen=True):
    """One purse: how many coins it ever got, and how often spending failed."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "purse_id")

    merchant_id: str
    purse_id: str
    deposits: int
    failures: int


class Coin(Row, frozen=True):
    """One coin of a purse. The database takes none of 1,000 fen or more."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "coin_id")

    merchant_id: str
    coin_id: str
    purse_id: str
    state: Literal["WHOLE", "SPENT"]
    worth_fen: int
    at: datetime


WHOLE_COINS = Group(
    Coin,
    ("merchant_id", "purse_id"),
    holds=lambda coin: coin.state == "WHOLE",
    order=lambda coin: coin.coin_id,
)
TABLES = (
    Table(Purse, "purses"),
    Table(Coin, "coins", groups={WHOLE_COINS: "t.state = 'WHOLE'"}),
    Table(Timer, "timers", mode="upsert"),
)
MOVED = Topic(name="test.purse.v1", key="purse_id", summary="What the engine's tests publish.")


class Moved(Event, frozen=True, kw_only=True):
    """A purse holds another amount."""

    TOPIC: ClassVar[Topic] = MOVED
    KEY: ClassVar[str] = "purse_id"
    SUBJECT: ClassVar[str] = "purse_id"

    purse_id: str
    delta_fen: int
    whole_fen: int


COINS = Topic(name="test.coin.v1", key="purse_id", summary="What became of single coins.")


class CoinEvent(Event, frozen=True, kw_only=True):
    """An event of one coin; in order per purse."""

    TOPIC: ClassVar[Topic] = COINS
    KEY: ClassVar[str] = "purse_id"
    SUBJECT: ClassVar[str] = "coin_id"

    purse_id: str
    coin_id: str


class Minted(CoinEvent, frozen=True, kw_only=True):
    """There is a new coin."""

    FIRST: ClassVar[bool] = True


class Polished(CoinEvent, frozen=True, kw_only=True):
    """A coin shines."""


class Held(msgspec.Struct, frozen=True):
    """The answer: what the purse holds now."""

    purse: Purse
    whole_fen: int


class _OfPurse(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[Any] = Held

    purse_id: str

    def lane(self) -> str:
        return self.purse_id

    def reads(self, found: State) -> Iterable[Read]:
        purse = (self.merchant_id, self.purse_id)
        return (Purse, purse), (WHOLE_COINS, purse)

    def _look(self, state: State) -> tuple[Purse, list[Coin]]:
        key = (self.merchant_id, self.purse_id)
        return state.get(Purse, key) or Purse(*key, 0, 0), state.group(WHOLE_COINS, key)

    def _moved(self, purse: Purse, rows: list[Row], delta_fen: int, before_fen: int) -> Decision:
        whole_fen = before_fen + delta_fen
        event = Moved(purse_id=self.purse_id, delta_fen=delta_fen, whole_fen=whole_fen)
        return Decision(result=Held(purse, whole_fen), rows=[purse, *rows], events=[event])


class Deposit(_OfPurse, frozen=True, kw_only=True):
    """Adds a coin. A worth of 13 is a bug in this rule."""

    worth_fen: int

    def decide(self, state: State) -> Decision:
        assert self.worth_fen != 13, "Bug: thirteen"
        purse, coins = self._look(state)
        coin = Coin(self.merchant_id, self.new_id, self.purse_id, "WHOLE", self.worth_fen, self.at)
        after = msgspec.structs.replace(purse, deposits=purse.deposits + 1)
        return self._moved(after, [coin], self.worth_fen, sum(c.worth_fen for c in coins))


class Spend(_OfPurse, frozen=True, kw_only=True):
    """Takes coins, oldest first, until they are worth enough; the failure to is counted.

    Refuses NOT_ENOUGH.
    """

    amount_fen: int

    def decide(self, state: State) -> Decision:
        purse, coins = self._look(state)
        taken: list[Row] = []
        worth_fen = 0
        for coin in coins:
            if worth_fen >= self.amount_fen:
                break
            worth_fen += coin.worth_fen
            taken.append(msgspec.structs.replace(coin, state="SPENT"))
        if worth_fen < self.amount_fen:
            counted = msgspec.structs.replace(purse, failures=purse.failures + 1)
            raise NotEnough(keep=Decision(rows=[counted]), held_fen=worth_fen)
        return self._moved(purse, taken, -worth_fen, sum(c.worth_fen for c in coins))


class Mint(_OfPurse, frozen=True, kw_only=True):
    """Adds a coin and tells of it; with ``is_quiet`` not of the purse."""

    worth_fen: int
    polishes: int = 0
    is_quiet: bool = False

    def decide(self, state: State) -> Decision:
        purse, coins = self._look(state)
        coin = Coin(self.merchant_id, self.new_id, self.purse_id, "WHOLE", self.worth_fen, self.at)
        decided = self._moved(purse, [coin], self.worth_fen, sum(c.worth_fen for c in coins))
        about = {"purse_id": self.purse_id, "coin_id": self.new_id}
        told = [Minted(**about), *(Polished(**about) for _ in range(self.polishes))]
        return msgspec.structs.replace(
            decided, events=told if self.is_quiet else [*told, *decided.events]
        )


class Polish(_OfPurse, frozen=True, kw_only=True):
    """Makes a coin shine."""

    coin_id: str

    def decide(self, state: State) -> Decision:
        purse, _coins = self._look(state)
        told = Polished(purse_id=self.purse_id, coin_id=self.coin_id)
        return Decision(result=Held(purse, 0), events=[told])


class Peek(_OfPurse, frozen=True, kw_only=True):
    """Asks for a coin that it did not declare: a bug."""

    def decide(self, state: State) -> Decision:
        state.get(Coin, (self.merchant_id, "undeclared"))
        raise AssertionError("unreachable")


class Void(Command, frozen=True, kw_only=True):
    """Throws a coin into its purse's bin. Refuses COIN_NOT_FOUND."""

    RESULT: ClassVar[Any] = Coin

    coin_id: str

    def lane(self) -> str:
        return self.coin_id

    def locate(self) -> Sequence[Read]:
        return ((Coin, (self.merchant_id, self.coin_id)),)

    def keys(self, found: State) -> Sequence[str]:
        coin = found.get(Coin, (self.merchant_id, self.coin_id))
        return (coin.purse_id,) if coin else (self.coin_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Coin, (self.merchant_id, self.coin_id)
        coin = found.get(Coin, (self.merchant_id, self.coin_id))
        if coin:
            yield Purse, (self.merchant_id, f"{coin.purse_id}-bin")

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.coin_id)
        coin = state.get(Coin, key)
        if coin is None:
            raise CoinNotFound(coin_id=self.coin_id)
        bin_key = (self.merchant_id, f"{coin.purse_id}-bin")
        rubbish = state.get(Purse, bin_key) or Purse(*bin_key, 0, 0)
        after = msgspec.structs.replace(rubbish, deposits=rubbish.deposits + 1)
        return Decision(result=coin, rows=[after], deletes=[(Coin, key)])


@asynccontextmanager
async def engine_on(dsn: str, **settings: Any) -> AsyncIterator[Engine]:
    """A running engine; by default one lane, so that what is put at once is one batch."""
    chosen: dict[str, Any] = {"service": "purses", "lanes": 1} | settings
    engine = Engine(dsn, TABLES, **chosen)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.stop()


async def create_schema(dsn: str) -> None:
    """The kit's tables and the purses', in the public schema."""
    connection = await asyncpg.connect(dsn)
    try:
        for script in migrations.read_folder(migrations.KIT_FOLDER, "kit"):
            await connection.execute(script.sql)
        await connection.execute(SCHEMA)
    finally:
        await connection.close()
