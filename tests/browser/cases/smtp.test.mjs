// The same way over a real SMTP server; the message is parsed by a parser that is not ours.

import assert from "node:assert/strict";
import test from "node:test";

import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

import { start } from "../support/browser.mjs";
import { SUGGESTION, suggest } from "../support/journey.mjs";
import { buildSite, scratch, startFeedback } from "../support/programs.mjs";
import { open } from "../support/town.mjs";

/** A mail server on this machine; `next(count)` waits for that many messages. */
async function mailServer(t) {
  const received = [];
  let wake = () => {};
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", () => {
        received.push({ raw: Buffer.concat(chunks), envelope: session.envelope });
        done();
        wake();
      });
    },
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const next = async (count) => {
    while (received.length < count) await new Promise((resolve) => (wake = resolve));
    return received;
  };
  return { port: server.server.address().port, next };
}

test("a suggestion made without scripts reaches the authors over SMTP", { timeout: 120_000 }, async (t) => {
  const folder = await scratch(t);
  const town = await open(t);
  town.site = await buildSite(folder, { baseUrl: town.address });
  const server = await mailServer(t);
  const mail = `[transport.smtp]\nhost = "127.0.0.1"\nport = ${server.port}\ntls = "none"`;
  const feedback = await startFeedback(t, { folder, site: town.site, mail });
  town.feedback = feedback.address;
  const browser = await start(t);
  const page = await browser.newPage({ javaScriptEnabled: false });

  const { reference } = await suggest(page, town.address);

  const received = await server.next(2);
  const recipients = received.flatMap(({ envelope }) => envelope.rcptTo.map((recipient) => recipient.address)).sort();
  assert.deepEqual(recipients, ["autorenteam@strategie.example", "stadtverwaltung@strategie.example"]);
  for (const { raw, envelope } of received) {
    assert.equal(envelope.rcptTo.length, 1, "one mail per recipient");
    const lines = raw.toString("latin1").split("\r\n");
    assert.ok(lines.every((line) => line.length <= 998 && !/[\r\n\x80-\xff]/.test(line)), "7-bit, CRLF, no long line");
    const parsed = await simpleParser(raw);
    assert.ok(parsed.subject.includes(reference) && parsed.subject.includes("6.1.2"));
    assert.ok(parsed.text.replace(/\s+/g, " ").includes(SUGGESTION));
  }
});
