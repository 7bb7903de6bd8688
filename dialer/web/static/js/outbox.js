// What was noted without a network: kept in this browser until the server has it, and sent in the order it was noted.
// An item goes only when its delivery says so; a tab that is closed, a browser that is killed and a session that ends
// lose nothing. Of several tabs one sends (Web Locks), and each item carries an id of its own, by which the server
// takes it once, however often it comes.

const DATABASE = "dialer-outbox";
const AGAIN_MS = [2000, 5000, 15000, 30000];
const MOST = 200;

let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("items", { keyPath: "seq", autoIncrement: true }).createIndex("box", "box");
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

// Runs `work(store, give)` in one transaction; settles once it is on the disk.
async function within(store, mode, work) {
  const open = await database();
  return new Promise((resolve, reject) => {
    const deed = open.transaction(store, mode, { durability: "strict" });
    let given;
    deed.oncomplete = () => resolve(given);
    deed.onabort = () => reject(deed.error);
    work(deed.objectStore(store), (value) => (given = value));
  });
}

// Small things beside the items: what a page showed last, how far this phone's clock is off.
export const kept = (key) =>
  within("kept", "readonly", (store, give) => {
    store.get(key).onsuccess = (event) => give(event.target.result);
  });

// `change(before)` gives what is kept from now on; in one transaction, so that two tabs lose nothing of each other's.
export const keep = (key, change) =>
  within("kept", "readwrite", (store, give) => {
    store.get(key).onsuccess = (event) => {
      const after = change(event.target.result);
      store.put(after, key);
      give(after);
    };
  });

export class Outbox extends EventTarget {
  #box;
  #deliver;
  #timer = 0;
  #misses = 0;
  #most = MOST;
  #others;

  // `deliver(items)` sends items that `alike` puts together; it gives "done", "refused" or "later" (no network, or
  // signed out). Of several that are refused the half goes next, until the one is found that alone is refused: it stays,
  // set aside, and the good ones beside it have gone.
  constructor(box, deliver, alike) {
    super();
    this.#box = box;
    this.#deliver = deliver;
    this.alike = alike;
    this.#others = new BroadcastChannel(`dialer:outbox:${box}`);
    this.#others.onmessage = () => this.dispatchEvent(new Event("changed"));
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.flush());
  }

  async put(item) {
    await within("items", "readwrite", (store) => store.add({ ...item, box: this.#box }));
    this.#tell();
  }

  items() {
    return within("items", "readonly", (store, give) => {
      store.index("box").getAll(this.#box).onsuccess = (event) => give(event.target.result);
    });
  }

  // Lets those go again that were refused.
  async again() {
    await this.#mark((await this.items()).filter((item) => item.refused), { refused: false });
  }

  // Takes an item back that was never on its way, and says whether it was there.
  async take(id) {
    const taken = await within("items", "readwrite", (store, give) => {
      store.index("box").openCursor(this.#box).onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if (cursor.value.id !== id || cursor.value.tried) return cursor.continue();
        cursor.delete();
        give(true);
      };
    });
    if (taken) this.#tell();
    return taken ?? false;
  }

  async flush() {
    clearTimeout(this.#timer);
    const send = () => this.#sendAll();
    const left = navigator.locks
      ? await navigator.locks.request(`dialer:outbox:${this.#box}`, { ifAvailable: true }, (lock) => (lock ? send() : true))
      : await send();
    if (!left) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), AGAIN_MS[Math.min(this.#misses, AGAIN_MS.length - 1)]);
    this.#misses += 1;
  }

  // Whether something is left to send.
  async #sendAll() {
    for (;;) {
      const waiting = (await this.items()).filter((item) => !item.refused);
      if (!waiting.length) return false;
      if (navigator.onLine === false) return true;
      const end = waiting.findIndex((item) => !this.alike(waiting[0], item));
      const run = waiting.slice(0, Math.min(end < 0 ? waiting.length : end, this.#most));
      // Marked before they go: from now on the server may have them, whatever comes back. One that was taken back
      // meanwhile isn't there any more.
      const going = await this.#mark(run, { tried: true });
      const fate = going.length ? await this.#deliver(going) : "done";
      if (fate === "later") return true;
      this.#misses = 0;
      this.#most = fate === "refused" ? Math.ceil(going.length / 2) : Math.min(2 * this.#most, MOST);
      if (fate === "refused" && going.length > 1) continue;
      if (fate === "refused") await this.#mark(going, { refused: true });
      else await within("items", "readwrite", (store) => going.forEach((item) => store.delete(item.seq)));
      this.#tell();
    }
  }

  #mark(run, how) {
    return within("items", "readwrite", (store, give) => {
      const there = [];
      for (const { seq } of run) {
        store.get(seq).onsuccess = ({ target: { result: item } }) => {
          if (!item) return;
          store.put({ ...item, ...how });
          there.push(item);
        };
      }
      give(there);
    });
  }

  #tell() {
    this.dispatchEvent(new Event("changed"));
    this.#others.postMessage("changed");
  }
}
