"""Downloading: from servers that work and servers that do not; what arrives is whole."""

import hashlib
import socket
from pathlib import Path

import numpy as np
import pytest
from publishing import Publisher, left

from vivavoce.pull import Downloads, PullError, web
from vivavoce.pull.published import Remote

CONTENT = np.random.default_rng(0).bytes(1_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2


def fetch(server: Publisher, file: Path, path: str = "/file", tries: int = 4, **known: object) -> str:
    remote = Remote(url=f"{server.url}{path}", **known)
    return Downloads(tries=tries).fetch(remote, file, lambda here, of: None)


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
