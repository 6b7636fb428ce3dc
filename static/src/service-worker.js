// Stands between the pages and the network. VERSION, FILES and BLANKS are written above this by the server.
//
// Three forms may be filled in without signal. What is typed is sealed at once with the public half of a key whose private half
// never leaves the server, and lies in IndexedDB until it was taken; beside it in plain: what kind it is, a random token, its size
// and the time. The caches hold style sheet, scripts and blank forms: nobody's name.
const CACHE = `pathways-${VERSION}`;
const BLANK = "pathways-blank";
const PURPOSE = "pathways: a form kept without signal";
const [SOON, LATER, HOUR] = [20_000, 10 * 60_000, 60 * 60_000];
const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const at = (path) => new RegExp(`^/${path}/$`);
const KINDS = { person: at("people/add"), note: at(`(?:people/${ID}|waiting/blank/note)`), register: at(`(?:courses/${ID}/register/[0-9-]{10}|waiting/blank/register)`) };
const POSTED = { ...KINDS, note: at(`(?:pathways/${ID}/notes|people/${ID}|waiting/blank/note)`) };
const START = /^\/(?:(?:today|caseload|people|courses|events|unclaimed|board|waiting|pathways)\/.*)?$/;
const kindOf = (kinds, path) => Object.keys(kinds).find((kind) => kinds[kind].test(path));

// -- what lies on the device ----------------------------------------------------------------------------------------------------

function open() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("pathways", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("waiting", { keyPath: "once" });
      asked.result.createObjectStore("keys", { keyPath: "key" });
      asked.result.createObjectStore("now");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = asked.onblocked = () => fail(asked.error);
  });
}

/** One request on one store; a write is over when it is on the disk. */
async function on(store, write, act) {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      const all = db.transaction(store, write ? "readwrite" : "readonly", { durability: "strict" });
      const asked = act(all.objectStore(store));
      all.oncomplete = () => done(asked.result);
      all.onabort = all.onerror = () => fail(all.error);
    });
  } finally {
    db.close();
  }
}
const read = (store, key) => on(store, false, (rows) => rows.get(key));
const list = (store) => on(store, false, (rows) => rows.getAll());
const put = (store, value, key) => on(store, true, (rows) => rows.put(value, key));
const drop = (store, key) => on(store, true, (rows) => rows.delete(key));

/** Whoever works here leaves: no more blank forms, no more sealing. What waits stays for them. */
const forget = () => Promise.all([caches.delete(BLANK), drop("now", "device")]);

// -- sealing --------------------------------------------------------------------------------------------------------------------

const text = new TextEncoder();
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function base64(buffer) {
  let letters = "";
  for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
  return btoa(letters);
}

/** Anybody who holds the device can do this; nobody there can undo it. Length is told in steps of 512 bytes. */
async function seal(words, { key, publicHalf, once, kind }) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", bytes(publicHalf), curve, false, []);
  const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const point = await crypto.subtle.exportKey("raw", ours.publicKey);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: point, info: text.encode(PURPOSE) };
  const sealing = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = text.encode(JSON.stringify(words));
  const padded = new Uint8Array(512 * Math.ceil(plain.length / 512)).fill(32);
  padded.set(plain);
  const additionalData = text.encode(`${key} ${once} ${kind}`);
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, sealing, padded);
  return new Blob([point, iv, body]).arrayBuffer();
}

async function keep(kind, path, fields) {
  const device = await read("now", "device");
  const held = device && (await read("keys", device.key));
  if (!held) throw new Error("nobody works here");
  const once = fields.find(([name]) => name === "once")?.[1] || crypto.randomUUID();
  const now = Date.now();
  const words = { path, fields: fields.filter(([name]) => name !== "once"), at: now };
  const sealed = await seal(words, { key: held.key, publicHalf: held.publicHalf, once, kind });
  await put("waiting", { once, kind, key: held.key, size: sealed.byteLength, at: now, sealed });
  return once;
}

// -- sending --------------------------------------------------------------------------------------------------------------------

const asked = (path, more) => fetch(path, { redirect: "manual", cache: "no-store", ...more });

