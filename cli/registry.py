"""The services there are: every package below `services/` that has a `main.py` with a SERVICE."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import services
from cli.console import Problem
from common.service import Service


def names() -> list[str]:
    """Names of all services, sorted."""
    return sorted(
        found.name
        for found in pkgutil.iter_modules(services.__path__)
        if found.ispkg and _has_main(found.name)
    )


def chosen(wanted: Iterable[str] | None) -> list[str]:
    """The named services, or all of them. Raises ``Problem`` for a name that is none."""
    known = names()
    picked = sorted(set(wanted or known))
    for name in picked:
        if name not in known:
            raise Problem(f"there is no service {name!r}; there are {', '.join(known)}")
    return picked


def load(name: str) -> Service[Any]:
    """The service's declaration. Raises ``Problem`` if its code can not be imported."""
    module = f"services.{name}.main"
    try:
        service: Service[Any] = importlib.import_module(module).SERVICE
    except Exception as error:
        raise Problem(f"{module} can not be imported: {error!r}") from error
    return service


def _has_main(name: str) -> bool:
    return any((Path(place) / name / "main.py").is_file() for place in services.__path__)
