"""What deploy/ says of ports, paths, flags and users is what the product has."""

import re
import subprocess
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
import yaml

from vivavoce.cli.serve import serve
from vivavoce.config import Config
from vivavoce.telemetry import Telemetry

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
SHARE = re.search(r"^WORKDIR (/opt\S+)$", CONTAINERFILE, re.MULTILINE).group(1)


@cache
def documents(path: Path) -> list[dict]:
    return list(yaml.load_all(path.read_text(), yaml.CSafeLoader))


def base(kind: str) -> dict:
    (found,) = (
        one for path in (DEPLOY / "base").glob("*.yaml") for one in documents(path) if one["kind"] == kind
    )
    return found


def pod() -> dict:
    return base("Deployment")["spec"]["template"]["spec"]


def container(name: str) -> dict:
    return next(one for one in pod()["containers"] if one["name"] == name)


def arguments() -> dict[str, str]:
    command, *flags = container("service")["args"]
    assert command == "serve"
    return dict(flag.split("=", 1) for flag in flags)


@cache
def pod_config() -> dict:
    command = ["sed", "-f", DEPLOY / "pod.sed", ROOT / "envoy.yaml"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return yaml.load(text, yaml.CSafeLoader)


def differences(one, other, path=()) -> dict[tuple, object]:
    """Path → the new value, wherever `other` differs from `one`."""
    if type(one) is not type(other) or not isinstance(one, (dict, list)):
        return {} if one == other else {path: other}
    if isinstance(one, list):
        assert len(one) == len(other)
        one, other = dict(enumerate(one)), dict(enumerate(other))
    if one.keys() != other.keys():
        return {path: other}
    return {
        place: value
        for key in one
        for place, value in differences(one[key], other[key], (*path, key)).items()
    }


def test_a_pod_changes_two_addresses_of_envoy_and_nothing_else():
    changed = differences(documents(ROOT / "envoy.yaml")[0], pod_config())
    (listener, endpoint) = sorted(changed, key=lambda path: path[1] != "listeners")
    assert (listener[:2], listener[-2:]) == (("static_resources", "listeners"), ("socket_address", "address"))
    assert changed[listener] == "0.0.0.0"
    assert (endpoint[:2], endpoint[-2:]) == (("static_resources", "clusters"), ("endpoint", "address"))
    assert changed[endpoint] == {"pipe": {"path": arguments()["--unix-socket"]}}


def test_the_service_knows_its_flags_and_settings():
    known = {name for option in serve.get_params(click.Context(serve)) for name in option.opts}
    assert arguments().keys() <= known
    fields = {f"VIVAVOCE_{name.upper()}" for name in Config.model_fields}
    for overlay in (DEPLOY / "overlays").rglob("kustomization.yaml"):
        names = set(re.findall(r"VIVAVOCE_\w+", overlay.read_text()))
        assert names
        assert names <= fields


def test_ports_are_those_of_the_processes():
    ports = {port["name"]: port["containerPort"] for one in pod()["containers"] for port in one["ports"]}
    config, flags = pod_config(), arguments()
    listener = config["static_resources"]["listeners"][0]["address"]["socket_address"]
    of_service = {name: int(flags[f"--{name}-port"]) for name in ("grpc", "metrics")}
    assert ports == {"http": listener["port_value"], **of_service}
    admin = config["admin"]["address"]["socket_address"]
    assert f"{admin['address']}:{admin['port_value']}" == flags["--envoy-admin"]
    assert {port["targetPort"] for port in base("Service")["spec"]["ports"]} <= ports.keys()
    annotations = base("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == flags["--metrics-port"]
    exposed = re.search(r"^EXPOSE (.*)$", CONTAINERFILE, re.MULTILINE).group(1).split()
    assert sorted(map(int, exposed)) == sorted(ports.values())


def test_probes_ask_what_is_there():
    text = (ROOT / "envoy.yaml").read_text()
    for name in ("readinessProbe", "livenessProbe"):
        probe = container("edge")[name]["httpGet"]
        assert probe["port"] == "http"
        assert f"exact: {probe['path']} " in text or f"path: {probe['path']} " in text
    for name in ("startupProbe", "livenessProbe"):
        probe = container("service")[name]["grpc"]
        assert probe["port"] == int(arguments()["--grpc-port"])
        assert f"service_name: {probe['service']} " in text


def test_both_containers_stay_until_envoy_is_drained():
    script = (ROOT / "edge/drain.sh").read_text()
    for one in pod()["containers"]:
        shell, path, admin_port = one["lifecycle"]["preStop"]["exec"]["command"]
        assert script.startswith(f"#!/bin/{shell}\n")
        assert Path(path).relative_to(SHARE) == Path("edge/drain.sh")
        assert arguments()["--envoy-admin"].endswith(f":{admin_port}")
    leave, grace = (int(re.search(rf"{name}_SECONDS:-(\d+)", script).group(1)) for name in ("LEAVE", "GRACE"))
    longest = leave + grace + float(arguments()["--grace-seconds"])
    assert longest < pod()["terminationGracePeriodSeconds"]


def test_containers_may_do_little():
    security = pod()["securityContext"]
    assert security["runAsNonRoot"]
    assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in CONTAINERFILE
    for one in pod()["containers"]:
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        volumes = {volume["name"] for volume in pod()["volumes"]}
        assert {mount["name"] for mount in one["volumeMounts"]} <= volumes
    mounts = {mount["mountPath"]: mount for mount in container("service")["volumeMounts"]}
    assert str(Path(arguments()["--unix-socket"]).parent) in mounts
    assert mounts[str(Path(arguments()["--keys-file"]).parent)]["name"] == "keys"


@pytest.mark.parametrize("flavour", ["cpu", "gpu"])
def test_each_flavour_has_its_lock_its_extra_and_its_overlay(flavour):
    assert (ROOT / f"requirements/{flavour}.txt").is_file()
    assert f"\n{flavour} = [" in (ROOT / "pyproject.toml").read_text()
    (overlay,) = documents(DEPLOY / f"overlays/{flavour}/kustomization.yaml")
    version = re.search(r'__version__ = "(.*)"', (ROOT / "service/vivavoce/__init__.py").read_text()).group(1)
    assert overlay["images"] == [{"name": "vivavoce", "newTag": f"{version}-{flavour}"}]
    assert all(one["image"] == "vivavoce" for one in pod()["containers"])
    for text in (CONTAINERFILE, (DEPLOY / "README.md").read_text()):
        assert set(re.findall(rf"(\d\S*)-{flavour}\b", text)) <= {version}


def test_every_file_that_kustomize_is_sent_to_is_there():
    kustomizations = list(DEPLOY.rglob("kustomization.yaml"))
    assert len(kustomizations) == 5
    for path in kustomizations:
        (content,) = documents(path)
        assert content["resources"]
        for resource in content["resources"]:
            assert (path.parent / resource).exists()


def test_the_autoscaler_reads_a_metric_that_there_is():
    telemetry = Telemetry()
    telemetry.watch_engine(lambda: SimpleNamespace(active_streams=0, waiting_jobs=0))
    (scaler,) = documents(DEPLOY / "components/autoscaling/autoscaler.yaml")
    assert scaler["spec"]["scaleTargetRef"]["name"] == base("Deployment")["metadata"]["name"]
    names = {metric.name for metric in telemetry.registry.collect()}
    assert {metric["pods"]["metric"]["name"] for metric in scaler["spec"]["metrics"]} <= names


def test_the_image_copies_only_what_there_is():
    sources = [
        source for line in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.MULTILINE)
        for source in line.replace("${FLAVOUR}", "cpu").split()
    ]  # fmt: skip
    assert sources
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text()
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored or f"!{Path(source).parent}" in ignored
