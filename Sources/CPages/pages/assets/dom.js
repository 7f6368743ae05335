// Small helpers for the document. Text from outside goes in as text only, never as markup.

const svgNamespace = "http://www.w3.org/2000/svg";

/** The element with this id; throws where there is none, which is a fault of the page. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}

/**
 * Makes an element.
 *
 * `properties`: `text` (textContent), `class`, `data` ({name: value}), `on` ({event: function}); everything else is an
 * attribute: `true` stands without a value, `false`, `null` and `undefined` are left out.
 */
export function create(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, call] of Object.entries(value)) element.addEventListener(event, call);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets the text only when it is another one, so that live regions do not say the same thing twice. */
export function setText(element, text) {
  const value = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== value) element.textContent = value;
}

/** Sets an attribute only when it is another one; `null` and `false` remove it. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Shows or hides an element by its `hidden` attribute. */
export function show(element, shown) {
  if (element.hidden === Boolean(shown)) element.hidden = !shown;
}

/** Takes out all children and puts these in. */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

/**
 * Calls `call` for a key pressed outside of fields, without Ctrl, Alt or Meta.
 *
 * @param keys {key: function}; key as `KeyboardEvent.key` in lower case.
 * @returns A function that ends it.
 */
export function shortcuts(keys) {
  const listen = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const call = keys[event.key.toLowerCase()];
    if (!call) return;
    event.preventDefault();
    call(event);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** One line said to screen readers and shown for `seconds`; for notices. `region` is an aria-live element. */
export function announce(region, text, { kind = "info", seconds = 8 } = {}) {
  // A modal dialog covers everything else and keeps it from screen readers: while one is open, the lines stand in it.
  const dialog = document.querySelector("dialog[open]");
  if (dialog && !dialog.contains(region)) {
    const home = region.parentElement;
    dialog.append(region);
    dialog.addEventListener("close", () => home.append(region), { once: true });
  }
  const line = create("p", { class: "toast", data: { kind } }, create("span", { text }));
  region.append(line);
  while (region.childElementCount > 4) region.firstElementChild.remove();
  setTimeout(() => line.remove(), seconds * 1000);
  return line;
}

/** Makes an SVG element with attributes; for graphs and icons. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}
