// The token and the room: from the address's fragment into this tab's sessionStorage, never into a query.

const tokenKey = "diemcau.token";
const roomKey = "diemcau.room";
const bindingKey = "diemcau.binding";
const tabKey = "diemcau.tab";
/** How long the page before this one may take to let go of the tab, in milliseconds. */
const tabLimit = 1000;

function stored(key) {
  try { return sessionStorage.getItem(key); } catch { return null; }
}

function store(key, value) {
  try {
    if (value) sessionStorage.setItem(key, value); else sessionStorage.removeItem(key);
  } catch { /* Without storage the page works until it is loaded again. */ }
}

const kept = { token: stored(tokenKey), room: stored(roomKey), binding: stored(bindingKey) };

/** The token within a text: as it is, between line breaks of a letter, or in a whole link. Null where there is none. */
export function tokenIn(text) {
  const joined = String(text ?? "").replace(/[\s\u200b-\u200d\u2060\ufeff]+/gu, "");
  // ES256: the signature has 64 bytes, so 86 letters (RFC 7518 §3.4, RFC 7515 §2). What follows is not of the token.
  return joined.match(/eyJ[\w-]+\.[\w-]+\.[\w-]{86}/)?.[0] ?? null;
}

/** Takes `#token=…&room=…` out of the address, if it is there, and forgets the fragment; whether there was one. */
export function takeFragment() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const token = fields.get("token"), room = fields.get("room");
  if (!token && !room) return false;
  history.replaceState(null, "", location.pathname);
  keep({ token: token ?? kept.token, room });
  return true;
}

// Another link opened in the tab of a page changes the fragment alone: the page begins anew with it.
addEventListener("hashchange", () => { if (takeFragment()) location.reload(); });

/** Keeps a token, and its room: the one named, else the one that the token says. */
export function keep({ token, room }) {
  const trimmed = token ? tokenIn(token) ?? token.trim() : null;
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

let claimed = null;

/**
 * Makes sure that the binding is this tab's alone.
 *
 * A copy of a tab gets a copy of its storage; two tabs with one secret would take each other's place without end. So a
 * tab has a name that it keeps locked while its page lives; whoever finds it locked is the copy and begins without a
 * binding. Resolves when that is known.
 */
export function claimTab() {
  claimed ??= lockTab().catch(() => {});
  return claimed;
}

async function lockTab() {
  const name = stored(tabKey);
  if (name && await hold(name)) return;
  if (name) keepBinding(null);
  const other = crypto.randomUUID();
  store(tabKey, other);
  await hold(other);
}

/** Locks a name for as long as the page lives; whether it could. */
function hold(name) {
  return new Promise((resolve) => {
    const keepIt = () => {
      resolve(true);
      return new Promise(() => {});
    };
    if (!navigator.locks) return resolve(true);
    navigator.locks.request(`${tabKey}.${name}`, { signal: AbortSignal.timeout(tabLimit) }, keepIt).catch(() => resolve(false));
  });
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
