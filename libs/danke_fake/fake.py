"""The fake itself: the services' own door (token, scope, validation) before made-up answers.

    async with Fake() as fake:          # in a test's event loop
    with Fake() as fake:                # in a thread of its own, for code without one
        fake.on("Pay").refuses("INSUFFICIENT_BALANCE", times=1)
        ...                             # a channel to fake.address, metadata=fake.metadata()
        assert [call.outcome for call in fake.calls("Pay")] == ["INSUFFICIENT_BALANCE", "OK"]

How to use it: docs/howto/test-against-a-fake.md.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Coroutine, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from hashlib import blake2b
from types import TracebackType
from typing import Any, Final, Self

from google.protobuf.message import Message

from common.errors import RequestIdReused
from common.messages import own
from common.server import Call, Exposed, Server
from common.tokens import Signer, Verifier, development_key
from danke.fake.v1 import fake_pb2 as pb
from danke.methods import Method, find, methods
from danke_fake.answers import default_answer
from danke_fake.door import Door, Stand
from danke_fake.rules import Fields, Rule, Step, rule_of, written
from danke_fake.seen import ANSWERING, Received

CONTROL: Final = "fake"
AUDIENCE: Final = "danke"
ISSUER: Final = "danke"
TOKEN_TTL_S: Final = 3_600
DRAIN_S: Final = 0.2


class Fake:
    """Every RPC of Danke on one port. What is programmed is asked first, the rest is made up."""

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        check_tokens: bool = True,
        jwks: str = "",
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``port`` 0 takes a free one. ``jwks`` are the public keys of the gateway's own tokens.

        Without it the published development key is taken, as ``token`` signs with it. With
        ``check_tokens=False`` every caller is a service of merchant m1, whatever it sends.
        """
        self.port = port
        self.host = host
        self.now = now
        self.check_tokens = check_tokens
        self._verifier = Verifier.for_environment("dev", jwks, issuer, audience)
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._calls: list[Received] = []
        # By merchant, service and request id: what was asked, and what was answered.
        self._known: dict[tuple[str, str, str], tuple[bytes, Message]] = {}
        self._server: Server | None = None
        self._thread: _Thread | None = None

    # --- programming ------------------------------------------------------------------------------

    def on(self, method: str, when: Fields | None = None, /, **fields: Any) -> Rule:
        """A rule for the requests to ``method`` that say ``fields``; what it does is added to it.

        ``method`` is named as far as it is clear: "Pay", "wallet.Pay", "PaymentService/Pay". A
        newer rule is asked before an older one. Raises ValueError for what is not there.
        """
        rule = Rule(method, {**(when or {}), **fields})
        with self._lock:
            self._rules.append(rule)
        return rule

    def add_rules(self, told: pb.AddRulesRequest) -> None:
        """Adds the rules of a file or of a remote test, all or none. Raises ValueError."""
        made = [rule_of(one) for one in told.rules]
        with self._lock:
            self._rules += made

    def calls(self, method: str = "") -> list[Received]:
        """The calls so far, oldest first; of one method, or of all."""
        name = find(method).name if method else ""
        with self._lock:
            return [call for call in self._calls if name in ("", call.method)]

    def reset(self) -> None:
        """Forgets every rule, every request id and every call."""
        with self._lock:
            self._rules.clear()
            self._calls.clear()
            self._known.clear()

    # --- being called -----------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """host:port, for a channel."""
        return f"{self.host}:{self.port}"

    @staticmethod
    def token(merchant_id: str = "m1", scopes: Collection[str] = ("*",), **claims: Any) -> str:
        """A token of the development key; ``member_id`` and ``actor_kind`` are among the claims."""
        key = development_key()
        signer = Signer(key.private_key_pem, key.kid)
        return signer.sign("gateway", merchant_id, scopes, AUDIENCE, TOKEN_TTL_S, **claims)

    @classmethod
    def metadata(cls, merchant_id: str = "m1", **claims: Any) -> Sequence[tuple[str, str]]:
        """What a caller with such a token sends along."""
        return (("authorization", f"Bearer {cls.token(merchant_id, **claims)}"),)

    async def start(self) -> None:
        """Listens, in the running event loop; ``port`` is known then."""
        services = {method.descriptor.containing_service.full_name: method.descriptor
                    .containing_service for method in methods().values()}  # fmt: skip
        exposed = [
            Exposed(service, Stand(self, service), name.split(".")[1])
            for name, service in services.items()
        ]
        self._server = Door(self, self._verifier, exposed)
        self.port = await self._server.start(self.address)
        await self._server.set_health(serving=True)

    async def stop(self) -> None:
        """Stops listening; what still waits is cut off."""
        if self._server:
            await self._server.stop(DRAIN_S)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        self._thread = _Thread()
        self._thread.run(self.start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._thread is not None, "Bug: left without having been entered"
        self._thread.run(self.stop())
        self._thread.end()

    # --- answering --------------------------------------------------------------------------------

    def received(self, method: Method, request: Message) -> Received:
        """Notes a call that arrives."""
        seen = Received(method.name, request, self.now())
        if method.service != CONTROL:
            with self._lock:
                self._calls.append(seen)
        return seen

    async def answer(self, method: Method, request: Any, call: Call) -> Message:
        """The answer to a request that passed the door. Raises the refusal that is programmed."""
        seen = ANSWERING.get()
        seen.caller = call.caller
        if "member_id" in request.DESCRIPTOR.fields_by_name and request.member_id:
            own(call, request.member_id)
        with self._lock:
            step = self._due(method, request)
            answer = self._effect(method, request, call, step)
            seen.lost = step.lose
        if step.delay_s:
            await asyncio.sleep(step.delay_s)
        if answer is None:
            assert step.refusal is not None, "Bug: neither answered nor refused"
            raise step.refusal
        return answer

    def _due(self, method: Method, request: Message) -> Step:
        """The step that is due, of the newest rule that fits and has one left; counted as used."""
        for rule in reversed(self._rules):
            if rule.fits(method, request) and (step := rule.step()) is not None:
                step.used += 1
                return step
        return Step()

    def _effect(self, method: Method, request: Any, call: Call, step: Step) -> Message | None:
        """What the request id was answered with before, or what the step says; None: refused."""
        request_id = getattr(request, "request_id", "")
        if not request_id:
            return None if step.refusal else self._made(method, request, step)
        id_ = (call.merchant_id, method.service, request_id)
        asked = blake2b(method.name.encode() + request.SerializeToString(deterministic=True))
        if id_ in self._known:
            before, answer = self._known[id_]
            if before != asked.digest():
                raise RequestIdReused(request_id=request_id)
            return answer
        if step.refusal is not None:
            return None
        answer = self._made(method, request, step)
        self._known[id_] = (asked.digest(), answer)
        return answer

    def _made(self, method: Method, request: Message, step: Step) -> Message:
        said: Any = step.answer
        if callable(said) and not isinstance(said, Message):
            said = said(request)
        if isinstance(said, Message):
            return said
        answer = default_answer(request, method.response(), self.now())
        if said:
            written(answer, said)
        return answer


class _Thread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs ``work`` over there and waits for its end."""
        waiting: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        waiting.result()

    def end(self) -> None:
        """Ends loop and thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
