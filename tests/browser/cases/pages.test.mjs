// Every page of the site and of the function: valid HTML, no barriers that axe finds (light, dark, on a phone),
// nothing from another origin, no sideways scrolling at 320 pixels, titles that are unique, the text on paper.

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
  "function away": "/vorschlag/outage.html",
};

async function builtTown(t, lines) {
  const folder = await scratch(t);
  const town = await open(t);
  town.site = await buildSite(folder, { baseUrl: town.address });
  const mail = `[transport.files]\nfolder = ${JSON.stringify(path.join(folder, "mails"))}`;
  town.feedback = (await startFeedback(t, { folder, site: town.site, mail, lines })).address;
  return town;
}

const TEXT = "Bitte kürzer fassen.";

/** Fills in the form of a passage as far as `fields` goes, and sends it to be checked. */
async function check(page, address, fields, passage = "6.1.2") {
  await page.goto(`${address}/vorschlag/${passage}/`);
  for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
  await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
}

/** The same with something in the form that people do not write: a hidden field, another way to send. */
async function checkChanged(page, address, change) {
  await page.goto(`${address}/vorschlag/6.1.2/`);
  await page.locator("#suggestion").fill(TEXT);
  await page.locator(".app-form").evaluate(change);
  await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
}

async function send(page) {
  await page.getByRole("button", { name: /^Vorschlag abschicken/ }).click();
}

/** Pages that only the function makes, as steps in a browser. */
const FUNCTION_PAGES = {
  "check page": (page, address) => check(page, address, { suggestion: TEXT, rewording: "Ganz anders.", name: "Ä. Muster" }),
  "check page, with the form open": async (page, address) => {
    await check(page, address, { suggestion: TEXT });
    await page.getByText("Noch etwas ändern").click();
  },
  "check page of a passage that has changed": (page, address) =>
    checkChanged(page, address, (form) => (form.elements.digest.value = "0".repeat(64))),
  "missing text": (page, address) => check(page, address, { suggestion: "" }),
  "long text": (page, address) => check(page, address, { suggestion: "x".repeat(10_001) }),
  "long re-wording": (page, address) => check(page, address, { suggestion: TEXT, rewording: "x".repeat(20_001) }),
  "long name": (page, address) => check(page, address, { suggestion: TEXT, name: "x".repeat(201) }),
  "invalid address": (page, address) => check(page, address, { suggestion: TEXT, email: "nicht so" }),
  "unknown target": (page, address) => checkChanged(page, address, (form) => (form.elements.target.value = "9.9.9")),
  "text that was not checked": async (page, address) => {
    await check(page, address, { suggestion: TEXT });
    await page.locator(".app-send [name=suggestion]").evaluate((field) => (field.value = "Etwas anderes."));
    await send(page);
  },
  "more than can be taken": (page, address) => check(page, address, { suggestion: "x".repeat(400_000) }),
  "no form of ours": (page, address) => checkChanged(page, address, (form) => (form.enctype = "text/plain")),
  "no page of the function": (page, address) => page.goto(`${address}/rueckmeldung/gibt-es-nicht`),
  "check page, opened again": (page, address) => page.goto(`${address}/rueckmeldung/check`),
  "second page": async (page, address) => {
    // As a browser does that fills in every field.
    await checkChanged(page, address, (form) => (form.elements.website.value = "https://verein.example"));
    await send(page);
    await page.getByRole("heading", { name: /noch einmal/, level: 1 }).waitFor();
  },
  "receipt": async (page, address) => {
    await FUNCTION_PAGES["second page"](page, address);
    await send(page);
  },
};

/** More than any disk has: everything is refused that is to be stored. */
const FULL = "reserve_mib = 4611686018427387904";

/** The page of a text that was checked and cannot be stored at the moment, its form open. */
async function unstored(page, address) {
  await FUNCTION_PAGES["second page"](page, address);
  await send(page);
  await page.getByRole("button", { name: "Noch einmal abschicken" }).waitFor();
  await page.getByText("Noch etwas ändern").click();
}

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 320, height: 640 } },
};

