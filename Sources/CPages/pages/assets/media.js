// Picture and sound: one RTCPeerConnection with the media resource; comes back by itself.

import { pause } from "./backoff.js";
import { LineReport } from "./line-report.js";
import { binding, keepBinding } from "./token.js";

const watchEvery = 500;
const connectLimit = 8000;
/** Chromium checks an idle path every 2.5 s; where RTCP flows, something comes each second. */
const busyLimit = 3000, idleLimit = 6000;
const layers = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 15 },
  { rid: "f", maxBitrate: 1_500_000 },
];

/**
 * Sends camera and microphone, receives the room's slots.
 *
 * `state`: `idle`, `joining`, `connected`, `lost` (comes back by itself), `ended` (`end`: {code, text}).
 * Events: `state`; `tracks` when pictures may be other streams; `sound` when the browser waits for a key or click
 * before it plays sound, `heard` when it has got one.
 */
export class RoomMedia extends EventTarget {
  /**
   * @param socket The `RoomSocket` of the same participant; media joins only while it is open, so that both are one
   *               session.
   * @param local  `LocalMedia` to send, or null to receive only.
   * @param audioSlots, pictureSlots How many are received; picture slot 0 is the main picture. 0 for none.
   */
  constructor({ socket, local = null, audioSlots = 3, pictureSlots = 5 }) {
    super();
    Object.assign(this, { socket, local, audioSlots, pictureSlots });
    this.state = "idle";
    this.end = null;
    this.line = new LineReport();
    this.sinks = [];
    local?.addEventListener("change", () => this.#replaceTracks());
    socket.addEventListener("state", () => { if (socket.state === "ended" && !socket.isExpired) this.leave(); });
    socket.addEventListener("welcome", ({ detail }) => this.#welcomed(detail));
  }

  /** Joins, and stays. */
  join() {
    if (this.state !== "idle" && this.state !== "ended") return;
    this.end = null;
    this.attempt = 0;
    this.lostAt = performance.now();
    this.#exchange();
  }

  /** Ends the media resource. */
  leave() {
    // A session that has ended took its media with it.
    if (this.location && this.socket.state !== "ended") {
      fetch(this.location, { method: "DELETE", headers: this.#headers(), keepalive: true }).catch(() => {});
    }
    this.#drop();
    this.#enter("idle");
  }

  /** The stream of a picture slot, for a video element's `srcObject`; null while there is none. */
  picture(index) { return this.pictures?.[index] ?? null; }

  /** The newest client report for `stats`, or null. */
  report() { return this.state === "connected" ? this.line.report : null; }

  /** "good", "fair", "poor", "lost" or "none". */
  quality() {
    if (this.state === "connected") return this.line.state;
    return this.state === "lost" ? "lost" : "none";
  }

  /** What makes it worse than good: {cause: "loss"|"delay"|"cpu"|"bandwidth"|"freezes", value} or null. */
  reason() { return this.state === "connected" ? this.line.reason : null; }

  /** Plays what the browser held back, when a key or click lets it; fires `heard` then. */
  async resume() {
    try {
      await Promise.all(this.sinks.map((sink) => sink.play()));
    } catch (error) {
      if (error.name === "NotAllowedError") return;
    }
    this.heldBack?.abort();
    this.heldBack = null;
    this.dispatchEvent(new Event("heard"));
  }

  // MARK: Joining and losing

  /** The server is there again: no need to wait. Media of a session that it does not know any more is no use. */
  #welcomed({ session }) {
    const other = this.session !== undefined && this.session !== session;
    this.session = session;
    if (other && this.state === "connected") this.#lost();
    if (this.state === "lost") this.#exchange();
  }

  async #exchange() {
    clearTimeout(this.retry);
    this.#drop();
    const turn = this.turn = {};
    const stale = () => this.turn !== turn;
    this.attempt += 1;
    if (this.state !== "lost") this.#enter("joining");
    try { await this.socket.ready(); } catch { return; }
    if (stale()) return;
    const connection = this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.#sections(connection);
    connection.onconnectionstatechange = () => { if (!stale()) this.#moved(connection); };
    try {
      await connection.setLocalDescription();
      const response = await fetch(`/v1/rooms/${encodeURIComponent(this.socket.id)}/media`, {
        method: "POST", body: connection.localDescription.sdp, signal: AbortSignal.timeout(connectLimit),
        headers: { ...this.#headers(), "Content-Type": "application/sdp" } });
      if (stale()) return;
      if (response.status !== 201) return void await this.#refused(response);
      this.location = response.headers.get("Location");
      if (response.headers.get("Diemcau-Binding")) keepBinding(response.headers.get("Diemcau-Binding"));
      await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
    } catch {
      if (!stale()) this.#lost();
      return;
    }
    if (stale()) return;
    this.limit = setTimeout(() => { if (!stale() && this.state !== "connected") this.#lost(); }, connectLimit);
  }

  #headers() {
    const headers = { Authorization: `Bearer ${this.socket.token}`, "Accept-Language": this.socket.language };
    if (binding()) headers["Diemcau-Binding"] = binding();
    return headers;
  }

  async #refused(response) {
    let problem = {};
    try { problem = await response.json(); } catch { /* Not one of ours. */ }
    if (response.status === 409 || response.status === 429 || response.status >= 500) {
      return this.#lost(Number(response.headers.get("Retry-After")) || 0);
    }
    this.#drop();
    this.end = { code: problem.code ?? "refused", text: problem.detail ?? "" };
    this.#enter("ended");
  }

  #moved(connection) {
    const state = connection.connectionState;
    if (state === "connected" && this.state !== "connected") {
      clearTimeout(this.limit);
      this.attempt = 0;
      this.line.begin();
      this.#watch(connection);
      this.#enter("connected");
    }
    if (state === "failed" || state === "closed") this.#lost();
  }

  #lost(least = 0) {
    if (this.state === "connected") {
      this.lostAt = performance.now();
      this.attempt = 0;
    }
    this.#drop();
    this.#enter("lost");
    const delay = Math.max(least, pause(this.attempt + 1, (performance.now() - this.lostAt) / 1000));
    this.retry = setTimeout(() => this.#exchange(), delay * 1000);
  }

  #drop() {
    this.turn = null;
    clearTimeout(this.retry);
    clearTimeout(this.limit);
    clearInterval(this.watching);
    const connection = this.connection;
    this.connection = null;
    this.location = null;
    if (connection) {
      connection.onconnectionstatechange = null;
      connection.close();
    }
    for (const sink of this.sinks) sink.srcObject = null;
    this.sinks = [];
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  // MARK: Sections

  /**
   * The n-th receiving section of a kind is slot n. The microphone shares the first sound section; the camera has one of
   * its own, for a section that sends has one codec, and a slot takes every codec that it can.
   */
  #sections(connection) {
    const { audio, video } = this.local?.tracks ?? {};
    const send = this.local !== null;
    this.senders = {};
    const sounds = [], views = [];
    if (send) {
      const sound = connection.addTransceiver(audio ?? "audio", { direction: this.audioSlots > 0 ? "sendrecv" : "sendonly" });
      const view = connection.addTransceiver(
        video ?? "video", { direction: "sendonly", sendEncodings: layers.map((layer) => ({ ...layer })) });
      this.senders = { audio: sound.sender, video: view.sender };
      if (this.audioSlots > 0) sounds.push(sound);
    }
    while (sounds.length < this.audioSlots) sounds.push(connection.addTransceiver("audio", { direction: "recvonly" }));
    while (views.length < this.pictureSlots) views.push(connection.addTransceiver("video", { direction: "recvonly" }));
    this.pictures = views.map(({ receiver }) => new MediaStream([receiver.track]));
    this.pictureReceivers = views.map(({ receiver }) => receiver);
    this.sinks = sounds.map(({ receiver }) => this.#sink(receiver.track));
    this.dispatchEvent(new Event("tracks"));
  }

  #sink(track) {
    const sink = new Audio();
    sink.srcObject = new MediaStream([track]);
    sink.play().catch((error) => { if (error.name === "NotAllowedError") this.#holdBack(); });
    return sink;
  }

  /** The browser plays no sound before the user does something: says so once, and plays at the first key or click. */
  #holdBack() {
    if (this.heldBack) return;
    this.heldBack = new AbortController();
    for (const event of ["pointerup", "keydown"]) addEventListener(event, () => this.resume(), { signal: this.heldBack.signal });
    this.dispatchEvent(new Event("sound"));
  }

  /** Another device, or none: the sections stay as they are. */
  #replaceTracks() {
    for (const kind of ["audio", "video"]) {
      const sender = this.senders?.[kind], track = this.local.tracks[kind];
      if (sender && sender.track !== track) sender.replaceTrack(track).catch(() => {});
    }
  }

  // MARK: Watching the line

  #watch(connection) {
    let received = -1, at = performance.now(), ticked = at, busy = at;
    const look = async () => {
      const stats = await connection.getStats().catch(() => null);
      const now = performance.now();
      if (!stats || this.connection !== connection) return;
      this.line.take(stats, now, this.local);
      const { packets, responses } = this.line.heard;
      // A tab in the background sleeps; that is no loss.
      if (packets + responses !== received || now - ticked > 3 * watchEvery) at = now;
      if (packets > this.packets) busy = now;
      this.packets = packets;
      received = packets + responses;
      ticked = now;
      const limit = now - busy < idleLimit ? busyLimit : idleLimit;
      if (now - at > limit) this.#lost();
    };
    this.packets = 0;
    this.watching = setInterval(look, watchEvery);
  }
}
