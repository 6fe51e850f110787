// The site and the function under one address, as a reverse proxy would put them.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import http from "node:http";
import path from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".json": "application/json",
  ".woff2": "font/woff2", ".svg": "image/svg+xml", ".xml": "application/xml", ".txt": "text/plain; charset=utf-8",
  ".png": "image/png", ".ico": "image/x-icon",
};

/**
 * Listens, so that the site can be built for its address. Afterwards `town.site` is the folder it
 * serves, and everything below `/rueckmeldung/` goes to `town.feedback` (if that is set).
 */
export async function open(t) {
  const town = { address: "", site: "", feedback: undefined };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://town");
    if (town.feedback && pathname.startsWith("/rueckmeldung/")) return forward(request, response, town.feedback);
    return file(town.site, decodeURIComponent(pathname), response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  town.address = `http://127.0.0.1:${server.address().port}`;
  return town;
}

function forward(request, response, feedback) {
  const target = new URL(request.url, feedback);
  const onward = http.request(target, { method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end("the feedback function does not answer"));
  request.pipe(onward);
}

async function file(site, pathname, response) {
  const wanted = path.join(site, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  const found = wanted.startsWith(site) && (await stat(wanted).catch(() => null))?.isFile();
  const sent = found ? wanted : path.join(site, "404.html");
  response.writeHead(found ? 200 : 404, { "content-type": TYPES[path.extname(sent)] ?? "application/octet-stream" });
  // The folder may be gone while a browser still asks for its icon.
  createReadStream(sent).on("error", () => response.end()).pipe(response);
}
