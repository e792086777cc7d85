"""The voice's symbols: misaki's American phonemes and Kokoro's punctuation, one character each.

Their order is the model's input vocabulary and never changes.
"""

PUNCTUATION = ' .,!?;:—…"()“”'
VOWELS = "AIOWYiuæɑɔəɛɜɪʊʌᵊᵻ"
CONSONANTS = "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθTʔ"
STRESS = "ˈˌ"
SYMBOLS = ("<pad>", "<sil>", *PUNCTUATION, *VOWELS, *CONSONANTS, *STRESS)
ALIASES = {
    "ɐ": "ə", "ɾ": "T", "ʔ": "t", "!": ".", "?": ".", ":": ",", "—": ",", "…": ",",
    '"': "", "(": "", ")": "", "“": "", "”": "",
}  # fmt: skip
"""What is said for a symbol that the recordings hold never or hardly ever; "" passes over it."""

ID = {symbol: index for index, symbol in enumerate(SYMBOLS)}
SILENCE = ID["<sil>"]
"""Frames every text."""
PAUSES = frozenset({SILENCE, *(ID[mark] for mark in PUNCTUATION)})
"""They may last any number of frames, none included."""
TIMELESS = frozenset({ID["<pad>"], *(ID[mark] for mark in STRESS)})
"""They never last a frame of their own."""


def ids_of(phonemes: str) -> list[int]:
    """The model's input for `phonemes`. Raises KeyError for a phoneme that is no symbol."""
    said = "".join(ALIASES.get(phoneme, phoneme) for phoneme in phonemes)
    return [SILENCE, *(ID[symbol] for symbol in said), SILENCE]
