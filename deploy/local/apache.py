"""Apache Kafka on this machine: fetched with Maven, one node in KRaft mode, a child process."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.kafka import Broker, Kafka, answers
from deploy.local.ports import HOST, free_port, wanted_port
from deploy.local.processes import Process

KAFKA_VERSION = "4.4.0"  # runs on Java 17 and newer
_SCALA_VERSION = "2.13"
# Kafka brings log4j2 but leaves the bridge from slf4j 1 to it to the distribution.
_LOG4J_VERSION = "2.25.5"
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
# For so long a node, or a consumer, may be silent.
_SESSION_MS = 6_000

_POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>danke.local</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_{_SCALA_VERSION}</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>{_LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""

_LOG4J = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


class ApacheKafka(Kafka):
    """One Kafka node on 127.0.0.1, data under `<root>/kafka`; `async with` starts it.

    Its jars are fetched once, with `mvn`, into `<cache>/kafka-<version>/libs`. `inherited` is the
    environment Maven runs in (HOME, proxies, JAVA_HOME). `advertised` is where it tells its clients
    to find it, if that is not where it listens.
    """

    def __init__(
        self,
        root: Path,
        *,
        cache: Path,
        inherited: Mapping[str, str],
        port: int | None = None,
        advertised: str | None = None,
    ) -> None:
        self._advertised = advertised
        self._root = root.absolute()
        self._folder = self._root / "kafka"
        self._home = cache.absolute() / f"kafka-{KAFKA_VERSION}"
        self._inherited = inherited
        self._wanted_port = port
        self._port: int | None = None

    @property
    def broker(self) -> Broker:
        """Known once it was started."""
        assert self._port is not None, "Kafka was not started"
        return Broker(
            bootstrap=f"{HOST}:{self._port}", idempotent_producer=True, session_ms=_SESSION_MS
        )

    async def start(self) -> None:
        """Fetch and format if that was not done yet, then serve; returns when metadata is answered.

        Started again it keeps its port and data. Refuses a taken port and missing java or mvn.
        """
        self._port = wanted_port("kafka", self._port or self._wanted_port)
        await self._fetch()
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "log4j2.properties").write_text(_LOG4J)
        (self._folder / "server.properties").write_text(self._properties(free_port()))
        await self._format()
        self._process = self._process or self._java(
            "kafka", "kafka.Kafka", self._folder / "server.properties"
        )
        await self._process.start(self._answers, timeout_s=_START_TIMEOUT_S)

    async def _answers(self) -> None:
        await answers(self.broker.bootstrap)

    async def _fetch(self) -> None:
        """Fetch under another name first: half a set of jars must not look whole."""
        libs = self._home / "libs"
        if libs.exists():
            return
        self._home.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=self._home, prefix="fetch-"))
        try:
            (part / "pom.xml").write_text(_POM)
            argv: list[str | Path] = [self._tool("mvn"), "--batch-mode", "--quiet"]
            argv += ["--file", part / "pom.xml", "dependency:copy-dependencies"]
            argv += ["-DincludeScope=runtime", f"-DoutputDirectory={part / 'libs'}"]
            log = self._root / "logs" / "mvn.log"
            await Process(name="mvn", argv=argv, log=log, env=self._inherited).run()
            if not libs.exists():  # another stack may have been quicker
                (part / "libs").rename(libs)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    async def _format(self) -> None:
        if (self._folder / "data" / "meta.properties").exists():
            return
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        properties = self._folder / "server.properties"
        arguments = ("format", f"--cluster-id={cluster_id}", "--config", properties)
        await self._java("kafka-format", "kafka.tools.StorageTool", *arguments).run()

    def _properties(self, controller_port: int) -> str:
        lines = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{HOST}:{controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "listeners": (
                f"PLAINTEXT://{self.broker.bootstrap},CONTROLLER://{HOST}:{controller_port}"
            ),
            "advertised.listeners": f"PLAINTEXT://{self._advertised or self.broker.bootstrap}",
            "log.dirs": self._folder / "data",
            # Topics are declared, never guessed from a typo.
            "auto.create.topics.enable": "false",
            # One node holds the only copy.
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # Fifty partitions each by default: seconds of start time that one machine never needs.
            "offsets.topic.num.partitions": "8",
            "transaction.state.log.num.partitions": "8",
            # Groups form at once, and may notice a dead member as soon as they ask to (kafka.py).
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
            # A killed node may come back once its former self counts as gone: 9 s by default. On a
            # machine with much other work it must not count as gone when it is only slow.
            "broker.session.timeout.ms": f"{_SESSION_MS}",
            "broker.heartbeat.interval.ms": "500",
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def _java(self, name: str, main: str, *arguments: str | Path) -> Process:
        return Process(
            name=name,
            argv=[
                *(self._tool("java"), "-Xms256m", "-Xmx768m", "-Djava.awt.headless=true"),
                f"-Dlog4j2.configurationFile={self._folder / 'log4j2.properties'}",
                *("-cp", f"{self._home / 'libs'}/*", main, *arguments),
            ],
            log=self._root / "logs" / f"{name}.log",
            env={"PATH": os.defpath},
            cwd=self._folder,
            stop_timeout_s=_STOP_TIMEOUT_S,
        )

    def _tool(self, name: str) -> Path:
        path = self._inherited.get("PATH", os.defpath)
        if name == "java" and (home := self._inherited.get("JAVA_HOME")):
            path = f"{home}/bin{os.pathsep}{path}"
        found = shutil.which(name, path=path)
        if found is None:
            raise StackError(
                f"KAFKA=apache needs `{name}` (Java 17 or newer, and Maven), which is not on PATH."
            )
        return Path(found)
