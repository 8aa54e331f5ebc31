"""What must always be true of automation: the checks of journeys and of messages."""

from __future__ import annotations

from typing import Final

from services.automation import store_verify_journeys, store_verify_messages

CHECKS: Final = (*store_verify_journeys.CHECKS, *store_verify_messages.CHECKS)
