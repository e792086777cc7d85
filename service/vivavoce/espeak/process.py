"""The worker from outside: started when it is first needed and when it has died, never two at once.

Any number of threads may ask at once: their lines are written one after another, and a thread of the worker's
own hands out the answers, which come in the same order.
"""

import json
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Lock, Thread, Timer
from typing import IO, Any, NamedTuple, cast

from vivavoce.espeak.library import Library, find

WORKER = Path(__file__).with_name("__main__.py")
ANSWER_SECONDS = 20.0
"""A worker that takes longer is ended: a clause takes it a millisecond."""
END_SECONDS = 2.0
FAULTS = 2
"""Deaths of the worker over one request, after which the request is given up."""


class EspeakError(Exception):
    """espeak-ng cannot be used, or not for this; the message tells why."""


class Clause(NamedTuple):
    """How espeak-ng says a clause, in IPA with ties, one space between words."""

    whole: str
    words: list[str]
    """Each word said alone."""


class _Died(Exception):
    """The worker ended before it answered."""

    def __init__(self, *, at_this: bool) -> None:
        super().__init__()
        self.at_this = at_this
        """Whether this was the request that it was at."""


class Espeak:
    """espeak-ng in a process of its own, if it is here."""

    def __init__(self, where: Callable[[], Library | None] = find) -> None:
        """`where` finds it, when it is first asked for."""
        self._find = where
        self._lock = Lock()
        self._worker: _Worker | None = None
        self._is_closed = False

    @cached_property
    def library(self) -> Library | None:
        """Where it is; None if it is not installed."""
        return self._find()

    @property
    def version(self) -> str:
        """Of espeak-ng. Raises EspeakError if it cannot be used."""
        try:
            return self._running().version
        except _Died:
            raise EspeakError("its process died at once") from None

    @property
    def works(self) -> bool:
        """Whether it is installed and can be used."""
        try:
            return bool(self.library and self.version)
        except EspeakError:
            return False

    def clauses(self, voice: str, clauses: Sequence[Sequence[str]]) -> list[Clause]:
        """How clauses, each in words, sound in `voice`, a name of espeak-ng's. Raises EspeakError."""
        asked = [voice, [[" ".join(words), list(words)] for words in clauses]]
        answer = self._answer(json.dumps(asked).encode() + b"\n")
        if isinstance(answer, dict):
            raise EspeakError(answer["error"])
        return [Clause(whole, words) for whole, words in cast("list[tuple[str, list[str]]]", answer)]

    def close(self) -> None:
        """Ends the worker, if there is one; nothing can be asked afterwards."""
        with self._lock:
            self._is_closed = True
            if self._worker:
                self._worker.close()

    def _answer(self, line: bytes) -> Any:  # noqa: ANN401 - JSON
        faults = 0
        while faults < FAULTS:
            try:
                return self._running().answer(line)
            except _Died as died:
                faults += died.at_this
        raise EspeakError(f"espeak-ng died {FAULTS} times over the same text")

    def _running(self) -> "_Worker":
        """The worker, started if there is none. Raises EspeakError, or _Died if it died at once."""
        with self._lock:
            if self._is_closed:
                raise EspeakError("espeak-ng has been closed")
            if self._worker and self._worker.is_dead:
                self._worker.close()
                self._worker = None
            if not self._worker:
                if self.library is None:
                    raise EspeakError("espeak-ng is not installed")
                self._worker = _Worker(self.library)
            return self._worker


class _Worker:
    """One process, from its start to its death."""

    def __init__(self, library: Library) -> None:
        # -I and -S: by its path alone, whatever folder and environment the service was started in.
        command = [sys.executable, "-I", "-S", str(WORKER), library.file, library.data]
        self.process = Popen(command, stdin=PIPE, stdout=PIPE)
        self._stdin, self._stdout = _pipes(self.process)
        self._asked: deque[Future[Any]] = deque()
        self.is_dead = False
        self._lock = Lock()
        """Of writing; the reader takes it only when the process is dead, so that it never waits for a writer
        that waits for it."""
        self.version = self._greeting()
        self._reader = Thread(target=self._read, name="vivavoce-espeak", daemon=True)
        self._reader.start()

    def _greeting(self) -> str:
        """The version, which the worker tells first. Raises EspeakError if it tells a fault, or _Died."""
        late = Timer(ANSWER_SECONDS, self.process.kill)
        late.start()
        greeting = json.loads(self._stdout.readline() or b"{}")
        late.cancel()
        if "version" not in greeting:
            self._stdin.close()
            self._stdout.close()
            self._end()
            raise EspeakError(greeting["error"]) if greeting else _Died(at_this=True)
        return str(greeting["version"])

    def answer(self, line: bytes) -> Any:  # noqa: ANN401 - JSON
        """What the worker answers. Raises _Died."""
        future: Future[Any] = Future()
        with self._lock:
            if self.is_dead:
                raise _Died(at_this=False)
            self._asked.append(future)
            with suppress(OSError):  # it has just died, which the reader will tell
                self._stdin.write(line)
                self._stdin.flush()
        try:
            return future.result(ANSWER_SECONDS)
        except TimeoutError:
            self.process.kill()
            return future.result(END_SECONDS)

    def close(self) -> None:
        """Ends the process; whoever still waits is told that it died."""
        with self._lock, suppress(OSError):
            self._stdin.close()
        self._end()
        self._reader.join()

    def _end(self) -> None:
        try:
            self.process.wait(END_SECONDS)
        except TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self) -> None:
        with self._stdout:
            for line in self._stdout:
                self._asked.popleft().set_result(json.loads(line))
        with self._lock:
            self.is_dead = True
            for index, future in enumerate(self._asked):
                future.set_exception(_Died(at_this=index == 0))


def _pipes(process: "Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin, "it was asked for"
    assert process.stdout, "it was asked for"
    return process.stdin, process.stdout
