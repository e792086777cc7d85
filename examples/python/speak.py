"""Speech over gRPC with the package's own client, which needs nothing of the server.

pip install vivavoce; python speak.py [127.0.0.1:50051]
"""

import sys

from vivavoce.client import Client, SpeechServiceError

target = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"

# A server with keys also wants: Client(target, key="…")
with Client(target) as client:
    # The end of the name is the format.
    client.speak_to_file("speech.mp3", "Hello! This one goes into a file.")

    # This one comes piece by piece, while it is being made, and every word comes with its time.
    with client.synthesize("Every word has its time.", response_format="pcm", word_timings=True) as speech:
        for samples in speech:
            print(f"{len(samples) / 48000:.2f} seconds more")
    for word in speech.words:
        print(f"{word.start_seconds:.2f} to {word.end_seconds:.2f} s  {word.word}")

    try:
        client.synthesize("Hello?", voice="nobody")
    except SpeechServiceError as error:
        print(f"{error.code}, {error.param}: {error.message}")
