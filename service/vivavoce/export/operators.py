"""ONNX operators that the exporter does not reach by itself: computed by PyTorch, written as they are."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

GATES = (0, 3, 1, 2)
"""ONNX's order, input, output, forget, cell, by the places in PyTorch's: input, forget, cell, output."""


class BiLstm(nn.LSTM):
    """A bidirectional LSTM whose rows end where they end: the way back starts at a row's own last step.

    In the graph it is one LSTM node with sequence_lens.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs // 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, inputs], [B] → [B, T, outputs], zero behind the end of a row."""
        outputs: Tensor = _Lstm.apply(x, lengths, *self._in_onnx_order(), self)
        return outputs

    def _in_onnx_order(self) -> tuple[Tensor, Tensor, Tensor]:
        """Weights [2, 4·H, I], recurrence [2, 4·H, H] and biases [2, 8·H] of both directions."""
        ways = ("", "_reverse")
        weights = torch.stack([self._gates(f"weight_ih_l0{way}") for way in ways])
        recurrence = torch.stack([self._gates(f"weight_hh_l0{way}") for way in ways])
        biases = [
            torch.cat([self._gates(f"bias_ih_l0{way}"), self._gates(f"bias_hh_l0{way}")]) for way in ways
        ]
        return weights, recurrence, torch.stack(biases)

    def _gates(self, name: str) -> Tensor:
        parts = getattr(self, name).detach().chunk(4)
        return torch.cat([parts[place] for place in GATES])


class _Lstm(torch.autograd.Function):
    """Of rows [B, T, inputs], lengths [B], the LSTM's weights as ONNX has them, and the LSTM itself."""

    @staticmethod
    def forward(_: Any, *arguments: Any) -> Tensor:  # noqa: ANN401 - PyTorch's own
        x, lengths, *_, lstm = arguments
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, _ = nn.LSTM.forward(lstm, packed)
        padded, _ = pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
        return padded

    @staticmethod
    def symbolic(g: Any, *arguments: Any) -> Any:  # noqa: ANN401 - PyTorch's own
        x, lengths, *weights, lstm = arguments
        steps_first = g.op("Transpose", x, perm_i=[1, 0, 2])
        ends = g.op("Cast", lengths, to_i=torch.onnx.TensorProtoDataType.INT32)
        outputs, _, _ = g.op(
            "LSTM", steps_first, *weights, ends,
            hidden_size_i=lstm.hidden_size, direction_s="bidirectional", outputs=3,
        )  # fmt: skip
        rows_first = g.op("Transpose", outputs, perm_i=[2, 0, 1, 3])  # from [T, 2, B, hidden]
        shape = g.op("Constant", value_t=torch.tensor([0, -1, 2 * lstm.hidden_size]))
        return g.op("Reshape", rows_first, shape)
