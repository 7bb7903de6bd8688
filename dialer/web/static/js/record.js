// Records a sound in the page and puts it into the form's file field, as the WAV that telephones play: one channel, 8,000
// samples a second. Without a script, or a microphone, a file is chosen instead.

const RATE = 8000;

for (const form of document.querySelectorAll("form[data-record]")) {
  if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) offer(form);
}

function offer(form) {
  const find = (name) => form.querySelector(`[data-${name}]`);
  const [box, begin, end, news, heard] = ["recorder", "begin", "end", "news", "heard"].map(find);
  const file = form.querySelector("input[type=file]");
  box.hidden = false;

  begin.addEventListener("click", async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) return void (news.textContent = news.dataset.denied);
    const pieces = [];
    const recorder = new MediaRecorder(stream);
    const stop = () => recorder.state !== "inactive" && recorder.stop();
    const over = setTimeout(stop, form.dataset.longest * 1000 - 500);
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", async () => {
      clearTimeout(over);
      for (const track of stream.getTracks()) track.stop();
      const sound = await wavOf(new Blob(pieces, { type: recorder.mimeType }));
      put(file, sound);
      if (heard.src) URL.revokeObjectURL(heard.src);
      heard.src = URL.createObjectURL(sound);
      [begin.hidden, end.hidden, heard.hidden] = [false, true, false];
      news.textContent = news.dataset.ready;
      begin.focus();
    });
    end.addEventListener("click", stop, { once: true });
    [begin.hidden, end.hidden, heard.hidden] = [true, false, true];
    news.textContent = news.dataset.listening;
    end.focus();
    recorder.start();
  });
}

function put(field, sound) {
  const one = new DataTransfer();
  one.items.add(new File([sound], "recording.wav", { type: "audio/wav" }));
  field.files = one.files;
}

async function wavOf(recorded) {
  const context = new AudioContext();
  const decoded = await context.decodeAudioData(await recorded.arrayBuffer());
  context.close();
  const telephone = new OfflineAudioContext(1, Math.max(1, Math.ceil(decoded.duration * RATE)), RATE);
  const source = telephone.createBufferSource();
  source.buffer = decoded;
  source.connect(telephone.destination);
  source.start();
  const samples = (await telephone.startRendering()).getChannelData(0);
  return new Blob([header(samples.length), pcm(samples)], { type: "audio/wav" });
}

function pcm(samples) {
  const out = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, at) => out.setInt16(at * 2, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return out.buffer;
}

function header(samples) {
  const out = new DataView(new ArrayBuffer(44));
  const word = (at, letters) => [...letters].forEach((letter, each) => out.setUint8(at + each, letter.charCodeAt(0)));
  word(0, "RIFF");
  out.setUint32(4, 36 + samples * 2, true);
  word(8, "WAVEfmt ");
  out.setUint32(16, 16, true);
  out.setUint16(20, 1, true);
  out.setUint16(22, 1, true);
  out.setUint32(24, RATE, true);
  out.setUint32(28, RATE * 2, true);
  out.setUint16(32, 2, true);
  out.setUint16(34, 16, true);
  word(36, "data");
  out.setUint32(40, samples * 2, true);
  return out.buffer;
}
