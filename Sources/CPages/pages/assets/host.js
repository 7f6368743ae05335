// The page of chair and operator: joins the room, hands each event to the parts that show it, once a picture.

import "./board-texts.js";
import "./host-texts.js";
import { ConnectionSign, dress, Gate, holdSeat, runClock, StaleStrip, unfit } from "./board.js";
import { LocalMedia } from "./devices.js";
import { byId } from "./dom.js";
import { ChosenPoint } from "./host-chosen.js";
import { Conduct } from "./host-conduct.js";
import { HostFloor } from "./host-floor.js";
import { HostMessages } from "./host-messages.js";
import { HostRoster } from "./host-roster.js";
import { HostStage } from "./host-stage.js";
import { HostTools, MediaSign, OwnDevices } from "./host-tools.js";
import { language } from "./language.js";
import { RoomMedia } from "./media.js";
import { RoomSocket } from "./socket.js";
import { credentials, payload, takeFragment } from "./token.js";
import { perFrame } from "./virtual-list.js";

const roles = ["chair", "operator"];

/** Everything of the page, for one participant. */
class Host {
  constructor({ token, room }) {
    const isChair = payload(token)?.role === "chair";
    this.local = isChair ? new LocalMedia() : null;
    // Nobody is heard before choosing to be.
    if (this.local) this.local.wanted.audio = false;
    this.socket = new RoomSocket({ token, room, device: "browser /host", language: language(), report: () => this.media?.report() ?? null });
    this.room = this.socket.room;
    this.media = new RoomMedia({ socket: this.socket, local: this.local });
    this.conduct = new Conduct(this.socket, byId("toasts"));
    this.makeParts();
    this.changed = new Set();
    this.touched = new Set();
    this.paint = perFrame(() => this.paintNow());
    this.listen();
    setInterval(() => {
      this.touch("time");
      this.stale.update();
    }, 1000);
  }

  makeParts() {
    const { conduct } = this;
    this.sign = new ConnectionSign(byId("connection"), this.socket);
    this.mediaSign = new MediaSign(byId("media"), this.media);
    this.stale = new StaleStrip(byId("stale"), this.socket, byId("desk"));
    this.gate = new Gate(byId("gate"), () => this.begin());
    this.tools = new HostTools(conduct);
    this.own = this.local ? new OwnDevices(conduct, this.local) : null;
    this.floor = new HostFloor(conduct);
    this.stage = new HostStage(conduct, this.media);
    this.messages = new HostMessages(conduct);
    this.chosen = new ChosenPoint(conduct, {
      write: (code) => this.messages.write(code), back: () => byId("rows").focus() });
    this.roster = new HostRoster(conduct, {
      choose: (code) => this.choose(code), open: () => this.chosen.focus(), press: (key, code) => this.chosen.press(key, code) });
    runClock(this.room);
  }

  choose(code) {
    this.chosen.choose(code);
    this.messages.offer(code);
  }

  /** Joins, and stays. The room can be led before the browser has been told whether it may use camera and microphone. */
  async begin() {
    this.gate.open();
    this.socket.connect();
    if (this.local && !this.local.tracks.audio && !this.local.tracks.video) {
      this.mediaSign.ask(true);
      await this.local.open();
      this.mediaSign.ask(false);
    }
    this.isEquipped = true;
    this.joinMedia();
  }

  joinMedia() {
    if (!this.isEquipped || this.socket.state === "ended") return;
    if (this.media.state === "idle" || this.media.state === "ended") this.media.join();
  }

  listen() {
    const { socket } = this;
    const on = (type, call) => socket.addEventListener(type, call);
    on("state", () => this.turn());
    holdSeat(socket, this.gate);
    on("welcome", ({ detail }) => this.welcome(detail));
    on("roster", ({ detail }) => this.take(detail));
    for (const part of ["floor", "program", "slots", "speaking", "room"]) on(part, () => this.touch(part));
    on("message", ({ detail }) => this.messages.add(detail));
    on("notice", ({ detail }) => this.conduct.say(detail.text, detail.code === "state-lost" ? "fair" : "info"));
  }

  turn() {
    this.touch("room");
    this.sign.update();
    if (this.socket.state === "open") this.stale.refresh();
    this.stale.update();
    if (this.socket.state !== "ended") return;
    this.isEquipped = false;
    this.local?.close();
    this.gate.close(this.socket.end ?? { reason: "other", text: "" });
  }

  welcome(message) {
    this.media.pictureSlots = this.room.info.pictureSlots || 4;
    this.media.audioSlots = this.room.info.audioSlots || 3;
    this.joinMedia();
    this.stage.setSlots(this.media.pictureSlots);
    if (message.roster) this.messages.renew();
    this.touch("whole");
  }

  take(message) {
    if (this.roster.index.isTouchedBy(message)) return this.touch("whole");
    for (const code of message.changed ?? []) this.changed.add(code);
    this.touch("lines");
  }

  touch(part) {
    this.touched.add(part);
    this.paint();
  }

  /** Shows all that has changed since the last picture. */
  paintNow() {
    const { touched, changed } = this;
    this.touched = new Set();
    this.changed = new Set();
    const has = (...parts) => parts.some((part) => touched.has(part));
    if (has("whole")) this.roster.renew();
    else if (has("floor", "program", "speaking", "room")) this.roster.updateAll();
    if (has("lines") && !has("whole")) this.roster.update(changed);
    if (has("whole", "room")) this.tools.update();
    if (has("whole", "floor", "speaking", "time")) this.floor.update();
    if (has("whole", "slots", "program", "speaking", "lines", "floor", "room")) this.stage.update();
    if (has("whole", "floor", "program") || changed.has(this.chosen.code)) this.chosen.update();
    else if (has("time")) this.chosen.tick();
  }

  /** The texts in another language. */
  retell() {
    this.socket.language = language();
    this.sign.update();
    this.mediaSign.update();
    this.tools.update();
    this.own?.update();
    this.roster.retell();
    this.floor.update();
    this.stage.update();
    this.messages.renew();
    this.chosen.update();
  }
}

takeFragment();
let host = null;
dress("host.page", () => host?.retell());
const known = credentials();
const fault = unfit(known, roles);
if (fault) {
  new Gate(byId("gate"), () => location.reload()).close(fault);
} else {
  host = new Host(known);
  host.begin();
}
