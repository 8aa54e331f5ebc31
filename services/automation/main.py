"""The automation service, put together. ``python -m services.automation.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.service import Service, run
from services.automation import (
    consumers,
    consumers_adapters,
    rpc,
    store,
    store_verify,
    store_verify_messages,
    timers,
)
from services.automation.config import Config

SERVICE: Final = Service(
    name="automation",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    checks=(*store_verify.CHECKS, *store_verify_messages.CHECKS),
    extras=consumers_adapters.adapters,
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
