// What the palette finds: whatever has each typed word at the beginning of one of its own. Pure.

export interface Findable {
  label: string;
  /** What stands beside the label: found by that, too. */
  group: string;
}

const plain = (text: string) => text.normalize("NFKD").replace(/\p{Diacritic}/gu, "").toLocaleLowerCase();

export function found<Item extends Findable>(items: readonly Item[], query: string): Item[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return items.filter((item) => words.every((word) => has(item.label, word) || has(item.group, word)));
}

function has(text: string, word: string): boolean {
  const whole = plain(text);
  // Where words are not parted by blanks (Thai), a part of the text has to do.
  return whole.startsWith(word) || whole.split(/[\s:,.·+-]+/).some((each) => each.startsWith(word)) || (isUnparted(word) && whole.includes(word));
}

const isUnparted = (word: string) => /\p{Script=Thai}/u.test(word);
