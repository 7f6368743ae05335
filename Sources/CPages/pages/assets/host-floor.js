// Who has the floor and who asks for it, each with one click to give, take and decline.

import { span } from "./board.js";
import { byId, create, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./lists.js";
import { t } from "./language.js";

const longest = 60;

export class HostFloor {
  constructor(conduct) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.holders = byId("holders");
    this.queue = byId("queue");
  }

  update() {
    const { holders, queue } = this.room.floor;
    setText(byId("holder-count"), holders.length || "");
    setText(byId("queue-count"), queue.length || "");
    this.writeList(this.holders, holders, "floor.noHolders", (key) => this.makeHolder(key), (...all) => this.writeHolder(...all));
    this.writeList(this.queue, queue, "floor.noQueue", (key) => this.makeWaiting(key), (...all) => this.writeWaiting(...all));
  }

  /** Time goes by. */
  tick() { this.update(); }

  writeList(list, entries, nothing, make, write) {
    const items = entries.slice(0, longest);
    if (!entries.length) items.push({ point: "", note: t(nothing) });
    if (entries.length > longest) items.push({ point: "", note: t("floor.more", { n: entries.length - longest }) });
    reconcile(list, items, {
      key: ({ point }) => point,
      make: (key) => key === "" ? create("li", { class: "dim note" }) : make(key),
      fill: (entry, item) => item.note ? setText(entry, item.note) : write(entry, item) });
  }

  entry(code, ...buttons) {
    const name = create("strong", { class: "clip" }), note = create("span", { class: "dim number" });
    const place = create("span", { class: "place number" });
    return create("li", { class: "entry" }, place, create("span", { class: "who" }, name, note), ...buttons);
  }

  button(drawing, style, call) {
    return create("button", { type: "button", class: style, on: { click: call } },
      drawing ? icon(drawing) : null, create("span"));
  }

  makeHolder(code) {
    return this.entry(code,
      this.button("picture", "only-icon", () => this.conduct.show(code)),
      this.button(null, "", () => this.conduct.take(code)));
  }

  makeWaiting(code) {
    return this.entry(code,
      this.button("cross", "only-icon", () => this.conduct.take(code)),
      this.button(null, "primary", () => this.conduct.give(code)));
  }

  writeEntry(entry, point, note) {
    const [name, time] = entry.querySelector(".who").children;
    setText(name, this.room.name(point));
    name.title = this.room.name(point);
    setText(time, note);
  }

  writeButton(button, word, label, possible) {
    if (!button.classList.contains("only-icon")) setText(button.lastChild, word);
    button.setAttribute("aria-label", label);
    button.title = label;
    button.disabled = !possible;
  }

  writeHolder(entry, { point, since }) {
    const name = this.room.name(point), [look, take] = entry.querySelectorAll("button");
    const speaks = this.room.speaking === point;
    entry.dataset.speaking = String(speaks);
    if (!entry.firstChild.firstChild) entry.firstChild.append(icon("speaker"));
    const note = [point, span(this.room.now() - since), speaks ? t("row.speaking") : null].filter(Boolean);
    this.writeEntry(entry, point, note.join(" · "));
    this.writeButton(look, "", t("row.show", { name }), this.conduct.may("program"));
    this.writeButton(take, t("do.take.short"), t("row.take", { name }), this.conduct.may("take"));
  }

  writeWaiting(entry, { point, position, since }) {
    const name = this.room.name(point), [deny, give] = entry.querySelectorAll("button");
    setText(entry.firstChild, position);
    this.writeEntry(entry, point, `${point} · ${t("floor.waits", { time: span(this.room.now() - since) })}`);
    this.writeButton(deny, "", `${t("do.deny")}: ${name}`, this.conduct.may("take"));
    this.writeButton(give, t("do.give.short"), t("row.give", { name }), this.conduct.may("give"));
  }
}
