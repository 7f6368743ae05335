// The pictures that everybody sees, with captions, and the programme that chooses them.

import { byId, create, fill, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { reconcile } from "./lists.js";
import { t } from "./language.js";

/** One picture slot: its video, its caption, and what stands there without a picture. */
class Picture {
  constructor(figure, index) {
    this.index = index;
    this.figure = figure;
    this.video = create("video", { autoplay: true, playsinline: true });
    this.video.muted = true;
    this.nothing = create("p", { class: "nothing" });
    this.speaker = create("span", { class: "speaks" }, icon("speaker"));
    this.name = create("span", { class: "clip" });
    this.code = create("span", { class: "code dim" });
    this.caption = create("figcaption", { class: "caption" }, this.speaker, this.name, this.code);
    fill(figure, this.video, this.nothing, this.caption);
  }

  /** Shows a stream, or none. */
  attach(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    if (stream) this.video.play().catch(() => {});
  }

  update(room, slot) {
    const code = slot?.point ?? null;
    const state = code === null ? "empty" : slot.state;
    const name = code === null ? "" : room.name(code);
    const speaks = code !== null && room.speaking === code;
    this.figure.dataset.slot = state;
    this.figure.dataset.point = code ?? "";
    this.figure.dataset.speaking = String(speaks);
    show(this.speaker, speaks);
    const screen = slot?.source === "screen" ? ` – ${t("stage.screen")}` : "";
    setText(this.name, name + screen);
    setText(this.code, code);
    this.name.title = name;
    show(this.caption, name !== "");
    setText(this.nothing, t({ waiting: "stage.waiting", codec: "stage.codec" }[state] ?? "stage.empty"));
    show(this.nothing, state !== "on");
    show(this.video, state === "on");
    const label = this.index === 0 ? t("stage.main") : t("stage.small", { n: this.index });
    this.figure.setAttribute("aria-label", name ? `${label}: ${name}` : label);
  }
}

export class HostStage {
  constructor(conduct, media) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.media = media;
    this.program = byId("program");
    this.self = create("p", { class: "self", hidden: true });
    this.pictures = [new Picture(byId("main"), 0)];
    byId("main").append(this.self);
    byId("program-default").addEventListener("click", () => conduct.program([]));
    media.addEventListener("tracks", () => this.attach());
  }

  /** As many pictures as slots are received. */
  setSlots(count) {
    while (this.pictures.length < count) {
      const figure = create("figure", { class: "picture" });
      byId("small").append(figure);
      this.pictures.push(new Picture(figure, this.pictures.length));
    }
    while (this.pictures.length > Math.max(1, count)) this.pictures.pop().figure.remove();
    show(byId("small"), count > 1);
    byId("small").dataset.count = String(count - 1);
    this.attach();
    this.update();
  }

  attach() { for (const picture of this.pictures) picture.attach(this.media.picture(picture.index)); }

  update() {
    for (const picture of this.pictures) picture.update(this.room, this.room.slot("picture", picture.index));
    // Nobody gets their own picture back: the main slot then shows the next one.
    const [main] = this.room.program.seen;
    show(this.self, main !== undefined && main === this.room.you?.point);
    setText(this.self, t("stage.self", { name: this.room.name(main) }));
    this.writeProgram();
  }

  writeProgram() {
    const wanted = this.room.program.program;
    const items = wanted.length ? wanted : [null];
    reconcile(this.program, items, {
      key: (code) => code ?? "default",
      make: (key) => key === "default" ? create("li", { class: "dim" }) : this.makeEntry(key),
      fill: (entry, code, index) => code === null ? setText(entry, t("program.bySpeaker")) : this.writeEntry(entry, code, index) });
    byId("program-default").disabled = wanted.length === 0 || !this.conduct.may("program");
  }

  makeEntry(code) {
    const first = create("button", { type: "button", class: "first", on: { click: () => this.conduct.show(code) } },
      create("strong", { class: "number" }), create("span", { class: "clip" }));
    const out = create("button", { type: "button", class: "out", on: { click: () => this.conduct.turnProgram(code) } }, icon("cross"));
    return create("li", {}, first, out);
  }

  writeEntry(entry, code, index) {
    const [first, out] = entry.children, name = this.room.name(code);
    setText(first.firstChild, index + 1);
    setText(first.lastChild, name);
    first.setAttribute("aria-label", t("program.first", { name }));
    first.title = name;
    out.setAttribute("aria-label", t("program.out", { name }));
    out.title = t("program.out", { name });
  }
}
