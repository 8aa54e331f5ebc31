"""Apache Kafka with a second listener that speaks mTLS only, and rights as in production."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.apache import ApacheKafka
from deploy.local.ports import HOST, free_port
from tests.deploy.certificates import Authority


class EncryptedKafka(ApacheKafka):
    """``bootstrap`` is the encrypted door; the plain one, on loopback, is the administrator's."""

    def __init__(
        self,
        root: Path,
        authority: Authority,
        *,
        host: str,
        cache: Path,
        inherited: Mapping[str, str],
    ) -> None:
        super().__init__(root, cache=cache, inherited=inherited)
        self.host = host
        self._authority = authority
        self._encrypted_port = free_port()

    @property
    def bootstrap(self) -> str:
        """Where clients with a certificate are let in."""
        return f"{self.host}:{self._encrypted_port}"

    def _properties(self, controller_port: int) -> str:
        certificate, key = self._authority.issue("broker", (self.host, "localhost"))
        store = self._authority.folder / "broker.pem"
        store.write_bytes(key.read_bytes() + certificate.read_bytes())
        lines = super()._properties(controller_port).splitlines()
        told = dict(line.split("=", 1) for line in lines)
        told["listeners"] += f",SSL://{HOST}:{self._encrypted_port}"
        told["advertised.listeners"] += f",SSL://{self.bootstrap}"
        told["listener.security.protocol.map"] += ",SSL:SSL"
        told |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self._authority.path),
            "ssl.client.auth": "required",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The plain listener is the test's own; over TLS nobody may do what no right says.
            "super.users": "User:ANONYMOUS",
        }
        return "".join(f"{name}={value}\n" for name, value in told.items())
