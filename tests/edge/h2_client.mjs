// One HTTP/2 request by Node, since none of the Python clients at hand speaks HTTP/2 but as gRPC.
// node h2_client.mjs URL PATH [BODY]: prints {status, bytes, reset}; reset is the error code of RST_STREAM, 0 for none.
import { connect } from "node:http2";

const [url, path, body] = process.argv.slice(2);
const session = connect(url);
const result = { status: 0, bytes: 0, reset: 0 };
const stream = session.request({
  ":method": body === undefined ? "GET" : "POST",
  ":path": path,
  "content-type": "application/json",
});
stream.on("response", (headers) => (result.status = headers[":status"]));
stream.on("data", (chunk) => (result.bytes += chunk.length));
stream.on("error", () => {});
stream.on("close", () => {
  result.reset = stream.rstCode;
  console.log(JSON.stringify(result));
  session.close();
});
stream.end(body);
