// One figure of one direction over five minutes, as a line over its area; gaps where nothing is known.

import { create, setText, svg } from "./dom.js";
import { t } from "./language.js";
import { figure } from "./monitor-figures.js";

/** How many seconds a graph shows. */
export const graphSeconds = 300;

const height = 60;
/** The least that the top of a graph stands for, so that little does not look like much. */
const leastTop = { kbps: 500, loss: 0.05, rtt: 100, delay: 100, jitter: 30, fps: 30 };

/** The least "round" number (such as 1.5 or 2 times a power of ten) that is not below `value`. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 5, 7.5, 10].map((factor) => factor * power).find((round) => round >= value * 0.999);
}

/** What the upper edge of graphs of one figure stands for, so that all of these values fit. */
export function topOf(name, ...series) {
  const known = series.map(greatest).filter(Number.isFinite);
  return roundUp(Math.max(...known, leastTop[name] ?? 1));
}

function greatest(values) {
  const known = values.filter(Number.isFinite);
  return known.length ? Math.max(...known) : undefined;
}

export class Graph {
  /** @param name The figure: kbps, loss, rtt, delay, jitter or fps. @param side Name of the direction's text. */
  constructor(name, side) {
    Object.assign(this, { name, side });
    const grid = svg("path", { class: "grid", d: [60, 120, 180, 240].map((x) => `M${x} 0V${height}`).join("") });
    this.area = svg("path", { class: "area" });
    this.line = svg("path", { class: "line" });
    this.drawing = svg("svg", { viewBox: `0 0 ${graphSeconds} ${height}`, preserveAspectRatio: "none", role: "img" },
      grid, this.area, this.line);
    this.title = create("span", { class: "grow" });
    this.now = create("strong", { class: "number" });
    this.most = create("span", { class: "most number dim" });
    this.element = create("div", { class: "graph", data: { figure: name } },
      create("p", { class: "bar" }, this.title, this.now), create("div", { class: "plot" }, this.drawing, this.most));
  }

  /** @param values Up to 300, newest last, null where nothing is known. @param top What its upper edge stands for. */
  update(values, top) {
    const most = greatest(values);
    this.draw(values, top);
    const now = figure(this.name, values.at(-1)), max = figure(this.name, top);
    setText(this.title, t(`figure.${this.name}`));
    setText(this.now, now);
    setText(this.most, max);
    this.drawing.setAttribute("aria-label", t("graph.summary", {
      name: t(`figure.${this.name}`), side: t(this.side), now, max: figure(this.name, most) }));
  }

  draw(values, top) {
    let line = "", area = "", begin = null;
    const first = graphSeconds - values.length;
    const end = (x) => {
      if (begin !== null) area += `L${x} ${height}L${begin} ${height}Z`;
      begin = null;
    };
    for (let index = 0; index < values.length; index += 1) {
      const x = first + index, value = values[index];
      if (!Number.isFinite(value)) {
        end(x - 1);
        continue;
      }
      const point = `${x} ${(height - 1 - Math.min(1, value / top) * (height - 3)).toFixed(1)}`;
      line += `${begin === null ? "M" : "L"}${point}`;
      area += begin === null ? `M${x} ${height}L${point}` : `L${point}`;
      begin ??= x;
    }
    end(graphSeconds - 1);
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", area);
  }
}
