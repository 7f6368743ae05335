// Before joining: which camera, which microphone, and whether they work.

import { LevelMeter, devices } from "./devices.js";
import { byId, create, fill, setText, show } from "./dom.js";
import { changes, t } from "./language.js";

const meterEvery = 80;

/** Two lists of devices and a level meter, kept in step with a `LocalMedia`. */
export class DeviceForm {
  /** @param prefix The ids are `${prefix}camera`, `${prefix}microphone`, `${prefix}level`; @param says their status line. */
  constructor({ local, prefix, says }) {
    Object.assign(this, { local, says });
    this.lists = { video: byId(`${prefix}camera`), audio: byId(`${prefix}microphone`) };
    this.level = byId(`${prefix}level`);
    this.trouble = {};
    this.lists.video.addEventListener("change", () => this.#choose("video"));
    this.lists.audio.addEventListener("change", () => this.#choose("audio"));
    local.addEventListener("devices", () => this.refresh());
    local.addEventListener("change", () => this.#changed());
    local.addEventListener("trouble", ({ detail }) => {
      if (detail.cause !== "other") this.trouble[detail.kind] = detail.cause;
      this.refresh();
    });
    changes.addEventListener("change", () => this.refresh());
  }

  /** Starts to show the level; `stop` ends it. */
  start() {
    this.running = true;
    this.#listen();
    this.refresh();
  }

  stop() {
    this.running = false;
    clearInterval(this.timer);
    this.meter?.stop();
    this.meter = null;
  }

  /** Reads the devices anew. */
  async refresh() {
    const { cameras, microphones } = await devices();
    this.#list(this.lists.video, cameras, "video", "join.camera", "join.noCamera");
    this.#list(this.lists.audio, microphones, "audio", "join.microphone", "join.noMicrophone");
    this.none = cameras.length + microphones.length === 0;
    this.render();
  }

  /** Says what is wrong, or that all is well. */
  render() {
    const causes = Object.values(this.trouble);
    let text = t(this.waiting ? "join.press" : "join.fine"), kind = this.waiting ? "fair" : "good";
    if (this.asking) [text, kind] = [t("join.asking"), "fair"];
    else if (causes.includes("denied")) [text, kind] = [t("join.denied"), "bad"];
    else if (this.none) [text, kind] = [t("join.noDevice"), "bad"];
    else if (causes.length > 0) {
      const isVideo = Boolean(this.trouble.video), what = t(isVideo ? "join.camera" : "join.microphone");
      const cause = isVideo ? this.trouble.video : this.trouble.audio;
      [text, kind] = [t(cause === "none" ? "trouble.none" : "join.busy", { what }), "bad"];
    }
    setText(this.says, text);
    this.says.dataset.kind = kind;
  }

  #list(list, found, kind, name, none) {
    const wanted = this.local.tracks[kind]?.getSettings().deviceId ?? this.local.chosen[kind];
    // What was chosen may be unplugged.
    const present = found.some(({ id }) => id === wanted) ? wanted : null;
    const options = found.map(({ id, label }, index) =>
      create("option", { value: id, text: label || `${t(name)} ${index + 1}`, selected: id === present }));
    options.push(create("option", { value: "", text: t(none), selected: this.local.chosen[kind] === "" || !present }));
    fill(list, ...options);
  }

  /** A meter that the browser holds back stands still, and it is not the microphone's fault. */
  #wait(isWaiting) {
    if (this.waiting === isWaiting) return;
    this.waiting = isWaiting;
    this.render();
  }

  #choose(kind) {
    delete this.trouble[kind];
    const id = this.lists[kind].value;
    if (kind === "video") {
      this.local.wanted.video = true;
      this.local.setCamera(id);
    } else this.local.setMicrophone(id);
    this.render();
  }

  #changed() {
    this.waiting = false;
    for (const kind of ["audio", "video"]) if (this.local.tracks[kind]) delete this.trouble[kind];
    if (this.running) this.#listen();
    this.render();
  }

  #listen() {
    const track = this.local.tracks.audio;
    if (this.meter && this.heard === track) return;
    this.meter?.stop();
    clearInterval(this.timer);
    this.heard = track;
    this.level.value = 0;
    this.meter = track ? new LevelMeter(track) : null;
    if (!this.meter) return;
    this.timer = setInterval(() => {
      this.level.value = this.meter.read();
      this.#wait(this.meter.isWaiting);
    }, meterEvery);
  }
}

/** The first page. Calls `enter` when the user goes in. */
export class Lobby {
  constructor({ local, room, point, enter }) {
    Object.assign(this, { local, room, point, enter });
    this.form = local ? new DeviceForm({ local, prefix: "", says: byId("lobby-says") }) : null;
    byId("lobby-form").addEventListener("submit", (event) => { event.preventDefault(); this.#go(); });
    changes.addEventListener("change", () => this.#render());
    local?.addEventListener("change", () => this.#preview());
    if (!local) for (const part of document.querySelectorAll("#lobby label, #lobby select, #lobby meter, #lobby .dim, .preview")) show(part, false);
  }

  async open() {
    this.#render();
    byId("go").focus();
    if (!this.form) return;
    this.form.asking = true;
    this.form.start();
    await this.local.open();
    this.form.asking = false;
    await this.form.refresh();
  }

  #render() {
    const { point, room } = this;
    setText(byId("lobby-as"), t(point ? "join.as" : "join.watch", { point, room }));
    if (!this.form) setText(byId("lobby-says"), t("join.watch", { room }));
    this.#preview();
  }

  #preview() {
    const track = this.local?.tracks.video ?? null, video = byId("preview");
    show(byId("preview-nothing"), track === null);
    if (video.srcObject?.getVideoTracks()[0] === track) return;
    video.srcObject = track ? new MediaStream([track]) : null;
  }

  #go() {
    this.form?.stop();
    byId("preview").srcObject = null;
    this.enter();
  }
}
