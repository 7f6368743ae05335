// The roster: search, filters, rows, of which only those in view are in the document.

import { Chips } from "./board.js";
import { byId, create, show } from "./dom.js";
import { setIcon } from "./icons.js";
import { number, t } from "./language.js";
import { fillPlaces, presenceStates, RosterIndex } from "./roster-index.js";
import { presenceShapes, reshape, shape } from "./shapes.js";
import { mark, VirtualList, write } from "./virtual-list.js";

const filters = [
  { value: "all" },
  ...presenceStates.map((state) => ({ value: state, outline: presenceShapes[state], state })),
  { value: "hands" }, { value: "muted" }, { value: "removed" },
];

function filterName(value) {
  return presenceStates.includes(value) ? t(`state.${value}`) : t(`filter.${value}`);
}

export class HostRoster {
  /**
   * @param conduct Carries out what is pressed. @param choose Called with the code of the row that became active.
   * @param open Called on Enter. @param press Called with (key, code) for letters; true if it used it.
   */
  constructor(conduct, { choose, open, press }) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.index = new RosterIndex(this.room);
    this.filter = "all";
    this.search = byId("search");
    this.place = byId("place");
    this.chips = new Chips(byId("states"), filters, filterName, (value) => {
      this.filter = value;
      this.select();
    });
    this.list = new VirtualList(byId("rows"), {
      height: 2.3, make: () => this.make(), fill: (row, code, _, active) => this.write(row, code, active),
      choose, open, press: (event, code) => code !== null && press(event.key.toLowerCase(), code) });
    this.search.addEventListener("input", () => this.select());
    this.search.addEventListener("keydown", (event) => this.leaveSearch(event));
    this.place.addEventListener("change", () => this.select());
  }

  /** The whole roster is new, or names in it. */
  renew() {
    this.index.renew();
    fillPlaces(this.place, this.index, t);
    this.select();
  }

  /** Some points changed: `codes`; whether one entered or left the filter is judged anew. */
  update(codes) {
    this.note();
    if (this.filter !== "all") this.select();
    else this.list.refresh(codes);
    this.count();
  }

  /** Floor, programme or speaker changed: all rows in view may look different. */
  updateAll() {
    this.note();
    if (this.filter === "hands") this.select();
    this.list.refresh();
    this.count();
  }

  /** Texts in another language. */
  retell() {
    fillPlaces(this.place, this.index, t);
    this.updateAll();
  }

  note() {
    const { floor, program } = this.room;
    this.places = new Map(floor.queue.map(({ point, position }) => [point, position]));
    this.holders = new Set(floor.holders.map(({ point }) => point));
    this.seen = new Map(program.seen.map((code, index) => [code, index + 1]));
  }

  select() {
    this.note();
    const codes = this.index.select({ text: this.search.value, place: this.place.value, fits: this.fits() });
    show(byId("nobody"), codes.length === 0);
    this.list.setKeys(codes);
    this.list.refresh();
    this.count();
  }

  fits() {
    switch (this.filter) {
      case "all": return null;
      case "hands": return (line) => this.places.has(line.code);
      case "muted": return (line) => line.muted;
      case "removed": return (line) => line.departure === "removed";
      default: return (line) => line.state === this.filter;
    }
  }

  count() {
    const counts = this.index.counts();
    counts.hands = this.room.floor.queue.length;
    this.chips.update(counts);
    const removed = this.chips.chips.at(-1);
    show(removed.button, counts.removed > 0 || this.filter === removed.value);
    write(byId("present"), `${number(counts.present)}/${number(counts.all)}`);
  }

  leaveSearch(event) {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    const [first] = this.list.keys;
    if (first === undefined) return;
    this.list.activate(first);
    this.list.viewport.focus();
  }

  make() {
    const row = create("div", { class: "row" });
    const part = (name) => {
      const element = create("span", { class: name });
      row.append(element);
      return element;
    };
    row.parts = { shape: shape("ring") };
    row.append(row.parts.shape);
    for (const name of ["code", "name", "hand", "sound", "seen"]) row.parts[name] = part(name);
    row.parts.words = part("aside");
    row.parts.floor = this.button(row, (code) => this.conduct.turnFloor(code));
    row.parts.show = this.button(row, (code) => this.conduct.show(code));
    setIcon(row.parts.show, "picture");
    return row;
  }

  // For the pointer only: with keys the list has letters, and the card of the chosen point has buttons.
  button(row, deed) {
    const button = create("button", { type: "button", class: "deed", tabindex: "-1", "aria-hidden": "true",
      on: { click: () => deed(row.key), mousedown: (event) => this.keepFocus(event) } });
    row.append(button);
    return button;
  }

  /** The list keeps the keyboard: a row's button may be another row's a moment later. */
  keepFocus(event) {
    event.preventDefault();
    this.list.viewport.focus({ preventScroll: true });
  }

  write(row, code, active) {
    const line = this.room.roster.get(code), { parts } = row;
    if (!line) return;
    const speaks = this.room.speaking === code, holds = this.holders.has(code), place = this.places.get(code);
    reshape(parts.shape, presenceShapes[line.state] ?? "ring", line.state);
    write(parts.code, code);
    write(parts.name, line.name);
    mark(parts.name, "title", line.name);
    mark(row, "data-active", active ? "true" : null);
    mark(row, "data-present", line.state === "present" ? "true" : null);
    write(parts.hand, place ? String(place) : "");
    mark(parts.hand, "data-up", place ? "true" : null);
    this.writeSound(parts.sound, line, speaks);
    mark(parts.sound, "data-holds", holds ? "true" : null);
    write(parts.seen, this.seen.has(code) ? String(this.seen.get(code)) : "");
    mark(parts.seen, "data-on", this.seen.has(code) ? "true" : null);
    setIcon(parts.floor, holds ? "microphoneOff" : "hand");
    mark(parts.floor, "title", t(holds ? "row.take" : "row.give", { name: line.name }));
    mark(parts.show, "title", t("row.show", { name: line.name }));
    write(parts.words, this.words(line, { speaks, holds, place }));
  }

  writeSound(element, line, speaks) {
    const sounds = line.audio && line.state === "present";
    const name = line.muted ? "microphoneOff" : speaks ? "speaker" : sounds ? "microphone" : "";
    mark(element, "data-kind", line.muted ? "muted" : speaks ? "speaks" : sounds ? "sounds" : null);
    if (name) setIcon(element, name);
  }

  words(line, { speaks, holds, place }) {
    const words = [t(`state.${line.state}`)];
    if (speaks) words.push(t("row.speaking"));
    if (holds) words.push(t("row.holds"));
    if (place) words.push(t("row.queued", { n: place }));
    if (line.muted) words.push(t("row.muted"));
    if (this.room.program.seen[0] === line.code) words.push(t("row.main"));
    return `, ${words.join(", ")}`;
  }
}
