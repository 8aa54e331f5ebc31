"""What a node does with a rendered pod, done with podman: one container, its probes, its end.

Taken from the manifest: image, arguments, environment (config maps and secrets included), mounts,
user, read-only root, capabilities, limits, probes, the pause before the end and the grace. Not
shown: the network of a cluster (pods share the machine's here, so each gets ports of its own),
what the API server and operators do, and scheduling.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deploy.local.ports import HOST, free_port
from tools.manifests.policies import Overlay, pod_of

Document = dict[str, Any]

# Its defaults want cgroups and limits that a container in a sandbox may not set.
PODMAN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs")
LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")


async def podman(*arguments: str) -> str:
    """Runs podman; its output. Raises with its last words."""
    child = await asyncio.create_subprocess_exec(
        *PODMAN, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, problem = await child.communicate()
    assert child.returncode == 0, f"podman {arguments[0]}: {problem.decode()[-2000:]}"
    return out.decode().strip()


@dataclass
class Secrets:
    """What the cluster's secrets hold: name → key → value; written where pods mount them."""

    folder: Path
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def mounted(self, name: str, items: list[Document]) -> Path:
        """A folder with these keys of a secret, as the kubelet would lay it."""
        folder = self.folder / name / "-".join(item["path"] for item in items)[:80]
        folder.mkdir(parents=True, exist_ok=True)
        for item in items:
            path = folder / item["path"]
            path.write_text(self.values[name][item["key"]], encoding="utf-8")
            path.chmod(0o444)
        return folder


class Pod:
    """One pod of a rendered workload."""

    def __init__(
        self,
        overlay: Overlay,
        document: Document,
        secrets: Secrets,
        *,
        image: str,
        hosts: list[str],
    ) -> None:
        self.overlay, self.secrets, self.image, self.hosts = overlay, secrets, image, hosts
        self.pod = pod_of(document)
        self.port, self.metrics_port = free_port(), free_port()
        self.container = ""

    @property
    def address(self) -> str:
        """host:port of its gRPC door."""
        return f"{HOST}:{self.port}"

    async def run_to_its_end(self, container: Document) -> str:
        """An init container or a job's: its output. Raises if it fails."""
        return await podman("run", "--rm", *self._flags(container), self.image, *container["args"])

    async def start(self) -> None:
        """Init containers, then the container; returns when it is ready, by its own probes."""
        for one in self.pod.get("initContainers", ()):
            await self.run_to_its_end(one)
        (main,) = self.pod["containers"]
        ports = ["--env", f"DANKE_GRPC_PORT={self.port}"]
        ports += ["--env", f"DANKE_METRICS_PORT={self.metrics_port}"]
        flags = (*self._flags(main), *ports)
        self.container = await podman("run", "--detach", *flags, self.image, *main["args"])
        startup = main["startupProbe"]
        until = time.monotonic() + startup["periodSeconds"] * startup["failureThreshold"]
        for probe in (startup, main["readinessProbe"]):
            while not await self.passes(probe):
                assert time.monotonic() < until, await self.log()
                await asyncio.sleep(0.3)

    async def passes(self, probe: Document) -> bool:
        """Asks as the kubelet does."""
        async with grpc.aio.insecure_channel(self.address) as channel:
            request = health_pb2.HealthCheckRequest(service=probe["grpc"]["service"])
            stub = health_pb2_grpc.HealthStub(channel)
            try:
                answer = await stub.Check(request, timeout=probe["timeoutSeconds"])
            except grpc.aio.AioRpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> int:
        """Waits as its preStop says, asks it to leave, kills it after the grace; its exit code."""
        (main,) = self.pod["containers"]
        pause = main["lifecycle"]["preStop"]["sleep"]["seconds"]
        await asyncio.sleep(pause)
        grace = self.pod["terminationGracePeriodSeconds"] - pause
        await podman("stop", "--time", str(grace), self.container)
        code = await podman("inspect", "--format", "{{.State.ExitCode}}", self.container)
        return int(code)

    async def remove(self) -> None:
        """Leaves nothing behind."""
        if self.container:
            with contextlib.suppress(AssertionError):
                await podman("rm", "--force", "--time", "0", self.container)

    async def log(self) -> str:
        """Its last words."""
        return (await podman("logs", "--tail", "30", self.container)) if self.container else ""

    def _flags(self, container: Document) -> list[str]:
        security, pod = container["securityContext"], self.pod["securityContext"]
        assert security["capabilities"] == {"drop": ["ALL"]}
        limits = container["resources"]["limits"]
        flags = ["--network", "host", *LIMITS, "--cap-drop", "all"]
        flags += ["--user", f"{pod['runAsUser']}:{pod['runAsGroup']}"]
        if security["readOnlyRootFilesystem"]:
            # Nothing is writable, not even the /tmp that podman would add.
            flags += ["--read-only", "--read-only-tmpfs=false"]
        if not security["allowPrivilegeEscalation"]:
            flags += ["--security-opt", "no-new-privileges"]
        flags += ["--memory", limits["memory"].lower().removesuffix("i"), "--cpus", limits["cpu"]]
        for host in self.hosts:
            flags += ["--add-host", f"{host}:{HOST}"]
        for name, value in self._environment(container).items():
            flags += ["--env", f"{name}={value}"]
        volumes = {one["name"]: one for one in self.pod.get("volumes", ())}
        for mount in container["volumeMounts"]:
            secret = volumes[mount["name"]]["secret"]
            source = self.secrets.mounted(secret["secretName"], secret["items"])
            flags += ["--volume", f"{source}:{mount['mountPath']}:ro"]
        return flags

    def _environment(self, container: Document) -> dict[str, str]:
        maps = {one["metadata"]["name"]: one["data"] for one in self.overlay.of("ConfigMap")}
        told: dict[str, str] = {}
        for reference in container["envFrom"]:
            told |= maps[reference["configMapRef"]["name"]]
        for one in container["env"]:
            if "value" in one:
                told[one["name"]] = one["value"]
            else:
                key = one["valueFrom"]["secretKeyRef"]
                told[one["name"]] = self.secrets.values[key["name"]][key["key"]]
        return told
