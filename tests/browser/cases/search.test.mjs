// Whether the search indexes find anything: small sites, built, and searched with the libraries that
// read such indexes in browsers.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";

import Fuse from "fuse.js";

import { run, scratch } from "../support/programs.mjs";
import { found, german, scripts } from "../support/search.mjs";

const GERMAN = {
  "_index.md": ["Gemeinde", "Willkommen im Rathaus."],
  "muell.md": ["Müllabfuhr", "Die Abholungen finden jeden Dienstag statt, auch in den Straßen der Altstadt."],
  "bad.md": ["Freibad", "Geöffnet von Mai bis September. Kinder zahlen die Hälfte."],
};

const ENGLISH = {
  "_index.md": ["Council", "Welcome to the town hall."],
  "waste.md": ["Waste collection", "Bins are emptied every Tuesday, whatever the weather."],
  "pool.md": ["Open-air pool", "Children pay half. Swimming lessons in July."],
};

/** Builds a site of pages `[title, text]`; the folder it is in. */
async function site(t, language, format, pages, fields = "include_path = true") {
  const folder = await scratch(t);
  const settings = `base_url = "https://town.example"
default_language = "${language}"
build_search_index = true
[search]
index_format = "${format}"
${fields}
`;
  await write(folder, "zola.toml", settings);
  await write(folder, "templates/index.html", "{{ section.title }}");
  await write(folder, "templates/page.html", "{{ page.title }}");
  for (const [name, [title, text]] of Object.entries(pages)) {
    await write(folder, `content/${name}`, `+++\ntitle = ${JSON.stringify(title)}\n+++\n${text}\n`);
  }
  const { code, output } = await run("auslage", ["--root", folder, "build"]);
  assert.equal(code, 0, output);
  return path.join(folder, "public");
}

async function write(folder, name, text) {
  await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
}

test("elasticlunr finds German words in other forms", { timeout: 60_000 }, async (t) => {
  const built = await site(t, "de", "elasticlunr_javascript", GERMAN);
  const page = await scripts([path.join(built, "elasticlunr.min.js"), path.join(built, "search_index.de.js")]);
  await german(page);
  const search = (words) => found(page, page.searchIndex, words);
  assert.deepEqual(search("Müllabfuhr"), ["https://town.example/muell/"]);
  assert.deepEqual(search("abholung straße"), ["https://town.example/muell/"]);
  assert.deepEqual(search("Kind"), ["https://town.example/bad/"]);
  assert.deepEqual(search("Rathaus"), ["https://town.example/"]);
  assert.deepEqual(search("bad"), ["https://town.example/bad/"], "by a part of the path");
  assert.deepEqual(search("Schwimmhalle"), []);
});

test("elasticlunr finds English words in other forms", { timeout: 60_000 }, async (t) => {
  const built = await site(t, "en", "elasticlunr_json", ENGLISH);
  const page = await scripts([path.join(built, "elasticlunr.min.js")]);
  const index = JSON.parse(await readFile(path.join(built, "search_index.en.json"), "utf8"));
  assert.deepEqual(found(page, index, "collections"), ["https://town.example/waste/"]);
  assert.deepEqual(found(page, index, "swim lesson"), ["https://town.example/pool/"]);
  assert.deepEqual(found(page, index, "parking"), []);
});

test("an index that elasticlunr makes itself is the same", { timeout: 60_000 }, async (t) => {
  // One field: in Zola's indexes, and so in ours, each field holds the words of those before it too.
  const built = await site(t, "en", "elasticlunr_json", ENGLISH, "include_title = false");
  const page = await scripts([path.join(built, "elasticlunr.min.js")]);
  const ours = JSON.parse(await readFile(path.join(built, "search_index.en.json"), "utf8"));
  const own = page.elasticlunr(function () {
    this.addField("body");
  });
  for (const document of Object.values(ours.documentStore.docs)) own.addDoc(document);
  const theirs = JSON.parse(JSON.stringify(own));
  assert.ok(ours.index.body.root.t.u.e.s.d.a.y.docs["https://town.example/waste/"], "tuesday is there");
  assert.deepEqual(ours.index, theirs.index);
  assert.deepEqual(ours.documentStore, theirs.documentStore);
});

test("Fuse finds words that are nearly right", { timeout: 60_000 }, async (t) => {
  const built = await site(t, "de", "fuse_json", GERMAN);
  const items = JSON.parse(await readFile(path.join(built, "search_index.de.json"), "utf8"));
  const fuse = new Fuse(items, { keys: ["title", "body", "path"], ignoreLocation: true });
  const first = (words) => fuse.search(words)[0]?.item.url;
  assert.equal(first("Müllabfur"), "https://town.example/muell/");
  assert.equal(first("September"), "https://town.example/bad/");
});

test("Fuse finds words by the script that sets searchIndex", { timeout: 60_000 }, async (t) => {
  const built = await site(t, "en", "fuse_javascript", ENGLISH);
  const { searchIndex } = await scripts([path.join(built, "search_index.en.js")]);
  const fuse = new Fuse([...searchIndex], { keys: ["title", "body"], ignoreLocation: true });
  assert.equal(fuse.search("Tuesday")[0]?.item.url, "https://town.example/waste/");
});
