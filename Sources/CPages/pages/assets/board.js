// What the pages of chair, operator and technician have in common: the head of the page, the gate, spans of time.

import { byId, create, fill, setText, show } from "./dom.js";
import { changes, clockTime, has, language, languageSwitch, t, translate } from "./language.js";
import { reshape, shape } from "./shapes.js";
import { payload } from "./token.js";

/** A span of time in words: "12 giây", "5 phút", "1 giờ 20 phút". */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t("second.one", { n: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return t("minute.one", { n: minutes });
  if (minutes < 60 * 48) return t("hour.one", { n: Math.floor(minutes / 60), m: minutes % 60 });
  return t("day.one", { n: Math.floor(minutes / 1440) });
}

/** Fills in the texts of the page, its title, and the switch of languages; `again` is called at each change. */
export function dress(title, again) {
  const dressing = () => {
    translate();
    document.title = t(title);
  };
  byId("language").append(languageSwitch());
  changes.addEventListener("change", () => {
    dressing();
    again();
  });
  dressing();
}

/** Shows the time of day at the server. */
export function runClock(room) {
  const element = byId("clock");
  const tick = () => setText(element, clockTime(room.now()));
  setInterval(tick, 1000);
  tick();
}

const connectionStates = {
  open: ["good", "disc"], connecting: ["connecting", "arcs"], waiting: ["lost", "triangle"], idle: ["none", "ring"],
  ended: ["lost", "square"],
};

/** Shows how the connection to the server is, by shape, colour and word. */
export class ConnectionSign {
  constructor(element, socket) {
    this.element = element;
    this.socket = socket;
    this.drawing = shape("ring");
    this.text = create("span");
    element.classList.add("state");
    element.append(this.drawing, this.text);
  }

  update() {
    const [state, outline] = connectionStates[this.socket.state] ?? connectionStates.idle;
    reshape(this.drawing, outline);
    this.element.dataset.state = state;
    const name = { waiting: "connection.lost" }[this.socket.state] ?? `connection.${this.socket.state}`;
    setText(this.text, t(name));
  }
}

/** A line across the page while what it shows is old: the connection is lost, or figures do not come any more. */
export class StaleStrip {
  /** @param element The line. @param socket The `RoomSocket`. @param field What is shown dimmed meanwhile. */
  constructor(element, socket, field) {
    Object.assign(this, { element, socket, field, freshAt: null });
    this.words = create("span");
    element.append(this.words);
  }

  /** Something came that is true at this moment. */
  refresh() { this.freshAt = performance.now(); }

  /** Call it once a second, and whenever the connection turns. `limit`: how many seconds without anything are normal. */
  update(limit = Infinity) {
    const isOpen = this.socket.state === "open", now = performance.now();
    if (this.freshAt === null) return;
    if (limit === Infinity) this.freshAt = Math.max(this.freshAt, this.socket.heardAt ?? 0);
    const age = (now - this.freshAt) / 1000, isStale = this.socket.state !== "ended" && (!isOpen || age > limit);
    if (isStale) setText(this.words, t(isOpen ? "stale.figures" : "stale.lost", { time: span(age) }));
    show(this.element, isStale);
    this.field.dataset.stale = String(isStale);
  }
}

/** What stands in place of the page while this participant is not in the room for good. */
export class Gate {
  constructor(element, again) {
    this.element = element;
    this.again = again;
  }

  /** Shows why: the reason's own text where there is one, else the server's. */
  close({ reason, text }) {
    const name = `end.${reason}`;
    const words = has(name) ? t(name) : text || t("end.other");
    const button = create("button", { type: "button", class: "primary", text: t("gate.again"), on: { click: this.again } });
    const home = create("a", { class: "button", href: "/", text: t("gate.home") });
    this.isOffering = false;
    const more = text && has(name) && text !== words ? create("p", { class: "dim", text }) : null;
    this.say(create("div", { id: "gate-words" }, create("p", { text: words }), more), button, home);
  }

  /** Another device sits there; offers to take the seat. Said once, however often the page is refused meanwhile. */
  offer(takeOver) {
    if (this.isOffering) return;
    this.isOffering = true;
    const button = create("button", { type: "button", class: "primary", text: t("connection.takeover"), on: { click: takeOver } });
    this.say(create("div", { id: "gate-words" }, create("p", { text: t("connection.elsewhere") })), button);
  }

  say(words, button, ...more) {
    fill(this.element, create("div", { class: "panel" }, create("h2", { id: "gate-title", text: t("gate.title") }), words,
      create("p", { class: "bar" }, button, ...more)));
    this.shut(true);
    button.focus();
  }

  open() { this.shut(false); }

  /** What lies behind a shut gate is out of reach for keys too. */
  shut(isShut) {
    if (!isShut) this.isOffering = false;
    if (isShut) for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    show(this.element, isShut);
    for (const part of document.body.children) {
      if (part !== this.element && !part.classList.contains("toasts")) part.inert = isShut;
    }
  }
}

/** Opens the gate at each welcome; where another device has the seat, it offers to take it. */
export function holdSeat(socket, gate) {
  socket.addEventListener("welcome", () => gate.open());
  socket.addEventListener("refused", ({ detail }) => {
    if (detail.code === "point-elsewhere") gate.offer(() => socket.connect({ takeover: true }));
  });
}

/** Why the token is none for a page of these roles, in words; null where it is. */
export function unfit(credentials, roles) {
  if (!credentials) return { reason: "noToken", text: "" };
  const role = payload(credentials.token)?.role;
  if (!role || roles.includes(role)) return null;
  return { reason: "role", text: t("role.notForPage", { role: t(`role.${role}`) }) };
}

/** Chips of which one is pressed: filters with counts. `items`: [{value, outline, state}], names by `label(value)`. */
export class Chips {
  constructor(element, items, label, choose) {
    this.label = label;
    this.choose = choose;
    this.chosen = items[0].value;
    this.chips = items.map(({ value, outline, state }) => this.make(value, outline, state));
    element.append(...this.chips.map(({ button }) => button));
  }

  make(value, outline, state) {
    const drawing = outline ? shape(outline) : null;
    if (drawing) drawing.dataset.state = state;
    const name = create("span", { class: "name" }), count = create("strong", { class: "number" });
    const button = create("button", {
      type: "button", class: "chip", data: { value }, "aria-pressed": String(value === this.chosen),
      on: { click: () => this.press(value) } }, drawing, count, name);
    return { value, button, name, count };
  }

  press(value) {
    this.chosen = value === this.chosen ? this.chips[0].value : value;
    for (const chip of this.chips) chip.button.setAttribute("aria-pressed", String(chip.value === this.chosen));
    this.choose(this.chosen);
  }

  update(counts) {
    const format = new Intl.NumberFormat(language());
    for (const { value, name, count } of this.chips) {
      setText(name, this.label(value));
      setText(count, format.format(counts[value] ?? 0));
    }
  }
}
