"""The command line: what it prints, what it refuses, and what it leaves unloaded."""

import json
import re
import socket
import subprocess
import sys
import tomllib
import wave

import pytest

from vivavoce import __version__
from vivavoce.audio import ENCODERS
from vivavoce.cli.options import ConfiguredCommand
from vivavoce.cli.program import program
from vivavoce.config import Config
from vivavoce.rpc.auth import Keys

TEXT = "It is 7:30."


def test_help_loads_nothing_heavy():
    heavy = {"numpy", "onnxruntime", "grpc", "pydantic", "av", "rich", "yaml"}
    code = (
        "import sys; from vivavoce.cli.program import run; run(['--help']); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version(said):
    assert said("--version") == (0, f"vivavoce {__version__}\n", "")


@pytest.mark.parametrize("name", sorted(program.commands))
def test_every_command_has_help_with_an_example(said, name):
    status, out, _ = said(name, "--help")
    assert status == 0
    assert re.search(rf"Examples?:\n +vivavoce {name}", out)


def test_every_setting_that_fits_a_flag_is_one_of_up(said):
    _, out, _ = said("up", "--help")
    flags = set(re.findall(r"^  --([a-z-]+)", out, re.MULTILINE)) - {"config"}
    settings = {name.replace("_", "-") for name in Config.model_fields}
    assert settings - flags == {"model-aliases", "voice-aliases", "envoy-admin"}
    assert flags <= settings
    text = " ".join(out.split())
    assert "Requests in synthesis at once; more are refused at once with RetryInfo. [default 256" in text
    assert all(f"VIVAVOCE_{flag.upper().replace('-', '_')}]" in text for flag in flags)


def test_commands_name_settings_that_exist():
    for command in program.commands.values():
        if isinstance(command, ConfiguredCommand):
            assert set(command.fields or ()) | set(command.leave_out) <= set(Config.model_fields)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sing"], "No such command 'sing'"),
        (["say", TEXT], "Missing option '-o' / '--output'"),
        (["say", TEXT, "-o", "x.mp3", "--lound"], "No such option '--lound'"),
        (["say", TEXT, "-o", "x.doc"], "'x.doc' does not tell the format"),
        (["say", TEXT, "-o", "x.mp3", "--voice", "nobody"], "has no voice 'nobody'"),
        (["say", TEXT, "-o", "x.mp3", "--model", "gone"], "The model 'gone' does not exist"),
        (["say", TEXT, "-o", "x.mp3", "--speed", "9"], "'speed' is 9.0; it must be from 0.25 to 4.0"),
        (["say", "", "-o", "x.mp3"], "'input' is required"),
        (["say", "a" * 20, "-o", "x.mp3", "--max-input-characters", "10"], "at most 10 are spoken"),
        (["say", TEXT, "-o", "no/such/folder/x.mp3"], "cannot write no/such/folder/x.mp3"),
        (["explain", "\N{SNOWMAN}\N{VARIATION SELECTOR-16}" * 2, "--config", "none.toml"], "none.toml"),
        (["serve", "--host", "0.0.0.0"], "no keys are set"),
        (["serve", "--grpc-port", "70000"], "grpc_port: Input should be less than or equal to 65535"),
        (["serve", "--grpc-port", "9000", "--metrics-port", "9000"], "port 9000 is wanted twice"),
        (["voices", "--device", "gpu"], "device"),
    ],
)  # fmt: skip
def test_what_the_user_can_put_right_is_one_line(said, tmp_path, monkeypatch, arguments, complaint):
    monkeypatch.chdir(tmp_path)
    status, out, err = said(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("vivavoce: ")
    assert complaint in err
    assert err.count("\n") == 1


def test_a_port_in_use_is_named(said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = said("serve", "--metrics-port", port, "--grpc-port", 0)
    assert status == 2
    ways_out = "stop what listens there, or choose another one with --metrics-port"
    assert err == f"vivavoce: port {port} is in use: {ways_out}\n"


@pytest.mark.parametrize("audio_format", sorted(ENCODERS))
def test_say_writes_every_format(said, tmp_path, audio_format):
    file = tmp_path / f"speech.{audio_format}"
    status, out, err = said("say", TEXT, "-o", file)
    assert (status, out) == (0, "")
    assert re.search(r"\d\.\d s of audio in \d+\.\d+ s, \d+ times faster than real time", err)
    assert file.stat().st_size > 2000


def test_say_writes_the_sizes_into_the_header_of_a_wav_file(said, tmp_path):
    said("say", TEXT, "-o", tmp_path / "speech.wav", "--rate", 16000)
    with wave.open(str(tmp_path / "speech.wav")) as file:
        assert file.getframerate() == 16000
        assert file.getnframes() * 2 + 44 == (tmp_path / "speech.wav").stat().st_size


def test_say_reads_stdin_and_writes_stdout(tmp_path):
    command = [sys.executable, "-m", "vivavoce", "say", "-", "-o", "-", "--format", "pcm"]
    done = subprocess.run(command, input=TEXT.encode(), capture_output=True, check=True)
    assert len(done.stdout) > 24000
    assert len(done.stdout) % 2 == 0


def test_a_refused_text_leaves_an_older_file_alone(said, tmp_path):
    (tmp_path / "speech.mp3").write_text("older")
    assert (
        said(
            "say", "\N{PILE OF POO}\N{VARIATION SELECTOR-16}???", "-o", tmp_path / "speech.mp3", "--speed", 7
        )[0]
        == 2
    )
    assert (tmp_path / "speech.mp3").read_text() == "older"


def test_explain_tells_what_is_said(said):
    text = "Dr. Smith paid $5. [pause:0.5s] Fine!"
    status, out, _ = said("explain", text, "--json")
    told = json.loads(out)
    assert status == 0
    assert told.keys() == {"spoken", "segments"}
    assert "five dollars" in told["spoken"].lower()
    for segment in told["segments"]:
        assert segment.keys() == {"text", "spoken", "phonemes", "span"}
        assert segment["text"] == text[slice(*segment["span"])]
    assert told["segments"][0]["phonemes"].startswith("dˈɑktəɹ")
    _, readable, _ = said("explain", text)
    assert "five dollars" in readable.lower()
    assert "0.5 s" in readable


def test_a_lexicon_says_how_a_word_is_said(said, tmp_path):
    (tmp_path / "lexicon.toml").write_text('[words]\nVivavoce = "vˌivəvˈOʧA"')
    _, out, _ = said("explain", "Vivavoce.", "--lexicon", tmp_path / "lexicon.toml", "--json")
    assert json.loads(out)["segments"][0]["phonemes"] == "vˌivəvˈOʧA."


@pytest.mark.parametrize("text", ["words", "x = 1", "words = 1", "[words]\nx = 1", '[words]\nx = "☃"'])
def test_a_lexicon_that_cannot_be_used_is_one_line(said, tmp_path, text):
    (tmp_path / "lexicon.toml").write_text(text)
    status, _, err = said("explain", "Hello.", "--lexicon", tmp_path / "lexicon.toml")
    assert status == 2
    assert err.startswith(f"vivavoce: lexicon {tmp_path / 'lexicon.toml'}: ")
    assert err.count("\n") == 1


def test_lists(said):
    voices = json.loads(said("voices", "--json")[1])
    assert {
        "id": "kathleen",
        "model": "viva",
        "name": "Kathleen",
        "languages": ["en-US"],
        "alias_of": "",
    } in voices
    assert {voice["id"] for voice in voices if voice["alias_of"] == "kathleen"} >= {"alloy", "marin"}
    models = json.loads(said("models", "--json")[1])
    assert [model["id"] for model in models] == ["gpt-4o-mini-tts", "tts-1", "tts-1-hd", "viva"]
    header, *lines = said("voices")[1].splitlines()
    assert header.split() == ["id", "model", "name", "languages", "alias_of"]
    assert len(lines) == len(voices)
    assert said("voices", "--language", "fr")[1] == ""


def test_a_key_is_shown_once_and_kept_as_a_hash(said, tmp_path):
    status, out, err = said("key", "my app", "--max-streams", 3)
    key = re.search(r"vv-\S+", err)[0]
    assert status == 0
    assert key not in out
    assert tomllib.loads(out)["keys"]["my app"]["max_streams"] == 3
    (tmp_path / "keys.toml").write_text(out)
    assert Keys(tmp_path / "keys.toml").caller(f"Bearer {key}").name == "my app"


def test_doctor_finds_all_well(said):
    status, out, _ = said("doctor", "--json", "--device", "cpu")
    told = json.loads(out)
    facts = {finding["look"]: finding["facts"] for finding in told["findings"]}
    assert status == 0, out
    assert told["ok"]
    assert facts["speech"]["model"] == "viva"
    assert 0 < facts["speech"]["real_time_factor"] < 1
    assert facts["device"]["used"] == "cpu"
    assert facts["envoy"]["version"] == "1.40.0"


def test_doctor_says_what_is_wrong(said, tmp_path):
    (tmp_path / "keys.toml").write_text("[keys.x]\nsha256 = 'short'")
    status, out, _ = said("doctor", "--device", "tensorrt:99", "--keys-file", tmp_path / "keys.toml")
    problems = dict(re.findall(r"^PROBLEM  (\w+) +(.*)$", out, re.MULTILINE))
    assert status == 1
    assert "tensorrt:99 was asked for" in problems["speech"]
    assert "or use --device cpu" in problems["speech"]
    assert "keys.x.sha256" in problems["keys"]
