"""README and CHANGELOG say what the code does. (Their commands are run by tests/edge/test_readme.py.)"""

import re
from pathlib import Path

import vivavoce
from vivavoce import errors
from vivavoce.audio import ENCODERS, encoder_class
from vivavoce.config import Config

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def table(first_cell):
    """Rows of README tables whose first cell is code that matches."""
    return re.findall(rf"^\| `({first_cell})`[^|]*\| *`?([^|`]*?)`? *\|", README, re.MULTILINE)


def test_the_changelog_begins_with_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"^## \[(.*?)\]", changelog, re.MULTILINE)[1] == vivavoce.__version__


def test_flags_and_their_defaults():
    for flag, default in table("--[a-z-]+"):
        assert default == str(Config.model_fields[flag[2:].replace("-", "_")].default), flag


def test_formats_and_their_content_types():
    told = {name: kind for name, kind in table("[a-z0-9]+") if "/" in kind}
    assert told == {name: encoder_class(name).content_type for name in ENCODERS}


def test_codes_of_errors():
    told = set(re.findall(r"\| `([a-z_]+)` \|$", README, re.MULTILINE))
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert told == {kind.code for kind in classes} | {"internal_error"}
