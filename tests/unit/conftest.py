"""Fixtures of the tests of pulling."""

import os

import pytest
from publishing import publishing

from vivavoce.cli.program import run
from vivavoce.pull import download


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