/** What a look is judged by: a phone's width is one more thing that can go wrong. */
async function barriers(page) {
  // A click waits for the next page to begin, not for its styles, without which every color is the browser's.
  await page.waitForLoadState("load");
  // The page forbids scripts of others; the test brings axe in through the debugger, not through the page.
  const found = await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })`,
  );
  const violations = found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.html).join("\n  ")}`);
  const wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
  return wide > 0 ? [...violations, `${wide} pixels wider than the screen`] : violations;
}

test("pages have no barriers that axe finds, in light, in dark and on a phone", { timeout: 900_000 }, async (t) => {
  const { address } = await builtTown(t);
  const full = await builtTown(t, FULL);
  const browser = await start(t);
  const visits = [
    ...Object.entries(TEMPLATES).map(([name, where]) => [name, address, (page) => page.goto(address + where)]),
    ...Object.entries(FUNCTION_PAGES).map(([name, go]) => [name, address, (page) => go(page, address)]),
    ["text that cannot be stored", full.address, (page) => unstored(page, full.address)],
  ];
  for (const [look, options] of Object.entries(LOOKS)) {
    for (const [name, origin, go] of visits) {
      await t.test(`${name}, ${look}`, async () => {
        const context = await browser.newContext(options);
        const page = await context.newPage();
        const foreign = [];
        page.on("request", (request) => new URL(request.url()).origin === origin || foreign.push(request.url()));
        await go(page);
        assert.deepEqual(await barriers(page), []);
        assert.deepEqual(foreign, [], "no request to another origin");
        await context.close();
      });
    }
  }
});

test("pages of the function show on paper what the resident wrote", { timeout: 120_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  for (const name of ["check page", "invalid address", "unknown target", "text that was not checked", "second page"]) {
    await t.test(name, async () => {
      const page = await browser.newPage();
      await FUNCTION_PAGES[name](page, address);
      await page.waitForLoadState("load");
      const text = name === "text that was not checked" ? "Etwas anderes." : TEXT;
      const shown = () => page.getByText(text, { exact: true }).locator("visible=true").count();
      await page.emulateMedia({ media: "print" });
      assert.equal(await shown(), 1, "on paper");
      await page.close();
    });
  }
});

test("what has the focus is framed in the same way everywhere", { timeout: 120_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  const page = await browser.newPage();
  await FUNCTION_PAGES["check page"](page, address);
  await page.waitForLoadState("load");
  const frames = new Map();
  for (let stop = 0; stop < 40; stop += 1) {
    await page.keyboard.press("Tab");
    const [where, frame] = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [`${document.activeElement.tagName} ${document.activeElement.textContent.trim()}`, `${outlineStyle} ${outlineWidth}`];
    });
    if (where.startsWith("BODY")) break;
    frames.set(where, frame);
  }
  assert.ok(frames.has("SUMMARY Noch etwas ändern"), [...frames.keys()].join("\n"));
  assert.deepEqual([...frames].filter(([, frame]) => frame !== "solid 4px"), []);
});

test("icons and the current page are seen where the reader sets the colors", { timeout: 120_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  for (const colorScheme of ["light", "dark"]) {
    await t.test(colorScheme, async () => {
      const page = await browser.newPage({ forcedColors: "active", colorScheme });
      await FUNCTION_PAGES["long name"](page, address);
      await page.waitForLoadState("load");
      const color = (selector, name) =>
        page.locator(selector).first().evaluate((element, name) => getComputedStyle(element)[name], name);
      const [background, text] = [await color("body", "backgroundColor"), await color("body", "color")];
      assert.notEqual(background, text);
      assert.equal(await color("#name-error .kern-icon", "backgroundColor"), text);
      await page.goto(`${address}/themen/`);
      assert.equal(await color(".app-nav [aria-current]", "borderBottomColor"), await color(".app-nav [aria-current]", "color"));
      assert.equal(await color(".app-nav a:not([aria-current])", "borderBottomColor"), background);
      await page.close();
    });
  }
});

test("what cannot be sent is corrected by keyboard alone", { timeout: 120_000 }, async (t) => {
  const { address } = await builtTown(t);
  const browser = await start(t);
  const page = await browser.newPage({ javaScriptEnabled: false });
  await FUNCTION_PAGES["long name"](page, address);
  await page.getByRole("alert").and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#name:focus").waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Ä. Muster");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Stimmt alles?" }).waitFor();
  assert.match(await page.getByRole("main").innerText(), /Ä\. Muster/);
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
