"""Whether every service's books are right, and what still waits; for the command and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.table import Table

from cli import dead_letters, registry
from cli.broker_checks import check_broker
from cli.places import schema_dsn
from common.verify import Backlog, Finding, backlog, run_checks
from deploy.local.kafka import Broker
from deploy.local.stack import Stack


class ServiceReport(msgspec.Struct, frozen=True):
    """What was found in one service's schema."""

    service: str
    findings: list[Finding]
    backlog: Backlog


class Report(msgspec.Struct, frozen=True):
    """What was found everywhere. ``dead_letters`` counts by topic, None if no broker was asked."""

    services: list[ServiceReport]
    dead_letters: dict[str, int] | None

    @property
    def violations(self) -> list[str]:
        """The broken checks, each with its first offending row; empty if all hold."""
        return [
            f"{service.service}.{finding.check.name}: {finding.check.says}; e.g. {finding.rows[0]}"
            for service, finding in self._broken()
        ]

    @property
    def ok(self) -> bool:
        """True if every check holds. What waits, and dead letters, are not violations."""
        return not self.violations

    @property
    def dead(self) -> int:
        """Dead letters of all topics."""
        return sum((self.dead_letters or {}).values())

    def tables(self) -> Iterator[Table]:
        """What `danke verify` shows: the checks, the offending rows, and what waits."""
        checks = Table("service", "check", "says", "result")
        for service in self.services:
            for finding in service.findings:
                number = len(finding.rows)
                result = f"[red]{number} violations[/red]" if number else "[green]ok[/green]"
                checks.add_row(service.service, finding.check.name, finding.check.says, result)
        yield checks
        for service, finding in self._broken():
            rows = Table(*finding.rows[0], title=f"{service.service}.{finding.check.name}")
            for row in finding.rows:
                rows.add_row(*(str(value) for value in row.values()))
            yield rows
        waiting = Table("service", "outbox", "oldest", "parked")
        for service in self.services:
            one = service.backlog
            age = f"{one.outbox_oldest_s:.1f} s" if one.outbox else ""
            waiting.add_row(service.service, str(one.outbox), age, str(one.parked))
        yield waiting
        if self.dead_letters:
            dead = Table("topic", "dead letters")
            for topic, number in self.dead_letters.items():
                dead.add_row(topic, str(number))
            yield dead

    def _broken(self) -> Iterator[tuple[ServiceReport, Finding]]:
        for service in self.services:
            for finding in service.findings:
                if finding.rows:
                    yield service, finding


async def verify(
    database_url: str,
    at: Broker | None,
    services: Sequence[str] | None = None,
    *,
    topics: bool = False,
) -> Report:
    """Runs all checks of the services. May run under full traffic.

    ``database_url`` is an administrator's, or the role of the one service that is named. With
    ``topics`` the outbox is compared with the topics, which are read whole, and consumers'
    positions with what the topics have.
    """
    found: list[Any] = []
    for name in registry.chosen(services):
        declared = registry.load(name)
        if declared.migrations is not None:
            dsn = schema_dsn(database_url, name)
            findings, waits = await asyncio.gather(run_checks(dsn, declared.checks), backlog(dsn))
            if topics and at:
                findings += await check_broker(at, name, dsn)
            found.append(ServiceReport(name, findings, waits))
    return Report(found, await dead_letters.counts(at) if at else None)


async def verify_stack(stack: Stack, *, topics: bool = False) -> Report:
    """Runs all checks of the services that ``stack`` runs."""
    return await verify(stack.database_url, stack.broker, list(stack.services), topics=topics)
