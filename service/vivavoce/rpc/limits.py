"""What one key may do: so many streams at once, so many characters per minute."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from vivavoce.errors import RateLimited
from vivavoce.rpc.auth import Caller

STREAM_RETRY_SECONDS = 1.0
"""When a stream of the same key may have ended; nobody can tell exactly."""


@dataclass(slots=True)
class _Account:
    """What a key has in use."""

    streams: int = 0
    spent_characters: float = 0.0
    """Melts away with time, by the characters allowed per minute."""
    seen: float = 0.0
    """When that was so."""


class Limits:
    """Keeps an account for every key by its name, so that a new limit in the file holds at once."""

    def __init__(self) -> None:
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)

    @contextmanager
    def stream(self, caller: Caller, characters: int) -> Iterator[None]:
        """Holds a stream of `characters` while it runs; raises RateLimited if that is too much now.

        A stream that fails costs nothing; one that its caller leaves does.
        """
        account = self._accounts[caller.name]
        _check_streams(account, caller)
        _spend(account, caller, characters)
        account.streams += 1
        try:
            yield
        except Exception:
            account.spent_characters = max(0.0, account.spent_characters - characters)
            raise
        finally:
            account.streams -= 1


def _check_streams(account: _Account, caller: Caller) -> None:
    if caller.max_streams is not None and account.streams >= caller.max_streams:
        raise RateLimited(
            f"This key may have {caller.max_streams} streams at once, and has them: wait for one to end.",
            retry_after_seconds=STREAM_RETRY_SECONDS,
        )


def _spend(account: _Account, caller: Caller, characters: int) -> None:
    """A bucket that leaks: what is spent melts at the allowed rate. A text longer than a whole minute's
    allowance goes through when nothing is spent, and the next one waits the longer."""
    if caller.characters_per_minute is None:
        return
    now, per_second = monotonic(), caller.characters_per_minute / 60
    account.spent_characters = max(0.0, account.spent_characters - (now - account.seen) * per_second)
    account.seen = now
    room = caller.characters_per_minute - min(characters, caller.characters_per_minute)
    if account.spent_characters > room:
        raise RateLimited(
            f"This key may speak {caller.characters_per_minute} characters per minute, and has: "
            "wait a little.",
            retry_after_seconds=(account.spent_characters - room) / per_second,
        )
    account.spent_characters += characters
