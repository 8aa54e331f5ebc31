"""Every topic Danke publishes or reads: the registry manifests, docs and tests are made from."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

from danke import events
from danke.events.envelope import Event, Topic


def _event_classes(cls: type[Event]) -> list[type[Event]]:
    found = []
    for sub in cls.__subclasses__():
        children = _event_classes(sub)
        # A class with children is the base of its topic's events, not an event.
        found += children or [sub]
    return found


for _module in pkgutil.iter_modules(events.__path__):
    importlib.import_module(f"danke.events.{_module.name}")

# Event model by topic name, in order of name.
EVENTS: Final[dict[str, list[type[Event]]]] = {}
for _event in sorted(_event_classes(Event), key=lambda event: (event.TOPIC.name, event.__name__)):
    EVENTS.setdefault(_event.TOPIC.name, []).append(_event)

TOPICS: Final[tuple[Topic, ...]] = tuple(
    next(iter(models)).TOPIC for _name, models in sorted(EVENTS.items())
)
