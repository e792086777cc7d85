"""Pulling models: from servers that work and servers that do not; what is placed is whole."""

import hashlib
import json
import os
import re
import socket
from pathlib import Path

import kokoro
import numpy as np
import piper
import pytest
from publishing import Publisher, publishing

from vivavoce.cli.program import run
from vivavoce.models import manifest
from vivavoce.models.base import DecodeItem, EncodeItem
from vivavoce.models.directory import Installed, load_all
from vivavoce.models.session import Device
from vivavoce.pull import OWN, Downloads, PullError, download, published, web
from vivavoce.pull.published import Remote

CONTENT = np.random.default_rng(0).bytes(1_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(download, "sleep", lambda seconds: None)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with publishing() as running:
        yield running


def fetch(server: Publisher, file: Path, path: str = "/file", tries: int = 4, **known: object) -> str:
    remote = Remote(url=f"{server.url}{path}", **known)
    return Downloads(tries=tries).fetch(remote, file, lambda here, of: None)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


# One file


def test_a_file_comes_as_it_is_and_how_far_it_is_is_told(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT)
    told = []
    remote = Remote(url=f"{server.url}/file", sha256=SHA256, size_bytes=len(CONTENT))
    found = Downloads().fetch(remote, tmp_path / "file", lambda here, of: told.append((here, of)))
    assert found == SHA256
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_what_breaks_off_goes_on_where_it_stopped(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, breaks_after=[300_000, 100_000, 1])
    assert fetch(server, tmp_path / "file") == SHA256
    ranges = [(asked, version) for _, asked, version in server.asked]
    assert ranges == [
        ("", ""),
        ("bytes=300000-", '"1"'),
        ("bytes=400000-", '"1"'),
        ("bytes=400001-", '"1"'),
    ]


def test_a_later_pull_goes_on_where_an_earlier_one_stopped(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, breaks_after=[HALF, 0])
    with pytest.raises(PullError, match=f"broke off after {HALF} of {len(CONTENT)} bytes: pull again"):
        fetch(server, tmp_path / "file", tries=1)
    assert left(tmp_path) == {"file.part", "file.from"}
    server.files["/file"].breaks_after.clear()
    assert fetch(server, tmp_path / "file") == SHA256
    assert server.asked[-1] == ("/file", f"bytes={HALF}-", '"1"')


def test_a_file_that_has_come_is_not_fetched_again(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT)
    assert fetch(server, tmp_path / "file") == fetch(server, tmp_path / "file", sha256=SHA256)
    assert len(server.asked) == 1
    server.publish("/other", b"other")
    assert fetch(server, tmp_path / "file", "/other") == hashlib.sha256(b"other").hexdigest()


def test_what_was_stopped_just_before_its_end_is_not_fetched_again(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT)
    fetch(server, tmp_path / "file")
    (tmp_path / "file").rename(tmp_path / "file.part")
    assert fetch(server, tmp_path / "file", size_bytes=len(CONTENT)) == SHA256
    assert len(server.asked) == 1


def test_a_file_of_another_address_does_not_pass_for_this_one(server: Publisher, tmp_path: Path) -> None:
    server.publish("/old", b"old")
    server.publish("/file", CONTENT, breaks_after=[HALF])
    fetch(server, tmp_path / "file", "/old")
    with pytest.raises(PullError):
        fetch(server, tmp_path / "file", tries=1)
    assert fetch(server, tmp_path / "file") == SHA256


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"etag": '"1"'}, {"etag": '"2"'}),
        ({"etag": "", "last_modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, {"etag": "", "last_modified": ""}),
    ],
)
def test_a_file_that_changes_between_attempts_is_fetched_anew(
    server: Publisher, tmp_path: Path, before: dict, after: dict
) -> None:
    server.publish("/file", bytes(len(CONTENT)), breaks_after=[HALF], **before)
    with pytest.raises(PullError):
        fetch(server, tmp_path / "file", tries=1)
    server.publish("/file", CONTENT, **after)
    assert fetch(server, tmp_path / "file") == SHA256
    assert server.asked[-1][1:] == (f"bytes={HALF}-", before["etag"] or before["last_modified"])


