"""Which tests run: every module belongs to one category, and a GPU is used only when it is asked for."""

from pathlib import Path

import pytest

CATEGORIES = ("unit", "rpc", "edge", "export", "gpu", "training")
OPTIONAL = {"gpu": "an NVIDIA GPU", "export": "PyTorch and the package `kokoro`", "training": "PyTorch"}
"""Categories that run only when they are asked for, and what they need."""
TESTS = Path(__file__).parent


def pytest_addoption(parser):
    for category, needed in OPTIONAL.items():
        text = f"collect tests/{category} too, which need {needed}"
        parser.addoption(f"--{category}", action="store_true", help=text)
    parser.addoption("--kokoro-voices", type=Path, help="tests/export: real voice packs, .bin")


def pytest_ignore_collect(collection_path, config):
    for category in OPTIONAL:
        if collection_path == TESTS / category and not config.getoption(f"--{category}"):
            return True
    return None


def pytest_collect_file(file_path, parent):
    """Refuses a test module outside the categories: it would run in none of the make targets."""
    if file_path.name.startswith("test_") and file_path.suffix == ".py":
        category = file_path.relative_to(TESTS).parts[0]
        if category not in CATEGORIES:
            raise pytest.UsageError(f"{file_path} lies in none of tests/{{{','.join(CATEGORIES)}}}")


@pytest.fixture(scope="session", autouse=True)
def no_models(tmp_path_factory):
    """Whatever models this machine has, and whatever is known of them, the tests see none but their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIVAVOCE_MODELS_DIR", str(tmp_path_factory.mktemp("no_models")))
        patch.setenv("VIVAVOCE_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def up(tmp_path_factory):
    """The whole product, shared: no test ends it."""
    from edge.whole import running_up

    with running_up(tmp_path_factory.mktemp("up")) as running:
        yield running