async function tell(more = {}) {
  const [device, keys, rows] = await Promise.all([read("now", "device"), list("keys"), list("waiting")]);
  const keeper = new Map(keys.map((each) => [each.key, each.keeper]));
  const said = { ready: Boolean(device), back: device?.back ?? 0, mine: {}, others: 0, stuck: 0, ...more };
  for (const row of rows) {
    if (row.stuck) said.stuck += 1;
    else if (device && keeper.get(row.key) === device.keeper) said.mine[row.kind] = (said.mine[row.kind] ?? 0) + 1;
    else said.others += 1;
  }
  for (const page of await clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage(said);
}

/** Everything of whoever is signed in, one by one, the first typed first; each is dropped when the server has it. */
async function send(device) {
  const rows = (await list("waiting")).sort((one, other) => one.at - other.at);
  if (!rows.length && Date.now() - (device.askedAt ?? 0) < LATER && !device.back) return 0;
  const answer = await asked("/api/waiting/");
  if (!answer.ok) return 0;
  const { keys, csrf } = await answer.json();
  let sent = 0;
  for (const row of rows.filter(({ key, stuck }) => keys.includes(key) && !stuck)) {
    const { once, kind, key, sealed } = row;
    const body = new URLSearchParams({ once, kind, key, now: Date.now(), sealed: base64(sealed) });
    const taken = await asked("/api/waiting/", { method: "POST", headers: { "X-CSRFToken": csrf }, body });
    if (taken.ok) {
      const { state } = await taken.json();
      if (!state) break;
      await drop("waiting", once);
      sent += 1;
      if (sent % 5 === 0) await tell();
    } else if (taken.status === 422) await put("waiting", { ...row, stuck: true }); // it does not open there: said aloud, never dropped
    else if (taken.status !== 404) break; // busy, or signed out meanwhile: it stays for the next time
  }
  const { back } = await (await asked("/api/waiting/")).json();
  await put("now", { ...device, back, askedAt: Date.now() }, "device");
  return sent;
}

/** A page is open with signal, and somebody is signed in: a key and blank forms for them, then what waits goes. */
async function meet(keeper) {
  let device = await read("now", "device");
  if (device?.keeper !== keeper) {
    await forget();
    const answer = await asked("/api/waiting/");
    if (!answer.ok) return;
    const { csrf, keys } = await answer.json();
    let held = (await list("keys")).find((each) => each.keeper === keeper && keys.includes(each.key));
    if (!held) {
      const given = await asked("/api/waiting/key/", { method: "POST", headers: { "X-CSRFToken": csrf } });
      if (!given.ok) return;
      const { key, public: publicHalf } = await given.json();
      held = { key, keeper, publicHalf };
      await put("keys", held);
    }
    device = { keeper, key: held.key };
    await put("now", device, "device");
  }
  if (!(Date.now() - device.blanksAt < HOUR && device.version === VERSION)) {
    const blanks = await caches.open(BLANK);
    for (const path of Object.values(BLANKS)) {
      const answer = await asked(path);
      if (answer.ok) await blanks.put(path, answer);
      else if (answer.status === 404) await blanks.delete(path);
      else return;
    }
    device = { ...device, blanksAt: Date.now(), version: VERSION };
    await put("now", device, "device");
  }
  const sent = await send(device);
  await tell({ sent });
}

let turn = Promise.resolve();
/** One after another: two pages that open at once do not both send. Without signal nothing is lost by failing. */
const inTurn = (act) => (turn = turn.then(act).catch(() => tell().catch(() => {})));

// -- the doors ------------------------------------------------------------------------------------------------------------------

const soon = (answer, within) => Promise.race([answer, new Promise((_, late) => setTimeout(late, within, new Error("late")))]);

/** A form on its way: by the network if it can, else kept. The page stays as it is (204), and is told. */
async function posted(request, kind, path) {
  const fields = [...(await request.clone().formData())].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  if (!fields.some(([name]) => name === "blank")) {
    try {
      return await soon(fetch(request), SOON);
    } catch {
      // no signal, or none to speak of: should the server have taken it after all, the same token is taken once
    }
  }
  try {
    const once = await keep(kind, path, fields);
    await tell({ kept: { path, kind, once } });
    const device = await read("now", "device");
    if (navigator.onLine) inTurn(() => meet(device.keeper));
  } catch {
    await tell({ lost: { path } }).catch(async () => {
      for (const page of await clients.matchAll({ type: "window" })) page.postMessage({ lost: { path } });
    });
  }
  return new Response(null, { status: 204 });
}

async function shown(request, kind) {
  try {
    return await (kind === "start" ? fetch(request) : soon(fetch(request), SOON));
  } catch (gone) {
    const blanks = await caches.open(BLANK);
    const found = (await blanks.match(BLANKS[kind], { ignoreVary: true })) ?? (await blanks.match(BLANKS.start, { ignoreVary: true }));
    if (found) return found;
    throw gone;
  }
}

async function file(request, path) {
  try {
    return await fetch(request);
  } catch (gone) {
    const found = await (await caches.open(CACHE)).match(path, { ignoreVary: true });
    if (found) return found;
    throw gone;
  }
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((all) => all.addAll(FILES)));
});
addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("pathways-") && name !== CACHE && name !== BLANK;
  const tidied = caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))));
  event.waitUntil(tidied.then(() => clients.claim()));
});
addEventListener("message", (event) => {
  const { keeper } = event.data ?? {};
  event.waitUntil(keeper ? inTurn(() => meet(keeper)) : tell().catch(() => {}));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && request.method === "POST") {
    const kind = kindOf(POSTED, pathname);
    if (kind) event.respondWith(posted(request, kind, pathname));
    else if (pathname === "/sign-out/") event.waitUntil(forget());
  } else if (request.mode === "navigate" && request.method === "GET") {
    const kind = kindOf(KINDS, pathname) ?? (START.test(pathname) ? "start" : "");
    if (kind) event.respondWith(shown(request, kind));
  } else if (request.method === "GET" && FILES.includes(pathname)) {
    event.respondWith(file(request, pathname));
  }
});
