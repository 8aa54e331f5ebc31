"""Holdouts (对照组): who never gets anything, so that the others' effect can be measured; M3."""

from __future__ import annotations

from hashlib import sha256

ALL_BP = 10_000


def bucket(key: str, member_id: str) -> int:
    """The member's place from 0 to 9999 under ``key``: the same for ever, in every process.

    The first eight bytes of SHA-256 as a big-endian number, modulo 10 000.
    """
    digest = sha256(f"{key}:{member_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % ALL_BP


def is_held_out(key: str, member_id: str, holdout_bp: int) -> bool:
    """Whether the member is in the ``holdout_bp`` of all that is kept out under ``key``."""
    return bucket(key, member_id) < holdout_bp


def global_key(merchant_id: str) -> str:
    """The key of the merchant's global holdout: other than any journey's or campaign's."""
    return f"global/{merchant_id}"
