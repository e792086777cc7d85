"""Which tests run: every module belongs to one category, and a GPU is used only when it is asked for."""

from pathlib import Path

import pytest

CATEGORIES = ("unit", "rpc", "edge", "gpu", "training")
TESTS = Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption("--gpu", action="store_true", help="collect tests/gpu too, which need an NVIDIA GPU")
    parser.addoption("--training", action="store_true", help="collect tests/training too, which need torch")


def pytest_ignore_collect(collection_path, config):
    for category in ("gpu", "training"):
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
