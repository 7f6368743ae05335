// The room as a bridge point sees it: pictures, who speaks, the own hand, the own line.

import { announce, byId, setAttribute, setText, shortcuts, show } from "./dom.js";
import { setIcon } from "./icons.js";
import { DelegatesForm } from "./join-delegates.js";
import { DeviceForm } from "./join-lobby.js";
import { MessagesPanel } from "./join-messages.js";
import { PictureStage } from "./join-pictures.js";
import { changes, errorText, t } from "./language.js";

const noticeKinds = {
  "floor-given": "good", "unmuted": "good", "floor-taken": "fair", "floor-denied": "fair", "muted": "fair",
  "restarted": "fair", "state-lost": "fair",
};
const lineEvery = 1000;

/** Shows a room and does what its buttons and keys say. */
export class JoinRoom {
  constructor({ socket, local }) {
    Object.assign(this, { socket, local, media: null });
    this.state = socket.room;
    this.toasts = byId("toasts");
    this.stage = new PictureStage(socket.room, local);
    this.messages = new MessagesPanel({ socket, tell: (text, kind) => this.tell(text, kind) });
    this.delegates = new DelegatesForm(socket);
    this.devices = local ? new DeviceForm({ local, prefix: "room-", says: byId("devices-says") }) : null;
    this.#buttons();
    for (const type of ["welcome", "roster", "slots", "floor", "room", "speaking", "program"]) {
      socket.addEventListener(type, () => this.#soon());
    }
    socket.addEventListener("notice", ({ detail }) => this.tell(detail.text, noticeKinds[detail.code] ?? "info"));
    socket.addEventListener("refused", ({ detail }) => { this.elsewhere = detail.code === "point-elsewhere"; this.#strip(); });
    socket.addEventListener("state", () => this.#connection());
    local?.addEventListener("change", () => this.render());
    local?.addEventListener("trouble", ({ detail }) => this.#complain(detail));
    changes.addEventListener("change", () => this.render());
    this.open();
  }

  /** Says something at the top of the page, for a while. */
  tell(text, kind = "info") { announce(this.toasts, text, { kind }); }

  open() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.#line(), lineEvery);
    this.render();
    // Where the keyboard was is gone with the page before this one.
    byId("head").focus({ preventScroll: true });
  }

  close() {
    clearInterval(this.timer);
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  }

  /** Takes the media connection, once there is one. */
  attach(media) {
    this.media = media;
    media.addEventListener("tracks", () => this.stage.attach(media));
    media.addEventListener("state", () => this.#connection());
    media.addEventListener("sound", () => this.tell(t("room.sound"), "fair"));
    this.stage.attach(media);
  }

  // MARK: Buttons and keys

  #buttons() {
    const actions = {
      "hand": () => this.#hand(),
      "microphone-switch": () => this.local.switchMicrophone(!this.local.microphoneOn),
      "camera-switch": () => this.local.switchCamera(!this.local.cameraOn),
      "delegates-open": () => this.delegates.open(),
      "messages-open": () => this.messages.open(),
      "devices-open": () => this.#openDevices(),
      "leave": () => this.socket.leave(),
      "takeover": () => this.socket.connect({ takeover: true }),
    };
    for (const [id, act] of Object.entries(actions)) byId(id).addEventListener("click", act);
    const keys = { h: "hand", m: "microphone-switch", v: "camera-switch", d: "delegates-open", t: "messages-open", s: "devices-open" };
    const press = (id) => () => { if (!byId("room").hidden && !byId(id).hidden) byId(id).click(); };
    shortcuts(Object.fromEntries(Object.entries(keys).map(([key, id]) => [key, press(id)])));
    byId("devices-close").addEventListener("click", () => byId("devices").close());
    byId("devices").addEventListener("close", () => this.devices?.stop());
  }

  #openDevices() {
    byId("devices").showModal();
    this.devices.start();
  }

  /** A device went away in the middle of the conference, or could not be opened. */
  #complain({ kind, cause, label }) {
    const what = t(kind === "audio" ? "join.microphone" : "join.camera");
    this.tell(t(`trouble.${cause}`, { what, label }), cause === "other" ? "fair" : "bad");
  }

  async #hand() {
    const up = this.state.place(this.#code) > 0 || this.state.holds(this.#code);
    try {
      await this.socket.command(up ? "withdraw" : "ask");
    } catch (error) {
      this.tell(errorText(error), "bad");
    }
  }

  get #code() { return this.state.you?.point ?? null; }

  // MARK: The connection

  #connection() {
    const good = this.socket.state === "open" && (!this.media || this.media.state === "connected");
    if (this.socket.state === "open") this.elsewhere = false;
    if (good && this.broken) this.tell(t("connection.back"), "good");
    if (good) this.broken = false;
    else if (this.socket.state === "waiting" || this.media?.state === "lost") this.broken = true;
    this.#strip();
    this.#line();
  }

  #strip() {
    const strip = byId("strip");
    let name = null;
    if (this.elsewhere) name = "connection.elsewhere";
    else if (this.socket.state === "connecting" && !this.broken) name = "connection.connecting";
    else if (this.socket.isExpired) name = "end.token-expired";
    else if (this.socket.state !== "open") name = "connection.waiting";
    else if (this.media?.state === "lost") name = "connection.media";
    setText(byId("strip-words"), name ? t(name) : "");
    setText(byId("takeover"), t("connection.takeover"));
    show(byId("takeover"), name === "connection.elsewhere");
    strip.dataset.kind = this.broken || this.elsewhere ? "bad" : "fair";
    show(strip, name !== null);
  }

