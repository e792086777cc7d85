"""Keys in a file, and what one key may do."""

from contextlib import ExitStack

import pytest

from vivavoce.config import ConfigurationError
from vivavoce.errors import InvalidKey, RateLimited
from vivavoce.rpc import auth, limits
from vivavoce.rpc.auth import Caller, Keys, hash_key, new_key
from vivavoce.rpc.limits import Limits


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(auth, "monotonic", clock)
    monkeypatch.setattr(limits, "monotonic", clock)
    return clock


def table(name, key, **more):
    lines = [f'sha256 = "{hash_key(key)}"', *(f"{field} = {value!r}" for field, value in more.items())]
    return "\n".join([f"[keys.{name}]", *lines, ""])


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keys.toml"
    path.write_text(table("app", "k-1", max_streams=3) + table("web", "k-2", characters_per_minute=60))
    return path


def test_a_new_key_is_known_by_its_hash(tmp_path):
    key = new_key()
    assert key != new_key()
    (tmp_path / "keys.toml").write_text(table("app", key))
    assert Keys(tmp_path / "keys.toml").caller(f"Bearer {key}") == Caller("app")


def test_the_key_tells_who_calls_and_their_limits(file):
    keys = Keys(file)
    assert keys.caller("Bearer k-1") == Caller("app", max_streams=3)
    assert keys.caller("bEARER  k-2 ") == Caller("web", characters_per_minute=60)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer k-3", "Basic k-1", "k-1", "Bearer k-1 k-2"]
)
def test_anything_else_is_refused_without_being_repeated(file, header):
    with pytest.raises(InvalidKey) as raised:
        Keys(file).caller(header)
    assert "k-" not in raised.value.message


@pytest.mark.parametrize(
    "content",
    [
        "",
        "keys = [",
        "[keys]",
        "[keys.app]",
        '[keys.app]\nsha256 = "short"',
        table("app", "k-1", max_streams=0),
        table("app", "k-1", characters_per_minute=-5),
        table("app", "k-1", max_stream=5),
        table("app", "k-1") + table("web", "k-1"),
        "\xff",
    ],
)
def test_a_file_that_cannot_be_meant_is_one_line(file, content):
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigurationError) as raised:
        Keys(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_file_is_looked_at_once_a_second(file, clock):
    keys = Keys(file)
    file.write_text(table("app", "k-22"))
    assert keys.caller("Bearer k-1").name == "app"
    clock.now += 1.0
    assert keys.caller("Bearer k-22").name == "app"
    with pytest.raises(InvalidKey):
        keys.caller("Bearer k-1")


def test_a_broken_file_is_complained_of_once_and_mended_later(file, clock, caplog):
    keys, good = Keys(file), file.read_text()
    file.write_text("keys = [")
    for _ in range(3):
        clock.now += 1.0
        assert keys.caller("Bearer k-1").name == "app"
    assert [line.levelname for line in caplog.records] == ["ERROR"]
    file.write_text(good + table("late", "k-3"))
    clock.now += 1.0
    assert keys.caller("Bearer k-3").name == "late"


@pytest.fixture
def start():
    """`start(limits, caller, characters)` begins a stream. It lasts until it is closed or the test ends."""
    with ExitStack() as streams:

        def begin(accounts, caller, characters):
            stream = ExitStack()
            stream.enter_context(accounts.stream(caller, characters))
            return streams.enter_context(stream)

        yield begin


def test_streams_are_counted_per_key(clock, start):
    accounts, two = Limits(), Caller("two", max_streams=2)
    first = start(accounts, two, 10)
    start(accounts, two, 10)
    start(accounts, Caller("other", max_streams=1), 10)
    with pytest.raises(RateLimited) as raised:
        start(accounts, two, 10)
    assert raised.value.retry_after_seconds > 0
    first.close()
    start(accounts, two, 10)


def test_characters_come_back_with_time(clock, start):
    accounts, caller = Limits(), Caller("app", characters_per_minute=60)
    with accounts.stream(caller, 40):
        pass
    with pytest.raises(RateLimited) as raised:
        start(accounts, caller, 40)
    assert raised.value.retry_after_seconds == pytest.approx(20)
    clock.now += 19
    with pytest.raises(RateLimited):
        start(accounts, caller, 40)
    clock.now += 1.001
    start(accounts, caller, 40)


def test_over_a_long_time_the_rate_is_kept(clock):
    accounts, caller, spoken, began = Limits(), Caller("app", characters_per_minute=600), 0, clock.now
    while clock.now < began + 600:
        try:
            with accounts.stream(caller, 90):
                spoken += 90
        except RateLimited as error:
            clock.now += error.retry_after_seconds + 1e-6
    assert 600 * 10 <= spoken <= 600 * 11


def test_a_text_longer_than_a_minutes_allowance_is_spoken_and_paid_for(clock, start):
    accounts, caller = Limits(), Caller("app", characters_per_minute=60)
    with accounts.stream(caller, 180):
        pass
    with pytest.raises(RateLimited) as raised:
        start(accounts, caller, 60)
    assert raised.value.retry_after_seconds == pytest.approx(180)


def test_what_fails_costs_nothing_and_what_is_left_does(clock, start):
    accounts, caller = Limits(), Caller("app", characters_per_minute=60)

    def fail(error):
        with accounts.stream(caller, 60):
            raise error

    with pytest.raises(ValueError, match="ours"):
        fail(ValueError("ours"))
    with pytest.raises(GeneratorExit):
        fail(GeneratorExit())
    with pytest.raises(RateLimited):
        start(accounts, caller, 60)


def test_without_limits_nothing_is_limited(clock, start):
    accounts = Limits()
    for _ in range(1000):
        start(accounts, Caller(), 4096)
