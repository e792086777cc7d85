"""The edge as a pod has it: another address, a unix socket, and the command of deploy/."""

import subprocess

import yaml
from edge.calls import SPEECH, play
from edge.processes import ENVOY, ROOT, cluster, running_envoy, running_replica


def pod_config() -> str:
    command = ["sed", "-f", ROOT / "deploy/pod.sed", ROOT / "envoy.yaml"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_edge_of_a_pod_speaks_over_a_unix_socket(tmp_path):
    path = str(tmp_path / "speech.sock")

    def use_socket(config: dict) -> None:
        endpoint = cluster(config)["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
        endpoint["address"]["pipe"]["path"] = path

    with (
        running_replica(tmp_path / "replica", address=f"unix:{path}"),
        running_envoy(tmp_path / "edge", use_socket, config=yaml.safe_load(pod_config())) as edge,
    ):
        assert edge.post(SPEECH, json=play(["send", 5])).content == bytes(5)


def test_the_command_of_the_pod_is_one_that_envoy_takes(tmp_path):
    (deployment,) = yaml.safe_load_all((ROOT / "deploy/base/deployment.yaml").read_text())
    containers = deployment["spec"]["template"]["spec"]["containers"]
    program, *flags = next(one["command"] for one in containers if one["name"] == "edge")
    assert program == "envoy"
    assert "--disable-hot-restart" in flags  # which wants to write to /dev/shm
    (tmp_path / "pod.yaml").write_text(pod_config())
    (tmp_path / "edge").symlink_to(ROOT / "edge")
    done = subprocess.run(
        [ENVOY, *flags, "--mode", "validate"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
