"""A program that only calls the service installs two packages, and imports no more."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import vivavoce.client
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names)))
"""
ALLOWED = {"vivavoce", "grpc", "google"}
BROUGHT_BY_GRPC = {
    "typing_extensions",
    "cython_runtime",
    "grpc_tools",
    "grpc_health",
    "grpc_reflection",
    "grpc_status",
}


def test_the_client_needs_nothing_of_the_server():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    imported = {name for name in json.loads(done.stdout) if not name.startswith(("_", "sitecustomize"))}
    assert "grpc" in imported
    assert imported - BROUGHT_BY_GRPC <= ALLOWED
