"""espeak-ng's process: what it answers, and that neither its death nor its end loses a request."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import vivavoce
from vivavoce.espeak import Espeak, EspeakError, Library, find, process

SCRIPTED = """
import json, os, sys, time
open(sys.argv[1], "a").write("started\\n")
print(json.dumps({"version": "0"}), flush=True)
for line in sys.stdin:
    voice, clauses = json.loads(line)
    if voice == "poison":
        os._exit(1)
    if voice == "slow":
        time.sleep(60)
    print(json.dumps([[text, words] for text, words in clauses]), flush=True)
"""


@pytest.fixture
def espeak():
    running = Espeak()
    yield running
    running.close()


@pytest.fixture
def scripted(tmp_path, monkeypatch):
    """A worker of the same protocol that can be made to die or to hang; its file tells how often it began."""
    (tmp_path / "worker.py").write_text(SCRIPTED)
    monkeypatch.setattr(process, "WORKER", tmp_path / "worker.py")
    running = Espeak(lambda: Library(str(tmp_path / "starts")))
    yield running
    running.close()


def starts(tmp_path) -> int:
    return len((tmp_path / "starts").read_text().splitlines())


def test_a_clause_and_its_words_are_said(espeak):
    (said,) = espeak.clauses("fr", [["les", "amis"]])
    assert said == ("le-z amˈi", ["lˈe-", "amˈi"])
    assert espeak.version


def test_sounds_of_several_letters_are_tied(espeak):
    (said,) = espeak.clauses("de", [["Zeit"]])
    assert said.whole == "t͡sˈa͡ɪt"


def test_every_thread_gets_its_own_answers(espeak):
    words = [f"{voice} {number}" for number in range(40) for voice in ("es", "de", "it")]

    def said(word):
        voice, number = word.split()
        return espeak.clauses(voice, [[number]])

    alone = [said(word) for word in words]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(said, words)) == alone


def test_a_request_waits_for_no_more_than_a_new_process_when_the_old_one_is_killed(espeak):
    expected = espeak.clauses("es", [["hola"]])
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(espeak.clauses, "es", [["hola"]]) for _ in range(400)]
        os.kill(espeak._worker.process.pid, signal.SIGKILL)
        assert [answer.result() for answer in answers] == [expected] * 400


def test_ctrl_c_in_the_terminal_does_not_end_it(espeak):
    expected = espeak.clauses("es", [["hola"]])
    worker = espeak._worker
    os.kill(worker.process.pid, signal.SIGINT)
    assert espeak.clauses("es", [["hola"]]) == expected
    assert espeak._worker is worker


def test_there_is_one_process_for_all_who_come_at_once(scripted, tmp_path):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: scripted.clauses("es", [[str(number)]]), range(100)))
    assert answers == [[(str(number), [str(number)])] for number in range(100)]
    assert starts(tmp_path) == 1


def test_a_text_that_kills_it_is_given_up_and_the_others_are_answered(scripted, tmp_path):
    with ThreadPoolExecutor(8) as threads:
        asked = [
            (voice, threads.submit(scripted.clauses, voice, [["a"]])) for voice in ["es", "poison", "es"] * 4
        ]
    for voice, answer in asked:
        if voice == "poison":
            assert "died 2 times over the same text" in str(answer.exception())
        else:
            assert answer.result() == [("a", ["a"])]
    assert starts(tmp_path) >= 8


def test_a_process_that_hangs_is_ended(scripted, monkeypatch):
    monkeypatch.setattr(process, "ANSWER_SECONDS", 0.2)
    with pytest.raises(EspeakError, match="died 2 times"):
        scripted.clauses("slow", [["a"]])
    assert scripted.clauses("es", [["a"]]) == [("a", ["a"])]


def test_a_voice_that_is_not_there_is_told_and_nothing_dies(espeak):
    with pytest.raises(EspeakError, match="no voice 'xx'"):
        espeak.clauses("xx", [["a"]])
    worker = espeak._worker
    assert espeak.clauses("es", [["sol"]])[0].whole == "sˈol"
    assert espeak._worker is worker


def test_it_ends_with_the_service(espeak):
    espeak.clauses("es", [["hola"]])
    running = espeak._worker.process
    espeak.close()
    espeak.close()
    assert running.poll() == 0
    with pytest.raises(EspeakError, match="closed"):
        espeak.clauses("es", [["hola"]])


def test_a_process_that_dies_at_once_is_told(scripted, tmp_path):
    (tmp_path / "worker.py").write_text("")
    assert not scripted.works
    with pytest.raises(EspeakError, match="died at once"):
        _ = scripted.version
    with pytest.raises(EspeakError, match="died 2 times"):
        scripted.clauses("es", [["a"]])


def test_nothing_is_started_before_it_is_needed(scripted, tmp_path):
    assert scripted.library
    scripted.close()
    assert not (tmp_path / "starts").exists()


def test_without_the_library(tmp_path):
    none = Espeak(lambda: None)
    assert not none.works
    with pytest.raises(EspeakError, match="not installed"):
        none.clauses("es", [["hola"]])
    (tmp_path / "broken.so").write_text("no library")
    broken = Espeak(lambda: Library(str(tmp_path / "broken.so")))
    assert not broken.works
    with pytest.raises(EspeakError, match=r"broken\.so"):
        broken.clauses("es", [["hola"]])
    empty = Espeak(lambda: Library(find().file, str(tmp_path)))
    with pytest.raises(EspeakError, match="has no data in"):
        _ = empty.version


def test_the_library_is_loaded_by_the_worker_alone():
    package = Path(vivavoce.__file__).parent
    sources = {path.relative_to(package).as_posix(): path.read_text() for path in package.rglob("*.py")}
    naming = {
        name for name, text in sources.items() if re.search("espeakng_loader|libespeak|espeak_[A-Z]", text)
    }
    assert naming == {"espeak/library.py", "espeak/__main__.py"}
    assert "CDLL" not in sources["espeak/library.py"]
    assert not [name for name, text in sources.items() if "espeak.__main__" in text]
