// The roster made ready for searching, filtering and counting.

import { matches, prepare, query } from "./search.js";

export const presenceStates = ["present", "connecting", "silent", "expected", "absent"];
export const kinds = ["central", "province", "commune"];

/** Reads the room's roster; `renew` after points came, went or changed their names. */
export class RosterIndex {
  constructor(room) {
    this.room = room;
    this.texts = new Map();
    this.parents = [];
    this.order = new Map();
  }

  /** Prepares names and codes for the search. */
  renew() {
    const { roster } = this.room;
    const parents = new Set();
    this.order.clear();
    for (const line of roster.values()) {
      this.order.set(line.code, this.order.size);
      if (line.parent) parents.add(line.parent);
      const name = line.name ?? "";
      const known = this.texts.get(line.code);
      if (!known || known.name !== name) this.texts.set(line.code, { name, text: prepare(`${line.code} ${name}`) });
    }
    for (const code of this.texts.keys()) if (!roster.has(code)) this.texts.delete(code);
    this.parents = [...parents].filter((code) => roster.has(code));
  }

  /** Whether `renew` is due after a roster message. */
  isTouchedBy(message) {
    if (message.whole || message.removed?.length) return true;
    return (message.points ?? []).some((line) => {
      const known = this.texts.get(line.code);
      return !known || (line.name !== undefined && line.name !== known.name) || line.parent !== undefined;
    });
  }

  /**
   * The codes, in the roster's order, of the points that fit.
   *
   * @param text  What is searched for, in name and code.
   * @param place "" for all, `kind:commune` for a level, `of:CODE` for a point and those below it.
   * @param fits  A further condition on (line), or null.
   */
  select({ text = "", place = "", fits = null }) {
    const words = query(text);
    const within = this.within(place);
    const codes = [];
    for (const line of this.room.roster.values()) {
      if (fits && !fits(line)) continue;
      if (!within(line)) continue;
      const known = this.texts.get(line.code);
      if (words.length && !(known && matches(words, known.text))) continue;
      codes.push(line.code);
    }
    return codes;
  }

  within(place) {
    const at = place.indexOf(":");
    const value = place.slice(at + 1);
    if (at < 0) return () => true;
    if (place.startsWith("kind:")) return (line) => line.kind === value;
    return (line) => line.code === value || line.parent === value;
  }

  /** How many points are in each state, muted, and in all. */
  counts() {
    const counts = { all: 0, present: 0, connecting: 0, silent: 0, expected: 0, absent: 0, muted: 0, removed: 0 };
    for (const line of this.room.roster.values()) {
      counts.all += 1;
      if (line.state in counts) counts[line.state] += 1;
      if (line.muted) counts.muted += 1;
      if (line.departure === "removed") counts.removed += 1;
    }
    return counts;
  }
}

/** Fills a choice of places: all, the levels that there are, then each point that has others below it. */
export function fillPlaces(choice, index, texts) {
  const chosen = choice.value;
  const option = (value, text) => {
    const item = document.createElement("option");
    item.value = value;
    item.textContent = text;
    return item;
  };
  const group = (label, items) => {
    const element = document.createElement("optgroup");
    element.label = label;
    element.append(...items);
    return element;
  };
  const present = new Set([...index.room.roster.values()].map((line) => line.kind));
  const levels = kinds.filter((kind) => present.has(kind)).map((kind) => option(`kind:${kind}`, texts(`kind.${kind}`)));
  const parents = index.parents.map((code) => option(`of:${code}`, index.room.name(code)));
  choice.replaceChildren(
    option("", texts("place.all")), group(texts("place.levels"), levels), group(texts("place.parents"), parents));
  choice.value = chosen;
  if (choice.selectedIndex < 0) choice.value = "";
}
