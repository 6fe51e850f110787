// Every page of the site and of the function: valid HTML, no barriers that axe finds (light and dark),
// nothing from another origin, no sideways scrolling at 320 pixels, titles that are unique.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import test from "node:test";

import { FileSystemConfigLoader, HtmlValidate } from "html-validate";

import { start } from "../support/browser.mjs";
import { buildSite, scratch, startFeedback } from "../support/programs.mjs";
import { RULES } from "../support/rules.mjs";
import { open } from "../support/town.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One page per template; form pages and pages of the function stand for all of their kind. */
const TEMPLATES = {
  home: "/", strategy: "/strategie/", chapter: "/strategie/strategieprozess/", themes: "/themen/",
  theme: "/themen/mobilitaet/", "theme without project": "/themen/umwelt/", project: "/themen/mobilitaet/fahrpraxis/",
  "project after the strategy": "/themen/wirtschaft/pop-up-coworking/", group: "/uebergreifend/",
  "measure across themes": "/uebergreifend/glasfasernetz/", process: "/prozess/", step: "/prozess/buergerbefragung/", participants: "/beteiligte/",
  participant: "/beteiligte/stadt-loeffingen/", sources: "/quellen/", help: "/hilfe/", imprint: "/impressum/", privacy: "/datenschutz/",
  accessibility: "/barrierefreiheit/", form: "/vorschlag/6.1.2/", "form of a page": "/vorschlag/6.1/",
  "form for everything": "/vorschlag/gesamt/", "all forms": "/vorschlag/", "not found": "/gibt-es-nicht/",
};

async function builtTown(t) {
  const folder = await scratch(t);
  const town = await open(t);
  town.site = await buildSite(folder, { baseUrl: town.address });
  const mail = `[transport.files]\nfolder = ${JSON.stringify(path.join(folder, "mails"))}`;
  town.feedback = (await startFeedback(t, { folder, site: town.site, mail })).address;
  return town;
}

/** Pages that only the function makes, as steps in a browser. */
const FUNCTION_PAGES = {
  "check page": async (page, address) => {
    await page.goto(`${address}/vorschlag/6.1.2/`);
    await page.getByRole("textbox", { name: /^Ihr Vorschlag/ }).fill("Bitte kürzer fassen.");
    await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
  },
  "error page": async (page, address) => {
    await page.goto(`${address}/vorschlag/6.1.2/`);
    await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
  },
  "second page": async (page, address) => {
    await page.goto(`${address}/vorschlag/6.1.2/`);
    await page.getByRole("textbox", { name: /^Ihr Vorschlag/ }).fill("Bitte kürzer fassen.");
    // As a browser does that fills in every field.
    await page.locator("#website").evaluate((field) => (field.value = "https://verein.example"));
    await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
    await page.getByRole("button", { name: /^Vorschlag abschicken/ }).click();
    await page.getByRole("heading", { name: /noch einmal/, level: 1 }).waitFor();
  },
  "receipt": async (page, address) => {
    await FUNCTION_PAGES["second page"](page, address);
    await page.getByRole("button", { name: /^Vorschlag abschicken/ }).click();
  },
};

test("pages have no barriers that axe finds, in light and in dark", { timeout: 600_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  const visits = [
    ...Object.entries(TEMPLATES).map(([name, where]) => [name, (page) => page.goto(address + where)]),
    ...Object.entries(FUNCTION_PAGES).map(([name, go]) => [name, (page) => go(page, address)]),
  ];
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, go] of visits) {
      await t.test(`${name}, ${colorScheme}`, async () => {
        const context = await browser.newContext({ colorScheme });
        const page = await context.newPage();
        const foreign = [];
        page.on("request", (request) => new URL(request.url()).origin === address || foreign.push(request.url()));
        await go(page);
        // A click waits for the next page to begin, not for its styles, without which every color is the browser's.
        await page.waitForLoadState("load");
        // The page forbids scripts of others; the test brings axe in through the debugger, not through the page.
        const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
        const violations = found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join("\n  ")}`);
        assert.deepEqual(violations, []);
        assert.deepEqual(foreign, [], "no request to another origin");
        await context.close();
      });
    }
  }
});

test("pages fit a screen of 320 pixels", { timeout: 300_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  const page = await browser.newPage({ viewport: { width: 320, height: 640 }, javaScriptEnabled: true });
  for (const [name, where] of Object.entries(TEMPLATES)) {
    await t.test(name, async () => {
      await page.goto(address + where);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert.ok(width <= 320, `${where} is ${width} pixels wide`);
    });
  }
});

test("all pages of the site are valid HTML with unique titles", { timeout: 300_000 }, async (t) => {
  const folder = await scratch(t);
  const site = await buildSite(folder);
  const pages = (await readdir(site, { recursive: true })).filter((name) => name.endsWith(".html"));
  assert.ok(pages.length > 200, `only ${pages.length} pages`);
  const validator = new HtmlValidate(new FileSystemConfigLoader(RULES));
  const titles = new Map();
  const problems = [];
  for (const name of pages) {
    const html = await readFile(path.join(site, name), "utf8");
    const report = await validator.validateString(html, { ...RULES, root: true });
    for (const result of report.results) {
      for (const message of result.messages) problems.push(`${name}:${message.line}: ${message.ruleId}: ${message.message}`);
    }
    if (/http-equiv="refresh"/i.test(html)) continue;
    const title = html.match(/<title>(.*?)<\/title>/s)?.[1] ?? "";
    if (titles.has(title)) problems.push(`${name} and ${titles.get(title)} share the title ${title}`);
    titles.set(title, name);
    assert.doesNotMatch(html, /(?:src|action|poster)="(?:https?:)?\/\//, `${name} loads from elsewhere`);
  }
  assert.deepEqual(problems.slice(0, 40), []);
});
