// Short lists that follow the room: entries stay the same elements as long as their keys are there.

/**
 * Makes the children of `list` those of `items`, in order.
 *
 * @param make `(key)` → element of a new entry. @param fill `(element, item, index)` writes it.
 * An entry that goes while the focus is in it hands the focus to the entry that takes its place, else to `list`.
 */
export function reconcile(list, items, { key, make, fill }) {
  const known = new Map();
  for (const child of list.children) known.set(child.dataset.key, child);
  const lost = focusBelow(list);
  const wanted = new Set(items.map((item) => String(key(item))));
  for (const [name, child] of known) if (!wanted.has(name)) child.remove();
  items.forEach((item, index) => {
    const name = String(key(item));
    let child = known.get(name);
    if (!child) {
      child = make(name);
      child.dataset.key = name;
    }
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
    fill(child, item, index);
  });
  if (lost && !document.contains(lost.element)) refocus(list, lost);
}

function focusBelow(list) {
  const element = document.activeElement;
  if (!element || element === list || !list.contains(element)) return null;
  const entry = [...list.children].findIndex((child) => child.contains(element));
  const place = entry < 0 ? 0 : [...list.children[entry].querySelectorAll("button")].indexOf(element);
  return { element, entry: Math.max(0, entry), place: Math.max(0, place) };
}

function refocus(list, { entry, place }) {
  const next = list.children[Math.min(entry, list.children.length - 1)];
  const buttons = next ? [...next.querySelectorAll("button")].filter((button) => !button.hidden) : [];
  const button = buttons[Math.min(place, buttons.length - 1)];
  if (button) {
    button.focus();
  } else {
    list.tabIndex = -1;
    list.focus();
  }
}
