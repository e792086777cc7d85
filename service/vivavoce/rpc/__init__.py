"""The service's face: gRPC in, gRPC out. Protobuf, statuses and metadata are known here and nowhere else.

server   the port, the socket, health, reflection, the orderly end
calls    what holds for every call: who calls, what goes wrong, what is recorded
auth     keys of the callers, in a file that is read again when it changes
limits   what one key may do at a time
speech   the methods: protobuf ↔ core
pages    lists, page by page
sse      audio as server-sent events
status   SpeechError → google.rpc.Status
"""
