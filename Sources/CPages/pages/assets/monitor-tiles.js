// Every point as a tile: shape and colour of its line, code, name, both directions' state and main figures.

import { create } from "./dom.js";
import { t } from "./language.js";
import { figure, number } from "./monitor-figures.js";
import { tileState } from "./monitor-order.js";
import { lineShapes, presenceShapes, reshape, shape } from "./shapes.js";
import { mark, VirtualList, write } from "./virtual-list.js";

/** Makes the list of tiles in `viewport`. */
export function tileList(viewport, room, open) {
  return new VirtualList(viewport, {
    height: 5.5, width: 14.5, gap: 0.5, opensAtOnce: true, open, make: makeTile,
    fill: (tile, code, _, active) => fillTile(tile, room, code, active) });
}

function makeTile() {
  const head = create("div", { class: "head" }), parts = { shape: shape("ring") };
  parts.name = create("span", { class: "name clip" });
  head.append(parts.shape, parts.name);
  parts.code = create("span", { class: "code clip" });
  parts.note = create("span", { class: "note" });
  const [up, down] = ["up", "down"].map(makeDirection);
  const tile = create("div", { class: "tile" }, head, create("div", { class: "middle" }, parts.code, parts.note),
    create("div", { class: "directions" }, up.element, down.element));
  tile.parts = { ...parts, up, down };
  return tile;
}

// Signs for the shapes in the small print: a drawing for each would make scrolling heavy.
const signs = { good: "●", fair: "◆", poor: "▲", lost: "■", none: "○" };
const arrows = { up: "↑", down: "↓" };

function makeDirection(side) {
  const sign = create("span", { class: "sign", "aria-hidden": "true" }), rate = create("span", { class: "rate number" }), loss = create("span", { class: "loss number" });
  const words = create("span", { class: "aside" });
  const arrow = create("span", { class: "arrow", "aria-hidden": "true", text: arrows[side] });
  return { sign, rate, loss, words, element: create("span", { class: "direction" }, arrow, sign, words, rate, loss) };
}

function fillTile(tile, room, code, active) {
  const { parts } = tile, line = room.roster.get(code);
  if (!line) return;
  const health = room.health.get(code), state = tileState(line, health);
  const isAway = state === "none";
  mark(tile, "data-line", state);
  mark(tile, "data-active", active ? "true" : null);
  reshape(parts.shape, isAway ? presenceShapes[line.state] ?? "ring" : lineShapes[state], isAway ? line.state : state);
  write(parts.name, line.name);
  mark(parts.name, "title", line.name);
  write(parts.code, code);
  write(parts.note, note(line, health, state));
  for (const side of ["up", "down"]) fillDirection(parts[side], isAway ? null : health?.[side], side);
}

function note(line, health, state) {
  if (state === "none") return line.state === "present" ? t("monitor.noData") : t(`state.${line.state}`);
  const word = t(`quality.${state}`);
  return health?.reconnects > 0 ? `↻ ${health.reconnects} · ${word}` : word;
}

function fillDirection({ sign, rate, loss, words }, direction, side) {
  const state = signs[direction?.state] ? direction.state : "none";
  write(sign, signs[state]);
  mark(sign, "data-state", state);
  write(words, `, ${t(`detail.${side}`)}: ${t(`quality.${state}`)}, `);
  write(rate, state === "none" ? "–" : figure("kbps", direction.kbps));
  const isLossy = direction && Number.isFinite(direction.loss) && state !== "none";
  write(loss, isLossy ? share(direction.loss) : "");
}

// Narrow: no digit after the point from ten per cent on.
function share(loss) { return `${number(loss * 100, loss < 0.1 ? 1 : 0)} %`; }
