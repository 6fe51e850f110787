// The pages that the function makes out of the real site's templates: valid HTML, and after the round
// the text is shown again, with the other ways to send it.

import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";

import { FileSystemConfigLoader, HtmlValidate } from "html-validate";

import { buildSite, scratch, startFeedback } from "../support/programs.mjs";
import { RULES } from "../support/rules.mjs";

const TEXT = "Bitte nennen Sie auch den Samstag.";

/** The function for the real site, with the given round. */
async function feedback(t, round) {
  const folder = await scratch(t);
  const site = await buildSite(folder, { round });
  const mail = `[transport.files]\nfolder = ${JSON.stringify(path.join(folder, "mails"))}`;
  return (await startFeedback(t, { folder, site, mail })).address;
}

async function post(address, fields, step = "check") {
  const body = new URLSearchParams({ target: "6.1.2", round: "1", digest: "", ...fields });
  const response = await fetch(`${address}/rueckmeldung/${step}`, { method: "POST", body });
  return { status: response.status, html: await response.text() };
}

/** What a browser gets that filled in the field nobody sees. */
async function secondPage(address) {
  const fields = { suggestion: TEXT, rewording: "Ganz anders." };
  const { html } = await post(address, { ...fields, website: "https://verein.example" });
  const [, token] = html.match(/name="token" value="([0-9a-f]+)"/);
  const page = await post(address, { ...fields, token }, "send");
  assert.equal(page.status, 409);
  assert.ok(page.html.includes(TEXT), "the text is kept");
  assert.match(page.html, /Sie haben nichts falsch gemacht/);
  return page;
}

async function problems(html) {
  const report = await new HtmlValidate(new FileSystemConfigLoader(RULES)).validateString(html, { ...RULES, root: true });
  return report.results.flatMap((result) => result.messages.map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`));
}

test("pages of the function are valid HTML", { timeout: 120_000 }, async (t) => {
  const address = await feedback(t, {});
  const receipt = await (await fetch(`${address}/rueckmeldung/receipt?nr=LOE-0000-0000`)).text();
  const pages = {
    "check page": await post(address, { suggestion: TEXT, rewording: "Ganz anders." }),
    "second page": await secondPage(address),
    "missing text": await post(address, { suggestion: "", name: "A" }),
    "too long": await post(address, { suggestion: "x".repeat(10_001) }),
    "invalid address": await post(address, { suggestion: TEXT, email: "nicht so" }),
    "unknown target": await post(address, { suggestion: TEXT, target: "9.9.9" }),
    "receipt or not found": { html: receipt },
  };
  for (const [name, { html }] of Object.entries(pages)) {
    await t.test(name, async () => assert.deepEqual(await problems(html), []));
  }
});

test("after the round the text is shown again, with the other ways", { timeout: 120_000 }, async (t) => {
  const address = await feedback(t, { opens: "2020-01-01", closes: "2020-02-01", answers_by: "2020-03-01" });
  const { status, html } = await post(address, { suggestion: TEXT });
  assert.equal(status, 409);
  assert.ok(html.includes(TEXT), "the text is kept");
  assert.match(html, /Die Beteiligung ist zu Ende/);
  assert.match(html, /Rathausplatz 1/);
  assert.match(html, /Telefon/);
  assert.deepEqual(await problems(html), []);
});
