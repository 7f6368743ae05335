// A list or grid of thousands of entries of which only those in view are in the document.

/** Returns a function that asks for one call of `work` before the next picture, however often it is called. */
export function perFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

/** Writes a text into a node only where it differs from what was written last. */
export function write(node, text) {
  if (node.written === text) return;
  node.written = text;
  node.textContent = text;
}

/** Sets or takes an attribute only where it differs from what was set last; `null` takes it. */
export function mark(node, name, value) {
  const marks = node.marks ??= {};
  if (marks[name] === value) return;
  marks[name] = value;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

let numbers = 0;

/**
 * Entries of one height in one column or as many as fit. The viewport is a listbox: it has the focus, the arrow keys
 * move the active entry, Enter or a double click opens it.
 *
 * Options: `height` of an entry; `width` at least of a column, 0 for one column; `gap` between entries (all in rem);
 * `make()` returns an element; `fill(element, key, index, active)` writes an entry into one; `choose(key)` is called
 * when the active entry changes; `open(key)`, on one click if `opensAtOnce`; `press(event, key)` for other keys, true
 * if it used the key.
 */
export class VirtualList {
  constructor(viewport, options) {
    this.viewport = viewport;
    this.options = { width: 0, gap: 0, opensAtOnce: false, choose() {}, open() {}, press: () => false, ...options };
    this.keys = [];
    this.places = new Map();
    this.live = new Map();
    this.spare = [];
    this.stale = new Set();
    this.activeKey = null;
    this.columns = 1;
    this.paper = document.createElement("div");
    this.paper.className = "virtual-paper";
    this.paper.setAttribute("role", "presentation");
    viewport.setAttribute("role", "listbox");
    viewport.tabIndex = 0;
    viewport.append(this.paper);
    this.paint = perFrame(() => this.paintNow());
    viewport.addEventListener("scroll", this.paint, { passive: true });
    viewport.addEventListener("keydown", (event) => this.key(event));
    viewport.addEventListener("click", (event) => this.click(event));
    if (!this.options.opensAtOnce) viewport.addEventListener("dblclick", (event) => this.click(event, true));
    new ResizeObserver(() => this.measure()).observe(viewport);
    this.measure();
  }

  /** Shows these keys in this order; the active one stays active as long as it is among them. */
  setKeys(keys) {
    this.keys = keys;
    this.places.clear();
    for (let index = 0; index < keys.length; index += 1) this.places.set(keys[index], index);
    this.layOut();
  }

  /** Has these entries written anew, or all that are in view. */
  refresh(keys = this.live.keys()) {
    for (const key of keys) if (this.live.has(key)) this.stale.add(key);
    this.paint();
  }

  /** Makes an entry the active one and brings it into view. */
  activate(key, told = true) {
    const before = this.activeKey;
    this.activeKey = key;
    this.refresh([before, key].filter((item) => item !== null));
    if (key !== null) this.reveal(key);
    if (told && before !== key) this.options.choose(key);
  }

  /** Scrolls just as far as needed to have an entry in view. */
  reveal(key) {
    const place = this.places.get(key);
    if (place === undefined) return;
    const top = Math.floor(place / this.columns) * this.pitch;
    const { scrollTop, clientHeight } = this.viewport;
    if (top < scrollTop) this.viewport.scrollTop = top;
    else if (top + this.pitch > scrollTop + clientHeight) this.viewport.scrollTop = top + this.pitch - clientHeight;
  }

  measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const width = this.options.width * rem, room = this.viewport.clientWidth;
    this.gap = Math.round(this.options.gap * rem);
    this.height = Math.round(this.options.height * rem);
    this.pitch = this.height + this.gap;
    this.seen = this.viewport.clientHeight;
    this.columns = width ? Math.max(1, Math.floor((room + this.gap) / (width + this.gap))) : 1;
    this.column = Math.floor((room - this.gap * (this.columns - 1)) / this.columns);
    this.layOut();
  }

  layOut() {
    const rows = Math.ceil(this.keys.length / this.columns);
    this.paper.style.setProperty("height", `${Math.max(0, rows * this.pitch - this.gap)}px`);
    this.laidOut = (this.laidOut ?? 0) + 1;
    this.paint();
  }

  paintNow() {
    const first = Math.max(0, Math.floor(this.viewport.scrollTop / this.pitch) - 2) * this.columns;
    const rows = Math.ceil(this.seen / this.pitch) + 5;
    const last = Math.min(this.keys.length, first + rows * this.columns);
    this.drop(first, last);
    for (let index = first; index < last; index += 1) this.show(this.keys[index], index);
    this.stale.clear();
    const active = this.live.get(this.activeKey);
    mark(this.viewport, "aria-activedescendant", active ? active.id : null);
  }

  drop(first, last) {
    for (const [key, element] of this.live) {
      const place = this.places.get(key);
      if (place !== undefined && place >= first && place < last) continue;
      this.live.delete(key);
      element.hidden = true;
      element.key = undefined;
      this.spare.push(element);
    }
  }

  show(key, index) {
    let element = this.live.get(key);
    const isNew = !element;
    if (isNew) {
      element = this.spare.pop() ?? this.make();
      this.live.set(key, element);
      element.key = key;
      element.hidden = false;
    }
    if (element.index !== index || element.laidOut !== this.laidOut) this.place(element, index);
    if (isNew || this.stale.has(key)) {
      const active = key === this.activeKey;
      mark(element, "aria-selected", active ? "true" : "false");
      this.options.fill(element, key, index, active);
    }
  }

  make() {
    const element = this.options.make();
    element.id = `entry-${numbers += 1}`;
    element.setAttribute("role", "option");
    element.classList.add("virtual-entry");
    this.paper.append(element);
    return element;
  }

  place(element, index) {
    const x = (index % this.columns) * (this.column + this.gap);
    const y = Math.floor(index / this.columns) * this.pitch;
    element.style.setProperty("left", `${x}px`);
    element.style.setProperty("top", `${y}px`);
    if (element.breadth !== this.column || element.length !== this.height) {
      element.breadth = this.column;
      element.length = this.height;
      element.style.setProperty("width", `${this.column}px`);
      element.style.setProperty("height", `${this.height}px`);
    }
    mark(element, "aria-posinset", String(index + 1));
    mark(element, "aria-setsize", String(this.keys.length));
    element.index = index;
    element.laidOut = this.laidOut;
  }

  click(event, twice = false) {
    const entry = event.target.closest(".virtual-entry");
    if (!entry || entry.key === undefined) return;
    if (twice) {
      if (!event.target.closest("button")) this.options.open(entry.key);
    } else {
      this.activate(entry.key);
      if (this.options.opensAtOnce) this.options.open(entry.key);
    }
  }

  key(event) {
    if (event.target !== this.viewport || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = this.step(event.key);
    if (step !== null) {
      this.move(step);
    } else if (event.key === "Enter" && this.activeKey !== null) {
      this.options.open(this.activeKey);
    } else if (!this.options.press(event, this.activeKey)) {
      return;
    }
    event.preventDefault();
  }

  step(key) {
    const page = Math.max(1, Math.floor(this.seen / this.pitch) - 1) * this.columns;
    switch (key) {
      case "ArrowDown": return this.columns;
      case "ArrowUp": return -this.columns;
      case "ArrowRight": return this.columns > 1 ? 1 : null;
      case "ArrowLeft": return this.columns > 1 ? -1 : null;
      case "PageDown": return page;
      case "PageUp": return -page;
      case "Home": return -this.keys.length;
      case "End": return this.keys.length;
      default: return null;
    }
  }

  move(step) {
    if (!this.keys.length) return;
    const place = this.places.get(this.activeKey);
    const wanted = place === undefined ? 0 : place + step;
    this.activate(this.keys[Math.min(this.keys.length - 1, Math.max(0, wanted))]);
  }
}
