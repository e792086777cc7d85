"""The configuration: where a value comes from, and that a bad one stops start-up with a line that helps."""

import pytest
from pydantic import ValidationError

from vivavoce.config import OPENAI_MODELS, OPENAI_VOICES, Config, ConfigurationError, is_loopback, load


@pytest.fixture
def settings_file(tmp_path):
    def write(text):
        (tmp_path / "vivavoce.toml").write_text(text)
        return tmp_path / "vivavoce.toml"

    return write


def test_flags_go_before_environment_before_file_before_default(monkeypatch, settings_file):
    file = settings_file("grpc_port = 1\nhttp_port = 1\nmetrics_port = 1")
    monkeypatch.setenv("VIVAVOCE_GRPC_PORT", "2")
    monkeypatch.setenv("VIVAVOCE_HTTP_PORT", "2")
    config = load({"grpc_port": 3}, file=file)
    assert (config.grpc_port, config.http_port, config.metrics_port) == (3, 2, 1)
    assert config.max_streams == Config().max_streams


def test_tables_come_from_the_file_and_the_environment(monkeypatch, settings_file):
    monkeypatch.setenv("VIVAVOCE_VOICE_ALIASES", '{"viva": {"narrator": "kathleen"}}')
    config = load({}, file=settings_file('[model_aliases]\ntts = "viva"'))
    assert dict(config.model_aliases) == {"tts": "viva"}
    assert config.voice_aliases["viva"]["narrator"] == "kathleen"


def test_names_of_openai_speak_with_the_embedded_voice():
    config = load({})
    assert {config.model_aliases[name] for name in OPENAI_MODELS} == {"viva"}
    assert set(config.voice_aliases["viva"].values()) == {"kathleen", "rowan", "wren", "hazel"}
    assert len(OPENAI_VOICES) == 13


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"grpc_port": 70000}, "grpc_port: Input should be less than or equal to 65535 (it is 70000)"),
        ({"device": "gpu"}, "device: "),
        ({"log_format": "xml"}, "log_format: "),
        ({"max_streams": 0}, "max_streams: "),
        ({"load_models": "never"}, "load_models: Input should be 'start' or 'first use' (it is 'never')"),
        ({"unload_after_seconds": -1}, "unload_after_seconds: "),
        ({"unload_after_seconds": "inf"}, "unload_after_seconds: "),
        ({"first_audio_limit_seconds": "soon"}, "first_audio_limit_seconds: "),
        ({"no_such_setting": 1}, "no_such_setting: Extra inputs are not permitted"),
        ({"host": "0.0.0.0"}, "host 0.0.0.0 can be reached from other machines"),
    ],
)
def test_a_bad_value_is_named(flags, says):
    with pytest.raises(ConfigurationError) as caught:
        load(flags)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_every_fault_has_a_line():
    with pytest.raises(ConfigurationError) as caught:
        load({"grpc_port": -1, "http_port": -1})
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["grpc_port = ", "grpc_prt = 1"])
def test_a_bad_file_stops_start_up(settings_file, text):
    with pytest.raises(ConfigurationError):
        load({}, file=settings_file(text))


def test_a_file_that_is_not_there_stops_start_up(tmp_path):
    with pytest.raises(ConfigurationError, match="there is no configuration file"):
        load({}, file=tmp_path / "none.toml")


@pytest.mark.parametrize("flags", [{"keys_file": "keys.toml"}, {"allow_unauthenticated": True}])
def test_other_machines_may_call_with_keys_or_if_that_is_wanted(flags):
    assert load({"host": "0.0.0.0", **flags}).host == "0.0.0.0"


def test_it_cannot_be_changed():
    config = load({})
    with pytest.raises(ValidationError):
        config.grpc_port = 1
    with pytest.raises(TypeError):
        config.model_aliases["x"] = "viva"


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("10.0.0.7", False), ("speech.example.com", False)],
)  # fmt: skip
def test_loopback(host, alone):
    assert is_loopback(host) is alone
