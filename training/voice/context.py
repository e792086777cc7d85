"""Where a symbol stands in its word, its phrase and its sentence: what prosody depends on, counted."""

import torch
from torch import Tensor

from training.voice.symbols import ID, SYMBOLS, VOWELS

COUNTED = (
    frozenset(ID[vowel] for vowel in VOWELS),
    frozenset({ID[" "]}),
    frozenset({ID["ˈ"]}),
    frozenset({ID["ˌ"]}),
)
"""Syllables, words, stresses of either kind."""
WORD_ENDS = frozenset(ID[mark] for mark in " .,;:—…!?")
PHRASE_ENDS = WORD_ENDS - {ID[" "]}
FEATURES = 3 * 2 * len(COUNTED)
_USUAL = torch.tensor([3.0, 3.0, 2.0, 2.0])
"""Counts beyond a few of these are much alike."""


def _table(*sets: frozenset[int]) -> Tensor:
    return torch.tensor([[float(symbol in members) for members in sets] for symbol in range(len(SYMBOLS))])


def context_of(ids: Tensor, mask: Tensor) -> Tensor:
    """How many syllables, words and stresses lie before and behind each symbol in its word, phrase, sentence.

    ids [batch, symbols], mask the same with 1 within the row → [batch, symbols, FEATURES], each 0 to 1.
    """
    counted = _table(*COUNTED).to(ids.device)[ids] * mask[..., None]
    ends = _table(WORD_ENDS, PHRASE_ENDS, frozenset()).to(ids.device)[ids] * mask[..., None]
    scope = torch.cumsum(ends, 1) - ends  # a mark belongs to what it ends
    same = (scope[:, :, None] == scope[:, None]).float()  # [batch, symbols, symbols, scopes]
    place = torch.arange(ids.shape[1], device=ids.device)
    before = (place[:, None] > place[None]).float()
    sides = torch.stack([before, before.transpose(0, 1)])  # [sides, symbols, symbols]
    related = same.permute(0, 3, 1, 2)[:, :, None] * sides  # [batch, scopes, sides, symbols, symbols]
    counts = related @ counted[:, None, None]
    bounded = counts / (counts + _USUAL.to(ids.device))
    return bounded.permute(0, 3, 1, 2, 4).flatten(2)
