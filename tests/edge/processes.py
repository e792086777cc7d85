"""Starts what the edge tests run for real: Envoy with our envoy.yaml on free ports, and scripted replicas."""

import copy
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import envoy
import httpx2
import yaml

ROOT = Path(__file__).parents[2]
ENVOY = Path(envoy.__file__).parent / "_bin" / "envoy"
SCRIPTED = Path(__file__).with_name("scripted.py")
Change = Callable[[dict], None]


def wait_until(holds: Callable[[], object], seconds: float = 5.0):
    """What `holds` returns as soon as that is true; AssertionError if it never is."""
    deadline = time.monotonic() + seconds
    while not (result := holds()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
    return result


@dataclass(frozen=True)
class Replica:
    """A scripted service in a process of its own."""

    process: subprocess.Popen
    log: Path
    port: int

    def events(self, event: str, model: str) -> list[dict]:
        """The events of one call; tests tell their calls apart by the model they name."""
        return [
            line for line in json_lines(self.log) if line["event"] == event and line.get("model") == model
        ]

    def become(self, *, serving: bool) -> None:
        self.process.send_signal(signal.SIGUSR2 if serving else signal.SIGUSR1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def json_lines(log: Path) -> list[dict]:
    lines = log.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


@contextmanager
def running_replica(folder: Path, *flags: str, address: str = "127.0.0.1:0") -> Iterator[Replica]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "replica.jsonl"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, SCRIPTED, address, *flags], stdout=out)
    try:
        wait_until(lambda: json_lines(log), 20)
        yield Replica(process, log, json_lines(log)[0]["port"])
    finally:
        process.kill()
        process.wait()


@contextmanager
def running_service(folder: Path, *flags: str) -> Iterator[Path]:
    """The real service, `vivavoce serve`, ready to speak; yields its log, JSON lines."""
    log = folder / "service.jsonl"
    command = [
        sys.executable,
        "-m",
        "vivavoce",
        "serve",
        "--metrics-port",
        "0",
        "--log-format",
        "json",
        *flags,
    ]
    with log.open("w") as out:
        process = subprocess.Popen(command, stderr=out)
    try:
        wait_until(lambda: process.poll() is not None or '"ready"' in log.read_text(), 60)
        assert process.poll() is None, log.read_text()
        yield log
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True)
class Edge:
    """A running Envoy."""

    process: subprocess.Popen
    folder: Path
    host: str
    """host:port of its listener."""
    admin: str

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    def client(self) -> httpx2.Client:
        # There is no TLS here, and reading all certificates would take longer than the requests.
        return httpx2.Client(base_url=self.url, timeout=20, verify=False)

    def get(self, path: str, **options) -> httpx2.Response:
        """An answer over a connection of its own; so does `post`."""
        with self.client() as client:
            return client.get(path, **options)

    def post(self, path: str, **options) -> httpx2.Response:
        with self.client() as client:
            return client.post(path, **options)

    def ask_admin(self, path: str) -> str:
        with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=5) as answer:
            return answer.read().decode()

    def stat(self, name: str) -> int:
        return int(self.ask_admin(f"/stats?filter=^{name}$").rpartition(":")[2] or 0)

    def logged(self, request_id: str) -> dict:
        """The line of the access log for that request, once it is there."""

        def line() -> dict | None:
            lines = json_lines(self.folder / "access.jsonl")
            return next((one for one in lines if one["request_id"] == request_id), None)

        return wait_until(line)

    def complaints(self) -> list[str]:
        """What Envoy reports of scripts that failed: they fail open, so nothing else shows it."""
        return [line for line in (self.folder / "envoy.log").read_text().splitlines() if "script log" in line]


def configuration() -> dict:
    return yaml.safe_load((ROOT / "envoy.yaml").read_text())


def listener(config: dict) -> dict:
    return config["static_resources"]["listeners"][0]


def connection_manager(config: dict) -> dict:
    return listener(config)["filter_chains"][0]["filters"][0]["typed_config"]


def cluster(config: dict) -> dict:
    return next(one for one in config["static_resources"]["clusters"] if one["name"] == "speech")


def on_free_ports(config: dict) -> None:
    for address in (config["admin"]["address"], listener(config)["address"]):
        address["socket_address"] = {"address": "127.0.0.1", "port_value": 0}


def upstreams(ports: Sequence[int]) -> Change:
    """The endpoints that Envoy shall use, as one more change of the configuration."""

    def change(config: dict) -> None:
        locality = cluster(config)["load_assignment"]["endpoints"][0]
        template = locality["lb_endpoints"][0]
        locality["lb_endpoints"] = [copy.deepcopy(template) for _ in ports]
        for endpoint, port in zip(locality["lb_endpoints"], ports, strict=True):
            endpoint["endpoint"]["address"]["socket_address"]["port_value"] = port

    return change


@contextmanager
def running_envoy(
    folder: Path, *changes: Change, config: dict | None = None, ready: bool = True
) -> Iterator[Edge]:
    """Envoy with envoy.yaml after `changes`, from the root as a user runs it; stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    config = configuration() if config is None else config
    for change in (on_free_ports, *changes):
        change(config)
    (folder / "envoy.yaml").write_text(yaml.safe_dump(config))
    command = [
        *(ENVOY, "-c", folder / "envoy.yaml", "--disable-hot-restart", "--concurrency", "1"),
        *("--file-flush-interval-msec", "50"),
        *("--log-path", folder / "envoy.log", "--admin-address-path", folder / "admin"),
    ]
    with (folder / "access.jsonl").open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
    try:
        yield _when_listening(process, folder, ready=ready)
    finally:
        process.kill()
        process.wait()


def _accepts(host: str) -> bool:
    address, _, port = host.rpartition(":")
    try:
        socket.create_connection((address, int(port)), timeout=5).close()
    except ConnectionRefusedError:  # its port is known before it listens
        return False
    return True


def _when_listening(process: subprocess.Popen, folder: Path, *, ready: bool) -> Edge:
    admin = folder / "admin"
    wait_until(lambda: process.poll() is not None or (admin.exists() and admin.read_text()), 20)
    assert process.poll() is None, (folder / "envoy.log").read_text()[-2000:]
    edge = Edge(process, folder, "", admin.read_text())
    wait_until(lambda: "edge::" in edge.ask_admin("/listeners"), 20)
    _, _, host = edge.ask_admin("/listeners").strip().partition("::")
    wait_until(lambda: _accepts(host), 20)
    if ready:
        wait_until(lambda: "health_flags::healthy" in edge.ask_admin("/clusters"), 20)
    return Edge(process, folder, host, edge.admin)
