"""Which service reads which events, asked of the services themselves."""

from __future__ import annotations

import importlib
from pathlib import Path
from unittest.mock import MagicMock

from danke.events.envelope import Event

SERVICES = Path(__file__).resolve().parents[2] / "services"

# Events by service, in order of name.
Readers = dict[str, list[type[Event]]]


def readers() -> Readers:
    """The events each service has a handler for; services without any are absent."""
    found: Readers = {}
    for main in sorted(SERVICES.glob("*/main.py")):
        service = importlib.import_module(f"services.{main.parent.name}.main").SERVICE
        # Handlers are only listed, never called: whatever they would hold on to will do.
        events = set(service.events(MagicMock()))
        if events:
            found[service.name] = sorted(events, key=lambda event: event.__name__)
    return found


def readers_of(event: type[Event], by_service: Readers) -> list[str]:
    """The services that read ``event``."""
    return [service for service, events in by_service.items() if event in events]
