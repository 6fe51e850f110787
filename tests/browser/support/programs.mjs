// Runs Auslage's own programs as an operator would: the generator once, the feedback function as a process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

export const root = path.resolve(import.meta.dirname, "../../..");
const bin = process.env.AUSLAGE_PROGRAMS ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "debug");

/** A folder that is removed when the test is over. */
export async function scratch(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "auslage-"));
  t?.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end and gives what it printed. */
export async function run(name, args) {
  const child = spawn(path.join(bin, name), args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const [code] = await once(child, "close");
  return { code, output };
}

/**
 * Builds the real site into a folder. The round is moved so that the tests do not depend on the day
 * they run on: it is open unless `round` says otherwise.
 */
export async function buildSite(folder, { baseUrl, round = {}, replace = [] } = {}) {
  const dates = { opens: "2020-01-01", closes: "2999-12-31", answers_by: "2999-12-31", ...round };
  let config = await readFile(path.join(root, "site/zola.toml"), "utf8");
  for (const [key, value] of Object.entries(dates)) {
    const line = new RegExp(`^${key} *= *".*"`, "m");
    if (!line.test(config)) throw new Error(`site/zola.toml has no ${key}`);
    config = config.replace(line, `${key} = "${value}"`);
  }
  for (const [from, to] of replace) config = config.replace(from, to);
  const file = path.join(folder, "zola.toml");
  await writeFile(file, config);
  const output = path.join(folder, "public");
  const content = path.join(root, "content");
  const { code, output: said } = await run("auslage", [
    "--root", path.join(root, "site"), "--config", file, "--content", content, "build", "--output-dir", output, "--force", ...(baseUrl ? ["--base-url", baseUrl] : []),
  ]);
  if (code !== 0) throw new Error(`the site does not build:\n${said}`);
  return output;
}

/** Starts the feedback function; `mail` is the TOML of its `[transport]`, `lines` is TOML that stands above all tables. */
export async function startFeedback(t, { folder, site, mail, port = 0, lines = "" }) {
  await mkdir(path.join(folder, "data"), { recursive: true });
  const config = path.join(folder, "feedback.toml");
  await writeFile(config, feedbackConfig({ folder, site, mail, port, lines }));
  const child = spawn(path.join(bin, "feedback-fn"), ["serve", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  t.after(async () => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "close");
    }
  });
  const address = await listening(child);
  return { child, address, config };
}

/** The line with which the function says where it listens. */
async function listening(child) {
  let said = "";
  for await (const line of merge(child)) {
    said += `${line}\n`;
    const found = line.match(/(?:listening|address)\D*?(127\.0\.0\.1:\d+)/);
    if (found) return `http://${found[1]}`;
  }
  throw new Error(`feedback-fn did not start:\n${said}`);
}

async function* merge(child) {
  const queue = [];
  let wake = () => {};
  let open = 2;
  for (const stream of [child.stdout, child.stderr]) {
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => (queue.push(line), wake()));
    lines.on("close", () => ((open -= 1), wake()));
  }
  while (open > 0 || queue.length > 0) {
    if (queue.length === 0) await new Promise((resolve) => (wake = resolve));
    while (queue.length > 0) yield queue.shift();
  }
}

function feedbackConfig({ folder, site, mail, port, lines }) {
  return `
listen = "127.0.0.1:${port}"
contract = ${JSON.stringify(path.join(site, "review.json"))}
data = ${JSON.stringify(path.join(folder, "data"))}
reference_prefix = "LOE"
${lines}

[sender]
name = "Beteiligung"
address = "beteiligung@strategie.example"

${mail}
`;
}
