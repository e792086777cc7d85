"""Fixtures: a server to pull from, the command of pulling, a front end that reads every language."""

import os

import pytest
from publishing import publishing

from vivavoce.cli.program import run
from vivavoce.pull import download
from vivavoce.text import FrontEnd


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "sleep", lambda seconds: None)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with publishing() as running:
        yield running


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        status = run(["pull", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture(scope="session")
def front_end():
    """With espeak-ng, in one process for all tests."""
    built = FrontEnd()
    yield built
    built.close()