  #line() {
    const place = byId("line"), media = this.media;
    const state = this.socket.state === "open" || this.socket.state === "ended" || !media ? media?.quality() ?? "none" : "lost";
    const reason = media?.reason();
    place.dataset.state = state;
    setIcon(place.querySelector(".sign"), state);
    setText(place.querySelector(".words"), t(`line.${state}`));
    // Beside the live region: figures that change each second are not read out.
    setText(byId("line-why"), reason && state !== "lost" ? t(`why.${reason.cause}`, { value: reason.value }) : "");
  }

  // MARK: What is seen

  /** Many messages in a row are drawn once. */
  #soon() {
    if (this.planned) return;
    this.planned = true;
    requestAnimationFrame(() => { this.planned = false; this.render(); });
    // A page in the background draws no frames.
    if (document.hidden) { this.planned = false; this.render(); }
  }

  /** Draws everything but the line. */
  render() {
    const { info, you, me } = this.state;
    setText(byId("title"), info.title || info.id || this.socket.id);
    setText(byId("present"), info.present === undefined ? "" : t("room.present", { count: info.present }));
    setText(byId("locked"), t("room.locked"));
    show(byId("locked"), Boolean(info.locked));
    const name = me?.name ?? you?.point;
    setText(byId("own-name"), name ? `${name} · ` : "");
    this.stage.render();
    this.#voice();
    this.#queue();
    this.#speaking();
    this.#controls();
    this.#strip();
    this.#line();
  }

  #voice() {
    const { me } = this.state, place = byId("voice"), on = this.local?.microphoneOn ?? false;
    const isHeard = this.state.hears(this.#code);
    show(place, Boolean(me) && this.local !== null);
    if (!me) return;
    const isWaiting = this.state.place(this.#code) > 0;
    let name = isWaiting ? "room.notHeardYet" : "room.notHeard", sign = "microphoneOff", kind = "none";
    if (me.muted) [name, sign, kind] = [isWaiting ? "room.mutedYet" : "room.muted", "microphoneOff", "poor"];
    else if (isHeard && !on) [name, sign, kind] = ["room.heardSilent", "microphoneOff", "fair"];
    else if (this.state.holds(this.#code)) [name, sign, kind] = ["room.holding", "speaker", "good"];
    else if (isHeard) [name, sign, kind] = ["room.heard", "speaker", "good"];
    place.dataset.state = kind;
    setIcon(place.querySelector(".sign"), sign);
    setText(place.querySelector(".words"), t(name));
  }

  #queue() {
    const place = this.state.place(this.#code), count = this.state.floor.queue.length;
    setText(byId("queue"), place > 0 ? t("room.place", { place, count }) : "");
  }

  #speaking() {
    const code = this.state.speaking, place = byId("speaking");
    setIcon(place.querySelector(".sign"), "speaker");
    setText(place.querySelector(".words"), code ? t("room.speaking", { name: this.state.name(code) }) : t("room.nobody"));
    place.classList.toggle("dim", !code);
  }

  #controls() {
    const { local, socket } = this;
    const up = this.state.place(this.#code) > 0, holds = this.state.holds(this.#code);
    const label = (id, icon, text, { shown = true, pressed = null } = {}) => {
      const button = byId(id);
      setIcon(button.querySelector(".sign"), icon);
      setText(button.querySelector(".words"), t(text));
      if (pressed !== null) setAttribute(button, "aria-pressed", pressed ? "true" : "false");
      show(button, shown);
    };
    const ask = holds ? "room.release" : up ? "room.withdraw" : "room.ask";
    label("hand", "hand", ask, { shown: socket.may("ask"), pressed: up || holds });
    const microphone = local?.microphoneOn ?? false, camera = local?.cameraOn ?? false;
    label("microphone-switch", microphone ? "microphone" : "microphoneOff",
      microphone ? "room.microphoneOn" : "room.microphoneOff", { shown: local !== null });
    label("camera-switch", camera ? "camera" : "cameraOff", camera ? "room.cameraOn" : "room.cameraOff", { shown: local !== null });
    label("delegates-open", "people", "room.delegates", { shown: socket.may("delegates") });
    label("messages-open", "message", "room.messages");
    label("devices-open", "settings", "room.devices", { shown: local !== null });
    label("leave", "leave", "room.leave");
  }
}
