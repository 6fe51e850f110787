// A real Chromium, kept from talking to anyone but the server under test.

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-default-apps",
];

/** Starts it; it ends with the test. */
export async function start(t) {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath) throw new Error("CHROMIUM must name the browser; `cargo xtask test` sets it");
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  t.after(() => browser.close());
  return browser;
}
