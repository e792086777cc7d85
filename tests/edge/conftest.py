"""Fixtures: the real Envoy with our envoy.yaml, in front of the real service or of a scripted one.

edge, openai, ...: the real service, which wants a key. stage, http, stub: the scripted one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx2
import pytest
from edge.calls import KEY
from edge.processes import (
    Edge,
    Replica,
    free_port,
    running_envoy,
    running_replica,
    running_service,
    upstreams,
    wait_until,
)
from openai import OpenAI

from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub
from vivavoce.rpc.auth import hash_key


@dataclass(frozen=True)
class Service:
    """The real service, and the Envoy before it."""

    edge: Edge
    log: Path
    metrics_url: str


@pytest.fixture(scope="session")
def service(tmp_path_factory) -> Iterator[Service]:
    """Envoy starts first, as it may in a pod."""
    folder = tmp_path_factory.mktemp("service")
    keys = folder / "keys.toml"
    keys.write_text(f'[keys.tests]\nsha256 = "{hash_key(KEY)}"\n')
    grpc_port, metrics_port = free_port(), free_port()
    with (
        running_envoy(folder / "edge", upstreams([grpc_port]), ready=False) as edge,
        running_service(
            folder,
            *("--grpc-port", str(grpc_port), "--metrics-port", str(metrics_port)),
            *("--envoy-admin", edge.admin, "--keys-file", str(keys)),
        ) as log,
    ):
        wait_until(lambda: edge.get("/readyz").status_code == 200)
        yield Service(edge, log, f"http://127.0.0.1:{metrics_port}/metrics")
        assert edge.complaints() == []


@pytest.fixture
def edge(service) -> str:
    """URL of the real Envoy before the real service."""
    return service.edge.url


@pytest.fixture
def openai(edge) -> Iterator[OpenAI]:
    """OpenAI's own client."""
    with OpenAI(base_url=edge + "/v1", api_key=KEY, max_retries=0) as client:
        yield client


@pytest.fixture(scope="session")
def replica(tmp_path_factory) -> Iterator[Replica]:
    with running_replica(tmp_path_factory.mktemp("replica")) as one:
        yield one


@pytest.fixture(scope="session")
def stage(tmp_path_factory, replica) -> Iterator[Edge]:
    """Envoy in front of one scripted replica; shared, so no test changes its state."""
    with running_envoy(tmp_path_factory.mktemp("stage"), upstreams([replica.port])) as edge:
        yield edge
        assert edge.complaints() == []


@pytest.fixture
def http(stage) -> Iterator[httpx2.Client]:
    with stage.client() as client:
        yield client


@pytest.fixture
def stub(stage) -> Iterator[SpeechServiceStub]:
    """gRPC through Envoy."""
    with grpc.insecure_channel(stage.host) as channel:
        yield SpeechServiceStub(channel)
