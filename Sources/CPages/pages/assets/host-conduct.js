// What the chair and the operator do, as commands; what goes wrong is said once, in words.

import { announce } from "./dom.js";
import { t } from "./language.js";

/** How many points a programme may have, by the server's rule. */
const most = 16;

export class Conduct {
  /** @param socket The RoomSocket. @param toasts The live region for what went wrong. */
  constructor(socket, toasts) {
    this.socket = socket;
    this.toasts = toasts;
    this.changing = Promise.resolve();
  }

  get room() { return this.socket.room; }

  /** Whether the server lets this participant use `verb`. */
  may(verb) { return this.socket.may(verb); }

  /** Sends a command; resolves to whether it was carried out. */
  async command(verb, fields) {
    try {
      await this.socket.command(verb, fields);
      return true;
    } catch (error) {
      const own = { "not-connected": "error.not-connected", "no-answer": "error.no-answer" }[error.code];
      this.say(own ? t(own) : error.message, "bad");
      return false;
    }
  }

  /** Shows a line and says it to readers of the screen. */
  say(text, kind = "info") { announce(this.toasts, text, { kind }); }

  give(point) { return this.command("give", { point }); }
  take(point) { return this.command("take", { point }); }
  /** Gives a point the floor, or takes it back. */
  turnFloor(point) { return this.room.holds(point) ? this.take(point) : this.give(point); }
  mute(point) { return this.command("mute", { points: [point] }); }
  unmute(point) { return this.command("unmute", { points: [point] }); }
  turnSound(point) { return this.room.roster.get(point)?.muted ? this.unmute(point) : this.mute(point); }
  muteAll() { return this.command("mute", { all: true }); }
  unmuteAll() { return this.command("unmute", { all: true }); }
  mode(mode) { return this.command("mode", { mode }); }
  turnLock() { return this.command("lock", { locked: !this.room.info.locked }); }
  remove(point, reason) { return this.command("remove", reason ? { point, reason } : { point }); }
  readmit(point) { return this.command("readmit", { point }); }
  message(to, text) { return this.command("message", { to, text }); }

  /** Puts a point on the main picture, before the others of the programme; of a full one the last goes. */
  show(point) { return this.change((wanted) => [point, ...wanted.filter((code) => code !== point)].slice(0, most)); }

  /** Puts a point at the end of the programme, or takes it out. */
  turnProgram(point) {
    return this.change((wanted) => wanted.includes(point) ? wanted.filter((code) => code !== point) : [...wanted, point]);
  }

  /** Sets the whole programme; empty, the main picture follows the speaker. */
  program(points) { return this.change(() => points); }

  /** Changes come one after another: each begins with what the one before made of the programme. */
  change(make) {
    this.changing = this.changing.then(() => this.command("program", { points: make(this.room.program.program) }));
    return this.changing;
  }

  /** Whether a point is one that cannot be muted: the centre, or where a chair sits. */
  isChair(point) { return point === this.room.info.central || this.room.roster.get(point)?.role === "chair"; }
}
