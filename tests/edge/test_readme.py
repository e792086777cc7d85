"""The README: every block of it works, as it stands, against the whole product."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from edge.shell import run_shell
from listening import decode, listen

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>run|file|skip)(?:: (?P<note>[^\n]*))? -->\n)?"
    r"```(?P<language>\w*)\n(?P<text>.*?)\n```\n",
    re.DOTALL,
)
AUDIO = (".mp3", ".wav", ".flac", ".opus", ".aac")


def blocks():
    return list(BLOCK.finditer(README.read_text()))


def run(block, folder):
    text = block["text"]
    if block["language"] == "python":
        subprocess.run([sys.executable, "-c", text], cwd=folder, timeout=100, check=True)
    else:
        run_shell(text, folder)


def test_every_block_says_how_it_is_tested():
    unmarked = [block["text"] for block in blocks() if block["mark"] is None]
    assert unmarked == []
    assert all(block["note"] for block in blocks() if block["mark"] != "run"), "a reason, or a file's name"
    assert README.read_text().count("```") == 2 * len(blocks()), "a block that this test does not see"


def test_every_block_works(up, tmp_path):
    """In their order and in one folder, as a reader goes through them; audio is decoded and listened to."""
    spoken = 0
    for block in blocks():
        if block["mark"] == "file":
            (tmp_path / block["note"]).write_text(block["text"])
        if block["mark"] == "run":
            before = set(tmp_path.iterdir())
            here = block["text"].replace("127.0.0.1:8080", up.http).replace("127.0.0.1:50051", up.grpc)
            run({**block.groupdict(), "text": here}, tmp_path)
            for made in set(tmp_path.iterdir()) - before:
                if made.suffix in AUDIO:
                    assert listen(decode(made.read_bytes())).seconds > 0.5, made.name
                    spoken += 1
    assert spoken >= 6


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http|/)([^)#]+)\)", README.read_text()))))
def test_links_lead_somewhere(link):
    assert (README.parent / link).exists()
