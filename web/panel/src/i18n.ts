// The languages. English is in every page's bundle: it types the keys, and is there when another table can't be fetched.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "../words/en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: typeof en };
  }
}

export const LANGUAGES = { en: "English", th: "ไทย", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "ringdesk.language";
const tables: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  en: async () => ({ default: en }),
  th: () => import("../words/th.json"),
  ru: () => import("../words/ru.json"),
};

const isLanguage = (word: string | null | undefined): word is Language => word != null && word in LANGUAGES;

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  for (const each of navigator.languages) {
    const base = each.split("-")[0];
    if (isLanguage(base)) return base;
  }
  return "en";
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false }, // React shows text as text.
    returnEmptyString: false,
  });
  await speak(preferred()).catch(() => undefined);
}

export async function speak(language: Language, keep = false): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await tables[language]()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (keep) localStorage.setItem(KEPT, language);
}

// A word from the server that has no text of its own is shown as it is: better than nothing.
export function word(prefix: string, value: string | null | undefined): string {
  if (!value) return "";
  const key = `${prefix}.${value}`;
  return i18next.exists(key) ? i18next.t(key as "none") : value.replaceAll("_", " ");
}

// The locale of dates and numbers: the browser's own where it speaks the chosen language (en-GB is not en-US).
export function locale(): string {
  const language = i18next.language || "en";
  return navigator.languages.find((each) => each.split("-")[0] === language) ?? language;
}
