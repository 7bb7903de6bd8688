// The telephone with the real carrier: Twilio's SDK, which speaks to Twilio's own edges and to nobody else.

const SILENT = 5;
const MICROPHONE_REFUSED = [31402, 31208, 31401];
const SOUNDS = ["incoming", "outgoing", "disconnect", "dtmfs", "dtmfh", ...Array.from({ length: 10 }, (_, key) => `dtmf${key}`)];

function loaded(address) {
  if (window.Twilio?.Device) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new TypeError("the SDK didn't come")));
    document.head.append(script);
  });
}

export async function telephone({ sdk, quiet }) {
  await loaded(sdk);
  let device = null;
  let call = null;
  let told = () => {};

  function open(token) {
    device = new window.Twilio.Device(token, {
      // Its sounds would come from another host, and nobody needs them: the room itself sounds.
      sounds: Object.fromEntries(SOUNDS.map((name) => [name, quiet])),
      codecPreferences: ["opus", "pcmu"],
      logLevel: SILENT,
    });
    device.on("tokenWillExpire", () => told("renew"));
    device.on("error", (fault) => refused(fault));
  }

  function refused(fault) {
    if (MICROPHONE_REFUSED.includes(fault.code)) told("denied");
  }

  function follow(made) {
    const mine = (what) => () => {
      if (made === call) told(what, made.parameters.CallSid);
    };
    made.on("accept", mine("ready"));
    made.on("reconnecting", mine("lost"));
    made.on("reconnected", mine("ready"));
    made.on("error", (fault) => made === call && refused(fault));
    for (const end of ["disconnect", "cancel", "reject"]) {
      made.on(end, () => {
        if (made !== call) return;
        call = null;
        told("over", made.parameters.CallSid);
      });
    }
  }

  return {
    async join(token, tell, params = {}) {
      told = tell;
      if (device) device.updateToken(token);
      else open(token);
      const microphone = localStorage.getItem("dialer:microphone");
      const rtcConstraints = microphone ? { audio: { deviceId: { ideal: microphone } } } : undefined;
      call = await device.connect({ params, rtcConstraints });
      follow(call);
    },
    renew: (token) => device?.updateToken(token),
    mute: (on) => call?.mute(on),
    leave() {
      const left = call;
      call = null;
      left?.disconnect();
    },
  };
}
