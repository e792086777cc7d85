// Speech over gRPC: the audio is written while it is being made, and every word comes with its time.
//   npm ci && node speak.js [127.0.0.1:50051]
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const folder = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const contract = loadSync("speech/v1/speech.proto", {
  keepCase: true,
  defaults: true, // zeros and empty lists, not undefined
  includeDirs: [folder("proto"), folder("third_party/googleapis")],
});
const { SpeechService } = grpc.loadPackageDefinition(contract).speech.v1;

const client = new SpeechService(process.argv[2] ?? "127.0.0.1:50051", grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
// A server with keys also wants: metadata.set("authorization", `Bearer ${key}`);
const call = client.Synthesize(
  { model: "viva", input: "Every word has its time.", voice: "kathleen", word_timings: true },
  metadata,
  { deadline: Date.now() + 60_000 },
);

const file = createWriteStream("speech.mp3");
call.on("data", ({ audio, words, usage }) => {
  if (audio) file.write(audio.data);
  for (const { word, start_seconds: start, end_seconds: end } of words) {
    console.log(`${start.toFixed(2)} to ${end.toFixed(2)} s  ${word}`);
  }
  if (usage) console.log(`${usage.audio_seconds.toFixed(1)} seconds of audio`);
});
call.on("end", () => file.end(() => client.close()));
call.on("error", (error) => {
  console.error(`${grpc.status[error.code]}: ${error.details}`);
  process.exitCode = 1;
  client.close();
});
