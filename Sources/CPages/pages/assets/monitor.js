// The technician's page: every line as a tile, worst first; one of them in detail.

import "./board-texts.js";
import "./monitor-texts.js";
import { Chips, ConnectionSign, dress, Gate, holdSeat, runClock, StaleStrip, unfit } from "./board.js";
import { announce, byId, setText, show } from "./dom.js";
import { language, t } from "./language.js";
import { LineDetail } from "./monitor-detail.js";
import { number } from "./monitor-figures.js";
import { CalmOrder, tileState, tileStates } from "./monitor-order.js";
import { tileList } from "./monitor-tiles.js";
import { fillPlaces, RosterIndex } from "./roster-index.js";
import { lineShapes } from "./shapes.js";
import { RoomSocket } from "./socket.js";
import { credentials, takeFragment } from "./token.js";
import { perFrame } from "./virtual-list.js";

const roles = ["technician", "operator", "chair"];
const filters = [{ value: "all" }, ...tileStates.map((state) => ({ value: state, outline: lineShapes[state], state }))];
/** How long after its last movement a hand counts as being on the tiles, in seconds. */
const handRests = 6;
/** Figures come once a second; older ones than this many seconds are not shown as if they were new. */
const figuresLimit = 4;

function seconds() { return performance.now() / 1000; }

class Monitor {
  constructor({ token, room }) {
    this.socket = new RoomSocket({ token, room, device: "browser /monitor", language: language(), watch: true });
    this.room = this.socket.room;
    this.index = new RosterIndex(this.room);
    this.order = new CalmOrder();
    this.handAt = -Infinity;
    this.sorted = [];
    this.makeParts();
    this.paint = perFrame(() => this.paintNow());
    this.touched = new Set();
    this.listen();
  }

  makeParts() {
    this.sign = new ConnectionSign(byId("connection"), this.socket);
    this.stale = new StaleStrip(byId("stale"), this.socket, byId("wall"));
    this.gate = new Gate(byId("gate"), () => this.begin());
    this.chips = new Chips(byId("counts"), filters, (value) => t(`quality.${value}`), () => this.select());
    this.search = byId("search");
    this.place = byId("place");
    this.list = tileList(byId("tiles"), this.room, (code) => this.detail.open(code));
    this.detail = new LineDetail(byId("detail"), this.socket, () => this.list.viewport.focus());
    this.search.addEventListener("input", () => this.select());
    this.search.addEventListener("keydown", (event) => this.leaveSearch(event));
    this.place.addEventListener("change", () => this.select());
    byId("reorder").addEventListener("click", () => {
      this.select();
      this.list.viewport.focus();
    });
    for (const type of ["pointermove", "pointerdown", "wheel", "keydown"]) {
      this.list.viewport.addEventListener(type, () => { this.handAt = seconds(); }, { passive: true });
    }
    this.list.viewport.addEventListener("pointerleave", () => { this.handAt = -Infinity; });
    runClock(this.room);
  }

  leaveSearch(event) {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    if (this.list.keys.length) this.list.activate(this.list.keys[0]);
    this.list.viewport.focus();
  }

  /** Joins, and stays. */
  begin() {
    this.gate.open();
    this.socket.connect();
  }

  listen() {
    const on = (type, call) => this.socket.addEventListener(type, call);
    on("state", () => this.turn());
    holdSeat(this.socket, this.gate);
    on("welcome", () => {
      this.isInformed = false;
      this.touch("whole");
    });
    on("room", () => this.touch("room"));
    on("roster", ({ detail }) => this.touch(this.index.isTouchedBy(detail) ? "whole" : "lines"));
    on("health", ({ detail }) => {
      this.detail.take(detail);
      if (!this.isInformed) {
        this.order.clear();
        this.touch("whole");
      }
      this.isInformed = true;
      this.stale.refresh();
      this.stale.update(figuresLimit);
      this.touch("health");
    });
    on("notice", ({ detail }) => announce(byId("toasts"), detail.text));
    setInterval(() => {
      this.touch("time");
      this.stale.update(figuresLimit);
    }, 1000);
  }

  turn() {
    this.sign.update();
    this.stale.update(figuresLimit);
    if (this.socket.state === "ended") this.gate.close(this.socket.end ?? { reason: "other", text: "" });
  }

  touch(part) {
    this.touched.add(part);
    this.paint();
  }

  paintNow() {
    const { touched } = this;
    this.touched = new Set();
    if (touched.has("whole")) this.renew();
    if (touched.has("whole") || touched.has("room")) this.writeTitle();
    if (touched.has("whole") || touched.has("health") || touched.has("lines")) this.judge();
    if (touched.has("time") || touched.has("whole")) this.settle();
    if (this.detail.code !== null) this.detail.update();
  }

  writeTitle() {
    const { title } = this.room.info;
    setText(byId("title"), title ? `${t("monitor.title")} – ${title}` : t("monitor.title"));
    byId("title").title = title ?? "";
  }

  renew() {
    this.index.renew();
    if (this.isInformed) this.order.keep(this.room.roster);
    else this.order.clear();
    fillPlaces(this.place, this.index, t);
    this.note();
    this.select();
  }

  /** Takes in how each line is; returns how many are in each state. */
  note() {
    const now = seconds(), counts = { all: this.room.roster.size };
    for (const state of tileStates) counts[state] = 0;
    for (const [code, line] of this.room.roster) {
      const state = tileState(line, this.room.health.get(code));
      counts[state] += 1;
      this.order.note(code, line, state, now);
    }
    return counts;
  }

  judge() {
    this.chips.update(this.note());
    this.list.refresh();
  }

  /** Sorts anew where it is time; says so where a hand keeps the old order. */
  settle() {
    const now = seconds();
    const isHeld = now - this.handAt < handRests;
    if (this.order.isDue(now, isHeld)) return this.select();
    this.tell(isHeld ? this.displaced() : 0);
  }

  wanted() {
    const state = this.chips.chosen;
    const fits = state === "all" ? null : (line) => tileState(line, this.room.health.get(line.code)) === state;
    return this.index.select({ text: this.search.value, place: this.place.value, fits });
  }

  displaced() {
    const { sortedAt } = this.order, wanted = this.order.sort(this.wanted(), sortedAt);
    return wanted.reduce((count, code, index) => count + (code === this.sorted[index] ? 0 : 1), 0);
  }

  select() {
    const keys = this.order.sort(this.wanted(), seconds());
    const isSame = keys.length === this.sorted.length && keys.every((code, index) => code === this.sorted[index]);
    this.sorted = keys;
    if (!isSame) this.list.setKeys(keys);
    this.list.refresh();
    show(byId("nobody"), keys.length === 0);
    this.tell(0);
  }

  tell(displaced) {
    const values = { n: number(this.sorted.length), m: number(displaced) };
    setText(byId("order-text"), t(displaced ? "monitor.stale" : "monitor.order", values));
    show(byId("reorder"), displaced > 0);
  }

  /** The texts in another language. */
  retell() {
    this.socket.language = language();
    this.sign.update();
    this.writeTitle();
    fillPlaces(this.place, this.index, t);
    this.judge();
    this.select();
    this.detail.update();
  }
}

takeFragment();
let monitor = null;
dress("monitor.page", () => monitor?.retell());
const known = credentials();
const fault = unfit(known, roles);
if (fault) {
  new Gate(byId("gate"), () => location.reload()).close(fault);
} else {
  monitor = new Monitor(known);
  monitor.begin();
}
