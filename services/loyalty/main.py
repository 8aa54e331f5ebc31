"""The loyalty service, put together. ``python -m services.loyalty.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.service import Service, run
from services.loyalty import (
    consumers,
    rpc,
    store,
    store_liabilities,
    store_verify_members,
    store_verify_points,
    timers,
)
from services.loyalty.config import Config

SERVICE: Final = Service(
    name="loyalty",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    liabilities=store_liabilities.LIABILITIES,
    checks=(*store_verify_members.CHECKS, *store_verify_points.CHECKS),
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
