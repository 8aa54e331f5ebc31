"""Programmed answers: for the requests that fit, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message

from common.errors import Refusal
from danke.fake.v1 import fake_pb2 as pb
from danke.methods import Method, UnknownMethod, find
from danke_fake.reasons import refusal

Fields = Mapping[str, Any]
# From a request: the whole answer, or fields of it.
Answerer = Callable[[Any], "Message | Fields"]


@dataclass
class Step:
    """One thing a method does. Without an answer or a refusal it gives the default answer."""

    answer: Message | Fields | Answerer | None = None
    refusal: Refusal | None = None
    lose: bool = False
    delay_s: float = 0.0
    # For how many calls; None: for one, and the rule's last step for all that come.
    times: int | None = None
    used: int = 0


class Rule:
    """What a method does with the requests that fit; each ``answers``, ``refuses`` … adds a step.

    A step is for one call and the last one for all that come, unless ``times`` says otherwise.
    """

    def __init__(self, method: str, when: Fields | None = None) -> None:
        """Raises ValueError for a method or a field that is not there."""
        try:
            self.method: Method = find(method)
        except UnknownMethod as unknown:
            raise ValueError(str(unknown)) from None
        self._when = dict(when or {})
        self._wanted = _parsed(self._when, self.method.request())
        self.steps: list[Step] = []

    def answers(
        self,
        content: Message | Fields | Answerer | None = None,
        *,
        times: int | None = None,
        delay_s: float = 0.0,
        **fields: Any,
    ) -> Self:
        """Answers with a whole message, with fields over the default answer, or as a function says.

        Raises ValueError for fields that the response does not have.
        """
        if isinstance(content, Mapping) or fields:
            content = {**(content or {}), **fields}  # type: ignore[dict-item]
            _parsed(content, self.method.response())
        elif isinstance(content, Message) and not isinstance(content, self.method.response):
            raise ValueError(
                f"{self.method.name} answers with {self.method.response.DESCRIPTOR.full_name}, "
                f"not {content.DESCRIPTOR.full_name}"
            )
        self.steps.append(Step(answer=content, delay_s=delay_s, times=times))
        return self

    def refuses(
        self,
        reason: str,
        *,
        field: str = "",
        metadata: Mapping[str, Any] | None = None,
        times: int | None = None,
        delay_s: float = 0.0,
    ) -> Self:
        """Refuses with a reason of docs/reasons.md; code, message and details follow from it.

        Raises ValueError for a reason that the method's service never gives.
        """
        figures = {name: str(value) for name, value in (metadata or {}).items()}
        refused = refusal(self.method.service, reason, field, figures)
        self.steps.append(Step(refusal=refused, delay_s=delay_s, times=times))
        return self

    def loses(self, *, times: int | None = 1, delay_s: float = 0.0) -> Self:
        """Lets the call take effect and loses its answer: the caller gets UNAVAILABLE."""
        self.steps.append(Step(lose=True, delay_s=delay_s, times=times))
        return self

    def fits(self, method: Method, request: Message) -> bool:
        """Whether this rule speaks for the request."""
        return method.name == self.method.name and _says(request, self._wanted, self._when)

    def step(self) -> Step | None:
        """The step that is due, None if all are used up."""
        for number, step in enumerate(self.steps, start=1):
            times = step.times
            if times is None and number < len(self.steps):
                times = 1
            if times is None or step.used < times:
                return step
        return None


def rule_of(told: pb.Rule) -> Rule:
    """The rule of a file or of AddRules. Raises ValueError, as ``Rule`` does."""
    rule = Rule(told.method, MessageToDict(told.when))
    for step in told.steps:
        delay_s = step.delay.ToTimedelta().total_seconds()
        times = step.times or None
        if step.HasField("refuse"):
            rule.refuses(
                step.refuse.reason, field=step.refuse.field, metadata=dict(step.refuse.metadata),
                times=times, delay_s=delay_s,
            )  # fmt: skip
        elif step.HasField("lose"):
            rule.loses(times=times, delay_s=delay_s)
        else:
            content = MessageToDict(step.answer) if step.HasField("answer") else None
            rule.answers(content, times=times, delay_s=delay_s)
    return rule


def written(answer: Message, fields: Fields) -> None:
    """Puts ``fields`` into ``answer``: what they leave out stays, lists are replaced."""
    for name, value in fields.items():
        field = _field(answer, name)
        if _is_part(field) and isinstance(value, Mapping):
            written(getattr(answer, field.name), value)
        else:
            answer.ClearField(field.name)
            ParseDict({field.name: value}, answer)


def _says(request: Message, wanted: Message, keys: Fields) -> bool:
    """Whether the request holds what ``wanted`` holds under ``keys``."""
    for name, value in keys.items():
        field = _field(request, name)
        here, there = getattr(request, field.name), getattr(wanted, field.name)
        if _is_part(field) and isinstance(value, Mapping):
            if not _says(here, there, value):
                return False
        elif here != there:
            return False
    return True


def _parsed(fields: Fields, message: Message) -> Message:
    try:
        written(message, fields)
    except (ParseError, LookupError, TypeError) as problem:
        name = message.DESCRIPTOR.full_name
        raise ValueError(f"this does not fit {name}: {problem}") from None
    return message


def _field(message: Message, name: str) -> Any:
    """The field of this name, as the proto or as JSON spells it."""
    fields = message.DESCRIPTOR
    found = fields.fields_by_name.get(name) or fields.fields_by_camelcase_name.get(name)
    if found is None:
        known = ", ".join(field.name for field in fields.fields)
        raise LookupError(f"there is no field {name!r} in {fields.full_name}; its fields: {known}")
    return found


def _is_part(field: Any) -> bool:
    """Whether it holds a message of ours, whose fields stand for themselves."""
    message = field.message_type
    return message is not None and not field.is_repeated and message.full_name[:7] != "google."
