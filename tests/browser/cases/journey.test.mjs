// A resident without scripts suggests a change to one passage; the author has the mail.

import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";

import { start } from "../support/browser.mjs";
import { SUGGESTION, suggest } from "../support/journey.mjs";
import { inFolder } from "../support/mails.mjs";
import { buildSite, scratch, startFeedback } from "../support/programs.mjs";
import { open } from "../support/town.mjs";

test("a suggestion made without scripts reaches the authors as a file", async (t) => {
  const folder = await scratch(t);
  const town = await open(t);
  town.site = await buildSite(folder, { baseUrl: town.address });
  const mails = path.join(folder, "mails");
  const mail = `[transport.files]\nfolder = ${JSON.stringify(mails)}`;
  const feedback = await startFeedback(t, { folder, site: town.site, mail });
  town.feedback = feedback.address;
  const browser = await start(t);
  const page = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

  const { reference, quoted } = await suggest(page, town.address);

  const received = await inFolder(mails, 2);
  for (const mail of received) {
    assert.match(mail.subject, /6\.1\.2/);
    assert.ok(mail.subject.includes(reference));
    const text = mail.text.replace(/\s+/g, " ");
    assert.ok(text.includes(SUGGESTION), mail.text);
    assert.ok(text.replaceAll("> ", "").includes(quoted.slice(0, 40)), mail.text);
    assert.match(text, /\{\+.*Samstag.*\+\}/);
    assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
    assert.ok(mail.references, "mails of a passage form a thread");
  }
  assert.equal(new Set(received.map((mail) => mail.messageId)).size, 2);
});
