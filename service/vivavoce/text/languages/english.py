"""English: the tokens of a sentence come in, the phonemes of each go out.

Every word takes the first of these ways that knows it: a weak form (`weak_forms`), the dictionary with
endings, contractions and other cases (`lexicon`), and whatever else can be made of it (`unknown_words`). Of
several readings the sentence decides (`homographs`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from vivavoce.text.languages import grammar, homographs
from vivavoce.text.languages.inflections import GB, US, Accent, with_s
from vivavoce.text.languages.lexicon import DEFAULT, Lexicon, Readings, folded
from vivavoce.text.languages.own_words import own_words
from vivavoce.text.languages.stress import audible, emphatic, lowered
from vivavoce.text.languages.unknown_words import UnknownWords
from vivavoce.text.languages.weak_forms import Onset, onset, weak_forms
from vivavoce.text.markup import Markup
from vivavoce.text.normalize import Item, normalize, scripts
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.tokens import Kind, Token

_AT_PAUSE = "None"
"""The dictionary's key for a word's form before a pause."""
_LETTER = re.compile("[A-Z]'s|[B-HJ-Zb-hj-z]")
"""A word that is a letter's name: a `the` is an article and `I` a pronoun."""
_LETTER_AFTER = frozenset(
    ("class", "exhibit", "grade", "group", "hepatitis", "option", "plan", "team", "vitamin")
)
"""Words after which a capital A is the letter."""
_INNER_MARKS = frozenset(",—…")
_LETTER_COSTS, _INNER_COSTS, _END_COSTS = grammar.costs("N0"), grammar.costs(",0"), grammar.costs(".0")


class English:
    """Pronounces English in one accent. It never changes, so any number of threads may ask at once."""

    def __init__(self, accent: Accent) -> None:
        self.code = accent.code
        self._accent = accent
        self._lexicon = Lexicon(accent, own_words(accent))
        self._unknown = UnknownWords(accent, self._lexicon)
        self._weak_forms = weak_forms(accent)

    def knows(self, word: str) -> bool:
        """Whether the word is in a dictionary, in any case or inflection."""
        return self._lexicon.find(folded(word)) is not None

    def read(self, source: str, markup: Mapping[int, Markup], given: Pronunciations) -> Iterator[Item]:
        """See `text.tokens.Language`."""
        scripts.check(source, markup, given, self.code)
        return normalize(source, markup, given)

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        """See `text.tokens.Language`."""
        sentence = _Sentence(tokens)
        readings = [self._readings(sentence, index) for index in range(len(tokens))]
        kinds = grammar.tag([sentence.costs(index, found) for index, found in enumerate(readings)])
        said = [""] * len(tokens)
        following = Onset.PAUSE
        for index in reversed(range(len(tokens))):
            if tokens[index].kind is Kind.MARK:
                following = Onset.PAUSE
                continue
            said[index] = self._said(sentence, kinds, index, readings[index], following)
            following = onset(said[index], following)
        return said

    def _readings(self, sentence: "_Sentence", index: int) -> Readings:
        """All that a word may sound like, whatever stands around it; nothing for a mark."""
        token = sentence.tokens[index]
        if token.phonemes is not None:
            return {DEFAULT: token.phonemes}
        if token.kind is Kind.MARK:
            return {}
        if _is_letter(token):
            return {DEFAULT: self._letter(token.text, last=not sentence.is_letter(index + 1))}
        text = folded(token.text)
        found = self._lexicon.find(text.lower()) if sentence.is_shouted else None
        return found or self._lexicon.find(text) or {DEFAULT: self._unknown.sound(token.text)}

    def _letter(self, text: str, *, last: bool) -> str:
        """The name of a letter, with primary stress if it is the last of a run: `ˌɛf bˌi ˈI`."""
        name = self._lexicon.spelt(text[0]) or self._unknown.sound(text)
        name = name if last else lowered(name)
        return with_s(name, self._accent) if text[1:] == "'s" else name

    def _said(
        self, sentence: "_Sentence", kinds: str, index: int, readings: Readings, following: Onset
    ) -> str:
        """What the word at `index` sounds like in its place."""
        token, word = sentence.tokens[index], sentence.words[index]
        if token.phonemes is not None or _is_letter(token):
            return readings[DEFAULT]
        if word in self._weak_forms:
            is_name = token.text == "A" and sentence.words[index - 1] in _LETTER_AFTER and index > 0
            return self._weak_forms[word].before(Onset.PAUSE if is_name else following, kinds[index])
        if following is Onset.PAUSE and _AT_PAUSE in readings:
            return _emphasised(readings[_AT_PAUSE], token.text)
        return _emphasised(homographs.choose(sentence.words, kinds, index, readings), token.text)


class _Sentence:
    """Tokens, and what can be seen of them before anything is looked up."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.words = [token.text.lower() for token in tokens]
        written = [token.text for token in tokens if token.kind is Kind.WORD and len(token.text) > 1]
        self.is_shouted = len(written) > 1 and all(text.isupper() for text in written)

    def is_letter(self, index: int) -> bool:
        """Whether there is a token at `index` and it is a letter's name."""
        return index < len(self.tokens) and _is_letter(self.tokens[index])

    def costs(self, index: int, readings: Readings) -> grammar.Costs:
        """What each kind costs the token at `index`."""
        token, word = self.tokens[index], self.words[index]
        if token.kind is Kind.MARK:
            return _INNER_COSTS if token.text in _INNER_MARKS else _END_COSTS
        if _is_letter(token):
            return _LETTER_COSTS
        if len(readings) == 1 and self._is_name(index):
            return grammar.name_costs(word)
        return homographs.costs_of(self.words, index, readings)

    def _is_name(self, index: int) -> bool:
        """Whether the word is capitalised for another reason than that it begins the sentence."""
        begins = index == 0 or self.tokens[index - 1].kind is Kind.MARK
        return not begins and not self.is_shouted and self.tokens[index].text[:1].isupper()


def _is_letter(token: Token) -> bool:
    return token.kind is Kind.LETTER or (
        token.kind is Kind.WORD and _LETTER.fullmatch(token.text) is not None
    )


def _emphasised(phonemes: str, text: str) -> str:
    """Capitals are heard: one makes a function word audible, all make any word emphatic."""
    if text.isupper() and len(text) > 1:
        return emphatic(phonemes)
    return audible(phonemes) if text[:1].isupper() else phonemes


def load_us() -> English:
    """American English."""
    return English(US)


def load_gb() -> English:
    """British English."""
    return English(GB)
