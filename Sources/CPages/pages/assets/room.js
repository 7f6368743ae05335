// What the room looks like, kept up to date by the server's messages.

/** The last messages that are kept to be shown. */
const messageLimit = 200;

/** The present state of a room. Read its properties; only `take` writes. */
export class RoomState {
  constructor() {
    /** The newest `seq` that was taken in. */
    this.seq = 0;
    /** {role, point, verbs}; null before the first welcome. */
    this.you = null;
    this.session = null;
    /** {id, title, mode, locked, central, audioSlots, pictureSlots, present, observers}. */
    this.info = {};
    /** {holders: [{point, since}], queue: [{point, position, since}]}. */
    this.floor = { holders: [], queue: [] };
    /** {program: [code], seen: [code]}. */
    this.program = { program: [], seen: [] };
    /** Who spoke last, by the server; see `speaking`. */
    this.speaker = null;
    /** [{kind, index, point, source, state}]. */
    this.slots = [];
    /** code → line, in the roster's order. */
    this.roster = new Map();
    this.version = 0;
    /** code → health line, of those who watch. */
    this.health = new Map();
    /** Newest last. */
    this.messages = [];
    /** Server's clock minus this machine's, in seconds. */
    this.clock = 0;
  }

  /** The server's present time, Unix seconds; for `since`. */
  now() { return Date.now() / 1000 + this.clock; }

  /** The line of the own point, or null. */
  get me() { return this.roster.get(this.you?.point) ?? null; }

  /** The name to show for a point. */
  name(code) { return this.roster.get(code)?.name || code || ""; }

  /** What is on a slot: {kind, index, point, source, state} or null. */
  slot(kind, index) { return this.slots.find((slot) => slot.kind === kind && slot.index === index) ?? null; }

  /** The point that speaks, or null. Who is not heard any more does not speak, whoever came last. */
  get speaking() {
    return this.roster.get(this.speaker)?.state === "present" && this.hears(this.speaker) ? this.speaker : null;
  }

  /** Whether the others hear a point, by the room's rules. */
  hears(code) {
    const line = this.roster.get(code);
    if (!line || line.muted) return false;
    return this.info.mode === "discussion" || this.holds(code) || line.role === "chair" || this.info.central === code;
  }

  /** The place of a point in the queue (1 …), or 0. */
  place(code) { return this.floor.queue.find((entry) => entry.point === code)?.position ?? 0; }

  /** Whether a point holds the floor. */
  holds(code) { return this.floor.holders.some((holder) => holder.point === code); }

  /** Takes a message in. A roster message gets `changed`: the codes it touched (all of them when `whole`). */
  take(message) {
    if (Number.isFinite(message.seq)) this.seq = Math.max(this.seq, message.seq);
    switch (message.type) {
    case "welcome": return this.#welcome(message);
    case "roster": return this.#roster(message);
    case "slots": this.slots = message.slots ?? []; return;
    case "floor": this.#floor(message); return;
    case "room": this.#info(message); return;
    case "program": this.#program(message); return;
    case "speaking": this.speaker = message.point ?? null; return;
    case "message": this.#message(message); return;
    case "health": for (const line of message.lines ?? []) this.health.set(line.point, line); return;
    }
  }

  #welcome(message) {
    this.seq = message.seq ?? 0;
    this.you = message.you ?? null;
    this.session = message.session ?? null;
    if (Number.isFinite(message.at)) this.clock = message.at - Date.now() / 1000;
    if (message.room) this.#info(message.room);
    if (message.floor) this.#floor(message.floor);
    if (message.program) this.#program(message.program);
    if (message.speaking) this.speaker = message.speaking.point ?? null;
    if (message.slots) this.slots = message.slots;
    if (message.roster) this.#replace(message.roster);
  }

  #roster(message) {
    if (message.whole) {
      this.#replace(message);
      message.changed = [...this.roster.keys()];
      return;
    }
    message.changed = [];
    for (const line of message.points ?? []) {
      this.roster.set(line.code, { ...this.roster.get(line.code), ...line });
      message.changed.push(line.code);
    }
    for (const code of message.removed ?? []) this.roster.delete(code);
    this.version = message.version ?? this.version;
  }

  #replace({ version, points }) {
    this.roster = new Map((points ?? []).map((line) => [line.code, line]));
    this.version = version ?? 0;
  }

  #info({ type, seq, ...info }) { this.info = { ...this.info, ...info }; }
  #floor({ holders, queue }) { this.floor = { holders: holders ?? [], queue: queue ?? [] }; }
  #program({ program, seen }) { this.program = { program: program ?? [], seen: seen ?? [] }; }

  #message({ seq, from, to, text, at }) {
    if (this.messages.some((known) => known.seq === seq && known.at === at)) return;
    this.messages.push({ seq, from: from ?? {}, to, text: text ?? "", at });
    if (this.messages.length > messageLimit) this.messages.shift();
  }
}
