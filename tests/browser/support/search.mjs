// A search as a page of a site has it: the scripts that the site links, in the order of its script elements.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

/** Reads scripts one after the other, as a browser does; gives the window. */
export async function scripts(files) {
  const page = vm.createContext({ console });
  vm.runInContext("var window = globalThis", page);
  for (const file of files) await add(page, file);
  return page;
}

async function add(page, file) {
  vm.runInContext(await readFile(file, "utf8"), page, { filename: file });
}

/**
 * What elasticlunr needs to know German: a function that it lacks and lunr has, then the language itself.
 * Sites bring these along with their theme, for Zola's indexes and ours alike.
 */
export async function german(page) {
  vm.runInContext("lunr.generateStopWordFilter = (words) => (word) => (words.includes(word) ? undefined : word)", page);
  for (const name of ["lunr.stemmer.support.js", "lunr.de.js"]) {
    await add(page, fileURLToPath(import.meta.resolve(`lunr-languages/${name}`)));
  }
}

/** The addresses that elasticlunr finds for some words, best first. */
export function found(page, index, words) {
  page.wanted = { index, words };
  const results = vm.runInContext(
    'elasticlunr.Index.load(wanted.index).search(wanted.words, { bool: "AND", expand: true }).map((hit) => hit.ref)',
    page,
  );
  return [...results];
}
