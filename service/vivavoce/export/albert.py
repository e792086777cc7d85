"""The text's ALBERT (Lan et al. 2020; trained on phonemes, as PL-BERT by Li et al. 2023): one layer, run
again and again, from symbols to what surrounds them."""

import math

import torch
from torch import Tensor, nn

from vivavoce.export.architecture import Bert
from vivavoce.export.layers import Extent

EPSILON = 1e-12
FAR_BELOW = -1e9
"""Added to the score of a position that nobody may look at."""


class Albert(nn.Module):
    def __init__(self, symbols: int, sizes: Bert) -> None:
        super().__init__()
        self.embeddings = _Embeddings(symbols, sizes)
        self.encoder = _Encoder(sizes)

    def forward(self, ids: Tensor, where: Extent) -> Tensor:
        """[B, T] → [B, T, hidden]."""
        hidden: Tensor = self.encoder(self.embeddings(ids), (1 - where.mask[:, None]) * FAR_BELOW)
        return hidden


class _Embeddings(nn.Module):
    def __init__(self, symbols: int, sizes: Bert) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(symbols, sizes.embedding_size)
        self.position_embeddings = nn.Embedding(sizes.max_position_embeddings, sizes.embedding_size)
        self.token_type_embeddings = nn.Embedding(2, sizes.embedding_size)
        self.LayerNorm = nn.LayerNorm(sizes.embedding_size, eps=EPSILON)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        constant = self.token_type_embeddings.weight[0]
        embedded: Tensor = self.LayerNorm(
            self.word_embeddings(ids) + self.position_embeddings(places) + constant
        )
        return embedded


class _Encoder(nn.Module):
    def __init__(self, sizes: Bert) -> None:
        super().__init__()
        self.times = sizes.num_hidden_layers
        self.embedding_hidden_mapping_in = nn.Linear(sizes.embedding_size, sizes.hidden_size)
        self.albert_layer_groups = nn.ModuleList([_Group(sizes)])

    def forward(self, embedded: Tensor, penalty: Tensor) -> Tensor:
        hidden: Tensor = self.embedding_hidden_mapping_in(embedded)
        (group,) = self.albert_layer_groups
        for _ in range(self.times):
            hidden = group(hidden, penalty)
        return hidden


class _Group(nn.Module):
    def __init__(self, sizes: Bert) -> None:
        super().__init__()
        self.albert_layers = nn.ModuleList([_Layer(sizes)])

    def forward(self, hidden: Tensor, penalty: Tensor) -> Tensor:
        (layer,) = self.albert_layers
        result: Tensor = layer(hidden, penalty)
        return result


class _Layer(nn.Module):
    def __init__(self, sizes: Bert) -> None:
        super().__init__()
        self.attention = _Attention(sizes)
        self.ffn = nn.Linear(sizes.hidden_size, sizes.intermediate_size)
        self.ffn_output = nn.Linear(sizes.intermediate_size, sizes.hidden_size)
        self.full_layer_layer_norm = nn.LayerNorm(sizes.hidden_size, eps=EPSILON)

    def forward(self, hidden: Tensor, penalty: Tensor) -> Tensor:
        attended = self.attention(hidden, penalty)
        change = self.ffn_output(_gelu(self.ffn(attended)))
        result: Tensor = self.full_layer_layer_norm(change + attended)
        return result


class _Attention(nn.Module):
    def __init__(self, sizes: Bert) -> None:
        super().__init__()
        self.heads = sizes.num_attention_heads
        self.head_size = sizes.hidden_size // self.heads
        self.query = nn.Linear(sizes.hidden_size, sizes.hidden_size)
        self.key = nn.Linear(sizes.hidden_size, sizes.hidden_size)
        self.value = nn.Linear(sizes.hidden_size, sizes.hidden_size)
        self.dense = nn.Linear(sizes.hidden_size, sizes.hidden_size)
        self.LayerNorm = nn.LayerNorm(sizes.hidden_size, eps=EPSILON)

    def forward(self, hidden: Tensor, penalty: Tensor) -> Tensor:
        """`penalty` is [B, 1, 1, T]."""
        query, key, value = (self._split(part(hidden)) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(self.head_size) + penalty
        attended = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
        result: Tensor = self.LayerNorm(hidden + self.dense(attended))
        return result

    def _split(self, x: Tensor) -> Tensor:
        """[B, T, hidden] → [B, heads, T, head]."""
        return x.unflatten(-1, (self.heads, self.head_size)).transpose(1, 2)


def _gelu(x: Tensor) -> Tensor:
    """With tanh in place of the error function, as BERT's first code had it."""
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
