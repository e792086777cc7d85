"""What is generated is what proto/ says now, the contract is clean, and what was released of it holds."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
RENEW = "run `make proto`"


def buf(*arguments, cwd=ROOT):
    return subprocess.run([BIN / "buf", *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_python_code_is_up_to_date(tmp_path):
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc"),
        *("-Ivivavoce/pb=proto/speech/v1", "-Ithird_party/googleapis"),
        *(f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python", "mypy_grpc")),
        f"--plugin=protoc-gen-mypy_grpc={BIN / 'protoc-gen-mypy_grpc'}",
        "vivavoce/pb/speech.proto",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "vivavoce" / "pb").iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "service/vivavoce/pb").glob("speech*")}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == [], RENEW


def test_descriptor_set_is_up_to_date(tmp_path):
    made = tmp_path / "speech.binpb"
    done = buf("build", "--as-file-descriptor-set", "--exclude-source-info", "-o", made)
    assert done.returncode == 0, done.stderr
    assert made.read_bytes() == (ROOT / "edge/speech.binpb").read_bytes(), RENEW


@pytest.mark.parametrize("check", ["lint", "format --diff --exit-code proto"])
def test_contract_is_clean(check):
    done = buf(*check.split())
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_released_contract_holds():
    done = buf("breaking", "proto", "--against", "proto/released.binpb")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("string model = 1 ", "string model = 91 "),
        ("optional double speed = 6 ", "optional float speed = 6 "),
        ("rpc GetModel(", "rpc FetchModel("),
    ],
)
def test_a_broken_contract_is_noticed(tmp_path, old, new):
    """The check itself works: what a client relies on cannot be taken away."""
    for name in ("proto", "third_party"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    proto = tmp_path / "proto/speech/v1/speech.proto"
    assert old in proto.read_text()
    proto.write_text(proto.read_text().replace(old, new))
    done = buf("breaking", "proto", "--against", "proto/released.binpb", cwd=tmp_path)
    assert done.returncode == 100, done.stdout + done.stderr
