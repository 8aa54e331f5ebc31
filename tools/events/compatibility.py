"""What would break a reader: the differences between two sets of event schemas that matter.

Within ``v1`` events only grow. A reader written for the old schemas must read new records, and
records of the old schemas, which stay on their topics for weeks, must fit the new models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
# By "<topic>/<Event>".
Schemas = Mapping[str, Schema]

UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "minLength", "minItems", "minProperties")


def breaks(before: Schemas, after: Schemas) -> list[str]:
    """One sentence per change that breaks a reader; empty if ``after`` only adds."""
    found: list[str] = []
    topics = {name.partition("/")[0] for name in after}
    for name, old in sorted(before.items()):
        topic, _, event = name.partition("/")
        new = after.get(name)
        if topic not in topics:
            found.append(f"{name}: the topic {topic} is gone")
        elif new is None:
            found.append(f"{name}: the event {event} is gone")
        else:
            found += _travels_otherwise(name, old, new)
            found += [f"{name}: {what}" for what in _Comparison(old, new).differences()]
    return found


def _travels_otherwise(name: str, old: Schema, new: Schema) -> Iterator[str]:
    for what, value in old.get("x-danke", {}).items():
        now = new.get("x-danke", {}).get(what)
        if now != value:
            yield f"{name}: its {what} was {value} and is {now}"


class _Comparison:
    """Walks two schemas side by side; each keeps its own definitions."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new
        self._seen: set[tuple[str, str]] = set()

    def differences(self) -> Iterator[str]:
        yield from self._same(self.old, self.new, "")

    def _same(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        refs = (old.get("$ref", ""), new.get("$ref", ""))
        if all(refs) and refs in self._seen:  # a type that contains itself
            return
        self._seen.add(refs)
        olds, news = _alternatives(old, self.old), _alternatives(new, self.new)
        if set(olds) != set(news):
            was, now = (" or ".join(sorted(kinds)) for kinds in (olds, news))
            yield f"{path or 'the event'} was {was} and is {now}"
            return
        for kind, one in olds.items():
            yield from self._narrower(one, news[kind], path)
            yield from self._inside(one, news[kind], path)

    def _narrower(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """Values that were allowed and are not any more."""
        if new_values := _values(new):
            old_values = _values(old)
            if not old_values:
                yield f"{path} could be anything and is now one of {sorted(new_values)}"
            elif gone := old_values - new_values:
                yield f"{path} may no longer be {', '.join(sorted(gone))}"
        for word in ("pattern", "format", "multipleOf", "uniqueItems"):
            if word in new and new[word] != old.get(word):
                yield f"{path} has another {word}: {old.get(word, 'none')} → {new[word]}"
        for word in UPPER:
            limit, now = _bound(old, word), _bound(new, word)
            if now is not None and (limit is None or now < limit):
                yield f"{path} has a narrower {word}: {_said(limit)} → {now}"
        for word in LOWER:
            limit, now = _bound(old, word), _bound(new, word)
            if now is not None and (limit is None or now > limit):
                yield f"{path} has a narrower {word}: {_said(limit)} → {now}"

    def _inside(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        fields, now = old.get("properties", {}), new.get("properties", {})
        for name, field in fields.items():
            where = f"{path}.{name}".lstrip(".")
            if name in now:
                yield from self._same(field, now[name], where)
            else:
                yield f"the field {where} is gone"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            where = f"{path}.{name}".lstrip(".")
            yield f"the {'' if name in fields else 'new '}field {where} is required"
        if isinstance(new.get("items"), dict):
            yield from self._same(old.get("items") or {}, new["items"], f"{path}[]")
        if isinstance(new.get("additionalProperties"), dict):
            other = old.get("additionalProperties")
            yield from self._same(
                other if isinstance(other, dict) else {}, new["additionalProperties"], f"{path}.*"
            )


def _alternatives(schema: Schema, root: Schema) -> dict[str, Schema]:
    """What a value may be, by type; structs by their names where it may be one of several."""
    found: dict[str, Schema] = {}
    each = [_resolved(one, root) for one in schema.get("anyOf", (schema,))]
    structs = [one for one in each if one.get("type") == "object"]
    for one in each:
        title = f" {one.get('title', '')}" if len(structs) > 1 and one in structs else ""
        found.update({f"{kind}{title}": one for kind in _kinds(one)})
    return found


def _resolved(schema: Schema, root: Schema) -> Schema:
    """What a reference leads to."""
    target: Any = schema
    while "$ref" in target:
        steps = target["$ref"].removeprefix("#/").split("/")
        target = root
        for step in steps:
            target = target[step]
    found: Schema = target
    return found


def _kinds(schema: Schema) -> list[str]:
    """The JSON types of the values that fit."""
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return [kinds]
    return sorted(kinds or {_json_type(value) for value in _raw_values(schema)}) or ["anything"]


def _json_type(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
    return names[type(value)]


def _raw_values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _values(schema: Schema) -> set[str]:
    return {str(value) or "empty" for value in _raw_values(schema)}


def _bound(schema: Schema, word: str) -> float | None:
    """The bound, with an exclusive one of a whole number told as the inclusive one it equals."""
    inclusive: float | None = schema.get(word)
    exclusive: float | None = schema.get(f"exclusive{word[0].upper()}{word[1:]}")
    if exclusive is None:
        return inclusive
    step = 0 if schema.get("type") != "integer" else 1 if word == "minimum" else -1
    return exclusive + step


def _said(limit: float | None) -> str:
    return "none" if limit is None else str(limit)
