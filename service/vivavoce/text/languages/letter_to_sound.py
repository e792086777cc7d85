"""Sounds out words that are in no dictionary."""

_RULES = (
    ("tion", "ʃən"), ("sion", "ʒən"), ("ough", "O"), ("igh", "I"), ("eau", "O"), ("sch", "ʃ"), ("tch", "ʧ"), ("dge", "ʤ"),
    ("ch", "ʧ"), ("sh", "ʃ"), ("th", "θ"), ("ph", "f"), ("wh", "w"), ("ck", "k"), ("ng", "ŋ"), ("qu", "kw"), ("gh", "ɡ"), ("kn", "n"), ("wr", "ɹ"),
    ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "W"), ("ow", "O"), ("oi", "Y"), ("oy", "Y"), ("ai", "A"), ("ay", "A"), ("au", "ɔ"), ("aw", "ɔ"), ("oa", "O"), ("ie", "i"), ("ei", "A"), ("ey", "i"), ("ew", "u"), ("ue", "u"),
    ("er", "əɹ"), ("ar", "ɑɹ"), ("or", "ɔɹ"), ("ir", "ɜɹ"), ("ur", "ɜɹ"),
    ("a", "æ"), ("b", "b"), ("c", "k"), ("d", "d"), ("e", "ɛ"), ("f", "f"), ("g", "ɡ"), ("h", "h"), ("i", "ɪ"), ("j", "ʤ"), ("k", "k"), ("l", "l"), ("m", "m"), ("n", "n"), ("o", "ɑ"), ("p", "p"), ("q", "k"), ("r", "ɹ"), ("s", "s"), ("t", "t"), ("u", "ʌ"), ("v", "v"), ("w", "w"), ("x", "ks"), ("y", "i"), ("z", "z"),
)  # fmt: skip


def sound_out(word: str) -> str:
    """Phonemes of `word` by rule."""
    rest, phonemes = word.lower(), ""
    while rest:
        if rest == "e" and phonemes:
            break
        spelling, sound = next(((s, p) for s, p in _RULES if rest.startswith(s)), (rest[0], ""))
        if not (phonemes and sound == phonemes[-1:]):
            phonemes += sound
        rest = rest[len(spelling) :]
    return phonemes
