// The token and the room: from the address's fragment into this tab's sessionStorage, never into a query.

const tokenKey = "diemcau.token";
const roomKey = "diemcau.room";
const bindingKey = "diemcau.binding";

function stored(key) {
  try { return sessionStorage.getItem(key); } catch { return null; }
}

function store(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value); else sessionStorage.removeItem(key);
  } catch { /* Without storage the page works until it is loaded again. */ }
}

const kept = { token: stored(tokenKey), room: stored(roomKey), binding: stored(bindingKey) };

/** Takes `#token=…&room=…` out of the address, if it is there, and forgets the fragment. */
export function takeFragment() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const token = fields.get("token"), room = fields.get("room");
  if (!token && !room) return;
  history.replaceState(null, "", location.pathname);
  keep({ token: token ?? kept.token, room });
}

/** Keeps a token, and its room: the one named, else the one that the token says. */
export function keep({ token, room }) {
  const trimmed = token ? token.trim() : null;
  if (trimmed !== kept.token) keepBinding(null);
  kept.token = trimmed;
  kept.room = room || payload(trimmed)?.room || null;
  store(tokenKey, kept.token);
  store(roomKey, kept.room);
}

/** `{token, room}`, or null where one of them is missing. */
export function credentials() {
  return kept.token && kept.room ? { token: kept.token, room: kept.room } : null;
}

/** Forgets token, room and binding. */
export function forget() {
  keep({ token: null, room: null });
  keepBinding(null);
}

/** The session's secret, with which this tab comes back to its own place; null at first. */
export function binding() { return kept.binding; }

/** Keeps the secret of the newest welcome or 201. */
export function keepBinding(value) {
  kept.binding = value || null;
  store(bindingKey, kept.binding);
}

/** What a token says of itself, only to show it: {room, point, role, exp …}. Null when it cannot be read. */
export function payload(token) {
  const part = String(token ?? "").split(".")[1];
  if (!part) return null;
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims && typeof claims === "object" ? claims : null;
  } catch {
    return null;
  }
}
