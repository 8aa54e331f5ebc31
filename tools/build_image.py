"""Builds localhost/danke with buildah: ``python -m tools.build_image [TAG …]``.

Needs root (or subordinate ids), and from Debian: buildah podman runc conmon catatonit iptables
mmdebstrap uidmap. Where the Dockerfile's base cannot be pulled, Debian's own Python is put in its
place under the same name; the Dockerfile is built as it stands either way.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tools.image.config import authorities

ROOT: Final = Path(__file__).resolve().parents[1]
BASE: Final = "docker.io/library/python:3.11-slim-bookworm"
IMAGE: Final = "localhost/danke"
TOOLS: Final = ("buildah", "podman", "runc", "mmdebstrap")
PACKAGES: Final = "ca-certificates,python3,python3-venv,python3-pip"


def missing() -> list[str]:
    """The tools that are not on this machine."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def build(tag: str) -> str:
    """The image's name. A tag is a release: its label makes it another image of the same code."""
    _base()
    name = f"{IMAGE}:{tag}"
    argv = ["buildah", "build", "--isolation", "chroot", "--pull=never", "--layers"]
    argv += ["--label", f"org.opencontainers.image.version={tag}"]
    _run([*argv, "--tag", name, "--file", str(ROOT / "deploy" / "Dockerfile"), str(ROOT)])
    return name


def _base() -> None:
    if _quiet(["buildah", "inspect", "--type", "image", BASE]):
        return
    if _quiet(["timeout", "60", "buildah", "pull", "--quiet", BASE]):
        return
    print(f"image: {BASE} cannot be pulled; Debian's Python takes its name", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder) / "rootfs.tar"
        argv = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}"]
        _run([*argv, "bookworm", str(rootfs)])
        container = _told(["buildah", "from", "scratch"])
        _run(["buildah", "add", "--quiet", container, str(rootfs), "/"])
        if authority := authorities():
            # Only in the stand-in: what this machine needs to reach a package registry.
            settings = Path(folder) / "pip.conf"
            settings.write_text("[global]\ncert = /etc/ssl/build-authorities.pem\n", "utf-8")
            copy = ["buildah", "copy", "--quiet", container]
            _run([*copy, str(authority), "/etc/ssl/build-authorities.pem"])
            _run([*copy, str(settings), "/etc/pip.conf"])
        _run(["buildah", "config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", container])
        _run(["buildah", "commit", "--quiet", "--rm", container, BASE])


def _run(argv: list[str]) -> None:
    subprocess.run(argv, check=True)


def _quiet(argv: list[str]) -> bool:
    return subprocess.run(argv, check=False, capture_output=True).returncode == 0


def _told(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    if absent := missing():
        raise SystemExit(f"image: not on this machine: {', '.join(absent)}")
    for one in sys.argv[1:] or ["dev"]:
        build(one)
