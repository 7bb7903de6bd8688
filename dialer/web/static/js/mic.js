// Before the first call in a browser: does it hear the volunteer? Where it doesn't, why, and what else there is.

import { onShown } from "./send.js";

const HEARD = "dialer:heard";
const CHOSEN = "dialer:microphone";
const LOUD = 6; // of 100: a voice at arm's length is well above, an empty room below
const PATIENCE_MS = 8000;
const NO_MICROPHONE = ["NotFoundError", "OverconstrainedError"];

const find = (id) => document.getElementById(id);
let stream = null;
let audio = null;
let frame = 0;
let patience = 0;
let isPast = false;

function offer() {
  const form = find("browser-way");
  if (!form || !find("mic").hidden) return;
  const isAble = Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.RTCPeerConnection);
  form.hidden = !isAble;
  find("browser-unable").hidden = isAble;
}

// On the window, so before the page sends the form.
addEventListener("submit", (event) => {
  if (event.target.id !== "browser-way" || isPast || localStorage.getItem(HEARD)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  check();
}, { capture: true });

document.addEventListener("click", (event) => {
  const test = event.target.closest("[data-test]")?.dataset.test;
  if (test === "mic-again") check();
  if (test === "mic-join") join();
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "mic-choice") return;
  localStorage.setItem(CHOSEN, event.target.value);
  check();
});

async function check() {
  stop();
  find("browser-way").hidden = true;
  find("mic").hidden = false;
  find("mic").dataset.is = "asking";
  find("mic-title").focus();
  says("asks");
  const chosen = localStorage.getItem(CHOSEN);
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: chosen ? { deviceId: { ideal: chosen } } : true });
  } catch (fault) {
    if (!(fault instanceof DOMException)) throw fault;
    return failed(fault.name);
  }
  if (!find("mic")) return stop();
  find("mic").dataset.is = "open";
  find("mic-open").hidden = false;
  says("listens");
  patience = setTimeout(() => says("quiet"), PATIENCE_MS);
  await choices();
  listen();
  return undefined;
}

function failed(name) {
  find("mic").dataset.is = "failed";
  find("mic-open").hidden = true;
  says(name === "NotAllowedError" ? "denied" : NO_MICROPHONE.includes(name) ? "none" : "busy");
}

function says(which) {
  const place = find("mic-says");
  if (!place) return;
  place.textContent = find("mic").dataset[which];
  place.dataset.is = which;
}

async function choices() {
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "audioinput");
  find("mic-which").hidden = found.length < 2;
  const used = stream.getAudioTracks()[0].getSettings().deviceId;
  find("mic-choice").replaceChildren(...found.map((one) => new Option(one.label, one.deviceId, false, one.deviceId === used)));
}

function listen() {
  audio = new AudioContext();
  const ear = audio.createAnalyser();
  audio.createMediaStreamSource(stream).connect(ear);
  const wave = new Uint8Array(ear.fftSize);
  const look = () => {
    const meter = find("mic-level");
    if (!meter) return stop();
    ear.getByteTimeDomainData(wave);
    meter.value = Math.min(100, Math.max(...wave.map((one) => Math.abs(one - 128))) * 1.5);
    if (meter.value > LOUD && find("mic-says").dataset.is !== "heard") {
      clearTimeout(patience);
      says("heard");
    }
    frame = requestAnimationFrame(look);
    return undefined;
  };
  look();
}

function stop() {
  clearTimeout(patience);
  cancelAnimationFrame(frame);
  for (const track of stream?.getTracks() ?? []) track.stop();
  audio?.close();
  stream = audio = null;
}

function join() {
  if (find("mic-says").dataset.is === "heard") localStorage.setItem(HEARD, "yes");
  stop();
  isPast = true;
  find("browser-way").requestSubmit();
}

onShown(offer);
offer();
