"""Audience's Kafka door: event → command. One file per kind of event; here they are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final

from msgspec.structs import replace

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from services.audience import (
    consumers_members,
    consumers_orders,
    consumers_replenishment,
    consumers_wakeups,
)
from services.audience.config import Config

# Every file has HANDLERS: event class → handler. Two files may handle one event.
DOORS: Final[Sequence[ModuleType]] = (
    consumers_orders,
    consumers_members,
    consumers_replenishment,
    consumers_wakeups,
)


def _also(first: Handler, second: Handler, name: str) -> Handler:
    """Both handlers' commands; those of the second have ids of their own."""

    def handler(event: Any, arrival: Arrival) -> list[Command]:
        own = replace(arrival.envelope, id=f"{arrival.envelope.id}/{name}")
        elsewhere = Arrival(own, f"{arrival.new_id}.{name}")
        return [*_commands(first(event, arrival)), *_commands(second(event, elsewhere))]

    return handler


def _commands(made: Command | Sequence[Command] | None) -> Sequence[Command]:
    if made is None:
        return ()
    return made if isinstance(made, Sequence) else (made,)


def handlers(_kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events audience acts on, and how."""
    joined: dict[type[Any], Handler] = {}
    for door in DOORS:
        for event, handler in door.HANDLERS.items():
            first = joined.get(event)
            name = door.__name__.rpartition("_")[2]
            joined[event] = handler if first is None else _also(first, handler, name)
    return joined
