"""Vivavoce, text to speech: one protobuf contract, one ONNX engine, one Envoy edge.

The life of a request, and where each step lives:

1. Envoy turns OpenAI's JSON into a `SynthesizeRequest` (`envoy.yaml`); gRPC clients send one as it is.
2. `rpc.auth` knows the caller by the key, `rpc.speech` turns protobuf into a `core.SpeechRequest`.
3. `validation` resolves every name and checks every number: an `Utterance`, or a `SpeechError`.
4. `engine` admits it, or refuses at once: nothing waits without a bound.
5. `text` normalises, cuts segments (the first one short) and finds phonemes, with source spans.
6. `engine` batches what waits: a model's `encode` makes frames, its `decode` samples, window by window.
7. `audio` joins, stretches, limits, resamples and encodes, block by block.
8. `synthesizer` drives 4 to 7 and yields `Chunk`s; `rpc.speech` sends each as a message.
9. Envoy streams the bytes as the HTTP body; `telemetry` records the times that travelled with the result.
"""

__version__ = "0.1.0"
