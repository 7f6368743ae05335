// The page of a bridge point: first the lobby, then the room, at last why it ended.

import { LocalMedia } from "./devices.js";
import { byId, fill, setText, show } from "./dom.js";
import { Lobby } from "./join-lobby.js";
import { JoinRoom } from "./join-room.js";
import { changes, has, language, languageSwitch, t, translate } from "./language.js";
import { RoomMedia } from "./media.js";
import { RoomSocket } from "./socket.js";
import { credentials, payload, takeFragment } from "./token.js";

/** More small pictures than this make each too small to be read from two metres. */
const mostPictures = 5;
/** After these there is no coming back with this token. */
const final = new Set(["removed", "token-expired", "token-missing", "token-wrong", "token-wrong-room", "unknown-room"]);

const pages = ["lobby", "room", "end"].map(byId);
let socket = null, media = null, room = null, local = null, ended = null, lamp = null;

function showPage(id) {
  for (const page of pages) show(page, page.id === id);
}

function start() {
  for (const place of document.querySelectorAll(".language")) fill(place, languageSwitch());
  changes.addEventListener("change", renderEnd);
  takeFragment();
  translate();
  byId("again").addEventListener("click", again);
  const known = credentials();
  if (!known) return finish({ reason: "noToken", text: "" });
  const claims = payload(known.token) ?? {};
  const sends = claims.role === "point" || claims.role === "chair";
  local = sends ? new LocalMedia() : null;
  const lobby = new Lobby({ local, room: known.room, point: claims.point, enter: () => enter(known) });
  showPage("lobby");
  lobby.open();
}

/** The user pressed the button: from here on sound may play. */
function enter(known) {
  socket = new RoomSocket({
    ...known, device: "browser", language: language(), report: () => media?.report() ?? null });
  changes.addEventListener("change", () => { socket.language = language(); });
  showPage("room");
  room = new JoinRoom({ socket, local });
  socket.addEventListener("welcome", () => {
    if (media) return;
    const { audioSlots = 3, pictureSlots = mostPictures } = socket.room.info;
    media = new RoomMedia({ socket, local, audioSlots, pictureSlots: Math.min(pictureSlots, mostPictures) });
    room.attach(media);
    media.addEventListener("state", () => {
      if (media.state === "ended") finish(problem(media.end));
      else if (socket.state === "ended" && ended === null && !goesOn()) finish(socket.end);
    });
    media.join();
  });
  socket.addEventListener("state", () => { if (socket.state === "ended" && !goesOn()) finish(socket.end); });
  document.addEventListener("visibilitychange", keepAwake);
  keepAwake();
  socket.connect();
}

/** Whether picture and sound are there still: a token that ran out ends nothing that goes on, it only lets nobody back. */
function goesOn() { return socket.isExpired && media?.state === "connected"; }

function problem({ code, text }) {
  socket.leave();
  return { reason: code, text };
}

function finish(end) {
  ended ??= end;
  media?.leave();
  room?.close();
  // Who is out of the room is not watched any more, and sees it by the camera's light.
  local?.close();
  lamp?.then((lock) => lock?.release()).catch(() => {});
  showPage("end");
  renderEnd();
  byId("end-text").focus();
}

function renderEnd() {
  if (!ended) return;
  const name = `end.${ended.reason}`;
  setText(byId("end-text"), t(has(name) ? name : "end.other"));
  setText(byId("end-detail"), has(name) && ended.reason !== "removed" ? "" : ended.text);
  const button = byId("again");
  show(button, socket !== null && !final.has(ended.reason));
  setText(button, t(ended.reason === "replaced" ? "connection.takeover" : "connection.again"));
}

function again() {
  const takeover = ended.reason === "replaced";
  ended = null;
  showPage("room");
  room.open();
  keepAwake();
  local?.open();
  socket.connect({ takeover });
  media?.join();
}

/** The screen must not go dark in the middle of a conference. */
function keepAwake() {
  if (ended || document.visibilityState !== "visible") return;
  lamp = navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

start();
