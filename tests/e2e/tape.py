"""Every event of Danke that lies on topics, each read once however often is asked."""

from __future__ import annotations

from typing import Any

from aiokafka import TopicPartition

from cli.places import partitions
from cli.reading import read_on
from danke.topics import TOPICS
from deploy.local.kafka import Broker

OWN = [topic.name for topic in TOPICS if topic.name.startswith("danke.")]


class Tape:
    """The records of a broker's own topics by merchant; grows by what is new at each question."""

    def __init__(self, at: Broker) -> None:
        self._at = at
        self._read: dict[TopicPartition, int] = {}
        self._records: dict[str, dict[TopicPartition, list[Any]]] = {}

    async def of(self, merchant_id: str) -> list[Any]:
        """The merchant's records so far, by topic and age."""
        if not self._read:
            self._read = dict.fromkeys(await partitions(self._at, OWN), 0)
        for place, records in (await read_on(self._at, self._read)).items():
            self._read[place] = records[-1].offset + 1
            for record in records:
                owner = dict(record.headers)["ce_merchantid"].decode()
                self._records.setdefault(owner, {}).setdefault(place, []).append(record)
        ours = self._records.get(merchant_id, {})
        return [record for place in self._read for record in ours.get(place, [])]
