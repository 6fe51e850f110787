// Mails that became files, read by a parser that is not ours.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { simpleParser } from "mailparser";

/** Waits until the folder holds `count` mails, and parses them. */
export async function inFolder(folder, count) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
    if (names.length >= count) {
      return Promise.all(names.map(async (name) => simpleParser(await readFile(path.join(folder, name)))));
    }
    if (Date.now() > deadline) throw new Error(`only ${names.length} of ${count} mails after 20 s`);
    await wait(50);
  }
}
