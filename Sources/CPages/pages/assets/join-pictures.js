// The main picture, the small ones and the own one, each with its caption.

import { byId, create, fill, setText, show } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";

/** Shows what is on the picture slots. */
export class PictureStage {
  constructor(room, local) {
    Object.assign(this, { room, local, media: null });
    this.frames = [byId("main-picture")];
    this.own = local ? this.#frame("picture small-picture mirror") : null;
  }

  /** Takes the streams of a media connection, again after each of its `tracks` events. */
  attach(media) {
    this.media = media;
    while (this.frames.length < media.pictureSlots) this.frames.push(this.#frame("picture small-picture"));
    fill(byId("small-pictures"), ...this.frames.slice(1), this.own);
    for (const [index, frame] of this.frames.entries()) frame.querySelector("video").srcObject = media.picture(index);
    this.render();
  }

  render() {
    for (const [index, frame] of this.frames.entries()) this.#slot(frame, index);
    this.#self();
  }

  #frame(kind) {
    const video = create("video", { autoplay: true, playsinline: true, muted: true });
    // The attribute alone does not mute an element that a script made.
    video.muted = true;
    return create("figure", { class: kind }, video,
      create("p", { class: "nothing" }), create("figcaption", { class: "caption" }));
  }

  #slot(frame, index) {
    const slot = this.room.slot("picture", index), shown = slot && slot.state !== "empty" && slot.point;
    const name = shown ? this.room.name(slot.point) : "";
    const waiting = { waiting: "room.waiting", codec: "room.codec" }[slot?.state];
    show(frame, index === 0 || Boolean(shown));
    show(frame.querySelector("video"), Boolean(shown) && !waiting);
    // Nobody gets their own picture back.
    const isOwn = index === 0 && this.room.you?.point && this.room.program.seen[0] === this.room.you.point;
    const nothing = isOwn ? "room.selfMain" : "room.empty";
    setText(frame.querySelector(".nothing"), !shown ? t(nothing) : waiting ? t(waiting, { name }) : "");
    const text = slot?.source === "screen" ? t("room.screen", { name }) : name;
    this.#caption(frame, shown ? slot.point : null, text);
  }

  #self() {
    if (!this.own) return;
    const track = this.local.tracks.video, video = this.own.querySelector("video"), code = this.room.you?.point ?? null;
    if ((video.srcObject?.getVideoTracks()[0] ?? null) !== track) video.srcObject = track ? new MediaStream([track]) : null;
    show(video, track !== null);
    setText(this.own.querySelector(".nothing"), track ? "" : t("room.cameraOff"));
    const seen = code !== null && this.room.program.seen[0] === code;
    const name = t("room.self");
    this.#caption(this.own, code, seen ? `${name} · ${t("room.seen")}` : name);
  }

  /** A caption: who speaks, who is muted, the name. Made anew only when it says something else. */
  #caption(frame, code, text) {
    const caption = frame.querySelector(".caption");
    const speaks = code !== null && this.room.speaking === code, muted = Boolean(this.room.roster.get(code)?.muted);
    const key = JSON.stringify([text, speaks, muted, t("room.mutedMark")]);
    frame.dataset.speaking = speaks;
    show(caption, text !== "");
    if (caption.dataset.key === key) return;
    caption.dataset.key = key;
    const mark = (sign, words) => create("span", { class: "mark" }, icon(sign), create("span", { class: "aside", text: t(words) }));
    fill(caption, speaks ? mark("speaker", "room.speakingMark") : null,
      muted ? mark("microphoneOff", "room.mutedMark") : null, create("span", { class: "clip", text }));
  }
}
