#!/bin/sh
# gRPC with grpcurl, which learns the contract by reflection; jq and base64 take the audio out of its JSON.
#   ./speak.sh [127.0.0.1:50051]
set -eu
service=${1:-127.0.0.1:50051}

grpcurl -plaintext "$service" list
grpcurl -plaintext "$service" describe speech.v1.SynthesizeRequest

# A server with keys also wants: -H "authorization: Bearer $KEY"
grpcurl -plaintext \
  -d '{"model": "viva", "input": "Every word has its time.", "voice": "kathleen", "word_timings": true}' \
  "$service" speech.v1.SpeechService/Synthesize > messages.json

jq '.words[]?' messages.json
jq -r '.audio.data // empty' messages.json | while read -r data; do
  printf '%s' "$data" | base64 -d
done > speech.mp3
