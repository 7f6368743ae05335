// The card of the chosen point: what is known of it, and what can be done with it.

import { span } from "./board.js";
import { byId, create, fill, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { presenceShapes, reshape, shape } from "./shapes.js";

export class ChosenPoint {
  /** @param conduct Carries out what is pressed. @param write Called with a code, to write it a message. */
  constructor(conduct, { write, back }) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.code = null;
    this.element = byId("chosen");
    this.none = create("p", { class: "dim" });
    this.sign = shape("ring");
    this.name = create("h2", { class: "clip" });
    this.state = create("span", { class: "state" }, this.sign, create("span"));
    this.facts = create("p", { class: "facts dim" });
    this.people = create("p", { class: "people clip" });
    this.deeds = this.makeDeeds(write);
    const buttons = create("div", { class: "deeds" }, ...Object.values(this.deeds).map(({ button }) => button));
    this.card = create("div", { class: "card" },
      create("div", { class: "bar" }, this.name, this.state), this.facts, this.people, buttons);
    fill(this.element, this.none, this.card);
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") back();
    });
    this.update();
  }

  makeDeeds(write) {
    const { conduct } = this;
    return {
      show: this.deed("p", "picture", (code) => conduct.show(code)),
      program: this.deed("c", "plus", (code) => conduct.turnProgram(code)),
      floor: this.deed("g", "hand", (code) => conduct.turnFloor(code)),
      sound: this.deed("m", "microphoneOff", (code) => conduct.turnSound(code)),
      write: this.deed("n", "message", write),
      remove: this.deed("x", "leave", (code) => this.remove(code)),
    };
  }

  deed(key, drawing, call) {
    const text = create("span");
    const button = create("button", { type: "button", "aria-keyshortcuts": key, on: { click: () => call(this.code) } },
      icon(drawing), text, create("kbd", { "aria-hidden": "true", text: key.toUpperCase() }));
    return { key, button, text, call };
  }

  /** Shows a point; null for none. */
  choose(code) {
    this.code = code;
    this.update();
  }

  /** Does what a letter stands for; whether there is such a letter. */
  press(key, code) {
    const deed = Object.values(this.deeds).find((item) => item.key === key);
    if (!deed) return false;
    if (!deed.button.disabled) deed.call(code);
    return true;
  }

  /** Brings the focus to the first thing that can be done. */
  focus() { Object.values(this.deeds).find(({ button }) => !button.disabled)?.button.focus(); }

  update() {
    const line = this.room.roster.get(this.code);
    show(this.card, line);
    show(this.none, !line);
    setText(this.none, t("chosen.none"));
    if (!line) return;
    setText(this.name, line.name);
    this.name.title = line.name;
    this.state.dataset.state = line.state;
    reshape(this.sign, presenceShapes[line.state] ?? "ring");
    this.tick();
    this.writePeople(line);
    this.writeDeeds(line);
  }

  /** Time goes by. */
  tick() {
    const line = this.room.roster.get(this.code);
    if (!line) return;
    const time = span(this.room.now() - line.since);
    const state = line.departure === "removed" ? t("chosen.removed") : t("chosen.since", { state: t(`state.${line.state}`), time });
    setText(this.state.lastChild, state);
    const facts = [line.code, t(`kind.${line.kind}`)];
    if (line.parent) facts.push(this.room.name(line.parent));
    const contact = [line.contactName, line.contactTelephone].filter(Boolean).join(" · ");
    if (contact) facts.push(`${t("chosen.contact")}: ${contact}`);
    setText(this.facts, facts.join(" · "));
  }

  writePeople(line) {
    const list = (line.delegateList ?? []).map(({ name, post }) => post ? `${name} (${post})` : name);
    const count = line.delegates ?? list.length;
    show(this.people, count > 0);
    const text = [t("chosen.delegates", { n: count }), list.join("; ")].filter(Boolean).join(": ");
    setText(this.people, text);
    this.people.title = text;
  }

  writeDeeds(line) {
    const { deeds, conduct } = this;
    const holds = this.room.holds(line.code), isRemoved = line.departure === "removed";
    const inside = ["present", "connecting", "silent"].includes(line.state);
    const say = (deed, name, possible) => {
      setText(deed.text, t(name));
      deed.button.disabled = !possible;
    };
    say(deeds.show, "do.show", conduct.may("program"));
    say(deeds.program, this.room.program.program.includes(line.code) ? "do.unprogram" : "do.program", conduct.may("program"));
    say(deeds.floor, holds ? "do.take" : "do.give", holds ? conduct.may("take") : conduct.may("give") && inside);
    say(deeds.sound, line.muted ? "do.unmute" : "do.mute", conduct.may("mute") && (line.muted || !conduct.isChair(line.code)));
    say(deeds.write, "do.message", conduct.may("message"));
    say(deeds.remove, isRemoved ? "do.readmit" : "do.remove", conduct.may("remove") && !conduct.isChair(line.code));
    deeds.remove.button.classList.toggle("danger", !isRemoved);
  }

  remove(code) {
    const line = this.room.roster.get(code);
    if (!line) return;
    if (line.departure === "removed") this.conduct.readmit(code);
    else this.askToRemove(line);
  }

  askToRemove(line) {
    const dialog = byId("remove"), reason = byId("reason");
    setText(byId("remove-title"), t("remove.title", { name: line.name }));
    reason.value = "";
    dialog.returnValue = "";
    byId("remove-cancel").onclick = () => dialog.close();
    dialog.onclose = async () => {
      if (dialog.returnValue !== "remove") return;
      const done = await this.conduct.remove(line.code, reason.value.trim());
      if (done) this.conduct.say(t("removed.done", { name: line.name }));
    };
    dialog.showModal();
    reason.focus();
  }
}
