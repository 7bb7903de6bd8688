// The telephone in the simulated town, which has no voices to send: our server opens the leg for this page, the
// page asks what is heard on it and makes a sound like it. The microphone is opened as it would be, and goes nowhere.

const LOOK_MS = 1000;
const OVER = ["completed", "busy", "no-answer", "failed", "canceled"];

// `legs`: where our server opens it.
export async function telephone({ legs }, ask) {
  let leg = null;
  let token = "";
  let timer = 0;
  let told = () => {};
  let microphone = null;
  const sounds = likeness();

  async function look() {
    clearTimeout(timer);
    const mine = leg;
    if (!mine) return;
    timer = setTimeout(look, LOOK_MS);
    try {
      const answer = await fetch(`${legs}/${mine}`);
      if (mine !== leg) return;
      if (answer.status === 404) return over();
      if (!answer.ok) throw new TypeError(`the leg answered ${answer.status}`);
      stands(await answer.json(), mine);
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      if (mine === leg) told("lost", mine);
    }
  }

  function stands({ state, hears }, mine) {
    if (mine !== leg) return undefined;
    if (OVER.includes(state)) return over();
    sounds.hear(hears);
    if (state === "in-progress") told("ready", mine);
    return undefined;
  }

  function over() {
    const left = leg;
    quiet();
    told("over", left);
  }

  function quiet() {
    clearTimeout(timer);
    leg = null;
    sounds.hear("");
    for (const track of microphone?.getTracks() ?? []) track.stop();
    microphone = null;
  }

  return {
    async join(given, tell, params = {}) {
      [token, told] = [given, tell];
      const chosen = localStorage.getItem("dialer:microphone");
      microphone = await navigator.mediaDevices.getUserMedia({ audio: chosen ? { deviceId: { ideal: chosen } } : true });
      leg = (await ask(legs, { token, ...params })).sid;
      await look();
    },
    renew(given) {
      token = given;
    },
    mute(on) {
      for (const track of microphone?.getTracks() ?? []) track.enabled = !on;
    },
    leave() {
      if (!leg) return;
      const csrf_token = document.querySelector("[name=csrf_token]").value;
      navigator.sendBeacon(`${legs}/${leg}/end`, new URLSearchParams({ csrf_token }));
      quiet();
    },
  };
}

// Tones for what is heard: a soft one now and then while waiting, a rising one as somebody comes, then a murmur;
// a low one as they go.
function likeness() {
  const audio = new AudioContext();
  addEventListener("pointerdown", () => audio.resume());
  let hears = "";
  let timer = 0;

  function tone(pitch, after_s, lasts_s, loud = 0.05) {
    const [voice, volume] = [audio.createOscillator(), audio.createGain()];
    const begins = audio.currentTime + after_s;
    voice.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(loud, begins + lasts_s / 4);
    volume.gain.linearRampToValueAtTime(0, begins + lasts_s);
    voice.connect(volume).connect(audio.destination);
    voice.start(begins);
    voice.stop(begins + lasts_s);
  }

  const murmur = () => [0, 0.22, 0.4, 0.7, 0.9].forEach((at) => tone(110 + 70 * Math.random(), at, 0.18, 0.04));
  const again = { music: [() => tone(392, 0, 0.6, 0.03), 6000], play: [() => tone(392, 0, 0.6, 0.03), 6000], ringing: [() => tone(425, 0, 0.9), 3000], say: [murmur, 1400], people: [murmur, 1400] };

  return {
    hear(now) {
      if (now === hears) return;
      if (now === "people") [523, 659, 784].forEach((pitch, at) => tone(pitch, at * 0.12, 0.18, 0.08));
      else if (hears === "people") tone(220, 0, 0.5, 0.08);
      hears = now;
      clearInterval(timer);
      const [sound, every_ms] = again[now] ?? [];
      if (!sound) return;
      if (now !== "people") sound();
      timer = setInterval(sound, every_ms);
    },
  };
}
