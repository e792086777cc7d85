"""Fixtures: the real Envoy with our envoy.yaml, in front of a scripted service."""

from collections.abc import Iterator

import grpc
import httpx2
import pytest
from edge.processes import Edge, Replica, running_envoy, running_replica, upstreams

from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub


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
    with httpx2.Client(base_url=stage.url, timeout=10) as client:
        yield client


@pytest.fixture
def stub(stage) -> Iterator[SpeechServiceStub]:
    """gRPC through Envoy."""
    with grpc.insecure_channel(stage.host) as channel:
        yield SpeechServiceStub(channel)
