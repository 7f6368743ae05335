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

/** The names of what can go wrong: "denied", "busy" (or unplugged), "none". */
function cause(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "denied";
  return error.name === "NotFoundError" || error.name === "OverconstrainedError" ? "none" : "busy";
}

/**
 * The own camera and microphone.
 *
 * Events: `change` whenever a track is another one, is switched on or off, or has ended; `trouble` with
 * {kind: "audio"|"video", cause: "denied"|"busy"|"none"}; `devices` when something was plugged in or out.
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
    navigator.mediaDevices?.addEventListener("devicechange", () => this.dispatchEvent(new Event("devices")));
  }

  /** Opens both, each for itself: a missing camera does not cost the microphone. The browser asks once. */
  async open() {
    try {
      const stream = await this.#ask({ audio: this.chosen.audio !== "", video: this.chosen.video !== "" });
      for (const track of stream.getTracks()) this.#put(track.kind, track);
    } catch {
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
    if (on && !this.tracks.audio) return this.#choose("audio");
    if (this.tracks.audio) this.tracks.audio.enabled = on;
    this.#changed();
  }

  /** Switches the camera; its light goes off with it. */
  async switchCamera(on) {
    this.wanted.video = on;
    if (on) return this.#choose("video");
    this.#put("video", null);
  }

  close() { for (const kind of ["audio", "video"]) this.#put(kind, null); }

  async #choose(kind) {
    const id = this.chosen[kind];
    const turn = this[`turn${kind}`] = {};
    this.#put(kind, null);
    if (id === "" || (kind === "video" && !this.wanted.video)) return;
    try {
      const stream = await this.#ask({ [kind]: true });
      const [track] = stream.getTracks();
      // Another choice was made while the browser asked.
      if (this[`turn${kind}`] !== turn) return void track.stop();
      this.#put(kind, track);
    } catch (error) {
      this.dispatchEvent(new CustomEvent("trouble", { detail: { kind, cause: cause(error) } }));
    }
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
      if (kind === "audio") track.enabled = this.wanted.audio;
      track.onended = () => {
        if (this.tracks[kind] !== track) return;
        this.#put(kind, null);
        this.dispatchEvent(new CustomEvent("trouble", { detail: { kind, cause: "busy" } }));
      };
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
