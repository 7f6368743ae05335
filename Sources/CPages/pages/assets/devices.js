// This machine's cameras and microphones.

/** {cameras: [{id, label}], microphones: [{id, label}]}; labels are empty until the user has allowed one. */
export async function devices() {
  const all = await navigator.mediaDevices?.enumerateDevices() ?? [];
  const of = (kind) => all.filter((device) => device.kind === kind && device.deviceId !== "")
    .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { cameras: of("videoinput"), microphones: of("audioinput") };
}

const constraints = {
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } },
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** A device that goes away twice within so many milliseconds is not replaced again by itself. */
const retryAfter = 3000;

/** The names of what can go wrong: "denied", "busy" (or unplugged), "none". */
function cause(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "denied";
  return error.name === "NotFoundError" || error.name === "OverconstrainedError" ? "none" : "busy";
}

/**
 * The own camera and microphone.
 *
 * Events: `change` whenever a track is another one, is switched on or off, or has ended; `trouble` with
 * {kind: "audio"|"video", cause: "denied"|"busy"|"none"|"other"}, "other" when another device stepped in for one that
 * went away; `devices` when something was plugged in or out. A device that went away is taken again when it comes back.
 */
export class LocalMedia extends EventTarget {
  constructor() {
    super();
    /** The present tracks, or null. */
    this.tracks = { audio: null, video: null };
    /** The ids chosen; null is the system's choice, "" is none. */
    this.chosen = { audio: null, video: null };
    /** Whether the user wants it to be on. */
    this.wanted = { audio: true, video: true };
    /** What went away by itself: "audio", "video". */
    this.gone = new Set();
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      this.dispatchEvent(new Event("devices"));
      for (const kind of this.gone) this.#choose(kind, { quietly: true });
    });
  }

  /** Opens both, each for itself: a missing camera does not cost the microphone. The browser asks once. */
  async open() {
    const turn = this.opening = {};
    try {
      const stream = await this.#ask({ audio: this.chosen.audio !== "", video: this.chosen.video !== "" && this.wanted.video });
      for (const track of stream.getTracks()) {
        // The user left while the browser asked.
        if (this.opening === turn) this.#put(track.kind, track); else track.stop();
      }
    } catch {
      if (this.opening !== turn) return;
      await this.#choose("audio");
      await this.#choose("video");
    }
  }

  get microphoneOn() { return this.wanted.audio && this.tracks.audio !== null; }
  get cameraOn() { return this.wanted.video && this.tracks.video !== null; }

  /** Chooses a device by id; null for the system's choice, "" for none. */
  async setMicrophone(id) { this.chosen.audio = id; await this.#choose("audio"); }
  async setCamera(id) { this.chosen.video = id; await this.#choose("video"); }

  /** Switches the microphone: silence is sent while it is off. */
  async switchMicrophone(on) {
    this.wanted.audio = on;
    if (on && !this.tracks.audio) return this.#choose("audio", { any: true });
    if (this.tracks.audio) this.tracks.audio.enabled = on;
    this.#changed();
  }

  /** Switches the camera; its light goes off with it. */
  async switchCamera(on) {
    this.wanted.video = on;
    if (on) return this.#choose("video", { any: true });
    this.gone.delete("video");
    this.#put("video", null);
  }

  /** Lets go of both: their lights go off. `open` begins anew. */
  close() {
    this.opening = null;
    this.gone.clear();
    for (const kind of ["audio", "video"]) {
      this[`turn${kind}`] = null;
      this.#put(kind, null);
    }
  }

  /** Opens the chosen device. `any`: where none was chosen, the system's choice; `quietly`: says nothing of failures. */
  async #choose(kind, { any = false, quietly = false } = {}) {
    if (any && this.chosen[kind] === "") this.chosen[kind] = null;
    const id = this.chosen[kind];
    const turn = this[`turn${kind}`] = {};
    if (!quietly) this.gone.delete(kind);
    this.#put(kind, null);
    if (id === "" || (kind === "video" && !this.wanted.video)) return;
    try {
      const stream = await this.#ask({ [kind]: true });
      const [track] = stream.getTracks();
      // Another choice was made while the browser asked.
      if (this[`turn${kind}`] !== turn) return void track.stop();
      this.#put(kind, track);
    } catch (error) {
      if (!quietly && this[`turn${kind}`] === turn) this.#complain(kind, cause(error));
    }
  }

  /** A device went away: the system's choice may be another one by now; else it is taken when it comes back. */
  async #lose(kind) {
    this.gone.add(kind);
    this.#put(kind, null);
    const now = performance.now(), isFirst = now - (this[`lost${kind}`] ?? -Infinity) > retryAfter;
    this[`lost${kind}`] = now;
    if (isFirst) await this.#choose(kind, { quietly: true });
    const track = this.tracks[kind];
    this.#complain(kind, track ? "other" : "busy", track?.label);
  }

  #complain(kind, cause, label = "") {
    this.dispatchEvent(new CustomEvent("trouble", { detail: { kind, cause, label } }));
  }

  #ask(kinds) {
    if (!navigator.mediaDevices) return Promise.reject(new DOMException("not a secure page", "SecurityError"));
    const wish = (kind) => {
      if (!kinds[kind]) return false;
      return this.chosen[kind] ? { ...constraints[kind], deviceId: { exact: this.chosen[kind] } } : constraints[kind];
    };
    return navigator.mediaDevices.getUserMedia({ audio: wish("audio"), video: wish("video") });
  }

  #put(kind, track) {
    const old = this.tracks[kind];
    this.tracks[kind] = track;
    if (old && old !== track) old.stop();
    if (track) {
      this.gone.delete(kind);
      if (kind === "audio") track.enabled = this.wanted.audio;
      track.onended = () => { if (this.tracks[kind] === track) this.#lose(kind); };
    }
    this.#changed();
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

/** Measures how loud a track is. `read()` gives 0 (silent) … 1 (full), `stop()` lets go of it. */
export class LevelMeter {
  constructor(track) {
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
    // A browser may hold sound back until the user does something.
    this.listening = new AbortController();
    for (const event of ["pointerdown", "keydown"]) {
      addEventListener(event, () => this.context.resume().catch(() => {}), { signal: this.listening.signal });
    }
  }

  /** Whether the browser waits for a key or click before it lets sound be measured. */
  get isWaiting() { return this.context.state === "suspended"; }

  /** −60 dB … 0 dB as 0 … 1. */
  read() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.min(1, Math.max(0, 1 + 10 * Math.log10(power + 1e-12) / 60));
  }

  stop() {
    this.listening.abort();
    return this.context.close().catch(() => {});
  }
}