@pytest.mark.parametrize("served", [{"ranges": False}, {"etag": ""}, {"etag": 'W/"1"'}])
def test_without_ranges_or_a_version_it_starts_afresh(
    server: Publisher, tmp_path: Path, served: dict
) -> None:
    server.publish("/file", CONTENT, breaks_after=[HALF], **served)
    assert fetch(server, tmp_path / "file") == SHA256
    assert len(server.asked) == 2


def test_a_part_that_is_longer_than_the_file_starts_afresh(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, breaks_after=[HALF])
    with pytest.raises(PullError):
        fetch(server, tmp_path / "file", tries=1)
    server.publish("/file", b"short")
    assert fetch(server, tmp_path / "file") == hashlib.sha256(b"short").hexdigest()


def test_wrong_bytes_are_thrown_away(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", bytes(len(CONTENT)))
    with pytest.raises(PullError, match=f"SHA-256 [0-9a-f]{{64}}, and should have {SHA256}"):
        fetch(server, tmp_path / "file", sha256=SHA256)
    assert left(tmp_path) == set()


@pytest.mark.parametrize("told", [None, 0])
def test_a_file_of_another_size_is_thrown_away(server: Publisher, tmp_path: Path, told: int | None) -> None:
    server.publish("/file", CONTENT[:-1], told_bytes=told)
    with pytest.raises(PullError, match=f"has {len(CONTENT) - 1} bytes, and should have {len(CONTENT)}"):
        fetch(server, tmp_path / "file", size_bytes=len(CONTENT))
    assert left(tmp_path) == set()


def test_a_server_that_tells_more_than_it_has_is_found_out(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, told_bytes=len(CONTENT) + 1)
    with pytest.raises(PullError, match=r"416|broke off"):
        fetch(server, tmp_path / "file")
    assert "file" not in left(tmp_path)


def test_a_server_that_tells_less_than_it_has_is_found_out(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, told_bytes=len(CONTENT) - 1)
    with pytest.raises(PullError, match="it is another file"):
        fetch(server, tmp_path / "file", sha256=SHA256)
    assert left(tmp_path) == set()


def test_redirects_are_followed_for_the_rest_too(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", b"", location="/elsewhere")
    server.publish("/elsewhere", CONTENT, breaks_after=[HALF])
    assert fetch(server, tmp_path / "file") == SHA256
    assert server.asked[-1] == ("/elsewhere", f"bytes={HALF}-", '"1"')


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_redirect_leads_to_the_web_alone(server: Publisher, tmp_path: Path, location: str) -> None:
    server.publish("/file", b"", location=location)
    with pytest.raises(PullError):
        fetch(server, tmp_path / "file", tries=1)
    assert left(tmp_path) == set()


def test_a_redirect_from_https_to_http_is_not_followed() -> None:
    asked = web.request.Request("https://a.test/file")
    with pytest.raises(PullError, match=r"leads to http://b.test/file, which is not encrypted"):
        web.SameOrSafer().redirect_request(asked, None, 302, "", {}, "http://b.test/file")


def test_a_busy_server_is_asked_again_and_a_refusal_is_told(server: Publisher, tmp_path: Path) -> None:
    server.publish("/file", CONTENT, statuses=[503, 429])
    assert fetch(server, tmp_path / "file") == SHA256
    with pytest.raises(PullError, match=r"/gone: 404 Not Found"):
        fetch(server, tmp_path / "gone", "/gone")
    assert len(server.asked) == 4, "404 is not asked for twice"


def test_a_proxy_of_the_environment_is_used(
    server: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.publish("/file", CONTENT)
    Downloads().fetch(Remote(url="http://models.test/file"), tmp_path / "file", lambda here, of: None)
    assert server.asked[0][0] == "http://models.test/file"


def test_a_mirror_stands_in_for_every_host() -> None:
    remote = Remote(url="https://models.test/a/b")
    assert Downloads("http://mirror.test/m/").address(remote) == "http://mirror.test/m/models.test/a/b"


def test_without_a_network_the_way_out_is_told(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        remote = Remote(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/file")
        with pytest.raises(PullError, match=r"cannot be reached \(Connection refused\): check the network"):
            Downloads(tries=1).fetch(remote, tmp_path / "file", lambda here, of: None)


# A whole model, as the command does it


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        status = run(["pull", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def shop(server: Publisher, tmp_path: Path):
    """A catalogue whose one model is on the server, and the options that point there."""
    source = kokoro.install(tmp_path / "source")
    np.savez(source / "voices.npz", **{voice: kokoro.styles(voice) for voice in kokoro.VOICES})
    lines = [
        '[models.kokoro]\ntitle = "Hums"\nfamily = "kokoro"\nlicense = "Apache-2.0"\nowned_by = "us"',
        'created = 2025-01-27\nsample_rate_hertz = 24000\naliases = ["kokoro-82m"]',
    ]
    for name in ("model.onnx", "config.json", "voices.npz"):
        content = (source / name).read_bytes()
        server.publish(f"/models.test/{name}", content)
        sha256 = hashlib.sha256(content).hexdigest()
        lines.append(f'[models.kokoro.files."{name}"]\nurl = "https://models.test/{name}"')
        lines.append(f'sha256 = "{sha256}"' if name == "model.onnx" else "")
    for voice in kokoro.VOICES:
        server.publish(f"/models.test/{voice}.bin", kokoro.styles(voice).tobytes())
    lines.append(
        '[models.kokoro.voices]\nin_place_of = "voices.npz"\nurl = "https://models.test/{voice}.bin"\n'
        f"size_bytes = 522240\nnames = {list(kokoro.VOICES)}"
    )
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text("\n".join(lines), encoding="utf-8")
    models = tmp_path / "models"
    models.mkdir()
    return models, ("--models-dir", models, "--catalogue", catalogue, "--mirror", server.url)


def spoken(models: Path) -> tuple[list[str], int]:
    """The voices of the one model there is, and how many samples its first voice makes of a word."""
    (found,) = load_all(models, Device("cpu"), taken=frozenset())
    assert isinstance(found, Installed), found
    model = found.model
    (encoded,) = model.encode([EncodeItem("həlˈO", model.facts.voices[0].id, 1.0, 0)], model.new_run())
    (decoded,) = model.decode([DecodeItem(encoded, encoded.windows[0])], model.new_run())
    return [voice.id for voice in model.facts.voices], len(decoded.samples)


def test_a_pulled_model_speaks(shop, said) -> None:
    models, options = shop
    status, out, err = said("kokoro", *options)
    assert (status, out) == (0, "")
    assert err == f"kokoro is here: {models / 'kokoro'} (licence: Apache-2.0)\n"
    voices, samples = spoken(models)
    assert voices == sorted(kokoro.VOICES)
    assert samples > 2400
    listed = manifest.read(models / "kokoro")
    assert (
        listed.files["model.onnx"] == hashlib.sha256((models / "kokoro/model.onnx").read_bytes()).hexdigest()
    )
    assert listed.aliases == ("kokoro-82m",)
    assert str(listed.created) == "2025-01-27"
    assert left(models / "kokoro") == {*listed.files, "model.toml"}
    assert left(models / ".pull") == {"lock"}


def test_a_pulled_piper_voice_speaks(server: Publisher, said, tmp_path: Path) -> None:
    name = "en_US-lessac-medium"
    place = f"/huggingface.co/rhasspy/piper-voices/resolve/main/en/en_US/lessac/medium/{name}"
    for suffix in (".onnx", ".onnx.json"):
        server.publish(f"{place}{suffix}", (piper.DATA / f"single{suffix}").read_bytes())
    server.publish(f"{place.rpartition('/')[0]}/MODEL_CARD", b"# Model card for lessac (medium)")
    status, _, err = said(name, "--models-dir", tmp_path, "--mirror", server.url)
    assert status == 0, err
    assert spoken(tmp_path)[0] == ["hum"]
    assert left(tmp_path / name) == {f"{name}.onnx", f"{name}.onnx.json", "MODEL_CARD", "model.toml"}


def test_a_mirror_that_has_something_else_is_found_out(server: Publisher, said, tmp_path: Path) -> None:
    release = "/github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.1"
    server.publish(f"{release}/kokoro-v1.0.onnx", CONTENT)
    status, _, err = said("kokoro", "--models-dir", tmp_path, "--mirror", server.url)
    assert status == 2
    assert err.endswith("has 1000000 bytes, and should have 325505369: it is another file\n")
    assert left(tmp_path) == {".pull"}


def test_what_is_there_is_not_pulled_again(shop, server: Publisher, said) -> None:
    _, options = shop
    said("kokoro", *options)
    asked = len(server.asked)
    status, _, err = said("kokoro", *options)
    assert (status, err.split(":")[0]) == (0, "kokoro was here already")
    assert len(server.asked) == asked


def test_voices_are_pulled_one_by_one_and_added_later(shop, said) -> None:
    models, options = shop
    assert said("kokoro", "--voice", "af_heart", *options)[0] == 0
    assert spoken(models)[0] == ["af_heart"]
    assert (
        said("kokoro", "--voice", "bf_emma", "--voice", "af_alloy", "--voice", "af_heart", *options)[0] == 0
    )
    assert spoken(models)[0] == ["af_alloy", "af_heart", "bf_emma"]
    assert "was here already" in said("kokoro", "--voice", "bf_emma", *options)[2]
    assert "is here" in said("kokoro", *options)[2]
    assert spoken(models)[0] == sorted(kokoro.VOICES)
    assert left(models / ".pull") == {"lock"}


@pytest.mark.parametrize("voices", [(), ("--voice", "af_heart")])
def test_what_fails_places_nothing_and_is_taken_up_later(shop, server: Publisher, said, voices) -> None:
    models, options = shop
    name = "/models.test/af_heart.bin" if voices else "/models.test/voices.npz"
    server.files[name].breaks_after = [1000, 0, 0, 0, 0]
    status, out, err = said("kokoro", *voices, *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "broke off after 1000 of" in err
    assert left(models) == {".pull"}
    assert list(load_all(models, Device("cpu"), taken=frozenset())) == []
    server.files[name].breaks_after = []
    server.asked.clear()
    assert said("kokoro", *voices, *options)[0] == 0
    assert server.asked == [(name, "bytes=1000-", '"1"')]
    spoken(models)


def test_a_voice_that_is_added_joins_those_that_model_toml_offers(shop, said) -> None:
    models, options = shop
    said("kokoro", "--voice", "af_heart", "--voice", "af_alloy", *options)
    with (models / "kokoro" / "model.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[voices]]\nid = "af_heart"\naliases = ["alloy"]\n')
    assert spoken(models)[0] == ["af_heart"]
    said("kokoro", "--voice", "bf_emma", *options)
    assert spoken(models)[0] == ["af_heart", "bf_emma"]
    assert manifest.read(models / "kokoro").voices[0].aliases == ("alloy",)


def test_a_voice_that_cannot_be_added_leaves_the_model_as_it_was(shop, server: Publisher, said) -> None:
    models, options = shop
    said("kokoro", "--voice", "af_heart", *options)
    before = (models / "kokoro" / "model.toml").read_bytes()
    server.files["/models.test/bf_emma.bin"].content = b"short"
    status, _, err = said("kokoro", "--voice", "bf_emma", *options)
    assert status == 2
    assert "has 5 bytes, and should have 522240" in err
    assert (models / "kokoro" / "model.toml").read_bytes() == before
    assert spoken(models)[0] == ["af_heart"]


def test_a_broken_model_is_left_to_the_user(shop, said) -> None:
    models, options = shop
    said("kokoro", *options)
    (models / "kokoro" / "config.json").write_text("{}")
    status, _, err = said("kokoro", *options)
    assert status == 2
    assert f"there is a broken model in {models / 'kokoro'} (config.json has the SHA-256" in err
    assert err.endswith("remove it, and pull again\n")


def test_two_pulls_do_not_write_into_each_other(shop, said) -> None:
    fcntl = pytest.importorskip("fcntl")
    models, options = shop
    (models / ".pull").mkdir()
    with (models / ".pull" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _, err = said("kokoro", *options)
    assert status == 2
    assert "another pull into" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "there is no '' to pull: `vivavoce pull --list`"),
        (("kokorro",), "there is no 'kokorro' to pull"),
        (("kokoro", "--voice", "af_hart"), "kokoro has no voice af_hart; it has: af_alloy"),
        (("en_US-ryan-low", "--voice", "ryan"), "comes with all of its voices: leave out --voice"),
        (("kokoro", "--mirror", "ftp://x"), "mirror: "),
        (("--list", "--catalogue", "gone.toml"), "gone.toml: "),
    ],
)
def test_what_the_user_can_put_right_is_one_line(said, arguments, complaint) -> None:
    status, out, err = said(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert complaint in err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(shop, said) -> None:
    models, options = shop
    models.chmod(0o500)
    try:
        status, _, err = said("kokoro", *options)
    finally:
        models.chmod(0o700)
    assert (status, err) == (2, f"vivavoce: {models / '.pull'}: Permission denied\n")


# The catalogue of the package


def test_the_catalogue_is_listed(said) -> None:
    rows = {row["name"]: row for row in json.loads(said("--list", "--json")[1])}
    assert {"kokoro", "kokoro-fp16", "kokoro-zh", "en_US-lessac-medium", "en_GB-alba-medium"} <= rows.keys()
    assert rows["kokoro"]["megabytes"] == 354
    assert len(said("--list")[1].splitlines()) == len(rows) + 1


def test_every_entry_of_the_catalogue_is_one_that_can_be_served() -> None:
    for model in published.read().values():
        suffixes = [Path(name).suffix for name in model.files]
        assert suffixes.count(".onnx") == suffixes.count(".json") == 1
        for remote in model.files.values():
            assert re.match("https://(huggingface.co|github.com)/", remote.url)
            assert not re.search("[{}]", remote.url)
        listed = manifest.Manifest.model_validate(
            {
                **model.described.model_dump(
                    exclude={"title", "files", "names", "sample_rates_hertz", "voices"}
                ),
                "id": model.name,
                "created": model.created,
                "sample_rate_hertz": model.sample_rate_hertz,
                "files": dict.fromkeys(model.files, "0" * 64),
            }
        )
        assert listed.id == model.name


def test_piper_voices_have_their_published_address() -> None:
    files = published.read()["en_GB-southern_english_female-low"].files
    start = "https://huggingface.co/rhasspy/piper-voices/resolve/main/en/en_GB/southern_english_female/low/"
    assert {name: remote.url for name, remote in files.items()} == {
        name: start + name
        for name in (
            "en_GB-southern_english_female-low.onnx",
            "en_GB-southern_english_female-low.onnx.json",
            "MODEL_CARD",
        )
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("https://github.com", "file:///etc"), "url: String should match"),
        (("[models.kokoro]", '[models."../kokoro"]'), "models.../kokoro"),
        (('"model.onnx"', '"../model.onnx"'), "stays inside it"),
        (("title =", "titel ="), "titel: Extra inputs are not permitted"),
        (("size_bytes = 2351", "size_bytes ="), "Invalid value"),
    ],
)
def test_a_catalogue_that_cannot_be_right_is_told(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    (tmp_path / "x.toml").write_text(OWN.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(PullError, match=re.escape(says)):
        published.read(tmp_path / "x.toml")


def test_a_model_toml_is_written_as_it_is_read(tmp_path: Path) -> None:
    listed = manifest.read(kokoro.install(tmp_path))
    voices = [{"id": "a", "name": 'Zoë "Z"', "languages": ["en-GB"], "aliases": ["x", "y"]}, {"id": "b"}]
    fields = {"languages": ["en-US"], "aliases": ["k"], "owned_by": "\\ \N{DELETE}\n", "voices": voices}
    changed = manifest.Manifest.model_validate({**listed.model_dump(), **fields})
    (tmp_path / "model.toml").write_text(manifest.text(changed), encoding="utf-8")
    assert manifest.read(tmp_path) == changed
