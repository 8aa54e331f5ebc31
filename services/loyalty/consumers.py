"""Loyalty's Kafka door: event → commands of every noun that it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from services.loyalty import consumers_members, consumers_points
from services.loyalty.config import Config

# Which events each area acts on. One event may mean something to several of them: an order earns
# points and growth.
AREAS: Final[Sequence[Mapping[type[Any], Handler]]] = (
    consumers_points.HANDLERS,
    consumers_members.HANDLERS,
)


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events loyalty acts on, and how."""
    return {event: _all(event) for area in AREAS for event in area}


def _all(event: type[Any]) -> Handler:
    made_by = [area[event] for area in AREAS if event in area]

    def handle(fact: Any, arrival: Arrival) -> Sequence[Command]:
        commands: list[Command] = []
        for make in made_by:
            made = make(fact, arrival)
            if made is not None:
                commands += made if isinstance(made, Sequence) else (made,)
        return commands

    return handle
