"""Sentences → segments: with phonemes, spans and pauses, none longer than the model can take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from vivavoce.core import Segment, Span, SpokenWord
from vivavoce.text import ipa
from vivavoce.text.markup import Pause
from vivavoce.text.normalize import Item
from vivavoce.text.phrasing import Word, parts
from vivavoce.text.sentences import Sentence, sentences
from vivavoce.text.tokens import Kind, Language, Token

TINY = 25
"""Sentences of fewer phonemes are said together with a neighbour, up to JOINED in all."""
JOINED = 100
INNER_SECONDS = {",": 0.08, ":": 0.12, ";": 0.12, "—": 0.1, ".": 0.25, "!": 0.25, "?": 0.25, "…": 0.25}
"""Silence after a part of a sentence, by its mark; one without a mark ends as with a comma."""
SIMPLER_MARKS = {"…": ".", "—": ",", ";": ",", ":": ",", "!": ".", "?": "."}
CLOSERS = frozenset("\"'”’»)]}.,;:!?…*_`")
"""Signs that belong to the word before them."""


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Makes the segments of one text for one model."""

    text: str
    language: Language
    symbols: frozenset[str]
    max_phonemes: int

    def segments(self, items: Iterable[Item]) -> Iterator[Segment]:
        """The segments of `items`, each as soon as it is known; together they hold every word, in order."""
        is_first, end = True, 0
        for spoken in _joined(self._pronounced(sentences(items, self.text))):
            if isinstance(spoken, Pause):
                yield self._silence(spoken)
                continue
            for part, pause_seconds in self._parts(spoken, is_first=is_first):
                segment = self._segment(part, pause_seconds, after=end)
                yield segment
                is_first, end = False, segment.span.end

    def _silence(self, pause: Pause) -> Segment:
        return Segment(self.text[slice(*pause.span)], "", "", (), pause.span, pause.seconds)

    def _pronounced(self, items: Iterable[Sentence | Pause]) -> Iterator["_Spoken | Pause"]:
        for item in items:
            if isinstance(item, Pause):
                yield item
            elif words := self._words(item.tokens):
                yield _Spoken(words, item.pause_seconds, joins_next=item.joins_next)

    def _words(self, tokens: Sequence[Token]) -> list[Word]:
        words: list[Word] = []
        for token, phonemes in zip(tokens, self.language.pronounce(tokens), strict=True):
            if token.kind is not Kind.MARK:
                words += self._pieces(token, ipa.nearest(phonemes, self.symbols))
            elif words:
                words[-1] = replace(words[-1], mark=token, mark_symbol=self._mark_symbol(token.text))
        return words

    def _pieces(self, token: Token, phonemes: str) -> Iterator[Word]:
        """A word, in pieces if it alone is longer than a segment with its mark may be."""
        longest = max(self.max_phonemes - 2, 1)
        while phonemes:
            space = phonemes.rfind(" ", 1, longest + 1) if len(phonemes) > longest else -1
            cut = space if space > 0 else longest
            yield Word(token, phonemes[:cut])
            phonemes = phonemes[cut:].lstrip()

    def _mark_symbol(self, mark: str) -> str:
        while mark not in self.symbols:
            if mark not in SIMPLER_MARKS:
                return ""
            mark = SIMPLER_MARKS[mark]
        return mark

    def _parts(self, spoken: "_Spoken", *, is_first: bool) -> Iterator[tuple[Sequence[Word], float]]:
        """The parts of a sentence, each with a mark at its end, and the silence after each."""
        done = 0
        for part in parts(spoken.words, self.max_phonemes, is_first=is_first):
            done += len(part)
            last = part[-1]
            if last.mark is None:
                comma = Token(",", Span(last.token.span.end, last.token.span.end), Kind.MARK)
                last = replace(last, mark=comma, mark_symbol=self._mark_symbol(","))
            inner_seconds = INNER_SECONDS[last.mark.text if last.mark else ","]
            is_last = done == len(spoken.words)
            yield [*part[:-1], last], spoken.pause_seconds if is_last else inner_seconds

    def _segment(self, words: Sequence[Word], pause_seconds: float, *, after: int) -> Segment:
        phonemes, spoken = "", ""
        said: list[SpokenWord] = []
        for word in words:
            phonemes += " " if phonemes else ""
            start = len(phonemes)
            phonemes += word.phonemes
            said.append(SpokenWord(word.token.text, word.token.span, Span(start, len(phonemes))))
            phonemes += word.mark_symbol
            spoken += f"{' ' if spoken else ''}{word.token.text}{word.mark.text if word.mark else ''}"
        span = self._span(words, after)
        return Segment(self.text[slice(*span)], spoken, phonemes, tuple(said), span, pause_seconds)

    def _span(self, words: Sequence[Word], after: int) -> Span:
        """From the first word to the last mark, with the quotes and brackets that touch them."""
        start = words[0].token.span.start
        end = (words[-1].mark or words[-1].token).span.end
        while start > after and not _parts_words(self.text[start - 1]):
            start -= 1
        while end < len(self.text) and self.text[end] in CLOSERS:
            end += 1
        return Span(start, end)


def _parts_words(character: str) -> bool:
    return character.isspace() or character.isalnum() or character in CLOSERS - set("\"'*_`")


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A sentence with its sound."""

    words: Sequence[Word]
    pause_seconds: float
    joins_next: bool

    @property
    def length(self) -> int:
        return sum(word.length for word in self.words)


def _joined(items: Iterable[_Spoken | Pause]) -> Iterator[_Spoken | Pause]:
    """Very short sentences together with a neighbour; the first one does not wait for its neighbour unless
    it is very short itself."""
    held: _Spoken | None = None
    is_first = True
    for item in items:
        joined = _join(held, item) if held else None
        if held and not joined:
            yield held
        latest = joined or item
        held = latest if isinstance(latest, _Spoken) else None
        if held is None or (is_first and held.length >= TINY):
            yield latest
            held = None
        is_first = False
    if held:
        yield held


def _join(one: _Spoken, other: _Spoken | Pause) -> _Spoken | None:
    """Both as one, if they belong together."""
    if isinstance(other, Pause) or not one.joins_next or min(one.length, other.length) >= TINY:
        return None
    if one.length + other.length > JOINED:
        return None
    return _Spoken([*one.words, *other.words], other.pause_seconds, other.joins_next)
