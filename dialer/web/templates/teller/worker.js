// Keeps the tellers' page there without a network: its own files, and the page without anybody's numbers.
// A new set of files is a new worker, and the old set goes.

const KEPT = "dialer:teller:{{ files[0].split('v=')|last }}";
const SHELL = "/teller/shell";
const FILES = {{ files|tojson }};
const PATIENCE_MS = 4000;

const pathOf = (address) => new URL(address, location.href).pathname;
const PATHS = new Set(FILES.map(pathOf));

addEventListener("install", (event) => event.waitUntil(keepAll()));
addEventListener("activate", (event) => event.waitUntil(dropOthers()));

async function keepAll() {
  const cache = await caches.open(KEPT);
  await cache.addAll([SHELL, ...FILES].map((address) => new Request(address, { cache: "reload" })));
  await skipWaiting();
}

async function dropOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("dialer:teller:") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate" && pathname === "/teller") event.respondWith(page(event));
  else if (PATHS.has(pathname)) event.respondWith(file(event.request));
});

// The page as the server has it; the kept one where nothing comes, or somebody else than the page answers: whoever was
// signed out still has the numbers on this phone, and the script says what to do.
async function page(event) {
  const answer = await quick(event.request);
  if (!answer || answer.type === "opaqueredirect" || answer.status >= 500) {
    return (await kept(SHELL)) ?? answer ?? Response.error();
  }
  if (answer.ok) event.waitUntil(renew());
  return answer;
}

async function file(request) {
  return (await quick(request)) ?? (await kept(request)) ?? Response.error();
}

// In the language and colours that were chosen last.
async function renew() {
  const answer = await fetch(SHELL).catch(() => null);
  if (answer?.ok && !answer.redirected) await (await caches.open(KEPT)).put(SHELL, answer);
}

const kept = (request) => caches.match(request, { ignoreSearch: true });

function quick(request) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, null));
  return Promise.race([fetch(request).catch(() => null), late]);
}
