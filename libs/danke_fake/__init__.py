"""A fake Danke for the tests of who calls it: no database, no broker, every RPC on one port."""

from danke_fake.fake import Fake
from danke_fake.rules import Rule
from danke_fake.seen import Received

__all__ = ["Fake", "Received", "Rule"]
