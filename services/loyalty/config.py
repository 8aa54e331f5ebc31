"""What loyalty is told by its environment; read once."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

import msgspec

from common.config import Secret, ServiceConfig
from common.sealing import KEY_BYTES, PEPPER_MIN_BYTES, Sealer

# Published with the source, so it protects nothing: only for DANKE_ENV=dev.
_DEV_KEY: Final = base64.b64encode(b"danke-development-key-not-secret").decode()


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Loyalty's settings, DANKE_* in the environment. Keys are base64."""

    # What seals identities: key name → 32 bytes. The active one seals, the others still open.
    sealing_keys: dict[str, Secret] = msgspec.field(default_factory=dict)
    sealing_active: str = ""
    # What makes fingerprints of identities; losing it loses every look-up by phone.
    identity_pepper: Secret = ""
    # What signs the codes that members show at a till.
    member_code_key: Secret = ""

    def problems(self) -> Iterator[str]:
        yield from super().problems()
        keys = {
            "DANKE_IDENTITY_PEPPER": self.identity_pepper,
            "DANKE_MEMBER_CODE_KEY": self.member_code_key,
        } | {f"DANKE_SEALING_KEYS[{kid}]": key for kid, key in self.sealing_keys.items()}
        for name, text in keys.items():
            if text and len(_bytes(text)) < max(KEY_BYTES, PEPPER_MIN_BYTES):
                yield f"{name}: not the base64 of at least {KEY_BYTES} bytes"
            elif not text and self.env != "dev":
                yield f"{name}: missing; only with DANKE_ENV=dev there is one without it"
        if self.env != "dev" and self.sealing_active not in self.sealing_keys:
            yield "DANKE_SEALING_ACTIVE: not a name among DANKE_SEALING_KEYS"

    def sealer(self) -> Sealer:
        """What seals and opens identities."""
        if not self.sealing_keys:
            return Sealer({"dev": _bytes(_DEV_KEY)}, "dev")
        keys = {kid: _bytes(key) for kid, key in self.sealing_keys.items()}
        return Sealer(keys, self.sealing_active)

    @property
    def pepper(self) -> bytes:
        """What makes fingerprints."""
        return _bytes(self.identity_pepper or _DEV_KEY)

    @property
    def code_key(self) -> bytes:
        """What signs member codes."""
        return _bytes(self.member_code_key or _DEV_KEY)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
