"""A client for programs that call the service over gRPC: text in, audio out while it is being made.

    with Client("localhost:50051", key="…") as client:
        client.speak_to_file("greeting.mp3", "Good morning.")
        with client.synthesize("Good morning.", response_format="pcm", word_timings=True) as speech:
            for audio in speech:
                player.write(audio)

`AsyncClient` does the same with `async` and `await`. Whatever goes wrong is a SpeechServiceError; a service
that is unavailable is tried again, but never after the first audio. Only gRPC and protobuf are needed.
"""

from vivavoce.client.aio import AsyncClient, AsyncSpeech
from vivavoce.client.common import Options, SpeechServiceError
from vivavoce.client.sync import Client, Speech

__all__ = ["AsyncClient", "AsyncSpeech", "Client", "Options", "Speech", "SpeechServiceError"]
