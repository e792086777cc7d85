"""Runs what the documentation tells people to type."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CURL = Path(__file__).with_name("curl.py")


def run_shell(script: str, folder: Path, *, own_curl: bool = False) -> str:
    """Runs `script` in `folder` as a shell would that has .venv/bin on its path; what it prints.

    Where the machine has no curl, or with `own_curl`, curl.py stands in for it.
    """
    path = [str(BIN), os.environ["PATH"]]
    if own_curl or not shutil.which("curl"):
        path.insert(0, str(_curl(folder / ".bin")))
    done = subprocess.run(
        ["/bin/sh", "-euc", script],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join(path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _curl(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / "curl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{CURL}" "$@"\n')
    program.chmod(0o755)
    return folder
