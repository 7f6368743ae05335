// Filled shapes for states, so that each is known by its outline as well as by its colour, from some way off too.

import { setAttribute, svg } from "./dom.js";

// Paths in a 24 × 24 box, filled by the even-odd rule: an inner mark is a hole.
const outlines = {
  disc: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18z",
  tick: "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20zM7.2 11l3.3 3.3l6.3-6.5l1.6 1.6l-7.9 8.1l-4.9-4.9z",
  ring: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 6a6 6 0 1 1 0 12a6 6 0 1 1 0-12z",
  arcs: "M12 2v3.5a6.5 6.5 0 0 1 6.5 6.5H22a10 10 0 0 0-10-10zM12 22v-3.5a6.5 6.5 0 0 1-6.5-6.5H2a10 10 0 0 0 10 10z",
  diamond: "M12 1.5L22.5 12L12 22.5L1.5 12zM7.5 10.7v2.6h9v-2.6z",
  triangle: "M12 2L23 21.5H1zM10.7 9v6h2.6V9zM10.7 16.7v2.5h2.6v-2.5z",
  square: "M3 3h18v18H3zM8.7 7L7 8.7L10.3 12L7 15.3L8.7 17L12 13.7L15.3 17L17 15.3L13.7 12L17 8.7L15.3 7L12 10.3z",
  cross: "M5.2 3L3 5.2L9.8 12L3 18.8L5.2 21L12 14.2L18.8 21L21 18.8L14.2 12L21 5.2L18.8 3L12 9.8z",
};

/** Which shape a point's presence has. */
export const presenceShapes = {
  present: "disc", connecting: "arcs", silent: "triangle", expected: "ring", absent: "cross",
};

/** Which shape the state of a line has. */
export const lineShapes = { good: "disc", fair: "diamond", poor: "triangle", lost: "square", none: "ring" };

/** A shape as an `svg` of class `shape`, hidden from screen readers: words stand beside it. */
export function shape(name) {
  const path = svg("path", { "fill-rule": "evenodd" });
  const drawing = svg("svg", { viewBox: "0 0 24 24", class: "shape", "aria-hidden": "true", focusable: "false" }, path);
  reshape(drawing, name);
  return drawing;
}

/** Gives a shape another outline and, through `data-state`, another colour. */
export function reshape(drawing, name, state = null) {
  if (drawing.outline !== name) {
    drawing.outline = name;
    drawing.firstChild.setAttribute("d", outlines[name] ?? outlines.ring);
  }
  setAttribute(drawing, "data-state", state);
}
