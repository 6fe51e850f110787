// The way of a resident, from the home page to the receipt, without scripts.

import assert from "node:assert/strict";

const REWORDING = /^So könnte der Absatz lauten/;

export const SUGGESTION = "Bitte nennen Sie auch den Samstag: Viele Termine in der Klinik liegen am Wochenende.";

/** Goes the whole way with `page`; returns the reference and the passage. */
export async function suggest(page, address) {
  await page.goto(`${address}/`);
  await page.getByRole("link", { name: /^Themen/ }).first().click();
  await page.getByRole("link", { name: /Mobilität/ }).first().click();
  await page.getByRole("main").getByRole("link", { name: /FahrPraxis/ }).first().click();
  await page.getByRole("link", { name: /Vorschlag zu diesem Absatz 6\.1\.2/ }).click();
  const quoted = (await page.getByRole("textbox", { name: REWORDING }).inputValue()).trim();
  assert.ok(quoted.length > 20, "the form is pre-filled with the passage");
  const reworded = `${quoted} Das gilt auch am Samstag.`;
  await page.getByRole("textbox", { name: REWORDING }).fill(reworded);
  await page.getByRole("textbox", { name: /^Name/ }).fill("Ein Mensch aus Unadingen");

  // Nothing was suggested yet: the error says so, and keeps what was typed.
  await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
  assert.match(await page.title(), /^Fehler: /);
  assert.equal((await page.getByRole("textbox", { name: REWORDING }).inputValue()).trim(), reworded);
  assert.equal(await page.getByRole("textbox", { name: /^Name/ }).inputValue(), "Ein Mensch aus Unadingen");

  await page.getByRole("textbox", { name: /^Ihr Vorschlag/ }).fill(SUGGESTION);
  await page.getByRole("button", { name: /Weiter zur Kontrolle/ }).click();
  const check = page.getByRole("main");
  assert.match(await check.innerText(), /Samstag: Viele Termine/);
  assert.ok((await page.locator("ins").allInnerTexts()).join(" ").includes("Samstag"), "the check page shows what was added");

  await page.getByRole("button", { name: /^Vorschlag abschicken/ }).click();
  // Whoever is as fast as a program is asked once more, as this test is on a fast machine.
  if (/^Bitte noch einmal abschicken/.test(await page.title())) {
    assert.match(await page.getByRole("main").innerText(), /Samstag: Viele Termine/);
    await page.getByRole("button", { name: /^Vorschlag abschicken/ }).click();
  }
  assert.match(new URL(page.url()).pathname, /receipt/);
  const [reference] = (await page.getByRole("main").innerText()).match(/LOE-[0-9A-Z]{4}-[0-9A-Z]{4}/) ?? [];
  assert.ok(reference, "the receipt shows the reference number");
  return { reference, quoted, reworded };
}
