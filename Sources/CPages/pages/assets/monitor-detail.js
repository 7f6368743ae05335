// One line in detail: whom to call, both directions in words and figures, the last five minutes as graphs.

import { span } from "./board.js";
import { create, fill, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { has, language, t } from "./language.js";
import { clientInWords, figure, figureNames, inWords, number } from "./monitor-figures.js";
import { Graph, topOf } from "./monitor-graph.js";
import { graphFigures, LineHistory } from "./monitor-history.js";
import { tileState } from "./monitor-order.js";
import { lineShapes, presenceShapes, reshape, shape } from "./shapes.js";

const sides = ["up", "down"];

export class LineDetail {
  /** @param element The panel. @param closed Called when it is closed. */
  constructor(element, socket, closed) {
    Object.assign(this, { element, socket, closed, room: socket.room, code: null });
    this.history = new LineHistory();
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.build();
  }

  build() {
    const part = (tag, style) => create(tag, { class: style });
    this.name = part("h2", "grow");
    this.sign = shape("ring");
    this.state = create("p", { class: "state" }, this.sign, create("span"));
    this.contact = part("p", "contact");
    this.facts = part("dl", "facts");
    this.words = Object.fromEntries(sides.map((side) => [side, this.makeWords()]));
    this.table = part("table", "figures");
    this.client = part("p", "client");
    this.note = create("p", { class: "dim", role: "status" });
    this.graphs = Object.fromEntries(sides.map((side) => [side, graphFigures.map((name) => new Graph(name, `detail.${side}`))]));
    const shut = create("button", { type: "button", class: "only-icon", on: { click: () => this.close() } }, icon("cross"));
    this.shut = shut;
    this.historyTitle = part("h3", "");
    const columns = sides.map((side) => create("div", { class: "column" }, this.words[side].element,
      ...this.graphs[side].map((graph) => graph.element)));
    // A row for each part, so that both columns' graphs stand side by side.
    for (const column of columns) column.style.gridRow = `span ${column.childElementCount}`;
    this.ago = part("span", "grow");
    this.present = part("span", "");
    fill(this.element, create("div", { class: "bar head" }, this.name, shut), this.state, this.contact, this.facts,
      this.historyTitle, this.note, create("div", { class: "columns" }, ...columns),
      create("p", { class: "bar dim axis" }, this.ago, this.present), this.table, this.client);
  }

  makeWords() {
    const title = create("h3"), drawing = shape("ring"), text = create("span");
    return { title, drawing, text, element: create("div", { class: "words" }, title, create("p", { class: "state" }, drawing, text)) };
  }

  /** Opens the panel for a point and asks for its last five minutes. */
  async open(code) {
    this.code = code;
    this.history = new LineHistory();
    const { history } = this;
    show(this.element, true);
    setText(this.note, t("graph.loading"));
    this.element.scrollTop = 0;
    this.update();
    this.element.focus();
    const kept = await this.ask(code);
    if (this.history !== history) return;
    if (kept) history.begin(kept, Math.round(this.room.now()));
    setText(this.note, kept ? "" : t("graph.failed"));
    this.update();
  }

  /** What the server kept of a point, or null. */
  async ask(code) {
    const address = `/v1/rooms/${encodeURIComponent(this.socket.id)}/health?point=${encodeURIComponent(code)}`;
    try {
      const response = await fetch(address, {
        headers: { Authorization: `Bearer ${this.socket.token}`, "Accept-Language": language() },
        signal: AbortSignal.timeout(8000) });
      const answer = response.ok ? await response.json() : null;
      return answer?.history ?? answer?.lines?.[0]?.history ?? null;
    } catch {
      return null;
    }
  }

  close() {
    if (this.code === null) return;
    this.code = null;
    show(this.element, false);
    this.closed();
  }

  /** A second's figures of all lines came. */
  take({ lines, at }) {
    if (this.code === null) return;
    this.history.add(lines.find((line) => line.point === this.code), at);
  }

  update() {
    const line = this.room.roster.get(this.code);
    if (!line) return;
    const health = this.room.health.get(this.code), state = tileState(line, health), isAway = state === "none";
    setText(this.name, line.name);
    const label = isAway ? line.state : state;
    this.state.dataset.state = label;
    reshape(this.sign, isAway ? presenceShapes[line.state] ?? "ring" : lineShapes[state]);
    const word = isAway ? t(`state.${line.state}`) : t(`line.${state}`);
    const since = t("detail.since", { state: t(`state.${line.state}`), time: span(this.room.now() - line.since) });
    setText(this.state.lastChild, isAway ? since : `${word} · ${since}`);
    this.writeContact(line);
    this.writeFacts(line, health);
    this.writeDirections(isAway ? null : health);
    this.writeClient(isAway ? null : health?.client);
    this.shut.title = t("detail.close");
    this.shut.setAttribute("aria-label", t("detail.close"));
    setText(this.historyTitle, t("detail.history"));
    setText(this.ago, t("graph.ago"));
    setText(this.present, t("graph.present"));
  }

  writeContact({ contactName, contactTelephone }) {
    const telephone = contactTelephone ?? "";
    const key = `${contactName ?? ""}|${telephone}|${language()}`;
    if (this.contact.written === key) return;
    this.contact.written = key;
    const number = telephone.replace(/[^+\d]/g, "");
    const link = number ? create("a", { href: `tel:${number}`, class: "number", text: telephone }) : null;
    const nobody = contactName || link ? null : create("span", { class: "dim", text: t("detail.noContact") });
    fill(this.contact, create("span", { class: "dim", text: `${t("detail.contact")}:` }),
      contactName ? create("strong", { text: contactName }) : null, link, nobody);
  }

  writeFacts(line, health) {
    const facts = [[t("figure.code"), line.code]];
    if (line.parent) facts.push([t("place.parents"), this.room.name(line.parent)]);
    facts.push([t("detail.path"), health?.path ?? line.path ?? "–"], [t("detail.reconnects"), number(health?.reconnects ?? 0)]);
    if (line.takeovers > 0) facts.push([t("detail.takeovers"), number(line.takeovers)]);
    const departure = `departure.${line.departure}`;
    if (line.departure) facts.push([t("detail.departure"), has(departure) ? t(departure) : line.departure]);
    const key = facts.flat().join("|");
    if (this.facts.written === key) return;
    this.facts.written = key;
    fill(this.facts, ...facts.map(([name, value]) => create("div", {}, create("dt", { text: name }), create("dd", { text: value }))));
  }

  writeDirections(health) {
    const { series } = this.history;
    const tops = new Map(graphFigures.map((name) => [name, topOf(name, ...sides.map((side) => series[side][name]))]));
    for (const side of sides) {
      const direction = health?.[side], state = lineShapes[direction?.state] ? direction.state : "none";
      const { title, drawing, text, element } = this.words[side];
      setText(title, t(`detail.${side}Long`));
      reshape(drawing, lineShapes[state]);
      element.lastChild.dataset.state = state;
      setText(text, inWords(direction));
      this.graphs[side].forEach((graph) => graph.update(series[side][graph.name], tops.get(graph.name)));
    }
    this.writeTable(health);
  }

  writeTable(health) {
    const names = figureNames.filter((name) => sides.some((side) => Number.isFinite(health?.[side]?.[name])));
    show(this.table, names.length > 0);
    const cells = (tag, values) => create("tr", {}, ...values.map((text, index) => create(index === 0 ? "th" : tag, { text, scope: index === 0 ? "row" : tag === "th" ? "col" : null })));
    const rows = names.map((name) => cells("td", [t(`figure.${name}`), ...sides.map((side) => figure(name, health?.[side]?.[name]))]));
    fill(this.table, create("thead", {}, cells("th", [t("detail.figure"), t("detail.up"), t("detail.down")])), create("tbody", {}, ...rows));
  }

  writeClient(client) {
    const words = clientInWords(client);
    show(this.client, words);
    const warning = client?.marked ? create("strong", { class: "warning", text: ` ${t("detail.marked")}` }) : null;
    fill(this.client, create("span", { class: "dim", text: `${t("detail.client")}: ` }), words, warning);
  }
}
