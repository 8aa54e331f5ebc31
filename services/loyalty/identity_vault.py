"""Identities between a door and the store: normalised, fingerprinted and sealed, or opened again.

Only the doors hold the keys; commands and rows carry fingerprints and ciphertext.
"""

from __future__ import annotations

from common.sealing import Sealer, fingerprint, normalise_mobile
from services.loyalty.errors_members import PhoneInvalid
from services.loyalty.members import Claim, Identity, IdentityKind


class IdentityVault:
    """Seals and opens identities of one deployment's keys."""

    def __init__(self, sealer: Sealer, pepper: bytes) -> None:
        self._sealer = sealer
        self._pepper = pepper

    def claim(self, merchant_id: str, kind: IdentityKind, value: str, realm: str = "") -> Claim:
        """The identity as commands carry it. Refuses PHONE_INVALID."""
        if kind == "PHONE":
            try:
                value = normalise_mobile(value)
            except ValueError as error:
                raise PhoneInvalid(field="phone", problem=str(error)) from None
        field = f"{kind}/{realm}"
        print_ = fingerprint(value, self._pepper, merchant_id, field=field)
        return Claim(kind, realm, print_, self._sealer.seal(value, merchant_id, field))

    def reveal(self, identity: Identity) -> tuple[str, str]:
        """Realm and value in clear. Raises SealBroken if the key is gone."""
        if identity.kind == "CARD":
            return "", identity.sealed
        realm = identity.identity.split(":", 2)[1]
        field = f"{identity.kind}/{realm}"
        return realm, self._sealer.open(identity.sealed, identity.merchant_id, field)
