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
const final = new Set(["removed", "token-expired", "no-token", "token-invalid"]);

const pages = ["lobby", "room", "end"].map(byId);
let socket = null, media = null, room = null, ended = null;

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
  const local = sends ? new LocalMedia() : null;
  const lobby = new Lobby({ local, room: known.room, point: claims.point, enter: () => enter(known, local) });
  showPage("lobby");
  lobby.open();
}

/** The user pressed the button: from here on sound may play. */
function enter(known, local) {
  socket = new RoomSocket({
    ...known, device: "browser", language: language(), report: () => media?.report() ?? null });
  changes.addEventListener("change", () => { socket.language = language(); });
  room = new JoinRoom({ socket, local });
  socket.addEventListener("welcome", () => {
    if (media) return;
    const { audioSlots = 3, pictureSlots = mostPictures } = socket.room.info;
    media = new RoomMedia({ socket, local, audioSlots, pictureSlots: Math.min(pictureSlots, mostPictures) });
    room.attach(media);
    media.addEventListener("state", () => { if (media.state === "ended") finish(problem(media.end)); });
    media.join();
  });
  socket.addEventListener("state", () => { if (socket.state === "ended") finish(socket.end); });
  showPage("room");
  keepAwake();
  socket.connect();
}

function problem({ code, text }) {
  socket.leave();
  return { reason: code, text };
}

function finish(end) {
  ended ??= end;
  media?.leave();
  room?.close();
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
  room.open();
  showPage("room");
  socket.connect({ takeover });
  media?.join();
}

/** The screen must not go dark in the middle of a conference. */
function keepAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

start();
