"""Guides (导购) and the store each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.commission import GuideChanged
from services.commission.errors import GuideNotFound

# DISABLED keeps its customers and gets no new ones; REMOVED has none. domain.md §2.13.
GuideState = Literal["ENABLED", "DISABLED", "REMOVED"]


class Guide(Row, frozen=True):
    """One guide. Performance stays with the store it was made in, whoever leaves; parity 58."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "guide_id")

    merchant_id: str
    guide_id: str
    store_id: str
    name: str
    state: GuideState
    changed_by: str
    changed_at: datetime
    # Who became a customer before is nobody's, also if the guide comes back.
    removed_at: datetime | None = None

    def has_since(self, since: datetime) -> bool:
        """Whether a customer who became one at ``since`` is this guide's now."""
        if self.state == "REMOVED":
            return False
        return self.removed_at is None or since >= self.removed_at


def guide_key(guide_id: str) -> str:
    """The lock of a guide."""
    return f"guide:{guide_id}"


def must_exist(guide: Guide | None) -> Guide:
    """Refuses GUIDE_NOT_FOUND."""
    if guide is None:
        raise GuideNotFound(field="guide_id")
    return guide


class _OnGuide(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Guide

    guide_id: str
    actor: str

    def lane(self) -> str:
        return self.guide_id

    def keys(self, found: State) -> Sequence[str]:
        return (guide_key(self.guide_id),)

    def reads(self, found: State) -> Iterable[Read]:
        return ((Guide, (self.merchant_id, self.guide_id)),)

    def _done(self, guide: Guide) -> Decision:
        event = GuideChanged(guide_id=guide.guide_id, store_id=guide.store_id, state=guide.state)
        return Decision(guide, [guide], [event])


class UpsertGuide(_OnGuide, frozen=True, kw_only=True):
    """Makes a guide, or changes its store or name; a removed one comes back without customers."""

    store_id: str
    name: str = ""

    def decide(self, state: State) -> Decision:
        known = state.get(Guide, (self.merchant_id, self.guide_id))
        keeps: GuideState = "DISABLED" if known and known.state == "DISABLED" else "ENABLED"
        guide = Guide(
            self.merchant_id, self.guide_id, self.store_id, self.name, keeps, self.actor, self.at,
            known.removed_at if known else None,
        )  # fmt: skip
        return self._done(guide)


class MoveGuide(_OnGuide, frozen=True, kw_only=True):
    """Enables, disables (停用) or removes (清退) a guide. Refuses GUIDE_NOT_FOUND."""

    to: GuideState

    def decide(self, state: State) -> Decision:
        guide = must_exist(state.get(Guide, (self.merchant_id, self.guide_id)))
        if guide.state == self.to:
            return Decision(guide)
        removed_at = self.at if self.to == "REMOVED" else guide.removed_at
        return self._done(
            replace(
                guide,
                state=self.to,
                changed_by=self.actor,
                changed_at=self.at,
                removed_at=removed_at,
            )
        )
