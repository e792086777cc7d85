"""What is shipped: the wheel, installed into an environment of its own, speaks and finds its edge."""

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from vivavoce.models.viva import GRAPHS

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [BIN / "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("vivavoce-*.whl")
    return built


def test_it_holds_all_that_is_needed_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {name.partition("-")[0] for name in tops} == {"vivavoce"}
    assert "vivavoce/py.typed" in names
    assert {f"vivavoce/voices/viva/{graph}.onnx" for graph in GRAPHS} <= set(names)
    data = {name.partition(".data/data/share/vivavoce/")[2] for name in names}
    assert {"envoy.yaml", "edge/speech.binpb", "edge/openai.lua", "edge/playground.html"} <= data
    assert [name for name in names if name.endswith((".pyc", ".proto")) or "test" in name] == []


def test_it_is_well_where_it_is_installed(wheel, tmp_path):
    venv.create(tmp_path, symlinks=True, with_pip=False)
    python = tmp_path / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, capture_output=True, check=True)
    # The packages that it needs are lent by the environment of the tests.
    here = sysconfig.get_path("purelib", vars={"base": str(tmp_path)})
    (Path(here) / "lent.pth").write_text(sysconfig.get_path("purelib"))
    command = [tmp_path / "bin" / "vivavoce", "doctor", "--device", "cpu", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    facts = {finding["look"]: finding["facts"] for finding in json.loads(done.stdout)["findings"]}
    assert facts["envoy"]["files"] == str(tmp_path / "share" / "vivavoce")
    assert facts["speech"]["voices"] == ["kathleen", "rowan", "wren", "hazel"]
