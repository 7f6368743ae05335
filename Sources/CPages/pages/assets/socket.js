// The room's events and commands over one WebSocket, `diemcau.v1`; comes back by itself.

import { pause } from "./backoff.js";
import { binding, claimTab, keepBinding } from "./token.js";
import { RoomState } from "./room.js";

const protocol = "diemcau.v1";
const checkEvery = 1000;
const silenceLimit = 3000;
const openLimit = 6000;
const commandLimit = 8000;
/** Refusals of a first message after which trying again can help. */
const passing = new Set(["point-elsewhere", "room-full", "token-full", "too-many-commands", "internal", "shutdown"]);

/** What an `error` message says: `code` (stable), `message` (for people), `retryAfter` (seconds, or undefined). */
export class CommandError extends Error {
  constructor({ code, text, retryAfter }) {
    super(text || code);
    this.name = "CommandError";
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * One participant's connection to the room.
 *
 * Events: `state` (see `state`), and one for each message of the server, by its type, after `room` took it in; `detail`
 * is the message. `roster` has in `detail` also `changed` (codes). `refused` when a first message was refused.
 *
 * `state`: `idle`, `connecting`, `open`, `waiting` (lost, comes back by itself), `ended` (`end` says why).
 */
export class RoomSocket extends EventTarget {
  /**
   * @param token  The bearer token.
   * @param room   The room's id.
   * @param device A short name of the page, shown to technicians.
   * @param language What texts of the server are in.
   * @param watch  Whether to ask for `health` once a second.
   * @param report A function that returns the client report of `stats`, or null.
   */
  constructor({ token, room, device = "browser", language = "vi", watch = false, report = () => null }) {
    super();
    Object.assign(this, { token, id: room, device, language, watch, report });
    this.room = new RoomState();
    this.state = "idle";
    /** Why it ended: {reason, text}. */
    this.end = null;
    this.epoch = null;
    this.pending = new Map();
    this.nextId = 1;
    this.attempt = 0;
    this.takeover = false;
    addEventListener("online", () => { if (this.state === "waiting") this.#open(); });
  }

  /** Connects, and stays connected. `takeover`: takes the seat from another device, once. */
  connect({ takeover = false } = {}) {
    clearTimeout(this.leaving);
    this.takeover = takeover;
    this.attempt = 0;
    this.lostAt = performance.now();
    this.end = null;
    const turn = this.turn = {};
    this.#enter("connecting");
    claimTab().then(() => { if (this.turn === turn) this.#open(); });
  }

  /** Whether it ended because the token's time is over: it can't come back, but media that is there goes on. */
  get isExpired() { return this.state === "ended" && this.end.reason === "token-expired"; }

  /** Leaves the room for good. */
  leave() {
    if (this.state === "open") {
      this.socket.send(JSON.stringify({ type: "leave" }));
      this.leaving = setTimeout(() => this.#finish({ reason: "left", text: "" }), 1000);
    } else this.#finish({ reason: "left", text: "" });
  }

  /** Resolves as soon as the socket is open; rejects when it has ended. */
  ready() {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.state !== "open" && this.state !== "ended") return;
        this.removeEventListener("state", look);
        if (this.state === "open") resolve(); else reject(new CommandError({ code: "ended" }));
      };
      this.addEventListener("state", look);
      look();
    });
  }

  /**
   * Sends a command; resolves with the `ok` message, rejects with a `CommandError`.
   *
   * @param verb   ask, withdraw, give, take, mute, unmute, program, mode, lock, remove, readmit, delegates, message, stats.
   * @param fields The command's fields.
   */
  command(verb, fields = {}) {
    if (this.state !== "open") return Promise.reject(new CommandError({ code: "not-connected" }));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle({ type: "error", id, code: "no-answer" }), commandLimit);
      this.pending.set(id, { resolve, reject, timer });
      this.socket.send(JSON.stringify({ ...fields, type: verb, id }));
    });
  }

  /** Whether the server lets this participant use `verb`. */
  may(verb) { return this.room.you?.verbs?.includes(verb) ?? false; }

  // MARK: Opening and losing

