// What the test page does: sends a drawn picture and a tone by WHIP, receives by WHEP, reads what the pictures say.
"use strict";

const width = 320, height = 240, bits = 16, cell = width / bits, row = 40;
const sessions = [];

// Draws picture `number` of `source`: bits, the same inverted, and something that moves (see pictures.py).
function draw(context, source, number) {
  const value = (source & 15) << 12 | (number & 0xfff);
  for (let bit = 0; bit < bits; bit += 1) {
    const on = value >> (bits - 1 - bit) & 1;
    context.fillStyle = on ? "#fff" : "#000";
    context.fillRect(bit * cell, 0, cell, row);
    context.fillStyle = on ? "#000" : "#fff";
    context.fillRect(bit * cell, row, cell, row);
  }
  const shade = context.createLinearGradient(0, 0, width, height);
  shade.addColorStop(0, `hsl(${number * 5 % 360} 80% 50%)`);
  shade.addColorStop(1, `hsl(${source * 24} 60% 30%)`);
  context.fillStyle = shade;
  context.fillRect(0, 2 * row, width, height - 2 * row);
}

// The source and number of what `video` shows, or null where the two rows do not agree.
function read(video, context) {
  context.drawImage(video, 0, 0, width, height);
  const upper = context.getImageData(0, row / 2, width, 1).data;
  const lower = context.getImageData(0, row * 1.5, width, 1).data;
  let value = 0;
  for (let bit = 0; bit < bits; bit += 1) {
    const column = Math.floor((bit + 0.5) * cell) * 4;
    const on = upper[column + 1] > 127;
    if (on === lower[column + 1] > 127) return null;
    value = value << 1 | (on ? 1 : 0);
  }
  return { source: value >> 12, number: value & 0xfff };
}

// One exchange of offer and answer; resolves when the connection is up. With `port` media goes there, to a relay.
async function exchange(session, url, token, port) {
  const connection = session.connection;
  const connected = new Promise((resolve, reject) => {
    connection.onconnectionstatechange = () => {
      session.states.push(connection.connectionState);
      if (connection.connectionState === "connected") resolve();
      if (connection.connectionState === "failed") reject(new Error("the connection failed"));
    };
  });
  await connection.setLocalDescription(await connection.createOffer());
  await new Promise((resolve) => {
    if (connection.iceGatheringState === "complete") resolve();
    connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve();
    setTimeout(resolve, 1500);
  });
  const response = await fetch(url, {
    method: "POST",
    headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/sdp" },
    body: connection.localDescription.sdp,
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`refused: ${response.status} ${text}`);
  session.location = response.headers.get("Location");
  session.etag = response.headers.get("ETag");
  session.token = token;
  session.answer = text;
  if (!session.location) throw new Error("the page may not read Location");
  const sdp = port ? text.replace(/^(a=candidate:\S+ 1 udp \d+ \S+) \d+/gim, `$1 ${port}`) : text;
  await connection.setRemoteDescription({ type: "answer", sdp });
  await connected;
}

// Sends numbered pictures in `codec` and a tone; returns the session's number.
async function publish({ url, token, codec, source, rate, tone, simulcast, port }) {
  const canvas = document.createElement("canvas");
  canvas.width = width * (simulcast ? 4 : 1);
  canvas.height = height * (simulcast ? 4 : 1);
  document.body.append(canvas);
  const context = canvas.getContext("2d");
  context.scale(canvas.width / width, canvas.height / height);
  let number = 0;
  draw(context, source, number);
  const session = { connection: new RTCPeerConnection(), states: [] };
  session.timer = setInterval(() => draw(context, source, number += 1), 1000 / rate);
  const audio = new AudioContext();
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  const sink = audio.createMediaStreamDestination();
  oscillator.frequency.value = tone;
  gain.gain.value = 0.25;
  oscillator.connect(gain).connect(sink);
  oscillator.start();
  const options = { direction: "sendonly" };
  session.connection.addTransceiver(sink.stream.getAudioTracks()[0], options);
  const layers = simulcast
    ? [{ rid: "q", scaleResolutionDownBy: 4 }, { rid: "h", scaleResolutionDownBy: 2 }, { rid: "f" }] : undefined;
  const video = session.connection.addTransceiver(
    canvas.captureStream(rate).getVideoTracks()[0], layers ? { ...options, sendEncodings: layers } : options);
  const kept = [`video/${codec}`.toLowerCase(), "video/rtx"];
  video.setCodecPreferences(
    RTCRtpSender.getCapabilities("video").codecs.filter((item) => kept.includes(item.mimeType.toLowerCase())));
  await exchange(session, url, token, port);
  return sessions.push(session) - 1;
}

// Receives `video` pictures and `audio` sounds; returns the session's number.
async function receive({ url, token, video, audio }) {
  const session = { connection: new RTCPeerConnection(), states: [], screens: [] };
  for (let index = 0; index < audio; index += 1) session.connection.addTransceiver("audio", { direction: "recvonly" });
  for (let index = 0; index < video; index += 1) session.connection.addTransceiver("video", { direction: "recvonly" });
  for (const { receiver } of session.connection.getTransceivers()) watch(session, receiver.track);
  await exchange(session, url, token);
  return sessions.push(session) - 1;
}

// Shows a track and notes what each of its pictures says.
function watch(session, track) {
  const element = document.createElement(track.kind);
  element.autoplay = true;
  element.muted = track.kind === "video";
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
  if (track.kind !== "video") return;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const screen = { decoded: 0, readable: 0, bySource: {}, backwards: 0, longestGap: 0, last: null, lastAt: 0 };
  session.screens.push(screen);
  const shown = (now) => {
    if (screen.lastAt) screen.longestGap = Math.max(screen.longestGap, now - screen.lastAt);
    screen.lastAt = now;
    screen.decoded += 1;
    const marks = read(element, context);
    if (marks) {
      screen.readable += 1;
      screen.bySource[marks.source] = (screen.bySource[marks.source] || 0) + 1;
      const step = screen.last && screen.last.source === marks.source ? marks.number - screen.last.number & 0xfff : 0;
      if (step >= 0x800) screen.backwards += 1;
      screen.last = marks;
    }
    element.requestVideoFrameCallback(shown);
  };
  element.requestVideoFrameCallback(shown);
}

// What a session's screens showed, its longest gap since the last time asked included.
function screens(number) {
  const result = structuredClone(sessions[number].screens);
  for (const screen of sessions[number].screens) screen.longestGap = 0;
  return result;
}

// The statistics of one type and kind of a session, each with the name of its codec.
async function statistics(number, type, kind) {
  const report = await sessions[number].connection.getStats();
  return [...report.values()].filter((item) => item.type === type && item.kind === kind)
    .map((item) => ({ ...item, codec: (report.get(item.codecId) || {}).mimeType }));
}

// What a session's DTLS is: "connected", "closed".
async function security(number) {
  const report = await sessions[number].connection.getStats();
  return [...report.values()].find((item) => item.type === "transport").dtlsState;
}

function state(number) {
  const { connection, states, answer, location, etag } = sessions[number];
  return { state: connection.connectionState, states, answer, location, etag };
}

// Asks the server to end a session and closes it here; the status of DELETE.
async function leave(number) {
  const session = sessions[number];
  clearInterval(session.timer);
  const response = await fetch(session.location, {
    method: "DELETE", headers: { "Authorization": `Bearer ${session.token}` },
  });
  session.connection.close();
  return response.status;
}
