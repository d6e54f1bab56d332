// Fails the build when a language lacks a text, has one too many, lacks a plural form that it needs, or lost a value.
import { readFileSync } from "node:fs";

const LANGUAGES = ["en", "th", "ru"];
const PLURAL = /_(zero|one|two|few|many|other)$/;
const faults = [];

const tables = Object.fromEntries(
  LANGUAGES.map((language) => [language, JSON.parse(readFileSync(new URL(`${language}.json`, import.meta.url)))]),
);
const bases = (table) => new Set(Object.keys(table).map((key) => key.replace(PLURAL, "")));
const values = (text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort().join(", ");
const anyForm = (table, base) => table[base] ?? table[`${base}_other`];

const wanted = bases(tables.en);
for (const language of LANGUAGES) {
  const table = tables[language];
  const has = bases(table);
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const base of wanted) {
    if (!has.has(base)) {
      faults.push(`${language}: "${base}" is missing`);
      continue;
    }
    const isPlural = `${base}_other` in tables.en;
    for (const key of isPlural ? forms.map((form) => `${base}_${form}`) : [base]) {
      const text = table[key];
      if (typeof text !== "string" || text.trim() === "") faults.push(`${language}: "${key}" is missing`);
      else if (values(text) !== values(anyForm(tables.en, base))) {
        faults.push(`${language}: "${key}" has other values in it than English`);
      }
    }
  }
  for (const base of has) if (!wanted.has(base)) faults.push(`${language}: "${base}" is not in English`);
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
