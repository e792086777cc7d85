"""The rules of the house that a script can see: who may import whom, and how long things may be."""

import ast
import statistics
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "service" / "vivavoce"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "pb" not in path.parts)

# From the top to the bottom. Imports go to lower rows; the members of a row never import each other.
ROWS = (
    {"__main__"},
    {"cli"},
    {"rpc", "telemetry", "client"},
    {"synthesizer"},
    {"ahead", "engine", "validation"},
    {"catalogue", "pull"},
    {"text", "audio", "models"},
    {"espeak"},
    {"core", "errors", "config", "pb"},
    {"__init__"},
)
# Third-party packages that one part alone may know.
SEAMS = {
    "grpc": {"rpc", "client"},
    "google": {"rpc", "client"},
    "onnxruntime": {"models"},
    "av": {"audio"},
    "lameenc": {"audio"},
    "soxr": {"audio"},
    "prometheus_client": {"telemetry"},
    "click": {"cli", "__main__"},
    "rich": {"cli"},
    "envoy": {"cli"},
    "pydantic_settings": {"config"},
}


def part(path):
    """The member of ROWS that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def row(name):
    return next(index for index, members in enumerate(ROWS) if name in members)


@cache
def nodes(path):
    return list(ast.walk(ast.parse(path.read_text())))


def imports(path):
    """Dotted names that a file imports, wherever in the file, also by `import_module("…")`."""
    for node in nodes(path):
        match node:
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=name)]):
                yield name
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path):
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_every_part_has_a_row():
    assert {part(path) for path in SOURCES} <= set().union(*ROWS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    for name in imports(path):
        if name.startswith("vivavoce."):
            target = name.split(".")[1]
            target = target if any(target in members for members in ROWS) else "__init__"
            assert target == part(path) or row(target) > row(part(path)), f"{part(path)} imports {name}"


def test_engine_knows_models_by_their_protocol_alone():
    named = {name for path in (PACKAGE / "engine").rglob("*.py") for name in imports(path)}
    models = {name for name in named if name.startswith("vivavoce.models")}
    assert models
    assert all(name.startswith("vivavoce.models.base.") for name in models)
    assert not any(name.startswith(("vivavoce.text", "vivavoce.audio")) for name in named)


@pytest.mark.parametrize("package", SEAMS)
def test_a_third_party_package_has_one_place(package):
    users = {part(path) for path in SOURCES if any(name.split(".")[0] == package for name in imports(path))}
    assert users <= SEAMS[package]


def test_onnxruntime_is_known_to_one_file():
    users = [path for path in SOURCES if any(name.split(".")[0] == "onnxruntime" for name in imports(path))]
    assert users == [PACKAGE / "models" / "session.py"]


def test_only_the_configuration_reads_the_environment():
    readers = [path.name for path in SOURCES if {"os.environ", "os.getenv"} & set(attributes(path))]
    assert readers == ["config.py"]


def attributes(path):
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_files_and_functions_are_short():
    files = {str(path): len(path.read_text().splitlines()) for path in SOURCES}
    lengths = [(length, f"{path}:{name}") for path in SOURCES for name, length in functions(path)]
    assert {name: length for name, length in files.items() if length > 250} == {}
    assert [entry for entry in lengths if entry[0] > 60] == []
    assert statistics.median(length for length, _ in lengths) <= 10