  #open() {
    clearTimeout(this.retry);
    this.#drop();
    this.attempt += 1;
    this.#enter("connecting");
    const address = new URL(`/v1/rooms/${encodeURIComponent(this.id)}/socket`, location.href);
    address.protocol = address.protocol === "http:" ? "ws:" : "wss:";
    let socket;
    try {
      socket = this.socket = new WebSocket(address, [protocol, `diemcau.token.${this.token}`]);
    } catch {
      // The token has letters that no subprotocol may have (RFC 6455 §4.1).
      return void this.#finish({ reason: "token-wrong", text: "" });
    }
    const mine = (call) => (event) => { if (this.socket === socket) call(event); };
    this.openTimer = setTimeout(mine(() => this.#lost(false)), openLimit);
    let opened = false;
    socket.onopen = mine(() => { opened = true; this.#hello(); });
    socket.onmessage = mine((event) => this.#receive(event.data));
    socket.onclose = mine(() => this.#lost(!opened));
  }

  #hello() {
    const hello = { type: "hello", language: this.language, device: this.device };
    if (binding()) hello.binding = binding();
    if (this.takeover) hello.takeover = true;
    if (this.epoch) Object.assign(hello, { epoch: this.epoch, seq: this.room.seq });
    this.socket.send(JSON.stringify(hello));
  }

  /** Lets go of the present socket, whatever it does later. */
  #drop() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.openTimer);
    clearInterval(this.checks);
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close(1000);
    for (const id of [...this.pending.keys()]) this.#settle({ type: "error", id, code: "not-connected" });
  }

  async #lost(neverOpened, least = 0) {
    if (this.state === "ended") return;
    if (this.state === "open") {
      this.lostAt = performance.now();
      this.attempt = 0;
    }
    this.#drop();
    const delay = Math.max(least, pause(this.attempt + 1, (performance.now() - this.lostAt) / 1000));
    this.delay = delay;
    this.#enter("waiting");
    this.retry = setTimeout(() => this.#open(), delay * 1000);
    // A browser does not tell why an upgrade was refused; an ordinary request does.
    if (neverOpened) await this.#askWhy();
  }

  async #askWhy() {
    try {
      const response = await fetch(`/v1/rooms/${encodeURIComponent(this.id)}`, {
        headers: { Authorization: `Bearer ${this.token}`, "Accept-Language": this.language },
        signal: AbortSignal.timeout(4000) });
      if (![401, 403, 404, 421].includes(response.status)) return;
      const problem = await response.json();
      this.#finish({ reason: problem.code ?? "refused", text: problem.detail ?? problem.title ?? "" });
    } catch { /* No server there: the next attempt follows. */ }
  }

  #finish(end) {
    if (this.state === "ended" && !this.isExpired) return;
    clearTimeout(this.retry);
    clearTimeout(this.leaving);
    this.turn = null;
    this.#drop();
    this.end = end;
    if (end.reason === "left") keepBinding(null);
    this.state = null;  // It may have ended before, for another reason.
    this.#enter("ended");
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  // MARK: Messages

  #receive(data) {
    this.heardAt = performance.now();
    let message;
    try { message = JSON.parse(data); } catch { return; }
    if (!message || typeof message.type !== "string") return;
    if (message.type === "ok" || message.type === "error") {
      if (this.state === "connecting" && message.id === undefined) this.#refused(message);
      else this.#settle(message);
      return;
    }
    this.room.take(message);
    if (message.type === "welcome") this.#welcomed(message);
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    if (message.type === "bye") this.#goodbye(message);
  }

  #welcomed(message) {
    clearTimeout(this.openTimer);
    this.epoch = message.epoch;
    if (message.binding) keepBinding(message.binding);
    this.takeover = false;
    this.attempt = 0;
    this.#enter("open");
    this.#watchLine();
  }

  #refused(message) {
    this.dispatchEvent(new CustomEvent("refused", { detail: message }));
    if (passing.has(message.code) || message.retryAfter !== undefined) this.#lost(false, message.retryAfter ?? 2);
    else this.#finish({ reason: message.code, text: message.text ?? "" });
  }

  #goodbye(message) {
    if (message.again) this.#lost(false);
    else this.#finish({ reason: message.reason, text: message.text ?? "" });
  }

  #settle(message) {
    const waiting = this.pending.get(message.id);
    if (!waiting) return;
    this.pending.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.type === "ok") waiting.resolve(message); else waiting.reject(new CommandError(message));
  }

  // MARK: Watching the line

  /** Reports each second. The answer, or anything else that comes, shows that the server is there. */
  #watchLine() {
    let ticked = performance.now(), asked = null, ticks = 0;
    this.heardAt = ticked;
    const tick = () => {
      const now = performance.now();
      // A tab in the background sleeps: what came meanwhile has not been delivered yet.
      if (now - ticked > 2 * checkEvery) asked = null;
      ticked = now;
      if (asked !== null && this.heardAt >= asked) asked = null;
      if (asked !== null && now - asked > silenceLimit) return void this.#lost(false);
      // Whoever may not report asks less often: the refusal is an answer too.
      ticks += 1;
      if (!this.may("stats") && ticks % 3 !== 1) return;
      asked ??= now;
      const report = this.may("ask") ? this.report() : null;
      const fields = report ? { report } : {};
      if (this.watch || !report) fields.watch = this.watch;
      this.command("stats", fields).catch(() => {});
    };
    clearInterval(this.checks);
    this.checks = setInterval(tick, checkEvery);
    tick();
  }
}
