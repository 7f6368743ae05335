// The row of tools: mode, lock, sound of all; and the chair's own camera and microphone.

import { devices } from "./devices.js";
import { byId, create, fill, setText, show } from "./dom.js";
import { icon, setIcon } from "./icons.js";
import { t } from "./language.js";

const modes = ["discussion", "lecture", "conference"];

export class HostTools {
  constructor(conduct) {
    this.conduct = conduct;
    this.room = conduct.room;
    this.modes = byId("modes");
    this.buttons = new Map(modes.map((mode) => [mode, this.modeButton(mode)]));
    this.modes.append(...this.buttons.values());
    this.lock = this.tool("lock", "lock", () => conduct.turnLock());
    this.muteAll = this.tool("mute-all", "microphoneOff", () => this.all(true));
    this.unmuteAll = this.tool("unmute-all", "microphone", () => this.all(false));
  }

  tool(id, drawing, call) {
    const button = byId(id), holder = create("span", { class: "holder" });
    setIcon(holder, drawing);
    button.append(holder, create("span"));
    button.addEventListener("click", call);
    return button;
  }

  modeButton(mode) {
    const button = create("button", { type: "button", role: "radio", data: { mode } });
    button.addEventListener("click", () => this.conduct.mode(mode));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.buttons.get(modes[(modes.indexOf(mode) + step + modes.length) % modes.length]).focus();
    });
    return button;
  }

  async all(muted) {
    const done = await (muted ? this.conduct.muteAll() : this.conduct.unmuteAll());
    if (done) this.conduct.say(t(muted ? "muted.all" : "unmuted.all"), "good");
  }

  update() {
    const { mode, locked, title } = this.room.info;
    setText(byId("title"), title || t("host.title"));
    byId("title").title = title ?? "";
    const focused = this.modes.contains(document.activeElement);
    for (const [name, button] of this.buttons) {
      setText(button, t(`mode.${name}`));
      button.title = t(`mode.${name}.help`);
      button.setAttribute("aria-checked", String(name === mode));
      button.disabled = !this.conduct.may("mode");
      if (!focused) button.tabIndex = name === (mode ?? modes[0]) ? 0 : -1;
    }
    setIcon(this.lock.firstChild, locked ? "lock" : "unlock");
    setText(this.lock.lastChild, t(locked ? "lock.unlock" : "lock.lock"));
    this.lock.setAttribute("aria-pressed", String(Boolean(locked)));
    this.lock.disabled = !this.conduct.may("lock");
    setText(this.muteAll.lastChild, t("mute.all"));
    setText(this.unmuteAll.lastChild, t("unmute.all"));
    this.muteAll.disabled = !this.conduct.may("mute");
    this.unmuteAll.disabled = !this.conduct.may("unmute");
  }
}

/** The chair's own camera and microphone: switches, and the choice of devices. */
export class OwnDevices {
  /** @param local `LocalMedia`. */
  constructor(conduct, local) {
    this.conduct = conduct;
    this.local = local;
    this.microphone = this.tool("own-microphone", () => local.switchMicrophone(!local.microphoneOn));
    this.camera = this.tool("own-camera", () => local.switchCamera(!local.cameraOn));
    this.choice = this.tool("own-devices", () => this.ask());
    setIcon(this.choice.firstChild, "settings");
    local.addEventListener("change", () => this.update());
    local.addEventListener("trouble", ({ detail }) => this.complain(detail));
    show(byId("own"), true);
    this.update();
  }

  tool(id, call) {
    const button = byId(id);
    button.append(create("span", { class: "holder" }), create("span"));
    button.addEventListener("click", call);
    return button;
  }

  update() {
    const say = (button, name, on, drawing) => {
      setIcon(button.firstChild, on ? drawing : `${drawing}Off`);
      setText(button.lastChild, `${t(name)}: ${t(on ? "own.on" : "own.off")}`);
      button.setAttribute("aria-pressed", String(on));
    };
    say(this.microphone, "own.microphone", this.local.microphoneOn, "microphone");
    say(this.camera, "own.camera", this.local.cameraOn, "camera");
    this.choice.setAttribute("aria-label", t("own.devices"));
    this.choice.title = t("own.devices");
  }

  complain({ kind, cause, label }) {
    const what = t(kind === "audio" ? "own.microphone" : "own.camera");
    this.conduct.say(t(`trouble.${cause}`, { what, label }), cause === "other" ? "fair" : "bad");
  }

  async ask() {
    const dialog = byId("devices"), { cameras, microphones } = await devices();
    const close = create("button", { type: "button", class: "primary", text: t("devices.close"), on: { click: () => dialog.close() } });
    fill(dialog, create("div", { class: "stack" },
      create("h2", { id: "devices-title", text: t("devices.title") }),
      ...this.field("devices.microphone", "choose-microphone", microphones, this.local.chosen.audio, (id) => this.local.setMicrophone(id)),
      ...this.field("devices.camera", "choose-camera", cameras, this.local.chosen.video, (id) => this.local.setCamera(id)),
      create("p", { class: "buttons" }, close)));
    dialog.showModal();
  }

  field(name, id, list, chosen, choose) {
    const option = (value, text) => create("option", { value, text });
    const select = create("select", { id, on: { change: () => choose(select.value === "default" ? null : select.value) } },
      option("default", t("devices.default")), ...list.map((item) => option(item.id, item.label || item.id)), option("", t("devices.none")));
    select.value = chosen === null ? "default" : chosen;
    // What was chosen is not there any more.
    if (select.selectedIndex < 0) select.value = "default";
    return [create("label", { for: id, text: t(name) }), select];
  }
}

/** What is wrong with picture and sound, and the button that browsers ask for before they play sound. */
export class MediaSign {
  constructor(element, media) {
    this.element = element;
    this.media = media;
    this.text = create("span", { role: "status" });
    this.resume = create("button", { type: "button", class: "primary", hidden: true, on: { click: () => media.resume() } },
      icon("speaker"), create("span"));
    element.append(this.text, this.resume);
    media.addEventListener("sound", () => show(this.resume, true));
    media.addEventListener("heard", () => show(this.resume, false));
    media.addEventListener("state", () => this.update());
  }

  /** While the browser asks whether it may use camera and microphone, there is no picture yet. */
  ask(isAsking) {
    this.isAsking = isAsking;
    this.update();
  }

  update() {
    const { state, end } = this.media;
    const words = { lost: () => t("media.lost"), joining: () => t("media.joining"), ended: () => t("media.ended", { text: end?.text || end?.code || "" }) };
    setText(this.text, words[state]?.() ?? (this.isAsking ? t("media.asking") : ""));
    this.element.dataset.media = state;
    setText(this.resume.lastChild, t("sound.resume"));
  }
}
