"""The whole product, run as a user runs it: `vivavoce up` on free ports."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.processes import json_lines, wait_until

BIN = Path(sys.executable).parent
START_SECONDS = 60


@dataclass(frozen=True)
class Up:
    """A running `vivavoce up`, and what it says."""

    process: subprocess.Popen
    folder: Path
    http: str
    """host:port, as the other two."""
    grpc: str
    metrics: str

    @property
    def curl(self) -> str:
        """The command that it prints for the user to paste."""
        return re.search(r"curl .*?\.mp3", said(self.folder), re.DOTALL)[0]

    def lines(self, request_id: str) -> list[dict]:
        """The log of one request, of Envoy and the service, once both have written theirs."""

        def found() -> list[dict] | None:
            lines = json_lines(self.folder / "log")
            mine = [line for line in lines if line.get("request_id") == request_id]
            return mine if len(mine) == 2 else None

        return wait_until(found)


def said(folder: Path) -> str:
    return (folder / "said").read_text()


def logged(folder: Path) -> str:
    return (folder / "log").read_text()


@contextmanager
def running_up(folder: Path, *flags: str) -> Iterator[Up]:
    """`vivavoce up` once speech can be had; killed at the end if it still runs."""
    ports = ("--http-port", "0", "--grpc-port", "0", "--metrics-port", "0")
    command = [BIN / "vivavoce", "up", *ports, *flags]
    with (folder / "said").open("w") as out, (folder / "log").open("w") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
    try:
        wait_until(lambda: process.poll() is not None or "curl" in said(folder), START_SECONDS)
        assert process.poll() is None, logged(folder)
        http, grpc, metrics = re.search(
            r"HTTP http://(\S+) +gRPC (\S+) +metrics http://(\S+)/metrics", said(folder)
        ).groups()
        yield Up(process, folder, http, grpc, metrics)
    finally:
        process.kill()
        process.wait()
