// Icons as paths in a 24 × 24 box: no font and no picture to fetch. They take the colour of the text around them.

import { svg } from "./dom.js";

const paths = {
  microphone: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM5 11.5a7 7 0 0 0 14 0M12 18.5V22M8.5 22h7",
  microphoneOff: "M8.5 8v3.5a3.5 3.5 0 0 0 5.6 2.8M15.5 10V6.5a3.5 3.5 0 0 0-6.6-1.6M5 11.5a7 7 0 0 0 11.3 5.5M19 11.5c0 1-.2 2-.6 2.9M12 18.5V22M8.5 22h7M3 3l18 18",
  camera: "M3 6.5h12v11H3zM15 10.5l6-3.5v10l-6-3.5z",
  cameraOff: "M8.5 6.5H15V13M15 10.5l6-3.5v10l-3.5-2M15 17.5H3v-11h1.5M3 3l18 18",
  hand: "M7 12V6a1.5 1.5 0 0 1 3 0v5V4a1.5 1.5 0 0 1 3 0v7V5.5a1.5 1.5 0 0 1 3 0V13l1.5-2.5a1.5 1.5 0 0 1 2.7 1.4L17 19c-1 2-2.5 3-5 3-4 0-5-3-5-6z",
  check: "M4 12.5l5.5 5.5L20 6.5",
  cross: "M5 5l14 14M19 5L5 19",
  leave: "M10 4H4v16h6M9 12h12M16 7l5 5-5 5",
  message: "M3 5h18v12H11l-5 4v-4H3z",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6 6 0 0 1 3.5 5.5",
  lock: "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11",
  unlock: "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 7.7-1.5",
  speaker: "M3 9h4l6-5v16l-6-5H3zM16.5 8.5a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12",
  picture: "M3 4h18v13H3zM8 21h8M12 17v4",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  warning: "M12 3l10 18H2zM12 10v5M12 17.5v1",
  line: "M3 20v-4h3v4M9 20v-8h3v8M15 20V8h3v12M21 20V4",
  star: "M12 3l2.7 5.8 6.3.8-4.6 4.4 1.2 6.3-5.6-3.1-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z",
  up: "M12 20V5M6 11l6-6 6 6",
  down: "M12 4v15M6 13l6 6 6-6",
  plus: "M12 4v16M4 12h16",
  // States, told apart by shape as well as by colour.
  good: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.5l3 3 5-6",
  fair: "M12 3l9 9-9 9-9-9zM8 12h8",
  poor: "M12 3l10 18H2zM12 10v5M12 17.5v1",
  lost: "M4 4h16v16H4zM8.5 8.5l7 7M15.5 8.5l-7 7",
  none: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z",
};

/** The names of all icons. */
export const iconNames = Object.keys(paths);

/** An icon as an `svg` element of class `icon`, hidden from screen readers: words stand beside it. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: paths[name] ?? paths.none }));
}

/** Puts another icon in place of what `holder` shows; nothing happens when it shows it already. */
export function setIcon(holder, name) {
  if (holder.dataset.icon === name) return;
  holder.dataset.icon = name;
  holder.replaceChildren(icon(name));
}
