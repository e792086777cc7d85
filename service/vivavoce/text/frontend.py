"""The front end: the text of a request goes in, segments with phonemes come out, one at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain

from vivavoce.core import Pronunciation, Segment
from vivavoce.errors import InvalidRequest, UnspeakableInput
from vivavoce.espeak import Espeak
from vivavoce.text import ipa, languages, markup
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.segment import Segmenter
from vivavoce.text.tokens import Language


class FrontEnd:
    """Turns text into segments. It has no state but its lexicon and espeak-ng, so any number of threads may
    use it."""

    def __init__(
        self,
        lexicon: Mapping[str, str] | None = None,
        load: Callable[[str], Language] | None = None,
    ) -> None:
        """`lexicon`: word → IPA or Kokoro's symbols, for every request; `load`: code → language."""
        self._lexicon = lexicon or {}
        self._espeak = Espeak()
        self._load = load or partial(languages.any_language, espeak_ng=self._espeak)
        # One table for each model's symbols: an operator's lexicon may be long.
        self._given: Callable[[frozenset[str], str], Pronunciations] = lru_cache(self._in_symbols)

    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that it knows, the default one first."""
        return languages.codes()

    def reads(self, code: str) -> bool:
        """Whether text in the language `code`, BCP-47 in any case, can be read here: some need espeak-ng."""
        found = languages.known(code.lower())
        return found in languages.LANGUAGES or (found is not None and self._espeak.works)

    def close(self) -> None:
        """Ends espeak-ng's process; nothing that needs it can be prepared afterwards."""
        self._espeak.close()

    def unsayable(self, symbols: frozenset[str]) -> tuple[str, ...]:
        """The words of the lexicon with a sound that a model of these `symbols` cannot make: it says them
        as if they were not in the lexicon."""
        return tuple(
            word
            for word, written in self._lexicon.items()
            if not ipa.fitted(ipa.symbols_of(written), symbols)
        )

    def prepare(
        self,
        input: str,  # noqa: A002 - the field's name in the contract
        *,
        language: str,
        symbols: frozenset[str],
        max_phonemes: int,
        pronunciations: Sequence[Pronunciation] = (),
    ) -> Iterator[Segment]:
        """The segments of `input`, in order, each made when it is asked for; they hold every word of it.

        Everything that can be wrong is raised here, before anything is spoken: InvalidRequest for bad markup
        (`param` is input), a bad pronunciation (pronunciations), a script that the language cannot say
        (input) or a language that needs espeak-ng where there is none (voice), UnspeakableInput if no word is
        in it. Unavailable, if espeak-ng dies over the text, may come with any segment. `max_phonemes` is at
        least 3.
        """
        asked = {
            one.word: ipa.checked(one.word, one.phonemes, symbols, language, param="pronunciations")
            for one in pronunciations
        }
        given = Pronunciations(asked, symbols, after=self._given(symbols, language))
        marked_up = markup.parse(input, symbols, language)
        spoken = self._language(language)
        items = spoken.read(input, marked_up, given)
        segments = Segmenter(input, spoken, symbols, max_phonemes).segments(items)
        return chain(_first(segments), segments)

    def _in_symbols(self, symbols: frozenset[str], language: str) -> Pronunciations:
        """The lexicon, for models of these symbols that speak `language`."""
        words = {word: ipa.symbols_of(written, language) for word, written in self._lexicon.items()}
        return Pronunciations(words, symbols)

    def _language(self, code: str) -> Language:
        try:
            return self._load(code)
        except KeyError:
            known = ", ".join(self.languages())
            raise InvalidRequest(
                f"{code!r} cannot be spoken; the languages are: {known}.", param="language_code"
            ) from None


def _first(segments: Iterator[Segment]) -> list[Segment]:
    """The segments up to the first that has sound."""
    silences: list[Segment] = []
    for segment in segments:
        if segment.phonemes:
            return [*silences, segment]
        silences.append(segment)
    raise UnspeakableInput("There is nothing in 'input' that can be said: it has no words.", param="input")
